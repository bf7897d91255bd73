"""`VectorTable`: every vector of one space, and exact search through them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import numpy.typing as npt

from kinolex.library.scan import Part, merge, open_parts

__all__ = ["VectorTable"]

Scores = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=max(1, os.cpu_count() or 1), thread_name_prefix="scan")


@dataclass(eq=False)
class VectorTable:
    """Vectors of one space at one generation; never changes.

    Attributes
    ----------
    video_ids : list of str
        Videos that have vectors here, in the order of their rows.
    starts : int64 (videos + 1,)
        Rows of video ``i`` are ``starts[i]:starts[i + 1]``, rising in time.
    times : float64 (rows,)
        Seconds: the frame's time, the passage's start.
    passages : int64 (rows,) or None
        Passage ids; None for frames.
    rows : float16 (rows, d)
        The vectors, memory-mapped where possible. Do not write to it.
    """

    video_ids: list[str]
    starts: Rows
    times: npt.NDArray[np.float64]
    passages: Rows | None
    rows: npt.NDArray[np.float16]
    _parts: list[Part] = field(default_factory=list, repr=False)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return int(self.rows.shape[1])

    def search(
        self,
        queries: npt.NDArray[np.float32],
        k: int,
        allowed: npt.NDArray[np.bool_] | None = None,
    ) -> tuple[Scores, Rows]:
        """The k rows with the largest inner product, for each query.

        Parameters
        ----------
        queries : float32 (q, d) or (d,)
            Finite vectors.
        k : int
            Rows to find.
        allowed : bool (videos,), optional
            Only rows of these videos.

        Returns
        -------
        scores : float32 (q, k)
            Falling; ``-inf`` where there are fewer than k rows.
        rows : int64 (q, k)
            Rows; of equal scores the smaller row first; -1 where there are fewer.

        Raises
        ------
        ValueError
            If shapes do not fit or a query is not finite.
        """
        queries = np.ascontiguousarray(np.atleast_2d(queries), np.float32)
        if queries.shape[1] != self.dimensions or not np.isfinite(queries).all():
            raise ValueError(f"queries must be finite vectors of {self.dimensions} numbers")
        mask = None if allowed is None else self._mask(allowed)
        found = [self._one(query, k, mask) for query in queries]
        return (
            np.stack([scores for scores, _ in found]) if found else np.empty((0, k), np.float32),
            np.stack([rows for _, rows in found]) if found else np.empty((0, k), np.int64),
        )

    def _one(
        self, query: Scores, k: int, mask: npt.NDArray[np.bool_] | None
    ) -> tuple[Scores, Rows]:
        if not self._parts and len(self.rows):
            self._parts.extend(open_parts(self.rows, max(1, os.cpu_count() or 1)))
        results: Sequence[tuple[Scores, Rows]]
        if len(self._parts) > 1:
            results = list(_pool().map(lambda part: part.search(query, k, mask), self._parts))
        else:
            results = [part.search(query, k, mask) for part in self._parts]
        return merge(results, k)

    def _mask(self, allowed: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        if allowed.shape != (len(self.video_ids),):
            raise ValueError(f"allowed must hold {len(self.video_ids)} truth values")
        return np.repeat(np.asarray(allowed, bool), np.diff(self.starts))

    def scores(self, query: npt.NDArray[np.float32], video: int) -> Scores:
        """Inner products of all rows of one video, in order of time.

        Parameters
        ----------
        query : float32 (d,)
        video : int
            Place in ``video_ids``.
        """
        rows = self.rows[int(self.starts[video]) : int(self.starts[video + 1])]
        found: Scores = rows.astype(np.float32) @ np.asarray(query, np.float32)
        return found

    def sample(self, n: int) -> Scores:
        """At most n rows spread evenly over the table; the same ones every time.

        Returns
        -------
        float32 (m, d)
            ``m = min(n, rows)``.
        """
        count = len(self.rows)
        places = np.linspace(0, max(0, count - 1), min(n, count)).round().astype(np.int64)
        return self.rows[places].astype(np.float32)
