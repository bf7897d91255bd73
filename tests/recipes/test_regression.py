"""The fit that tells right answers from wrong ones; needs neither torch nor data."""

import numpy as np
import pytest

from recipes.starter.regression import SLOPE, Outcome, fit, logistic


def planted(weights, count=6000, seed=0):
    rng = np.random.default_rng(seed)
    above, cosine = rng.normal(0, 1.5, count), rng.normal(0.3, 0.1, count)
    logit = weights[0] * above + weights[1] * cosine + weights[2]
    right = rng.random(count) < 1 / (1 + np.exp(-logit))
    return [Outcome(*row) for row in zip(above, cosine, right, strict=True)]


def test_planted_weights_come_back():
    found = fit(planted((1.2, 9.0, -3.5)))
    assert found["standard"] * SLOPE == pytest.approx(1.2, abs=0.15)
    assert found["raw"] * SLOPE == pytest.approx(9.0, abs=1.0)
    right = np.mean([o.right for o in planted((1.2, 9.0, -3.5))])
    assert found["shift"] * SLOPE == pytest.approx(-3.5 - np.log(right / (1 - right)), abs=0.4)


def test_no_weight_is_negative_even_where_that_would_fit_better():
    found = fit(planted((1.2, -9.0, 2.0)))
    assert found["raw"] == 0
    assert found["standard"] > 0


def test_logistic_finds_where_the_slope_is_zero():
    rng = np.random.default_rng(1)
    rows = np.column_stack([rng.normal(size=400), rng.normal(size=400), np.ones(400)])
    right = (rng.random(400) < 1 / (1 + np.exp(-rows @ [1, -2, 0.5]))).astype(float)
    found = logistic(rows, right, np.full(3, -np.inf), ridge=0.0)
    chance = 1 / (1 + np.exp(-rows @ found))
    assert np.abs(rows.T @ (chance - right) / 400).max() < 1e-4


def test_the_engine_reads_the_scores_as_they_were_fitted():
    from kinolex.search.likeness import Calibration, Likeness, picture_chance, picture_line

    found = {"standard": 0.7, "raw": 6.0, "shift": -1.5}
    background = Likeness(0.1, 0.05, Calibration(**found))
    plain = Likeness(0.1, 0.05)
    cosines, frames = np.array([0.15, 0.3, 0.45]), 500
    above = plain.standard(cosines) - picture_line(frames)
    logit = SLOPE * (found["standard"] * above + found["raw"] * cosines + found["shift"])
    chance = picture_chance(background.standard(cosines), background.line(frames))
    assert chance == pytest.approx(1 / (1 + np.exp(-logit)))
