"""The guard: whatever a file, a decoder or a signal does to the child, the next file is read.

Every child here is the real one and every file a real one; the signals are real signals.
"""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import os
import signal
import sys
import threading
import time
import warnings
from pathlib import Path

import numpy as np
import pytest

from kinolex.errors import MediaError, UsageError
from kinolex.media.decode import pictures
from kinolex.media.guard import Guard, stream
from kinolex.media.probe import probe
from kinolex.media.sound import sound
from kinolex.media.types import Frame, MediaInfo, PicturePlan
from kinolex.moments import Span
from kinolex.settings import Settings
from kinolex.testing.clips import make_clip, read_number

linux = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc and Linux signals")
posix = pytest.mark.skipif(os.name != "posix", reason="needs signals")

EVERY_FRAME = PicturePlan(every=0.01, picture_size=64, cuts=False)


@pytest.fixture(scope="module")
def noise(tmp_path_factory) -> Path:
    """A file that is no film."""
    path = tmp_path_factory.mktemp("noise") / "noise.mp4"
    path.write_bytes(np.random.default_rng(0).bytes(5000))
    return path


def _same(one: Frame, two: Frame) -> bool:
    """Equal in everything, pictures byte for byte."""
    for field in dataclasses.fields(Frame):
        left, right = getattr(one, field.name), getattr(two, field.name)
        if isinstance(left, np.ndarray):
            if left.dtype != right.dtype or not np.array_equal(left, right):
                return False
        elif left != right or type(left) is not type(right):
            return False
    return True


def _numbers(frames) -> list[int]:
    return [read_number(frame.picture) for frame in frames]


class TestSameAsWithout:
    PLANS = (
        PicturePlan(every=0.5, still_size=96, screen_size=120),
        PicturePlan("keyframes", picture_size=32, picture_square=True),
        PicturePlan("budget", budget=5, picture_size=0, still_size=64),
        PicturePlan("shots", every=1.0, span=Span(1.0, 4.0)),
    )

    @pytest.mark.parametrize("plan", PLANS)
    def test_pictures(self, guard, film, plan):
        info = guard.probe(film)
        direct = list(pictures(film, probe(film), plan))
        guarded = list(guard.pictures(info, plan))
        assert direct
        assert len(direct) == len(guarded)
        assert all(map(_same, direct, guarded))

    def test_sound(self, guard, film):
        info = guard.probe(film)
        direct = list(sound(film, info, piece_seconds=2.0))
        guarded = list(guard.sound(info, piece_seconds=2.0))
        assert [piece.start for piece in direct] == [piece.start for piece in guarded]
        assert all(
            np.array_equal(a.samples, b.samples) for a, b in zip(direct, guarded, strict=True)
        )
        assert guarded[0].samples.dtype == np.float32

    def test_probing_the_odd_files(self, guard, odd_media):
        """Equal descriptions or equal errors, and never another child."""
        pids = set()
        for path in sorted(odd_media.iterdir()):
            if path.suffix in (".jsonl", ".srt", ".vtt") or path.name[0] == ".":
                continue
            results = []
            for way in (guard.probe, probe):
                try:
                    results.append(way(path))
                except MediaError as error:
                    results.append((error.message, error.reason, error.stage, error.hint))
            assert results[0] == results[1], path.name
            pids.add(guard.pid)
        assert len(pids - {None}) == 1

    def test_subtitles(self, guard, odd_media):
        info = guard.probe(odd_media / "srt_in.mkv")
        cues = guard.cues(info, info.subtitles[0].index)
        assert [cue.text for cue in cues] == [
            "A purple bird sits on a branch.",
            'It sings: "tralala" – schön!',
        ]

    def test_still(self, guard, film):
        image = pytest.importorskip("PIL.Image")
        import io

        info = guard.probe(film)
        for at in (0.0, 3.0, 100.0):
            still = image.open(io.BytesIO(guard.still(info, at, 160)))
            assert still.format == "JPEG"
            assert max(still.size) == 160
            shown = read_number(np.asarray(still.convert("RGB")))
            assert abs(shown - min(at * 24, 143)) <= 1

    def test_no_picture_no_still(self, guard, odd_media):
        info = guard.probe(odd_media / "ac3_audio_only.mp4")
        with pytest.raises(MediaError) as caught:
            guard.still(info, 0.0, 100)
        assert caught.value.reason == "no-streams"

    def test_arrays_are_the_callers_own(self, guard, film):
        frames = list(guard.pictures(guard.probe(film), EVERY_FRAME))
        assert _numbers(frames) == list(range(144))
        frames[0].picture[:] = 0
        assert frames[0].picture.flags.owndata
        assert frames[1].picture.any()


