"""Odd and broken files of the wild: each gives a film that decodes, or one clear error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kinolex.errors import MediaError
from kinolex.media.cutting.plan import Piece
from kinolex.media.probe import probe
from kinolex.moments import Span
from kinolex.testing.clips import make_clip
from tests.media.cutting.films import made

SUFFIXES = {".mp4", ".mkv", ".webm", ".mov", ".avi", ".ts", ".gif", ".webp", ".mp3"}


def end_of(path: Path) -> float:
    """Seconds until the last picture or sound of a new file has been shown."""
    import av

    ends = []
    with av.open(str(path)) as container:
        streams: list[Any] = list(container.streams)
        for packet in container.demux(streams):
            if packet.size and packet.pts is not None:
                ends.append(float((packet.pts + (packet.duration or 0)) * packet.time_base))
    with av.open(str(path)) as container:
        assert any(True for _ in container.decode(container.streams.best("video") or 0))
    return max(ends)


@pytest.mark.slow
def test_every_odd_file(odd_media: Path, tmp_path: Path) -> None:
    cut = 0
    for path in sorted(p for p in odd_media.iterdir() if p.suffix in SUFFIXES):
        try:
            info = probe(path)
        except MediaError:
            continue
        long = min(2.0, info.duration * 0.4)
        piece = Piece(info, Span(info.duration * 0.3, info.duration * 0.3 + long))
        for copy in (True, False):
            made(tmp_path / "cut.mp4", [piece], copy=copy)
            rate = info.video.fps if info.video else 0
            slack = 1.6 / rate if rate else 0.06
            assert end_of(tmp_path / "cut.mp4") == pytest.approx(long, abs=slack + 0.05), path.name
            cut += 1
    assert cut > 60


def test_one_pixel(tmp_path: Path) -> None:
    dot = make_clip(tmp_path / "a.mkv", size=(1, 1), codec="ffv1", pixel_format="yuv444p",
                    numbers=False, seconds=1)  # fmt: skip
    made(tmp_path / "cut.mp4", [Piece(probe(dot), Span(0.0, 1.0))])
    assert end_of(tmp_path / "cut.mp4") == pytest.approx(1.0, abs=0.01)


def test_no_pictures_in_the_span(tmp_path: Path) -> None:
    film = make_clip(tmp_path / "a.mp4", size=(64, 48), seconds=1, container_options={})
    info = probe(film)
    piece = Piece(info, Span(5.0, 6.0))
    with pytest.raises(MediaError, match=r"a\.mp4 has nothing to show there"):
        made(tmp_path / "cut.mp4", [piece])
