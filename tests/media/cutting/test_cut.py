from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from kinolex.errors import MediaError, UsageError
from kinolex.media.cutting.plan import Cut, CutPlan, Piece
from kinolex.media.guard import Guard
from kinolex.media.guard.budget import cut_budget
from kinolex.media.probe import probe
from kinolex.moments import Span
from kinolex.settings import Settings
from kinolex.testing.clips import make_clip
from tests.media.cutting.films import made, pieces, seen


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("film") / "film.mp4"
    return make_clip(place, seconds=4, size=(160, 120), gop=24, sound="tone")


def test_copies_where_it_can(film: Path, tmp_path: Path) -> None:
    assert made(tmp_path / "a.mp4", pieces((film, 1.0, 2.0))).way == "copy"
    assert made(tmp_path / "a.mp4", pieces((film, 1.0, 2.0)), copy=False).way == "code"
    done = made(tmp_path / "a.mp4", pieces((film, 1.2, 2.0)))
    assert (done.way, done.why) == ("code", "the nearest key frame lies 0.20 s before the span")
    two = made(tmp_path / "a.mp4", pieces((film, 1.0, 2.0), (film, 0.0, 1.0)), reel=True)
    assert (two.way, two.done) == ("code", pytest.approx(2.0))


def test_a_copy_that_begins_damaged_is_coded_instead(film: Path, tmp_path: Path) -> None:
    import av

    with av.open(str(film)) as container:
        keys = [p.pos for p in container.demux(video=0) if p.size and p.is_keyframe]
    raw = bytearray(film.read_bytes())
    raw[keys[1] + 8 : keys[1] + 400] = bytes(392)
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(raw)
    (piece,) = pieces((bad, 1.0, 2.0))
    done = made(tmp_path / "a.mp4", [piece])
    assert (done.way, done.why) == ("code", "the copy would not begin with a whole picture")


def test_in_the_guarded_process(film: Path, tmp_path: Path) -> None:
    with Guard() as guard:
        info = guard.probe(film)
        plan = CutPlan(str(tmp_path / "a.mp4"), (Piece(info, Span(1.5, 2.5)),))
        with guard.cut(plan) as steps:
            *progress, last = steps
        assert guard.pid != os.getpid()
    assert all(step.way == "" for step in progress)
    assert isinstance(last, Cut)
    assert last.way == "code"
    assert seen(tmp_path / "a.mp4").numbers == list(range(36, 60))


def test_bad_files_are_one_error(film: Path, tmp_path: Path) -> None:
    with Guard() as guard:
        info = guard.probe(film)
        gone = replace(info, path=str(tmp_path / "gone.mp4"))
        with pytest.raises(MediaError, match="not there"):
            list(guard.cut(CutPlan(str(tmp_path / "a.mp4"), (Piece(gone, Span(0, 1)),))))
        two = (Piece(info, Span(0, 1)), Piece(gone, Span(0, 1)))
        with pytest.raises(MediaError, match="not there") as caught:
            list(guard.cut(CutPlan(str(tmp_path / "a.mp4"), two, reel=True)))
        assert caught.value.reason == "missing"
        with pytest.raises(UsageError, match="nothing to cut"):
            guard.cut(CutPlan(str(tmp_path / "a.mp4"), ()))


def test_budgets_grow_with_the_work(film: Path) -> None:
    piece = Piece(probe(film), Span(0.2, 0.4))
    settings = Settings(decode_seconds=10, decode_memory_mb=100)
    one = cut_budget(settings, CutPlan("a", (piece,)))
    two = cut_budget(settings, CutPlan("a", (piece, piece)))
    assert two.seconds - 10 == pytest.approx(2 * (one.seconds - 10))
    assert one.memory == two.memory == 200_000_000


def test_a_film_too_large_for_the_budget_is_one_error(tmp_path: Path) -> None:
    film = make_clip(tmp_path / "film.mp4", seconds=1, size=(1920, 1080), gop=90, numbers=False,
                     scenes=[(1.0, "noise")])  # fmt: skip
    with Guard(Settings(decode_memory_mb=64)) as guard:
        plan = CutPlan(str(tmp_path / "a.mp4"), (Piece(probe(film), Span(0.2, 1.0)),))
        with pytest.raises(MediaError) as caught:
            list(guard.cut(plan))
    assert caught.value.reason == "too-big"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("copy", [True, False])
def test_a_full_disk_is_one_sentence(film: Path, copy: bool) -> None:
    with Guard() as guard:
        plan = CutPlan("/dev/full", (Piece(guard.probe(film), Span(0, 3)),), copy=copy)
        with pytest.raises(MediaError, match="cannot be written: no space left on device") as told:
            list(guard.cut(plan))
    assert told.value.reason == "unwritable"
