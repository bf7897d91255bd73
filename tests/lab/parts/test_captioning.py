from __future__ import annotations

import numpy as np
import pytest
import torch

from kinolex.lab.backbone.shape import Layers, TextShape
from kinolex.lab.backbone.text import TextTower
from kinolex.lab.parts.captioning import Captioner, next_words
from tests.lab.matchers import naive

torch.set_num_threads(1)


def heard(w, asking, asked, heads):
    """torch's own attention: one matrix of queries, keys and values."""
    parts = np.split(w["in_proj_weight"], 3), np.split(w["in_proj_bias"], 3)
    named = {}
    for name, weight, bias in zip(("queries", "keys", "values"), *parts, strict=True):
        named |= {f"{name}.weight": weight, f"{name}.bias": bias}
    named |= {f"out.{n}": w[f"out_proj.{n}"] for n in ("weight", "bias")}
    return naive.attention(named, asking, asked, heads)


def told(w, words, frames, heads):
    """Logits behind the last of some words, which see each other only backwards."""
    seen = [naive.linear(naive.part(w, "seen"), x) if "seen.weight" in w else x for x in frames]
    tokens = [naive.layer_norm(naive.part(w, "before"), x) for x in words]
    number = 0
    while f"decoder.layers.{number}.norm1.weight" in w:
        mine = naive.part(w, f"decoder.layers.{number}")
        norms = [naive.part(mine, f"norm{n}") for n in (1, 2, 3)]
        found = [heard(naive.part(mine, "self_attn"), [x], tokens[: n + 1], heads)[0]
                 for n, x in enumerate(tokens)]  # fmt: skip
        tokens = [naive.layer_norm(norms[0], x + y) for x, y in zip(tokens, found, strict=True)]
        found = heard(naive.part(mine, "multihead_attn"), tokens, seen, heads)
        tokens = [naive.layer_norm(norms[1], x + y) for x, y in zip(tokens, found, strict=True)]
        wide = [naive.relu(naive.linear(naive.part(mine, "linear1"), x)) for x in tokens]
        found = [naive.linear(naive.part(mine, "linear2"), x) for x in wide]
        tokens = [naive.layer_norm(norms[2], x + y) for x, y in zip(tokens, found, strict=True)]
        number += 1
    tokens = [naive.layer_norm(naive.part(w, "decoder.norm"), x) for x in tokens]
    return [naive.linear(naive.part(w, "head"), x) for x in tokens]


def tower(vocabulary=11):
    return TextTower(TextShape(Layers(8, 1, 2, 12), vocabulary, 6), 8)


@pytest.mark.parametrize("dimensions", [8, 5])
def test_logits_are_those_of_loops(dimensions):
    torch.manual_seed(0)
    made = naive.shaken(Captioner(tower(), dimensions, layers=2)).double()
    words, frames = torch.randn(1, 4, 8), torch.randn(1, 3, dimensions)
    mask = torch.tensor([[True, True, False]])
    found = made(words.double(), frames.double(), mask)[0].detach().numpy()
    given = [x.double().numpy() for x in words[0]], [x.double().numpy() for x in frames[0, :2]]
    np.testing.assert_allclose(found, told(naive.weights(made), *given, 2), atol=1e-9)


def test_the_last_map_starts_as_the_towers_tokens():
    text = tower()
    made = Captioner(text, 8)
    assert torch.equal(made.head.weight, text.token.weight)
    assert not made.head.bias.any()
    assert made.head.weight.data_ptr() != text.token.weight.data_ptr()


def test_frequent_words_of_clip_count_a_quarter():
    with torch.device("meta"):
        text = tower(49_408)
    made = Captioner(text.to_empty(device="cpu"), 8)
    assert sorted(made.weights.unique().tolist()) == [0.25, 1.0]
    # "a", "the" and the end of a text; "photo" and "dog" are not frequent.
    assert made.weights[[320, 518, 49_407, 1125, 1929]].tolist() == [0.25] * 3 + [1.0] * 2
    assert int((made.weights < 1).sum()) == 19
    assert Captioner(tower(), 8).weights.tolist() == [1.0] * 11


def test_loss_is_the_weighted_mean_over_what_follows():
    torch.manual_seed(0)
    logits, weights = torch.randn(2, 3, 5).double(), torch.tensor([1.0, 0.25, 1.0, 2.0, 1.0])
    ids = torch.tensor([[0, 3, 1, 4], [2, 1, 0, 0]])
    there = torch.tensor([[True] * 4, [True, True, False, False]])
    total = over = 0.0
    for row, place in ((0, 0), (0, 1), (0, 2), (1, 0)):
        right = int(ids[row, place + 1])
        share = naive.softmax(logits[row, place].numpy())[right]
        total -= weights[right].item() * np.log(share)
        over += weights[right].item()
    found = next_words(logits, ids, there, weights)
    assert found.item() == pytest.approx(total / over, abs=1e-9)