class TestDeath:
    """Signals in the middle of a job, and what the next job sees."""

    def _killed(self, guard, film, number: int) -> MediaError:
        info = guard.probe(film)
        first = guard.pid
        frames = guard.pictures(info, EVERY_FRAME)
        next(frames)
        os.kill(first, number)
        with pytest.raises(MediaError) as caught:
            list(frames)
        assert _numbers(guard.pictures(info, EVERY_FRAME)) == list(range(144))
        assert guard.pid != first
        return caught.value

    @posix
    @pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT])
    def test_crashes(self, guard, film, number):
        error = self._killed(guard, film, number)
        assert (error.reason, error.stage) == ("crashed", "decode")
        assert film.name in error.message
        assert signal.Signals(number).name in error.message

    @posix
    def test_a_dead_iterator_stays_dead(self, guard, film):
        frames = guard.pictures(guard.probe(film), EVERY_FRAME)
        next(frames)
        os.kill(guard.pid, signal.SIGKILL)
        with pytest.raises(MediaError):
            list(frames)
        assert list(frames) == []

    @posix
    def test_a_child_that_died_idle_costs_the_next_file_nothing(self, guard, film):
        for _ in range(3):
            info = guard.probe(film)
            os.kill(guard.pid, signal.SIGKILL)
        assert info.duration == pytest.approx(6, abs=0.1)

    @linux
    def test_a_hanging_child_is_found_out(self, film, gone):
        with Guard(Settings(decode_seconds=2.0)) as guard:
            info = guard.probe(film)
            frames = guard.pictures(info, EVERY_FRAME)
            next(frames)
            first = guard.pid
            os.kill(first, signal.SIGSTOP)
            with pytest.raises(MediaError) as caught:
                list(frames)
            assert (caught.value.reason, caught.value.stage) == ("too-slow", "decode")
            assert gone(first)
            assert guard.probe(film) == info

    @linux
    def test_a_stopped_idle_child_is_replaced(self, film, monkeypatch, gone):
        monkeypatch.setattr("kinolex.media.guard.guard._BEGIN_SECONDS", 3.0)
        with Guard() as guard:
            guard.probe(film)
            first = guard.pid
            os.kill(first, signal.SIGSTOP)
            guard.probe(film)
            assert guard.pid != first
            assert gone(first)


@pytest.fixture(scope="module")
def long_film(tmp_path_factory):
    """Enough work that no machine does it in a tenth of a second."""
    place = tmp_path_factory.mktemp("long") / "long.mp4"
    return make_clip(place, seconds=60, size=(640, 480), scenes=[(60, "gradient")])


class TestTime:
    def test_a_film_longer_than_it_says_is_given_up(self, long_film):
        film = long_film
        with Guard(Settings(decode_seconds=0.05)) as guard:
            info = dataclasses.replace(probe(film), duration=0.01)
            with pytest.raises(MediaError) as caught:
                for _ in guard.pictures(info, PicturePlan(every=0.01, picture_size=1024)):
                    pass
            assert caught.value.reason == "too-slow"
            assert film.name in caught.value.message

    def test_the_consumers_time_is_not_the_files(self, film):
        with Guard(Settings(decode_seconds=0.6)) as guard:
            info = dataclasses.replace(probe(film), duration=0.2)
            seen = []
            for frame in guard.pictures(info, EVERY_FRAME):
                if len(seen) < 20:
                    time.sleep(0.08)  # 1.6 seconds in all: more than the whole budget
                seen.append(frame)
        assert _numbers(seen) == list(range(144))

    def test_a_slow_consumer_does_not_hide_an_endless_file(self, long_film):
        film = long_film
        with Guard(Settings(decode_seconds=0.05)) as guard:
            info = dataclasses.replace(probe(film), duration=0.01)
            frames = guard.pictures(info, PicturePlan(every=0.01, picture_size=1024))
            with pytest.raises(MediaError) as caught:
                _ = [time.sleep(0.02) for _ in frames]
            assert caught.value.reason == "too-slow"

    def test_a_file_that_grows_for_ever_ends(self, tmp_path):
        part = make_clip(tmp_path / "part.ts", seconds=2, size=(160, 120)).read_bytes()
        path = tmp_path / "growing.ts"
        path.write_bytes(part * 4)
        enough = threading.Event()

        def grow() -> None:
            with path.open("ab", buffering=0) as file:
                while not enough.wait(0.01) and file.tell() < 500_000_000:
                    file.write(part * 20)

        writer = threading.Thread(target=grow)
        writer.start()
        try:
            with Guard(Settings(decode_seconds=0.2)) as guard, contextlib.suppress(MediaError):
                info = dataclasses.replace(probe(path), duration=0.5)
                for _ in guard.pictures(info, PicturePlan(every=0.5)):
                    pass
        finally:
            enough.set()
            writer.join()


