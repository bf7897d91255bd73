"""Reading order of slides whose order people agree on."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kinolex.encoders.protocols import ScreenLine
from kinolex.encoders.screen_layout import hull, reading_order


def page(*cells):
    return [ScreenLine(text, box, 1.0) for text, box in cells]


def order(lines):
    return [line.text for line in reading_order(lines[::-1])]


def test_a_title_and_bullets():
    lines = page(
        ("Title", (0.1, 0.05, 0.5, 0.08)),
        ("first", (0.1, 0.2, 0.3, 0.05)),
        ("second", (0.1, 0.28, 0.3, 0.05)),
    )
    assert order(lines) == ["Title", "first", "second"]


def test_words_of_one_row_from_left_to_right_although_they_stagger():
    lines = page(
        ("one", (0.1, 0.202, 0.1, 0.05)),
        ("two", (0.25, 0.195, 0.1, 0.05)),
        ("three", (0.4, 0.205, 0.1, 0.05)),
        ("below", (0.1, 0.24, 0.1, 0.05)),
    )
    assert order(lines) == ["one", "two", "three", "below"]


def test_columns_of_running_text_are_read_one_after_the_other():
    left = [(f"left column line {i}", (0.05, 0.3 + 0.08 * i, 0.4, 0.05)) for i in range(4)]
    right = [(f"right column line {i}", (0.55, 0.3 + 0.08 * i, 0.4, 0.05)) for i in range(4)]
    lines = page(("A title above both of them", (0.1, 0.1, 0.8, 0.08)), *left, *right)
    assert order(lines) == ["A title above both of them", *(t for t, _ in left + right)]


def test_tables_are_read_row_by_row():
    cells = [
        (f"{name}{i}", (x, 0.3 + 0.08 * i, 0.1, 0.05))
        for i in range(3)
        for name, x in (("item", 0.1), ("price", 0.6))
    ]
    assert order(page(*cells)) == ["item0", "price0", "item1", "price1", "item2", "price2"]


boxes = st.tuples(*[st.floats(0, 0.8)] * 2, *[st.floats(0.001, 0.2)] * 2)
pages = st.lists(st.builds(ScreenLine, st.text(max_size=20), boxes, st.floats(0, 1)), max_size=20)


@given(pages, st.randoms(use_true_random=False))
def test_every_line_once_in_an_order_that_depends_on_the_page_alone(lines, chance):
    found = reading_order(lines)
    assert sorted(map(repr, found)) == sorted(map(repr, lines))
    assert reading_order(chance.sample(lines, len(lines))) == found


@given(st.lists(boxes, min_size=1, max_size=9))
def test_a_hull_holds_every_box(given_boxes):
    left, top, width, height = hull(given_boxes)
    for box in given_boxes:
        assert left <= box[0]
        assert top <= box[1]
        assert box[0] + box[2] <= left + width + 1e-9
        assert box[1] + box[3] <= top + height + 1e-9
