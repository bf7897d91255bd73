from __future__ import annotations

import numpy as np
import pytest
import torch

from kinolex.errors import UsageError
from kinolex.lab.matchers.base import Sizes, Texts, Videos
from kinolex.lab.matchers.vop import Vop
from kinolex.testing.matchers import check_matcher
from tests.lab.matchers import naive, naive_tower

torch.set_num_threads(1)

SIZES = Sizes(dimensions=10, frames=4)


KINDS = {
    "VoP": {},
    "VoP-P": {"positions": True},
    "VoP-C": {"context": True},
    "VoP-F": {"together": 1},
    "VoP-F+P": {"together": 1, "positions": True},
    "VoP-F+C": {"together": 1, "context": True},
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("frozen", [False, True])
def test_it_keeps_the_promises_of_a_matcher(kind, frozen):
    check_matcher(Vop, frozen=frozen, **KINDS[kind])


def made_of(w, firsts):
    """Prompts that the recurrent network makes, of each frame."""
    ways = []
    for name, order in (("forwards", firsts), ("backwards", firsts[::-1])):
        ways.append(naive.lstm(naive.part(w, f"recurrent.{name}"), order))
    both = [np.concatenate(one) for one in zip(ways[0], ways[1][::-1], strict=True)]
    return [naive.linear(naive.part(w, "out"), one).reshape(-1, len(firsts[0])) for one in both]


def by_loops(w, pictures, positions=False, context=False, together=0, layers=3):
    tower = naive.part(w, "backbone.picture")
    videos = [naive_tower.embedded(tower, picture) for picture in pictures]
    for number in range(layers - together):
        mine = naive.part(tower, f"layers.{number}")
        more = made_of(naive.part(w, "context"), [one[0] for one in videos]) if context else None
        for f, tokens in enumerate(videos):
            prompts = list(w["seen"][number])
            prompts += list(w["placed"][number][f]) if positions else []
            prompts += list(more[f]) if context else []
            if number == 0:
                prompts = [naive.layer_norm(naive.part(tower, "norm_before"), p) for p in prompts]
            tokens = naive_tower.layer(mine, [tokens[0], *prompts, *tokens[1:]], 2)
            videos[f] = [tokens[0], *tokens[1 + len(prompts) :]]
    each = len(videos[0])
    places = w["places"] if together else np.zeros((len(videos), 1))
    tokens = [token + place for one, place in zip(videos, places, strict=False) for token in one]
    for number in range(layers - together, layers):
        mine, prompts = naive.part(tower, f"layers.{number}"), w["together"][number - layers]
        tokens = naive_tower.layer(mine, [*tokens, *prompts], 2)[: len(tokens)]
    firsts = tokens[::each]
    return naive_tower.mean_of([naive_tower.pooled(tower, one) for one in firsts])


@pytest.mark.parametrize("kind", [*KINDS, "VoP-F of two"])
def test_formula_of_videos(kind):
    settings = KINDS.get(kind, {"together": 2})
    made = Vop(SIZES, backbone="32/16-64x3", pictures=3, special=2, **settings).double()
    naive.shaken(made, scale=0.15)
    videos = naive_tower.videos_of(2, 4)
    found = made.represent_video(videos)["vector"].detach().numpy()
    for v in range(2):
        expected = by_loops(naive.weights(made), naive_tower.frames_of(videos, v), **settings)
        np.testing.assert_allclose(found[v], expected, atol=1e-8)


def test_frames_know_of_each_other_by_context_and_where_they_are_read_together():
    videos = naive_tower.videos_of(1, 4)
    videos.mask[:] = True
    other = Videos(videos.frames, videos.mask, pixels=videos.pixels.clone())
    other.pixels[0, 3] = 0

    def first_frame(made, given):
        kept = []
        hook = made.backbone.picture.projection.register_forward_hook(
            lambda module, taken, found: kept.append(found.detach())
        )
        made.represent_video(given)
        hook.remove()
        return kept[0][0]

    for settings, knows in ((KINDS["VoP"], False), (KINDS["VoP-P"], False),
                            (KINDS["VoP-C"], True), (KINDS["VoP-F"], True)):  # fmt: skip
        made = naive.shaken(Vop(SIZES, **settings).double())
        before, after = (first_frame(made, given) for given in (videos, other))
        assert ((before - after).abs().max().item() > 1e-6) is knows


def test_context_starts_without_looking():
    torch.manual_seed(0)
    made = Vop(SIZES, context=True).double()
    first, mask = torch.randn(2, 4, 64).double(), torch.ones(2, 4).bool()
    found = made.context(first[..., : made.seen.shape[-1]], mask)
    assert torch.equal(found, found[:1].expand_as(found))
    assert 0.01 < found.std().item() < 0.03


TABLE = {"VoP": 0.103, "VoP-P": 0.441, "VoP-C": 11.898, "VoP-F": 0.103, "VoP-F+P": 0.328}
"""Per cent of 119.8 million numbers, by table 1 of the paper; what it says of VoP-F+C (11.785) is
less than what makes the context in VoP-C alone."""


@pytest.mark.parametrize("kind", TABLE)
def test_as_many_numbers_are_learnt_as_in_table_1(kind):
    settings = {**KINDS[kind], "together": 4} if "F" in kind else KINDS[kind]
    with torch.device("meta"):
        made = Vop(Sizes(512, frames=12), backbone="224/32-768x12", words=8, **settings)
    learnt = {name: one.numel() for name, one in made.named_parameters() if one.requires_grad}
    # Words are 512 wide there; positions of frames are not counted.
    total = sum(learnt.values()) - learnt["said"] * 256 // 768 - learnt.get("places", 0)
    assert 100 * total / 119.8e6 == pytest.approx(TABLE[kind], abs=0.0006, rel=5e-4)


def test_what_does_not_go_together():
    with pytest.raises(UsageError, match="in 2 of 2 layers"):
        Vop(SIZES, together=2)
    with pytest.raises(UsageError, match="not on both"):
        Vop(SIZES, positions=True, context=True)
    with pytest.raises(UsageError, match="9 of 8 prompts"):
        Vop(SIZES, context=True, special=9)


def test_formula_of_texts():
    made = Vop(SIZES, backbone="32/16-64x2", words=2).double()
    naive.shaken(made, scale=0.15)
    ids = torch.tensor([[5, 3, 7, 40, 0, 0], [5, 9, 40, 0, 0, 0]])
    mask = torch.tensor([[True] * 4 + [False] * 2, [True] * 3 + [False] * 3])
    texts = Texts(torch.zeros(2, 10), mask=mask, ids=ids)
    found = made.represent_text(texts)["vector"].detach().numpy()
    w = naive.weights(made)
    tower = naive.part(w, "backbone.text")
    for t in range(2):
        tokens = [tower["token.weight"][i] + tower["positions"][n] for n, i in enumerate(ids[t])]
        for number in range(2):
            tokens = [tokens[0], *w["said"][number], *tokens[1:]]
            mine = naive.part(tower, f"layers.{number}")
            # Causal: each token only hears those up to itself.
            tokens = [naive_tower.layer(mine, tokens[: n + 1], 2)[-1] for n in range(len(tokens))]
            tokens = [tokens[0], *tokens[3:]]
        end = int(mask[t].sum()) - 1
        np.testing.assert_allclose(
            found[t], naive.unit(naive_tower.pooled(tower, tokens[end])), atol=1e-8
        )


def test_only_prompts_are_learnt():
    made = Vop(Sizes(dimensions=16), backbone="32/16-64x3", pictures=5, words=4)
    trained = {name: one.numel() for name, one in made.named_parameters() if one.requires_grad}
    assert trained == {"seen": 3 * 5 * 64, "said": 3 * 4 * 64}


def test_order_counts_with_positions_only():
    videos = naive_tower.videos_of(2, 4)[torch.tensor([0])]
    back = Videos(videos.frames, videos.mask, pixels=videos.pixels.flip(1))
    for positions in (False, True):
        made = naive.shaken(Vop(SIZES, positions=positions).double())
        apart = made.represent_video(videos)["vector"] - made.represent_video(back)["vector"]
        assert (apart.abs().max().item() > 1e-4) is positions


def test_more_frames_than_there_are_prompts_for():
    with pytest.raises(UsageError, match="at most 4 frames"):
        Vop(SIZES).represent_video(naive_tower.videos_of(1, 7))
