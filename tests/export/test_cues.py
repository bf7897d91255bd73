from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.export.cues import Line, lines, no_words, parted, words_of
from kinolex.export.request import Clip, Options
from kinolex.library.records import Passage
from kinolex.moments import Span
from tests.export.samples import BOAT, ROPE, SAID, STREET


def test_words_count_from_the_clip_and_are_cut_to_it() -> None:
    assert lines([BOAT], Options()) == [
        Line(0, 1000, "Mind the gap."),
        Line(1500, 4250, "A <b>red</b> boat & a rope"),
        Line(4500, 5000, "and then"),
    ]


def test_clips_lie_end_to_end_as_in_a_reel() -> None:
    found = lines([BOAT, ROPE, STREET], Options())
    # 5 s of boat and 7.52 s of rope come before; the word is 0.2 s into the third clip.
    assert found[-1] == Line(12720, 13520, "夜の街")


def test_handles_move_the_zero() -> None:
    padded = lines([BOAT], Options(pad=2))
    assert padded[0] == Line(1000, 3000, "Mind the gap.")
    assert padded[-1] == Line(6500, 9000, "and then")
    assert lines([replace(BOAT, span=Span(0.5, 15))], Options(pad=2))[0].start == 9000


def sources(*clips: Clip, wanted: tuple[str, ...] = ()) -> list[list[str]]:
    return [[p.source for p in words] for words in words_of(clips, Options(sources=wanted))]


def test_sources() -> None:
    title = Passage(Span(0, 120), "Harbour walk", "title")
    screen = replace(BOAT, passages=(title, *(p for p in SAID if p.source == "screen")))
    assert sources(BOAT) == [["speech"] * 3]
    assert sources(screen) == [["screen"]]
    # One clip with speech, and the others are silent rather than shown their signs.
    assert sources(screen, BOAT) == [[], ["speech"] * 3]
    assert sources(screen, BOAT, wanted=("screen",)) == [["screen"], ["screen"]]
    assert sources(screen, wanted=("title",)) == [["title"]]
    assert sources(replace(BOAT, passages=(title,))) == [[]]
    both = sources(BOAT, wanted=("screen", "speech"))
    assert both == [["speech", "screen", "speech", "speech"]]


def test_blank_lines_and_empty_words() -> None:
    said = (
        Passage(Span(10, 11), "a\n\n \r\nb\u2028c", "speech"),
        Passage(Span(10, 11), " \n", "speech"),
        Passage(Span(15, 16), "touches only", "speech"),
    )
    assert lines([replace(BOAT, passages=said)], Options()) == [Line(0, 1000, "a\nb\nc")]


def test_a_note_when_nothing_is_said() -> None:
    assert no_words([1], Options()) == ()
    assert "No words are known" in no_words([], Options())[0]
    assert "No words of screen are known" in no_words([], Options(sources=("screen",)))[0]


@given(
    st.lists(st.text("abcdefgh", min_size=1, max_size=12), min_size=1, max_size=60),
    st.floats(0.05, 30),
    st.booleans(),
)
def test_long_passages_become_cues_that_can_be_read(
    words: list[str], length: float, timed: bool
) -> None:
    each = length / len(words)
    times = tuple((10 + n * each, 10 + (n + 1) * each, word) for n, word in enumerate(words))
    said = Passage(Span(10, 10 + length), " ".join(words), "speech", words=times if timed else ())
    found = parted(said)
    assert " ".join(text for _, text in found).split() == words
    assert found[0][0].start == 10
    assert found[-1][0].end == pytest.approx(10 + length, abs=0.1)
    assert all(a.end == b.start for (a, _), (b, _) in itertools.pairwise(found))
    for span, text in found:
        rows = text.split("\n")
        assert all(len(row) <= 42 for row in rows)
        assert len(rows) <= 2 or len(found) <= max(1, length)
        assert span.duration > 0
    if timed and len(found) > 1:
        starts = {round(start, 6) for start, _, _ in times}
        assert all(round(span.start, 6) in starts or length < len(found) for span, _ in found)


def test_what_has_short_rows_is_left_alone() -> None:
    said = Passage(Span(0, 4), "- Who is there?\n- Nobody.", "subtitle")
    assert parted(said) == [(Span(0, 4), "- Who is there?\n- Nobody.")]
    han = Passage(Span(0, 9), "蛙" * 100, "speech")
    rows = [row for _, text in parted(han) for row in text.split("\n")]
    assert "".join(rows) == "蛙" * 100
    assert max(map(len, rows)) <= 42