class TestMemory:
    @linux
    def test_an_8k_film_in_a_small_budget(self, guard, tmp_path, film):
        path = make_clip(
            tmp_path / "8k.mp4",
            fps=8,
            size=(7680, 4320),
            scenes=[(0.125, "gray")],
            numbers=False,
            codec="mpeg4",
            bframes=0,
        )
        info = probe(path)
        with Guard(Settings(decode_memory_mb=64)) as small:
            tight = dataclasses.replace(
                info, video=dataclasses.replace(info.video, coded_width=640, coded_height=360)
            )
            with pytest.raises(MediaError) as caught:
                list(small.pictures(tight, EVERY_FRAME))
            assert (caught.value.reason, caught.value.stage) == ("too-big", "decode")
            assert "64 MB" in caught.value.message
            assert len(list(small.pictures(small.probe(film), EVERY_FRAME))) == 144
        assert len(list(guard.pictures(info, EVERY_FRAME))) == 1

    @linux
    def test_a_child_that_keeps_much_is_replaced(self, guard, film, monkeypatch, gone):
        guard.probe(film)
        first = guard.pid
        monkeypatch.setattr("kinolex.media.guard.guard._RECYCLE_SHARE", 10**6)
        guard.probe(film)
        assert gone(first)
        assert guard.probe(film).video is not None


class TestOneBadFile:
    def test_a_hundred_good_and_bad_ones_in_turn(self, guard, film, noise, tmp_path):
        (tmp_path / "empty.mp4").touch()
        (tmp_path / "cut.mp4").write_bytes(film.read_bytes()[:3000])
        bad = [noise, tmp_path / "empty.mp4", tmp_path / "cut.mp4", tmp_path / "gone.mp4"]
        pids, reasons = set(), set()
        for number in range(50):
            assert guard.probe(film).duration == pytest.approx(6, abs=0.1)
            with pytest.raises(MediaError) as caught:
                guard.probe(bad[number % len(bad)])
            reasons.add(caught.value.reason)
            pids.add(guard.pid)
        assert len(pids) == 1
        assert reasons == {"not-media", "empty", "truncated", "missing"}

    @posix
    def test_a_pipe_is_refused_at_once(self, guard, tmp_path):
        os.mkfifo(tmp_path / "pipe.mp4")
        with pytest.raises(MediaError) as caught:
            guard.probe(tmp_path / "pipe.mp4")
        assert (caught.value.reason, caught.value.stage) == ("not-a-file", "probe")

    def test_a_file_that_vanished_after_probing(self, guard, tmp_path):
        path = make_clip(tmp_path / "a.mp4", seconds=1, size=(64, 48), numbers=False, sound="tone")
        info = guard.probe(path)
        path.unlink()
        for call, stage in (
            (lambda: guard.pictures(info, EVERY_FRAME), "decode"),
            (lambda: guard.sound(info), "sound"),
            (lambda: guard.cues(info, 0), "subtitles"),
        ):
            with pytest.raises(MediaError) as caught:
                list(call())
            assert (caught.value.reason, caught.value.stage) == ("missing", stage)

    def test_a_wrong_order_is_our_fault_and_says_so(self, guard, film):
        with pytest.raises(MediaError) as caught:
            list(guard.pictures(guard.probe(film), PicturePlan(every=0.0)))
        assert caught.value.reason == "crashed"
        assert "ValueError" in caught.value.message
        assert any("Traceback" in note for note in caught.value.__notes__)


