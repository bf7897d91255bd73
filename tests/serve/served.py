"""A library of drawn clips, and a real server over it on a free port."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import kinolex
from kinolex.media.types import Chapter
from kinolex.moments import Span
from kinolex.testing.clips import make_clip

SUBTITLES = """1
00:00:01,000 --> 00:00:07,500
Water boils at one hundred degrees; we call this the boiling point.

2
00:00:08,000 --> 00:00:11,000
Below zero degrees it freezes and becomes ice.
"""

HIDDEN = """1
00:00:01,000 --> 00:00:05,000
The secret quokka is kept in the vault.
"""


@dataclass(frozen=True)
class Held:
    """A library with two roots: ``open`` for everybody, ``closed`` for some."""

    library: Path
    videos: Path

    @property
    def open(self) -> Path:
        """Clips that every test may use."""
        return self.videos / "open"

    @property
    def closed(self) -> Path:
        """Clips that a limited person must never hear of."""
        return self.videos / "closed"


def make_small_library(base: Path) -> Held:
    """One clip in each root, without pictures: quickly made, for tests that change it."""
    held = Held(base / "library", base / "videos")
    held.open.mkdir(parents=True)
    held.closed.mkdir()
    make_clip(held.open / "chemistry.mp4", scenes=[(12, "gradient")], fps=12, sound="tone")
    (held.open / "chemistry.srt").write_text(SUBTITLES, encoding="utf-8")
    make_clip(held.closed / "vault.mp4", scenes=[(6, "shape:red circle on white")], fps=12)
    (held.closed / "vault.srt").write_text(HIDDEN, encoding="utf-8")
    with kinolex.open(held.library) as library:
        report = library.add(held.open, held.closed, only=["speech", "title"])
    assert report.failed == 0, report
    return held


def make_library(base: Path) -> Held:
    """Draw five clips and index them."""
    held = make_small_library(base)
    make_clip(
        held.open / "shapes.mp4",
        scenes=[
            (4, "shape:red circle on white"),
            (4, "shape:green triangle on white"),
            (4, "shape:blue circle on white"),
        ],
        numbers=False,
        fps=12,
    )
    make_clip(
        held.open / "lake <img src=x onerror=alert(1)> & more.mp4",
        scenes=[(3, "purple"), (3, "orange")],
        fps=12,
        chapters=[Chapter(Span(0, 3), "Swimming"), Chapter(Span(3, 6), "The lighthouse")],
    )
    make_clip(
        held.open / "old.mkv",
        scenes=[(4, "shape:yellow square on white")],
        fps=12,
        codec="mpeg4",
        numbers=False,
    )
    with kinolex.open(held.library) as library:
        report = library.add(held.open, held.closed, only=["picture", "speech", "title"])
    assert report.failed == 0, report
    return held


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """The address of a real server that runs ``app`` in a thread."""
    import uvicorn

    from kinolex.serve.connections import uvicorn_options

    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        config = uvicorn.Config(app, log_level="error", lifespan="on", **uvicorn_options())
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        for _ in range(200):
            if server.started:
                break
            time.sleep(0.05)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join(20)
