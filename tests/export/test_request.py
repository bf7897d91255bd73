from __future__ import annotations

from dataclasses import replace

import pytest

from kinolex.errors import UsageError
from kinolex.moments import Span
from tests.export.samples import BOAT, HARBOUR


def test_labels() -> None:
    assert BOAT.label == "Red boat"
    assert replace(BOAT, name="").label == "Harbour walk"
    assert replace(BOAT, name="", video=replace(HARBOUR, title="")).label == HARBOUR.id


def test_handles_stay_inside_the_video() -> None:
    assert BOAT.padded(0) == Span(10, 15)
    assert BOAT.padded(11) == Span(0, 26)
    assert BOAT.padded(1000) == Span(0, 120)
    long = replace(BOAT, span=Span(100, 130))
    assert long.padded(0) == Span(100, 120)
    unknown = replace(BOAT, video=replace(HARBOUR, duration=0.0))
    assert unknown.padded(1) == Span(9, 16)


def test_a_span_behind_the_end() -> None:
    with pytest.raises(UsageError, match=r"starts at 120\.000 s, but Red boat is only 120\.000 s"):
        replace(BOAT, span=Span(120, 130)).padded(5)
