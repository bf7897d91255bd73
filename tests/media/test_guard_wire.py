"""The wire between the guard and its child: nothing is lost, and nothing wrong is believed."""

from __future__ import annotations

import datetime as dt
import os
import threading
from collections.abc import Mapping
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from kinolex.media.guard import wire
from kinolex.media.guard.arena import Arena, aligned
from kinolex.media.guard.budget import budget
from kinolex.media.guard.codec import GarbledError, pack, unpack
from kinolex.media.guard.memory import bytes_read, own_memory
from kinolex.media.types import (
    AudioStream,
    Chapter,
    Cue,
    Frame,
    MediaInfo,
    PicturePlan,
    SoundPiece,
    SubtitleStream,
    VideoStream,
)
from kinolex.moments import Span
from kinolex.settings import Settings

# Names may hold bytes that are no Unicode (as lone surrogates).
TEXT = st.text(st.characters(codec="utf-8") | st.sampled_from("\udcff\udc80"), max_size=12)
NUMBER = st.floats(allow_nan=False, allow_infinity=False)
COUNT = st.integers(-(2**60), 2**60)
SPAN = st.tuples(st.floats(0, 1e6), st.floats(1e-3, 1e6)).map(lambda p: Span(p[0], p[0] + p[1]))
RATIO = st.builds(Fraction, COUNT, st.integers(1, 2**40))
VIDEO = st.builds(
    VideoStream,
    *(COUNT, TEXT, COUNT, COUNT, COUNT, COUNT, RATIO, COUNT, NUMBER, COUNT, TEXT),
    interlaced=st.booleans(),
)
INFO = st.builds(
    MediaInfo,
    TEXT,
    TEXT,
    NUMBER,
    st.none() | VIDEO,
    st.lists(st.builds(AudioStream, COUNT, TEXT, COUNT, COUNT), max_size=2).map(tuple),
    st.lists(st.builds(SubtitleStream, COUNT, TEXT), max_size=2).map(tuple),
    st.lists(st.builds(Chapter, SPAN, TEXT), max_size=2).map(tuple),
    st.dictionaries(TEXT, TEXT, max_size=3),
    st.none() | st.datetimes(timezones=st.none() | st.just(dt.UTC)),
    reader=st.sampled_from(["av", "pillow"]),
)
PICTURE = st_numpy.arrays(np.uint8, st.tuples(*[st.integers(0, 4)] * 3))
FRAME = st.builds(
    Frame,
    *(COUNT, NUMBER, st.booleans(), st.none() | PICTURE, st.none() | PICTURE),
    still=st.none() | st.binary(max_size=20),
    cuts=st.lists(NUMBER, max_size=3).map(tuple),
)
SOUND = st.builds(
    SoundPiece,
    NUMBER,
    st_numpy.arrays(np.float32, st.integers(0, 9), elements=st.floats(-1, 1, width=32)),
)
PLAN = st.builds(PicturePlan, st.sampled_from(["every", "shots"]), span=st.none() | SPAN)
CUES = st.lists(st.builds(Cue, SPAN, TEXT, TEXT), max_size=3)


def _through(hint, value):
    """There and back over a real pipe; blobs as flat bytes."""
    blobs: list = []
    plain = pack(value, blobs)
    reading, writing = os.pipe()
    try:
        sender = threading.Thread(target=wire.send, args=(writing, {"value": plain}))
        sender.start()
        message = wire.receive(reading)
        sender.join()
    finally:
        os.close(reading)
        os.close(writing)
    return unpack(hint, message["value"], [memoryview(bytes(blob)) for blob in blobs])


def _same(one, two) -> bool:
    if isinstance(one, np.ndarray):
        return one.dtype == two.dtype and one.shape == two.shape and bool((one == two).all())
    if hasattr(one, "__dataclass_fields__"):
        return type(one) is type(two) and all(
            _same(getattr(one, name), getattr(two, name)) for name in one.__dataclass_fields__
        )
    return type(one) is type(two) and one == two


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.tuples(st.just(MediaInfo), INFO),
        st.tuples(st.just(Frame), FRAME),
        st.tuples(st.just(SoundPiece), SOUND),
        st.tuples(st.just(PicturePlan), PLAN),
        st.tuples(st.just(list[Cue]), CUES),
        st.tuples(st.just(bytes), st.binary(max_size=50)),
    )
)
def test_everything_arrives_as_it_was(case):
    hint, value = case
    assert _same(value, _through(hint, value))


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([MediaInfo, Frame, SoundPiece, list[Cue], bytes, PicturePlan]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["pts", "time", "key", "picture", "blob", "shape", "dtype", "start"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    ),
)
def test_nonsense_is_refused_or_harmless(hint, plain):
    try:
        value = unpack(hint, plain, [memoryview(b"1234")])
    except GarbledError:
        return
    assert isinstance(value, (list, bytes, MediaInfo, Frame, SoundPiece, PicturePlan))


