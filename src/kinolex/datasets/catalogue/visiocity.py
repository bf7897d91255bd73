"""VISIOCITY: long videos of six kinds, with concepts and ratings a shot, and many summaries."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kinolex.datasets.dataset import Split, dataset
from kinolex.datasets.folder import File, Folder
from kinolex.datasets.records import HighlightRecord

DOMAINS = ("birthday", "friends", "soccer", "surveillance", "techtalk", "wedding")
PIECES = ("soccer", "surveillance", "techtalk")
"""Where a unit is a piece of fixed length; elsewhere it is a shot."""


@dataset(
    "visiocity",
    title="VISIOCITY",
    task="summaries",
    citation="Kaushal, Kothawade, Tomar, Iyer, Ramakrishnan: How Good Is a Video Summary? A New"
    " Benchmarking Dataset and Evaluation Framework Towards Realistic Video Summarization."
    " arXiv:2101.10514, 2021.",
    homepage="https://visiocity.github.io",
    splits=(Split("all", "other", 67, checked=False),),
    files=(
        *(File(f"{domain}/{domain}.json", ("all",)) for domain in DOMAINS),
        *(File(f"{domain}/{domain}_*.json", ("all",)) for domain in DOMAINS),
        *(File(f"{d}/allHumanSummaries/*/*.json", ("all",), optional=True) for d in DOMAINS),
    ),
    defects=(
        "The classes that score are not in its public repository: figures cannot be checked to the"
        " digit.",
        "Many summaries are made by machine from the ratings, not by people.",
        "A summary names frames; tools of its authors leave out the last frame of each shot.",
    ),
    unverified="The files were not at hand: they are read as the published code reads them"
    " (visiocity/visiocity.github.io@a9e3286d802c code/eval/GenerateAllEvalNumbers.cc,"
    " code/eval/computeScoresOfHuman.py, code/utils/randomSummaryGenerator.py).",
)
def read(folder: Folder, split: str) -> Iterator[HighlightRecord]:
    """One record a video, whose clips are its units, the shots or pieces that were annotated.

    A score is the share of the unit's frames in one person's summary. There is no query.
    ``clip_seconds`` is the length of a unit on average. ``more`` has ``domain``, ``fps``, the
    ``frames`` of every unit (the end is not in), and what ``visiocity@1`` asks for: ``keywords``,
    ``ratings``, ``mega_events`` and ``mega_ratings``, in small letters as the published code has
    them.
    """
    for domain in DOMAINS:
        rated = folder.json(f"{domain}/{domain}.json")
        for place in folder.places(f"{domain}/{domain}_*.json"):
            told = folder.json(f"{domain}/{place.name}")
            people = folder.places(File(f"{domain}/allHumanSummaries/{place.stem}/*.json"))
            names = (str(one.relative_to(folder.path)) for one in people)
            summaries = [folder.json(name)["summary"] for name in names]
            yield _record(domain, place.stem, told, rated, summaries)


def _record(
    domain: str,
    video: str,
    told: Mapping[str, Any],
    rated: Mapping[str, Any],
    summaries: Sequence[Sequence[int]],
) -> HighlightRecord:
    units = [told[str(number)] for number in range(1, told["num_snippets"] + 1)]
    fps = float(told["fps"])
    frames = _frames(domain, units, told)
    return HighlightRecord(
        id=video,
        video=video,
        text="",
        duration=told.get("num_frames", frames[-1][1]) / fps,
        clips=tuple(range(len(units))),
        scores=tuple(tuple(_share(one, *ends) for one in summaries) for ends in frames),
        clip_seconds=sum(end - start for start, end in frames) / len(frames) / fps,
        more={"domain": domain, "fps": fps, "frames": frames, "keywords": _keywords(units)}
        | {"ratings": _ratings(rated)}
        | _mega_events(units, rated),
    )


def _frames(
    domain: str, units: Sequence[Mapping[str, Any]], told: Mapping[str, Any]
) -> list[list[int]]:
    """First frame of every unit, and the one after its last."""
    if domain in PIECES:
        length = told["snippet_size"] * told["fps"]
        return [[at * length, (at + 1) * length] for at in range(len(units))]
    return [[one["shot_start"], one["shot_start"] + one["shot_length"]] for one in units]


def _share(summary: Sequence[int], start: int, end: int) -> float:
    return sum(flag == 1 for flag in summary[start:end]) / (end - start)


def _keywords(units: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    return [
        ["transition"]
        if one.get("transition")
        else [word.lower() for words in one.get("categories", {}).values() for word in words]
        for one in units
    ]


def _ratings(rated: Mapping[str, Any]) -> dict[str, int]:
    pairs = (
        pair
        for one in rated["categories"].values()
        for pair in zip(one["keywords"], one["ratings"], strict=True)
    )
    return {word.lower(): rating for word, rating in pairs} | {"transition": 0}


def _mega_events(units: Sequence[Mapping[str, Any]], rated: Mapping[str, Any]) -> dict[str, Any]:
    """Places of the units of each, and its rating: of its last name, 0 if that has none."""
    # Lectures have one empty name and no rating.
    pairs = zip(rated["mega_events"], rated["mega_events_ratings"], strict=False)
    ratings = {name.lower(): rating for name, rating in pairs}
    inside = [(at, one["mega_event"]) for at, one in enumerate(units) if "mega_event" in one]
    runs = [list(run) for _, run in itertools.groupby(inside, key=lambda one: one[1]["id"])]
    return {
        "mega_events": [[at for at, _ in run] for run in runs],
        "mega_ratings": [ratings.get(run[-1][1]["name"].lower(), 0) for run in runs],
    }
