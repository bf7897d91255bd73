"""Arrays that are checked, and ranking measures."""

from __future__ import annotations

import numpy as np
import pytest

from kinolex.errors import UsageError
from kinolex.evaluation.protocols._labels import (
    average_precision,
    flags,
    numbers,
    places,
    whole_numbers,
)


@pytest.mark.parametrize("values", [[[1], [1, 2]], [[np.nan]], "x", [], [1], None])
def test_wrong_numbers_are_refused(values):
    with pytest.raises(UsageError):
        numbers(values, "Scores", 2)


def test_half_precision_is_read_as_it_is():
    assert numbers(np.array([[0.1]], dtype=np.float16), "Scores", 2)[0, 0] == float(np.float16(0.1))


@pytest.mark.parametrize("values", [[[1], [1, 2]], [0, 3], [-1, 0], [0], [0.0, 1.0], ["a", "b"]])
def test_wrong_classes_are_refused(values):
    with pytest.raises(UsageError):
        whole_numbers(values, "Labels", 2, 3)


@pytest.mark.parametrize("values", [[[1], [1, 2]], [0, 2], [0], [np.nan, 1]])
def test_wrong_flags_are_refused(values):
    with pytest.raises(UsageError):
        flags(values, "Labels", (2,))


def test_places_count_lower_classes_of_the_same_score():
    before, tied = places(np.array([[1.0, 1.0, 2.0]]), np.array([1]))
    assert (before.tolist(), tied.tolist()) == ([2.0], [1])


def test_tied_scores_are_one_step_and_nothing_to_find_is_zero():
    assert average_precision(np.array([True, False]), np.array([1.0, 1.0])) == 0.5
    assert average_precision(np.array([False]), np.array([1.0])) == 0.0
