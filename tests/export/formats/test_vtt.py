from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.export.cues import lines
from kinolex.export.registry import export
from kinolex.export.request import Options
from kinolex.export.vtt import cue
from kinolex.export.words import plain
from kinolex.library.records import Passage
from kinolex.moments import Span
from kinolex.testing.exporters import HOSTILE, check_exporter
from tests.export.readers import Cue, ffmpeg, read_vtt, same_as_golden
from tests.export.samples import BOAT, STREET

texts = st.lists(st.text(st.characters(codec=None), max_size=30), max_size=5)


def test_promises() -> None:
    check_exporter("vtt")


def test_golden(tmp_path: Path) -> None:
    assert same_as_golden(tmp_path, "vtt", "words.vtt", [BOAT, STREET]) == ()


def test_a_strict_parser_reads_it(tmp_path: Path) -> None:
    done = export("vtt", [BOAT, STREET], tmp_path / "a.vtt")
    assert read_vtt(done.path.read_bytes()) == [
        Cue("", 0, 1000, "Mind the gap."),
        Cue("", 1500, 4250, "A <b>red</b> boat & a rope"),
        Cue("", 4500, 5000, "and then"),
        Cue("", 5200, 6000, "夜の街"),
    ]


def test_ffprobe_reads_it(tmp_path: Path) -> None:
    done = export("vtt", [BOAT, STREET], tmp_path / "a.vtt")
    told = ffmpeg(
        "-show_entries", "stream=codec_name:packet=pts_time", "-of", "csv=p=0", done.path,
        program="ffprobe",
    )  # fmt: skip
    assert told.split() == ["0.000000", "1.500000", "4.500000", "5.200000", "webvtt"]


@given(texts)
def test_any_words_come_back(words: list[str]) -> None:
    said = tuple(
        Passage(Span(10 + n / 2, 10.4 + n / 2), text, "speech") for n, text in enumerate(words)
    )
    found = lines([replace(BOAT, passages=said)], Options())
    raw = "\n".join(["WEBVTT\n", *(cue(c.start, c.end, c.text) for c in found)]).encode()
    assert [(c.start, c.end, c.text) for c in read_vtt(raw)] == [
        (c.start, c.end, c.text) for c in found
    ]
    kept = [plain(text).split() for text in words if text.strip()]
    assert [c.text.split() for c in found] == kept


def test_hostile_words_come_back(tmp_path: Path) -> None:
    for words in HOSTILE:
        clip = replace(BOAT, passages=(Passage(Span(10, 11), words, "speech"),))
        done = export("vtt", [clip], tmp_path / "a.vtt")
        (found,) = read_vtt(done.path.read_bytes())
        assert found.text.split() == plain(words).split()


def test_the_strict_parser_is_strict() -> None:
    for broken in (
        b"WEBVTT\n00:00.000 --> 00:01.000\na",
        b"WEBVTT\n\n00:00:01.000 --> 00:00:01.000\na",
        b"WEBVTT\n\n00:00:01,000 --> 00:00:02,000\na",
        b"WEBVTT\n\n00:00:00.000 --> 00:00:02.000\na & b",
        b"WEBVTT\n\n00:00:00.000 --> 00:00:02.000\na <b",
        b"WEBVTTX\n\n",
    ):
        with pytest.raises(AssertionError):
            read_vtt(broken)
