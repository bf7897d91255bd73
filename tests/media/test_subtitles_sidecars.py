"""Sidecars: which files belong to a video, what language they are in, what is refused."""

from __future__ import annotations

import json
import os
import time
import unicodedata
from pathlib import Path

import pytest

from kinolex.errors import MediaError
from kinolex.media.languages import known_language
from kinolex.media.subtitles import read_sidecar, sidecars
from kinolex.media.subtitles.sidecars import LIMIT, sidecar_language

SRT = "1\n00:00:01,000 --> 00:00:02,000\nHello\n"


def _names(folder: Path, video: str, *files: str) -> list[str]:
    for name in (video, *files):
        (folder / name).write_text(SRT)
    return [path.name for path in sidecars(folder / video)]


class TestFinding:
    def test_every_usual_name_best_first(self, tmp_path):
        files = [
            "Film.srt",
            "Film.vtt",
            "film.EN.srt",
            "Film.eng.forced.srt",
            "Film.pt-BR.ass",
            "Film.German.ssa",
            "Film.mp4.srt",
            "Film.en.sdh.srt",
        ]
        assert _names(tmp_path, "Film.mp4", *files) == [
            "Film.mp4.srt",
            "Film.srt",
            "Film.vtt",
            "film.EN.srt",
            "Film.pt-BR.ass",
            "Film.German.ssa",
            "Film.en.sdh.srt",
            "Film.eng.forced.srt",
        ]

    def test_other_films_keep_theirs(self, tmp_path):
        files = ["Film.part2.srt", "Film2.srt", "Other.srt", "Film.txt", "Film.sub", ".Film.srt"]
        assert _names(tmp_path, "Film.mp4", *files) == []

    def test_names_with_points(self, tmp_path):
        files = ["A.B.2019.srt", "A.B.2019.fr.srt", "A.B.srt", "A.B.2019.x264.srt"]
        assert _names(tmp_path, "A.B.2019.mkv", *files) == ["A.B.2019.srt", "A.B.2019.fr.srt"]

    def test_accents_written_apart(self, tmp_path):
        apart = unicodedata.normalize("NFD", "Größe é.srt")
        assert len(_names(tmp_path, "Größe é.mp4", apart)) == 1

    def test_a_sidecar_that_comes_later_is_seen(self, tmp_path):
        assert _names(tmp_path, "Film.mp4") == []
        (tmp_path / "Film.srt").write_text(SRT)
        assert len(sidecars(tmp_path / "Film.mp4")) == 1

    def test_a_settled_folder_is_listed_once_and_changes_are_seen(self, tmp_path):
        _names(tmp_path, "Film.mp4", "Film.srt")
        old = time.time() - 100
        os.utime(tmp_path, (old, old))
        assert len(sidecars(tmp_path / "Film.mp4")) == 1
        (tmp_path / "Film.srt").unlink()
        os.utime(tmp_path, (old + 10, old + 10))
        assert sidecars(tmp_path / "Film.mp4") == []

    def test_only_json_that_looks_like_a_transcript(self, tmp_path):
        (tmp_path / "Film.mp4").touch()
        (tmp_path / "Film.json").write_text(json.dumps({"id": "x", "formats": []}))
        (tmp_path / "Film.info.json").write_text(json.dumps({"title": "Film"}))
        assert sidecars(tmp_path / "Film.mp4") == []
        whisper = {"text": "Hi", "segments": [{"start": 0, "end": 1, "text": "Hi"}]}
        (tmp_path / "Film.json").write_text(json.dumps(whisper))
        assert [path.name for path in sidecars(tmp_path / "Film.mp4")] == ["Film.json"]

    def test_no_folder_no_sidecars(self, tmp_path):
        assert sidecars(tmp_path / "gone" / "Film.mp4") == []

    def test_folders_named_like_subtitles_are_none(self, tmp_path):
        (tmp_path / "Film.srt").mkdir()
        assert sidecars(tmp_path / "Film.mp4") == []


