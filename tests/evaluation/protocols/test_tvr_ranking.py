"""TVR-Ranking: nDCG of moments at an IoU."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.errors import UsageError
from kinolex.evaluation.protocol import find
from kinolex.evaluation.protocols.tvr_ranking import tvr_ranking
from tests.evaluation.golden import loaded, needed


@needed
@pytest.mark.parametrize("seed", [206, 216])
def test_it_gives_what_the_published_code_gave(seed):
    case = loaded(f"moments/tvr_ranking_s{seed}.json")
    result = tvr_ranking(case["gt"], case["pred"])
    assert dict(result.values) == {
        f"nDCG@{k},IoU>{t}": value
        for k, figures in case["result"].items()
        for t, value in figures.items()
    }
    assert result.counted == len(case["pred"])


span = st.tuples(st.integers(0, 8), st.integers(1, 6)).map(lambda m: [m[0], m[0] + m[1]])
moment = st.fixed_dictionaries({"video_name": st.sampled_from("ab"), "timestamp": span})
graded = st.tuples(moment, st.integers(0, 4)).map(lambda m: {**m[0], "relevance": m[1]})
pair = st.tuples(st.lists(graded, min_size=1, max_size=6), st.lists(moment, max_size=7))


def dcg(relevance):
    return sum((2**one - 1) / math.log2(n + 2) for n, one in enumerate(relevance))


@given(st.lists(pair, min_size=1, max_size=4))
def test_it_is_its_definition_in_plain_loops(pairs):
    truth = {str(n): right for n, (right, _) in enumerate(pairs)}
    found = {str(n): listed for n, (_, listed) in enumerate(pairs)}
    result = tvr_ranking(truth, found, ks=(1, 3, 40))
    for t in (0.3, 0.5, 0.7):
        for k in (1, 3, 40):
            values = []
            for right, listed in pairs:
                ordered = sorted(right, key=lambda one: -one["relevance"])
                left, gained = list(ordered), []
                for one in listed:
                    best, most = None, t
                    for other in left:
                        (a, b), (c, d) = one["timestamp"], other["timestamp"]
                        common = max(0, min(b, d) - max(a, c))
                        overlap = common / (b - a + d - c - common)
                        if other["video_name"] == one["video_name"] and overlap > most:
                            best, most = other, overlap
                    gained.append(best["relevance"] if best else 0)
                    # Equal records: by identity, so that one of two copies stays.
                    left = [other for other in left if other is not best]
                ideal = dcg([one["relevance"] for one in ordered[:k]])
                values.append(dcg(gained[:k]) / ideal if ideal else 0.0)
            assert result[f"nDCG@{k},IoU>{t}"] == pytest.approx(np.mean(values), rel=1e-12)


def moments(*rows):
    return [{"video_name": v, "timestamp": [a, b], "relevance": r} for v, a, b, r in rows]


def test_each_right_moment_is_taken_once_and_the_more_relevant_first():
    truth = {"q": moments(("a", 0, 10, 1), ("a", 0, 10, 3))}
    once = tvr_ranking(truth, {"q": [["a", 0, 10]]})
    assert once["nDCG@10,IoU>0.7"] == pytest.approx(7 / (7 + 1 / math.log2(3)))
    twice = tvr_ranking(truth, {"q": [["a", 0, 10]] * 3})
    assert twice["nDCG@10,IoU>0.7"] == pytest.approx(1.0)


def test_an_overlap_that_equals_the_threshold_gains_nothing():
    truth = {"q": moments(("a", 0, 10, 2))}
    assert tvr_ranking(truth, {"q": [["a", 0, 5]]})["nDCG@10,IoU>0.5"] == 0.0
    assert tvr_ranking(truth, {"q": [["a", 0, 5]]})["nDCG@10,IoU>0.3"] == 1.0
    assert tvr_ranking(truth, {"q": [["b", 0, 10]]})["nDCG@10,IoU>0.3"] == 0.0


def test_queries_without_a_list_are_left_out_and_without_relevance_count_nothing():
    truth = {"q": moments(("a", 0, 10, 2)), "r": moments(("a", 0, 10, 0)), "s": []}
    result = tvr_ranking(truth, {"q": [["a", 0, 10]]})
    assert result.counted == 1
    assert result["nDCG@10,IoU>0.5"] == 1.0
    assert "2 queries have no predictions" in result.notes[0]
    full = tvr_ranking(truth, {name: [["a", 0, 10]] for name in truth})
    assert full["nDCG@10,IoU>0.5"] == pytest.approx(1 / 3)
    assert tvr_ranking(truth, {"q": []})["nDCG@10,IoU>0.5"] == 0.0


def test_the_guess_is_one_list_for_all():
    truth = {n: moments(("a", 0, 10, 2), (str(n), 0, 10, 1)) for n in range(3)}
    result = tvr_ranking(truth, {n: [] for n in range(3)})
    assert 0.8 < result.guess["nDCG@10,IoU>0.5"] < 1
    assert result.queries == ("0", "1", "2")


def test_wrong_input_is_refused():
    right = {"q": moments(("a", 0, 10, 2))}
    cases = [
        ({}, {}, "no queries"),
        (right, {}, "no predictions"),
        (right, {"r": []}, "not in the truth"),
        (right, {"q": [["a", 0]]}, "cannot be read"),
        (right, {"q": [{"video_name": "a"}]}, "cannot be read"),
        (right, {"q": [["a", 0, float("nan")]]}, "not finite"),
        ({"q": moments(("a", 0, 1, float("nan")))}, {"q": []}, "not finite"),
    ]
    for truth, predictions, said in cases:
        with pytest.raises(UsageError, match=said):
            tvr_ranking(truth, predictions)


def test_it_is_found():
    assert find("tvr-ranking").kind == "moments"
