"""Movie headers, as ISO/IEC 14496-12 lays them out."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.media.durations import movie_duration


def box(kind, body, large=False):
    if large:
        return struct.pack(">I4sQ", 1, kind, len(body) + 16) + body
    return struct.pack(">I4s", len(body) + 8, kind) + body


def header(scale, length, version=0):
    if version:
        return box(b"mvhd", b"\x01\0\0\0" + struct.pack(">QQIQ", 0, 0, scale, length) + bytes(80))
    return box(b"mvhd", bytes(4) + struct.pack(">IIII", 0, 0, scale, length) + bytes(80))


@given(st.integers(1, 90000), st.integers(1, 2**31), st.booleans(), st.booleans(), st.booleans())
def test_durations_are_read(scale, length, version, large, late):
    parts = [box(b"ftyp", b"isom" * 3), box(b"mdat", bytes(50), large)]
    moov = box(b"moov", box(b"free", b"") + header(scale, length, version), large)
    parts = [*parts, moov] if late else [parts[0], moov, parts[1]]
    assert movie_duration(io.BytesIO(b"".join(parts))) == pytest.approx(length / scale)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0\0\0",
        box(b"ftyp", b"isom"),
        box(b"moov", b""),
        box(b"moov", box(b"mvhd", b"\0")),
        box(b"moov", header(0, 5)),
        box(b"moov", header(1000, 0)),
        box(b"moov", header(1000, 0xFFFFFFFF)),
        box(b"moov", header(1000, 0xFFFFFFFFFFFFFFFF, 1)),
        struct.pack(">I4s", 3, b"moov"),
    ],
)
def test_headers_that_say_nothing(data):
    assert movie_duration(io.BytesIO(data)) is None


@given(st.binary(max_size=200))
def test_noise_is_no_header(data):
    movie_duration(io.BytesIO(data))
