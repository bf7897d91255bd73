"""`check_measure`: what every measure must do, for those of kinolex and of others."""

from __future__ import annotations

import math

import numpy as np

from kinolex.errors import UsageError
from kinolex.evaluation.measure import Floats, Judged, Measure, parse

__all__ = ["check_measure"]


def check_measure(measure: Measure) -> None:
    """Fail where a measure does not keep its promises.

    Its text is read back as the same measure. Whatever it is defined for gives finite values
    inside its range, is the same each time, changes none of its input, and is best where
    everything relevant stands first; without queries the figure is NaN.

    Parameters
    ----------
    measure : Measure

    Raises
    ------
    AssertionError
        With what is wrong.

    Examples
    --------
    >>> from kinolex.evaluation.measure import parse
    >>> check_measure(parse("nDCG@10"))
    """
    assert hasattr(measure, "__dataclass_fields__"), "a measure is a frozen dataclass"
    assert parse(str(measure)) == measure, f"{measure} is not read back as itself"
    for word in ("title", "source", "empty"):
        assert getattr(type(measure), word, ""), f"{measure} has no {word}"
    assert measure.lowest < measure.highest
    assert measure.better in ("higher", "lower")
    assert math.isnan(measure.aggregate(np.empty(0))), "without queries the figure is NaN"
    defined = _check_ranks(measure), _check_judged(measure), _check_overlaps(measure)
    assert any(defined), f"{measure} is defined for nothing"


def _check_ranks(measure: Measure) -> bool:
    ranks = np.array([0.0, 0.5, 1.0, 4.5, 9.0, 1000.0])
    kept = ranks.copy()
    try:
        found = measure.of_ranks(ranks)
    except UsageError:
        return False
    assert (ranks == kept).all(), "of_ranks changes its input"
    assert len(found) == len(ranks), "one value a sample"
    assert (found == measure.of_ranks(ranks)).all(), "the same input gives the same values"
    _check_range(measure, found)
    best = found[0]
    worse = found[1:] if measure.better == "lower" else -found[1:]
    assert (worse >= (best if measure.better == "lower" else -best)).all(), "rank 0 is best"
    return True


def _check_judged(measure: Measure) -> bool:
    every = np.array([3.0, 1.0, 1.0, 0.0, 0.0, 0.0])
    orders = {
        "best": every,
        "mixed": np.array([0.0, 3.0, 0.0, 1.0]),
        "worst": np.array([0.0, 0.0, 0.0]),
        "nothing": np.empty(0),
    }
    values = {}
    for name, gains in orders.items():
        query = Judged(gains, np.ones(len(gains), dtype=bool), every)
        kept = gains.copy()
        try:
            values[name] = measure.of_judged(query)
        except UsageError:
            return False
        assert (gains == kept).all(), "of_judged changes its input"
        assert values[name] == measure.of_judged(query), "the same input gives the same value"
    _check_range(measure, np.array(list(values.values())))
    none = Judged(np.zeros(2), np.ones(2, dtype=bool), np.zeros(2))
    _check_range(measure, np.array([measure.of_judged(none)]))
    return True


def _check_overlaps(measure: Measure) -> bool:
    overlaps = np.array([1.0, 0.7, 0.5, 0.3, 0.0])
    kept = overlaps.copy()
    try:
        found = measure.of_overlaps(overlaps)
    except UsageError:
        return False
    assert (overlaps == kept).all(), "of_overlaps changes its input"
    assert len(found) == len(overlaps), "one value a query"
    _check_range(measure, found)
    assert (np.diff(found) <= 0).all(), "more overlap is never worse"
    return True


def _check_range(measure: Measure, values: Floats) -> None:
    assert np.isfinite(values).all(), f"{measure} gives {values}"
    inside = (values >= measure.lowest) & (values <= measure.highest)
    assert inside.all(), f"{measure} leaves its range {measure.lowest} to {measure.highest}"
