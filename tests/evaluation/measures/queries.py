"""Queries for tests of measures: drawn at random, and plain views of them for naive formulas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from kinolex.evaluation.measure import Judged

__all__ = ["Plain", "judged", "plain_queries"]


@dataclass(frozen=True)
class Plain:
    """Relevance by place, None where nobody judged; relevance of all that was judged."""

    ranked: list[int | None]
    every: list[int]
    relevant_from: int = 1

    def hits(self) -> list[bool]:
        return [one is not None and one >= self.relevant_from for one in self.ranked]

    def gains(self) -> list[float]:
        return [float(one or 0) for one in self.ranked]

    def relevant(self) -> int:
        return sum(one >= self.relevant_from for one in self.every)


def judged(plain: Plain) -> Judged:
    return Judged(
        np.array(plain.gains()),
        np.array([one is not None for one in plain.ranked], dtype=bool),
        np.array(plain.every, dtype=np.float64),
        plain.relevant_from,
    )


@st.composite
def plain_queries(draw: st.DrawFn) -> Plain:
    """Answers of up to twelve documents, empty and with nothing relevant among them."""
    ranked = draw(st.lists(st.one_of(st.none(), st.integers(0, 3)), max_size=12))
    missed = draw(st.lists(st.integers(0, 3), max_size=6))
    found = [one for one in ranked if one is not None]
    every = draw(st.permutations(found + missed))
    return Plain(ranked, list(every), draw(st.integers(1, 3)))
