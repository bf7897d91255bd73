"""Moments in real clips: the right video, the right moment, and nothing where nothing is."""

from __future__ import annotations

import argparse
import json
import random
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

import kinolex
from benchmarks.harness import Table
from kinolex.evaluation.protocols._labels import roc_area
from kinolex.evaluation.protocols.library import Asked as Right
from kinolex.evaluation.protocols.library import library_answers
from kinolex.moments import Answer, Moment, Span

CHANNELS: dict[str, tuple[str, ...]] = {
    "all channels": (),
    "picture alone": ("picture",),
    "speech alone": ("speech",),
    "screen alone": ("screen",),
    "title alone": ("title",),
}
SEEDS = 200

SEEN = ("picture", "moment", "group")
"""Kinds of questions about clips that ask for what is seen, not for words on it or said in it."""


@dataclass(frozen=True)
class Asked:
    """A question about one moment, or about whole clips (``span`` None)."""

    text: str
    kind: str
    files: tuple[str, ...]
    span: Span | None = None


@dataclass(frozen=True)
class Found:
    """One answered question: rank of the first right video, and IoU of the first moments."""

    rank: float
    iou: float
    iou_given: float


def questions(clips: Path) -> tuple[list[Asked], list[Asked]]:
    """The questions about groups of clips, and those about moments."""
    groups = json.loads((clips / "queries_by_group.json").read_text("utf-8"))
    whole = [Asked(q["query"], q["kind"], tuple(q["clips"])) for q in groups]
    moments = []
    for line in (clips / "clips.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        for one in row["moments"]:
            kind = "speech" if "speech" in one else "screen" if "screen_text" in one else "picture"
            span = Span(one["start"], min(one["end"], row["seconds"]))
            moments.append(Asked(one["query"], kind, (row["file"],), span))
    return whole, moments


def holds_clips(parser: argparse.ArgumentParser, folder: Path, library: Path) -> None:
    """Leave with a sentence where the clips are missing, or not in the library, or not alone."""
    if not (folder / "clips.jsonl").is_file():
        parser.error(f"there is no {folder / 'clips.jsonl'}: give the folder that holds data/")
    if not library.is_dir():
        parser.error(f"there is no library {library}: kinolex index {folder} --library {library}")
    wanted = {one.files[0] for one in questions(folder)[1]}
    with kinolex.open(library, read_only=True) as opened:
        there = {Path(video.path).name for video in opened.videos()}
    if there != wanted:
        parser.error(
            f"{library} does not hold the clips of {folder} and nothing else: "
            f"{len(wanted - there)} are missing, {len(there - wanted)} are others"
        )


def answered(library: kinolex.Library, text: str, **options: object) -> Answer:
    """Moments, or where nothing is sure the weak ones: ranking is measured apart from the line."""
    answer = library.search(text.replace('"', " "), limit=50, **options)  # type: ignore[arg-type]
    return replace(answer, moments=answer.moments or answer.weak, weak=())


def name(moment: Moment) -> str:
    """File name of a moment's video."""
    return Path(moment.video.path).name


def measured(
    library: kinolex.Library, asked: Sequence[Asked], channels: Sequence[str]
) -> list[Found]:
    """Ask over all videos, then given the right one; judged by ``library@1``."""
    chosen: dict[str, object] = {"channels": list(channels)} if channels else {}
    ids = {Path(v.path).name: v.id for v in library.videos()}
    truth = [Right(q.text, tuple((ids[f], q.span) for f in q.files)) for q in asked]
    over = library_answers(truth, [answered(library, q.text, **chosen) for q in asked])
    ranks = over.per_query["video rank"]
    if any(q.span is None for q in asked):
        return [Found(float(rank), 0.0, 0.0) for rank in ranks]
    each = zip(ranks, over.per_query["IoU"], given_clip(library, asked, channels), strict=True)
    return [Found(float(rank), float(iou), given) for rank, iou, given in each]


def given_clip(
    library: kinolex.Library, asked: Sequence[Asked], channels: Sequence[str]
) -> list[float]:
    """IoU of the first moment of each question about a moment, asked of the right video alone."""
    chosen: dict[str, object] = {"channels": list(channels)} if channels else {}
    ids = {Path(v.path).name: v.id for v in library.videos()}
    truth = [Right(q.text, ((ids[q.files[0]], q.span),)) for q in asked]
    found = [answered(library, q.text, video=q.files[0], **chosen) for q in asked]
    return [float(iou) for iou in library_answers(truth, found).per_query["IoU"]]


def clips(table: Table, library: kinolex.Library, folder: Path) -> None:
    """Group and moment questions, by channel and by kind, beside guesses."""
    groups, moments = questions(folder)
    for label, channels in CHANNELS.items():
        found = measured(library, groups, channels)
        aim = "0.92" if label == "picture alone" else ""
        mrr = statistics.mean(1 / f.rank for f in found)
        table.add(f"{label}: {len(groups)} group questions, MRR", mrr, "", aim)
        seen = [1 / f.rank for f, q in zip(found, groups, strict=True) if q.kind in SEEN]
        what = f"{label}: {len(seen)} group questions about what is seen, MRR"
        table.add(what, statistics.mean(seen))
    for label, channels in CHANNELS.items():
        found = measured(library, moments, channels)
        _moments(table, f"{label}, {len(moments)} moment questions", found, label)
        for kind in ("picture", "speech", "screen") if not channels else ():
            some = [f for f, q in zip(found, moments, strict=True) if q.kind == kind]
            _moments(table, f"{label}, {len(some)} {kind} questions", some, "")
    _guesses(table, library, moments)


def _moments(table: Table, label: str, found: Sequence[Found], aimed: str) -> None:
    aim = aimed == "picture alone"
    first = statistics.mean(f.rank == 1 for f in found)
    table.add(f"{label}: right video first", first, "share", "0.65" if aim else "")
    for level, goal in ((0.3, "0.5"), (0.5, "0.35")):
        given = statistics.mean(f.iou_given >= level for f in found)
        table.add(f"{label}: R1@{level} given the video", given, "share", goal if aim else "")
    mean = statistics.mean(f.iou_given for f in found)
    table.add(f"{label}: mean IoU given the video", mean)
    over_all = statistics.mean(f.iou >= 0.5 for f in found)
    table.add(f"{label}: R1@0.5 over all videos", over_all, "share")


def _guesses(table: Table, library: kinolex.Library, moments: Sequence[Asked]) -> None:
    """Spans that ignore the question, given the video: the whole of it, and a random shot of it."""
    lengths = {Path(v.path).name: v.duration for v in library.videos()}
    shots = {
        Path(v.path).name: library.shots(v.id) or [Span(0, v.duration)] for v in library.videos()
    }
    whole = [Span(0, lengths[q.files[0]]).iou(q.span) for q in moments if q.span]
    drawn = [
        random.Random(seed).choice(shots[q.files[0]]).iou(q.span)
        for seed in range(SEEDS)
        for q in moments
        if q.span
    ]
    for what, ious in (("the whole video", whole), ("a shot at random", drawn)):
        for level in (0.3, 0.5):
            share = statistics.mean(i >= level for i in ious)
            table.add(f"guess: {what}, R1@{level} given the video", share, "share")
        table.add(f"guess: {what}, mean IoU", statistics.mean(ious))
    table.add("guess: a video at random, first", 1 / len(lengths), "share")


def absent(
    table: Table, library: kinolex.Library, folder: Path, texts: Sequence[str]
) -> tuple[list[float], list[float]]:
    """Present and absent questions apart, by the picture channel and by all.

    Gives the scores of both by pictures alone.
    """
    kept: tuple[list[float], list[float]] | None = None
    groups, moments = questions(folder)
    present = [q.text for q in [*groups, *moments] if q.kind in SEEN]
    for label in ("picture alone", "all channels"):
        chosen = {"channels": list(CHANNELS[label])} if CHANNELS[label] else {}

        def best(text: str, chosen: dict[str, list[str]] = chosen) -> tuple[float, bool]:
            answer = library.search(text.replace('"', " "), **chosen)  # type: ignore[arg-type]
            moments = answer.moments or answer.weak
            return (moments[0].score if moments else 0.0), bool(answer.moments)

        yes, no = [best(text) for text in present], [best(text) for text in texts]
        scores = [s for s, _ in yes], [s for s, _ in no]
        kept = kept or scores
        value = area(*scores)
        aim = "0.85" if label == "picture alone" else ""
        table.add(f"{label}: present or absent, area under the curve", value, "", aim)
        table.add(f"{label}: absent answered nothing found", _share(no, lambda f: not f), "share")
        table.add(f"{label}: present still answered", _share(yes, lambda f: f), "share")
    assert kept is not None
    return kept


def _share(found: Sequence[tuple[float, bool]], right: Callable[[bool], bool]) -> float:
    return statistics.mean(right(flag) for _, flag in found)


def area(yes: Sequence[float], no: Sequence[float]) -> float:
    """Area under the ROC curve: how often a present question scores above an absent one."""
    return roc_area(np.array(yes, np.float64), np.array(no, np.float64))
