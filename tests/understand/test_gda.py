from __future__ import annotations

import math

import numpy as np
import pytest

from kinolex.understand.gda import fit, precision


def by_hand(
    examples: list[list[list[float]]],
) -> tuple[list[list[float]], list[float]]:
    """Weights (k, d) and bias (k) of the published estimator, in loops over plain numbers."""
    size, classes = len(examples[0][0]), len(examples)
    means = [[sum(x[i] for x in rows) / len(rows) for i in range(size)] for rows in examples]
    centred = [
        [x[i] - mean[i] for i in range(size)]
        for rows, mean in zip(examples, means, strict=True)
        for x in rows
    ]
    count = len(centred)
    middle = [sum(x[i] for x in centred) / count for i in range(size)]
    covariance = [
        [
            sum((x[i] - middle[i]) * (x[j] - middle[j]) for x in centred) / (count - 1)
            for j in range(size)
        ]
        for i in range(size)
    ]
    trace = sum(covariance[i][i] for i in range(size))
    ridge = [
        [(count - 1) * covariance[i][j] + (trace if i == j else 0.0) for j in range(size)]
        for i in range(size)
    ]
    weights, bias = [], []
    for mean in means:  # d * ridge^-1 mean, by elimination
        solved = eliminated([row[:] for row in ridge], [size * value for value in mean])
        weights.append(solved)
        product = sum(m * w for m, w in zip(mean, solved, strict=True))
        bias.append(math.log(1 / classes) - product / 2)
    return weights, bias


def eliminated(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Solve by Gauss and Jordan; the matrix is positive definite."""
    size = len(right)
    for i in range(size):
        scale = matrix[i][i]
        matrix[i] = [value / scale for value in matrix[i]]
        right[i] /= scale
        for j in range(size):
            if j != i:
                factor = matrix[j][i]
                matrix[j] = [a - factor * b for a, b in zip(matrix[j], matrix[i], strict=True)]
                right[j] -= factor * right[i]
    return right


@pytest.mark.parametrize(("classes", "each", "size"), [(2, 2, 3), (3, 5, 8), (4, 3, 24)])
def test_it_is_the_published_estimator(classes: int, each: int, size: int) -> None:
    random = np.random.default_rng(classes)
    rows = [random.normal(k, 1, (each + k, size)) for k in range(classes)]
    rows = [r / np.linalg.norm(r, axis=1, keepdims=True) for r in rows]
    found = fit(rows, [])
    weights, bias = by_hand([r.tolist() for r in rows])
    assert np.allclose(found.weights.T, weights, rtol=1e-8)
    assert np.allclose(found.bias, bias, rtol=1e-8)
    asked = random.normal(size=(7, size))
    wanted = [[sum(w * x for w, x in zip(ws, one, strict=True)) + b
               for ws, b in zip(weights, bias, strict=True)] for one in asked]  # fmt: skip
    assert np.allclose(found.logits(asked), wanted)


def test_shared_spread_is_not_taken_for_a_difference() -> None:
    """Along one axis everything varies much; the mean of four examples alone is led astray."""
    random = np.random.default_rng(1)
    spread = np.ones(16) * 0.05
    spread[0] = 2.0
    centres = np.zeros((2, 16))
    centres[0, 1], centres[1, 1] = 0.3, -0.3
    train = [c + random.normal(size=(8, 16)) * spread for c in centres]
    tests = [c + random.normal(size=(500, 16)) * spread for c in centres]
    found = fit(train, [])
    means = np.stack([t.mean(axis=0) for t in train])

    def right(guess: object) -> float:
        return float(np.mean([np.mean(guess(t) == k) for k, t in enumerate(tests)]))  # type: ignore[operator]

    nearest = right(lambda t: ((t[:, None] - means) ** 2).sum(axis=2).argmin(axis=1))
    ours = right(lambda t: found.logits(t).argmax(axis=1))
    assert ours > 0.95
    assert nearest < 0.8


def test_one_example_a_class_takes_the_spread_of_others() -> None:
    random = np.random.default_rng(2)
    others = random.normal(size=(200, 4)) * [3, 0.1, 0.1, 0.1]
    rows = [np.array([[2.0, 0.3, 0, 0]]), np.array([[-2.0, -0.3, 0, 0]])]
    asked = [[-1.0, 0.3, 0, 0]]  # nearer to the second, but for the axis along which all spread
    assert fit(rows, others).logits(asked).argmax() == 0
    assert fit(rows, []).logits(asked).argmax() == 1
    assert precision(np.zeros((5, 4))) is None
    assert precision(np.ones((1, 4))) is None
