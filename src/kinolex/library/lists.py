"""Inverted lists for very large tables: look only where the answer is likely to be.

k-means puts every row into one of a few thousand lists; a question looks at the lists whose
centres are nearest, until they hold a fifth of all rows. Within these rows search is exact, and so
are filters. A list is a label of two bytes a row, no second copy of the vectors: frames of a shot
lie side by side and mostly in one list, so that the scan still reads long runs. Rows without a
label (new since the lists were made) are always looked at.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kinolex.library.arrays import Entry, Layout
from kinolex.library.scan import Mask, Scores, engine

__all__ = ["SHARE", "Lists", "make_lists", "read_lists", "write_lists"]

Labels = npt.NDArray[np.uint16]

SHARE = 0.2
"""Part of all rows that a question looks at; measured in ``benchmarks/search_scale.py``."""

_NEW = 65535
_ROWS_A_LIST = 400
_MOST_LISTS = 4096
_TRAINING = 40
_CHUNK = 16384


@dataclass(frozen=True, slots=True)
class Lists:
    """Centres float32 (lists, d) and the label uint16 (rows,) of every row of one layout."""

    centres: Scores
    labels: Labels

    @property
    def covered(self) -> float:
        """Part of the rows that have a label."""
        return float(np.mean(self.labels != _NEW)) if len(self.labels) else 1.0

    def near(self, query: Scores) -> Mask:
        """Rows that are worth looking at.

        Parameters
        ----------
        query : float32 (d,)

        Returns
        -------
        bool (rows,)
        """
        sizes = np.bincount(self.labels, minlength=_NEW + 1)
        order = np.argsort(-(self.centres @ query), kind="stable")
        enough = int(np.searchsorted(np.cumsum(sizes[order]), SHARE * len(self.labels))) + 1
        chosen = np.zeros(_NEW + 1, bool)
        chosen[order[:enough]] = True
        chosen[_NEW] = True
        near: Mask = chosen[self.labels]
        return near


def make_lists(rows: npt.NDArray[np.float16], seed: int = 1) -> Lists:
    """Train centres on a sample of rows float16 (n, d) and label them all."""
    faiss = engine()
    count = max(1, min(_MOST_LISTS, len(rows) // _ROWS_A_LIST))
    places = np.linspace(0, len(rows) - 1, min(len(rows), count * _TRAINING)).astype(np.int64)
    sample = rows[places].astype(np.float32)
    kmeans = faiss.Kmeans(
        rows.shape[1],
        count,
        niter=5,
        seed=seed,
        min_points_per_centroid=1,
        max_points_per_centroid=_TRAINING,
    )
    kmeans.train(sample)
    centres = np.ascontiguousarray(kmeans.centroids, np.float32)
    return Lists(centres, label(rows, centres))


def label(rows: npt.NDArray[np.float16], centres: Scores) -> Labels:
    """Place of the nearest centre of each row; uint16 (n,)."""
    half = 0.5 * np.einsum("ij,ij->i", centres, centres)
    labels = np.empty(len(rows), np.uint16)
    for first in range(0, len(rows), _CHUNK):
        some = rows[first : first + _CHUNK].astype(np.float32)
        labels[first : first + len(some)] = np.argmax(some @ centres.T - half, axis=1)
    return labels


def write_lists(path: Path, layout: Layout, lists: Lists) -> None:
    """Keep lists beside the arrays; the file is replaced as a whole."""
    entries = json.dumps([[e.video, e.token, e.rows] for e in layout.entries]).encode()
    packed = io.BytesIO()
    np.savez(
        packed,
        centres=lists.centres,
        labels=lists.labels,
        entries=np.frombuffer(entries, np.uint8),
    )
    beside = path.with_suffix(f".{os.getpid()}.new")
    beside.write_bytes(packed.getbuffer())
    beside.replace(path)


def read_lists(path: Path, layout: Layout) -> Lists | None:
    """The kept lists, laid over a layout that may have changed since; None if there are none."""
    try:
        with np.load(path, allow_pickle=False) as file:
            held: dict[str, npt.NDArray[Any]] = {name: file[name] for name in file.files}
        entries = [Entry(*entry) for entry in json.loads(held["entries"].tobytes())]
        centres, labels = held["centres"], held["labels"]
    except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile):
        return None
    if centres.ndim != 2 or centres.shape[1] != layout.dimensions:
        return None
    return Lists(centres.astype(np.float32), _laid(entries, labels, layout.entries))


def _laid(old: Sequence[Entry], labels: Labels, new: Sequence[Entry]) -> Labels:
    """Labels of old rows at their new places."""
    places: dict[Entry, int] = {}
    row = 0
    for entry in old:
        places[entry] = row
        row += entry.rows
    parts = [
        labels[places[e] : places[e] + e.rows] if e in places else np.full(e.rows, _NEW, np.uint16)
        for e in new
    ]
    return np.concatenate([np.empty(0, np.uint16), *parts]).astype(np.uint16)
