"""What popularity costs is counted as a plain loop counts it."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="the recipe needs torch")
pytest.importorskip("efficientnet_lite_pytorch", reason="the recipe needs its backbone")
calibration = pytest.importorskip("recipes.starter.calibration")


@pytest.mark.parametrize("popularity", [0.0, 0.7, 2.0])
def test_recall_is_the_share_of_captions_whose_picture_comes_first(popularity):
    rng = np.random.default_rng(4)
    seen = rng.normal(size=(12, 6)).astype(np.float32)
    several = rng.normal(size=(5, 6)).astype(np.float32)
    general = several.mean(axis=0)
    questions = [
        (seen[i] + rng.normal(size=6).astype(np.float32), frozenset((i,)), False) for i in range(8)
    ]
    questions.append((general, frozenset((9,)), True))  # a label does not count
    hits = 0
    for vector, right, _ in questions[:8]:
        less = vector - popularity * general
        less = less / np.linalg.norm(less)
        cosines = [float(row @ less) for row in seen[:8]]
        hits += cosines.index(max(cosines)) in right
    asked = calibration.Asked(seen, 8, questions, several)
    assert calibration.recalled(asked, popularity) == pytest.approx(hits / 8)
    assert 0 < hits < 8 or popularity


def test_without_captions_nothing_is_recalled():
    rows = np.ones((2, 3), np.float32)
    asked = calibration.Asked(rows, 0, [(rows[0], frozenset((1,)), True)], rows)
    assert calibration.recalled(asked, 0.0) == 0.0
