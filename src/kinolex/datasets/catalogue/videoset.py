"""VideoSET: a text for every few seconds of a video, so that a summary is judged by words."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from kinolex.datasets.dataset import Split, dataset
from kinolex.datasets.folder import File, Folder, readable
from kinolex.datasets.records import MomentRecord, opened

FILES = "annotations/*/*.csv"
TEXT = 2
"""Column of the text, from 0."""


@dataset(
    "videoset",
    title="VideoSET",
    task="summaries",
    citation="Yeung, Fathi, Fei-Fei: VideoSET: Video Summary Evaluation through Text. CVPR 2014"
    " workshop, arXiv:1406.5824.",
    homepage="http://ai.stanford.edu/~syyeung/videoset.html",
    splits=(Split("all", "other", note="Videos of worn cameras and of television."),),
    files=(File(FILES, ("all",), also=("videoset_data/annotations/*/*.csv", "*/*.csv")),),
    defects=(
        "It is scored by words (ROUGE): what the texts do not say does not count.",
        "Only the texts of the segments are read, not the summaries that people wrote: no public"
        " description of their files, nor code that reads them, was found.",
    ),
    unverified="The files were not at hand: they are read as published code reads them"
    " (sxs4337/sent2sent@0a263f29f120 pairs_videoset.py), which takes the third column after a"
    " header; what the other columns hold, times among it, was not seen.",
)
def read(folder: Folder, split: str) -> Iterator[MomentRecord]:
    """One record a segment, in the order of the file; its ``windows`` are not known.

    ``more`` has the ``category`` of the video and the other ``cells`` of the row, as the header
    calls them. The id is the video and the number of the segment from 0.
    """
    for place in folder.places(FILES):
        head, *rows = _rows(place)
        for number, row in enumerate(rows):
            if len(row) <= TEXT:
                raise ValueError(f"row {number + 2} of {place.name} has no third cell")
            named = zip(head, row, strict=False)
            cells = {name: cell for at, (name, cell) in enumerate(named) if at != TEXT}
            yield MomentRecord(
                id=f"{place.stem}#{number}",
                video=place.stem,
                text=row[TEXT].strip(),
                more={"category": place.parent.name, "cells": cells},
            )


def _rows(place: Path) -> list[list[str]]:
    with readable(place), opened(place) as file:
        return [row for row in csv.reader(file, strict=True) if row]
