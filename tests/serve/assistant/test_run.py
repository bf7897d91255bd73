"""`kinolex mcp` as people start it: for one folder, and on a port of this machine."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from typing import Any

from mcp import Client

from tests.serve.assistant.conftest import stdio, talk
from tests.serve.assistant.shelf import Shelf, demand_clean
from tests.serve.assistant.test_tools import call, video_of


async def look(client: Client) -> tuple[Any, Any]:
    return (
        await call(client, "search", text="the password is swordfish"),
        await client.call_tool("open_video", {"video": "diary"}),
    )


def test_one_folder_is_all_that_an_assistant_sees(shelf: Shelf) -> None:
    found, opened = talk(stdio(shelf, "--root", str(shelf.films)), look)
    assert found["searched"]["videos"] == 3
    assert "swordfish" not in str([found["moments"], found["weak"]])
    assert opened.is_error
    found, opened = talk(stdio(shelf, "--root", str(shelf.secret)), look)
    assert found["searched"]["videos"] == 1
    assert found["moments"][0]["video"] == video_of(shelf, "diary.mp4").id
    assert not opened.is_error


def test_on_a_port_of_this_machine(shelf: Shelf) -> None:
    call_ = [sys.executable, "-m", "kinolex", "mcp", "--library", str(shelf.library)]
    more = ["--http", "--port", "0", "--root", str(shelf.films)]
    with subprocess.Popen(
        call_ + more, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        try:
            assert child.stderr is not None
            line = child.stderr.readline()
            address = re.search(r"http://127\.0\.0\.1:\d+/mcp", line)
            assert address, line
            found, opened = talk(address[0], look)
            assert found["searched"]["videos"] == 3
            assert opened.is_error
            demand_clean(found, shelf)
        finally:
            child.send_signal(signal.SIGINT)
            out, _ = child.communicate(timeout=60)
    assert out == ""
