from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from kinolex.errors import QueryError
from kinolex.library.vectors import VectorTable
from kinolex.moments import Part, Span
from kinolex.search.calibrate import WEAK, chance
from kinolex.search.likeness import Calibration, Likeness, Prior
from kinolex.search.pictures import (
    FrameTable,
    PictureQuestion,
    ask,
    candidates,
    picture_of,
    scan,
    unit,
)

if TYPE_CHECKING:
    from tests.search.conftest import ColourEncoder


def table(lengths: Sequence[int], seed: int = 0, d: int = 8) -> VectorTable:
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(sum(lengths), d))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return VectorTable(
        video_ids=[f"v{i}" for i in range(len(lengths))],
        starts=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        times=np.concatenate([np.arange(n, dtype=np.float64) for n in lengths]),
        passages=None,
        rows=rows.astype(np.float16),
    )


def no_span(_: str) -> tuple[str, Span]:
    raise AssertionError("no span was asked for")


@settings(deadline=None)  # the first one imports faiss
@given(st.lists(st.integers(1, 40), min_size=1, max_size=5), st.integers(0, 99), st.data())
def test_every_candidate_is_sound(lengths: list[int], seed: int, data: st.DataObject) -> None:
    vectors = table(lengths, seed)
    only = data.draw(st.none() | st.sets(st.sampled_from(vectors.video_ids)))
    frames = FrameTable(vectors)
    query = unit(vectors.rows[seed % len(vectors.rows)].astype(np.float32))
    asked = PictureQuestion(query, frames.background(query))
    scanned = scan(asked, frames, only)
    found = candidates(
        asked,
        frames,
        scanned,
        shots_of=lambda _: [],
        duration=lambda v: float(lengths[int(v[1:])]),
    )
    assert found or only == set()  # where nothing is near the line, the best is shown as weak
    for one in found:
        assert only is None or one.video in only
        assert one.chance >= WEAK or scanned.weak
        length = lengths[int(one.video[1:])]
        assert 0 <= one.span.start < one.span.end <= length
        assert one.span.start <= one.ground.time <= one.span.end
    for i, one in enumerate(found):
        assert all(o.video != one.video or o.span.overlap(one.span) == 0 for o in found[i + 1 :])


def test_long_videos_are_read_around_what_was_found() -> None:
    vectors = table([3000], d=32)
    target = unit(np.ones(32, np.float32))
    vectors.rows[1500:1510] = target
    vectors.rows[2800:2803] = target
    frames = FrameTable(vectors)
    asked = PictureQuestion(target, frames.background(target))
    found = candidates(
        asked,
        frames,
        scan(asked, frames, None),
        shots_of=lambda _: [],
        duration=lambda _: 3000.0,
    )
    best = sorted(c.span for c in sorted(found, key=lambda c: -c.chance)[:2])
    assert best[0].iou(Span(1499.5, 1509.5)) > 0.8
    assert best[1].iou(Span(2799.5, 2802.5)) > 0.6


def test_a_video_full_of_answers_does_not_hide_the_others() -> None:
    vectors = table([2000, 50, 50], d=32)
    target = unit(np.ones(32, np.float32))
    vectors.rows[100:1900:3] = target
    vectors.rows[2010:2015] = vectors.rows[2080:2085] = 0.9 * target
    frames = FrameTable(vectors)
    asked = PictureQuestion(target, Likeness(0.0, 0.18))
    found = candidates(
        asked,
        frames,
        scan(asked, frames, None),
        shots_of=lambda _: [],
        duration=lambda v: 2000.0 if v == "v0" else 50.0,
    )
    assert {c.video for c in found if c.chance > 0.5} >= {"v0"}
    assert {c.video for c in found} == {"v0", "v1", "v2"}
    only = scan(asked, frames, ["v0"])
    assert set(np.searchsorted(vectors.starts, only.rows, "right") - 1) == {0}


