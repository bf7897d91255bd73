"""Every odd or broken file ends as expected, with the duration that ffprobe gives."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import kinolex


@pytest.fixture(scope="module")
def indexed(odd_media: Path, tmp_path_factory: pytest.TempPathFactory) -> kinolex.Library:
    pytest.importorskip("onnx")
    from kinolex.testing.models import make_picture_model

    place = tmp_path_factory.mktemp("odd")
    shutil.copytree(odd_media, place / "media")
    (place / "media").chmod(0o755)
    model = make_picture_model(place / "model")
    library = kinolex.open(place / "library")
    library.add(place / "media", only=("title", "speech", "picture"), picture=str(model))
    return library


@pytest.fixture(scope="module")
def rows(odd_media: Path) -> list[dict[str, object]]:
    lines = (odd_media / "odd.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.slow
def test_every_file_ends_as_expected(indexed, rows):
    paths = {Path(p).name for v in indexed.videos() for p in v.paths}
    failures = {Path(f.path).name: f for f in indexed.failures()}
    for row in rows:
        name = row["file"]
        if row["expected"] == "error":
            assert name in failures, name
            assert failures[name].reason, name
            assert name not in paths, name
        else:
            assert name in paths, name
            assert name not in failures, failures.get(name)


@pytest.mark.slow
def test_durations_are_those_of_ffprobe_within_a_frame(indexed, rows):
    by_name = {Path(p).name: v for v in indexed.videos() for p in v.paths}
    checked = 0
    for row in rows:
        told = row["ffprobe"]
        if row["expected"] == "error" or not told.get("duration"):
            continue
        rate = str(told.get("avg_frame_rate") or "25/1")
        top, _, bottom = rate.partition("/")
        fps = float(top) / float(bottom or 1) if float(top or 0) and float(bottom or 1) else 25.0
        video = by_name[row["file"]]
        assert abs(video.duration - told["duration"]) <= 1 / fps + 0.002, row["file"]
        checked += 1
    assert checked > 40


@pytest.mark.slow
def test_files_with_frames_have_vectors_and_shots(indexed, rows):
    by_name = {Path(p).name: v for v in indexed.videos() for p in v.paths}
    states = {n: {s.channel: s for s in indexed.states(v.id)} for n, v in by_name.items()}
    for row in rows:
        told = row["ffprobe"]
        name = row["file"]
        if row["expected"] == "error" or not told.get("frames_decoded"):
            continue
        state = states[name].get("picture")
        assert state is not None, name
        assert state.items > 0, name
        shots = indexed.shots(by_name[name].id)
        assert shots, name
        assert shots[0].start == 0
        assert shots[-1].end == pytest.approx(by_name[name].duration, abs=0.1)


@pytest.mark.slow
def test_subtitles_of_every_kind_are_found(indexed, rows):
    for name in ("mov_text_subs.mp4", "webvtt_subs.mkv", "srt_in.mkv", "ass_in.mkv"):
        assert indexed.passages(name, sources=("subtitle",)), name
    for name in ("sidecar_srt.mp4", "sidecar_vtt.mp4", "sidecar_latin1.mp4"):
        assert indexed.passages(name, sources=("subtitle",)), name
