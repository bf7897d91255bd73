"""The parsers: what writers write is read back, and what the wild adds does no harm.

Oracles: round trips through writers of our own that know nothing of the parsers, and FFmpeg's own
conversion of the same files.
"""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinolex.media.subtitles import read_sidecar
from kinolex.media.subtitles.ass import parse_ass
from kinolex.media.subtitles.plain import one_line, plain_ass, plain_srt, plain_vtt
from kinolex.media.subtitles.raw import RawCue
from kinolex.media.subtitles.srt import parse_srt
from kinolex.media.subtitles.transcripts import looks_like_transcript, parse_transcript
from kinolex.media.subtitles.vtt import parse_vtt

# Words without what the formats themselves reserve (tags, arrows, codes, bare numbers).
WORD = st.text(
    st.characters(
        codec="utf-8", categories=["L", "M", "Nd", "P", "S"], exclude_characters="<>&{}\\-"
    ),
    min_size=1,
    max_size=8,
).filter(lambda word: one_line(word) == word and not word.isdecimal())
LINES = st.lists(st.lists(WORD, min_size=1, max_size=4).map(" ".join), min_size=1, max_size=3)
TIMES = st.integers(0, 9 * 3600_000)
CUES = st.lists(st.tuples(TIMES, st.integers(1, 60_000), LINES), max_size=8)


KEYS = (
    "segments start end text words transcription offsets from to chunks timestamp events segs"
    " tStartMs results items alternatives content utf8 duration"
)


def _stamp(milliseconds: int, mark: str, hours: bool = True) -> str:
    minutes, rest = divmod(milliseconds, 60_000)
    head = f"{minutes // 60:02}:{minutes % 60:02}" if hours else f"{minutes:02}"
    return f"{head}:{rest // 1000:02}{mark}{rest % 1000:03}"


def _srt(cues) -> str:
    return "".join(
        f"{number}\n{_stamp(start, ',')} --> {_stamp(start + length, ',')}\n"
        + "\n".join([*lines, "", ""])
        for number, (start, length, lines) in enumerate(cues, 1)
    )


def _vtt(cues) -> str:
    return "WEBVTT\n\n" + "".join(
        f"{_stamp(start, '.')} --> {_stamp(start + length, '.')}\n{chr(10).join(lines)}\n\n"
        for start, length, lines in cues
    )


def _plainly(raw: list[RawCue]) -> list[tuple[int, int | None, list[str]]]:
    return [
        (
            round(start * 1000),
            None if end is None else round((end - start) * 1000),
            text.split("\n"),
        )
        for start, end, text in raw
    ]


class TestSrt:
    @settings(max_examples=150, deadline=None)
    @given(CUES, st.sampled_from(["\n", "\r\n", "\r"]))
    def test_round_trip(self, cues, newline):
        assert _plainly(parse_srt(_srt(cues).replace("\n", newline))) == cues

    @settings(max_examples=60, deadline=None)
    @given(CUES)
    def test_numbers_are_not_needed(self, cues):
        text = re.sub(r"(?m)^\d+\n(?=\d\d:)", "", _srt(cues))
        assert _plainly(parse_srt(text)) == cues

    @settings(max_examples=200, deadline=None)
    @given(st.text(st.sampled_from("0123456789:,.-> \n\r<i>ab{}\\"), max_size=120))
    def test_anything_may_come(self, text):
        for start, _, words in parse_srt(text):
            assert isinstance(start, float | int)
            assert isinstance(words, str)

    @pytest.mark.parametrize(
        "timing",
        [
            "00:00:01,000 --> 00:00:02,500",
            "0:0:1,0-->0:0:2,5",
            "00:01.000 --> 00:02.5",
            "00:00:01.000 -> 00:00:02.500",
            "  00:00:01 , 000  -->  00:00:02 , 500  X1:100 X2:200 Y1:1 Y2:2",
            "00:00:01:000 ---> 00:00:02:500",
            "00:00:01,000 -- > 00:00:02,500",
        ],
    )
    def test_timing_lines_of_the_wild(self, timing):
        assert parse_srt(f"1\n{timing}\nwords\n") == [RawCue(1.0, 2.5, "words")]

    def test_forgotten_blank_lines_blank_lines_inside_and_numbers_that_are_said(self):
        text = textwrap.dedent("""\
            1
            00:00:01,000 --> 00:00:02,000
            no blank line follows
            2
            00:00:03,000 --> 00:00:04,000
            inside

            the words

            3
            00:00:05,000 --> 00:00:06,000
            42

            00:00:07,000 --> 00:00:08,000
            1984
            """)
        assert [cue.text for cue in parse_srt(text)] == [
            "no blank line follows",
            "inside\n\nthe words",
            "42",
            "1984",
        ]

    def test_empty_cues_do_not_swallow_their_neighbours(self):
        text = "1\n00:00:01,000 --> 00:00:02,000\n\n2\n00:00:03,000 --> 00:00:04,000\nwords\n"
        assert [cue.text for cue in parse_srt(text)] == ["", "words"]

    def test_long_lines_take_no_time(self):
        hostile = "00:" * 200_000 + "\n" + "<" * 200_000 + "\n" + "{\\" * 100_000 + "\n"
        assert parse_srt(hostile * 2) == []


