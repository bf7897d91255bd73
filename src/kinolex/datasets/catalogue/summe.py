"""SumMe: 25 short videos, each cut to a summary by 15 to 18 people."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from kinolex.datasets.dataset import Split, dataset
from kinolex.datasets.folder import File, Folder, readable
from kinolex.datasets.records import HighlightRecord
from kinolex.errors import UsageError

FILES = "GT/*.mat"
NEEDED = ("FPS", "gt_score", "user_score", "video_duration")


@dataset(
    "summe",
    title="SumMe",
    task="summaries",
    citation="Gygli, Grabner, Riemenschneider, Van Gool: Creating Summaries from User Videos."
    " ECCV 2014.",
    homepage="https://gyglim.github.io/me/vsum/index.html",
    splits=(Split("all", "other", 25, 25, checked=False),),
    files=(File(FILES, ("all",), also=("*.mat",)),),
    defects=(
        "It has no split: papers draw five of their own, and figures differ with them.",
        "F is taken of the nearest of the people, so that it does not say what a typical person"
        " would like.",
        "Usual code reads an HDF5 file of others, with features and borders of shots made by them.",
    ),
    unverified="The files were not at hand: user_score is read as"
    " interxuxing/Video-Summarization@2dd3789abbf5 summe_evaluateSummary.m reads it, gt_score as"
    " hessamoddin/summarycode@035fed109445 mainsummary.py does; FPS and video_duration were seen"
    " in public code whose repository is not known to us.",
)
def read(folder: Folder, split: str) -> Iterator[HighlightRecord]:
    """One record a video, whose clips are its frames; a score above 0: this person took it.

    There is no query. ``more`` has ``fps`` and ``gt_score``, the authors' one score a frame. The
    files are MATLAB's: the package scipy reads them.
    """
    load = _loader()
    for place in folder.places(FILES):
        yield _record(place.stem, _matrices(load, place))


def _loader() -> Callable[..., Any]:
    try:
        found: Callable[..., Any] = importlib.import_module("scipy.io").loadmat
    except ImportError as missing:
        raise UsageError(
            "The MATLAB files of SumMe need the package scipy.", hint="Run `pip install scipy`."
        ) from missing
    return found


def _matrices(load: Callable[..., Any], place: Path) -> Mapping[str, Any]:
    with readable(place):
        try:
            found: Mapping[str, Any] = load(place, variable_names=NEEDED)
        except OSError:
            raise
        except Exception as error:  # a damaged file ends in whatever scipy runs into
            raise UsageError(f"{place} is no MATLAB file: {error}.") from error
    lacking = [name for name in NEEDED if name not in found]
    if lacking:
        raise UsageError(f"{place} has no {lacking[0]}.")
    return found


def _record(video: str, found: Mapping[str, Any]) -> HighlightRecord:
    scores = found["user_score"]
    if scores.ndim != 2:
        raise ValueError(f"user_score of {video} is no table of frames by people")
    fps = float(found["FPS"].item())
    return HighlightRecord(
        id=video,
        video=video,
        text="",
        duration=float(found["video_duration"].item()),
        clips=tuple(range(len(scores))),
        scores=tuple(tuple(frame) for frame in scores.astype(float).tolist()),
        clip_seconds=1 / fps,
        more={"fps": fps, "gt_score": found["gt_score"].astype(float).ravel().tolist()},
    )
