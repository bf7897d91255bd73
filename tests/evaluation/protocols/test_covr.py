"""WebVid-CoVR against the evaluator's outputs, plain loops and tables by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.errors import UsageError
from kinolex.evaluation.protocols.covr import covr, covr_validation
from kinolex.evaluation.ranks import tally
from tests.evaluation.golden import loaded, needed


@needed
@pytest.mark.parametrize("seed", [402, 412, 422])
def test_evaluator_is_reproduced_to_the_last_digit(seed: int) -> None:
    golden = loaded(f"composed/composed_s{seed}.json")["covr"]
    references = golden["reference_column"]
    removed = covr(golden["sim"], references)
    kept = covr(golden["sim"], remove_references=False)
    validation = covr_validation(golden["sim"], references)
    assert removed.values == golden["with_reference_removed"]
    assert kept.values == golden["reference_kept"]
    assert validation.values == golden["validation_variant_removed"]
    # Some targets are tied, but no order of theirs moves a figure: equality rests on no build.
    best, worst = tally(np.array(golden["sim"])).best()
    for k in (1, 5, 10, 50):
        assert np.count_nonzero(best < k) == np.count_nonzero(worst < k)


def test_by_hand() -> None:
    similarity = [[0.5, 0.9, 0.1], [0.3, 0.4, 0.2], [0.1, 0.2, 0.3]]
    kept = covr(similarity, remove_references=False)
    assert (kept["R1"], kept["R5"], kept["meanR3"]) == (66.67, 100.0, 88.89)
    assert kept.guess["R1"] == pytest.approx(100 / 3)
    named = covr(similarity, references=["b", "x", "x"], targets=["a", "b", "c"])
    assert named["R1"] == 100.0


def test_every_column_of_the_reference_is_pushed_down_even_the_right_one() -> None:
    similarity = [[0.9, 0.1], [0.1, 0.9]]
    found = covr(similarity, references=["v", "u"], targets=["v", "v"])
    assert found.per_query["R1"].tolist() == [0.0, 1.0]
    assert found.ties == 1  # The two columns of v share -10.


def test_a_video_with_two_columns_is_right_only_in_its_own() -> None:
    similarity = [[0.5, 0.6], [0.5, 0.6]]
    found = covr(similarity, ["x", "x"], targets=["v", "v"])
    assert found["R1"] == 50.0


def test_tied_columns_count_from_the_last() -> None:
    found = covr(np.zeros((4, 4)), remove_references=False)
    assert found["R1"] == 25.0
    assert found.per_query["R1"].tolist() == [0.0, 0.0, 0.0, 1.0]
    assert found.ties == 4


def test_input_is_not_written_to() -> None:
    similarity = np.array([[0.5, 0.9], [0.9, 0.5]])
    covr(similarity, references=[1, 0])
    assert similarity.tolist() == [[0.5, 0.9], [0.9, 0.5]]


def test_wrong_input_is_refused() -> None:
    with pytest.raises(UsageError, match="reference"):
        covr([[0.1]])
    with pytest.raises(UsageError, match="one row and one column"):
        covr([[0.1, 0.2]], remove_references=False)
    with pytest.raises(UsageError, match="NaN"):
        covr([[float("nan")]], remove_references=False)
    with pytest.raises(UsageError, match="one length"):
        covr([[0.1], [0.2, 0.3]], remove_references=False)


@given(st.integers(1, 8), st.integers(0, 2**32 - 1))
def test_plain_loops_agree(size: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    similarity = chance.integers(0, 4, (size, size)) / 4
    references = chance.integers(0, size, size).tolist()
    found = covr(similarity, references)
    for k in (1, 5):
        hits = 0
        for i in range(size):
            row = [-10 if j == references[i] else similarity[i, j] for j in range(size)]
            order = sorted(range(size), key=lambda j, row=row: (row[j], j), reverse=True)
            hits += order.index(i) < k
        assert found[f"R{k}"] == round(100.0 * hits / size, 2)
