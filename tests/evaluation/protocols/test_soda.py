"""SODA: the alignment against every alignment there is, and the four kinds by hand."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.errors import UsageError
from kinolex.evaluation.protocols.soda import aligned, soda

REFERENCES = {
    "v": {"timestamps": [[0, 10], [10, 20], [20, 30]], "sentences": ["one", "two", "three"]}
}


def _same(references: Any, sentences: Any) -> float:
    return float(references[0][0] == sentences[0])


def _said(*rows: tuple[float, float, str]) -> dict[str, Any]:
    return {"v": [{"timestamp": [a, b], "sentence": text} for a, b, text in rows]}


def _all_alignments(weights: Any) -> float:
    rows, columns = weights.shape
    best = 0.0
    for size in range(1, min(rows, columns) + 1):
        for some in itertools.combinations(range(rows), size):
            for others in itertools.combinations(range(columns), size):
                best = max(best, sum(weights[i, j] for i, j in zip(some, others, strict=True)))
    return best


@given(st.integers(0, 4), st.integers(0, 4), st.integers(0, 2**32 - 1))
def test_no_alignment_in_order_is_heavier(rows: int, columns: int, seed: int) -> None:
    weights = np.random.default_rng(seed).integers(0, 4, (rows, columns)) / 4
    pairs = aligned(weights)
    assert sum(weights[at] for at in pairs) == pytest.approx(_all_alignments(weights))
    assert all(a[0] < b[0] and a[1] < b[1] for a, b in itertools.pairwise(pairs))
    assert all(weights[at] > 0 for at in pairs)


def test_perfect_answer_reaches_one_in_all_kinds() -> None:
    said = _said((20, 30, "three"), (0, 10, "one"), (10, 20, "two"))
    for kind in ("a", "b", "c", "d"):
        assert soda(REFERENCES, said, scorer=_same, kind=kind)["F1"] == pytest.approx(1.0)


def test_kinds_by_hand() -> None:
    said = _said((0, 5, "one"), (10, 20, "wrong"))
    c = soda(REFERENCES, said, scorer=_same)
    assert (c["Precision"], c["Recall"]) == pytest.approx((0.25, 0.5 / 3))
    d = soda(REFERENCES, said, kind="d")
    assert (d["Precision"], d["Recall"]) == pytest.approx((0.75, 0.5))
    b = soda(REFERENCES, said, scorer=_same, kind="b")
    assert (b["Precision"], b["Recall"]) == pytest.approx((0.5, 1 / 3))
    a = soda(REFERENCES, said, scorer=_same, kind="a")
    assert a["F1@0.3"] == pytest.approx(0.4)
    assert a["F1@0.5"] == 0.0  # 0.5 less the epsilon
    assert a["F1"] == pytest.approx(0.1)


def test_redundant_predictions_lower_precision() -> None:
    once = soda(REFERENCES, _said((0, 10, "one")), kind="d")
    thrice = soda(REFERENCES, _said(*[(0, 10, "one")] * 3), kind="d")
    assert once["Precision"] == pytest.approx(3 * thrice["Precision"])


def test_several_files_are_merged_or_the_best_is_taken() -> None:
    other = {"v": {"timestamps": [[0, 30]], "sentences": ["all"]}}
    said = _said((0, 30, "all"))
    merged = soda([REFERENCES, other], said, kind="d")
    best = soda([REFERENCES, other], said, kind="d", files="best")
    assert merged["Recall"] == pytest.approx(0.25)
    assert best["F1"] == pytest.approx(1.0)


def test_sentences_can_be_swapped() -> None:
    def first_is_reference(references: Any, sentences: Any) -> float:
        return float(references[0][0] == "one" and sentences[0] == "uno")

    said = _said((0, 10, "uno"))
    assert soda(REFERENCES, said, scorer=first_is_reference)["Precision"] == pytest.approx(1.0)
    swapped = soda(REFERENCES, said, scorer=first_is_reference, swapped=True)
    assert swapped["Precision"] == 0.0


def test_empty_and_missing_videos() -> None:
    both = REFERENCES | {"w": REFERENCES["v"]}
    found = soda(both, {"v": []}, kind="d")
    assert (found["F1"], found.counted) == (0.0, 1)
    with pytest.raises(UsageError, match="names no video"):
        soda(REFERENCES, {"x": []}, kind="d")
    with pytest.raises(UsageError, match="scorer"):
        soda(REFERENCES, {"v": []})
    with pytest.raises(UsageError, match="no SODA"):
        soda(REFERENCES, {"v": []}, kind="e")  # type: ignore[arg-type]
