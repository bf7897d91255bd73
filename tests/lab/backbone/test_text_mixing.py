"""The convolutions around the text layers of MobileCLIP-S0, against loops."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from kinolex.errors import UsageError
from kinolex.lab.backbone.backbone import Backbone
from kinolex.lab.backbone.shape import Layers, PictureShape, Shape, TextShape
from kinolex.lab.backbone.text_mixing import TextMixing

torch.set_num_threads(1)


def normed(weights, name, values):
    """A batch norm in evaluation of (tokens, width)."""
    spread = np.sqrt(weights[f"{name}.running_var"] + 1e-5)
    scaled = (values - weights[f"{name}.running_mean"]) / spread
    return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]


def convolved(kernel, values):
    """Each channel by itself, zeros before the first and behind the last token."""
    count, width = values.shape
    size = kernel.shape[-1]
    found = np.zeros_like(values)
    for place in range(count):
        for channel in range(width):
            for step in range(size):
                other = place + step - size // 2
                if 0 <= other < count:
                    found[place, channel] += kernel[channel, 0, step] * values[other, channel]
    return found


def test_equal_to_loops():
    torch.manual_seed(0)
    mixing = TextMixing(6, 10, 5).double().eval()
    with torch.no_grad():
        for name, one in mixing.state_dict().items():
            if one.is_floating_point():
                one.uniform_(0.5, 1.5) if name.endswith("var") else one.normal_()
    tokens = torch.randn(2, 7, 6, dtype=torch.float64)
    w = {name: one.numpy() for name, one in mixing.state_dict().items()}
    found = mixing(tokens).detach().numpy()
    for row, values in enumerate(tokens.numpy()):
        near = normed(w, "near.batch", convolved(w["near.conv.weight"], values))
        mixed = normed(w, "skip", values) + near - normed(w, "as_is", values)
        values = values + w["mixer_gain"][:, 0] * mixed
        around = normed(w, "around.batch", convolved(w["around.conv.weight"], values))
        inner = around @ w["up.weight"].T + w["up.bias"]
        inner = inner * 0.5 * (1 + np.vectorize(math.erf)(inner / math.sqrt(2)))
        wanted = values + w["after_gain"][:, 0] * (inner @ w["down.weight"].T + w["down.bias"])
        np.testing.assert_allclose(found[row], wanted, atol=1e-10)


def test_the_text_tower_mixes_before_and_behind_its_layers():
    torch.manual_seed(0)
    small = Layers(width=16, count=1, heads=2)
    text = TextShape(small, vocabulary=9, context=6, causal=False, mixed=3)
    backbone = Backbone(Shape(PictureShape(small, image=32), text, dimensions=8)).eval()
    ids = torch.tensor([[1, 2, 3, 8, 0, 0]])
    with torch.no_grad():
        before = backbone.texts(ids).sentences
        for one in (backbone.text.first, backbone.text.last):
            kept = one.after_gain.clone()
            one.after_gain.fill_(1.0)
            assert (backbone.texts(ids).sentences - before).abs().max() > 1e-3
            one.after_gain.copy_(kept)
    # Frozen, its norms keep what they measured.
    backbone.freeze("*")
    backbone.train()
    assert not backbone.text.first.skip.training
    with pytest.raises(UsageError, match="odd number"):
        TextShape(mixed=4)
