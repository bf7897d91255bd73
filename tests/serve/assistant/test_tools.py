"""Every tool through the SDK's own client, over every transport."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError

from kinolex.moments import Span
from kinolex.serve.assistant.looking import spread
from kinolex.serve.assistant.naming import excerpt
from tests.serve.assistant.conftest import Talk
from tests.serve.assistant.shelf import Shelf, demand_clean

NAMES = {"search", "open_video", "transcript", "stills", "export"}


def video_of(shelf: Shelf, name: str) -> Any:
    with shelf.open(read_only=True) as library:
        return library.video(name)


async def call(client: Client, name: str, **arguments: Any) -> Any:
    result = await client.call_tool(name, arguments)
    assert not result.is_error, result.content[0].text
    return result.structured_content


def test_five_tools_publish_what_they_take_and_give(ask: Talk, shelf: Shelf) -> None:
    async def work(client: Client) -> tuple[Any, Any, Any]:
        tools = (await client.list_tools()).tools
        found = await client.call_tool("search", {"text": "boiling water"})
        return tools, found, await client.list_resource_templates()

    tools, found, templates = ask(work)
    assert {tool.name for tool in tools} == NAMES
    for tool in tools:
        jsonschema.Draft202012Validator.check_schema(tool.input_schema)
        jsonschema.Draft202012Validator.check_schema(tool.output_schema)
        assert tool.input_schema["additionalProperties"] is False
        assert len(tool.description) > 80
        assert tool.annotations.destructive_hint is False
    assert {t.name: t.annotations.read_only_hint for t in tools} == {
        name: name != "export" for name in NAMES
    }
    schema = next(tool.output_schema for tool in tools if tool.name == "search")
    jsonschema.validate(found.structured_content, schema)
    addresses = {one.uri_template for one in templates.resource_templates}
    assert addresses == {"kinolex://video/{video}/still{?t}", "kinolex://export/{export}"}


def test_search_gives_what_the_library_gives(ask: Talk, shelf: Shelf, untouched: None) -> None:
    async def work(client: Client) -> Any:
        return await call(client, "search", text="boiling point of water")

    found = ask(work)
    demand_clean(found, shelf)
    with shelf.open(read_only=True) as library:
        answer = library.search("boiling point of water", limit=8)
    assert found["nothing_found"] is answer.nothing_found is False
    assert [(m["video"], m["start"], m["end"], m["score"]) for m in found["moments"]] == [
        (m.video.id, round(m.start, 3), round(m.end, 3), round(m.score, 3)) for m in answer.moments
    ]
    first = found["moments"][0]
    assert first["title"] == "water"
    assert any("boiling point" in why.get("text", "") for why in first["evidence"])
    assert found["searched"]["videos"] == 4


def test_search_admits_that_there_is_nothing(ask: Talk, shelf: Shelf) -> None:
    async def work(client: Client) -> Any:
        return await call(client, "search", text='"zebra crossing quarterly report"')

    found = ask(work)
    assert found["nothing_found"] is True
    assert found["moments"] == []
    assert len(found["weak"]) <= 3
    assert found["searched"]["videos"] == 4


def test_filters_and_likeness(ask: Talk, shelf: Shelf) -> None:
    lake = video_of(shelf, "lake_day.mp4")

    async def work(client: Client) -> Any:
        return (
            await call(client, "search", text="lake day", channels=["title"]),
            await call(client, "search", like=[f"{lake.id}-0-3000"]),
            await call(client, "search", like=[f"{lake.id}#t=0,3"]),
            await call(client, "search", text="lake day", folder="trips"),
            await call(client, "search", text="lake day", folder="nowhere"),
            await call(client, "search", text="lake day", after="2022"),
            await call(client, "search", text="lake day", before="2021-12", video=["lake day"]),
            await call(client, "search", text="lake day", limit=1),
        )

    first, like, same, trips, nowhere, late, early, one = ask(work)
    assert first["moments"][0]["title"] == "lake day"
    assert {m["video"] for m in trips["moments"]} == {first["moments"][0]["video"]}
    assert trips["searched"]["videos"] == 1
    assert nowhere["nothing_found"]
    assert nowhere["searched"]["videos"] == late["searched"]["videos"] == 0
    assert early["searched"]["videos"] == 1
    assert len(one["moments"]) == 1
    with shelf.open(read_only=True) as library:
        answer = library.search(like=f"{lake.id}#t=0,3", limit=8)
    alike = [(m.video.id, round(m.score, 3)) for m in (*answer.moments, *answer.weak)]
    assert alike
    for given in (like, same):
        assert [(m["video"], m["score"]) for m in given["moments"] + given["weak"]] == alike
    demand_clean([first, like, trips, nowhere, late, early, one], shelf)


def test_open_video_says_what_is_known(ask: Talk, shelf: Shelf) -> None:
    video = video_of(shelf, "lake_day.mp4")

    async def work(client: Client) -> Any:
        return await call(client, "open_video", video=video.id), await call(
            client, "open_video", video="lake day"
        )

    by_id, by_name = ask(work)
    demand_clean(by_id, shelf)
    assert by_id == by_name
    assert by_id["id"] == video.id
    assert by_id["file"] == "films/trips/lake_day.mp4"
    assert by_id["duration"] == pytest.approx(6.0, abs=0.01)
    assert (by_id["width"], by_id["height"]) == (video.width, video.height)
    assert [c["title"] for c in by_id["chapters"]] == ["Swimming", "Lighthouse"]
    assert by_id["recorded"].startswith("2021-05-04")
    assert by_id["missing"] is False
    assert by_id["stills"] > 0


def test_transcript_of_a_span(ask: Talk, shelf: Shelf) -> None:
    video = video_of(shelf, "water.mp4")

    async def work(client: Client) -> Any:
        return (
            await call(client, "transcript", video=video.id),
            await call(client, "transcript", video=video.id, start=1.9, end=1e9),
            await call(client, "transcript", video=video.id, sources=["title"]),
        )

    whole, late, titles = ask(work)
    demand_clean([whole, late, titles], shelf)
    assert [line["text"] for line in whole["lines"]] == [
        "the boiling point of water",
        "ice forms below zero",
    ]
    assert (whole["lines"][0]["start"], whole["lines"][0]["end"]) == (0.5, 1.5)
    assert whole["cut"] is False
    assert "next" not in whole
    assert whole["other"]["title"] >= 1
    assert [line["text"] for line in late["lines"]] == ["ice forms below zero"]
    assert late["end"] == pytest.approx(video.duration, abs=0.001)
    assert "water" in [line["text"] for line in titles["lines"]]


def test_stills_give_times_and_addresses_and_the_resource_the_picture(
    ask: Talk, shelf: Shelf
) -> None:
    video = video_of(shelf, "colours.mp4")

    async def work(client: Client) -> Any:
        told = await call(client, "stills", video=video.id, start=3, end=9, count=2)
        read = await client.read_resource(told["stills"][0]["uri"])
        return told, read.contents

    told, contents = ask(work)
    demand_clean(told, shelf)
    assert 1 <= len(told["stills"]) <= 2
    with shelf.open(read_only=True) as library:
        for one in told["stills"]:
            assert 3 <= one["time"] < 9
        data = library.still(video.id, told["stills"][0]["time"])
    import base64

    assert data is not None
    assert contents[0].mime_type == "image/jpeg"
    assert base64.b64decode(contents[0].blob) == data
    assert data.startswith(b"\xff\xd8")


HOSTILE: list[tuple[str, dict[str, Any]]] = [
    ("search", {}),
    ("search", {"text": "x", "limit": 21}),
    ("search", {"text": "x", "limit": 10**30}),
    ("search", {"text": "x" * 3000}),
    ("search", {"query": "x"}),
    ("search", {"text": "x", "folder": "/etc"}),
    ("search", {"text": "x", "folder": "../.."}),
    ("search", {"text": "x", "video": ["/etc/passwd"]}),
    ("search", {"text": "x", "video": ["../../etc/passwd"]}),
    ("search", {"text": "x", "video": ["~/x"]}),
    ("search", {"text": "in:/etc/passwd x"}),
    ("search", {"like": ["/etc/passwd#t=1,2"]}),
    ("search", {"like": ["../x#t=1,2"]}),
    ("search", {"like": ["0123456789abcdef-5-4"]}),
    ("search", {"text": "x", "channels": ["smell"]}),
    ("search", {"text": "x", "after": "/etc/passwd"}),
    ("open_video", {"video": "/etc/passwd"}),
    ("open_video", {"video": "C:\\Windows\\win.ini"}),
    ("open_video", {"video": "a\x00b"}),
    ("open_video", {"video": ".."}),
    ("open_video", {"video": ""}),
    ("open_video", {"video": "no such video"}),
    ("open_video", {"video": "f" * 32}),
    ("open_video", {"video": {"id": "x"}}),
    ("transcript", {"video": "water", "start": -1}),
    ("transcript", {"video": "water", "start": 1e300}),
    ("transcript", {"video": "water", "start": 3, "end": 2}),
    ("transcript", {"video": "water", "start": 1000}),
    ("transcript", {"video": "water", "cursor": "AAAA"}),
    ("transcript", {"video": "water", "sources": ["/etc"]}),
    ("stills", {"video": "water", "start": 0, "end": 1, "count": 9}),
    ("stills", {"video": "water", "start": 0, "end": 10**400}),
    ("stills", {"video": "../water", "start": 0, "end": 1}),
    ("export", {"format": "edl", "spans": []}),
    ("export", {"format": "../edl", "spans": [{"video": "water"}]}),
    ("export", {"format": "edl", "spans": [{"video": "/etc/passwd"}]}),
    ("export", {"format": "edl", "spans": [{"video": "water", "start": 99}]}),
    ("export", {"format": "edl", "spans": [{"video": "water"}], "to": "/tmp/x"}),
]


def test_what_does_not_fit_is_refused_in_one_clean_sentence(
    ask: Talk, shelf: Shelf, untouched: None
) -> None:
    async def work(client: Client) -> list[Any]:
        return [await client.call_tool(name, arguments) for name, arguments in HOSTILE]

    for (name, arguments), result in zip(HOSTILE, ask(work), strict=True):
        assert result.is_error, (name, arguments)
        (content,) = result.content
        text = content.text
        assert 10 < len(text) < 400, text
        assert "\n" not in text, text
        assert "Traceback" not in text
        assert "went wrong" not in text, (name, arguments)
        assert "passwd" not in text, text
        demand_clean(text, shelf)


RESOURCES = [
    "kinolex://video/../still?t=1",
    "kinolex://video/ffffffffffffffff/still?t=1",
    "kinolex://video/ffffffffffffffff/still?t=1e9",
    "kinolex://video/%2e%2e%2fetc/still",
    "kinolex://export/../../etc/passwd",
    "kinolex://export/" + "0" * 32,
    "file:///etc/passwd",
    "kinolex://video",
]


def test_no_other_address_is_read(ask: Talk, shelf: Shelf) -> None:
    async def work(client: Client) -> list[str]:
        said = []
        for uri in RESOURCES:
            with pytest.raises(MCPError) as refused:
                await client.read_resource(uri)
            said.append(refused.value.message)
        with pytest.raises(MCPError):
            await client.call_tool("delete_everything", {})
        return said

    for text in ask(work):
        assert text.startswith("There is no such")
        demand_clean(text, shelf)


def test_a_long_transcript_comes_in_parts(shelf: Shelf, tmp_path: Any) -> None:
    """Whatever the cues are, the parts put together are all of them, once each."""
    from kinolex.library.records import Passage
    from kinolex.serve.assistant.asked import TranscriptArguments
    from kinolex.serve.assistant.looking import MOST_LINES, transcript
    from kinolex.serve.assistant.visit import Alone
    from kinolex.testing.clips import make_clip

    cues = "".join(
        f"{n + 1}\n00:00:0{n // 100},000 --> 00:00:0{n // 100 + 1},000\n{n} {'x' * (n % 90)}\n\n"
        for n in range(250)
    )
    import anyio

    import kinolex

    (tmp_path / "v").mkdir()
    make_clip(tmp_path / "v" / "talk.mp4", seconds=20, fps=5, numbers=False)
    (tmp_path / "v" / "talk.srt").write_text(cues)
    with kinolex.open(tmp_path / "library") as library:
        library.add(tmp_path / "v", only=("title", "speech"))
        known: list[Passage] = library.passages("talk", sources=["subtitle"])
        visit = Alone(library)

        async def work() -> list[str]:
            found: list[str] = []
            cursor = None
            while True:
                part = await transcript(visit, TranscriptArguments(video="talk", cursor=cursor))
                assert 0 < len(part.lines) <= MOST_LINES
                found += [line.text for line in part.lines]
                cursor = part.next
                assert part.cut is (cursor is not None)
                if not cursor:
                    return found

        found = anyio.run(work)
        visit.close()
    assert len(known) > 2 * MOST_LINES
    assert sorted(found) == sorted(p.text for p in known)


def test_spread_takes_from_the_whole_span() -> None:
    times = [float(n) for n in range(100)]
    for count in range(1, 9):
        chosen = spread(times, count)
        assert len(chosen) == len(set(chosen)) == count
        assert chosen == sorted(chosen)
        assert all(time in times for time in chosen)
        # Each part of the span has one.
        parts = [Span(100 * n / count, 100 * (n + 1) / count) for n in range(count)]
        assert all(part.contains(time) for part, time in zip(parts, chosen, strict=True))


def test_an_excerpt_keeps_the_mark() -> None:
    text = "word " * 200 + "needle" + " word" * 200
    start = text.index("needle")
    part = excerpt(text, [(start, start + 6)], longest=100)
    assert "needle" in part
    assert len(part) == 100
    assert part.startswith("...")
    assert part.endswith("...")
    assert excerpt("short", [(0, 2)], longest=100) == "short"