class TestVtt:
    @settings(max_examples=150, deadline=None)
    @given(CUES, st.booleans())
    def test_round_trip(self, cues, windows):
        text = _vtt(cues)
        assert _plainly(parse_vtt(text.replace("\n", "\r\n") if windows else text)) == cues

    def test_everything_that_the_standard_has(self):
        text = textwrap.dedent("""\
            WEBVTT - a title
            Kind: captions
            X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:900000

            STYLE
            ::cue { color: red }

            REGION
            id:fred width:40%

            NOTE 00:00:09.000 --> is no cue
            two lines

            1 - the id
            00:01.000 --> 00:02.000 region:fred position:10%,line-left align:left
            <v.loud Esme Ann>It&rsquo;s <c.yellow.bg_blue>yellow</c> &lt;3</v>

            00:00:03.000 --> 00:00:04.000
            <ruby>漢<rt>かん</rt>字<rt>じ</rt></ruby> <lang en-GB>tea</lang>
            <00:00:03.500><i>now</i>&nbsp;&#9835;
            """)
        assert [(cue.start, one_line(cue.text)) for cue in parse_vtt(text)] == [
            (1.0, "It’s yellow <3"),
            (3.0, "漢字 tea now ♫"),
        ]

    def test_long_lines_take_no_time(self):
        assert parse_vtt("WEBVTT\n\n" + "00:00 " * 100_000 + "-->" * 100_000) == []


class TestAss:
    def test_fields_come_in_any_order_and_words_may_hold_commas(self):
        text = textwrap.dedent("""\
            [Script Info]
            Dialogue: 0:00:00.00,not here
            [V4+ Styles]
            Format: Name, Fontname
            [Events]
            Format: Start, Text2, End, Style, Text
            Comment: 0:00:01.00,x,0:00:02.00,Default,hidden
            Dialogue: 0:00:01.00,x,0:00:02.50,Default,One, two,{\\b1} three\\Nfour\\hfive
            Dialogue: 0:00:03.00,x,0:00:04.00,Default,{\\p1}m 0 0 l 100 0 100 100{\\p0}
            Dialogue: broken
            """)
        assert parse_ass(text) == [RawCue(1.0, 2.5, "One, two, three\nfour five")]

    def test_without_headers_the_usual_order_holds(self):
        assert parse_ass("Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,Hi, you") == [
            RawCue(1.0, 2.0, "Hi, you")
        ]


