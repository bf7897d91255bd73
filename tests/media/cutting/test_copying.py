"""Copying packets, proved by burned-in frame numbers, clicks and the packets themselves."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.media.cutting.copying import decoding_times, starts_well
from kinolex.media.probe import probe
from kinolex.testing.clips import make_clip
from tests.media.cutting.films import clicks, head, heard, made, pieces, seen

FILM: dict[str, Any] = {"seconds": 6, "size": (160, 120), "gop": 24}


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".mov", ".ts"])
def test_from_key_frame_to_key_frame(tmp_path: Path, suffix: str) -> None:
    film = make_clip(tmp_path / f"film{suffix}", sound=[clicks(1.5, 2.5, 4.0)], **FILM)
    start = 1.0 + (0.0213 if suffix == ".ts" else 0)  # there the sound's first samples count
    done = made(tmp_path / "cut.mp4", pieces((film, start, start + 2)))
    found, (times, _) = seen(tmp_path / "cut.mp4"), heard(tmp_path / "cut.mp4")
    assert done.way == "copy"
    assert (done.before, done.after) == pytest.approx((0, 0), abs=2e-3)
    assert found.numbers == list(range(24, 72))
    assert found.times == pytest.approx([n / 24 for n in range(48)], abs=2e-3)
    at = found.times[found.numbers.index(36)]
    assert times == pytest.approx([at, at + 1.0], abs=0.025)
    assert head(tmp_path / "cut.mp4").startswith(b"ftyp moov")


def test_packets_are_the_original_ones(tmp_path: Path) -> None:
    import av

    film = make_clip(tmp_path / "film.mp4", sound="tone", **FILM)
    made(tmp_path / "cut.mp4", pieces((film, 2.0, 4.0)))

    def packets(path: Path, kind: str) -> list[bytes]:
        with av.open(str(path)) as container:
            stream = getattr(container.streams, kind)[0]
            return [bytes(p) for p in container.demux(stream) if p.size]

    for kind in ("video", "audio"):
        source, copied = packets(film, kind), packets(tmp_path / "cut.mp4", kind)
        assert len(copied) > 20
        first = source.index(copied[0])
        assert source[first : first + len(copied)] == copied


def test_handles_allow_a_key_frame_before(tmp_path: Path) -> None:
    film = make_clip(tmp_path / "film.mp4", **FILM)
    (far,) = pieces((film, 2.5, 3.5))
    done = made(tmp_path / "a.mp4", [far])
    assert (done.way, done.why) == ("code", "the nearest key frame lies 0.50 s before the span")
    assert seen(tmp_path / "a.mp4").numbers == list(range(60, 84))
    (near,) = pieces((film, 2.5, 3.5), pad=0.6)
    done = made(tmp_path / "b.mp4", [near])
    numbers = seen(tmp_path / "b.mp4").numbers
    assert (done.way, done.before) == ("copy", pytest.approx(0.5))
    assert numbers[0] == 48
    assert numbers == list(range(48, numbers[-1] + 1))
    assert 3.5 <= (numbers[-1] + 1) / 24 <= 4.1 + 1.1 / 24
    (widest,) = pieces((film, 2.5, 3.5), pad=1.6)
    assert made(tmp_path / "c.mp4", [widest]).before == pytest.approx(1.5)  # the earliest one


def test_an_end_between_references(tmp_path: Path) -> None:
    """With three B-frames in a row an end is either right, a frame late, or coded anew."""
    film = make_clip(tmp_path / "film.mp4", bframes=3, **FILM)
    ways = set()
    for last in range(30, 44):
        done = made(tmp_path / "cut.mp4", pieces((film, 1.0, (last + 1) / 24)))
        numbers = seen(tmp_path / "cut.mp4").numbers
        ways.add(done.way)
        assert numbers == list(range(24, numbers[-1] + 1))
        assert numbers[-1] == last + round(done.after * 24) if done.way == "copy" else last
        assert abs(done.after) < 1.1 / 24
    assert ways == {"copy", "code"}


def test_to_the_end_of_the_file(tmp_path: Path) -> None:
    film = make_clip(tmp_path / "film.mp4", sound="tone", **FILM)
    done = made(tmp_path / "cut.mp4", pieces((film, 4.0, 6.0)))
    assert done.way == "copy"
    assert seen(tmp_path / "cut.mp4").numbers == list(range(96, 144))


def test_open_groups_of_pictures(tmp_path: Path) -> None:
    """Frames that lead a key frame refer to those before it: they must not come along."""
    options = {"x264-params": "open-gop=1:scenecut=0:log-level=0"}
    film = make_clip(tmp_path / "film.mkv", bframes=3, options=options, **FILM)
    done = made(tmp_path / "cut.mp4", pieces((film, 2.0, 4.0)))
    numbers = seen(tmp_path / "cut.mp4").numbers
    assert numbers == list(range(48, numbers[-1] + 1))
    assert abs(numbers[-1] - 95) <= 1
    assert done.way in ("copy", "code")


def test_rotation_and_shape_of_pixels_come_along(tmp_path: Path) -> None:
    film = make_clip(tmp_path / "a.mp4", seconds=3, size=(120, 160), rotation=90, gop=24)
    assert made(tmp_path / "cut.mp4", pieces((film, 1.0, 2.0))).way == "copy"
    info = probe(tmp_path / "cut.mp4").video
    assert info is not None
    assert (info.rotation, info.width, info.height) == (90, 120, 160)
    assert seen(tmp_path / "cut.mp4").numbers == list(range(24, 48))
    wide = make_clip(tmp_path / "b.mp4", seconds=3, size=(160, 90), sar=Fraction(4, 3), gop=24)
    assert made(tmp_path / "wide.mp4", pieces((wide, 1.0, 2.0))).way == "copy"
    info = probe(tmp_path / "wide.mp4").video
    assert info is not None
    assert (info.coded_width, info.width) == (120, 160)


def test_ten_bit_hevc_is_copied_with_the_tag_that_apple_reads(tmp_path: Path) -> None:
    film = make_clip(tmp_path / "film.mkv", codec="libx265", pixel_format="yuv420p10le", **FILM)
    done = made(tmp_path / "cut.mp4", pieces((film, 2.0, 4.0)))
    numbers = seen(tmp_path / "cut.mp4").numbers
    assert done.way == "copy"
    assert numbers == list(range(48, numbers[-1] + 1))
    assert b"hvc1" in (tmp_path / "cut.mp4").read_bytes()


@pytest.mark.parametrize(
    ("suffix", "options", "why"),
    [
        (".webm", {"codec": "libvpx-vp9"}, "does not take its codecs"),
        (".avi", {"codec": "libx264"}, "no reliable times"),
        (".mkv", {"codec": "libx264", "gop": 200}, "2.00 s before the span"),
    ],
)
def test_why_not(tmp_path: Path, suffix: str, options: dict[str, Any], why: str) -> None:
    film = make_clip(tmp_path / f"film{suffix}", **{**FILM, **options})
    done = made(tmp_path / "cut.mp4", pieces((film, 2.0, 3.0)))
    assert done.way == "code"
    assert why in done.why
    numbers = seen(tmp_path / "cut.mp4").numbers
    assert numbers == list(range(numbers[0], numbers[0] + 24))


def test_matroska_takes_what_mp4_does_not(tmp_path: Path) -> None:
    film = make_clip(tmp_path / "film.webm", codec="libvpx-vp9", sound="tone", **FILM)
    done = made(tmp_path / "cut.mkv", pieces((film, 0.0, 2.0)), container="matroska")
    assert done.way == "copy"
    assert seen(tmp_path / "cut.mkv").numbers == list(range(48))


def test_a_damaged_start_is_noticed(tmp_path: Path) -> None:
    film = make_clip(tmp_path / "film.mp4", **FILM)
    assert starts_well(film)
    raw = bytearray(film.read_bytes())
    first = raw.index(b"mdat") + 4
    raw[first : first + 4000] = bytes(4000)
    (tmp_path / "bad.mp4").write_bytes(raw)
    assert not starts_well(tmp_path / "bad.mp4")


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=40, unique=True))
def test_decoding_times_rise_and_come_before_showing(shown: list[int]) -> None:
    found = decoding_times(shown)
    assert len(found) == len(shown)
    assert all(a < b for a, b in pairwise(found))
    assert all(early <= late for early, late in zip(found, shown, strict=True))
