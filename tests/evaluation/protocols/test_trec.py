import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.errors import UsageError
from kinolex.evaluation.measure import parse
from kinolex.evaluation.protocol import find
from kinolex.evaluation.runs import read_qrels, read_run
from tests.evaluation.golden import loaded, needed, path_of
from tests.evaluation.protocols.toy_runs import TOY_QRELS, TOY_RUN, tables

PLAIN = {
    "map": "AP",
    "gm_map": "GMAP",
    "Rprec": "Rprec",
    "bpref": "bpref",
    "gm_bpref": "GMbpref",
    "recip_rank": "RR",
    "num_ret": "NumRet",
    "num_rel": "NumRel",
    "num_rel_ret": "NumRelRet",
    "num_nonrel_judged_ret": "NumNonRelRet",
    "infAP": "infAP",
    "utility": "Utility",
    "utility_2,-1,0,0": "Utility@2,-1,0",
    "11pt_avg": "11pt",
    "binG": "binG",
    "G": "G",
    "ndcg": "nDCG",
    "ndcg_rel": "nDCG_rel",
    "Rndcg": "RnDCG",
    "set_P": "P",
    "set_relative_P": "R_cap",
    "set_recall": "R",
    "set_map": "SetAP",
    "set_F": "F1",
    "rbp": "RBP_graded",
    "rbp_resid": "RBP_residual",
    "Rprec_mult_1.00": "Rprec",
}
CUT = {
    "iprec_at_recall": "IPrec@",
    "ndcg_cut": "nDCG@",
    "map_cut": "AP@",
    "relative_P": "R_cap@",
    "recall": "R@",
    "success": "Success@",
    "unj": "Hole@",
    "Rprec_mult": "Rprec*",
    "P": "P@",
}
# A text, a count, and two whose parameters this package has no measures for.
LEFT = ("runid", "num_q", "relstring", "relstring_20", "ndcg_1=3,2=9,4=4.5", "11pt_avg_.25,.5,.75")


def ours(name):
    """The measure behind a name of trec_eval."""
    if name in PLAIN:
        return PLAIN[name]
    head, _, tail = name.rpartition("_")
    return CUT[head] + tail


def printed(name):
    """What trec_eval printed: query to name to text."""
    table = {}
    for line in path_of(f"trec/{name}").read_text().splitlines():
        measure, query, value = line.split()
        if measure not in LEFT:
            table.setdefault(query, {})[measure] = value
    return table


def same_as_printed(out, qrels, run, protocol, **options):
    """Compare every number that a tool printed; how many there were."""
    table = printed(out)
    names = {name: ours(name) for rows in table.values() for name in rows}
    result = find(protocol)(
        read_qrels(path_of(f"trec/{qrels}")),
        read_run(path_of(f"trec/{run}")),
        list(names.values()),
        **options,
    )
    alias = {"Rprec_mult_1.00": "Rprec"}
    count = 0
    for name, value in table.pop("all").items():
        assert result[alias.get(name, name)] == float(value), name
        count += 1
    for query, rows in table.items():
        place = result.queries.index(query)
        for name, value in rows.items():
            got = result.per_query[str(parse(names[name]))][place]
            assert float(f"{got:.4f}") == float(value), (query, name)
            count += 1
    return count


@needed
@pytest.mark.parametrize(
    ("out", "run", "options", "numbers"),
    [
        ("out.test", "results.test", {}, 28),
        ("out.test.a", "results.test", {}, 97),
        ("out.test.aq", "results.test", {}, 382),
        ("out.test.aqc", "results.trunc", {"complete": True}, 382),
        ("out.test.aql", "results.test", {"relevant_from": 2}, 382),
        ("out.test.meas_params", "results.test", {}, 80),
    ],
)
def test_the_tests_that_ship_with_it(out, run, options, numbers):
    qrels = "qrels.rel_level" if out.endswith("l") else "qrels.test"
    assert same_as_printed(out, qrels, run, "trec-eval-10@1", **options) == numbers


@needed
def test_its_complete_option_is_a_protocol_of_its_own():
    same_as_printed("out.test.aqc", "qrels.test", "results.trunc", "trec-eval-complete@1")


@needed
@pytest.mark.parametrize("seed", [501, 502, 503])
def test_toys_with_ties_as_both_versions_print_them(seed):
    toy, run = f"toy_s{seed}", f"toy_s{seed}.run"
    whole, retrieved = f"{toy}.qrels", f"{toy}.retrieved_only.qrels"
    ten, nine = f"{toy}.trec_eval", f"{toy}.trec_eval_v9.0.8"
    assert same_as_printed(f"{ten}.q.txt", retrieved, run, "trec-eval-10@1") == 253
    same_as_printed(f"{ten}.J.txt", retrieved, run, "trec-eval-10@1", judged_only=True)
    same_as_printed(f"{ten}.l2.txt", retrieved, run, "trec-eval-10@1", relevant_from=2)
    same_as_printed(f"{ten}.c.txt", whole, run, "trec-eval-complete@1")
    same_as_printed(f"{nine}.txt", whole, run, "trec-eval-9@1")
    same_as_printed(f"{nine}.c.txt", whole, run, "trec-eval-9@1", complete=True)


