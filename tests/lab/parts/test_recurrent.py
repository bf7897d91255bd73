from __future__ import annotations

import numpy as np
import torch

from kinolex.lab.parts.recurrent import BothWays, Recurrent
from tests.lab.matchers import naive


def test_it_starts_as_the_identity_and_learns():
    torch.manual_seed(0)
    frames = torch.randn(2, 5, 6)
    part = Recurrent(6)
    found = part(frames)
    assert torch.equal(found, frames)
    closed = [not w[at * 6 : (at + 1) * 6].any() for w in part.parameters() for at in range(4)]
    assert closed == [False, False, True, False] * 4
    (found * torch.randn_like(found)).sum().backward()
    # What comes from the output before is zero still, and moves from the second step on.
    reached = {name: bool(w.grad[12:18].any()) for name, w in part.lstm.named_parameters()}
    assert [name for name, found in reached.items() if not found] == ["weight_hh_l0"]


def test_the_past_counts_and_the_future_does_not():
    torch.manual_seed(0)
    part = Recurrent(4)
    with torch.no_grad():
        for weight in part.parameters():
            weight.normal_()
    frames = torch.randn(1, 5, 4)
    other = frames.clone()
    other[:, 2] = 0
    apart = (part(frames) - part(other)).abs().amax(dim=-1)[0]
    assert not apart[:2].any()
    assert apart[2:].all()


def test_both_ways_are_loops_and_padding_is_not_read():
    torch.manual_seed(0)
    part = BothWays(4, 3).double()
    frames = torch.randn(2, 5, 4, dtype=torch.float64)
    mask = torch.arange(5) < torch.tensor([[5], [3]])
    found = part(frames, mask).detach().numpy()
    w = naive.weights(part)
    for row, count in enumerate((5, 3)):
        given = list(frames[row, :count].numpy())
        forth = naive.lstm(naive.part(w, "forwards"), given)
        back = naive.lstm(naive.part(w, "backwards"), given[::-1])[::-1]
        expected = [np.concatenate(one) for one in zip(forth, back, strict=True)]
        np.testing.assert_allclose(found[row, :count], expected, atol=1e-12)
