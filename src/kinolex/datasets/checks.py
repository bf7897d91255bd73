"""Checks: what of a data set lies in a folder, and what is wrong with it.

Files are hashed, splits are read and counted against the published sizes; windows outside their
video, repeated texts, composed queries that contradict themselves and videos that two splits
share are named.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kinolex.datasets.dataset import Dataset, Split
from kinolex.datasets.folder import File, Folder, digest
from kinolex.datasets.records import CaptionRecord, ComposedRecord, Record
from kinolex.datasets.statistics import (
    Statistics,
    describe,
    text_of,
    videos_in,
    windows_in,
)
from kinolex.errors import UsageError

__all__ = [
    "Composed",
    "FileCheck",
    "Overlap",
    "Repeats",
    "Report",
    "SplitCheck",
    "Windows",
    "check",
    "composed",
    "repeats",
    "windows",
]

SHOWN = 5
"""How many examples of a finding are named."""


@dataclass(frozen=True, slots=True)
class FileCheck:
    """A file of a data set in a folder.

    ``state`` is ``published`` (its hash is the published one), ``changed`` (it is another),
    ``there`` (no hash is published), ``missing`` or ``unreadable``.
    """

    name: str
    state: str
    place: str = ""
    sha256: str = ""
    published: str | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Repeats:
    """Texts of a split that occur more than once.

    Parameters
    ----------
    texts, videos : int
        How many texts stand for several videos, and for how many videos together.
    again : int
        Records whose text the same video has already.
    ceiling : float, optional
        The highest R@1 from text to video, as a fraction, of a matcher that gives equal texts
        equal answers and puts one video first; None without captions.
    examples : tuple of (str, int)
        Texts, those for most videos first, and their videos.
    """

    texts: int
    videos: int
    again: int
    ceiling: float | None
    examples: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Windows:
    """Windows of a split that cannot be right.

    ``outside``: begin before 0 or end after their video, by ``over`` seconds at most;
    ``backwards``: do not end after they begin; ``unknown``: their video has no known length.
    """

    count: int
    outside: int
    over: float
    backwards: int
    unknown: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Composed:
    """Composed queries of a split that cannot be right.

    ``secret``: no target is told; ``itself``: a target is the reference; ``outside``: a target is
    not in the query's own gallery; ``against``: the same reference and text have other targets in
    another record.
    """

    count: int
    secret: int
    itself: int
    outside: int
    against: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SplitCheck:
    """A split of a data set in a folder.

    ``state`` is ``published`` (of the published size), ``differs``, ``there`` (no size is
    published), ``missing`` or ``unreadable``; ``problem`` says what is missing or wrong.
    """

    name: str
    state: str
    problem: str = ""
    published_videos: int | None = None
    published_records: int | None = None
    videos: int = 0
    records: int = 0
    repeated_ids: int = 0
    repeats: Repeats | None = None
    windows: Windows | None = None
    composed: Composed | None = None
    statistics: Statistics | None = None


@dataclass(frozen=True, slots=True)
class Overlap:
    """What two splits of different roles share.

    ``sources`` counts longer videos that both were cut from (None where that is not known).
    """

    one: str
    other: str
    videos: int
    sources: int | None
    texts: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What `check` found."""

    dataset: str
    folder: str
    files: tuple[FileCheck, ...]
    splits: tuple[SplitCheck, ...]
    overlaps: tuple[Overlap, ...] = field(default_factory=tuple)

    @property
    def complete(self) -> bool:
        """Whether every split is there."""
        return not any(one.state == "missing" for one in self.splits)

    @property
    def sound(self) -> bool:
        """Whether all that is there can be read, and is what was published."""
        wrong = ("changed", "unreadable", "differs")
        states = [one.state for one in self.files] + [one.state for one in self.splits]
        return not set(states).intersection(wrong)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        told = dataclasses.asdict(self)
        return told | {"complete": self.complete, "sound": self.sound}


def check(one: Dataset, folder: Path | str) -> Report:
    """Look at every file and every split of a data set in a folder.

    Raises
    ------
    UsageError
        If there is no such folder; whatever is wrong inside becomes part of the report.
    """
    place = Path(folder)
    if not place.is_dir():
        raise UsageError(f"There is no folder {place}.")
    files = tuple(_file(file, Folder(place, one.files)) for file in one.files)
    splits, kept = [], {}
    for split in one.splits:
        records, state = _records(one, place, split)
        splits.append(state)
        if records:
            kept[split.name] = _Kept.of(one, split, records)
    overlaps = (_overlap(a, b) for a, b in itertools.combinations(kept.values(), 2))
    return Report(
        dataset=one.name,
        folder=str(place),
        files=files,
        splits=tuple(splits),
        overlaps=tuple(shared for shared in overlaps if shared),
    )


def _file(file: File, folder: Folder) -> FileCheck:
    place = folder.place(file)
    if place is None:
        return FileCheck(file.name, "missing", published=file.sha256, optional=file.optional)
    if file.many:
        return FileCheck(file.name, "there", str(folder.path / file.name), optional=file.optional)
    try:
        found = digest(place)
    except UsageError:
        return FileCheck(file.name, "unreadable", str(place), published=file.sha256)
    state = "there" if not file.sha256 else "published" if found == file.sha256 else "changed"
    return FileCheck(file.name, state, str(place), found, file.sha256, file.optional)


