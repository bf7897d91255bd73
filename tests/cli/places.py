"""A place with videos and a library, and how to call the command line on it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SUBTITLES = """1
00:00:01,000 --> 00:00:04,000
Now we put the red ball under the third cup.

2
00:00:05,000 --> 00:00:08,000
A frog lives in the pond behind the house.
"""


@dataclass(frozen=True)
class Place:
    """Where the library of the tests and its videos lie."""

    library: Path
    videos: Path
    model: Path

    @property
    def frog(self) -> Path:
        """Nine seconds with subtitles: three red, three green, three blue."""
        return self.videos / "frog talk.mp4"

    @property
    def bike(self) -> Path:
        """Four yellow seconds without words, recorded in 2021."""
        return self.videos / "trips" / "bike.mp4"

    def environment(self) -> dict[str, str]:
        """For processes that use this library."""
        return {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
            "KINOLEX_LIBRARY": str(self.library),
            "KINOLEX_PICTURE": str(self.model),
            "PYTHONUTF8": "1",
        }

    def run(self, *words: str, **options: object) -> subprocess.CompletedProcess[str]:
        """Call the command line in a process of its own."""
        settings = {"capture_output": True, "text": True, "timeout": 100, "check": False}
        return subprocess.run(  # type: ignore[call-overload]
            [sys.executable, "-m", "kinolex", *words],
            env=self.environment(),
            **{**settings, **options},
        )


def make_videos(folder: Path) -> None:
    """Two good videos and one empty file."""
    from kinolex.testing.clips import make_clip

    (folder / "trips").mkdir(parents=True)
    colours = [(3.0, "red"), (3.0, "green"), (3.0, "blue")]
    make_clip(folder / "frog talk.mp4", scenes=colours, size=(160, 96), fps=10)
    (folder / "frog talk.srt").write_text(SUBTITLES, encoding="utf-8")
    make_clip(
        folder / "trips" / "bike.mp4",
        scenes=[(4.0, "yellow")],
        size=(160, 96),
        fps=10,
        metadata={"creation_time": "2021-05-04T10:00:00Z"},
    )
    (folder / "empty.mp4").write_bytes(b"")
