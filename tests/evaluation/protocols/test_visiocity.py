"""VISIOCITY's figures by hand: there is no public output to compare with."""

from __future__ import annotations

from typing import Any

import pytest

from kinolex.errors import UsageError
from kinolex.evaluation.protocols.visiocity import unit_ratings, visiocity


def _video(**more: Any) -> dict[str, Any]:
    row = {
        "chosen": [1, 1, 0, 1],
        "human": [[1, 1, 0, 0], [0, 0, 1, 0]],
        "keywords": [["goal"], ["goal"], ["walk"], ["walk", "crowd"]],
        "ratings": {"goal": 9, "walk": 1, "crowd": 2},
    }
    return row | more


def test_by_hand() -> None:
    found = visiocity({"v": _video()})
    assert found["maxF1"] == pytest.approx(2 * 2 / 5)
    assert found["avgF1"] == pytest.approx(0.4)
    assert found["importance"] == 9 + 9 + 2
    assert found["megaEventContinuity"] == 0.0
    assert found["diversityTime"] == 9 + 0 + 2
    assert found["diversityConcept"] == 9 + 2 + 2
    assert found["diversitySim"] == pytest.approx(0 + 1 + 1)
    assert "not verified" in found.notes[0]


def test_mega_events_count_whole_and_not_as_importance() -> None:
    found = visiocity({"v": _video(mega_events=[[0, 1]])})
    assert (found["importance"], found["megaEventContinuity"]) == (2.0, 9 * 2**2)
    given = visiocity({"v": _video(mega_events=[[0, 1]], mega_ratings=[5])})
    assert given["megaEventContinuity"] == 5 * 2**2


def test_alike_units_are_near() -> None:
    video = _video(chosen=[0, 0, 1, 1])
    assert visiocity({"v": video})["diversitySim"] == pytest.approx(1 - 2 / (2 + 3))
    without = _video(chosen=[1, 1, 0, 0], keywords=[[], [], ["walk"], ["walk"]])
    assert visiocity({"v": without})["diversitySim"] == 0.0


def test_a_keyword_of_zero_makes_a_unit_worthless() -> None:
    assert unit_ratings([["a", "b"], ["b"], []], {"a": 0, "b": 3}).tolist() == [0.0, 3.0, 0.0]


def test_nothing_chosen() -> None:
    found = visiocity({"v": _video(chosen=[0, 0, 0, 0])})
    assert set(found.values.values()) == {0.0}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"chosen": [1]}, "one choice"),
        ({"keywords": [["x"]] * 4}, "no rating"),
        ({"mega_events": [[7]]}, "outside"),
        ({"mega_events": [[0]], "mega_ratings": []}, "one rating"),
        ({"chosen": [1, 0, 0, float("nan")]}, "finite"),
    ],
)
def test_wrong_input_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        visiocity({"v": _video(**change)})


def test_no_video_is_refused() -> None:
    with pytest.raises(UsageError, match="no video"):
        visiocity({})
