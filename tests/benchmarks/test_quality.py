"""What `make bench-quality` computes, beside plain loops and simulation."""

import random
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.harness import Table
from benchmarks.quality_asked import chance_of, rank_of
from benchmarks.quality_chance import Said, bins, error
from benchmarks.quality_clips import area
from benchmarks.quality_hubs import precision
from benchmarks.quality_labels import CLASSES
from benchmarks.quality_pictures import recall
from benchmarks.quality_seeds import beside
from benchmarks.quality_windows import near, windowed

few = st.lists(st.integers(0, 5), min_size=1, max_size=12)


@given(few, few)
def test_area_is_how_often_a_present_question_is_above(yes, no):
    wins = [1.0 if a > b else 0.5 if a == b else 0.0 for a in yes for b in no]
    assert area(yes, no) == pytest.approx(statistics.mean(wins))


@given(st.integers(0, 10_000))
def test_precision_is_averaged_over_the_right_ones(seed):
    rng = np.random.default_rng(seed)
    scores = rng.permutation(20).reshape(2, 10).astype(np.float32)
    right = rng.random((2, 10)) < 0.4
    right[:, 3] = True
    wanted = []
    for row, own in zip(scores.tolist(), right.tolist(), strict=True):
        order = sorted(range(10), key=lambda i: -row[i])
        places = [n for n, i in enumerate(order, 1) if own[i]]
        wanted.append(statistics.mean(k / n for k, n in enumerate(places, 1)))
    assert precision(scores, right) == pytest.approx(statistics.mean(wanted))


@given(st.integers(0, 10_000))
def test_recall_counts_half_of_those_that_are_equal(seed):
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 4, (12, 6)).astype(np.float32)
    owners = rng.permutation([*range(6), *range(6)]).tolist()
    for direction, rows, right in (
        ("t2v", scores.tolist(), [{i} for i in owners]),
        ("v2t", scores.T.tolist(), [{n for n, i in enumerate(owners) if i == v} for v in range(6)]),
    ):
        found = recall(scores, owners, direction)
        for row, good, rank in zip(rows, right, found.ranks, strict=True):
            best = []
            for place in good:
                above = sum(v > row[place] for v in row)
                best.append(above + (row.count(row[place]) - 1) / 2)
            assert rank == min(best)
        assert found.at[5] == pytest.approx(100 * statistics.mean(r <= 4 for r in found.ranks))


@pytest.mark.parametrize(("right", "of"), [(1, 26), (2, 26), (5, 8)])
def test_the_chance_of_a_reciprocal_rank_is_what_shuffling_gives(right, of):
    draw = random.Random(right)
    ranks = [min(draw.sample(range(1, of + 1), right)) for _ in range(20_000)]
    assert chance_of(right, of) == pytest.approx(statistics.mean(1 / r for r in ranks), abs=0.01)


def test_rank_is_of_the_best_right_clip():
    assert rank_of({"a": 1.0, "b": 3.0, "c": 2.0, "d": 0.0}, ("c", "d")) == 2


def test_calibration_error_of_chances_that_hold_and_of_some_that_do_not():
    holds = [Said(0.9, i < 9) for i in range(10)] + [Said(0.15, i < 3) for i in range(20)]
    assert error(holds) == pytest.approx(0.0)
    assert [count for _, _, count in bins(holds)] == [20, 10]
    assert error([Said(1.0, False)] * 4) == pytest.approx(1.0)
    assert error([Said(0.8, True)] * 3 + [Said(0.2, True)]) == pytest.approx(
        0.25 * 0.8 + 0.75 * 0.2
    )


def test_a_clip_has_one_class():
    files = [file for several in CLASSES.values() for file in several]
    assert len(files) == len(set(files)) == 26


