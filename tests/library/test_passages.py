from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kinolex.library.passages import seconds
from kinolex.library.store import Store
from tests.library.samples import add_video, said


@given(
    st.lists(st.integers(0, 2**40), max_size=20),
    st.fractions(Fraction(1, 90000), Fraction(1, 1), max_denominator=90000),
)
def test_seconds_are_rounded_like_exact_fractions(pts: list[int], base: Fraction) -> None:
    found = seconds(np.array(pts, np.int64), base)
    for one, time in zip(pts, found, strict=True):
        assert abs(float(one * base) - time) <= 1e-15 * max(1.0, abs(time))


def test_by_id_in_the_order_asked(store: Store) -> None:
    video = add_video(store, 1, said(*(str(n) for n in range(1200))))
    ids = [p.id for p in store.passages_of(video)]
    wanted = [*reversed(ids), ids[3], 10**9]
    assert [p.text for p in store.passages(wanted)] == [
        *(str(n) for n in reversed(range(1200))),
        "3",
    ]


def test_by_video_and_source_in_order_of_time(store: Store) -> None:
    video = add_video(store, 1, said("a title", source="title"), said("said", "more"))
    assert [p.text for p in store.passages_of(video)] == ["a title", "said", "more"]
    assert [p.text for p in store.passages_of(video, ["speech"])] == ["said", "more"]
    assert store.passages_of(video, ()) == []
