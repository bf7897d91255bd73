from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from kinolex.export.formats.srt import WORD_JOINER, literal
from kinolex.export.registry import export
from kinolex.library.records import Passage
from kinolex.moments import Span
from kinolex.testing.exporters import HOSTILE, check_exporter, hostile_clip
from tests.export.readers import ffmpeg, same_as_golden
from tests.export.samples import BOAT, ROPE, STREET


def test_promises() -> None:
    check_exporter("srt")


def test_golden(tmp_path: Path) -> None:
    assert same_as_golden(tmp_path, "srt", "words.srt", [BOAT, STREET]) == ()


def test_ffmpeg_reads_the_same_words_at_the_same_times(tmp_path: Path) -> None:
    export("srt", [BOAT, STREET], tmp_path / "a.srt")
    told = ffmpeg("-i", tmp_path / "a.srt", "-f", "ass", "-")
    rows = [r.split(",", 9) for r in told.splitlines() if r.startswith("Dialogue:")]
    assert [(r[1], r[2], r[9].replace(WORD_JOINER, "")) for r in rows] == [
        ("0:00:00.00", "0:00:01.00", "Mind the gap."),
        ("0:00:01.50", "0:00:04.25", "A <b>red</b> boat & a rope"),
        ("0:00:04.50", "0:00:05.00", "and then"),
        ("0:00:05.20", "0:00:06.00", "夜の街"),
    ]


def test_no_words_break_out_of_their_cue(tmp_path: Path) -> None:
    for words in HOSTILE:
        said = (Passage(Span(10.5, 11), words, "speech"), Passage(Span(11, 12), "end", "speech"))
        clip = replace(hostile_clip(BOAT, words), span=Span(10, 15), passages=said)
        export("srt", [clip], tmp_path / "a.srt")
        events = ffmpeg(
            "-show_entries", "packet=pts_time,duration_time", "-of", "csv=p=0", tmp_path / "a.srt",
            program="ffprobe",
        ).split()  # fmt: skip
        assert events == ["0.500000,0.500000", "1.000000,1.000000"], words[:30]


def test_what_looks_like_markup_does_not_work_as_such() -> None:
    assert literal("a < b, 1<2, <3").count(WORD_JOINER) == 0
    for words in ("<b>", "</i>", "<font color=red>", "{\\an8}", "-->"):
        assert words not in literal(words)
        assert literal(words).replace(WORD_JOINER, "") == words


def test_nothing_said(tmp_path: Path) -> None:
    done = export("srt", [ROPE], tmp_path / "a.srt")
    assert (done.path.read_bytes(), len(done.notes)) == (b"", 1)
