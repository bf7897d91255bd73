"""The same line again, or another one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.encoders.protocols import ScreenLine
from kinolex.encoders.screen_lines import Track, alike, letters, overlap, pairs, touches

HERE, THERE = (0.1, 0.1, 0.4, 0.05), (0.1, 0.6, 0.4, 0.05)


def track(text, box=HERE, time=0.0):
    line = ScreenLine(text, box, 0.9)
    made = Track(time, line, changed=time)
    made.see(line, time)
    return made


def same(before, now, box=HERE, time=1.0):
    return pairs([track(before)], [ScreenLine(now, box, 0.9)], time) == {0: 0}


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("Gradient descent", "Gradlent descent"),
        ("Gradient descent", "GRADIENT  DESCENT."),
        ("Lesson l0", "Lesson 10"),
        ("pip install", "pip install kinolex"),
        ("00:59", "01:00"),
        ("Views: 1023", "Views: 1024"),
    ],
)
def test_the_same_line(before, now):
    assert same(before, now)


@pytest.mark.parametrize(
    ("before", "now"),
    [("Agenda", "Summary"), ("cat", "dog"), ("Lenses", "Mirrors and lenses of glass")],
)
def test_another_line_in_its_place(before, now):
    assert not same(before, now)


def test_numbers_that_change_slowly_are_new_lines():
    assert not same("Chapter 3", "Chapter 4", time=30.0)
    assert same("12:00", "12:01", time=60.0)


def test_lines_that_moved():
    assert same("Directed by Anna", "Directed by Anna", THERE)
    assert not same("ab", "ab", THERE)
    assert not same("Agenda for today", "Agenda of Monday", THERE)


def test_no_line_continues_two_tracks():
    lines = [ScreenLine("Agenda", HERE, 0.9)]
    assert pairs([track("Agenda", THERE), track("Agenda")], lines, 1.0) == {1: 0}


def test_the_best_spelling():
    made = track("Gradlent")
    for text, confidence in (("Gradient", 0.8), ("Gradient", 0.7), ("Gradlent", 0.55)):
        made.see(ScreenLine(text, HERE, confidence), 1.0)
    assert made.best == ScreenLine("Gradient", HERE, 0.8)


@given(st.text(max_size=15), st.text(max_size=15))
def test_likeness_is_symmetric_and_bounded(a, b):
    assert alike(a, b) == alike(b, a)
    assert 0 <= alike(a, b) <= 1
    assert alike(a, a) == 1
    assert letters(letters(a)) == letters(a) or not a.isascii()


boxes = st.tuples(*[st.floats(0, 0.8)] * 2, *[st.floats(0.01, 0.2)] * 2)


@given(boxes, boxes)
def test_overlap_is_symmetric_and_bounded(a, b):
    assert overlap(a, b) == pytest.approx(overlap(b, a))
    assert 0 <= overlap(a, b) <= 1 + 1e-9
    assert overlap(a, a) == pytest.approx(1)
    assert touches(a, a)