def test_parts_are_summed_as_standard_scores(colour_encoder: ColourEncoder, tmp_path: Path) -> None:
    Image.new("RGB", (4, 4), (0, 200, 0)).save(tmp_path / "green.png")
    frames = FrameTable(table([200], d=4))
    parts = [Part("words", "red", 1.0), Part("image", str(tmp_path / "green.png"), -0.5)]
    asked = ask(parts, frames, colour_encoder, no_span)
    red, green = colour_encoder.encode_words(["red", "green"])
    rows = frames.table.rows.astype(np.float64)
    wanted = sum(
        weight * rows @ v / frames.background(v, frames.prior("image")).deviation
        for weight, v in ((1.0, red), (-0.5, green))  # nothing is known of words here
    )
    got = rows @ asked.vector.astype(np.float64)
    assert np.corrcoef(wanted, got)[0, 1] > 0.99999


def test_a_span_is_the_mean_of_its_frames() -> None:
    frames = FrameTable(table([5, 10]))
    rows = frames.table.rows.astype(np.float32)
    assert np.allclose(frames.of_span("v1", Span(2, 4)), unit(rows[7:9].mean(axis=0)))
    assert np.allclose(frames.of_span("v1", Span(2.2, 2.4)), unit(rows[7]), atol=1e-3)
    with pytest.raises(QueryError):
        frames.of_span("nobody", Span(0, 1))


def test_a_bank_is_used() -> None:
    bank = np.tile(unit(np.arange(8, dtype=np.float32)), (50, 1))
    query = unit(np.arange(8, dtype=np.float32))
    assert FrameTable(table([50]), bank).background(query).mean > 0.5
    assert abs(FrameTable(table([50])).background(query).mean) < 0.3


@pytest.mark.parametrize("popularity", [0.0, 0.6, 2.0])
def test_popularity_is_taken_from_frames_and_not_from_the_background(popularity: float) -> None:
    rng = np.random.default_rng(5)
    bank, texts = (
        np.stack([unit(v) for v in rng.normal(size=(n, 8)).astype(np.float32)]) for n in (60, 7)
    )
    known = Calibration(0.5, 4.0, -1.0, popularity)
    frames = FrameTable(table([40, 9]), bank, lambda: texts, known)
    query = unit(rng.normal(size=8).astype(np.float32))
    asked = frames.worded(query, Prior())
    plain = frames.background(query)
    for row in frames.table.rows.astype(np.float64):
        liked = float(np.mean([row @ text for text in texts]))
        cosine = float(row @ query) - popularity * liked
        wanted = 0.5 * float(plain.plain(cosine)) + 4.0 * cosine - 1.0
        got = float(asked.background.standard(row @ asked.vector))
        assert got == pytest.approx(wanted, abs=1e-5)


def test_pictures_are_turned_upright(tmp_path: Path) -> None:
    image = Image.new("RGB", (4, 2), (9, 9, 9))
    exif = image.getexif()
    exif[0x0112] = 6
    image.save(tmp_path / "a.jpg", exif=exif)
    assert picture_of(str(tmp_path / "a.jpg")).shape == (4, 2, 3)
    Image.new("RGBA", (3, 5)).save(tmp_path / "b.png")
    assert picture_of(str(tmp_path / "b.png")).shape == (5, 3, 3)


def test_pictures_of_sixteen_bits_and_those_that_one_sees_through(tmp_path: Path) -> None:
    ramp = np.arange(0, 65536, 257, np.uint16)[None].repeat(4, axis=0)
    Image.fromarray(ramp).save(tmp_path / "deep.png")
    seen = picture_of(str(tmp_path / "deep.png"))
    assert np.array_equal(seen, np.arange(256)[None, :, None].repeat(4, 0).repeat(3, 2))
    through = np.zeros((2, 2, 4), np.uint8)
    through[..., 0], through[0, 0, 3] = 255, 255
    Image.fromarray(through).save(tmp_path / "through.png")
    assert picture_of(str(tmp_path / "through.png")).tolist() == [
        [[255, 0, 0], [255, 255, 255]],
        [[255, 255, 255], [255, 255, 255]],
    ]


def test_only_formats_of_pictures_are_opened(tmp_path: Path) -> None:
    """Pillow would hand a page of PostScript to another program."""
    page = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n"
    for name, data in (("a.jpg", page), ("b.jpg", b"DDS |" + bytes(200))):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(QueryError, match="cannot be read as a picture"):
            picture_of(str(tmp_path / name))


def test_chances_are_far_from_certain_for_noise() -> None:
    assert float(chance(-30.0)) > 0
