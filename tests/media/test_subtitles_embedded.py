"""Embedded tracks: every text codec, on the video's clock, as FFmpeg's own conversion says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kinolex.errors import MediaError
from kinolex.media.probe import probe
from kinolex.media.subtitles import embedded_cues
from kinolex.media.subtitles.plain import one_line
from kinolex.media.types import Cue, SubtitleStream
from kinolex.moments import Span
from kinolex.testing.clips import make_clip

ODD = ["mov_text_subs.mp4", "webvtt_subs.mkv", "srt_in.mkv", "ass_in.mkv"]


def _cues(path: Path, track: int = 0) -> list[Cue]:
    info = probe(path)
    return embedded_cues(path, info, info.subtitles[track].index)


def _by_ffmpeg(ffmpeg, path: Path, track: int = 0) -> list[tuple[float, float, str]]:
    written = ffmpeg("-i", path, "-map", f"0:s:{track}", "-f", "srt", "-").decode()
    found = []
    for block in re.split(r"\n\n(?=\d+\n\d\d:)", written.strip()):
        _, timing, *lines = block.split("\n")
        numbers = [int(number) for number in re.findall(r"\d+", timing)]
        start, end = (h * 3600 + m * 60 + s + t / 1000 for h, m, s, t in (numbers[:4], numbers[4:]))
        found.append((start, end, one_line(re.sub(r"<[^>]*>", "", " ".join(lines)))))
    return found


def _close(cues: list[Cue], expected: list[tuple[float, float, str]]) -> None:
    assert [cue.text for cue in cues] == [text for _, _, text in expected]
    for cue, (start, end, _) in zip(cues, expected, strict=True):
        assert cue.span.start == pytest.approx(start, abs=0.0015)
        assert cue.span.end == pytest.approx(end, abs=0.0015)


@pytest.mark.parametrize("name", ODD)
def test_the_odd_files_as_ffmpeg_reads_them(odd_media, ffmpeg, name):
    _close(_cues(odd_media / name), _by_ffmpeg(ffmpeg, odd_media / name))


def test_language_is_a_two_letter_code(odd_media):
    assert {cue.language for cue in _cues(odd_media / "srt_in.mkv")} == {"en"}


WANTED = (
    Cue(Span(0.5, 1.25), "One & two"),
    Cue(Span(1.5, 2.0), "Größe, 视频"),
    Cue(Span(2.5, 2.9), "last"),
)


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("a.mp4", "mov_text"),
        ("a.mov", "mov_text"),
        ("a.mkv", "srt"),
        ("a.mkv", "ass"),
        ("a.mkv", "webvtt"),
    ],
)
@pytest.mark.parametrize("start", [0.0, 5.0])
def test_every_codec_and_a_late_start(tmp_path, name, codec, start):
    path = make_clip(
        tmp_path / name,
        seconds=3,
        size=(64, 48),
        numbers=False,
        subtitles=WANTED,
        subtitle_codec=codec,
        start=start,
    )
    video = probe(path).video
    assert video is not None
    shift = start - float(video.origin * video.time_base)
    expected = [(cue.span.start + shift, cue.span.end + shift, cue.text) for cue in WANTED]
    _close(_cues(path), expected)


def test_tracks_do_not_mix(tmp_path):
    cues = (Cue(Span(0.5, 1), "hello", "en"), Cue(Span(0.6, 1.1), "hallo", "de"))
    path = make_clip(tmp_path / "a.mkv", seconds=2, size=(64, 48), numbers=False, subtitles=cues)
    info = probe(path)
    found = {
        track.language: [cue.text for cue in embedded_cues(path, info, track.index)]
        for track in info.subtitles
    }
    assert found == {"en": ["hello"], "de": ["hallo"]}


def test_a_track_in_an_old_code_page_is_read(tmp_path, ffmpeg):
    source, path = tmp_path / "a.srt", tmp_path / "a.mkv"
    lines = ["Привет, как дела?", "Хорошо, спасибо."]
    text = "".join(
        f"{i}\n00:00:0{i},000 --> 00:00:0{i},900\n{line}\n\n" for i, line in enumerate(lines, 1)
    )
    source.write_bytes(text.encode("cp1251"))
    film = make_clip(tmp_path / "film.mp4", seconds=4, size=(64, 48), numbers=False)
    ffmpeg("-i", film, "-i", source, "-c", "copy", path)
    assert [cue.text for cue in _cues(path)] == lines


def test_wrong_tracks_are_refused(odd_media):
    path = odd_media / "srt_in.mkv"
    info = probe(path)
    for stream in (0, 7):
        with pytest.raises(MediaError) as caught:
            embedded_cues(path, info, stream)
        assert (caught.value.reason, caught.value.stage) == ("no-streams", "subtitles")


def test_a_file_that_changed_since_probing_is_a_clear_error(odd_media):
    import dataclasses

    info = dataclasses.replace(
        probe(odd_media / "srt_in.mkv"), subtitles=(SubtitleStream(9, "subrip"),)
    )
    with pytest.raises(MediaError) as caught:
        embedded_cues(odd_media / "counter.mp4", info, 9)
    assert (caught.value.reason, caught.value.stage) == ("no-streams", "subtitles")
