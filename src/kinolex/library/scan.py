"""Exact inner-product search through float16 rows, by faiss, without copying them.

faiss reads the memory-mapped rows in place. Several parts of the table are scanned at once, as
faiss uses one thread a query.
"""

from __future__ import annotations

import importlib
import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Part", "engine", "merge", "open_parts"]

Scores = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]
_SPARE = 8
_SMALL = 20_000


def engine() -> Any:
    """The module faiss, loaded on first use; untyped, as its own types leave out half of it."""
    return importlib.import_module("faiss")


def _index(rows: npt.NDArray[np.float16]) -> Any:
    """A faiss index over rows that stay where they are."""
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
    rows : float16 (n, d)
        Contiguous; must live as long as the part.
    first : int
        Number of the first row in the table.
    """

    def __init__(self, rows: npt.NDArray[np.float16], first: int) -> None:
        self._rows = rows
        self._first = first
        self._faiss = _index(rows)

    def search(
        self, query: Scores, k: int, mask: npt.NDArray[np.bool_] | None
    ) -> tuple[Scores, Rows]:
        """The best k rows and all that tie with the last of them, in no order.

        Parameters
        ----------
        query : float32 (d,)
        k : int
        mask : bool (rows of the whole table,), optional
            Rows that may be found.
        """
        options, keep, count = self._options(mask)
        wanted = min(k + _SPARE, count)
        if wanted <= 0:
            return np.empty(0, np.float32), np.empty(0, np.int64)
        scores, rows = self._faiss.search(query[None], wanted, params=options)
        scores, rows = scores[0], rows[0]
        if wanted < count and wanted >= k and k and scores[k - 1] == scores[-1]:
            # More rows than we asked for may share the last score; take them all.
            below = float(np.nextafter(scores[k - 1], np.float32(-np.inf)))
            _, scores, rows = self._faiss.range_search(query[None], below, params=options)
        del keep
        return scores, rows + self._first

    def _options(self, mask: npt.NDArray[np.bool_] | None) -> tuple[Any, Any, int]:
        """Faiss's search options, what must stay alive meanwhile, and how many rows may match."""
        if mask is None:
            return None, None, len(self._rows)
        faiss = engine()
        mine = mask[self._first : self._first + len(self._rows)]
        bits = np.packbits(mine, bitorder="little")
        selector = faiss.IDSelectorBitmap(bits)
        return faiss.SearchParameters(sel=selector), (bits, selector), int(mine.sum())


def open_parts(rows: npt.NDArray[np.float16], threads: int) -> list[Part]:
    """Cut a table into as many parts as can be scanned at once; a small one stays whole."""
    count = max(1, min(threads, len(rows) // _SMALL))
    edges = np.linspace(0, len(rows), count + 1).astype(int)
    return [Part(rows[a:b], int(a)) for a, b in itertools.pairwise(edges)]


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
