from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.search import calibrate as c

finite = st.floats(-1, 1)


@given(st.floats(-700, 700))
def test_chance_is_the_logistic_function(x: float) -> None:
    assert float(c.chance(x)) == pytest.approx(1 / (1 + math.exp(-x)), abs=1e-12)


@given(st.lists(finite, min_size=2, max_size=50))
def test_the_background_never_gets_narrower_than_sentences_are(sample: list[float]) -> None:
    background = c.sentence_background(sample)
    assert background.deviation >= c.SENTENCE_DEVIATION
    assert background.mean >= 0


def test_without_a_sample_nothing_is_corrected() -> None:
    raw = np.array([-0.1, 0.2, 0.9])
    assert c.corrected_cosine(raw, c.sentence_background(None)) == pytest.approx(raw)


def test_a_language_that_the_encoder_does_not_know_loses_its_weight() -> None:
    """Where everything looks alike, looking alike proves nothing."""
    everything = np.random.default_rng(0).normal(0.62, 0.1, 512)
    alike = c.sentence_background(everything)
    assert c.passage_chance([0.75], [0.0], alike, 500)[0] < 0.1
    assert c.passage_chance([0.75], [0.0], c.sentence_background(None), 500)[0] > 0.9


@given(finite, finite, st.floats(0, 1), st.floats(0, 1), st.integers(1, 10**7))
def test_more_likeness_or_more_words_never_hurt(
    a: float, b: float, v: float, w: float, n: int
) -> None:
    nothing = c.sentence_background(None)
    low = c.passage_chance([min(a, b)], [min(v, w)], nothing, n)[0]
    high = c.passage_chance([max(a, b)], [max(v, w)], nothing, n)[0]
    assert 0 <= low <= high <= 1


def test_more_passages_need_a_better_one() -> None:
    nothing = c.sentence_background(None)
    few, many = (c.passage_chance([0.5], [0.0], nothing, n)[0] for n in (50, 100_000))
    assert many < c.LINE < few


def test_all_words_pass_without_any_vector() -> None:
    found = c.passage_chance([math.nan] * 3, [0.0, 0.5, 1.0], c.sentence_background(None), 100)
    assert found[0] == pytest.approx(0, abs=1e-9)
    assert found[1] < c.WEAK
    assert found[2] > c.LINE


def test_a_phrase_is_certain_and_ordered() -> None:
    assert c.phrase_chance(math.nan, 0) == pytest.approx(0.95)
    assert c.phrase_chance(0.3, 0.5) > c.phrase_chance(0.3, 0.2)
    assert c.phrase_chance(1, 1) <= 1


@given(st.integers(1, 5), st.floats(0, 2))
def test_popularity_is_the_mean_over_general_questions(m: int, weight: float) -> None:
    rng = np.random.default_rng(m)
    query, general = rng.normal(size=8), rng.normal(size=(m, 8))
    items = rng.normal(size=(20, 8))
    plain = items @ query - weight * (items @ general.T).mean(axis=1)
    folded = items @ c.unpopular(query.astype(np.float32), general.astype(np.float32), weight)
    assert folded == pytest.approx(plain, abs=1e-4)
