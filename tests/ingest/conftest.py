"""A small folder of videos and a toy picture encoder, made once for the room's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

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


@pytest.fixture(scope="session")
def toy_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture encoder that knows a few colours, in one of the public layouts."""
    pytest.importorskip("onnx")
    from kinolex.testing.models import make_picture_model

    folder = tmp_path_factory.mktemp("toy-model")
    make_picture_model(folder)
    return folder


@pytest.fixture(scope="session")
def videos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three clips: colours, subtitles beside the file, chapters."""
    folder = tmp_path_factory.mktemp("videos")
    (folder / "trips").mkdir()
    make_clip(folder / "colours.mp4", scenes=[(2, "red"), (2, "green"), (2, "blue")], fps=10)
    make_clip(folder / "water.mp4", scenes=[(4, "noise:3")], fps=10)
    (folder / "water.srt").write_text(SUBTITLES, encoding="utf-8")
    make_clip(
        folder / "trips" / "lake_day.mp4",
        scenes=[(3, "noise:1"), (3, "gradient")],
        fps=10,
        chapters=[Chapter(Span(0, 3), "Swimming"), Chapter(Span(3, 6), "Lighthouse")],
    )
    return folder
