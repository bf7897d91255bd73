"""Names become words; chapters and subtitles become passages inside the video."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.ingest.titles import (
    best_subtitles,
    readable_name,
    subtitle_passages,
    title_passages,
)
from kinolex.library.records import VideoRecord
from kinolex.media.guard import Guard
from kinolex.media.types import Chapter, Cue, MediaInfo
from kinolex.moments import Span


def test_names_are_read_as_words():
    assert readable_name("DSC_0042.MOV") == "DSC 0042"
    assert readable_name("mySummerHoliday.final.mp4") == "my Summer Holiday final"
    assert readable_name("Été à la mer.mkv") == "Été à la mer"
    assert readable_name("视频 #1.mp4") == "视频 #1"


@given(st.text(min_size=1))
def test_any_name_gives_some_text(name):
    assert readable_name(name)


def test_titles_hold_names_folders_metadata_and_chapters():
    record = VideoRecord(
        "v", 1, 60.0, "A day out", metadata={"comment": "filmed by Ann", "encoder": "Lavf"}
    )
    info = MediaInfo("x", "mp4", 60.0, chapters=(Chapter(Span(10, 20), "The boat"),))
    passages = title_passages(record, info, ["Trips/Lake/day_out.mp4"])
    texts = {p.text: p.span for p in passages}
    assert texts["A day out"] == Span(0, 60)
    assert texts["day out"] == Span(0, 60)
    assert "Trips" in " ".join(texts)
    assert "Lake" in " ".join(texts)
    assert texts["filmed by Ann"] == Span(0, 60)
    assert texts["The boat"] == Span(10, 20)
    assert "Lavf" not in " ".join(texts)


def test_cues_outside_the_video_are_left_out_and_the_last_is_cut():
    cues = [
        Cue(Span(1, 2), "one"),
        Cue(Span(9, 12), "last"),
        Cue(Span(11, 12), "outside"),
        Cue(Span(3, 4), "  "),
    ]
    assert [(p.span, p.text) for p in subtitle_passages(cues, 10.0)] == [
        (Span(1, 2), "one"),
        (Span(9, 10), "last"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"{i}\n00:00:0{i % 4},000 --> 00:00:04,000\nline {i}\n\n" for i in range(2000)),
        "1\n00:00:00,000 --> 00:00:03,000\n" + "word " * 30_000,
    ],
)
def test_a_subtitle_file_that_nobody_could_say_is_left_out(tmp_path, text):
    film = tmp_path / "film.mp4"
    film.write_bytes(b"any")
    (tmp_path / "film.srt").write_text(text)
    (tmp_path / "film.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:02.000\nthe good one\n")
    with Guard() as guard:
        cues, errors = best_subtitles(MediaInfo(str(film), "mp4", 4.0), film, guard, "")
    assert [cue.text for cue in cues] == ["the good one"]
    assert [error.reason for error in errors] == ["too-big"]
