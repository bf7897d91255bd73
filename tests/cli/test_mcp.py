"""`kinolex mcp` as a process: nothing but protocol on stdout, one sentence for what is wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp", reason="needs the MCP SDK: pip install 'kinolex[serve]'")


def mcp(library: Path, *more: str, said: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kinolex", "mcp", "--library", str(library), *more],
        input=said,
        capture_output=True,
        text=True,
        timeout=120,
    )


def lines(*messages: dict[str, Any]) -> str:
    return "".join(json.dumps({"jsonrpc": "2.0"} | one) + "\n" for one in messages)


HELLO = {
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}


def test_stdout_holds_protocol_and_nothing_else(tmp_path: Path) -> None:
    done = mcp(
        tmp_path / "none",
        said=lines(HELLO, {"method": "notifications/initialized"}) + "no json at all\n",
    )
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert answers
    assert all(one["jsonrpc"] == "2.0" for one in answers)
    first = next(one["result"] for one in answers if one.get("id") == 1)
    assert first["serverInfo"]["name"] == "kinolex"
    assert "nothing_found" in first["instructions"]
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--port", "7000"), "--port needs --http."),
        (("--root", "nowhere"), "There is no root 'nowhere' in the library."),
        (("--port", "70000", "--http"), "65535"),
    ],
)
def test_a_wrong_call_is_one_sentence(
    tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    done = mcp(tmp_path / "none", *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1
