"""The registry, and what every data set must tell."""

from __future__ import annotations

import importlib.metadata
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kinolex.datasets import dataset as registry
from kinolex.datasets.dataset import Dataset, Split, dataset, datasets, described, find
from kinolex.datasets.folder import File, Folder
from kinolex.datasets.records import CaptionRecord, Record, VideoRecord, write
from kinolex.errors import UsageError

READ = {
    "activitynet-captions", "activitynet-qa", "adverbs", "aro", "castella", "charades",
    "charades-sta", "circo", "cirr", "coco-captions", "coin", "condensed-movies", "didemo",
    "ego4d-nlq", "egoschema", "et-bench", "fashioniq", "feint6k", "fiber", "flickr30k", "flickr8k",
    "genecis", "hirest", "hmdb51", "hmdb51-arn", "howto100m", "ht-step", "htm-align", "internvid",
    "kinetics-400", "kinetics-600", "kinetics-700", "kinetics-cmn", "longvideobench", "lovr",
    "lsmdc", "lvbench", "mad", "mlvu", "momentseeker", "msrvtt", "msrvtt-mc", "msrvtt-qa", "msvd",
    "msvd-qa", "multivent-2", "mvbench", "nextqa", "panda-70m", "queryd", "qvhighlights",
    "real-clips", "soccernet-caption", "something-something-v2", "ssv2-cmn", "ssv2-otam", "summe",
    "tacos", "tempcompass", "temporalbench", "tf-covr", "tgif", "timescope", "tvr", "tvr-ranking",
    "tvsum", "ucf101", "ucf101-arn", "vatex", "verified", "vidchapters", "video-mme", "videocomp",
    "videocon", "videoset", "videoufo", "vinoground", "visiocity", "vitt", "vnbench", "webvid",
    "webvid-covr", "youcook2", "youtube-highlights",
}  # fmt: skip


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """A data set of which only the facts are known."""
    datasets()
    monkeypatch.setattr(registry, "_known", dict(registry._known))
    described(
        "told",
        title="Told",
        task="play",
        citation="None.",
        homepage="https://example.org",
        splits=(Split("train", "train"), Split("test", "test")),
        files=(File("a.txt", ("train",)), File("b.txt", ("train", "test"))),
    )
    return find("told")


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> Dataset:
    datasets()
    monkeypatch.setattr(registry, "_known", dict(registry._known))

    @dataset(
        "toy",
        title="Toy",
        task="play",
        citation="None.",
        homepage="https://example.org",
        splits=(Split("train", "train"), Split("test", "test", 1, 1), Split("more", "other")),
        files=(File("a.txt", ("train", "test")), File("b.txt", ("test",))),
    )
    def read(folder: Folder, split: str) -> Iterator[Record]:
        """Videos."""
        for line in folder.lines("a.txt"):
            yield VideoRecord(id=line.split()[1], video=line)

    return find("toy")


def test_all_are_found_by_themselves() -> None:
    found = datasets()
    assert set(found) == READ
    assert all(one.reader for one in found.values())
    assert list(found) == sorted(found)


@pytest.mark.parametrize("name", sorted(READ))
def test_every_data_set_tells_what_it_must(name: str) -> None:
    one = find(name)
    assert one.title
    assert one.task
    assert re.search(r"\d{4}|^None", one.citation)
    assert one.splits
    assert one.defects or name in ("lovr",)
    assert all(re.fullmatch(r"[a-z0-9-]+", split.name) for split in one.splits)
    assert all(defect.endswith(".") for defect in one.defects)
    assert all(not file.sha256 or re.fullmatch("[0-9a-f]{64}", file.sha256) for file in one.files)
    assert one.homepage is None or one.homepage.startswith("http")
    assert one.about
    assert json.loads(json.dumps(one.to_dict()))["loader"] is True


