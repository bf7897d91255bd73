"""Each loader on a tiny file in the form that its authors chose."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kinolex.datasets.dataset import find
from kinolex.datasets.records import Record
from kinolex.errors import UsageError


def loaded(folder: Path, name: str, split: str, files: dict[str, Any]) -> list[dict[str, Any]]:
    """Records of a split, as plain values, after files were written."""
    for file, value in files.items():
        lines = ".jsonl" in file and not isinstance(value, str)
        text = "\n".join(map(json.dumps, value)) if lines else value
        text = text if isinstance(text, str) else json.dumps(text)
        (folder / file).parent.mkdir(exist_ok=True, parents=True)
        (folder / file).write_text(text, encoding="utf-8")
    found: list[Record] = list(find(name).load(folder, split))
    assert {one.split for one in found} <= {split}
    told = [one.to_dict() for one in found]
    for one in told:
        del one["split"]
    return told


MSRVTT = {
    "videos": [
        {"video_id": "video1", "split": "train"},
        {"video_id": "video2", "split": "validate"},
    ],
    "sentences": [
        {"video_id": "video1", "caption": "a ", "sen_id": 0},
        {"video_id": "video2", "caption": "b", "sen_id": 1},
        {"video_id": "video1", "caption": "c", "sen_id": 2},
    ],
}  # fmt: skip


def test_msrvtt(tmp_path: Path) -> None:
    table = {"MSRVTT_JSFUSION_test.csv": "key,vid_key,video_id,sentence\nret0,msr7,video7,a man\n"}
    assert loaded(tmp_path, "msrvtt", "test-1ka", table) == [
        {"kind": "caption", "id": "ret0", "video": "video7", "text": "a man"}
    ]
    ids = {"MSRVTT_train.9k.csv": "video_id\nvideo1\n"}
    assert loaded(tmp_path, "msrvtt", "train-9k", ids) == [
        {"kind": "video", "id": "video1", "video": "video1"}
    ]
    data = {"MSRVTT_data.json": MSRVTT}
    with_texts = loaded(tmp_path, "msrvtt", "train-9k", data)
    assert [(one["id"], one["text"]) for one in with_texts] == [("0", "a"), ("2", "c")]
    assert loaded(tmp_path, "msrvtt", "train", {}) == with_texts
    assert [one["video"] for one in loaded(tmp_path, "msrvtt", "val", {})] == ["video2"]


def test_msvd(tmp_path: Path) -> None:
    files = {
        "captions_msvd.json": {"a_1_2": ["x", " y"], "b_1_2": ["z"]},
        "val_list.txt": "a_1_2\n",
    }
    assert loaded(tmp_path, "msvd", "val", files) == [
        {"kind": "caption", "id": "a_1_2#0", "video": "a_1_2", "text": "x"},
        {"kind": "caption", "id": "a_1_2#1", "video": "a_1_2", "text": "y"},
    ]
    with pytest.raises(UsageError, match="'c_1_2' is missing"):
        loaded(tmp_path, "msvd", "val", {"val_list.txt": "c_1_2"})


DENSE = {"v_a": {"duration": 9.5, "timestamps": [[0, 4]], "sentences": [" One thing. "]}}


@pytest.mark.parametrize(
    ("name", "split", "file"),
    [
        ("activitynet-captions", "val", "val_1.json"),
        ("activitynet-captions", "test", "test.json"),
        ("activitynet-captions", "train", "2D-TAN/data/ActivityNet/train.json"),
        ("youcook2", "train", "yc2_train.json"),
    ],
)
def test_dense_captions(tmp_path: Path, name: str, split: str, file: str) -> None:
    assert loaded(tmp_path, name, split, {file: DENSE}) == [
        {"kind": "moment", "id": "v_a#0", "video": "v_a", "duration": 9.5, "text": "One thing.",
         "windows": [[0.0, 4.0]]}
    ]  # fmt: skip


def test_tacos_counts_frames(tmp_path: Path) -> None:
    one = {"fps": 25.0, "num_frames": 250, "timestamps": [[50, 75]], "sentences": ["He cuts."]}
    assert loaded(tmp_path, "tacos", "test", {"test.json": {"s1.avi": one}}) == [
        {"kind": "moment", "id": "s1.avi#0", "video": "s1.avi", "duration": 10.0,
         "more": {"frames": [50, 75]}, "text": "He cuts.", "windows": [[2.0, 3.0]]}
    ]  # fmt: skip
    with pytest.raises(UsageError, match=r"not in the form of TACoS.*'fps' is missing"):
        loaded(tmp_path, "tacos", "test", {"test.json": DENSE})


CHARADES = "id,script,actions,length\nAB,x,c092 1.0 2.5;c001 0.0 9.0,30.5\nCD,y,,10\n"


def test_charades_sta_takes_lengths_where_they_are(tmp_path: Path) -> None:
    text = {"charades_sta_test.txt": "AB 1.5 4.0##a person ## sits\n"}
    (one,) = loaded(tmp_path, "charades-sta", "test", text)
    assert one == {"kind": "moment", "id": "AB#0", "video": "AB", "text": "a person ## sits",
                   "windows": [[1.5, 4.0]]}  # fmt: skip
    lengths = {"charades_test_release.jsonl": [{"vid": "AB", "duration": 30}]}
    (one,) = loaded(tmp_path, "charades-sta", "test", lengths)
    assert one["duration"] == 30
    (one,) = loaded(tmp_path, "charades-sta", "test", {"Charades_v1_test.csv": CHARADES})
    assert one["duration"] == 30.5
    with pytest.raises(UsageError, match="has no ##"):
        loaded(tmp_path, "charades-sta", "test", {"charades_sta_test.txt": "AB 1.5 4.0"})


def test_charades(tmp_path: Path) -> None:
    first, second, third = loaded(
        tmp_path, "charades", "train", {"Charades_v1_train.csv": CHARADES}
    )
    assert first == {"kind": "label", "id": "AB#0", "video": "AB", "duration": 30.5,
                     "label": "c092", "index": 92, "windows": [[1.0, 2.5]]}  # fmt: skip
    assert second["index"] == 1
    assert third == {"kind": "video", "id": "CD", "video": "CD", "duration": 10.0}
    names = {"Charades_v1_classes.txt": "c001 Holding a door\nc092 Watching\n"}
    assert loaded(tmp_path, "charades", "train", names)[1]["label"] == "Holding a door"


def test_didemo_windows_are_opinions(tmp_path: Path) -> None:
    one = {"annotation_id": 5, "video": "x.mp4", "description": "a dog", "num_segments": 5,
           "times": [[0, 0], [1, 3]]}  # fmt: skip
    assert loaded(tmp_path, "didemo", "train", {"train_data.json": [one]}) == [
        {"kind": "moment", "id": "5", "video": "x.mp4", "duration": 25.0, "text": "a dog",
         "more": {"pieces": [[0, 0], [1, 3]]}, "alternatives": True,
         "windows": [[0.0, 5.0], [5.0, 20.0]]}
    ]  # fmt: skip


def test_qvhighlights(tmp_path: Path) -> None:
    row = {"qid": 3, "query": "q", "vid": "v_0.0_150.0", "duration": 150,
           "relevant_windows": [[0, 2], [4, 6]], "relevant_clip_ids": [0, 2],
           "saliency_scores": [[4, 3, 2], [1, 1, 1]]}  # fmt: skip
    assert loaded(tmp_path, "qvhighlights", "val", {"highlight_val_release.jsonl": [row]}) == [
        {"kind": "highlight", "id": "3", "video": "v_0.0_150.0", "duration": 150.0, "text": "q",
         "windows": [[0.0, 2.0], [4.0, 6.0]], "clips": [0, 2],
         "scores": [[4.0, 3.0, 2.0], [1.0, 1.0, 1.0]], "clip_seconds": 2.0}
    ]  # fmt: skip


def test_tvr(tmp_path: Path) -> None:
    row = {"vid_name": "friends_s01e03_seg02_clip_19", "duration": 61.5, "ts": [16.5, 33.9],
           "desc": "Phoebe laughs.", "type": "v", "desc_id": 9}  # fmt: skip
    (one,) = loaded(tmp_path, "tvr", "val", {"data/tvr_val_release.jsonl": [row]})
    assert (one["id"], one["windows"], one["more"]) == ("9", [[16.5, 33.9]], {"type": "v"})
    episode = find("tvr").source_of
    assert episode is not None
    assert episode(row["vid_name"]) == "friends_s01e03"


def test_tvsum(tmp_path: Path) -> None:
    row = {"qid": "a", "query": "Cars", "vid": "a", "duration": 3, "relevant_windows": None,
           "relevant_clip_ids": None, "label": [[1.0, 5.0], [2.0, 2.0], [3.0, 4.0]],
           "domain": "VT"}  # fmt: skip
    (one,) = loaded(tmp_path, "tvsum", "val", {"tvsum_val_release.jsonl": [row]})
    assert (one["duration"], one["clips"], one["clip_seconds"]) == (6.0, [0, 1, 2], 2.0)
    assert one["scores"] == row["label"]
    assert one["more"] == {"domain": "VT"}


def test_castella(tmp_path: Path) -> None:
    row = {"qid": "a_1", "query": "A horn", "vid": "a", "duration": 9, "relevant_windows": [[0, 2]]}
    (one,) = loaded(tmp_path, "castella", "train", {"castella_train_release.jsonl": [row]})
    assert (one["kind"], one["id"], one["windows"]) == ("moment", "a_1", [[0.0, 2.0]])


def test_nextqa(tmp_path: Path) -> None:
    head = "video,frame_count,width,height,question,answer,qid,type,a0,a1,a2,a3,a4\n"
    (one,) = loaded(tmp_path, "nextqa", "val", {"val.csv": head + "7,9,4,3,why,2,6,CW,a,b,c,d,e\n"})
    assert one == {"kind": "question", "id": "7_6", "video": "7", "text": "why", "answer": 2,
                   "options": ["a", "b", "c", "d", "e"],
                   "more": {"type": "CW", "frame_count": "9", "width": "4",
                            "height": "3"}}  # fmt: skip
    (one,) = loaded(tmp_path, "nextqa", "val", {"val.csv": head + "7,9,4,3,why,,6,CW,a,b,c,d,e\n"})
    assert "answer" not in one
    with pytest.raises(UsageError, match="no option 5"):
        loaded(tmp_path, "nextqa", "val", {"val.csv": head + "7,9,4,3,why,5,6,CW,a,b,c,d,e\n"})


@pytest.mark.parametrize("name", ["ucf101", "hmdb51"])
def test_actions(tmp_path: Path, name: str) -> None:
    files = {"val2.txt": "v_Archery_g01_c01.avi 1\n", "label_map.txt": "Biking\nArchery\n"}
    assert loaded(tmp_path, name, "test2", files) == [
        {"kind": "label", "id": "v_Archery_g01_c01.avi", "video": "v_Archery_g01_c01.avi",
         "label": "Archery", "index": 1}
    ]  # fmt: skip
    assert [one["label"] for one in loaded(tmp_path, name, "classes", {})] == ["Biking", "Archery"]


@pytest.mark.parametrize("number", [400, 700])
def test_kinetics(tmp_path: Path, number: int) -> None:
    files = {f"label_map_k{number}.txt": "abseiling\nyoga\n"}
    found = loaded(tmp_path, f"kinetics-{number}", "classes", files)
    assert [(one["index"], one["label"]) for one in found] == [(0, "abseiling"), (1, "yoga")]


def test_flickr8k_in_both_forms(tmp_path: Path) -> None:
    row = {"image": "a.jpg", "split": "test", "captions": ["A dog .", "A cat"], "aspect": 0.75}
    other = row | {"image": "b.jpg", "split": "none"}
    ours = loaded(tmp_path, "flickr8k", "test", {"captions.jsonl": [row, other]})
    assert [(one["id"], one["text"]) for one in ours] == [
        ("a.jpg#0", "A dog ."),
        ("a.jpg#1", "A cat"),
    ]
    theirs = {
        "Flickr8k.token.txt": "a.jpg#0\tA dog .\nb.jpg#0\tno\na.jpg#1\tA cat\n",
        "Flickr_8k.testImages.txt": "a.jpg\n",
    }
    assert loaded(tmp_path, "flickr8k", "test", theirs) == ours


def test_real_clips(tmp_path: Path) -> None:
    moment = {"start": 1, "end": 2.5, "query": "dog jumps", "speech": "Jump!"}
    clip = {"file": "a.mp4", "seconds": 9.5, "captions": ["x", "y"], "moments": [moment]}
    query = {"query": "animals", "kind": "group", "clips": ["a.mp4", "b.mp4"]}
    files = {"clips.jsonl": [clip], "queries_by_group.json": [query]}
    assert len(loaded(tmp_path, "real-clips", "captions", files)) == 2
    assert loaded(tmp_path, "real-clips", "moments", files) == [
        {"kind": "moment", "id": "a.mp4#0", "video": "a.mp4", "duration": 9.5,
         "more": {"speech": "Jump!"}, "text": "dog jumps", "windows": [[1.0, 2.5]]}
    ]  # fmt: skip
    found = loaded(tmp_path, "real-clips", "queries", files)
    assert [(one["video"], one["text"]) for one in found] == [
        ("a.mp4", "animals"),
        ("b.mp4", "animals"),
    ]
