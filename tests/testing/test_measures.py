from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from kinolex.evaluation.measure import Floats, Judged, Measure, _known, measure, measures, parse
from kinolex.testing.measures import check_measure

WRITTEN = [
    "R@1", "R@5", "MdR", "MnR", "RR", "nDCG", "nDCG@10", "nDCG_exp@10", "AP", "AP@50", "P@5",
    "Success@1", "R1@IoU=0.5", "R1@IoU=.7", "MIoU", "bpref", "Rprec", "GMAP", "Judged@10", "F1@10",
]  # fmt: skip


@pytest.mark.parametrize("text", WRITTEN)
def test_measures_keep_their_promises(text: str) -> None:
    check_measure(parse(text))


def test_every_measure_says_what_it_is() -> None:
    for name, kind in measures().items():
        assert kind.title, name
        assert kind.source, name
        assert kind.empty, name
        assert kind.lowest < kind.highest, name


@dataclass(frozen=True)
class Odd(Measure):
    pattern = "Odd"
    title = "Odd"
    source = "here"
    empty = "NaN"

    def __str__(self) -> str:
        return "Odd"


class TooLarge(Odd):
    def of_ranks(self, ranks: Floats) -> Floats:
        return ranks + 1


class Careless(Odd):
    def of_judged(self, query: Judged) -> float:
        query.gains.sort()
        return 0.5


class Worse(Odd):
    def of_overlaps(self, overlaps: Floats) -> Floats:
        return 1 - overlaps


class Backwards(Odd):
    def of_ranks(self, ranks: Floats) -> Floats:
        return np.clip(ranks / 2000, 0, 1)


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        (Odd, "defined for nothing"),
        (TooLarge, "leaves its range"),
        (Careless, "changes its input"),
        (Backwards, "rank 0 is best"),
        (Worse, "never worse"),
    ],
)
def test_what_is_wrong_is_found(kind: type[Measure], says: str) -> None:
    measures()
    measure(kind)
    try:
        with pytest.raises(AssertionError, match=says):
            check_measure(kind())
    finally:
        del _known[kind.__name__]
