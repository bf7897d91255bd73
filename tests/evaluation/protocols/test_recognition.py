"""Recognition against naive loops."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from kinolex.errors import UsageError
from kinolex.evaluation.protocols.recognition import open_set, prompt_ensemble, top_k

LEVELS = st.sampled_from([-1.0, 0.0, 0.5, 2.0])


def test_all_tied_goes_to_the_lower_class():
    found = top_k(np.zeros((3, 6)), [0, 4, 5])
    assert found["Acc@1"] == pytest.approx(100 / 3)
    assert found["Acc@5"] == pytest.approx(200 / 3)
    assert found.ties == 3
    assert found.guess == {
        "Acc@1": pytest.approx(100 / 6),
        "Acc@5": pytest.approx(500 / 6),
        "mean class accuracy": pytest.approx(100 / 6),
    }


def test_mean_class_accuracy_weighs_classes_alike():
    scores = [[1, 0, 0], [1, 0, 0], [1, 0, 0], [1, 0, 0]]
    found = top_k(scores, [0, 0, 0, 1], ks=(1,))
    assert found["Acc@1"] == 75.0
    assert found["mean class accuracy"] == 50.0
    assert found.notes == ("1 of 3 classes have no video.",)


def test_views_are_summed_after_softmax_not_before():
    views = [[[10.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 1.0, 0.0], [0.0, 1.2, 0.0]]]
    shares = [np.exp(view) / np.exp(view).sum() for view in np.array(views[0])]
    assert int(np.argmax(np.sum(shares, axis=0))) == 1  # the sum of logits would say 0
    assert top_k(views, [1], ks=(1,))["Acc@1"] == 100.0


def test_great_logits_do_not_overflow():
    assert top_k([[[1e4, 0.0], [1e4, 0.0]]], [0], ks=(1,))["Acc@1"] == 100.0


@pytest.mark.parametrize(
    ("scores", "labels", "options"),
    [([], [], {}), ([[0, 1]], [0], {}), ([[0, 1]], [2], {"ks": (1,)}), ([[0, 1]], [0], {"ks": ()}),
     ([[0, 1]], [0], {"ks": (0,)}), ([[0, float("nan")]], [0], {"ks": (1,)}),
     ([[0, 1]], [0.0], {"ks": (1,)}), ([[0, 1], [0]], [0, 0], {"ks": (1,)}),
     ([[[0, float("inf")]]], [0], {"ks": (1,)}), ([[0, 1]], [0, 1], {"ks": (1,)})],
)  # fmt: skip
def test_wrong_scores_are_refused(scores, labels, options):
    with pytest.raises(UsageError):
        top_k(scores, labels, **options)


@given(
    arrays.arrays(float, (5, 2, 4), elements=LEVELS),
    arrays.arrays(int, 5, elements=st.integers(0, 3)),
    st.permutations(range(5)),
)
def test_top_k_as_naive_loops_in_any_order(scores, labels, order):
    hits = {1: [], 2: []}
    for views, label in zip(scores[:, 0], labels, strict=True):
        ranked = sorted(range(4), key=lambda one: (-views[one], one))
        for k, flags in hits.items():
            flags.append(label in ranked[:k])
    found = top_k(scores[order, 0], labels[order], ks=(1, 2))
    for k, flags in hits.items():
        assert found[f"Acc@{k}"] == pytest.approx(100 * sum(flags) / 5)
    classes = {
        int(one): [h for h, x in zip(hits[1], labels, strict=True) if x == one] for one in labels
    }
    mean = sum(sum(of_it) / len(of_it) for of_it in classes.values()) / len(classes)
    assert found["mean class accuracy"] == pytest.approx(100 * mean)
    # One view in three dimensions is the same question.
    assert top_k(scores[:, :1], labels, ks=(1,))["Acc@1"] == pytest.approx(found["Acc@1"])


@given(st.lists(LEVELS, min_size=1, max_size=30), st.lists(LEVELS, min_size=1, max_size=30))
def test_open_set_as_naive_loops(known, unknown):
    found = open_set(known, unknown)
    area = sum((a > b) + 0.5 * (a == b) for a in known for b in unknown)
    assert found["AUROC"] == pytest.approx(100 * area / len(known) / len(unknown))
    rates = [
        sum(b >= level for b in unknown) / len(unknown)
        for level in set(known)
        if 100 * sum(a >= level for a in known) >= 95 * len(known)
    ]
    assert found["FPR@95"] == pytest.approx(100 * min(rates))
    assert found["AUPR-in"] == pytest.approx(100 * _precision(known, unknown))
    negated = _precision([-b for b in unknown], [-a for a in known])
    assert found["AUPR-out"] == pytest.approx(100 * negated)


def _precision(positive, negative):
    area = before = 0.0
    for level in sorted({*positive, *negative}, reverse=True):
        hits = sum(one >= level for one in positive)
        area += (hits - before) / len(positive) * hits / (hits + sum(b >= level for b in negative))
        before = hits
    return area


def test_twenty_known_need_nineteen():
    found = open_set(np.arange(20.0), [0.5, 1.0, 1.5])
    assert found["FPR@95"] == pytest.approx(200 / 3)
    assert open_set([1, 1], [1, 1]).values == {
        "AUROC": 50.0, "AUPR-in": 50.0, "AUPR-out": 50.0, "FPR@95": 100.0,
    }  # fmt: skip
    assert found.guess["AUPR-in"] == pytest.approx(100 * 20 / 23)


@pytest.mark.parametrize(
    ("known", "unknown"), [([], [1]), ([1], []), ([math.nan], [1]), ([[1]], [1])]
)
def test_wrong_open_sets_are_refused(known, unknown):
    with pytest.raises(UsageError):
        open_set(known, unknown)


def test_prompts_are_normalised_before_and_after_the_mean():
    found = prompt_ensemble([[[3.0, 0.0]], [[0.0, 0.1]]])
    assert found == pytest.approx(np.array([[0.5**0.5, 0.5**0.5]]))
    with pytest.raises(UsageError):
        prompt_ensemble([[[0.0, 0.0]]])