class TestLanguages:
    @pytest.mark.parametrize(
        ("name", "code"),
        [
            ("Film.srt", ""),
            ("Film.en.srt", "en"),
            ("Film.eng.srt", "en"),
            ("Film.ger.forced.srt", "de"),
            ("Film.pt-BR.srt", "pt"),
            ("Film.zh-Hans.srt", "zh"),
            ("Film.en.hi.srt", "en"),
            ("Film.hi.srt", "hi"),
            ("Film.Français.srt", "fr"),
            ("Film.part2.srt", ""),
            ("en.srt", ""),
        ],
    )
    def test_of_names(self, name, code):
        assert sidecar_language(Path(name)) == code

    def test_codes_are_two_letters_and_map_to_themselves(self):
        for code in ("en", "de", "zh", "ja", "ar", "uk", "he", "no"):
            assert known_language(code) == code
        assert {known_language(c) for c in ("und", "mis", "zxx", "part", "", "x264")} == {""}


class TestReading:
    def test_the_odd_files(self, odd_media):
        for name, last in (
            ("sidecar_srt", 'It sings: "tralala" – schön!'),
            ("sidecar_vtt", "It sings & flaps."),
            ("sidecar_latin1", 'It sings: "tralala" - schön!'),
        ):
            (path,) = sidecars(odd_media / f"{name}.mp4")
            cues = read_sidecar(path)
            assert [(cue.span.start, cue.span.end) for cue in cues] == [(0.5, 1.8), (2.0, 3.8)]
            assert [cue.text for cue in cues] == ["A purple bird sits on a branch.", last]

    def test_ffmpeg_says_the_same_of_the_odd_files(self, odd_media, ffmpeg):
        for name in ("sidecar_srt.srt", "sidecar_vtt.vtt"):
            written = ffmpeg("-i", odd_media / name, "-f", "srt", "-").decode()
            for cue in read_sidecar(odd_media / name):
                assert f"00:00:0{cue.span.start:.3f}".replace(".", ",") in written

    def test_language_comes_from_the_name_or_the_transcript(self, tmp_path):
        (tmp_path / "a.de.srt").write_text(SRT)
        transcript = {"language": "french", "segments": [{"start": 0, "end": 1, "text": "Oui"}]}
        (tmp_path / "a.json").write_text(json.dumps(transcript))
        assert read_sidecar(tmp_path / "a.de.srt")[0].language == "de"
        assert read_sidecar(tmp_path / "a.json")[0].language == "fr"

    @pytest.mark.parametrize("suffix", [".srt", ".ass", ".ssa", ".vtt"])
    def test_the_wrong_extension_does_no_harm(self, tmp_path, suffix):
        path = tmp_path / f"a{suffix}"
        vtt = "\ufeffWEBVTT\n\n00:01.000 --> 00:02.000\n<v A>Hello</v>\n"
        ass = "[Script Info]\n[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,D,,0,0,0,,{\\i1}Hello"
        for text in (SRT, vtt, ass):
            path.write_text(text, "utf-8")
            assert [(c.span.start, c.text) for c in read_sidecar(path)] == [(1.0, "Hello")]

    def test_an_empty_webvtt_file_has_no_cues(self, tmp_path):
        (tmp_path / "a.vtt").write_text("WEBVTT\n\n")
        assert read_sidecar(tmp_path / "a.vtt") == []

    @pytest.mark.parametrize(
        ("name", "content", "reason"),
        [
            ("a.srt", b"", "empty"),
            ("a.srt", b"just words\n", "not-media"),
            ("a.srt", bytes(range(256)) * 50, "not-media"),
            ("a.json", b'{"title": "x"}', "not-media"),
            ("a.json", b'{"segments": [', "not-media"),
            ("a.json", b"[" * 100_000, "not-media"),
            ("a.srt", b"x" * (LIMIT + 1), "too-big"),
        ],
    )
    def test_refusals(self, tmp_path, name, content, reason):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(MediaError) as caught:
            read_sidecar(tmp_path / name)
        assert (caught.value.reason, caught.value.stage) == (reason, "subtitles")
        assert name in caught.value.message

    def test_missing_and_folders(self, tmp_path):
        (tmp_path / "b.srt").mkdir()
        for name, reason in (("a.srt", "missing"), ("b.srt", "not-a-file")):
            with pytest.raises(MediaError) as caught:
                read_sidecar(tmp_path / name)
            assert caught.value.reason == reason

    @pytest.mark.skipif(os.name != "posix", reason="needs pipes")
    def test_a_pipe_does_not_block(self, tmp_path):
        os.mkfifo(tmp_path / "a.srt")
        with pytest.raises(MediaError) as caught:
            read_sidecar(tmp_path / "a.srt")
        assert caught.value.reason == "not-a-file"
