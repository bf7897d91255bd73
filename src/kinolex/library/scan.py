"""Exact inner-product search through float16 rows, by faiss, without copying them.

faiss reads the memory-mapped rows in place. Several parts of the table are scanned at once, as
faiss uses one thread a query.
"""

from __future__ import annotations

import importlib
import itertools
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

__all__ = [
    "Mask",
    "Part",
    "Rows",
    "Scores",
    "edges_of",
    "engine",
    "float16_index",
    "merge",
    "together",
]

Scores = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
_T = TypeVar("_T")
_SPARE = 8
_SMALL = 20_000


def engine() -> Any:
    """The module faiss, loaded on first use; untyped, as its own types leave out half of it."""
    return importlib.import_module("faiss")


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=max(1, os.cpu_count() or 1), thread_name_prefix="scan")


def together(works: Sequence[Callable[[], _T]]) -> list[_T]:
    """Do all works at once; a single one in this thread."""
    if len(works) == 1:
        return [works[0]()]
    return list(_pool().map(lambda work: work(), works))


def float16_index(rows: npt.NDArray[np.float16]) -> Any:
    """A faiss index over rows (n, d) that stay where they are; they must outlive it."""
    faiss = engine()
    count, dimensions = rows.shape
    index = faiss.IndexScalarQuantizer(
        dimensions, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )
    flat = rows.reshape(-1).view(np.uint8)
    codes = index.codes
    if hasattr(codes, "view_data"):
        pointer = faiss.swig_ptr(flat)
        codes.is_owned = False
        codes.view_data = codes.c_ptr = pointer
        codes.view_size = codes.c_size = flat.size
    else:
        faiss.copy_array_to_vector(flat, codes)
    index.ntotal = count
    return index


class Part:
    """Consecutive rows of a table.

    Parameters
    ----------
    index : faiss index
        Over these rows.
    first : int
        Number of the first row in the table.
    """

    def __init__(self, index: Any, first: int) -> None:
        self._index = index
        self._first = first

    def search(self, query: Scores, k: int, mask: Mask | None) -> tuple[Scores, Rows]:
        """The best k rows and all that tie with the last of them, in no order.

        Parameters
        ----------
        query : float32 (d,)
        k : int
            At least 1.
        mask : bool (rows of the whole table,), optional
            Rows that may be found.
        """
        options, keep, count = self._options(mask)
        wanted = min(k + _SPARE, count)
        scores, rows = self._ask(query, wanted, options)
        if k <= wanted < count and scores[k - 1] == scores[-1]:
            # More rows than we asked for may share the last score; take them all.
            below = float(np.nextafter(scores[-1], np.float32(-np.inf)))
            _, scores, rows = self._index.range_search(query[None], below, params=options)
        del keep
        return scores, rows + self._first

    def best(self, query: Scores, k: int, mask: Mask | None) -> tuple[Scores, Rows]:
        """The best k rows; which of those that tie with the last is not said."""
        options, keep, count = self._options(mask)
        scores, rows = self._ask(query, min(k, count), options)
        del keep
        return scores, rows + self._first

    def _ask(self, query: Scores, wanted: int, options: Any) -> tuple[Scores, Rows]:
        if wanted <= 0:
            return np.empty(0, np.float32), np.empty(0, np.int64)
        scores, rows = self._index.search(query[None], wanted, params=options)
        return scores[0], rows[0]

    def _options(self, mask: Mask | None) -> tuple[Any, Any, int]:
        """Faiss's search options, what must stay alive meanwhile, and how many rows may match."""
        if mask is None:
            return None, None, int(self._index.ntotal)
        faiss = engine()
        mine = mask[self._first : self._first + int(self._index.ntotal)]
        bits = np.packbits(mine, bitorder="little")
        selector = faiss.IDSelectorBitmap(bits)
        return faiss.SearchParameters(sel=selector), (bits, selector), int(mine.sum())


def edges_of(rows: int, threads: int) -> list[tuple[int, int]]:
    """First and end row of the parts that are scanned at once; a small table stays whole.

    Examples
    --------
    >>> edges_of(100_000, 2)
    [(0, 50000), (50000, 100000)]
    """
    count = max(1, min(threads, rows // _SMALL))
    edges = [rows * n // count for n in range(count + 1)]
    return list(itertools.pairwise(edges))


def merge(results: Sequence[tuple[Scores, Rows]], k: int) -> tuple[Scores, Rows]:
    """The best k of several results: falling score, then rising row; padded to k.

    Examples
    --------
    >>> part = (np.float32([1, 2, 2]), np.array([4, 9, 7]))
    >>> merge([part], 2)[1].tolist()
    [7, 9]
    """
    best = np.full(k, -np.inf, np.float32)
    places = np.full(k, -1, np.int64)
    if results:
        scores = np.concatenate([s for s, _ in results])
        rows = np.concatenate([r for _, r in results])
        order = np.lexsort((rows, -scores))[:k]
        best[: len(order)] = scores[order]
        places[: len(order)] = rows[order]
    return best, places
