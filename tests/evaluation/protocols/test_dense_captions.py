"""Dense captions against the outputs of the public evaluators, plain loops and tables by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.errors import UsageError
from kinolex.evaluation.protocols.dense_captions import densevid, vidchapters_dense
from tests.evaluation.golden import loaded, needed

REFERENCES = {
    "v": {"timestamps": [[0, 10], [20, 30]], "sentences": ["a dog runs far", "a cat sits there"]},
    "w": {"timestamps": [[0, 5]], "sentences": ["a bird sings now"]},
}
SUBMISSION = {"v": [{"timestamp": [0, 9], "sentence": "a dog runs far"}]}


def _golden() -> tuple[Any, Any, Any]:
    references = [loaded(f"captions/dvc_s301_ref{n}.json") for n in (1, 2)]
    return (
        references,
        loaded("captions/dvc_s301_submission.json"),
        loaded("captions/dvc_s301_metrics.json"),
    )


@needed
def test_vidchapters_is_reproduced_but_for_meteor() -> None:
    references, submission, golden = _golden()
    found = vidchapters_dense(references, submission)
    expected = golden["vidchapters.eval_dvc"]["with_lang(random.seed(0),PYTHONHASHSEED=0)"]
    # The evaluator goes through a set of videos: only the order of its sums differs. METEOR needs
    # Java and is not computed here.
    for name, value in expected.items():
        if name != "METEOR":
            assert found[name] == pytest.approx(value, rel=1e-12, abs=0), name
    assert found.counted == 5


@needed
def test_densevid_detection_is_reproduced() -> None:
    references, submission, golden = _golden()
    found = densevid(references, submission, scorers={})
    expected = golden["densevid_eval(lib2to3)"]["detection_precision_recall"]
    for t, (precision, recall) in expected.items():
        assert found[f"Precision@{t}"] == pytest.approx(100 * precision, rel=1e-12, abs=0)
        assert found[f"Recall@{t}"] == pytest.approx(100 * recall, rel=1e-12, abs=0)
    assert found.counted == 6
    assert found.notes


def test_by_hand() -> None:
    found = densevid(REFERENCES, SUBMISSION)
    assert (found["Recall@0.5"], found["Precision@0.5"]) == (25.0, 50.0)
    assert found["Recall@0.9"] == 0.0  # 9/10 less the epsilon is not above 0.9
    assert found["Bleu_4@0.5"] == pytest.approx(50.0, abs=1e-4)
    assert found["Bleu_4@0.9"] == pytest.approx(0.0, abs=1e-4)
    assert found.per_query["Recall@0.5"].tolist() == [0.5, 0.0]


def test_a_video_that_is_not_named_counts_in_one_and_is_skipped_in_the_other() -> None:
    assert densevid(REFERENCES, SUBMISSION)["Precision@0.5"] == 50.0
    found = vidchapters_dense(REFERENCES, SUBMISSION)
    assert (found["Precision@0.5"], found.counted) == (1.0, 1)
    assert found["F1@0.5"] == pytest.approx(2 / 3)
    named = vidchapters_dense(REFERENCES, SUBMISSION | {"w": []})
    assert (named["Precision@0.5"], named.counted) == (0.5, 2)


def test_an_exact_half_fails_everywhere() -> None:
    references = {"v": {"timestamps": [[0, 20]], "sentences": ["a dog runs far"]}}
    submission = {"v": [{"timestamp": [0, 10], "sentence": "a dog runs far"}]}
    found = densevid(references, submission)
    assert found["Recall@0.3"] == 100.0
    assert found["Recall@0.5"] == found["Precision@0.5"] == 0.0
    assert found["Rouge-L@0.3"] == pytest.approx(100.0)
    assert found["Rouge-L@0.5"] == 0.0


def test_starts_must_be_nearer_than_the_seconds() -> None:
    submission = {"w": [{"timestamp": [3, 4], "sentence": "x"}]}
    found = vidchapters_dense(REFERENCES, submission, scorers={})
    assert (found["Recall@3s"], found["Recall@5s"]) == (0.0, 1.0)


def test_best_file_is_taken_for_precision_and_recall_apart() -> None:
    one = {"v": {"timestamps": [[0, 10]], "sentences": ["x"]}}
    two = {"v": {"timestamps": [[20, 30], [30, 40], [60, 70]], "sentences": ["x", "y", "z"]}}
    said = {"v": [{"timestamp": t, "sentence": "x"} for t in ([0, 10], [20, 30], [30, 40])]}
    found = densevid([one, two], said, scorers={})
    assert found["Recall@0.5"] == 100.0
    assert found["Precision@0.5"] == pytest.approx(200 / 3)


def test_a_given_scorer_gets_every_pair_and_garbage() -> None:
    seen = []

    def meteor(references: Any, sentences: Any) -> float:
        seen.extend(zip(references, sentences, strict=True))
        return 1.0

    said = [
        {"timestamp": [0, 10], "sentence": "café dog"},
        {"timestamp": [50, 60], "sentence": "y"},
    ]
    found = densevid(REFERENCES, {"results": {"v": said}}, scorers={"METEOR": meteor})
    assert found["METEOR"] == 50.0
    assert seen[0] == (["a dog runs far"], "caf  dog")
    garbage = seen[1][0][0]
    assert 10 <= len(garbage) <= 20
    assert garbage.isalpha()


def test_wrong_input_is_refused() -> None:
    with pytest.raises(UsageError, match="names no video"):
        vidchapters_dense(REFERENCES, {"x": []})
    with pytest.raises(UsageError, match="no reference"):
        densevid({}, SUBMISSION)
    with pytest.raises(UsageError, match="compare with"):
        densevid({"v": {"timestamps": [], "sentences": []}}, SUBMISSION)
    with pytest.raises(UsageError, match="finite"):
        densevid(REFERENCES, {"v": [{"timestamp": [0, float("nan")], "sentence": "x"}]})
    with pytest.raises(UsageError, match="pairs"):
        densevid(REFERENCES, {"v": [{"timestamp": "x", "sentence": "x"}]})


span = st.tuples(st.integers(0, 20), st.integers(0, 20)).map(lambda p: [min(p), max(p) + 1])


@given(st.lists(span, min_size=1, max_size=5), st.lists(span, max_size=5))
def test_plain_loops_agree(wanted: list[list[int]], said: list[list[int]]) -> None:
    references = {"v": {"timestamps": wanted, "sentences": ["x"] * len(wanted)}}
    submission = {"v": [{"timestamp": one, "sentence": "x"} for one in said]}
    found = vidchapters_dense(references, submission, scorers={})

    def meets(a: list[int], b: list[int], t: float) -> bool:
        shared = max(0, min(a[1], b[1]) - max(a[0], b[0]))
        hull = max(a[1], b[1]) - min(a[0], b[0])
        return shared / (min(hull, a[1] - a[0] + b[1] - b[0]) + 1e-8) > t

    for t in (0.3, 0.5, 0.7, 0.9):
        recall = sum(any(meets(p, r, t) for p in said) for r in wanted) / len(wanted)
        precision = sum(any(meets(p, r, t) for r in wanted) for p in said) / max(1, len(said))
        assert found[f"Recall@{t}"] == pytest.approx(recall)
        assert found[f"Precision@{t}"] == pytest.approx(precision)
    assert np.isfinite(list(found.values.values())).all()
