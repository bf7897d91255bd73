"""Loaders of what is said about videos, on small files in the form that their authors chose."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kinolex.errors import UsageError

Read = Callable[..., list[dict[str, Any]]]

QUERYD = {
    "train_list.txt": "video-b\nvideo-a\n",
    "raw_captions_combined_filtered.json": {
        "video-a": [["A", "dog", "runs."], []],
        "video-b": ["He sits. "],
    },
    "times_captions_combined_filtered.json": {
        "video-a": [[1.5, 4], [5, 6]],
        "video-b": [[0, 2.25]],
    },
}
QUERYD_READ = [
    {"kind": "moment", "id": "video-b#0", "video": "video-b", "text": "He sits.",
     "windows": [[0.0, 2.25]]},
    {"kind": "moment", "id": "video-a#0", "video": "video-a", "text": "A dog runs.",
     "windows": [[1.5, 4.0]]},
]  # fmt: skip


def pickled(folder: Path, end: str, protocol: int) -> None:
    """The two files of QuerYD as its authors hand them out, instead of JSON."""
    for name, value in QUERYD.items():
        if name.endswith(".json"):
            (folder / name).unlink(missing_ok=True)
            place = folder / name.replace(".json", f"{end}.pkl")
            place.write_bytes(pickle.dumps(value, protocol=protocol))


def test_queryd(given: Read) -> None:
    assert given("queryd", "train", QUERYD) == QUERYD_READ
    with pytest.raises(UsageError, match="'video-c' is missing"):
        given("queryd", "val", {"val_list.txt": "video-c"})
    short = {"video-a": [[1, 2]], "video-b": [[0, 1]]}
    with pytest.raises(UsageError, match="not in the form of QuerYD after 2 records"):
        given("queryd", "train", {"times_captions_combined_filtered.json": short})


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_queryd_as_pickles(given: Read, tmp_path: Path, protocol: int) -> None:
    pickled(tmp_path, "-v2" if protocol % 2 else "", protocol)
    assert given("queryd", "train", {"train_list.txt": QUERYD["train_list.txt"]}) == QUERYD_READ


class Command:
    """What runs a command where `pickle` opens it."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.place),)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_queryd_runs_nothing_that_a_pickle_brings(
    given: Read, tmp_path: Path, protocol: int
) -> None:
    pickled(tmp_path, "", protocol)
    place = tmp_path / "raw_captions_combined_filtered.pkl"
    place.write_bytes(pickle.dumps({"video-a": Command(tmp_path / "made")}, protocol=protocol))
    listed = {"train_list.txt": "video-a"}
    with pytest.raises(UsageError, match=r"it asks for \w+\.mkdir\. Write it as JSON"):
        given("queryd", "train", listed)
    assert not (tmp_path / "made").exists()
    pickle.loads(place.read_bytes())  # it would have
    assert (tmp_path / "made").exists()
    # JSON, where it is there, goes first: the pickle is not opened at all.
    captions = "raw_captions_combined_filtered.json"
    assert len(given("queryd", "train", listed | {captions: QUERYD[captions]})) == 1


@pytest.mark.parametrize("content", [b"", b"hello", b"\x80\x05", b"(lp0\n", b"\x80\x04}b."])
def test_queryd_of_what_is_no_pickle(given: Read, tmp_path: Path, content: bytes) -> None:
    pickled(tmp_path, "", 4)
    (tmp_path / "times_captions_combined_filtered.pkl").write_bytes(content)
    with pytest.raises(UsageError, match=r"times_\w+\.pkl is no pickle of lists"):
        given("queryd", "train", {"train_list.txt": "video-a"})


def test_queryd_does_not_mix_versions(given: Read, tmp_path: Path) -> None:
    pickled(tmp_path, "-v2", 4)
    old = {name: value for name, value in QUERYD.items() if not name.startswith("times")}
    with pytest.raises(UsageError, match="are of two versions"):
        given("queryd", "train", old)


def comment(time: str, label: str = "", text: str = "[PLAYER] shoots. ", **more: Any) -> Any:
    return {"gameTime": time, "label": label, "anonymized": text, "position": "0", **more}


MATCH = "england_epl/2014-2015/2015-02-21 - 18-00 A 1 - 1 B"


def test_soccernet_caption(given: Read) -> None:
    league, season, name = MATCH.split("/")
    told = {"description": "Ann shoots.", "identified": "[PLAYER_x] shoots.", "important": True}
    files = {
        "SoccerNet/data/SoccerNetCaptionValid.json": {league: {season: [name]}},
        f"{MATCH}/Labels-caption.json": {"annotations": [
            comment("2 - 12:34", "corner", **told),
            comment("1 - 0:05"),
            comment("3 - 00:00"),
            comment("1 - 10:00", "funfact"),
            comment("1 - 45:10", "soccer-ball-own"),
        ]},
    }  # fmt: skip
    found = given("soccernet-caption", "val", files)
    assert found[0] == {
        "kind": "moment", "id": f"{MATCH}#0", "video": f"{MATCH}/2", "text": "[PLAYER] shoots.",
        "windows": [[754.0, 754.0]], "more": {"label": "corner", **told},
    }  # fmt: skip
    assert [(one["id"][-1], one["video"][-1], one["windows"][0][0]) for one in found] == [
        ("0", "2", 754.0), ("1", "1", 5.0), ("4", "1", 2710.0),
    ]  # fmt: skip
    assert found[1]["more"] == {"label": ""}


def test_soccernet_caption_has_a_list_of_the_split(given: Read, tmp_path: Path) -> None:
    league, season, name = MATCH.split("/")
    one = {f"{MATCH}/Labels-caption.json": {"annotations": []}}
    with pytest.raises(UsageError, match=r"needs SoccerNetCaptionTrain\.json in"):
        given("soccernet-caption", "train", one)
    listed = {"SoccerNetCaptionTrain.json": {league: {season: [name, "other"]}}}
    with pytest.raises(UsageError, match=r"has no file .*/other/Labels-caption\.json"):
        given("soccernet-caption", "train", listed)
    secret = {"SoccerNetCaptionChallenge.json": json.dumps({league: {season: [name]}})}
    assert given("soccernet-caption", "challenge", secret) == [
        {"kind": "video", "id": f"{MATCH}/{half}", "video": f"{MATCH}/{half}"} for half in (1, 2)
    ]