class TestPlain:
    @pytest.mark.parametrize(
        ("marked", "plain"),
        [
            ("a < b and c > d", "a < b and c > d"),
            ("I <3 you", "I <3 you"),
            ("{\\an8}{y:i}Top", "Top"),
            ("{keeps this}", "{keeps this}"),
            ("AT&T &copy 2020 &amp;", "AT&T &copy 2020 &"),
            ("one<br/>two<BR>three", "one\ntwo\nthree"),
            ('<FONT COLOR="#fff">x</FONT>', "x"),
            ("&#x1F600;&#0;", "😀\ufffd"),
        ],
    )
    def test_srt(self, marked, plain):
        assert plain_srt(marked) == plain

    def test_vtt_keeps_a_lonely_bracket(self):
        assert plain_vtt("1 < 2 and <b>3</b>") == "1 < 2 and 3"

    def test_ass_drawings_end_where_they_end(self):
        assert plain_ass("a{\\p1}m 0 0{\\p0}b{\\i1\\p2}m 1 1") == "ab"

    @settings(max_examples=200)
    @given(st.text(max_size=60))
    def test_one_line_is_one_line_and_stays_so(self, text):
        once = one_line(text)
        assert once == one_line(once)
        assert len(once.split("\n")) == 1
        assert "  " not in once

    def test_scripts_without_spaces_are_joined_without_one(self):
        assert one_line("今日は\nいい天気。\nDVD を") == "今日はいい天気。 DVD を"
        assert one_line("안녕\n하세요") == "안녕 하세요"

    def test_nothing_is_left_of_what_terminals_obey(self):
        said = "\x1b[31mred\x1b[0m and \x1b]8;;http://x\x1b\\a link\x1b]8;;\x07 end\x1b"
        assert one_line(said) == "red and a link end"
        assert one_line("สวัสดี\nครับ") == "สวัสดีครับ"


class TestTranscripts:
    WHISPER: ClassVar = {
        "text": " Hello there. Bye.",
        "language": "en",
        "segments": [
            {
                "id": 0,
                "start": 0.0,
                "end": 4.0,
                "text": " Hello there.",
                "words": [
                    {"word": " Hello", "start": 0.5, "end": 0.9, "probability": 0.9},
                    {"word": " there.", "start": 1.0, "end": 1.4},
                ],
            },
            {"id": 1, "start": 4.0, "end": 5.0, "text": " Bye."},
        ],
    }

    @pytest.mark.parametrize(
        ("data", "cues"),
        [
            (WHISPER, [(0.5, 1.4, " Hello there."), (4.0, 5.0, " Bye.")]),
            ([WHISPER], [(0.5, 1.4, " Hello there."), (4.0, 5.0, " Bye.")]),
            (
                {
                    "result": {"language": "en"},
                    "transcription": [
                        {
                            "timestamps": {"from": "00:00:01,000", "to": "00:00:02,500"},
                            "offsets": {"from": 1000, "to": 2500},
                            "text": " Hi",
                        },
                        {"timestamps": {"from": "00:00:03,000", "to": "00:00:04,000"}, "text": "x"},
                    ],
                },
                [(1.0, 2.5, " Hi"), (3.0, 4.0, "x")],
            ),
            (
                {"text": "Hi", "chunks": [{"timestamp": [1.0, None], "text": "Hi"}]},
                [(1.0, None, "Hi")],
            ),
            (
                [{"text": "Hi", "start": 1.0, "duration": 1.5}, {"text": "x", "start": "3"}],
                [(1.0, 2.5, "Hi"), (3.0, None, "x")],
            ),
            (
                {
                    "version": "1.0.0",
                    "segments": [
                        {"speaker": "A", "startTime": 1.0, "endTime": 2.0, "body": "Hi"},
                        "junk",
                        {"body": "no time"},
                    ],
                },
                [(1.0, 2.0, "Hi")],
            ),
            (
                {
                    "wireMagic": "pb3",
                    "events": [
                        {"tStartMs": 0, "dDurationMs": 9000, "id": 1},
                        {
                            "tStartMs": 1000,
                            "dDurationMs": 4000,
                            "segs": [{"utf8": "hi"}, {"utf8": " you", "tOffsetMs": 300}],
                        },
                        {"tStartMs": 3000, "aAppend": 1, "segs": [{"utf8": "\n"}]},
                        {"tStartMs": 3000, "dDurationMs": 2000, "segs": [{"utf8": "and"}]},
                    ],
                },
                [(1.0, 3.0, "hi you"), (3.0, 5.0, "and")],
            ),
            (
                {"results": {"utterances": [{"start": 1, "end": 2, "transcript": "Hi"}]}},
                [(1.0, 2.0, "Hi")],
            ),
            (
                {
                    "results": {
                        "items": [
                            {
                                "start_time": "1.0",
                                "end_time": "1.2",
                                "type": "pronunciation",
                                "alternatives": [{"confidence": "1.0", "content": "Hi"}],
                            },
                            {
                                "start_time": "1.3",
                                "end_time": "1.6",
                                "alternatives": [{"content": "you"}],
                            },
                            {"type": "punctuation", "alternatives": [{"content": "."}]},
                            {
                                "start_time": "1.7",
                                "end_time": "2.0",
                                "alternatives": [{"content": "Bye"}],
                            },
                        ]
                    }
                },
                [(1.0, 1.6, "Hi you."), (1.7, 2.0, "Bye")],
            ),
        ],
    )
    def test_known_shapes(self, data, cues):
        text = json.dumps(data)
        raw, language = parse_transcript(text)
        assert [tuple(cue) for cue in raw] == cues
        assert looks_like_transcript(text) or "items" in text
        assert language in ("", "en")

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "nonsense",
            "null",
            "3",
            '"words"',
            "{}",
            '{"segments": 3}',
            '{"segments": [{"a": 1}]}',
            '[{"a": 1}]',
            '{"id": "x", "formats": [], "title": "Film"}',
            "[" * 200_000,
        ],
    )
    def test_other_json_is_a_clear_error(self, text):
        with pytest.raises(ValueError, match=r".+"):
            parse_transcript(text)

    @settings(max_examples=200, deadline=None)
    @given(
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=4),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(KEYS.split()),
                    inner,
                    max_size=4,
                )
            ),
            max_leaves=20,
        )
    )
    def test_any_json_is_cues_or_a_clear_error(self, data):
        try:
            raw, _ = parse_transcript(json.dumps(data))
        except ValueError:
            return
        assert all(isinstance(cue.text, str) for cue in raw)


