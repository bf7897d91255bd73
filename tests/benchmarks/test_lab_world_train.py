"""How `benchmarks.lab_world` trains and judges, on vectors drawn at random."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs kinolex[lab]")

from benchmarks import lab_world_backbone as towers  # noqa: E402
from benchmarks import lab_world_pixels as pixels  # noqa: E402
from benchmarks import lab_world_train as training  # noqa: E402
from benchmarks.lab_world_data import Data, Family, Memory, Pool, captions  # noqa: E402
from benchmarks.lab_world_tables import SEES_ORDER  # noqa: E402
from kinolex.lab.matchers.base import Sizes, Videos, find, matchers  # noqa: E402

torch.set_num_threads(1)

WORDS = ("car", "boat", "tree", "ball", "drum", "fish")
BLIND = (
    "mean-pooling",
    "max-pooling",
    "query-scoring",
    "vote-pooling",
    "x-pool",
    "tefal",
    "contra",
)


def pairs(needs: frozenset[str], count: int = 6) -> Family:
    """Videos of eight random frames, each followed by the same with its halves swapped."""
    drawn = torch.randn(count, 8, 128, generator=torch.Generator().manual_seed(1))
    rows = torch.arange(count * 8).view(-1, 1, 8)
    both = torch.cat([rows, rows.roll(4, dims=2)], dim=1).flatten(0, 1)
    pool = Pool([], drawn, drawn[:, :, None].expand(-1, -1, 16, -1))
    texts = [
        [f"A {one} jumps, then a {other} spins."]
        for at in range(count)
        for one, other in [(WORDS[at], WORDS[at - 1]), (WORDS[at - 1], WORDS[at])]
    ]
    said = captions(Memory(pool, both, needs), texts)
    return Family("order", said, said, said, together=2)


def trained(name: str) -> training.Run:
    family = pairs(training.needs_of(name))
    return training.train(name, family, towers.new(), 0, steps=3, batch=4)


@pytest.mark.parametrize("name", BLIND)
def test_who_does_not_see_order_gets_exactly_half(name: str) -> None:
    run = trained(name)
    found = training.order_asked(run, pairs(training.needs_of(name)).test)
    assert found["text to video"] == found["video to text"] == 0.5
    assert name not in SEES_ORDER


def test_key_frames_tell_order_only_where_frames_are_equal() -> None:
    """Of equal frames the first is taken, so that a video's mean depends on which came first."""
    found = find("me-retriever")(Sizes(8, 8, 0, 4))
    one, other = torch.randn(2, 1, 8, generator=torch.Generator().manual_seed(2))
    three = torch.cat([one, one + other, one, one + other, other, one + other, other, one + other])
    mask = torch.ones(2, 8, dtype=torch.bool)
    equal = torch.stack([three, three.roll(4, dims=0)])
    different = equal + 0.01 * torch.randn(8, 8, generator=torch.Generator().manual_seed(3))
    different[1] = different[0].roll(4, dims=0)
    for frames, same in ((equal, False), (different, True)):
        events = found.represent_video(Videos(frames, mask))["events"].sum(dim=1)
        assert torch.allclose(events[0], events[1], atol=1e-5) == same


def test_who_sees_order_gives_other_scores() -> None:
    run = trained("clip4clip-seq-lstm")
    assert training.order_asked(run, pairs(frozenset()).test)["equal"] < 0.5


def test_prediction_names_matchers() -> None:
    assert set(SEES_ORDER) <= {*matchers(), *pixels.PIXELS}


def test_right_answers_are_those_of_a_loop() -> None:
    random = np.random.default_rng(0)
    own, by_text, by_video = random.integers(0, 3, (3, 50)).astype(np.float32)
    found = training.order_right(own, by_text, by_video)
    for name, other in (("text to video", by_text), ("video to text", by_video)):
        points = [1 if a > b else 0.5 if a == b else 0 for a, b in zip(own, other, strict=True)]
        assert found[name] == pytest.approx(sum(points) / 50)


def test_pairs_stay_together_in_a_batch() -> None:
    family = pairs(frozenset())
    batches = training.Together(family.train, batch=4)
    batches.count = 2
    seen = []
    for number in range(batches.per_epoch):
        plan = batches.plan(number)
        assert [int(one) ^ 1 for one in plan.videos[::2]] == plan.videos[1::2].tolist()
        assert plan.texts.tolist() == plan.videos.tolist()
        seen += plan.videos.tolist()
    assert sorted(seen) == list(range(12))


