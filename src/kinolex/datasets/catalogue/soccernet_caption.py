"""SoccerNet-Caption: what commentators say at a time of 471 football matches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kinolex.datasets.dataset import Split, dataset
from kinolex.datasets.folder import File, Folder
from kinolex.datasets.records import MomentRecord, Record, VideoRecord

LISTS = {
    "train": "SoccerNetCaptionTrain.json",
    "val": "SoccerNetCaptionValid.json",
    "test": "SoccerNetCaptionTest.json",
    "challenge": "SoccerNetCaptionChallenge.json",
}
REPOSITORY = "SoccerNet/SoccerNet@fa662d02725a"
LABELS = "Labels-caption.json"
HALVES = ("1", "2")
SCORED = frozenset({
    "", "comments", "corner", "injury", "penalty", "penalty-missed", "r-card", "soccer-ball",
    "soccer-ball-own", "substitution", "whistle", "y-card", "yr-card",
})  # fmt: skip
"""Labels of the comments that the published evaluation counts."""


@dataset(
    "soccernet-caption",
    title="SoccerNet-Caption",
    task="dense captions",
    citation="Mkhallati, Cioppa, Giancola, Ghanem, Van Droogenbroeck: SoccerNet-Caption: Dense"
    " Video Captioning for Soccer Broadcasts Commentaries. CVPR 2023 workshop, arXiv:2304.04565.",
    homepage="https://www.soccer-net.org/tasks/dense-video-captioning",
    splits=(
        Split("train", "train"),
        Split("val", "val"),
        Split("test", "test"),
        Split("challenge", "test", note="Secret: a server scores it."),
    ),
    files=(
        *(
            File(name, (split,), source=REPOSITORY, path=f"SoccerNet/data/{name}")
            for split, name in LISTS.items()
        ),
        File(f"*/*/*/{LABELS}", ("train", "val", "test")),
    ),
    defects=(
        "A comment has one time and no end, and may come before or after what it tells; the"
        " published evaluation takes 15 s to both sides.",
        "There is one file a match, and videos are handed out after signing an agreement.",
        "Comments on anecdotes, spectators and time, and those outside of the two halves, are in"
        " the files but not in the published evaluation: they are left out.",
    ),
    unverified="The files of the matches were not at hand: they are read as the published"
    " evaluation reads them (SoccerNet/SoccerNet@85212ddc02c8"
    " SoccerNet/Evaluation/DenseVideoCaptioning.py), the matches of a split as"
    " SoccerNet/SoccerNet@05827f3e22b0 SoccerNet/utils.py lists them.",
)
def read(folder: Folder, split: str) -> Iterator[Record]:
    """One record a comment of a half; ``windows`` is its time, the text that without names.

    A match lies in ``LEAGUE/SEASON/MATCH``; a video is called so, with ``/1`` or ``/2`` for its
    half. ``more`` has the ``label`` and, where they are there, the ``description`` with names, the
    text with players ``identified`` and whether it is ``important``. Of the challenge there are
    only videos.
    """
    for match in _matches(folder.json(LISTS[split])):
        if split == "challenge":
            yield from (VideoRecord(id=f"{match}/{n}", video=f"{match}/{n}") for n in HALVES)
        else:
            yield from _comments(match, folder.json(f"{match}/{LABELS}"))


def _matches(leagues: Mapping[str, Any]) -> Iterator[str]:
    for league, seasons in leagues.items():
        for season, matches in seasons.items():
            yield from (f"{league}/{season}/{match}" for match in matches)


def _comments(match: str, labels: Mapping[str, Any]) -> Iterator[MomentRecord]:
    for number, one in enumerate(labels["annotations"]):
        half, _, time = (part.strip() for part in one["gameTime"].partition("-"))
        if half not in HALVES or one["label"] not in SCORED:
            continue
        minutes, seconds = time.split(":")
        at = float(60 * int(minutes) + int(seconds))
        yield MomentRecord(
            id=f"{match}#{number}",
            video=f"{match}/{half}",
            text=one["anonymized"].strip(),
            windows=((at, at),),
            more={
                name: one[name]
                for name in ("label", "description", "identified", "important")
                if name in one
            },
        )
