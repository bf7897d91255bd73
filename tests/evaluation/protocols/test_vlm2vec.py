import pytest
from hypothesis import given

from kinolex.errors import UsageError
from kinolex.evaluation.protocol import find
from tests.evaluation.golden import loaded, needed
from tests.evaluation.protocols.toy_runs import TOY_QRELS, TOY_RUN, tables


@needed
@pytest.mark.parametrize("seed", [501, 502, 503])
def test_toys_as_it_computes_them_to_the_last_bit(seed):
    toy, python = loaded(f"trec/toy_s{seed}.json"), loaded(f"trec/toy_s{seed}_python.json")
    # As the golden cases were made: queries of the run with something relevant.
    qrels = {q: toy["qrels"][q] for q in toy["run"] if max(toy["qrels"][q].values()) > 0}
    result = find("vlm2vec@1")(qrels, {q: toy["run"][q] for q in qrels})
    assert result.counted == len(python["vlm2vec_cases"])
    expected = next(v for k, v in python.items() if k.startswith("vlm2vec.Ranking"))
    assert dict(result.values) == expected


def test_a_toy_on_which_evaluators_disagree():
    assert find("vlm2vec@1")(TOY_QRELS, TOY_RUN, "Success@1")["hit@1"] == pytest.approx(0.4)


@given(tables())
def test_figures_are_those_of_plain_loops(both):
    qrels, run = both
    result = find("vlm2vec@1")(qrels, run, ("AP_min@2", "F1@2"))
    for place, query in enumerate(result.queries):
        labels = {d for d, r in qrels[query].items() if r >= 1}
        hits = [d in labels for d in sorted(run[query], key=lambda d: -run[query][d])][:2]
        ap = sum(sum(hits[: i + 1]) / (i + 1) for i, hit in enumerate(hits) if hit)
        least = max(1, min(2, len(labels)))
        assert result.per_query["AP_min@2"][place] == pytest.approx(ap / least)
        f1 = 2 * sum(hits) / (2 + len(labels))
        assert result.per_query["F1@2"][place] == pytest.approx(f1)


def test_grades_do_not_count():
    qrels, run = {"q": {"a": 1, "b": 3}}, {"q": {"a": 2.0, "b": 1.0}}
    result = find("vlm2vec@1")(qrels, run, ("nDCG@1", "nDCG_exp@1"))
    assert dict(result.values) == {"ndcg_linear@1": 1.0, "ndcg_exponential@1": 1.0}
    assert find("vlm2vec@1")(qrels, run, "Success@1", relevant_from=2)["hit@1"] == 0.0


def test_queries_left_out_are_told():
    result = find("vlm2vec@1")({"q": {"a": 1}, "p": {"a": 1}}, {"q": {"a": 1.0}, "r": {}})
    assert result.counted == 1
    assert [note.split(":")[0] for note in result.notes] == [
        "1 query is left out (not answered)",
        "1 query is left out (not judged)",
    ]


def test_what_cannot_be_evaluated():
    with pytest.raises(UsageError, match="both judged and answered"):
        find("vlm2vec@1")({"q": {"a": 1}}, {})
    with pytest.raises(UsageError, match="NaN"):
        find("vlm2vec@1")({"q": {"a": 1}}, {"q": {"a": float("nan")}})
    with pytest.raises(UsageError, match="above 0"):
        find("vlm2vec@1")({"q": {"a": 1}}, {"q": {"a": 1.0}}, relevant_from=0)
