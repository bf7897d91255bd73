"""A first look through one byte a number that never loses an answer.

Scanning float16 rows is limited by memory. `Quick` holds them a second time in half the memory,
one signed byte a number, and finds the rows that look best. The exact scan then looks at these
alone; as the error of the bytes is bounded, not estimated, it knows when no other row can belong
to the answer.

With scales ``s`` (one a dimension), bytes ``c`` and remainders ``u = x / s - c``, and the scaled
query ``q*s = t b + r`` in bytes ``b`` with a remainder ``r``, the true score is
``q.x = t b.c + r.c + (q*s).u``, and by Cauchy and Schwarz the last two terms are at most
``|r| max|c| + |q*s| max|u|``. Products of bytes are whole numbers, so that faiss adds them exactly.
"""

from __future__ import annotations

import threading
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from kinolex.library.scan import Mask, Part, Rows, Scores, edges_of, engine, together

__all__ = ["LEAST_ROWS", "MOST_BYTES", "Quick"]

LEAST_ROWS = 30_000
"""Below this many rows a whole scan takes no time that anyone could notice."""

MOST_BYTES = 1 << 30
"""Tables that need more memory than this are scanned as they lie."""

_CHUNK = 4096


def _scales(rows: npt.NDArray[np.float16]) -> Scores:
    """The largest absolute value of each dimension becomes 127."""
    largest = np.zeros(rows.shape[1], np.float32)
    for first in range(0, len(rows), _CHUNK):
        some = np.abs(rows[first : first + _CHUNK]).max(axis=0)
        np.maximum(largest, some, out=largest)
    return np.where(largest > 0, largest, 1).astype(np.float32) / np.float32(127)


def _longest(rows: Scores) -> float:
    """Length of the longest row."""
    return float(np.sqrt(np.einsum("ij,ij->i", rows, rows).max()))


class Quick:
    """Bytes of a table, made in the background.

    Parameters
    ----------
    rows : float16 (n, d)
        The table.
    threads : int
        Parts that are scanned at once.
    """

    def __init__(self, rows: npt.NDArray[np.float16], threads: int) -> None:
        self._rows = rows
        self._threads = threads
        self._indexes: list[tuple[int, Any]] = []
        self._ready = threading.Event()
        self._thread: threading.Thread | None = None

    @staticmethod
    def fits(rows: npt.NDArray[np.float16]) -> bool:
        """Whether a table is large enough to gain and small enough to hold."""
        return len(rows) >= LEAST_ROWS and rows.size <= MOST_BYTES

    def start(self) -> None:
        """Begin to make the bytes, without waiting for them."""
        if self._thread is None:
            self._thread = threading.Thread(target=self.make, name="quick", daemon=True)
            self._thread.start()

    def wait(self) -> None:
        """Return when they are made."""
        if self._thread is not None:
            self._thread.join()

    @property
    def ready(self) -> bool:
        """Whether `candidates` can be used."""
        return self._ready.is_set()

    def make(self) -> None:
        """Make the bytes now."""
        self._scale = _scales(self._rows)
        self._remainder = self._largest = 0.0
        self._longest = 0.0
        edges = edges_of(len(self._rows), self._threads)
        self._indexes = [(a, self._index(a, b)) for a, b in edges]
        self._ready.set()

    def _index(self, first: int, end: int) -> Any:
        """Faiss over the bytes of some rows."""
        faiss = engine()
        dimensions = self._rows.shape[1]
        codes = np.empty((end - first, dimensions), np.uint8)
        for start in range(first, end, _CHUNK):
            some = self._rows[start : min(start + _CHUNK, end)].astype(np.float32)
            self._longest = max(self._longest, _longest(some))
            some /= self._scale
            whole = np.rint(some)
            codes[start - first : start - first + len(some)] = whole + 128
            some -= whole
            self._largest = max(self._largest, _longest(whole))
            self._remainder = max(self._remainder, _longest(some))
        index = faiss.IndexScalarQuantizer(
            dimensions, faiss.ScalarQuantizer.QT_8bit_direct_signed, faiss.METRIC_INNER_PRODUCT
        )
        index.is_trained = True
        index.add_sa_codes(codes)
        return index

    def _bytes_of(self, query: Scores) -> tuple[Scores, float, float]:
        """Query as whole numbers, what one of them is worth, and the bound of the error."""
        scaled = (query * self._scale).astype(np.float64)
        worth = float(np.abs(scaled).max()) / 127 or 1.0
        whole = np.rint(scaled / worth)
        rounding = len(query) * 2.0**-23 * float(np.linalg.norm(query)) * self._longest
        bound = (
            float(np.linalg.norm(scaled)) * self._remainder
            + float(np.linalg.norm(scaled - worth * whole)) * self._largest
        )
        return whole.astype(np.float32), worth, 1.001 * bound + rounding

    def candidates(self, query: Scores, k: int, mask: Mask | None) -> tuple[Rows, float]:
        """The k rows that look best, and a ceiling for all others.

        Parameters
        ----------
        query : float32 (d,)
        k : int
            Best taken larger than what is wanted in the end.
        mask : bool (n,), optional
            Rows that may be found.

        Returns
        -------
        rows : int64 (at most k,)
        ceiling : float
            No other row scores more in an exact scan; ``-inf`` when there is no other.
        """
        whole_query, worth, bound = self._bytes_of(query)
        parts = [Part(index, first) for first, index in self._indexes]
        found = together([partial(part.best, whole_query, k, mask) for part in parts])
        scores = np.concatenate([s for s, _ in found])
        rows = np.concatenate([r for _, r in found])
        if len(scores) < k:
            return rows, -np.inf
        order = np.argpartition(-scores, k - 1)[:k]
        return rows[order], float(scores[order].min()) * worth + bound