@pytest.mark.parametrize(
    ("hint", "plain"),
    [
        (Span, {"start": 3.0, "end": 1.0}),
        (Span, {"start": 0.0, "end": float("inf")}),
        (Frame, {"pts": 0, "time": 0.0, "key": 1}),
        (Frame, {"pts": 0, "time": 0.0, "key": True, "evil": 1}),
        (Frame, {"pts": 0, "time": 0.0}),
        (SoundPiece, {"start": 0.0, "samples": {"blob": 0, "dtype": "object", "shape": [1]}}),
        (SoundPiece, {"start": 0.0, "samples": {"blob": 0, "dtype": "float32", "shape": [10**9]}}),
        (SoundPiece, {"start": 0.0, "samples": {"blob": 0, "dtype": "float32", "shape": [-1]}}),
        (SoundPiece, {"start": 0.0, "samples": {"blob": -1, "dtype": "float32", "shape": [1]}}),
        (SoundPiece, {"start": 0.0, "samples": {"blob": 5, "dtype": "float32", "shape": [1]}}),
        (Fraction, [1, 0]),
        (dt.datetime, "yesterday"),
        (tuple[float, ...], "12"),
        (Mapping[str, str], ["a"]),
    ],
)
def test_what_does_not_fit_is_garbled(hint, plain):
    with pytest.raises(GarbledError):
        unpack(hint, plain, [memoryview(b"12345678")])


def test_only_our_types_have_a_wire_form():
    with pytest.raises(TypeError):
        pack(object(), [])
    with pytest.raises(TypeError):
        unpack(dict, {})


@pytest.mark.parametrize(
    "sent", [b"\xff\xff\xff\xff", b"\x02\0\0\0[]", b"\x03\0\0\0{{{", b"\x04\0\0\0null"]
)
def test_frames_that_are_no_messages(sent):
    reading, writing = os.pipe()
    os.write(writing, sent)
    os.close(writing)
    with pytest.raises(GarbledError):
        wire.receive(reading)
    os.close(reading)


@pytest.mark.parametrize("sent", [b"", b"\x09", b"\x09\0\0\0{"])
def test_an_end_in_the_middle_is_an_end(sent):
    reading, writing = os.pipe()
    os.write(writing, sent)
    os.close(writing)
    assert wire.receive(reading) is None
    os.close(reading)


class TestArena:
    def test_both_sides_see_the_same_bytes_and_growth(self):
        here = Arena()
        here.resize(4096)
        there = Arena(here.handle if os.name == "nt" else str(os.dup(int(here.handle))))
        for size in (4096, 1_000_000):
            here.resize(size)
            there.resize(size)
            with there.piece(size - 5, 5) as piece:
                piece[:] = b"hello"
            with here.piece(size - 5, 5) as piece:
                assert bytes(piece) == b"hello"
        here.close()
        there.close()

    @pytest.mark.parametrize(("offset", "length"), [(-1, 2), (0, 4097), (4096, 1), (9, -3)])
    def test_bounds(self, offset, length):
        arena = Arena()
        arena.resize(4096)
        with pytest.raises(ValueError, match="shared"):
            arena.piece(offset, length)
        arena.close()
        with pytest.raises(ValueError, match="shared"):
            arena.piece(0, 1)

    @pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="needs Linux")
    def test_a_hostile_child_cannot_shrink_it(self):
        arena = Arena()
        arena.resize(8192)
        with pytest.raises(PermissionError):
            os.ftruncate(int(arena.handle), 0)
        arena.close()

    @given(st.integers(0, 10**9))
    def test_alignment(self, length):
        assert length <= aligned(length) < length + 64
        assert aligned(length) % 64 == 0


class TestBudget:
    SETTINGS = Settings(decode_seconds=60, decode_memory_mb=1000)

    def _info(self, width: int, height: int, duration: float = 100.0, fps: float = 25.0):
        video = VideoStream(0, "h264", width, height, width, height, Fraction(1, 1000), 0, fps)
        return MediaInfo("x", "mp4", duration, video)

    def test_time_grows_with_length_weight_and_size(self):
        def seconds(*size, **more):
            return budget(self.SETTINGS, "decode", info=self._info(*size), **more).seconds

        assert seconds(640, 360) == 60 + 2 * 100
        assert seconds(3840, 2160) > 2 * seconds(640, 360)
        assert seconds(640, 360, size=400_000_000) == 60 + 200 + 100

    def test_memory_grows_with_the_picture_but_not_beyond_the_machine(self):
        def memory(*size):
            return budget(self.SETTINGS, "decode", info=self._info(*size)).memory

        assert memory(640, 360) == memory(3840, 2160) == 1_000_000_000
        assert memory(640, 360) < memory(4096, 2160) <= memory(7680, 4320)
        assert memory(2**20, 2**20) < 2**42

    def test_absurd_rates_do_not_make_absurd_budgets(self):
        one = budget(self.SETTINGS, "decode", info=self._info(640, 360, fps=1e9)).seconds
        assert one < 60 + 2 * 100 * 10


def test_memory_and_progress_of_a_process_are_known_on_linux():
    if not os.path.exists("/proc/self/statm"):
        pytest.skip("needs /proc")
    before = own_memory(os.getpid())
    ballast = bytearray(os.urandom(1 << 20) * 64)
    assert own_memory(os.getpid()) - before > 32 << 20
    del ballast
    read = bytes_read(os.getpid())
    with open("/dev/zero", "rb") as file:
        file.read(1 << 20)
    assert bytes_read(os.getpid()) - read >= 1 << 20
    assert own_memory(2**30) == bytes_read(2**30) == 0
