"""Checks: each finding is made on purpose, and found; and nothing where there is nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.datasets.checks import check, composed, repeats, windows
from kinolex.datasets.dataset import Dataset, Split
from kinolex.datasets.folder import File, Folder
from kinolex.datasets.records import CaptionRecord, ComposedRecord, MomentRecord, Record
from kinolex.errors import UsageError


def _read(folder: Folder, split: str) -> Iterator[Record]:
    for number, row in enumerate(folder.rows(f"{split}.csv")):
        yield CaptionRecord(id=row.get("id") or str(number), video=row["video"], text=row["text"])


TRAIN = "video,text\na_1,one\na_2,two\na_2,two\n"
TEST = "video,text\na_2,one\nb_1,one\nb_2, one \nb_2,three\n"
TOY = Dataset(
    name="toy",
    title="Toy",
    task="play",
    citation="None.",
    splits=(
        Split("train", "train", 2, 3),
        Split("test", "test", 3, 4),
        Split("test2", "test"),
    ),
    files=(
        File("train.csv", ("train",), sha256=hashlib.sha256(TRAIN.encode()).hexdigest()),
        File("test.csv", ("test",)),
        File("test2.csv", ("test2",)),
        File("more.csv", ("test",), optional=True),
    ),
    source_of=lambda video: video[0],
    reader=_read,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "train.csv").write_text(TRAIN)
    (tmp_path / "test.csv").write_text(TEST)
    (tmp_path / "test2.csv").write_text(TEST)
    return tmp_path


def test_of_many_files_one_is_enough_and_none_is_hashed(tmp_path: Path) -> None:
    many = replace(TOY, files=(File("*.csv", ("train",)), File("*.txt", (), optional=True)))
    (tmp_path / "train.csv").write_text(TRAIN)
    found, missing = check(many, tmp_path).files
    assert (found.state, found.place, found.sha256) == ("there", str(tmp_path / "*.csv"), "")
    assert (missing.state, missing.optional) == ("missing", True)


def test_all_is_well(folder: Path) -> None:
    report = check(TOY, folder)
    assert report.complete
    assert report.sound
    assert [one.state for one in report.files] == ["published", "there", "there", "missing"]
    assert [one.state for one in report.splits] == ["published", "published", "there"]
    assert [(one.videos, one.records) for one in report.splits] == [(2, 3), (3, 4), (3, 4)]
    assert json.loads(json.dumps(report.to_dict()))["sound"] is True


def test_a_file_that_was_changed(folder: Path) -> None:
    (folder / "train.csv").write_text(TRAIN + "c_1,four\n")
    report = check(TOY, folder)
    assert not report.sound
    assert (report.files[0].state, report.splits[0].state) == ("changed", "differs")
    assert report.files[0].sha256 != report.files[0].published


def test_what_is_missing_or_cannot_be_read(folder: Path) -> None:
    (folder / "test.csv").unlink()
    (folder / "test2.csv").write_text("film,text\na,b\n")
    report = check(TOY, folder)
    assert not report.complete
    assert not report.sound
    assert (report.splits[1].state, report.splits[1].problem) == ("missing", "test.csv")
    assert report.splits[2].state == "unreadable"
    assert "'video' is missing" in report.splits[2].problem
    with pytest.raises(UsageError, match="no folder"):
        check(TOY, folder / "none")


def test_a_damaged_file(folder: Path) -> None:
    (folder / "train.csv").rename(folder / "train.csv.gz")
    report = check(TOY, folder)
    assert (report.files[0].state, report.splits[0].state) == ("unreadable", "unreadable")


def test_what_two_splits_share(folder: Path) -> None:
    one, other = check(TOY, folder).overlaps
    assert (one.one, one.other, other.other) == ("train", "test", "test2")  # not test and test2
    assert (one.videos, one.sources, one.texts, one.examples) == (1, 1, 1, ("a_2",))
    (folder / "train.csv").write_text("video,text\na_9,x\n")
    one, _ = check(TOY, folder).overlaps
    assert (one.videos, one.sources, one.texts, one.examples) == (0, 1, 0, ("a",))
    unknown = check(replace(TOY, source_of=None), folder).overlaps
    assert unknown == ()


def test_ids_that_occur_twice(folder: Path) -> None:
    (folder / "train.csv").write_text("id,video,text\n1,a_1,one\n1,a_2,two\n2,a_2,two\n")
    assert check(TOY, folder).splits[0].repeated_ids == 1


def test_repeated_texts(folder: Path) -> None:
    found = check(TOY, folder).splits[1].repeats
    assert found is not None
    assert (found.texts, found.videos, found.again, found.ceiling) == (1, 3, 0, 0.5)
    assert found.examples == (("one", 3),)


def _captions(pairs: list[tuple[str, str]]) -> list[CaptionRecord]:
    return [CaptionRecord(id=str(i), video=v, text=t) for i, (v, t) in enumerate(pairs)]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")), max_size=12))
def test_repeats_are_those_of_plain_loops(pairs: list[tuple[str, str]]) -> None:
    found = repeats(_captions(pairs))
    texts = {text for _, text in pairs}
    several = [text for text in texts if len({v for v, t in pairs if t == text}) > 1]
    assert found.texts == len(several)
    assert found.videos == len({v for v, t in pairs if t in several})
    assert found.again == len(pairs) - len(set(pairs))
    if pairs:
        best = sum(max(pairs.count((v, text)) for v, _ in pairs) for text in texts)
        assert found.ceiling == best / len(pairs)
    else:
        assert found.ceiling is None
    assert repeats(_captions(pairs[::-1])) == found


@given(
    st.lists(
        st.tuples(st.integers(-2, 9), st.integers(-2, 9), st.sampled_from([None, 5.0])), max_size=9
    )
)
def test_windows_are_those_of_plain_loops(
    given_windows: list[tuple[int, int, float | None]],
) -> None:
    records = [
        MomentRecord(id=str(i), video="v", text="t", windows=((a, b),), duration=length)
        for i, (a, b, length) in enumerate(given_windows)
    ]
    found = windows(records)
    if not given_windows:
        assert found is None
        return
    outside = [(a, b) for a, b, n in given_windows if a < 0 or (n is not None and b > n)]
    assert found is not None
    assert (found.count, found.outside) == (len(given_windows), len(outside))
    assert found.backwards == sum(b <= a for a, b, _ in given_windows)
    assert found.unknown == sum(n is None for _, _, n in given_windows)
    overs = [max(-a, b - n if n else 0) for a, b, n in given_windows]
    assert found.over == max(0, *overs, 0)


def test_there_are_no_windows_in_captions() -> None:
    assert windows(_captions([("a", "x")])) is None
    moments = [MomentRecord(id="1", video="v", text="t", windows=((0, 1),))]
    assert repeats(moments).ceiling is None


_SOME = st.lists(st.sampled_from("abc"), max_size=3, unique=True).map(tuple)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xy"), _SOME, _SOME), max_size=9))
def test_composed_queries_are_those_of_plain_loops(
    rows: list[tuple[str, str, tuple[str, ...], tuple[str, ...]]],
) -> None:
    found = composed(
        [
            ComposedRecord(id=str(i), video=v, text=t, targets=right, gallery=gallery)
            for i, (v, t, right, gallery) in enumerate(rows)
        ]
    )
    if not rows:
        assert found is None
        return
    assert found is not None
    assert (found.count, found.secret) == (len(rows), sum(not right for _, _, right, _ in rows))
    assert found.itself == sum(v in right for v, _, right, _ in rows)
    assert found.outside == sum(
        bool(gallery) and any(one not in gallery for one in right) for _, _, right, gallery in rows
    )
    assert found.against == sum(
        any((v, t) == (w, u) and set(right) != set(other) for w, u, other, _ in rows)
        for v, t, right, _ in rows
    )


def test_there_are_no_composed_queries_in_captions() -> None:
    assert composed(_captions([("a", "x")])) is None
