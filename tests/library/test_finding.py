"""Names and filters against a naive scan, with names made to confuse."""

from __future__ import annotations

import datetime as dt
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinolex.library.finding import day_of
from kinolex.library.records import FileState, VideoRecord
from kinolex.library.store import Store
from kinolex.moments import Filters
from tests.library.samples import add_file, add_video, video_id

PARTS = [
    "a", "A", "ab", "a'b", 'a"b', "100%", "_", "%", "a_b", "axb", "é", "e\u0301", "É", "straße",
    "C:", "C:\\x", "..a", "~", "-a", "*", "[a]", "天", "a b", " a", "a.", "film", "İ",
]  # fmt: skip
names = st.sampled_from(PARTS)
relatives = st.builds(
    lambda folders, name, end: "/".join([*folders, name + end]),
    st.lists(names, max_size=2),
    names,
    st.sampled_from([".mp4", ".MP4", ""]),
)


@dataclass
class Entry:
    number: int
    title: str
    paths: list[str]
    duration: float
    recorded: dt.datetime | None
    language: str
    id: str = field(init=False)

    def __post_init__(self) -> None:
        self.id = video_id(self.number)


days = st.datetimes(dt.datetime(2023, 12, 30), dt.datetime(2024, 1, 3))
entries = st.lists(
    st.builds(
        Entry,
        st.just(0),
        names,
        st.lists(relatives, max_size=2),
        st.sampled_from([1.0, 2.0, 2.5, 10.0]),
        st.one_of(st.none(), days),
        st.sampled_from(["", "en", "en-US", "de", "EN_gb"]),
    ),
    max_size=6,
)
dates = st.one_of(st.none(), st.dates(dt.date(2023, 12, 30), dt.date(2024, 1, 3)))
filters = st.builds(
    Filters,
    videos=st.lists(st.one_of(names, relatives), max_size=2).map(tuple),
    folder=st.one_of(st.just(""), names, st.builds("{}/{}".format, names, names)),
    after=dates,
    before=dates,
    min_length=st.sampled_from([None, 1.0, 2.0, 2.25, 99.0]),
    max_length=st.sampled_from([None, 1.0, 2.5, 99.0]),
    language=st.sampled_from(["", "en", "de", "EN", "fr", "en-AU"]),
)


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def loose(text: str) -> str:
    return nfc(nfc(text).casefold())


def naive_meant(what: str, entries: list[Entry], root: Path) -> set[str]:
    """The documented levels, spelled out one by one."""
    if not what.strip():
        return set()
    levels: list[set[str]] = [set() for _ in range(9)]
    for entry in entries:
        levels[0] |= {entry.id} if entry.id == what else set()
        levels[1] |= (
            {entry.id} if len(what) >= 8 and entry.id[: len(what)] == what.lower() else set()
        )
        for relative in entry.paths:
            name = relative.split("/")[-1]
            stem = name[: name.rindex(".")] if "." in name[1:] else name
            absolute = what.startswith("/") and nfc(what) == nfc(f"{root}/{relative}")
            levels[2] |= {entry.id} if absolute else set()
            same = nfc(what) == nfc(relative)
            levels[3] |= {entry.id} if same else set()
            levels[4] |= {entry.id} if nfc(name) == nfc(what) else set()
            levels[5] |= {entry.id} if loose(name) == loose(what) else set()
            levels[6] |= {entry.id} if loose(stem) == loose(what) else set()
            levels[8] |= {entry.id} if loose(what) in loose(name) else set()
        levels[7] |= {entry.id} if loose(entry.title) == loose(what) else set()
        levels[8] |= {entry.id} if loose(what) in loose(entry.title) else set()
    return next((level for level in levels if level), set())


def naive_below(folder: str, relative: str, root: Path) -> bool:
    parts = [loose(p) for p in folder.replace("\\", "/").split("/") if p not in ("", ".")]
    above = [loose(p) for p in [root.name, *relative.split("/")[:-1]]]
    return any(above[i : i + len(parts)] == parts for i in range(len(above) - len(parts) + 1))


def naive_filter(filters: Filters, entries: list[Entry], root: Path) -> set[str]:
    kept = set()
    for entry in entries:
        day = entry.recorded.date() if entry.recorded else None
        tests = [
            not filters.videos
            or any(entry.id in naive_meant(what, entries, root) for what in filters.videos),
            not filters.folder or any(naive_below(filters.folder, r, root) for r in entry.paths),
            filters.after is None or (day is not None and day >= filters.after),
            filters.before is None or (day is not None and day <= filters.before),
            filters.min_length is None or entry.duration >= filters.min_length,
            filters.max_length is None or entry.duration <= filters.max_length,
            not filters.language or filters.language[:2].lower() == entry.language[:2].lower(),
        ]
        if all(tests):
            kept.add(entry.id)
    return kept


