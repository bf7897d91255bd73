"""Forms of annotation files that several data sets share, as records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from kinolex.datasets.records import (
    ClassRecord,
    HighlightRecord,
    LabelRecord,
    MomentRecord,
    windows_of,
)

__all__ = ["classes", "cut_from", "highlights", "labels", "moments", "sentences"]


def sentences(videos: Mapping[str, Any]) -> Iterator[MomentRecord]:
    """ActivityNet Captions: video to ``duration``, ``timestamps`` and ``sentences``, side by side.

    Spaces around a sentence go; its id is the video and its number from 0.
    """
    for video, one in videos.items():
        pairs = zip(one["timestamps"], one["sentences"], strict=True)
        for number, (times, text) in enumerate(pairs):
            yield MomentRecord(
                id=f"{video}#{number}",
                video=video,
                text=text.strip(),
                windows=windows_of([times]),
                duration=float(one["duration"]),
            )


def moments(rows: Iterable[Mapping[str, Any]]) -> Iterator[MomentRecord]:
    """QVHighlights without ratings: ``qid``, ``query``, ``vid``, ``duration`` and windows."""
    for row in rows:
        yield MomentRecord(
            id=str(row["qid"]),
            video=row["vid"],
            text=row["query"].strip(),
            windows=windows_of(row["relevant_windows"]),
            duration=float(row["duration"]),
        )


def highlights(rows: Iterable[Mapping[str, Any]]) -> Iterator[HighlightRecord]:
    """QVHighlights: moments with ``relevant_clip_ids`` of 2 s and ``saliency_scores``.

    A test file without ground truth has none of windows, clips and scores.
    """
    for row in rows:
        yield HighlightRecord(
            id=str(row["qid"]),
            video=row["vid"],
            text=row["query"].strip(),
            windows=windows_of(row.get("relevant_windows", ())),
            duration=float(row["duration"]),
            clips=tuple(row.get("relevant_clip_ids", ())),
            scores=tuple(
                tuple(float(one) for one in scores) for scores in row.get("saliency_scores", ())
            ),
        )


def labels(lines: Iterable[str], names: Sequence[str] = ()) -> Iterator[LabelRecord]:
    """Lists of a video and its class number from 0, a space apart, as mmaction2 writes them."""
    for line in lines:
        video, _, number = line.rpartition(" ")
        index = int(number)
        if index < 0:
            raise ValueError(f"there is no class {index}")
        label = names[index] if names else number
        yield LabelRecord(id=video, video=video, label=label, index=index)


def classes(lines: Iterable[str]) -> Iterator[ClassRecord]:
    """A class name a line, in their order."""
    for index, line in enumerate(lines):
        yield ClassRecord(id=str(index), label=line.strip(), index=index)


def cut_from(video: str) -> str:
    """The video that ``ID_START_END`` was cut from.

    Examples
    --------
    >>> cut_from("NUsG9BgSes0_210.0_360.0")
    'NUsG9BgSes0'
    """
    return video.rsplit("_", 2)[0]
