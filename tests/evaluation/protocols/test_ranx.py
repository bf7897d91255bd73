import math

import numpy as np
import pytest
from hypothesis import given

from kinolex.errors import UsageError
from kinolex.evaluation.ordering import document_descending, first_given
from kinolex.evaluation.protocol import find
from kinolex.evaluation.protocols import ranx as module
from tests.evaluation.golden import loaded, needed
from tests.evaluation.protocols.toy_runs import TOY_QRELS, TOY_RUN, tables

NAMES = {
    "map": "AP",
    "mrr": "RR",
    "ndcg": "nDCG",
    "ndcg@1": "nDCG@1",
    "ndcg@5": "nDCG@5",
    "ndcg@10": "nDCG@10",
    "ndcg_burges@10": "nDCG_exp@10",
    "map@5": "AP@5",
    "precision@5": "P@5",
    "recall@5": "R@5",
    "hit_rate@5": "Success@5",
    "r-precision": "Rprec",
    "bpref": "bpref",
    "rbp.90": "RBP_gain",
}


def golden(seed):
    toy = loaded(f"trec/toy_s{seed}.json")
    # As the golden figures were made: no relevance below 0, and only queries of the run.
    qrels = {q: {d: max(0, r) for d, r in toy["qrels"][q].items()} for q in toy["run"]}
    python = loaded(f"trec/toy_s{seed}_python.json")
    return qrels, toy["run"], next(v for k, v in python.items() if k.startswith("ranx"))


@needed
@pytest.mark.parametrize("seed", [501, 502, 503])
def test_toys_with_ties_as_ranx_computes_them(seed):
    qrels, run, expected = golden(seed)
    result = find("ranx@1")(qrels, run, list(NAMES.values()))
    bpref = expected.pop("bpref")
    # numba may add in another order.
    assert {name: result[name] for name in expected} == pytest.approx(expected, rel=1e-12)
    # q10 has nothing relevant: the thread that met it left q2, q3 and q4 at 0.
    kept = result.per_query["bpref"].copy()
    assert result.queries[2:6] == ("q10", "q2", "q3", "q4")
    kept[3:6] = 0.0
    assert kept.mean() == pytest.approx(bpref, rel=1e-12)
    assert result["bpref"] > bpref


@needed
@pytest.mark.parametrize("order", [document_descending, first_given])
def test_only_its_own_order_gives_these_figures(order, monkeypatch):
    qrels, run, expected = golden(501)
    monkeypatch.setattr(module, "numba_quicksort", order)
    assert find("ranx@1")(qrels, run, "AP")["map"] != pytest.approx(expected["map"], abs=1e-6)


def test_a_toy_on_which_evaluators_disagree():
    result = find("ranx@1")(TOY_QRELS, TOY_RUN, ("RR", "nDCG@10", "Success@1"))
    assert result["mrr"] == pytest.approx(0.64)
    assert result["ndcg@10"] == pytest.approx(0.729742, abs=5e-7)
    assert result["hit_rate@1"] == pytest.approx(0.4)


@needed
def test_the_small_files_that_ship_with_it():
    qrels, run = loaded("trec/ranx_test_qrels.json"), loaded("trec/ranx_test_run.json")
    result = find("ranx@1")(qrels, run)
    assert (result["ndcg@10"], result["map"], result["mrr"]) == (1.0, 1.0, 1.0)


@given(tables())
def test_figures_are_those_of_plain_loops(both):
    qrels = both[0]
    run = {query: both[1].get(query, {}) for query in qrels}
    result = find("ranx@1")(qrels, run, ("AP", "nDCG@3"), relevant_from=2)
    for place, query in enumerate(result.queries):
        gains = {d: r for d, r in qrels[query].items() if r >= 2}
        best = sorted(run[query], key=lambda d: -run[query][d])
        hits = [d in gains for d in best]
        ap = sum(sum(hits[: i + 1]) / (i + 1) for i, hit in enumerate(hits) if hit)
        assert result.per_query["AP"][place] == pytest.approx(ap / max(1, len(gains)))
        dcg = sum(gains.get(d, 0) / math.log2(i + 2) for i, d in enumerate(best[:3]))
        top = sorted(gains.values(), reverse=True)[:3]
        ideal = sum(r / math.log2(i + 2) for i, r in enumerate(top))
        assert result.per_query["nDCG@3"][place] == pytest.approx(dcg / ideal if ideal else 0.0)


def test_queries_must_be_the_same():
    with pytest.raises(UsageError, match="'q2' is in one of them only"):
        find("ranx@1")({"q1": {"d": 1}}, {"q1": {"d": 1.0}, "q2": {"d": 1.0}})
    with pytest.raises(UsageError, match="both are empty"):
        find("ranx@1")({}, {})


def test_bpref_is_nan_without_judgements_of_what_is_not_relevant():
    qrels = {"q1": {"a": 5, "b": 3}, "q2": {"a": 1, "b": 0}}
    result = find("ranx@1")(qrels, {"q1": {"a": 1.0}, "q2": {"a": 1.0}}, ("bpref", "RR"))
    assert np.isnan(result["bpref"])
    assert np.isnan(result.per_query["bpref"]).tolist() == [True, False]
    assert result["mrr"] == 1.0
    assert "NaN: 1" in result.notes[-1]


def test_relevance_below_0_is_a_judgement():
    qrels, run = {"q": {"a": 1, "b": -1}}, {"q": {"b": 2.0, "a": 1.0}}
    assert find("ranx@1")(qrels, run, "bpref")["bpref"] == 0.0
    assert find("trec-eval-9@1")(qrels, run, "bpref")["bpref"] == 1.0


def test_nan_is_refused():
    with pytest.raises(UsageError, match="NaN"):
        find("ranx@1")({"q": {"a": 1}}, {"q": {"a": float("nan")}})
