"""Lines over time: made readings whose truth is known, and what must hold for any readings."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinolex.encoders.protocols import ScreenLine
from kinolex.encoders.screen_passages import ScreenText, join_lines

TITLE, BULLET, SUBTITLE = (0.1, 0.1, 0.6, 0.08), (0.1, 0.3, 0.6, 0.05), (0.2, 0.9, 0.6, 0.06)


def line(text, box=TITLE, confidence=0.95):
    return ScreenLine(text, box, confidence)


def spans(passages):
    return [(p.text, p.span.start, p.span.end) for p in passages]


def joined(readings, end):
    text = ScreenText()
    for time, lines in readings:
        text.add(time, lines)
    return text.finish(end)


def test_a_slide_of_ninety_seconds_is_one_passage():
    slide = [line("Gradient descent"), line("Choose a learning rate", BULLET)]
    found = joined([(float(t), slide) for t in range(90)], 90.0)
    assert spans(found) == [("Gradient descent\nChoose a learning rate", 0.0, 90.0)]
    assert found[0].box == pytest.approx((0.1, 0.1, 0.6, 0.25))


def test_one_reading_holds_until_the_end():
    assert spans(joined([(3.0, [line("Agenda")])], 93.0)) == [("Agenda", 3.0, 93.0)]


def test_the_spelling_read_most_often_wins():
    read = ["Gradlent descent", "Gradient descent", "Gradient descemt", "Gradient descent"]
    found = joined([(float(i), [line(text)]) for i, text in enumerate(read)], 4.0)
    assert spans(found) == [("Gradient descent", 0.0, 4.0)]


def test_slides_that_follow_each_other_stay_apart():
    slides = ["Introduction to optics", "Lenses and mirrors", "Questions"]
    found = joined([(30.0 * i, [line(text)]) for i, text in enumerate(slides)], 90.0)
    assert spans(found) == [(t, 30.0 * i, 30.0 * i + 30) for i, t in enumerate(slides)]


def test_a_number_in_a_title_is_a_new_slide():
    found = joined([(0.0, [line("Chapter 3")]), (30.0, [line("Chapter 4")])], 60.0)
    assert spans(found) == [("Chapter 3", 0.0, 30.0), ("Chapter 4", 30.0, 60.0)]


def test_a_running_clock_is_one_passage():
    readings = [(float(t), [line(f"00:{t:02d} / 01:00")]) for t in range(60)]
    found = joined(readings, 60.0)
    assert [(p.span.start, p.span.end) for p in found] == [(0.0, 60.0)]


def test_a_counter_is_one_passage():
    readings = [(float(t), [line(f"Score {17 * t}")]) for t in range(1, 30)]
    assert len(joined(readings, 30.0)) == 1


def test_burnt_in_subtitles_beside_a_standing_slide():
    said = ["I have a question", "What is a gradient?", "It points uphill"]
    readings = [(2.0 * i, [line("Optimisation"), line(t, SUBTITLE)]) for i, t in enumerate(said)]
    found = joined(readings, 6.0)
    assert sorted(spans(found)) == sorted(
        [("Optimisation", 0.0, 6.0), *((t, 2.0 * i, 2.0 * i + 2) for i, t in enumerate(said))]
    )


def test_scrolling_lines_keep_their_identity():
    credits = ["Directed by Anna Berg", "Music by Ole Lund", "Edited by Mia Holm"]
    readings = [
        (
            float(t),
            [line(c, (0.3, 0.9 - 0.1 * t + 0.1 * i, 0.4, 0.05)) for i, c in enumerate(credits)],
        )
        for t in range(6)
    ]
    found = joined(readings, 6.0)
    assert [(p.span.start, p.span.end) for p in found] == [(0.0, 6.0)]
    assert found[0].text.split("\n") == credits


def test_typed_text_ends_as_the_whole_line():
    typed = "pip install kinolex"
    readings = [
        (t / 2, [line(typed[:n], (0.1, 0.5, 0.02 * n, 0.05))])
        for t, n in enumerate([5, 9, 13, *[len(typed)] * 8])
    ]
    assert spans(joined(readings, 10.0)) == [(typed, 0.0, 10.0)]


def test_a_line_overlooked_once_is_not_gone():
    slide = [line("Gradient descent"), line("Choose a learning rate", BULLET)]
    readings = [(float(t), slide if t != 4 else slide[:1]) for t in range(10)]
    assert len(joined(readings, 10.0)) == 1


def test_a_line_written_over_is_gone_at_once():
    found = joined([(0.0, [line("Alpha centauri")]), (1.0, [line("Betelgeuse")])], 2.0)
    assert spans(found) == [("Alpha centauri", 0.0, 1.0), ("Betelgeuse", 1.0, 2.0)]


def test_specks_are_dropped():
    specks = [line("|", confidence=0.99), line("a", BULLET, 0.9), line("q.", SUBTITLE, 0.62)]
    assert joined([(0.0, specks)], 5.0) == []


def test_a_single_chinese_letter_is_a_word():
    assert spans(joined([(0.0, [line("门")])], 5.0)) == [("门", 0.0, 5.0)]


def test_a_page_of_small_print_becomes_several_passages_of_one_span():
    page = [
        line(f"line {chr(97 + i)} " + "word " * 15, (0.1, 0.03 * i, 0.8, 0.02)) for i in range(26)
    ]
    found = joined([(0.0, page)], 10.0)
    assert len(found) > 1
    assert {(p.span.start, p.span.end) for p in found} == {(0.0, 10.0)}
    assert sum(p.text.count("\n") + 1 for p in found) == 26
    assert all(len(p.text) <= 1100 for p in found)


def test_nothing_is_held_over_a_hole():
    slide = [line("Agenda")]
    assert spans(join_lines([(0, 5, slide), (50, 55, slide)])) == [
        ("Agenda", 0, 5),
        ("Agenda", 50, 55),
    ]
    assert join_lines([]) == []


def test_a_line_that_was_read_twice_counts_the_same_in_any_order():
    sure, unsure = line("Agenda", confidence=1.0), line("Agenda", confidence=0.5)
    after = (1.0, [sure])
    one = joined([(0.0, [sure, unsure]), after], 2.0)
    assert joined([(0.0, [unsure, sure]), after], 2.0) == one


def test_times_must_rise():
    text = ScreenText()
    text.add(1.0, [])
    with pytest.raises(ValueError, match="rise"):
        text.add(1.0, [])


def test_finish_begins_anew():
    text = ScreenText()
    text.add(5.0, [line("Agenda")])
    assert len(text.finish(9.0)) == 1
    text.add(0.0, [line("Summary")])
    assert spans(text.finish(2.0)) == [("Summary", 0.0, 2.0)]


WORDS = ["gradient", "descent", "mirror", "lens", "Agenda 12", "42", "00:17", "ab", "?", "", "门"]
boxes = st.tuples(*[st.floats(0, 0.8)] * 2, *[st.floats(0.01, 0.2)] * 2)
read = st.builds(ScreenLine, st.sampled_from(WORDS) | st.text(max_size=8), boxes, st.floats(0.5, 1))
timeline = st.lists(st.tuples(st.floats(0.1, 20), st.lists(read, max_size=5)), max_size=12)


@settings(max_examples=150, deadline=None)
@given(timeline, st.randoms(use_true_random=False))
def test_any_readings_give_valid_passages(steps, chance):
    time, readings = 0.0, []
    for step, lines in steps:
        readings.append((time, lines))
        time += step
    found = joined(readings, time)
    shown = {(n.text, n.box) for _, lines in readings for n in lines}
    for passage in found:
        assert 0 <= passage.span.start < passage.span.end <= time
        assert 0.5 <= passage.confidence <= 1
        for text in passage.text.split("\n"):
            assert any(text == t for t, _ in shown) or "\n" in "".join(t for t, _ in shown)
    shuffled = [(t, chance.sample(lines, len(lines))) for t, lines in readings]
    assert joined(shuffled, time) == found


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from("ABC "), min_size=1, max_size=25), st.floats(0.5, 10))
def test_slides_are_held_exactly_as_long_as_they_were_shown(order, step):
    """Against a naive run-length count: no gap, no overlap, whatever the jitter of boxes."""
    texts = {"A": "Introduction to optics", "B": "Lenses and mirrors", "C": "Any questions?"}
    chance = random.Random(len(order))
    truth, readings = [], []
    for i, name in enumerate(order):
        if name != " ":
            box = tuple(v + chance.uniform(-0.004, 0.004) for v in TITLE)
            readings.append((i * step, [line(texts[name], box)]))
        else:
            readings.append((i * step, []))
        if truth and truth[-1][0] == name:
            truth[-1][2] = (i + 1) * step
        else:
            truth.append([name, i * step, (i + 1) * step])
    # A short blank between equal slides is an oversight of recognition, not their end.
    merged = []
    for k, (name, start, end) in enumerate(truth):
        between = name == " " and 0 < k < len(truth) - 1 and truth[k - 1][0] == truth[k + 1][0]
        if between and end - start <= 3.0:
            merged[-1][2] = end
            continue
        if merged and merged[-1][0] == name:
            merged[-1][2] = end
        else:
            merged.append([name, start, end])
    expected = [(texts[n], s, e) for n, s, e in merged if n != " "]
    assert spans(joined(readings, len(order) * step)) == expected
