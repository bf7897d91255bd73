"""`VectorTable`: every vector of one space, and exact search through them.

Three ways give the same answer for tables of ordinary size: faiss over the memory-mapped rows, and
for long-lived processes a first look through bytes (`quick`). Tables above a stated size may have
inverted lists (`lists`), which trade a percent of the answers for speed.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import numpy.typing as npt

from kinolex.library.lists import SHARE, Lists
from kinolex.library.quick import Quick
from kinolex.library.scan import Mask, Part, Rows, Scores, edges_of, float16_index, merge, together

__all__ = ["VectorTable"]

_LOOK = 1024
_IN_VAIN = 3
"""First looks without a proof, one after another, after which a table is scanned at once."""

_AGAIN = 32
"""Of so many questions after that, one gets a first look again."""


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
    lists : Lists or None
        Inverted lists, where the table is so large that it has any.
    """

    video_ids: list[str]
    starts: Rows
    times: npt.NDArray[np.float64]
    passages: Rows | None
    rows: npt.NDArray[np.float16]
    lists: Lists | None = field(default=None, repr=False)
    _parts: list[Part] = field(default_factory=list, repr=False)
    _quick: Quick | None = field(default=None, repr=False)
    _asked: int = field(default=0, repr=False)
    _vain: int = field(default=0, repr=False)

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
        *,
        floor: float = -np.inf,
        exact: bool = False,
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
        floor : float
            Rows that score less are not wanted; to know it makes the search faster.
        exact : bool
            Look at every row even where there are inverted lists.

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
        best = np.full((len(queries), max(0, k)), -np.inf, np.float32)
        places = np.full((len(queries), max(0, k)), -1, np.int64)
        if len(self.rows) and k > 0 and floor < np.inf:
            self._open()
            mask = None if allowed is None else self._mask(allowed)
            for number, query in enumerate(queries):
                near = mask if exact else self._near(query, mask)
                best[number], places[number] = self._one(query, k, near, floor)
        low = best < floor
        best[low], places[low] = -np.inf, -1
        return best, places

    def _open(self) -> None:
        """Lay faiss over the rows; from the second question on, speed up large tables."""
        threads = max(1, os.cpu_count() or 1)
        if not self._parts:
            edges = edges_of(len(self.rows), threads)
            self._parts = [Part(float16_index(self.rows[a:b]), a) for a, b in edges]
        self._asked += 1
        if self._asked == 2 and Quick.fits(self.rows):
            self.warm_up(wait=False)

    def warm_up(self, *, wait: bool = True) -> None:
        """Spend memory (one byte a number) on speed; answers stay exactly the same.

        Parameters
        ----------
        wait : bool
            Return when it is done; else it is done in the background.
        """
        if self._quick is None and Quick.fits(self.rows):
            # One core is left to those who look through words meanwhile.
            self._quick = Quick(self.rows, max(1, (os.cpu_count() or 1) - 1))
            self._quick.start()
        if wait and self._quick is not None:
            self._quick.wait()

    def _near(self, query: Scores, mask: Mask | None) -> Mask | None:
        """The rows that inverted lists leave; all, where a filter leaves few anyway."""
        if self.lists is None or (mask is not None and mask.sum() < 2 * SHARE * len(mask)):
            return mask
        near = self.lists.near(query)
        return near if mask is None else near & mask

    def _one(self, query: Scores, k: int, mask: Mask | None, floor: float) -> tuple[Scores, Rows]:
        """One query; the quick look where it is ready and proves to be enough."""
        if self._quick is not None and self._quick.ready:
            # Looking deeper costs as much as the scan; and where few questions stand out from
            # the rest (pictures as this encoder sees them), looking first is time lost.
            if self._vain < _IN_VAIN or self._vain % _AGAIN == 0:
                rows, ceiling = self._quick.candidates(query, max(4 * k, _LOOK), mask)
                best, places = self._look(query, k, np.sort(rows))
                if max(best[-1], floor) > ceiling or ceiling == -np.inf:
                    self._vain = 0
                    return best, places
            self._vain += 1
        return self._scan(query, k, mask)

    def _look(self, query: Scores, k: int, rows: Rows) -> tuple[Scores, Rows]:
        """The exact scan through some rows alone."""
        if not len(rows):
            return merge([], k)
        few = self.rows[rows]
        scores, places = Part(float16_index(few), 0).search(query, k, None)
        return merge([(scores, rows[places])], k)

    def _scan(self, query: Scores, k: int, mask: Mask | None) -> tuple[Scores, Rows]:
        return merge(together([partial(part.search, query, k, mask) for part in self._parts]), k)

    def _mask(self, allowed: npt.NDArray[np.bool_]) -> Mask:
        if allowed.shape != (len(self.video_ids),):
            raise ValueError(f"allowed must hold {len(self.video_ids)} truth values")
        return np.repeat(np.asarray(allowed, bool), np.diff(self.starts))

    def scores(self, query: npt.NDArray[np.float32], rows: Rows) -> Scores:
        """Inner products of some rows, in their order.

        Parameters
        ----------
        query : float32 (d,)
        rows : int64 (n,)
            Numbers of rows.
        """
        # Through faiss, as NumPy takes thrice as long to make float32 of float16.
        asked = np.ascontiguousarray(query, np.float32)
        some = self.rows[rows]  # must outlive the index
        found, places = Part(float16_index(some), 0).best(asked, len(some), None)
        scores = np.empty(len(rows), np.float32)
        scores[places] = found
        return scores

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
