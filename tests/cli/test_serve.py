"""``kinolex serve`` as a process: says where it is, refuses what cannot be, ends with Ctrl-C."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="needs kinolex[serve]")
httpx = pytest.importorskip("httpx", reason="needs kinolex[client]")


def call(*words: str) -> subprocess.Popen[str]:
    """Start the command line in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "kinolex", "serve", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
    )


def test_it_serves_until_it_is_stopped(tmp_path: Path) -> None:
    server = call("--library", str(tmp_path / "library"), "--port", "0")
    assert server.stderr is not None
    line = server.stderr.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+/", line)
    assert found, line
    assert httpx.get(f"{found[0]}v1/health", timeout=60).json()["ok"]
    assert "The library is empty" in httpx.get(found[0], timeout=60).text
    server.send_signal(signal.SIGINT)
    assert server.wait(30) == 0
    assert not (tmp_path / "library").exists()


def refused(*words: str) -> str:
    server = call(*words)
    _, said = server.communicate(timeout=60)
    assert server.returncode in (2, 3)
    assert said.count("\n") == 1, said
    return said


def test_beyond_loopback_accounts_are_demanded(tmp_path: Path) -> None:
    said = refused("--library", str(tmp_path), "--host", "0.0.0.0", "--port", "0")
    assert f"`kinolex --library {tmp_path} accounts add NAME --role admin`" in said


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refused("--library", str(tmp_path), "--port", str(port))
    assert f"port {port}" in said
    assert "--port" in said


def test_a_library_that_is_none(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("no library")
    assert "is a file" in refused("--library", str(file), "--port", "0")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "library.sqlite").write_bytes(b"no database" * 100)
    assert "damaged" in refused("--library", str(tmp_path / "broken"), "--port", "0")


@pytest.mark.skipif(os.name != "posix", reason="BROWSER is a script here")
def test_open_opens_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > "{tmp_path}/opened"\n')
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", f"{browser} %s")
    server = call("--library", str(tmp_path / "library"), "--port", "0", "--open")
    assert server.stderr is not None
    found = re.search(r"http://127\.0\.0\.1:\d+/", server.stderr.readline())
    try:
        assert found
        for _ in range(100):
            if (tmp_path / "opened").exists() and (tmp_path / "opened").read_text():
                break
            time.sleep(0.1)
        assert (tmp_path / "opened").read_text().strip() == found[0]
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)