def _records(one: Dataset, folder: Path, split: Split) -> tuple[list[Record], SplitCheck]:
    state = SplitCheck(
        split.name, "missing", published_videos=split.videos, published_records=split.records
    )
    missing = one.missing(folder, split.name)
    if missing:
        return [], dataclasses.replace(state, problem=", ".join(missing))
    try:
        records = list(one.load(folder, split.name))
    except UsageError as error:
        return [], dataclasses.replace(state, state="unreadable", problem=str(error))
    videos = len({record.video for record in records if record.video})
    return records, dataclasses.replace(
        state,
        state=_state(split, videos, len(records)),
        videos=videos,
        records=len(records),
        repeated_ids=len(records) - len({record.id for record in records}),
        repeats=repeats(records),
        windows=windows(records),
        composed=composed(records),
        statistics=describe(records),
    )


def _state(split: Split, videos: int, records: int) -> str:
    if split.videos is None and split.records is None:
        return "there"
    same = split.videos in (None, videos) and split.records in (None, records)
    return "published" if same else "differs"


def repeats(records: Sequence[Record]) -> Repeats:
    """Texts that occur more than once; equal means equal without spaces around.

    Examples
    --------
    >>> pairs = [("a", "a man plays"), ("b", "a man plays"), ("c", "a dog")]
    >>> found = repeats([CaptionRecord(id=v, video=v, text=t) for v, t in pairs])
    >>> found.texts, found.videos, round(found.ceiling, 3)
    (1, 2, 0.667)
    """
    shown: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for record in records:
        if text := text_of(record):
            shown[text][record.video] += 1
    several = {text: len(videos) for text, videos in shown.items() if len(videos) > 1}
    best = sum(max(videos.values()) for videos in shown.values())
    all_of_them = sum(videos.total() for videos in shown.values())
    captions = bool(records) and all(isinstance(one, CaptionRecord) for one in records)
    return Repeats(
        texts=len(several),
        videos=len({video for text in several for video in shown[text]}),
        again=sum(videos.total() - len(videos) for videos in shown.values()),
        ceiling=best / all_of_them if captions and all_of_them else None,
        examples=tuple(sorted(several.items(), key=lambda one: (-one[1], one[0]))[:SHOWN]),
    )


def windows(records: Sequence[Record]) -> Windows | None:
    """Windows that lie outside their video or run backwards; None where there are none at all."""
    count = outside = backwards = unknown = 0
    over, examples = 0.0, []
    for record in records:
        for start, end in windows_in(record):
            count += 1
            unknown += record.duration is None
            past = max(-start, end - record.duration if record.duration is not None else 0.0, 0.0)
            over = max(over, past)
            outside += past > 0
            backwards += end <= start
            if past > 0 or end <= start:
                examples.append(record.id)
    if not count:
        return None
    return Windows(count, outside, over, backwards, unknown, tuple(dict.fromkeys(examples))[:SHOWN])


def composed(records: Sequence[Record]) -> Composed | None:
    """Composed queries whose answers cannot be right; None where there are no such queries.

    Examples
    --------
    >>> found = composed([ComposedRecord(id="1", video="a", text="at night", targets=("a", "b"))])
    >>> found.itself, found.secret, found.examples
    (1, 0, ('1',))
    """
    queries = [one for one in records if isinstance(one, ComposedRecord)]
    if not queries:
        return None
    asked: defaultdict[tuple[str, str], set[frozenset[str]]] = defaultdict(set)
    for one in queries:
        asked[one.video, text_of(one)].add(frozenset(one.targets))
    itself = [one.id for one in queries if one.video in one.targets]
    outside = [one.id for one in queries if one.gallery and set(one.targets) - set(one.gallery)]
    against = [one.id for one in queries if len(asked[one.video, text_of(one)]) > 1]
    return Composed(
        count=len(queries),
        secret=sum(not one.targets for one in queries),
        itself=len(itself),
        outside=len(outside),
        against=len(against),
        examples=tuple(dict.fromkeys(itself + outside + against))[:SHOWN],
    )


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is kept of a split to compare it with others."""

    split: Split
    videos: frozenset[str]
    sources: frozenset[str] | None
    texts: frozenset[str]

    @classmethod
    def of(cls, one: Dataset, split: Split, records: Sequence[Record]) -> _Kept:
        videos = frozenset(name for record in records for name in videos_in(record))
        cut = one.source_of
        sources = frozenset(cut(video) for video in videos) if cut else None
        return cls(split, videos, sources, frozenset(filter(None, map(text_of, records))))


def _overlap(one: _Kept, other: _Kept) -> Overlap | None:
    if one.split.role == other.split.role or "classes" in (one.split.role, other.split.role):
        return None
    videos = one.videos & other.videos
    sources = None
    if one.sources is not None and other.sources is not None:
        sources = one.sources & other.sources
    texts = one.texts & other.texts
    if not (videos or sources or texts):
        return None
    return Overlap(
        one=one.split.name,
        other=other.split.name,
        videos=len(videos),
        sources=None if sources is None else len(sources),
        texts=len(texts),
        examples=tuple(sorted(videos or sources or ())[:SHOWN]),
    )
