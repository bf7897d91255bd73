"""Mending: every span valid, every line told once, whatever the raw cues are."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinolex.media.subtitles import fit
from kinolex.media.subtitles.raw import RawCue, seconds
from kinolex.media.subtitles.tidy import tidy
from kinolex.media.subtitles.vtt import parse_vtt
from kinolex.media.types import Cue
from kinolex.moments import Span


def _told(raw: list[RawCue]) -> list[tuple[float, float, str]]:
    return [(cue.span.start, cue.span.end, cue.text) for cue in tidy(raw)]


class TestTimes:
    def test_reversed_missing_and_absurd_ends_become_reading_time(self):
        told = _told(
            [
                RawCue(10, 9, "x" * 30),
                RawCue(20, None, "y"),
                RawCue(30, 30, "until the next"),
                RawCue(30.4, 99999, "forever"),
                RawCue(60, 61, "end"),
            ]
        )
        assert told == [
            (10, 12, "x" * 30),
            (20, 21, "y"),
            (30, 30.4, "until the next"),
            (30.4, 40.4, "forever"),
            (60, 61, "end"),
        ]

    def test_before_zero_is_cut_off(self):
        assert _told([RawCue(-2, -1, "gone"), RawCue(-1, 1, "half")]) == [(0, 1, "half")]

    def test_impossible_times_are_dropped(self):
        raw = [RawCue(math.nan, 1, "a"), RawCue(1e9, 1e9 + 1, "b"), RawCue(math.inf, None, "c")]
        assert tidy(raw) == []
        assert _told([RawCue(1, math.inf, "d")]) == [(1, 2, "d")]

    def test_order_is_by_time(self):
        assert [c[2] for c in _told([RawCue(5, 6, "b"), RawCue(1, 2, "a")])] == ["a", "b"]

    def test_overlapping_speakers_both_stay(self):
        raw = [RawCue(1, 4, "- Who?"), RawCue(2, 3, "- Me.")]
        assert _told(raw) == [(1, 4, "- Who?"), (2, 3, "- Me.")]

    @settings(max_examples=300, deadline=None)
    @given(
        st.lists(
            st.builds(
                RawCue,
                st.floats(-10, 20) | st.sampled_from([math.nan, math.inf, 1e300]),
                st.none() | st.floats(-10, 30) | st.sampled_from([math.nan, math.inf, 1e300]),
                st.text("ab \n", max_size=6),
            ),
            max_size=12,
        )
    )
    def test_any_raw_cues_give_valid_ordered_ones(self, raw):
        cues = tidy(raw, "en")
        assert all(cue.text.strip() and cue.language == "en" for cue in cues)
        starts = [cue.span.start for cue in cues]
        assert starts == sorted(starts)
        said = {word for cue in raw for word in cue.text.split()}
        assert {word for cue in cues for word in cue.text.split()} <= said
        for cue in fit(cues, 5.0):
            assert cue.span.end <= 5.0


class TestToldOnce:
    def test_consecutive_duplicates_become_one(self):
        raw = [RawCue(0, 1, "la la"), RawCue(1, 2, "la la"), RawCue(2.2, 3, "la la")]
        assert _told(raw) == [(0, 3, "la la")]

    def test_a_line_said_again_later_stays(self):
        raw = [RawCue(0, 1, "la la"), RawCue(5, 6, "la la")]
        assert len(_told(raw)) == 2

    def test_the_same_line_in_two_layers(self):
        raw = [RawCue(0, 2, "sign"), RawCue(0, 2, "sign"), RawCue(0, 2, "other")]
        assert _told(raw) == [(0, 2, "sign"), (0, 2, "other")]

    def test_growing_captions(self):
        raw = [RawCue(0, 1, "we"), RawCue(1, 2, "we have"), RawCue(2, 3, "we have bread")]
        assert _told(raw) == [(0, 3, "we have bread")]

    def test_a_word_that_continues_is_not_growth(self):
        raw = [RawCue(0, 1, "we"), RawCue(1, 2, "wedding")]
        assert len(_told(raw)) == 2

    def test_two_line_roll_up(self):
        lines = ["one", "two", "three", "four"]
        raw = [RawCue(i, i + 1, "\n".join(lines[max(0, i - 1) : i + 1])) for i in range(4)]
        assert _told(raw) == [(i, i + 1, line) for i, line in enumerate(lines)]

    def test_three_line_roll_up(self):
        lines = [f"line {i}" for i in range(8)]
        raw = [RawCue(i, i + 1, "\n".join(lines[max(0, i - 2) : i + 1])) for i in range(8)]
        assert [cue[2] for cue in _told(raw)] == lines

    def test_automatic_captions_as_video_sites_write_them(self):
        text = (
            "WEBVTT\nKind: captions\nLanguage: en\n\n"
            "00:00:00.160 --> 00:00:02.389 align:start position:0%\n \n"
            "we<00:00:00.480><c> begin</c><00:00:00.880><c> with</c>\n\n"
            "00:00:02.389 --> 00:00:02.399 align:start position:0%\nwe begin with\n \n\n"
            "00:00:02.399 --> 00:00:05.000 align:start position:0%\nwe begin with\n"
            "bread<00:00:03.000><c> and</c><00:00:03.500><c> salt</c>\n\n"
            "00:00:05.000 --> 00:00:05.010 align:start position:0%\nbread and salt\n \n\n"
            "00:00:05.010 --> 00:00:07.000 align:start position:0%\nbread and salt\n"
            "then<00:00:06.000><c> water</c>\n"
        )
        assert _told(parse_vtt(text)) == [
            (0.16, 2.399, "we begin with"),
            (2.399, 5.01, "bread and salt"),
            (5.01, 7.0, "then water"),
        ]


def test_fit_cuts_and_drops():
    cues = [Cue(Span(0, 2), "a"), Cue(Span(1, 9), "b"), Cue(Span(4, 5), "c")]
    assert fit(cues, 4.0) == [Cue(Span(0, 2), "a"), Cue(Span(1, 4.0), "b")]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1:2:3,4", 3723.4),
        ("00:00:00,000", 0.0),
        ("100:00:00.5", 360000.5),
        ("75:30", 4530.0),
        ("0:00:01.123456789", 1.123456789),
        ("1", None),
        ("", None),
        ("a:b:c", None),
        ("1:2:3:4:5", None),
    ],
)
def test_written_times(written, value):
    assert seconds(written) == value
