"""The recipe's losses beside naive float64 loops."""

import math

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the recipe needs torch")
losses = pytest.importorskip("recipes.starter.losses")


def table(seed: int, rows: int = 5, columns: int = 7):
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 2, (rows, columns))
    same = np.zeros((rows, columns), bool)
    for j in range(columns):
        same[j % rows, j] = True
    return logits, same


def naive_side(logits, same):
    total, count = 0.0, 0
    for i in range(len(logits)):
        right = [j for j in range(logits.shape[1]) if same[i, j]]
        if not right:
            continue
        below = math.log(sum(math.exp(v) for v in logits[i]))
        total -= sum(logits[i, j] - below for j in right) / len(right)
        count += 1
    return total / count


@pytest.mark.parametrize("seed", range(3))
def test_contrast_spreads_over_several_right_answers(seed):
    logits, same = table(seed)
    found = losses.contrast(torch.tensor(logits), torch.tensor(same))
    wanted = (naive_side(logits, same) + naive_side(logits.T, same.T)) / 2
    assert float(found) == pytest.approx(wanted, rel=1e-6)


def test_sigmoid_is_a_sum_over_all_pairs():
    logits, same = table(4)
    cosines = np.tanh(logits)
    found = losses.sigmoid(
        torch.tensor(cosines), torch.tensor(same), torch.tensor(10.0), torch.tensor(-5.0)
    )
    wanted = sum(
        math.log1p(math.exp(-(1 if same[i, j] else -1) * (10 * cosines[i, j] - 5)))
        for i in range(len(cosines))
        for j in range(cosines.shape[1])
    ) / len(cosines)
    assert float(found) == pytest.approx(wanted, rel=1e-5)


def test_hard_contrast_without_weight_is_contrast_and_with_it_presses_on_the_nearest():
    logits, same = table(2)
    given, right = torch.tensor(logits), torch.tensor(same)
    plain = losses.contrast(given, right)
    assert float(losses.hard_contrast(given, right, 0.0)) == pytest.approx(float(plain), rel=1e-6)
    weighted = given.clone().requires_grad_()
    losses.hard_contrast(weighted, right, 2.0).backward()
    free = given.clone().requires_grad_()
    losses.contrast(free, right).backward()
    wrong = torch.where(right, -torch.inf, given)
    nearest = int(wrong.flatten().argmax())
    share = weighted.grad.flatten()[nearest] / weighted.grad[~right].sum()
    before = free.grad.flatten()[nearest] / free.grad[~right].sum()
    assert share > before


def test_distilled_is_zero_for_the_teacher_itself():
    logits = torch.tensor(table(1)[0])
    assert float(losses.distilled(logits, torch.softmax(logits, 1))) == pytest.approx(0, abs=1e-9)


def test_nested_vectors_are_unit_prefixes():
    rows = torch.randn(4, 12)
    ((p, t),) = losses.nested(rows, 2 * rows, (5,))
    assert torch.allclose(p, t)
    assert torch.allclose(p.norm(dim=1), torch.ones(4))
    assert torch.allclose(p, rows[:, :5] / rows[:, :5].norm(dim=1, keepdim=True))
