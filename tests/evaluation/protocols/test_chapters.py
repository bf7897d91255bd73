"""Chapters against the outputs of Chapter-Llama's metrics, plain loops and tables by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.errors import UsageError
from kinolex.evaluation.protocols.chapters import (
    chapter_llama,
    chapter_llama_distance,
    chapter_llama_overlaps,
    extract_chapters,
    filter_chapters,
)
from tests.evaluation.golden import loaded, needed


@needed
def test_metrics_are_reproduced_to_the_last_digit() -> None:
    golden = loaded("captions/chapters_s302.json")
    said, wanted, expected = golden["preds"], golden["refs"], golden["results"]
    assert chapter_llama(said, wanted).values == expected["overlap"]
    assert chapter_llama_distance(said, wanted).values == expected["distance"]
    assert chapter_llama_overlaps(said, wanted).values == expected["overlaps_old"]


@needed
def test_unrounded_figures_differ_only_by_the_order_of_float32_sums() -> None:
    golden = loaded("captions/chapters_s302.json")
    said, wanted, expected = golden["preds"], golden["refs"], golden["results"]
    names = {"P": "precision", "R": "recall", "F1": "f1"}
    for t, row in expected["at_tiou"].items():
        found = chapter_llama(said, wanted, thresholds=[float(t)])
        for short, long in names.items():
            # The evaluator goes through a set of videos, whose order nobody wrote down.
            assert 100 * found.per_query[short].mean() == pytest.approx(row[long], rel=1e-6)
            assert found[short] == float(np.round(np.float32(row[long]), 2))


@needed
def test_answers_are_read_as_by_the_evaluator() -> None:
    for row in loaded("captions/chapter_parse.json"):
        chapters = extract_chapters(row["text"])
        assert list(chapters.items()) == list(row["extract"].items())
        kept = filter_chapters(chapters, row["duration"])
        assert list(kept.items()) == list(row["filtered"].items())


def test_by_hand() -> None:
    found = chapter_llama({"v": [(0, 10), (10, 30)]}, {"v": [(0, 10), (10, 20), (20, 30)]})
    assert found["P"] == 50.0
    assert found["R"] == pytest.approx(33.33)
    assert (found["MAE"], found["Avg. TIoU"]) == (1.0, 75.0)
    assert found.per_query["F1"][0] == pytest.approx(0.4)


def test_f1_is_the_mean_of_videos_here_and_harmonic_of_means_there() -> None:
    said = {"v": [(0, 10)], "w": [(0, 5), (5, 10), (10, 100)]}
    wanted = {"v": [(0, 10), (10, 20), (20, 30)], "w": [(0, 100)]}
    mean = chapter_llama(said, wanted, thresholds=[0.3])
    harmonic = chapter_llama_overlaps(said, wanted)
    assert (mean["P"], mean["R"]) == pytest.approx((66.67, 66.67))
    assert mean["F1"] == 50.0
    assert harmonic["F1@0.3"] == pytest.approx(66.67)


def test_a_chapter_from_zero_is_added() -> None:
    found = chapter_llama({"v": [(10, 20)]}, {"v": [(0, 10), (10, 20)]})
    assert (found["P"], found["R"], found["MAE"]) == (100.0, 100.0, 0.0)


def test_titles_may_come_along() -> None:
    found = chapter_llama({"v": {(0, 10): "A", (10, 20): "B"}}, {"v": [(0, 10), (10, 20)]})
    assert found["F1"] == 100.0


def test_starts_at_zero_do_not_count_and_the_limit_is_strict() -> None:
    found = chapter_llama_distance({"v": [0, 10, 50]}, {"v": [[0, 13], [13, 30], [30, 60]]})
    assert (found["Precision@3s"], found["Precision@5s"]) == (0.0, 50.0)
    assert chapter_llama_distance({"v": [0]}, {"v": [0, 12]})["Precision@60s"] == 0.0


def test_videos_without_prediction_are_skipped_or_refused() -> None:
    wanted = {"v": [(0, 10), (10, 20)], "w": [(0, 10), (10, 20)]}
    said = {"v": [(0, 10), (10, 20)]}
    assert chapter_llama_distance(said, wanted).counted == 1
    assert chapter_llama_overlaps(said, wanted)["F1"] == pytest.approx(100.0)
    with pytest.raises(UsageError, match="same videos"):
        chapter_llama(said, wanted)


def test_wrong_input_is_refused() -> None:
    with pytest.raises(UsageError, match="no chapter"):
        chapter_llama({"v": []}, {"v": [(0, 1)]})
    with pytest.raises(UsageError, match="finite"):
        chapter_llama({"v": [(0, float("nan"))]}, {"v": [(0, 1)]})
    with pytest.raises(UsageError, match="after 0"):
        chapter_llama_distance({"v": [3]}, {"v": [0]})
    with pytest.raises(UsageError, match="finite"):
        chapter_llama_distance({"v": [float("nan")]}, {"v": [3]})
    with pytest.raises(UsageError, match="not numbers"):
        chapter_llama_distance({"v": ["x"]}, {"v": [3]})
    with pytest.raises(UsageError, match="No video"):
        chapter_llama_overlaps({}, {"v": [(0, 1)]})


def test_a_video_without_any_overlap_makes_the_mean_iou_nan() -> None:
    found = chapter_llama({"v": [(0, 0)]}, {"v": [(0, 10)]})
    assert np.isnan(found["Avg. TIoU"])
    assert found.notes


starts = st.lists(st.integers(1, 60), min_size=1, max_size=6, unique=True).map(sorted)


@given(starts, starts)
def test_plain_loops_agree(said: list[int], wanted: list[int]) -> None:
    def spans(times: list[int]) -> list[tuple[int, int]]:
        return list(zip([0, *times], [*times, 61], strict=True))

    def overlap(a: tuple[int, int], b: tuple[int, int]) -> float:
        shared = max(0, min(a[1], b[1]) - max(a[0], b[0]))
        return shared / (max(a[1], b[1]) - min(a[0], b[0]) + 1e-8)

    one, other = spans(said), spans(wanted)
    found = chapter_llama({"v": one}, {"v": other}, thresholds=[0.6])
    precision = sum(any(overlap(p, r) >= 0.6 for r in other) for p in one) / len(one)
    assert found["P"] == pytest.approx(round(100 * precision, 2), abs=0.011)
    near = chapter_llama_distance({"v": said}, {"v": wanted})
    recall = sum(any(abs(p - r) < 5 for p in said) for r in wanted) / len(wanted)
    assert near["Recall@5s"] == round(100 * recall, 2)
