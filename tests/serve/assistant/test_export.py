"""The export tool: a file by name and address, over every transport."""

from __future__ import annotations

from typing import Any

import pytest
from mcp import Client

import kinolex
from kinolex.serve.people import Person
from tests.serve.assistant.conftest import Server, Talk, talk
from tests.serve.assistant.shelf import Shelf, demand_clean
from tests.serve.assistant.test_tools import call, video_of

pytest.importorskip("kinolex.export", reason="needs kinolex.export")
if not hasattr(kinolex.Library, "export"):
    pytest.skip("needs Library.export", allow_module_level=True)


@pytest.mark.parametrize("format", ["edl", "srt", "csv", "json"])
def test_a_text_format_is_a_name_and_a_resource(
    ask: Talk, shelf: Shelf, format: str, untouched: None, tmp_path: Any
) -> None:
    video = video_of(shelf, "water.mp4")
    spans = [{"video": video.id, "start": 0, "end": 1.6}, {"video": "water", "start": 2, "end": 3}]

    async def work(client: Client) -> Any:
        told = await call(client, "export", format=format, spans=spans)
        return told, (await client.read_resource(told["uri"])).contents

    told, (content,) = ask(work)
    demand_clean(told, shelf)
    assert told["state"] == "done"
    assert told["name"].endswith(f".{format}")
    assert told["size"] == len(content.text.encode())
    with shelf.open(read_only=True) as library:
        fragments = [f"{video.id}#t=0,1.6", f"{video.id}#t=2,3"]
        made = library.export(fragments, format, tmp_path / f"own.{format}")
    assert content.mime_type == made.media_type
    lines = made.path.read_text(encoding="utf-8").splitlines()
    assert len(content.text.splitlines()) == len(lines)
    if format == "srt":
        assert content.text.splitlines() == lines
        assert "boiling point" in content.text


def test_an_unknown_format_names_the_known_ones(ask: Talk, shelf: Shelf) -> None:
    async def work(client: Client) -> Any:
        return await client.call_tool("export", {"format": "avid", "spans": [{"video": "water"}]})

    result = ask(work)
    assert result.is_error
    assert "edl" in result.content[0].text


def test_over_stdio_no_film_is_made(shelf: Shelf) -> None:
    from tests.serve.assistant.conftest import stdio

    async def work(client: Client) -> Any:
        spans = [{"video": "water", "start": 0, "end": 1}]
        return await client.call_tool("export", {"format": "clip", "spans": spans})

    result = talk(stdio(shelf), work)
    assert result.is_error
    assert "kinolex export" in result.content[0].text


def test_an_export_is_its_own_persons(server: Server, shelf: Shelf) -> None:
    async def make(client: Client) -> Any:
        return await call(client, "export", format="srt", spans=[{"video": "water"}])

    told = talk(f"{server.base}/mcp", make)
    assert told["link"] == f"{server.base}/v1/exports/{told['id']}/file"

    async def read(client: Client) -> str:
        try:
            await client.read_resource(told["uri"])
        except Exception as error:
            return str(error)
        return "read"

    assert talk(f"{server.base}/mcp", read) == "read"
    with Server(shelf, Person("ben", "admin")) as other:
        other.place.exports = server.place.exports
        assert "There is no such export" in talk(f"{other.base}/mcp", read)