def _by_ffmpeg(ffmpeg, path: Path) -> list[tuple[int, int, str]]:
    """What FFmpeg reads, through its SubRip writer and a reader of four lines."""
    written = ffmpeg("-i", path, "-f", "srt", "-").decode()
    found = []
    for block in re.split(r"\n\n(?=\d+\n\d\d:)", written.strip()):
        _, timing, *lines = block.split("\n")
        hours, minutes, seconds, thousandths, *end = map(int, re.findall(r"\d+", timing))
        start = ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths
        stop = ((end[0] * 60 + end[1]) * 60 + end[2]) * 1000 + end[3]
        words = re.sub(r"<[^>]*>|\{[^}]*\}", "", " ".join(lines)).replace("\\h", " ")
        found.append((start, stop, one_line(words)))
    return found


@pytest.mark.parametrize("suffix", [".srt", ".vtt"])
@settings(max_examples=8, deadline=None)
@given(
    cues=st.lists(
        st.tuples(
            st.integers(100, 3000),
            st.integers(200, 3000),
            st.lists(st.text("abcxyzäöéß", min_size=1, max_size=6), min_size=1, max_size=5),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_ffmpeg_reads_the_same(ffmpeg, tmp_path_factory, suffix, cues):
    path = tmp_path_factory.mktemp("cues") / f"cues{suffix}"
    clock, timed = 0, []
    for index, (gap, length, words) in enumerate(cues):
        clock += gap + 600  # far enough apart that nothing is joined
        timed.append((clock, length, [f"<i>{index} x</i> " + " ".join(words), "second line"]))
        clock += length
    path.write_text(_srt(timed) if suffix == ".srt" else _vtt(timed), "utf-8")
    ours = [
        (round(cue.span.start * 1000), round(cue.span.end * 1000), cue.text)
        for cue in read_sidecar(path)
    ]
    assert ours == _by_ffmpeg(ffmpeg, path)


def test_ffmpeg_reads_the_same_ass(ffmpeg, tmp_path):
    source, path = tmp_path / "cues.srt", tmp_path / "cues.ass"
    source.write_text(_srt([(500, 1300, ["One, <b>two</b>"]), (4000, 900, ["three", "four"])]))
    ffmpeg("-i", source, path)
    ours = [
        (round(cue.span.start * 1000), round(cue.span.end * 1000), cue.text)
        for cue in read_sidecar(path)
    ]
    assert ours == [(500, 1800, "One, two"), (4000, 4900, "three four")]
    assert ours == _by_ffmpeg(ffmpeg, path)