@needed
@pytest.mark.parametrize("seed", [501, 502, 503])
def test_toys_as_pytrec_eval_computes_them_to_the_last_bit(seed):
    toy, expected = loaded(f"trec/toy_s{seed}.json"), loaded(f"trec/toy_s{seed}_python.json")
    rows = expected["pytrec_eval_per_query"]
    names = {name: ours(name) for name in rows["q0"]}
    result = find("pytrec-eval@1")(toy["qrels"], toy["run"], list(names.values()))
    assert set(result.queries) == set(rows)
    for place, query in enumerate(result.queries):
        for name, measure in names.items():
            assert result.per_query[measure][place] == rows[query][name], (query, name)
    # The mean adds queries in another order.
    means = expected["pytrec_eval_mean_over_evaluated"]
    assert dict(result.values) == pytest.approx(means, rel=1e-12)


def test_a_toy_on_which_evaluators_disagree():
    result = find("pytrec-eval@1")(TOY_QRELS, TOY_RUN, ("RR", "nDCG@10", "R@1"))
    assert result["recip_rank"] == pytest.approx(0.356667, abs=5e-7)
    assert result["ndcg_cut_10"] == pytest.approx(0.515878, abs=5e-7)
    assert result["recall_1"] == 0.0
    # The fifth target shares its score with nothing.
    assert result.ties == 4


def naive(qrels, run, relevant_from, judged_only):
    """MAP, MRR and nDCG@3 of queries that are judged and answered, by plain loops."""
    rows = []
    for query in sorted(set(qrels) & set(run), key=str.encode):
        judged = {d: r for d, r in qrels[query].items() if r >= 0}
        best = sorted(run[query], key=lambda d: (run[query][d], d.encode()), reverse=True)
        best = [d for d in best if d in judged] if judged_only else best
        hits = [judged.get(d, -1) >= relevant_from for d in best]
        relevant = sum(r >= relevant_from for r in judged.values())
        ap = sum(sum(hits[: i + 1]) / (i + 1) for i, hit in enumerate(hits) if hit)
        first = next((1 / (i + 1) for i, hit in enumerate(hits) if hit), 0.0)
        dcg = sum(judged.get(d, 0) / math.log2(i + 2) for i, d in enumerate(best[:3]))
        top = sorted(judged.values(), reverse=True)[:3]
        ideal = sum(r / math.log2(i + 2) for i, r in enumerate(top))
        rows.append((ap / max(1, relevant), first, dcg / ideal if ideal else 0.0))
    return rows


@given(tables(), st.integers(1, 3), st.booleans())
def test_figures_are_those_of_plain_loops(both, relevant_from, judged_only):
    result = find("pytrec-eval@1")(
        *both, ("AP", "RR", "nDCG@3"), relevant_from=relevant_from, judged_only=judged_only
    )
    expected = np.array(naive(*both, relevant_from, judged_only))
    got = np.stack([result.per_query[name] for name in ("AP", "RR", "nDCG@3")], axis=1)
    assert got == pytest.approx(expected, rel=1e-12)
    assert list(result.values.values()) == pytest.approx(expected.mean(axis=0), rel=1e-12)
    nine = find("trec-eval-9@1")(
        *both, ("AP", "RR", "nDCG@3"), relevant_from=relevant_from, judged_only=judged_only
    )
    assert list(nine.values.values()) == pytest.approx(expected.mean(axis=0), abs=5.1e-5)


@given(tables(), st.randoms())
def test_the_order_given_does_not_matter(both, random):
    turned = [
        {q: dict(random.sample(list(row.items()), len(row))) for q, row in table.items()}
        for table in both
    ]
    measures = ("AP", "bpref", "nDCG", "infAP", "P@2")
    first, second = find("trec-eval-9@1")(*both, measures), find("trec-eval-9@1")(*turned, measures)
    assert first.values == second.values


@given(tables())
def test_the_ceiling_is_above_every_run(both):
    result = find("pytrec-eval@1")(*both, ("AP", "nDCG@2", "P@2", "R@1", "bpref", "F1"))
    for name, value in result.values.items():
        assert value <= result.ceiling.get(name, 1.0) + 1e-12


def test_equal_scores_go_by_id_whatever_the_order():
    qrels = {"q": {"a": 1}}
    assert find("trec-eval-9@1")(qrels, {"q": {"a": 1.0, "b": 1.0}}, "RR")["recip_rank"] == 0.5
    assert find("trec-eval-9@1")(qrels, {"q": {"a": 1.0, "A": 1.0}}, "RR")["recip_rank"] == 1.0


