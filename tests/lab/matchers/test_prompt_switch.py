from __future__ import annotations

import numpy as np
import pytest
import torch

from kinolex.errors import UsageError
from kinolex.lab.matchers.base import Sizes, Texts
from kinolex.lab.matchers.prompt_switch import PromptSwitch
from kinolex.testing.matchers import check_matcher
from tests.lab.matchers import naive, naive_tower
from tests.lab.parts import test_captioning

torch.set_num_threads(1)

SIZES = Sizes(dimensions=10, frames=5)


@pytest.mark.parametrize("prompts", [1, 2, 6])
def test_it_keeps_the_promises_of_a_matcher(prompts):
    check_matcher(PromptSwitch, prompts=prompts)


def test_additions_keep_the_promises_of_a_matcher():
    check_matcher(PromptSwitch, gathered=True, captions=0.5, caption_layers=1)


def switched(tokens, count):
    """Before attention: prompt j of frame i and prompt i of frame j, n frames at a time."""
    made = [list(one) for one in tokens]
    for i in range(len(tokens)):
        start = i - i % count
        for j in range(count):
            if start + j < len(tokens):
                made[i][-count + j] = tokens[start + j][-count + i % count]
    return made


def by_loops(w, frames, count):
    picture = naive.part(w, "backbone.picture")
    tokens = [
        naive_tower.embedded(picture, one) + list(w["prompts"][i % count])
        for i, one in enumerate(frames)
    ]
    for number in range(2):
        mine = naive.part(picture, f"layers.{number}")
        read = switched(tokens, count)
        tokens = [
            naive_tower.layer(mine, one, 2, other) for one, other in zip(tokens, read, strict=True)
        ]
    if "gathering.out.weight" in w:
        asked = [token for one in tokens for token in one[-count:]]
        mine = naive.part(w, "gathering")
        found = naive.attention(mine, [one[0] for one in tokens], asked, 2)
        tokens = [[one[0] + more] for one, more in zip(tokens, found, strict=True)]
    return naive_tower.mean_of([naive_tower.pooled(picture, one[0]) for one in tokens])


@pytest.mark.parametrize("gathered", [False, True])
@pytest.mark.parametrize("prompts", [2, 3, 5])
def test_formula(prompts, gathered):
    made = PromptSwitch(SIZES, backbone="32/16-64x2", prompts=prompts, gathered=gathered).double()
    made = naive.shaken(made, scale=0.15)
    videos = naive_tower.videos_of(2, 5)
    found = made.represent_video(videos)["vector"].detach().numpy()
    for v in range(2):
        expected = by_loops(naive.weights(made), naive_tower.frames_of(videos, v), prompts)
        np.testing.assert_allclose(found[v], expected, atol=1e-8)


def test_frames_tell_each_other_something_only_by_the_switch():
    made = naive.shaken(PromptSwitch(SIZES, backbone="32/16-64x2", prompts=2).double(), scale=0.15)
    videos = naive_tower.videos_of(1, 4)
    videos.mask[:] = True
    turned = videos.pixels[:, [0, 2, 1, 3]]
    apart = made.represent_video(videos)["vector"]
    pairs = made.represent_video(type(videos)(videos.frames, videos.mask, pixels=turned))["vector"]
    assert (apart - pairs).abs().max() > 1e-6  # other pairs of frames exchange
    alone = PromptSwitch(SIZES, backbone="32/16-64x2", prompts=1).double()
    naive.shaken(alone, scale=0.15)
    first = alone.represent_video(videos)["vector"]
    again = alone.represent_video(type(videos)(videos.frames, videos.mask, pixels=turned))["vector"]
    torch.testing.assert_close(first, again)


def test_pictures_of_another_size_and_backbones_that_are_none():
    made = PromptSwitch(SIZES)
    videos = naive_tower.videos_of(1, 3, side=48)
    with pytest.raises(UsageError, match="48 x 48 pixels come; the backbone reads 32 x 32"):
        made.represent_video(videos)
    with pytest.raises(UsageError, match="no backbone 'nowhere'"):
        PromptSwitch(SIZES, backbone="nowhere")


def test_captions_are_told_from_the_frames():
    made = PromptSwitch(SIZES, backbone="32/16-64x2", captions=0.3, caption_layers=2).double()
    made = naive.shaken(made, scale=0.15)
    videos = naive_tower.videos_of(2, 4)
    ids = torch.tensor([[5, 3, 7, 40, 77], [5, 9, 40, 77, 77]])
    there = torch.tensor([[True] * 4 + [False], [True] * 3 + [False] * 2])
    texts = Texts(torch.zeros(2, 10), mask=there, ids=ids)
    made.train()
    said, seen = made.represent_text(texts), made.represent_video(videos)
    found = made.extra_losses(said, seen)
    w, rows = naive.weights(made), []
    for t in range(2):
        frames = [x.detach().numpy() for x in seen["frames"][t][seen["mask"][t]]]
        tower = naive.part(w, "backbone.text")
        for n in range(int(there[t].sum()) - 1):
            words = [tower["token.weight"][i] + tower["positions"][p]
                     for p, i in enumerate(ids[t][: n + 1])]  # fmt: skip
            logits = test_captioning.told(naive.part(w, "captioner"), words, frames, 2)[n]
            rows.append(-np.log(naive.softmax(logits)[int(ids[t][n + 1])]))
    assert found.keys() == {"captions"}
    assert found["captions"].item() == pytest.approx(0.3 * np.mean(rows), abs=1e-8)
    made.eval()
    said, seen = made.represent_text(texts), made.represent_video(videos)
    assert made.extra_losses(said, seen) == {}
    assert set(said.tensors) == set(seen.tensors) == {"vector"}
    assert PromptSwitch(SIZES).train().captioner is None


def test_untrained_additions_change_no_score():
    torch.manual_seed(0)
    whole = PromptSwitch(SIZES, gathered=True, captions=0.5).double().eval()
    plain = PromptSwitch(SIZES).double().eval()
    plain.load_state_dict(whole.state_dict(), strict=False)
    videos = naive_tower.videos_of(2, 5)
    found = [one.represent_video(videos)["vector"] for one in (whole, plain)]
    assert torch.equal(*found)
