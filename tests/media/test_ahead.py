from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.media.ahead import ahead


@given(st.lists(st.integers(), max_size=40), st.integers(1, 5))
def test_the_same_items_in_the_same_order(items: list[int], depth: int) -> None:
    assert list(ahead(items, depth)) == items


def test_no_more_than_the_depth_waits() -> None:
    made = []

    def maker() -> Iterator[int]:
        for n in range(50):
            made.append(n)
            yield n

    items = ahead(maker(), 3)
    assert next(items) == 0
    time.sleep(0.3)
    # One was taken, three wait, one is in the maker's hand.
    assert 2 <= len(made) <= 5
    items.close()


def test_an_error_comes_in_its_turn() -> None:
    def maker() -> Iterator[int]:
        yield 1
        yield 2
        raise OSError("the disk is gone")

    items = ahead(maker(), 4)
    assert [next(items), next(items)] == [1, 2]
    with pytest.raises(OSError, match="the disk is gone"):
        next(items)


def test_closing_ends_the_thread_first() -> None:
    closed = threading.Event()

    def maker() -> Iterator[int]:
        n = 0
        while not closed.is_set():
            yield n
            n += 1

    before = threading.active_count()
    items = ahead(maker(), 2)
    next(items)
    items.close()
    assert threading.active_count() == before
