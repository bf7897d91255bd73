"""A small library of drawn clips in two roots, and what may be said of it to an assistant."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import kinolex
from kinolex.media.types import Chapter
from kinolex.moments import Span
from kinolex.testing.clips import make_clip

SUBTITLES = """1
00:00:00,500 --> 00:00:01,500
the boiling point of water

2
00:00:02,000 --> 00:00:03,000
ice forms below zero
"""

SECRET = """1
00:00:00,200 --> 00:00:01,800
the password is swordfish
"""


@dataclass(frozen=True)
class Shelf:
    """Where the library, its two roots and the folder above them lie."""

    library: Path
    films: Path
    secret: Path

    @property
    def folders(self) -> list[str]:
        return [str(self.library), str(self.films), str(self.secret), str(self.library.parent)]

    def open(self, **given: Any) -> kinolex.Library:
        return kinolex.open(self.library, **given)


def make_shelf(base: Path) -> Shelf:
    """Colours, a lesson with subtitles, a trip with chapters; and one video of somebody else."""
    shelf = Shelf(base / "library", base / "films", base / "secret")
    (shelf.films / "trips").mkdir(parents=True)
    shelf.secret.mkdir()
    make_clip(shelf.films / "colours.mp4", scenes=[(3, "red"), (3, "green"), (3, "blue")], fps=10)
    make_clip(shelf.films / "water.mp4", scenes=[(4, "noise:3")], fps=10)
    (shelf.films / "water.srt").write_text(SUBTITLES, encoding="utf-8")
    make_clip(
        shelf.films / "trips" / "lake_day.mp4",
        scenes=[(3, "noise:1"), (3, "gradient")],
        fps=10,
        chapters=[Chapter(Span(0, 3), "Swimming"), Chapter(Span(3, 6), "Lighthouse")],
        metadata={"creation_time": "2021-05-04T10:00:00Z"},
    )
    make_clip(shelf.secret / "diary.mp4", scenes=[(2, "noise:5")], fps=10)
    (shelf.secret / "diary.srt").write_text(SECRET, encoding="utf-8")
    with shelf.open() as library:
        report = library.add(shelf.films, shelf.secret, only=("picture", "title", "speech"))
        assert not report.failed, library.failures()
    return shelf


def texts(value: Any) -> Iterator[str]:
    """Every piece of text in a JSON value, keys too."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from texts(key)
            yield from texts(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from texts(one)
    elif isinstance(value, str):
        yield value


def demand_clean(value: Any, shelf: Shelf) -> None:
    """Neither paths of this machine nor anything that looks like bytes."""
    for text in texts(value):
        for folder in shelf.folders:
            assert folder not in text, text
        assert not re.search(r"(?<![\w:/.~-])/(?:home|tmp|etc|usr|root|var|work)\b", text), text
        assert not re.search(r"[A-Za-z]:\\", text), text
        assert "file:" not in text, text
        for word in re.findall(r"[A-Za-z0-9+/=_-]{64,}", text):
            assert not _bytes(word), text
    assert not any(isinstance(one, bytes) for one in _leaves(value))


def _bytes(word: str) -> bool:
    """Whether a long word is the base64 of something that is no small JSON (a cursor is)."""
    try:
        data = base64.urlsafe_b64decode(word + "=" * (-len(word) % 4))
    except ValueError:
        return False
    return not data.startswith(b"[") and len(data) > 48


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for one in value:
            yield from _leaves(one)
    else:
        yield value