def test_names_are_found_and_corrected() -> None:
    assert find("MSVD") is find("msvd")
    with pytest.raises(UsageError, match=r"no data set 'msrvt'\. Did you mean msrvtt"):
        find("msrvt")
    with pytest.raises(UsageError, match=r"no split 'tst'\. Did you mean test"):
        find("msvd").split("tst")


def test_what_is_missing_is_named(toy: Dataset, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"needs a\.txt, b\.txt in .*//example\.org"):
        toy.load(tmp_path, "test")
    with pytest.raises(UsageError, match="There is no folder"):
        toy.load(tmp_path / "none", "test")
    with pytest.raises(UsageError, match=r"has no loader: write its records to .*toy\.more\.jsonl"):
        toy.load(tmp_path, "more")
    (tmp_path / "a.txt").write_text("v 1\n")
    assert toy.missing(tmp_path, "train") == ()
    assert toy.missing(tmp_path, "test") == ("b.txt",)
    assert list(toy.load(tmp_path, "train")) == [VideoRecord(id="1", video="v 1", split="train")]


def test_another_form_is_one_sentence(toy: Dataset, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("v 1\nv\n")
    found = toy.load(tmp_path, "train")
    next(found)
    with pytest.raises(UsageError, match=r"a\.txt: not in the form of Toy after 1 records"):
        next(found)


def test_another_form_of_many_files_names_them_all(told: Dataset, tmp_path: Path) -> None:
    def read(folder: Folder, split: str) -> Iterator[Record]:
        for place in folder.places("*.txt"):
            yield VideoRecord(id=place.stem, video=place.read_text())

    one = Dataset("many", "Many", "play", "None.", told.splits, files=(File("*.txt", ("test",)),),
                  reader=read)  # fmt: skip
    assert one.missing(tmp_path, "test") == ("*.txt",)
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "b.txt").write_text("")
    with pytest.raises(UsageError, match=r"/\*\.txt: not in the form of Many after 1 records"):
        list(one.load(tmp_path, "test"))


def test_records_of_ones_own_are_taken(toy: Dataset, tmp_path: Path) -> None:
    record = CaptionRecord(id="1", video="v", text="t", split="more")
    write([record], tmp_path / "toy.more.jsonl")
    assert list(toy.load(tmp_path, "more")) == [record]
    assert toy.missing(tmp_path, "more") == ()


def test_a_described_set_says_which_files_it_comes_from(told: Dataset, tmp_path: Path) -> None:
    assert (told.reader, told.about, told.to_dict()["loader"]) == (None, "", False)
    assert told.missing(tmp_path, "test") == ("told.test.jsonl",)
    with pytest.raises(UsageError, match=r"has no loader: .* from a\.txt, b\.txt to"):
        told.load(tmp_path, "train")
    with pytest.raises(UsageError, match=r" from b\.txt to .*test\.jsonl.*//example\.org"):
        told.load(tmp_path, "test")
    write([CaptionRecord(id="1", video="v", text="t")], tmp_path / "told.test.jsonl.gz")
    assert told.missing(tmp_path, "test") == ()
    assert len(list(told.load(tmp_path, "test"))) == 1


def test_names_and_splits_must_fit(toy: Dataset) -> None:
    facts = {"title": "Another", "task": "play", "citation": "None."}
    test = (Split("test", "test"),)
    with pytest.raises(ValueError, match="two data sets toy"):
        described("toy", **facts, splits=test)
    with pytest.raises(ValueError, match="called like"):
        described("Toy 2", **facts, splits=test)
    with pytest.raises(ValueError, match="do not fit"):
        described("toy2", **facts, splits=test, files=(File("a", ("train",)),))


def test_another_package_adds_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    class Entry:
        value = "broken.package"

        def load(self) -> None:
            raise ImportError("no such module")

    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: [Entry()])
    registry._load.cache_clear()
    with pytest.warns(UserWarning, match=r"broken\.package are left out"):
        datasets()
