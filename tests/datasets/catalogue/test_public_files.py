"""Loaders on the public annotation files, where they are at hand, against plain loops over them."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from kinolex.datasets.checks import check
from kinolex.datasets.dataset import find
from kinolex.datasets.records import Record

THREE = ("train", "val", "test")


@pytest.fixture(scope="module")
def place(shared: Path) -> Path:
    folder = shared / "data" / "annotations"
    if not (folder / "manifest.json").is_file():
        pytest.skip("needs the public annotation files")
    return folder


def text(place: Path, name: str) -> str:
    return gzip.decompress((place / f"{name}.gz").read_bytes()).decode("utf-8")


def lines(place: Path, name: str) -> list[str]:
    return [line for line in text(place, name).split("\n") if line.strip()]


def rows(place: Path, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text(place, name), newline="")))


def unpacked(place: Path) -> list[Any]:
    written = place.read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in written if line.strip()]


def load(place: Path, name: str, split: str) -> list[Any]:
    found: list[Record] = list(find(name).load(place, split))
    assert len({one.id for one in found}) == len(found)
    return found


def sums(records: list[Any]) -> tuple[float, float]:
    """Starts and ends of all windows, added up."""
    pairs = [window for one in records for window in one.windows]
    return sum(start for start, _ in pairs), sum(end for _, end in pairs)


@pytest.mark.parametrize(
    ("name", "split", "file"),
    [
        *(("activitynet-captions", s, f"activitynet_captions_{s}.json") for s in THREE),
        *(("youcook2", s, f"youcook2_{s}.json") for s in ("train", "val")),
        *(("tacos", s, f"tacos_{s}.json") for s in THREE),
    ],
)  # fmt: skip
def test_sentences_of_videos(place: Path, name: str, split: str, file: str) -> None:
    data = json.loads(text(place, file))
    found = load(place, name, split)
    said = [(video, " ".join(s.split())) for video, one in data.items() for s in one["sentences"]]
    assert [(one.video, " ".join(one.text.split())) for one in found] == said
    starts = sum(t[0] / one.get("fps", 1) for one in data.values() for t in one["timestamps"])
    ends = sum(t[1] / one.get("fps", 1) for one in data.values() for t in one["timestamps"])
    assert sums(found) == pytest.approx((starts, ends), rel=1e-9)
    lengths = {one.video: one.duration for one in found}
    for video, one in data.items():
        whole = one["num_frames"] / one["fps"] if "fps" in one else one["duration"]
        assert lengths[video] == pytest.approx(whole)


@pytest.mark.parametrize(
    ("name", "split", "file"),
    [
        ("qvhighlights", "train", "qvhighlights_train.jsonl"),
        ("qvhighlights", "val", "qvhighlights_val.jsonl"),
        ("qvhighlights", "test", "qvhighlights_test_with_gt.jsonl"),
        ("castella", "test", "castella_test.jsonl"),
    ],
)
def test_queries(place: Path, name: str, split: str, file: str) -> None:
    data = [json.loads(line) for line in lines(place, file)]
    found = load(place, name, split)
    assert [one.id for one in found] == [str(one["qid"]) for one in data]
    assert [one.text for one in found] == [one["query"].strip() for one in data]
    told = [[list(window) for window in one.windows] for one in found]
    assert told == [one["relevant_windows"] for one in data]
    if name == "qvhighlights":
        assert [list(one.clips) for one in found] == [one["relevant_clip_ids"] for one in data]
        rated = sum(score for one in data for clip in one["saliency_scores"] for score in clip)
        assert sum(score for one in found for clip in one.scores for score in clip) == rated


@pytest.mark.parametrize("split", ["train", "val"])
def test_tvsum(place: Path, split: str) -> None:
    data = [json.loads(line) for line in lines(place, f"tvsum_{split}.jsonl")]
    found = load(place, "tvsum", split)
    assert [[list(clip) for clip in one.scores] for one in found] == [one["label"] for one in data]
    assert [one.duration for one in found] == [2 * one["duration"] for one in data]
    assert {len(clip) for one in found for clip in one.scores} == {20}


def test_tvsum_is_three_and_a_half_hours(place: Path) -> None:
    """The paper says so; it would be half of it if a clip were one second."""
    found = [one for split in ("train", "val") for one in load(place, "tvsum", split)]
    assert sum(one.duration for one in found) / 3600 == pytest.approx(3.5, abs=0.05)


def test_tvr(place: Path) -> None:
    data = [json.loads(line) for line in lines(place, "tvr_val.jsonl")]
    found = load(place, "tvr", "val")
    assert [one.windows for one in found] == [(tuple(map(float, one["ts"])),) for one in data]
    assert Counter(one.more["type"] for one in found) == Counter(one["type"] for one in data)


@pytest.mark.parametrize("split", ["train", "test"])
def test_charades_sta(place: Path, split: str) -> None:
    data = lines(place, f"charades_sta_{split}.txt")
    found = load(place, "charades-sta", split)
    written = [f"{one.video} {one.windows[0][0]} {one.windows[0][1]}##{one.text}" for one in found]
    assert [line.strip() for line in data] == written
    if split == "test":
        lengths = {}
        for line in lines(place, "charades_test.jsonl"):
            one = json.loads(line)
            lengths[one["vid"]] = one["duration"]
        assert {one.video: one.duration for one in found} == lengths


@pytest.mark.parametrize("split", ["val", "test"])
def test_didemo(place: Path, split: str) -> None:
    data = json.loads(text(place, f"didemo_{split}.json"))
    found = load(place, "didemo", split)
    assert len({one.video for one in found}) == len({one["video"] for one in data})
    starts = sum(5 * first for one in data for first, _ in one["times"])
    ends = sum(5 * last + 5 for one in data for _, last in one["times"])
    assert sums(found) == (starts, ends)


def test_msvd(place: Path) -> None:
    captions = json.loads(text(place, "msvd_captions.json"))
    for split in ("train", "val", "test"):
        videos = lines(place, f"msvd_{split}_list.txt")
        found = load(place, "msvd", split)
        assert [one.text for one in found] == [c.strip() for v in videos for c in captions[v]]
        assert list(dict.fromkeys(one.video for one in found)) == videos


def test_msrvtt(place: Path) -> None:
    table = rows(place, "msrvtt_jsfusion_test_1k.csv")
    test = load(place, "msrvtt", "test-1ka")
    assert [(one.id, one.video, one.text) for one in test] == [
        (row["key"], row["video_id"], row["sentence"].strip()) for row in table
    ]
    train = load(place, "msrvtt", "train-9k")
    assert [one.video for one in train] == [
        row["video_id"] for row in rows(place, "msrvtt_train_9k_ids.csv")
    ]


def test_nextqa(place: Path) -> None:
    table = rows(place, "nextqa_val.csv")
    found = load(place, "nextqa", "val")
    assert [one.options[one.answer] for one in found] == [
        row[f"a{row['answer']}"].strip() for row in table
    ]
    assert Counter(one.more["type"] for one in found) == Counter(row["type"] for row in table)


@pytest.mark.parametrize(
    ("name", "split", "file"),
    [*(("ucf101", f"test{n}", f"ucf101_val{n}.txt") for n in (1, 2, 3)),
     ("hmdb51", "test1", "hmdb51_val1.txt")],
)  # fmt: skip
def test_actions(place: Path, name: str, split: str, file: str) -> None:
    names = lines(place, f"{name}_label_map.txt")
    found = load(place, name, split)
    assert [f"{one.video} {one.index}" for one in found] == lines(place, file)
    assert all(one.label == names[one.index] for one in found)
    if name == "ucf101":  # the class is written in the name of the clip
        assert all(one.video.split("_")[1].lower() == one.label.lower() for one in found)


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("ucf101", "ucf101_label_map.txt"),
        ("hmdb51", "hmdb51_label_map.txt"),
        ("kinetics-400", "kinetics400_label_map.txt"),
        ("kinetics-700", "kinetics700_label_map.txt"),
    ],
)
def test_classes(place: Path, name: str, file: str) -> None:
    assert [one.label for one in load(place, name, "classes")] == lines(place, file)


def test_every_file_is_read_by_a_data_set_and_is_as_published(place: Path) -> None:
    manifest = {one["file"]: one for one in json.loads((place / "manifest.json").read_text())}
    names = ("activitynet-captions", "castella", "charades-sta", "didemo", "hmdb51", "kinetics-400",
             "kinetics-700", "msrvtt", "msvd", "nextqa", "qvhighlights", "tacos", "tvr", "tvsum",
             "ucf101", "youcook2")  # fmt: skip
    found = {}
    for name in names:
        report = check(find(name), place)
        assert report.sound, name
        assert all(one.state in ("published", "there", "missing") for one in report.splits)
        assert not any(one.repeated_ids for one in report.splits)
        found |= {Path(one.place).name: one for one in report.files if one.place}
    assert set(found) == set(manifest)
    for file, one in found.items():
        assert one.state == "published"
        assert one.sha256 == manifest[file]["sha256_unpacked"]


def test_what_is_known_of_1k_a(place: Path) -> None:
    report = check(find("msrvtt"), place)
    split = next(one for one in report.splits if one.name == "test-1ka")
    assert split.repeats is not None
    assert (split.repeats.texts, split.repeats.videos, split.repeats.ceiling) == (4, 9, 0.995)
    assert split.repeats.examples[0] == ("a man playing video games", 3)
    assert report.overlaps == ()


def test_what_else_the_checks_find(place: Path) -> None:
    splits = {one.name: one for one in check(find("charades-sta"), place).splits}
    assert splits["train"].windows is not None
    assert splits["test"].windows is not None
    assert (splits["train"].windows.backwards, splits["train"].windows.unknown) == (4, 12408)
    assert (splits["test"].windows.outside, round(splits["test"].windows.over, 2)) == (562, 1.5)
    shared = {(one.one, one.other): one for one in check(find("msvd"), place).overlaps}
    assert (shared["train", "val"].videos, shared["train", "val"].sources) == (0, 1)
    shared = {(o.one, o.other): o for o in check(find("activitynet-captions"), place).overlaps}
    assert [shared["val", "test"].videos, shared["train", "test"].videos] == [4885, 0]
    shared = {(one.one, one.other): one for one in check(find("qvhighlights"), place).overlaps}
    assert {one.sources for one in shared.values()} == {0}
    assert shared["train", "val"].texts == 11


def test_flickr8k(shared: Path) -> None:
    folder = shared / "data" / "flickr8k"
    if not (folder / "captions.jsonl").is_file():
        pytest.skip("needs the captions of Flickr8k")
    data = unpacked(folder / "captions.jsonl")
    for split in ("train", "dev", "test"):
        found = load(folder, "flickr8k", split)
        meant = [c.strip() for one in data if one["split"] == split for c in one["captions"]]
        assert [one.text for one in found] == meant
    names = set((folder / "test_1k.txt").read_text().split())
    assert {one.video for one in found} == names
    report = check(find("flickr8k"), folder)
    assert report.sound
    assert report.complete
    assert all(one.videos == 0 for one in report.overlaps)


def test_real_clips(real_clips: Path) -> None:
    data = unpacked(real_clips / "clips.jsonl")
    moments = load(real_clips, "real-clips", "moments")
    assert [one.text for one in moments] == [m["query"] for one in data for m in one["moments"]]
    assert sum("speech" in one.more for one in moments) == 7
    captions = load(real_clips, "real-clips", "captions")
    assert len(captions) == sum(len(one["captions"]) for one in data)
    queries = json.loads((real_clips / "queries_by_group.json").read_text())
    found = load(real_clips, "real-clips", "queries")
    assert len({one.more["query"] for one in found}) == len(queries) == 32
    report = check(find("real-clips"), real_clips)
    assert report.sound
    assert report.complete
