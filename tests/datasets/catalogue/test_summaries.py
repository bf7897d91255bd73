"""Loaders of summaries, on small files in the form that their authors chose."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kinolex.datasets.dataset import find
from kinolex.datasets.records import HighlightRecord
from kinolex.errors import UsageError
from kinolex.evaluation.protocols.summaries import keyshot_vsumm
from kinolex.evaluation.protocols.summaries import videoset as by_words
from kinolex.evaluation.protocols.visiocity import visiocity

Read = Callable[..., list[dict[str, Any]]]


def mat(place: Path, **values: Any) -> None:
    """A MATLAB file of one video of SumMe: 20 frames at 4 a second, two people."""
    users = np.zeros((20, 2), dtype=np.uint8)
    users[:3, 0] = 2
    users[17:, 1] = 1
    told = {
        "user_score": users,
        "gt_score": users.mean(1, keepdims=True),
        "nFrames": 20,
        "FPS": 4.0,
        "video_duration": 5.0,
        "all_userIDs": np.array(["a", "b"], dtype=object),
    }
    told |= values  # fmt: skip
    place.parent.mkdir(exist_ok=True)
    pytest.importorskip("scipy.io").savemat(
        place, {name: value for name, value in told.items() if value is not None}
    )


def test_summe(given: Read, tmp_path: Path) -> None:
    mat(tmp_path / "GT" / "Ski jump.mat")
    mat(tmp_path / "GT" / "Bees.mat")
    (tmp_path / "GT" / "._Bees.mat").write_text("of a Mac")
    bees, ski = given("summe", "all", {})
    assert (bees["video"], ski["video"], ski["id"]) == ("Bees", "Ski jump", "Ski jump")
    assert (ski["kind"], ski["text"], ski["duration"], ski["clip_seconds"]) == (
        "highlight", "", 5.0, 0.25,
    )  # fmt: skip
    assert ski["clips"] == list(range(20))
    assert ski["scores"] == [[2.0, 0.0]] * 3 + [[0.0, 0.0]] * 14 + [[0.0, 1.0]] * 3
    assert ski["more"] == {"fps": 4.0, "gt_score": [1.0] * 3 + [0.0] * 14 + [0.5] * 3}


def test_summe_is_what_the_protocol_asks_for(tmp_path: Path) -> None:
    mat(tmp_path / "Bees.mat")
    (one,) = find("summe").load(tmp_path, "all")
    assert isinstance(one, HighlightRecord)
    users = (np.array(one.scores).T > 0).astype(int)
    video = {"scores": [0.9, 0.1], "picks": [0, 3], "n_frames": 20, "user_summary": users,
             "change_points": [[0, 2], [3, 19]]}  # fmt: skip
    # The first three frames are all that one person took, and nothing of the other.
    assert keyshot_vsumm({"v": video}, over="maximum")["F-score"] == pytest.approx(1.0)
    assert keyshot_vsumm({"v": video}, over="average")["F-score"] == pytest.approx(0.5)


def test_summe_of_what_is_no_such_file(tmp_path: Path) -> None:
    one = find("summe")
    mat(tmp_path / "Bees.mat", FPS=None)
    with pytest.raises(UsageError, match=r"Bees\.mat has no FPS"):
        list(one.load(tmp_path, "all"))
    mat(tmp_path / "Bees.mat", user_score=np.zeros((2, 2, 2)))
    with pytest.raises(UsageError, match="no table of frames by people"):
        list(one.load(tmp_path, "all"))
    whole = (tmp_path / "Bees.mat").read_bytes()
    for content in (b"", b"hello", whole[:200], b"\x89HDF" + whole):
        (tmp_path / "Bees.mat").write_bytes(content)
        with pytest.raises(UsageError, match=r"Bees\.mat (is no MATLAB|cannot be read)"):
            list(one.load(tmp_path, "all"))


def test_summe_says_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Bees.mat").write_text("")
    monkeypatch.setitem(sys.modules, "scipy.io", None)
    with pytest.raises(UsageError, match=r"need the package scipy\. Run `pip install scipy`"):
        list(find("summe").load(tmp_path, "all"))


RATED = {
    "mega_events": ["Goal", "Save"],
    "mega_events_ratings": [10, 8],
    "snippet_size": 2,
    "categories": {
        "Action": {"keywords": ["Shoot", "Pass"], "ratings": [8, 1]},
        "Scene": {"keywords": ["Advert"], "ratings": [0]},
    },
}
PIECES = {
    "num_snippets": 4, "num_frames": 38, "fps": 5, "snippet_size": 2,
    "1": {"transition": False, "categories": {"Action": ["Pass"]}},
    "2": {"transition": False, "categories": {"Action": ["Shoot", "Pass"], "Scene": ["Advert"]},
          "mega_event": {"id": 1, "name": "goal"}},
    "3": {"transition": False, "categories": {"Action": ["Shoot"]},
          "mega_event": {"id": 1, "name": "Goal"}},
    "4": {"transition": True, "caption": "Transition", "mega_event": {"id": 2, "name": "Other"}},
}  # fmt: skip
SHOTS = {
    "num_snippets": 2, "fps": 5, "snippet_size": 0,
    "1": {"shot_start": 0, "shot_length": 10, "transition": False,
          "categories": {"Action": ["Pass"]}},
    "2": {"shot_start": 10, "shot_length": 5, "transition": True},
}  # fmt: skip


def visiocity_files() -> dict[str, Any]:
    domains = ("birthday", "friends", "soccer", "surveillance", "techtalk", "wedding")
    lecture = RATED | {"mega_events": [""], "mega_events_ratings": []}
    files = {f"{domain}/{domain}.json": RATED for domain in domains}
    files |= {f"{domain}/{domain}_1.json": SHOTS for domain in ("birthday", "friends", "wedding")}
    files |= {f"{domain}/{domain}_1.json": PIECES for domain in ("surveillance", "techtalk")}
    one = {"summary": [1] * 10 + [0] * 5 + [1] * 5 + [0] * 20, "summary_num_frames": 15}
    other = {"summary": [0] * 20 + [1] * 10 + [0] * 10, "summary_num_frames": 10}
    return files | {
        "techtalk/techtalk.json": lecture,
        "soccer/soccer_18.json": PIECES,
        "soccer/allHumanSummaries/soccer_18/soccer_18_A.json": one,
        "soccer/allHumanSummaries/soccer_18/soccer_18_B.json": other,
        "soccer/allHumanSummaries/soccer_1/soccer_1_A.json": {},
    }


def test_visiocity(given: Read) -> None:
    found = {one["video"]: one for one in given("visiocity", "all", visiocity_files())}
    assert list(found) == ["birthday_1", "friends_1", "soccer_18", "surveillance_1", "techtalk_1",
                           "wedding_1"]  # fmt: skip
    assert found["soccer_18"] == {
        "kind": "highlight", "id": "soccer_18", "video": "soccer_18", "text": "", "duration": 7.6,
        "clips": [0, 1, 2, 3], "clip_seconds": 2.0,
        "scores": [[1.0, 0.0], [0.5, 0.0], [0.0, 1.0], [0.0, 0.0]],
        "more": {
            "domain": "soccer", "fps": 5.0, "frames": [[0, 10], [10, 20], [20, 30], [30, 40]],
            "keywords": [["pass"], ["shoot", "pass", "advert"], ["shoot"], ["transition"]],
            "ratings": {"shoot": 8, "pass": 1, "advert": 0, "transition": 0},
            "mega_events": [[1, 2], [3]], "mega_ratings": [10, 0],
        },
    }  # fmt: skip
    shots = found["wedding_1"]
    assert (shots["duration"], shots["clip_seconds"], shots["scores"]) == (3.0, 1.5, [[], []])
    assert shots["more"]["frames"] == [[0, 10], [10, 15]]
    assert (shots["more"]["mega_events"], shots["more"]["mega_ratings"]) == ([], [])
    assert found["techtalk_1"]["more"]["mega_ratings"] == [0, 0]


def test_visiocity_is_what_the_protocol_asks_for(given: Read) -> None:
    (one,) = (x for x in given("visiocity", "all", visiocity_files()) if x["video"] == "soccer_18")
    asked = {name: one["more"][name] for name in ("keywords", "ratings", "mega_events")}
    human = np.array(one["scores"]).T > 0.5
    video = asked | {"chosen": [0, 0, 1, 0], "human": human, "mega_ratings": [10, 0]}
    found = visiocity({"v": video})
    assert (found["maxF1"], found["avgF1"]) == (1.0, 0.5)
    # One unit of the goal, rated 10; its own rating does not count once more.
    assert (found["megaEventContinuity"], found["importance"]) == (10.0, 0.0)
    assert found["diversityTime"] == 8.0


def test_visiocity_needs_every_domain(given: Read) -> None:
    files = visiocity_files()
    del files["wedding/wedding_1.json"]
    with pytest.raises(UsageError, match=r"needs wedding/wedding_\*\.json in"):
        given("visiocity", "all", files)
    broken = {"wedding/wedding_1.json": {"num_snippets": 1, "fps": 5, "1": {}}}
    with pytest.raises(UsageError, match="not in the form of VISIOCITY after 5 records"):
        given("visiocity", "all", broken)


@pytest.mark.parametrize("place", ["annotations", "videoset_data/annotations", "."])
def test_videoset(given: Read, place: str) -> None:
    text = 'no,start,said,\n1,0,"I walk, slowly. ",x\n\n2,5,I sit.,\n'
    found = given("videoset", "all", {f"{place}/dy/dy01.csv": text})
    assert found[0] == {
        "kind": "moment", "id": "dy01#0", "video": "dy01", "text": "I walk, slowly.",
        "more": {"category": "dy", "cells": {"no": "1", "start": "0", "": "x"}},
    }  # fmt: skip
    texts = [one["text"] for one in found]
    assert texts == ["I walk, slowly.", "I sit."]
    scored = by_words({"v": {"texts": texts, "chosen": [1], "summaries": ["I sit."]}})
    assert scored["ROUGE-SU"] == 1.0


def test_videoset_of_another_form(given: Read) -> None:
    with pytest.raises(UsageError, match=r"row 2 of dy01\.csv has no third cell"):
        given("videoset", "all", {"annotations/dy/dy01.csv": "a,b,c\n1,0\n"})
    with pytest.raises(UsageError, match="not in the form of VideoSET after 0 records"):
        given("videoset", "all", {"annotations/dy/dy01.csv": ""})