def build(store: Store, root: Path, entries: list[Entry]) -> None:
    root_id = store.add_root(root).id
    taken: set[str] = set()
    for number, entry in enumerate(entries):
        entry.number = number
        entry.__post_init__()
        entry.paths = [p for p in entry.paths if p not in taken]
        taken.update(entry.paths)
        record = VideoRecord(
            entry.id, 1, entry.duration, entry.title, recorded=entry.recorded,
            language=entry.language,
        )  # fmt: skip
        store.put_video(record)
        store.touch_files([FileState(root_id, p, 1, 1, entry.id) for p in entry.paths])


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Path]]:
    base = tmp_path_factory.mktemp("f")
    root = base / "Ro'ot %_"
    root.mkdir()
    with Store.open(base / "library", write=True) as store:
        yield store, root


@settings(max_examples=80, deadline=None)
@given(entries, st.lists(filters, min_size=1, max_size=5))
def test_filters_agree_with_a_naive_scan(
    shelf: tuple[Store, Path], entries: list[Entry], asked: list[Filters]
) -> None:
    store, root = shelf
    with store.batch():
        for video in list(store.videos()):
            store.remove_video(video.id)
        build(store, root, entries)
    order = [entry.id for entry in entries]
    for one in asked:
        found = store.filter_videos(one)
        if not one:
            assert found is None
            continue
        wanted = naive_filter(one, entries, root)
        assert found == [v for v in order if v in wanted]
    for what in {p for e in entries for p in [e.title, *e.paths]} | {" ", "9" * 9}:
        assert set(store.find_videos(what)) == naive_meant(what, entries, root), what


def test_the_most_exact_meaning_wins_and_nothing_is_picked_silently(
    store: Store, tmp_path: Path
) -> None:
    one = add_video(store, 1, title="holiday")
    two = add_video(store, 2, title="other")
    three = add_video(store, 3, title="Holiday in Rome")
    root = tmp_path / "r"
    add_file(store, root, "a/holiday.mp4", one)
    add_file(store, root, "b/holiday.mp4", two)
    add_file(store, root, "my holiday.mp4", three)
    assert store.find_videos("holiday.mp4") == [one, two]
    assert store.find_videos("Holiday.MP4") == [one, two]
    assert store.find_videos("holiday") == [one, two]
    assert store.find_videos("b/holiday.mp4") == [two]
    assert store.find_videos(str(root / "b" / "holiday.mp4")) == [two]
    assert store.find_videos(str(root / "b" / ".." / "b" / "holiday.mp4")) == [two]
    assert store.find_videos("rome") == [three]
    assert store.find_videos("oli") == [one, two, three]
    assert store.find_videos(two) == store.find_videos(two[:8]) == [two]
    assert store.find_videos(two[:7]) == []
    assert store.find_videos("") == store.find_videos("none") == []


def test_folders(store: Store, tmp_path: Path) -> None:
    one, two = add_video(store, 1), add_video(store, 2)
    root = tmp_path / "Films"
    add_file(store, root, "2024/Rome/a.mp4", one)
    add_file(store, root, "2024/Romeo/b.mp4", two)

    def below(folder: str | Path) -> list[str] | None:
        return store.filter_videos(Filters(folder=str(folder)))

    assert below("rome") == below("2024/Rome/") == below("./2024/ROME") == [one]
    assert below(root / "2024" / "Rome") == below(f"{root}/2024/Rome/") == [one]
    assert below(root / "2024") == below("2024") == below("films") == [one, two]
    assert below(root / "2024" / "Rom") == below("Rom") == below("2024/a.mp4") == []
    assert below(root / "2024" / "Rome" / "a.mp4") == below(tmp_path.name) == []
    assert below("/") == [one, two]


def test_days(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/Los_Angeles")
    time.tzset()
    try:
        utc = dt.datetime(2024, 5, 2, 3, 0, tzinfo=dt.UTC)
        assert day_of(utc) == dt.date(2024, 5, 1)
        assert day_of(utc.replace(tzinfo=None)) == dt.date(2024, 5, 2)
        assert day_of(utc.replace(tzinfo=dt.timezone(dt.timedelta(hours=2)))) == dt.date(2024, 5, 2)
    finally:
        monkeypatch.undo()
        time.tzset()