class TestCancelling:
    def test_closing_early_keeps_the_child(self, guard, film):
        info = guard.probe(film)
        for _ in range(5):
            with guard.pictures(info, EVERY_FRAME) as frames:
                assert read_number(next(frames).picture) == 0
            pid = guard.pid
            assert list(frames) == []
            assert guard.probe(film) == info
            assert guard.pid == pid

    def test_dropping_is_closing(self, guard, film):
        info = guard.probe(film)
        for frame in guard.pictures(info, EVERY_FRAME):
            assert read_number(frame.picture) == 0
            break
        gc.collect()
        assert _numbers(guard.pictures(info, EVERY_FRAME)) == list(range(144))

    def test_an_iterator_that_lost_its_guard_says_so(self, guard, film):
        info = guard.probe(film)
        first = guard.pictures(info, EVERY_FRAME)
        next(first)
        second = guard.pictures(info, EVERY_FRAME)
        with pytest.raises(UsageError):
            next(first)
        assert _numbers(second) == list(range(144))

    def test_a_read_iterator_is_simply_empty(self, guard, film):
        frames = guard.pictures(guard.probe(film), EVERY_FRAME)
        assert len(list(frames)) == 144
        guard.probe(film)
        assert list(frames) == []

    @linux
    def test_a_child_that_does_not_stop_is_killed(self, guard, film, monkeypatch, gone):
        monkeypatch.setattr(stream, "_GRACE_SECONDS", 0.2)
        frames = guard.pictures(guard.probe(film), EVERY_FRAME)
        next(frames)
        first = guard.pid
        os.kill(first, signal.SIGSTOP)
        frames.close()
        assert gone(first)
        assert guard.probe(film).video is not None

    def test_an_error_of_the_consumer_frees_the_guard(self, guard, film):
        info = guard.probe(film)
        with pytest.raises(ZeroDivisionError), guard.pictures(info, EVERY_FRAME) as frames:
            1 / next(frames).pts
        assert guard.probe(film) == info

    def test_a_closed_guard_opens_again(self, film):
        guard = Guard()
        info = guard.probe(film)
        first = guard.pid
        guard.close()
        guard.close()
        assert guard.pid is None
        assert guard.probe(film) == info
        assert guard.pid != first
        guard.close()

    def test_one_thread_at_a_time(self, guard, film):
        info = guard.probe(film)
        with guard._turn, pytest.raises(UsageError):
            guard.probe(film)
        results: list[MediaInfo] = []
        thread = threading.Thread(target=lambda: results.append(guard.probe(film)))
        thread.start()
        thread.join()
        assert results == [info]

    def test_the_thread_that_started_the_child_may_end(self, film):
        guard = Guard()
        thread = threading.Thread(target=guard.probe, args=(film,))
        thread.start()
        thread.join()
        pid = guard.pid
        time.sleep(0.2)
        assert guard.probe(film).video is not None
        assert guard.pid == pid
        guard.close()

    def test_two_guards_side_by_side(self, film):
        with Guard() as one, Guard() as two:
            info = one.probe(film)
            frames, pieces = one.pictures(info, EVERY_FRAME), two.sound(info, piece_seconds=0.5)
            pairs = list(zip(frames, pieces, strict=False))
            assert len(pairs) in (12, 13)
            assert all(frame.picture is not None and len(piece.samples) for frame, piece in pairs)


class TestWarnings:
    def test_those_of_the_child_are_ours(self, guard, film):
        plan = dataclasses.replace(EVERY_FRAME, hardware="qsv")
        with warnings.catch_warnings(record=True) as direct:
            warnings.simplefilter("always")
            expected = list(pictures(film, probe(film), plan))
        if not direct:
            pytest.skip("this machine has that hardware")
        info = guard.probe(film)
        with pytest.warns(UserWarning, match=r".") as caught:
            frames = list(guard.pictures(info, plan))
        assert [str(w.message) for w in caught] == [str(w.message) for w in direct]
        assert all(map(_same, expected, frames))
