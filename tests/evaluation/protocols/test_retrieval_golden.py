"""Every retrieval case of the public evaluators, to the last digit where no tie decides."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from kinolex.errors import UsageError
from kinolex.evaluation.protocols._retrieval import Pairs, caption_ranks
from kinolex.evaluation.protocols.clip4clip import clip4clip, clip4clip_multi
from kinolex.evaluation.protocols.collaborative_experts import (
    collaborative_experts,
    frozen_in_time,
    qb_norm_metric,
)
from kinolex.evaluation.protocols.lavis import lavis
from kinolex.evaluation.protocols.xpool import xpool
from tests.evaluation.golden import loaded, needed, path_of

pytestmark = needed

SEEDS = (0, 20, 40)
PLAIN = [
    f"ret_{kind}_s{base + seed}"
    for kind, base in (
        ("no_ties", 101), ("many_ties", 102), ("all_equal", 103), ("rectangular", 105),
        ("float16", 106),
    )
    for seed in SEEDS
]  # fmt: skip
RAGGED = [f"ret_multi_caption_s{104 + seed}" for seed in SEEDS]

CALLS = {
    "clip4clip.compute_metrics.t2v(sim)": lambda s: clip4clip(s),
    "clip4clip.compute_metrics.v2t(sim.T)": lambda s: clip4clip(s, direction="v2t"),
    "clip4clip.multi.v2t(compute_metrics(tensor_video_to_text_sim))": lambda s, v=None: (
        clip4clip_multi(s, v, direction="v2t")
    ),
    "collaborative_experts.t2v_metrics": lambda s, m=None: collaborative_experts(s, m),
    "collaborative_experts.v2t_metrics": lambda s, m=None: collaborative_experts(
        s, m, direction="v2t"
    ),
    "frozen_in_time.t2v_metrics": lambda s, m=None: frozen_in_time(s, m),
    "frozen_in_time.v2t_metrics": lambda s, m=None: frozen_in_time(s, m, direction="v2t"),
    "qb_norm.metric.t2v_metrics": lambda s, m=None: qb_norm_metric(s, m),
    "qb_norm.metric.v2t_metrics": lambda s, m=None: qb_norm_metric(s, m, direction="v2t"),
}
"""Exact whatever ties there are."""

BOUNDED = {
    "clip4clip.multi.t2v(tensor_text_to_video_metrics)": lambda s, v=None: clip4clip_multi(s, v),
    "xpool.t2v_metrics": lambda s, v=None: xpool(s, v),
    "xpool.v2t_metrics": lambda s, v=None: xpool(s, v, direction="v2t"),
    "lavis._report_metrics(i2t=sim.T,t2i=sim)": lambda s, v=None: lavis(s, v),
}
"""Exact without ties; else between the best and the worst ranks."""


def arrays(case: str) -> Mapping[str, Any]:
    return dict(np.load(path_of(f"retrieval/{case}.npz")))


def same(values: Mapping[str, float], told: Mapping[str, Any]) -> None:
    for name, value in told.items():
        if name == "cols":
            continue
        expected = math.inf if value == "inf" else value
        if "geometric" in name and math.isfinite(expected):
            # The last digits of log and exp are those of the machine's library.
            expected = pytest.approx(expected, rel=1e-14, abs=0)
        assert values[name] == expected, name


def check(call: Any, told: Mapping[str, Any], *given: Any) -> None:
    if "error" in told:
        with pytest.raises(UsageError):
            call(*given)
    else:
        same(call(*given).values, told)


@pytest.mark.parametrize("case", PLAIN)
@pytest.mark.parametrize("evaluator", CALLS)
def test_exact_whatever_ties(case: str, evaluator: str) -> None:
    told = loaded(f"retrieval/{case}.json")["results"][evaluator]
    check(CALLS[evaluator], told, arrays(case)["sim"])


@pytest.mark.parametrize("case", PLAIN)
def test_the_samples_of_expanded_ties(case: str) -> None:
    told = loaded(f"retrieval/{case}.json")["results"]["clip4clip.compute_metrics.t2v(sim)"]
    found = clip4clip(arrays(case)["sim"]).per_query["rank"] - 1
    assert found.tolist() == told["cols"]


def bounds(similarity: np.ndarray, videos: Any = None) -> tuple[dict[str, float], dict[str, float]]:
    """Recalls of X-Pool's names if every tie were lost, and if every one were won."""
    counts = Pairs.of(similarity, videos).counted()
    return tuple(  # type: ignore[return-value]
        {f"R{k}": 100 * float(np.mean(counts.ranks(rule) < k)) for k in (1, 5, 10, 50, 100)}
        for rule in ("pessimistic", "optimistic")
    )


@pytest.mark.parametrize("case", PLAIN)
@pytest.mark.parametrize("evaluator", BOUNDED)
def test_exact_without_ties_and_bounded_with(case: str, evaluator: str) -> None:
    results = loaded(f"retrieval/{case}.json")["results"]
    if evaluator not in results:
        pytest.skip("this evaluator was not run on it")
    similarity, told = arrays(case)["sim"], results[evaluator]
    if not Pairs.of(similarity).counted().tied.any():
        check(BOUNDED[evaluator], told, similarity)
    elif evaluator.endswith("t2v_metrics") or ".t2v(" in evaluator:
        worst, best = bounds(similarity)
        ours = BOUNDED[evaluator](similarity).values
        for name in worst.keys() & told.keys():
            assert worst[name] - 1e-4 <= told[name] <= best[name] + 1e-4
            assert worst[name] - 1e-4 <= ours[name] <= best[name] + 1e-4


def has_ties(similarity: np.ndarray, videos: Any = None) -> bool:
    pairs = Pairs.of(similarity, videos)
    _, captions = caption_ranks(pairs, "average")
    return bool(pairs.counted().tied.any() or captions.tied.any())


@pytest.mark.parametrize("case", RAGGED)
def test_several_captions(case: str) -> None:
    given, results = arrays(case), loaded(f"retrieval/{case}.json")["results"]
    ends = given["cut_off_points"]
    videos = np.searchsorted(ends, np.arange(len(given["sim_valid"])), side="right")
    assert np.bincount(videos).tolist() == given["query_mask"].sum(axis=1).tolist()
    for evaluator, told in results["ragged_valid_only"].items():
        call = CALLS.get(evaluator) or BOUNDED.get(evaluator)
        assert call is not None, evaluator
        if "lavis" in evaluator and has_ties(given["sim_valid"], videos):
            continue
        check(call, told, given["sim_valid"], videos)
    for evaluator, told in results["masked_fixed_L"].items():
        if evaluator in CALLS:
            check(CALLS[evaluator], told, given["sim"], given["query_mask"])
    for evaluator, told in results["unmasked_all_captions"].items():
        if "compute_metrics.v2t" in evaluator:
            check(clip4clip, told, given["sim"].T)
        elif "lavis" in evaluator and has_ties(given["sim"]):
            continue
        elif call := CALLS.get(evaluator) or BOUNDED.get(evaluator):
            check(call, told, given["sim"])


def test_one_matrix_five_figures() -> None:
    toys = loaded("retrieval/toy_disagreement.json")
    for toy in ("toy_A", "toy_B"):
        similarity = np.array(toys[toy])
        for evaluator, told in toys[f"{toy}_results"].items():
            call = CALLS.get(evaluator) or BOUNDED.get(evaluator)
            if call is None or "lavis" in evaluator:
                continue
            if toy == "toy_B" and "compute_metrics.v2t(sim.T)" in evaluator:
                check(clip4clip, told, similarity.T)
            else:
                check(call, told, similarity)
