"""Recall and accuracy of the recipe beside counting by hand."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the recipe needs torch")
measure = pytest.importorskip("recipes.starter.measure")


def test_recall_counts_ranks_of_the_right_picture():
    rng = np.random.default_rng(0)
    pictures = rng.normal(size=(20, 6))
    owner = rng.permutation(np.repeat(np.arange(20), 2))
    texts = pictures[owner] + rng.normal(0, 1.2, (40, 6))
    found = measure.recall(torch.tensor(texts), torch.tensor(pictures), torch.tensor(owner))
    scores = texts @ pictures.T
    ranks = [sum(row > row[o]) for row, o in zip(scores, owner, strict=True)]
    for k in (1, 5, 10):
        assert found[f"t2i R@{k}"] == pytest.approx(100 * np.mean([r < k for r in ranks]))
    back = []
    for i, column in enumerate(scores.T):
        best = max(column[owner == i])
        back.append(sum(column[owner != i] > best))
    for k in (1, 5, 10):
        assert found[f"i2t R@{k}"] == pytest.approx(100 * np.mean([r < k for r in back]))


def test_ties_count_half():
    same = torch.ones(3, 2)
    found = measure.recall(same, same, torch.arange(3))
    assert found["t2i R@1"] == 0
    assert found["t2i MdR"] == 2


def test_accuracy_looks_among_five():
    classes = torch.eye(8)
    pictures = classes + 0.1 * classes.roll(1, 0)
    found = measure.accuracy(pictures, classes, torch.arange(8))
    assert found == {"top-1": 100, "top-5": 100}
    assert measure.accuracy(pictures, classes, torch.arange(8).roll(-1))["top-1"] == 0
