"""Coding anew, proved by burned-in frame numbers and clicks."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kinolex.media.cutting.plan import Piece
from kinolex.media.probe import probe
from kinolex.moments import Span
from kinolex.testing.clips import SoundTrack, make_clip
from tests.media.cutting.films import clicks, head, heard, made, pieces, seen

SMALL: dict[str, Any] = {"seconds": 3, "size": (160, 120)}


@pytest.mark.parametrize(
    ("fps", "start", "end", "first", "last"),
    [
        (24, 0.5, 2.0, 12, 47),
        (25, 0.52, 1.0, 13, 24),
        (Fraction(30000, 1001), 0.534, 2.002, 16, 59),  # rounded to the millisecond
        (Fraction(24000, 1001), 1.001, 2.002, 24, 47),
        (60, 0.499, 0.501, 30, 30),  # less than half a frame: the frame that is shown
        (24, 0.0, 3.0, 0, 71),
        (24, 2.9, 99.0, 70, 71),
    ],
)
def test_exact_to_the_frame(
    tmp_path: Path, fps: Any, start: float, end: float, first: int, last: int
) -> None:
    film = make_clip(tmp_path / "film.mp4", fps=fps, gop=90, **SMALL)
    done = made(tmp_path / "cut.mp4", pieces((film, start, end)), copy=False)
    found = seen(tmp_path / "cut.mp4")
    assert done.way == "code"
    assert found.numbers == list(range(first, last + 1))
    expected = [n / float(fps) for n in range(last - first + 1)]
    assert found.times == pytest.approx(expected, abs=1e-3)
    assert found.seconds == pytest.approx((last - first + 1) / float(fps), abs=2e-3)
    assert found.pixel_format == "yuv420p"
    assert head(tmp_path / "cut.mp4").startswith(b"ftyp moov"), "the index lies in front"


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts", ".mov", ".avi"])
def test_sound_stays_with_the_picture(tmp_path: Path, suffix: str) -> None:
    codec = {"codec": "mpeg4", "bframes": 0} if suffix == ".avi" else {}
    film = make_clip(tmp_path / f"film{suffix}", seconds=6, size=(160, 120),
                     sound=[clicks(1.0, 2.5, 4.0)], **codec)  # fmt: skip
    made(tmp_path / "cut.mp4", pieces((film, 2.0, 5.0)), copy=False)
    found, (times, end) = seen(tmp_path / "cut.mp4"), heard(tmp_path / "cut.mp4")
    # The click at 2.5 s is at frame 60: it must be heard where that is seen.
    at = found.times[found.numbers.index(60)]
    assert times == pytest.approx([at, at + 1.5], abs=0.025)
    assert end == pytest.approx(found.seconds, abs=0.03)


def test_sound_in_part_of_the_file_only(tmp_path: Path) -> None:
    late = SoundTrack(samples=clicks(0.5, seconds=1).samples, rate=48000, delay=1.5, seconds=1)
    film = make_clip(tmp_path / "film.mp4", seconds=4, size=(160, 120), sound=[late])
    made(tmp_path / "a.mp4", pieces((film, 1.0, 4.0)), copy=False)
    times, end = heard(tmp_path / "a.mp4")
    assert times == pytest.approx([1.0], abs=0.01)
    assert end == pytest.approx(3.0, abs=0.03)
    made(tmp_path / "b.mp4", pieces((film, 3.0, 4.0)), copy=False)
    assert heard(tmp_path / "b.mp4")[0] == []


def test_several_sound_tracks_keep_their_languages(tmp_path: Path) -> None:
    import av

    tracks = [
        SoundTrack("tone", language="eng"),
        SoundTrack("silence", language="ger", rate=44100),
    ]
    film = make_clip(tmp_path / "film.mkv", sound=tracks, **SMALL)
    made(tmp_path / "cut.mp4", pieces((film, 1.0, 2.0)), copy=False)
    with av.open(str(tmp_path / "cut.mp4")) as found:
        assert [s.metadata["language"] for s in found.streams.audio] == ["eng", "deu"]
        assert [s.rate for s in found.streams.audio] == [48000, 44100]
    # Copied, they stay as the file says them.
    made(tmp_path / "copy.mp4", pieces((film, 0.0, 3.0)))
    with av.open(str(tmp_path / "copy.mp4")) as found:
        assert [s.metadata["language"] for s in found.streams.audio] == ["eng", "ger"]


def test_no_sound_stays_none(tmp_path: Path) -> None:
    import av

    film = make_clip(tmp_path / "film.mp4", **SMALL)
    made(tmp_path / "cut.mp4", pieces((film, 1.0, 2.0)), copy=False)
    with av.open(str(tmp_path / "cut.mp4")) as found:
        assert [s.type for s in found.streams] == ["video"]


def test_a_variable_rate_keeps_its_times(tmp_path: Path) -> None:
    at = [0, 40, 80, 1000, 1040, 3000, 3040, 3080]
    film = make_clip(tmp_path / "film.mkv", pts=at, size=(160, 120), sound="silence")
    made(tmp_path / "cut.mp4", pieces((film, 0.5, 2.5)), copy=False)
    found = seen(tmp_path / "cut.mp4")
    # Frame 2 is shown from 0.08 to 1.0: the part of it from 0.5 on; frame 4 until the end.
    assert found.numbers == [2, 3, 4]
    assert found.times == pytest.approx([0.0, 0.5, 0.54], abs=2e-3)
    assert found.seconds == pytest.approx(2.0, abs=5e-3)
    assert heard(tmp_path / "cut.mp4")[1] == pytest.approx(2.0, abs=0.03)


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_phone_films_are_turned_upright(tmp_path: Path, rotation: int) -> None:
    film = make_clip(tmp_path / "film.mp4", seconds=1, size=(120, 160), rotation=rotation)
    made(tmp_path / "cut.mp4", pieces((film, 0.5, 1.0)), copy=False)
    found = seen(tmp_path / "cut.mp4")
    assert (found.numbers, found.size, found.rotation) == (list(range(12, 24)), (120, 160), 0)


def test_wide_pixels_become_square(tmp_path: Path) -> None:
    film = make_clip(tmp_path / "film.mkv", seconds=1, size=(160, 90), sar=Fraction(4, 3))
    made(tmp_path / "cut.mp4", pieces((film, 0.0, 1.0)), copy=False)
    info = probe(tmp_path / "cut.mp4").video
    assert info is not None
    assert (info.coded_width, info.width, info.height) == (160, 160, 90)
    assert seen(tmp_path / "cut.mp4").numbers == list(range(24))


def test_odd_sides_lose_a_line(tmp_path: Path) -> None:
    film = make_clip(tmp_path / "film.mkv", seconds=0.5, size=(161, 121), codec="ffv1",
                     pixel_format="yuv444p")  # fmt: skip
    made(tmp_path / "cut.mp4", pieces((film, 0.0, 0.5)), copy=False)
    assert probe(tmp_path / "cut.mp4").video.width == 160  # type: ignore[union-attr]


def test_ten_bits_become_eight(tmp_path: Path) -> None:
    film = make_clip(tmp_path / "film.mkv", codec="libx265", pixel_format="yuv420p10le", **SMALL)
    made(tmp_path / "cut.mp4", pieces((film, 0.5, 2.0)), copy=False)
    found = seen(tmp_path / "cut.mp4")
    assert (found.numbers, found.pixel_format) == (list(range(12, 48)), "yuv420p")


def test_interlaced_pictures_are_deinterlaced_without_losing_one(tmp_path: Path) -> None:
    film = make_clip(tmp_path / "film.mpg", codec="mpeg2video", interlaced=True, fps=25, bframes=0,
                     **SMALL)  # fmt: skip
    assert probe(film).video.interlaced  # type: ignore[union-attr]
    made(tmp_path / "cut.mp4", pieces((film, 0.4, 2.0)), copy=False)
    found = seen(tmp_path / "cut.mp4")
    assert found.numbers == list(range(10, 50))
    assert found.times == pytest.approx([n / 25 for n in range(40)], abs=2e-3)


@pytest.mark.parametrize(
    "options",
    [
        {"codec": "libx264", "pixel_format": "yuvj420p"},
        {"codec": "libx264", "options": {"color_range": "pc"}},
        {"codec": "ffv1", "pixel_format": "bgr0"},
        {"codec": "prores_ks", "pixel_format": "yuv422p10le"},
    ],
    ids=["yuvj", "full range", "rgb", "prores"],
)
def test_colours_stay(tmp_path: Path, options: dict[str, Any]) -> None:
    import av

    scenes = [(0.5, "#c02020"), (0.5, "#20c020")]
    film = make_clip(
        tmp_path / "film.mkv", scenes=scenes, size=(160, 120), numbers=False, **options
    )
    made(tmp_path / "cut.mp4", pieces((film, 0.0, 1.0)), copy=False)

    def colours(path: Path) -> list[np.ndarray]:
        with av.open(str(path)) as found:
            frames = [f.to_ndarray(format="rgb24")[20:60, 20:60] for f in found.decode(video=0)]
        return [frames[2].mean((0, 1)), frames[-3].mean((0, 1))]

    for before, after in zip(colours(film), colours(tmp_path / "cut.mp4"), strict=True):
        assert np.abs(before - after).max() < 8


def test_sound_alone(tmp_path: Path) -> None:
    film = make_clip(tmp_path / "film.mkv", seconds=4, size=(64, 48), sound=[clicks(1.0, 3.0)])
    import av

    alone = tmp_path / "alone.mka"
    with av.open(str(film)) as source, av.open(str(alone), "w", format="matroska") as out:
        stream = out.add_stream_from_template(source.streams.audio[0])
        for packet in source.demux(source.streams.audio[0]):
            if packet.size:
                packet.stream = stream
                out.mux(packet)
    made(tmp_path / "cut.mp4", pieces((alone, 0.5, 3.5)), copy=False)
    times, end = heard(tmp_path / "cut.mp4")
    assert times == pytest.approx([0.5, 2.5], abs=0.01)
    assert end == pytest.approx(3.0, abs=0.03)


def test_reel_joins_in_the_size_and_at_the_rate_of_the_first(tmp_path: Path) -> None:
    first = make_clip(tmp_path / "a.mp4", fps=25, sound=[clicks(1.0)], **SMALL)
    tall = make_clip(tmp_path / "b.mp4", fps=50, seconds=2, size=(90, 120), rotation=90)
    last = make_clip(tmp_path / "c.mkv", fps=25, sound=[clicks(0.5)], **SMALL)
    done = made(
        tmp_path / "reel.mp4",
        pieces((first, 0.8, 1.6), (tall, 0.4, 1.0), (last, 0.2, 1.0)),
        reel=True,
    )
    info = probe(tmp_path / "reel.mp4").video
    assert info is not None
    assert (info.width, info.height, info.fps, done.done) == (160, 120, 25, pytest.approx(2.2))
    # 20 frames, then 15 (every second of 30) in the middle 90 columns, then 20.
    middle = seen_parts(tmp_path / "reel.mp4", (20, 35), (35 / 160, 125 / 160))
    assert middle == list(range(21, 51, 2))
    ends = seen_parts(tmp_path / "reel.mp4", (0, 20), (0, 1))
    ends += seen_parts(tmp_path / "reel.mp4", (35, 55), (0, 1))
    assert ends == [*range(20, 40), *range(5, 25)]
    times, end = heard(tmp_path / "reel.mp4")
    assert times == pytest.approx([0.2, 0.8 + 0.6 + 0.3], abs=0.01)
    assert end == pytest.approx(2.2, abs=0.03)


def seen_parts(path: Path, frames: tuple[int, int], columns: tuple[float, float]) -> list[int]:
    import av

    from kinolex.testing.clips import read_number

    with av.open(str(path)) as container:
        pictures = [f.to_ndarray(format="rgb24") for f in container.decode(video=0)]
    wide = pictures[0].shape[1]
    left, right = (round(share * wide) for share in columns)
    return [
        read_number(np.ascontiguousarray(p[:, left:right])) for p in pictures[frames[0] : frames[1]]
    ]


def test_a_long_reel_does_not_drift(tmp_path: Path) -> None:
    film = make_clip(tmp_path / "a.mp4", fps=Fraction(30000, 1001), sound=[clicks(1.0)], **SMALL)
    (piece,) = pieces((film, 0.934, 1.334))
    made(tmp_path / "reel.mp4", [piece] * 20, reel=True)
    times, end = heard(tmp_path / "reel.mp4")
    found = seen(tmp_path / "reel.mp4")
    assert found.numbers == list(range(28, 40)) * 20
    shown = [time for number, time in zip(found.numbers, found.times, strict=True) if number == 30]
    assert times == pytest.approx([time - 0.001 for time in shown], abs=0.012)
    assert end == pytest.approx(found.seconds, abs=0.03)


def test_reel_of_pieces_without_pictures_or_sound(tmp_path: Path) -> None:
    film = make_clip(tmp_path / "a.mp4", **SMALL)
    done = made(tmp_path / "reel.mp4", pieces((film, 0, 0.5), (film, 1, 1.5)), reel=True)
    assert done.done == pytest.approx(1.0)
    assert seen(tmp_path / "reel.mp4").numbers == [*range(12), *range(24, 36)]
    assert not probe(tmp_path / "reel.mp4").audio


def test_handles(tmp_path: Path) -> None:
    film = make_clip(tmp_path / "a.mp4", gop=90, **SMALL)
    piece = Piece(probe(film), Span(0.5, 1.0), 0.25)
    made(tmp_path / "cut.mp4", [piece], copy=False)
    assert seen(tmp_path / "cut.mp4").numbers == list(range(6, 30))
    made(tmp_path / "cut.mp4", [Piece(probe(film), Span(0.5, 2.9), 5.0)], copy=False)
    assert seen(tmp_path / "cut.mp4").numbers == list(range(72))