def test_windows_are_means_over_frames_near_in_time():
    times = np.array([0.0, 1.0, 2.0, 5.0])
    vectors = np.random.default_rng(0).normal(size=(4, 3))
    found = windowed(vectors, times, 1.0)
    for i, some in enumerate(([0, 1], [0, 1, 2], [1, 2], [3])):
        mean = sum(vectors[j] for j in some) / len(some)
        assert found[i] == pytest.approx(mean / sum(x * x for x in mean) ** 0.5)
    assert near(times, 0.0) == pytest.approx(np.eye(4))


def test_seeds_are_laid_side_by_side():
    """Only what every model has; median and spread over the models."""
    models = []
    for value in (3.0, 1.0, 2.0):
        pictures, clips = Table("quality"), Table("quality")
        pictures.add("recall", value, "%", "30")
        clips.add("rank", value / 10)
        if value > 1:
            clips.add("of two only", 5)
        models.append([pictures, clips])
    recall, rank = beside(models).rows
    assert (recall.what, recall.value, recall.low, recall.high) == ("recall", 2, 1, 3)
    assert (recall.unit, recall.aim) == ("%", "30")
    assert (rank.value, rank.low, rank.high) == (0.2, 0.1, 0.3)


def test_another_size_is_the_same_model(tmp_path):
    pytest.importorskip("onnx", reason="sizes are changed in the ONNX file")
    from benchmarks.quality_sizes import resized
    from kinolex.encoders.registry import cards, load_picture
    from kinolex.encoders.sources import resolve
    from kinolex.testing.looks import draw

    model = resolve(cards()["starter"])
    assert model is not None
    other = load_picture(str(resized(model, 288, tmp_path / "288")))
    whole = load_picture("starter")
    assert (whole.picture_size, other.picture_size) == (240, 288)
    looks = ("shape:red circle on white", "shape:black square on white")
    seen = [draw(look, (320, 240), 0) for look in looks]
    same = (whole.encode_pictures(seen) * other.encode_pictures(seen)).sum(axis=1)
    assert 0.7 < same.min() <= same.max() < 0.9999


def test_a_rule_is_chosen_on_the_other_clips_alone():
    """Beside a plain loop; one rule is best on its own clip only, and so is never chosen there."""
    from benchmarks.quality_spans import NUMBERS, RULES, by_each, left_out, worth

    rng = np.random.default_rng(3)
    ious = rng.random((len(RULES), 6)) * 0.2
    owners = np.array(["a", "a", "b", "b", "c", "c"])
    ious[7, 0] = 0.9
    ious[11, 2:] = 0.6
    found = left_out(ious, owners, lambda worths: int(worths.argmax()))
    assert found[:2].tolist() == ious[11, :2].tolist()
    assert found[2:].tolist() == pytest.approx([0.6] * 4)
    worths = np.array([worth(row) for row in ious])
    best = []
    for number, several in enumerate(NUMBERS):
        shares = []
        for one in several:
            with_it = [
                w
                for rule, w in zip(RULES, worths, strict=True)
                if (rule.levels, rule.base, rule.drop)[number] == one
            ]
            shares.append(statistics.mean(with_it))
        best.append(several[shares.index(max(shares))])
    chosen = RULES[by_each(worths)]
    assert (chosen.levels, chosen.base, chosen.drop) == tuple(best)


def test_the_engine_cuts_spans_by_another_rule_and_then_by_its_own_again():
    from benchmarks.quality_left_out import under
    from kinolex.search import windows
    from kinolex.search.curves import curve
    from kinolex.search.spans import Rule, spans_of

    rng = np.random.default_rng(5)
    noise = curve(np.arange(60.0), np.cumsum(rng.normal(size=60)), 60.0)
    rule = Rule(levels=(0.9,), power=0.0, base=0.95, drop=0.1)
    own, others = spans_of(noise, -np.inf), spans_of(noise, -np.inf, rule=rule)
    assert own != others
    with under(rule):
        assert windows.spans_of(noise, -np.inf) == others
    assert windows.spans_of(noise, -np.inf) == own
