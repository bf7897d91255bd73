from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest

from kinolex.library.vectors import VectorTable
from kinolex.search.likeness import Likeness, words_prior
from kinolex.search.pictures import FrameTable, PictureQuestion
from kinolex.understand import chances as module
from kinolex.understand.chances import Rivals, chances, question
from kinolex.understand.gda import Gda

Rows = npt.NDArray[np.float64]


def unit(rows: Rows) -> npt.NDArray[np.float32]:
    return (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)


def table_of(rows: Rows) -> VectorTable:
    kept = unit(rows).astype(np.float16)
    count = len(kept)
    return VectorTable(["v"], np.array([0, count]), np.arange(count, dtype=float), None, kept)


def asked_of(rows: Rows, deviation: float = 0.1) -> list[PictureQuestion]:
    return [PictureQuestion(row, Likeness(0.02 * k, deviation)) for k, row in enumerate(unit(rows))]


def by_hand(
    table: VectorTable, asked: list[PictureQuestion], cut: list[bool], *, none: bool
) -> tuple[list[list[float]], list[float]]:
    """Probabilities of each frame and class, and of none, in loops over single numbers."""
    count, classes = len(table), len(asked)
    line = math.sqrt(2 * math.log(max(count * classes / 5, 3))) + 0.5
    scores = [[0.0] * classes for _ in range(count)]
    for i in range(count):
        for k, one in enumerate(asked):
            pairs = zip(table.rows[i].astype(float), one.vector.astype(float), strict=True)
            cosine = min(max(sum(a * b for a, b in pairs), -0.99), 0.99)
            mean, spread = one.background.mean, one.background.deviation
            far = math.atanh(cosine) - math.atanh(mean)
            scores[i][k] = far * (1 - mean * mean) / spread
    sure, nothing = [], []
    for i in range(count):
        before = i if i == 0 or cut[i] else i - 1
        after = i if i == count - 1 or cut[i + 1] else i + 1
        odds = []
        for k in range(classes):
            value = 0.5 * scores[i][k] + 0.25 * scores[before][k] + 0.25 * scores[after][k]
            odds.append(math.exp(min(max(1.8 * (value - line), -29.9), 29.9)))
        total = sum(odds) + none
        sure.append([o / total for o in odds])
        nothing.append(1 / total if none else 0.0)
    return sure, nothing


@pytest.mark.parametrize("none", [True, False])
@pytest.mark.parametrize("numbers", [4_000_000, 12])
def test_against_a_loop(monkeypatch: pytest.MonkeyPatch, none: bool, numbers: int) -> None:
    """Also where the frames are gone through in pieces of three."""
    monkeypatch.setattr(module, "_NUMBERS", numbers)
    random = np.random.default_rng(0)
    classes = random.normal(size=(4, 12))
    frames = np.repeat(classes[[0, 2, 3]], 5, axis=0) + 0.5 * random.normal(size=(15, 12))
    table, asked = table_of(frames), asked_of(classes, 0.25)
    cut = np.zeros(15, bool)
    cut[[5, 11]] = True
    lengths = random.uniform(0.5, 2, 15)
    found = chances(table, np.arange(15), asked, none=none, cut=cut, lengths=lengths)
    sure, nothing = by_hand(table, asked, cut.tolist(), none=none)
    expected = np.array(sure)
    assert found.best.tolist() == expected.argmax(axis=1).tolist()
    assert np.allclose(found.chance, expected.max(axis=1), atol=1e-4)
    assert np.allclose(found.none, nothing, atol=1e-4)
    assert np.allclose(found.top, expected.max(axis=0), atol=1e-4)
    assert np.allclose(found.share, lengths / lengths.sum() @ expected, atol=1e-4)
    assert len(set(found.best.tolist())) == 3


def questions(
    table: FrameTable, classes: npt.NDArray[np.float32], random: np.random.Generator
) -> list[PictureQuestion]:
    """With the prior of two dozen other questions, as the engine has it."""
    prior = words_prior(unit(random.normal(size=(24, classes.shape[1]))), table.sample)
    return [question(table, [row], [prior]) for row in classes]


@pytest.mark.parametrize("classes", [1, 10, 200])
def test_unrelated_frames_show_none(classes: int) -> None:
    """Neither more frames nor more classes are more false alarms."""
    random = np.random.default_rng(classes)
    alike = np.repeat(random.normal(size=(300, 64)), 5, axis=0)  # as neighbouring frames are
    frames = FrameTable(table_of(alike))
    asked = questions(frames, unit(random.normal(size=(classes, 64))), random)
    found = chances(frames.table, np.arange(1500), asked)
    assert (found.none > 0.5).mean() > 0.995
    assert found.share.sum() < 0.1


def test_what_stands_out_is_found_among_many_classes() -> None:
    random = np.random.default_rng(5)
    frames, classes = random.normal(size=(1500, 64)), random.normal(size=(100, 64))
    frames[300:330] += 2.5 * classes[42]
    table = FrameTable(table_of(frames))
    asked = questions(table, unit(classes), random)
    found = chances(table.table, np.arange(1500), asked)
    inside = np.arange(301, 329)
    assert (found.best[inside] == 42).all()
    assert (found.chance[inside] > 0.9).all()
    assert np.delete(found.none, np.arange(299, 331)).min() > 0.5


def test_classes_that_are_not_known_get_nothing() -> None:
    random = np.random.default_rng(6)
    classes = random.normal(size=(3, 16))
    table = table_of(np.repeat(classes[:1], 6, axis=0))
    known = np.array([False, True, True])
    found = chances(table, np.arange(6), asked_of(classes), known=known, none=False)
    assert found.top[0] == 0
    assert found.share.sum() == pytest.approx(1)


def test_rivals_share_out_what_is_not_none() -> None:
    """The odds say how much is none; the classifier says of which class the rest is."""
    random = np.random.default_rng(7)
    classes = random.normal(size=(3, 16))
    table, asked = table_of(np.repeat(classes[:1], 6, axis=0)), asked_of(classes)
    alone = chances(table, np.arange(6), asked)
    told = Gda(np.zeros((16, 3)), np.array([0.0, 1.0, 2.0]))
    found = chances(table, np.arange(6), asked, rivals=Rivals(told))
    assert np.allclose(found.none, alone.none)
    wanted = np.exp([0, 1, 2]) / np.exp([0, 1, 2]).sum()
    assert np.allclose(found.top, wanted * (1 - alone.none.min()))
    none_at_all = chances(table, np.arange(6), asked, rivals=Rivals(told, alpha=0.0))
    assert np.allclose(none_at_all.top, (1 - alone.none.min()) / 3)
    words = chances(table, np.arange(6), asked, rivals=Rivals(told, 0.0, asked))
    assert words.best.tolist() == alone.best.tolist() == [0] * 6