def test_frames_of_films_are_those_of_their_clips(tmp_path: Path) -> None:
    sizes = {"train": 24, "val": 16, "test": 16, "gallery": 8, "pairs": 4, "asked": 4, "twins": 4}
    data = Data(towers.new().eval(), tmp_path, sizes)
    pool, family = data.clips("test"), data.distractors()
    seen = family.test.source.videos(["3"]).frames[0]
    assert seen.shape == (24, 128)
    found = [
        row
        for row in range(len(pool.scenes))
        for at in range(0, 24, 3)
        if torch.equal(seen[at : at + 3], pool.frames[row][[1, 4, 6]])
    ]
    assert len(found) == 8
    assert 3 in found


def test_every_word_of_the_world_is_known() -> None:
    from benchmarks import lab_world_scenes as scenes
    from kinolex.world.words.telling import caption

    for scene in scenes.clips("train", 40):
        for style in ("long", "paragraph"):
            ids = towers.numbers([caption(scene, style, 1)])
            assert not (ids == towers.UNKNOWN).any()
            assert int(ids.max()) == towers.FIRST + len(towers.vocabulary())


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Family:
    """A few pairs of videos in both orders, as pixels."""
    sizes = {"train": 24, "val": 16, "test": 16, "gallery": 8, "pairs": 4, "asked": 4, "twins": 4}
    made = Data(towers.new().eval(), tmp_path_factory.mktemp("drawn"), {**sizes, "val": 4})
    return made.order().fed(frozenset({"pixels"}))


def test_pixels_are_those_of_the_vectors(drawn: Family) -> None:
    """What the tower makes of the pixels of a video is what is kept of it."""
    seen = drawn.test.source.videos(["0", "1"])
    assert seen.pixels is not None
    assert seen.pixels.shape == (2, 8, 3, towers.SIZE, towers.SIZE)
    assert torch.equal(seen.pixels[1], seen.pixels[0].roll(4, dims=0))
    with torch.no_grad():
        found = torch.nn.functional.normalize(towers.new().eval().videos(seen.pixels).frames, dim=2)
    assert torch.allclose(10 * found, seen.frames, atol=1e-4)


@pytest.mark.parametrize("name", pixels.PIXELS)
def test_pixel_rows_learn_what_the_page_says(name: str, drawn: Family) -> None:
    """All train the text tower; who leaves the picture tower alone leaves every number of it."""
    given = towers.new().eval()
    run = training.train(name, drawn, given, 0, steps=2, batch=4)
    own = run.model.backbone or run.model.matcher.backbone
    same = {
        side: all(
            torch.equal(one, other)
            for one, other in zip(
                getattr(own, side).parameters(), getattr(given, side).parameters(), strict=True
            )
        )
        for side in ("picture", "text")
    }
    assert not same["text"]
    assert same["picture"] == (name in ("vop", "vop-f-p", "tempme"))
    asked = training.order_asked(run, drawn.test)
    if name in ("vop", "mean-pooling-trained"):
        assert asked["text to video"] == asked["video to text"] == 0.5
    else:
        assert asked["equal"] < 1
        assert name in SEES_ORDER


def test_rates_of_positions_are_of_prompts_places_and_times_alone() -> None:
    found = {}
    for name in pixels.PIXELS:
        settings = training.settings_of(name, 0, 2, 4)
        made = pixels.model(name, settings, Sizes(128, 8, 16, towers.WORDS), towers.new())
        rates = pixels.rates(name, made, 1.0)
        found[name] = {one.split(".")[1] for one, rate in rates.items() if rate == 1.0}
        slow = {one for one, rate in rates.items() if rate != 1.0}
        assert all("backbone.picture." in one for one in slow)
        assert bool(slow) == (name in ("mean-pooling-trained", "prompt-switch", "frozen-in-time"))
    assert found == {
        "mean-pooling-trained": set(),
        "vop": {"seen", "said"},
        "vop-f-p": {"seen", "said", "placed", "together", "places"},
        "tempme": {"places"},
        "prompt-switch": {"prompts"},
        "frozen-in-time": {"times"},
    }