def test_a_query_without_answer_is_left_out_counted_or_stops_it():
    qrels, run = {"q1": {"d": 1}, "q2": {"d": 1}}, {"q1": {"d": 1.0}, "q3": {"d": 1.0}}
    nine = find("trec-eval-9@1")(qrels, run, ("AP", "GMAP", "NumRel"))
    assert (nine["map"], nine["num_rel"], nine.counted) == (1.0, 1.0, 1)
    assert nine.notes == (
        "1 query is left out (not judged): q3.",
        "1 query is left out (not answered): q2.",
    )
    for whole in (
        find("trec-eval-complete@1")(qrels, run, ("AP", "GMAP", "NumRel")),
        find("trec-eval-9@1")(qrels, run, ("AP", "GMAP", "NumRel"), complete=True),
        find("trec-eval-10@1")(qrels, run, ("AP", "GMAP", "NumRel"), complete=True),
    ):
        assert (whole["map"], whole["gm_map"], whole["num_rel"]) == (0.5, 0.0032, 2.0)
        assert whole.counted == 2
    with pytest.raises(UsageError, match=r"stops here: .* 'q2'"):
        find("trec-eval-10@1")(qrels, run, "AP")


def test_relevance_below_0_is_no_judgement():
    qrels, run = {"q": {"a": 1, "b": -1}}, {"q": {"b": 2.0, "a": 1.0}}
    result = find("trec-eval-9@1")(qrels, run, ("bpref", "RR", "Hole@2", "nDCG"))
    assert (result["bpref"], result["recip_rank"], result["unj_2"]) == (1.0, 0.5, 0.5)
    only = find("trec-eval-9@1")(qrels, run, "RR", judged_only=True)
    assert only["recip_rank"] == 1.0


def test_documents_beyond_the_top_are_dropped_before_those_not_judged():
    qrels, run = {"q": {"a": 1}}, {"q": {"b": 2.0, "a": 1.0}}
    assert find("trec-eval-9@1")(qrels, run, "RR", top=1, judged_only=True)["recip_rank"] == 0.0
    assert find("trec-eval-9@1")(qrels, run, "RR", top=2, judged_only=True)["recip_rank"] == 1.0


def test_a_measure_that_it_lacks_is_computed_and_told():
    result = find("trec-eval-9@1")({"q": {"a": 3}}, {"q": {"a": 1.0}}, ("nDCG_exp@10", "RR@3"))
    assert dict(result.values) == {"nDCG_exp@10": 1.0, "RR@3": 1.0}
    assert "nDCG_exp@10, RR@3" in result.notes[-1]


def test_the_ceiling_of_a_set():
    qrels = {"q1": {"a": 1}, "q2": {"a": 0}}
    result = find("trec-eval-9@1")(qrels, {"q1": {"a": 1.0}, "q2": {"a": 1.0}}, ("AP", "P@5"))
    assert dict(result.ceiling) == {"map": 0.5, "P_5": 0.1}


@pytest.mark.parametrize(
    ("qrels", "run", "measures", "options", "message"),
    [
        ({"q": {"a": 1}}, {"q": {"a": float("nan")}}, "AP", {}, "NaN"),
        ({"q": {"a": float("nan")}}, {"q": {"a": 1.0}}, "AP", {}, "NaN"),
        ({"q": {"a": 0.5}}, {"q": {"a": 1.0}}, "AP", {}, "whole numbers only"),
        ({"q": {"a": 1}}, {"p": {"a": 1.0}}, "AP", {}, "both judged and answered"),
        ({"q": {"a": 1}}, {"q": {"a": 1.0}}, (), {}, "No measure"),
        ({"q": {"a": 1}}, {"q": {"a": 1.0}}, "best", {}, "no measure 'best'"),
        ({"q": {"a": 1}}, {"q": {"a": 1.0}}, "AP", {"relevant_from": 0}, "above 0"),
        ({"q": {"a": 1}}, {"q": {"a": 1.0}}, "AP", {"top": 0}, "1 or more"),
        ({"q": {"a": 1}}, {"q": {"a": 1.0}}, "11pt", {}, "in its own way"),
    ],
)
def test_what_cannot_be_evaluated(qrels, run, measures, options, message):
    with pytest.raises(UsageError, match=message):
        find("trec-eval-9@1")(qrels, run, measures, **options)


def test_an_empty_answer_counts_as_0():
    result = find("trec-eval-9@1")({"q": {"a": 1}}, {"q": {}})
    assert result.counted == 1
    # A geometric mean of 0.00001 is printed as 0 too.
    assert set(result.values.values()) == {0.0}
