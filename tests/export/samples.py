"""Fixed clips: what every golden file is made from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from kinolex.export.request import Clip
from kinolex.library.records import Passage, VideoRecord
from kinolex.moments import Span, Video

GOLDEN = Path(__file__).parent / "golden"


def clip(video: Video, start: float, end: float, name: str = "", **more: object) -> Clip:
    audio = [] if video.title == "Drone" else ["aac"]
    record = VideoRecord(
        video.id, 1, video.duration, video.title, fps=video.fps, width=video.width,
        height=video.height, metadata=video.metadata, info={"video": "h264", "audio": audio},
    )  # fmt: skip
    return Clip(video, Span(start, end), name, record=record, **more)  # type: ignore[arg-type]


HARBOUR = Video(
    "11" * 16, "/films/Harbour walk.mp4", "Harbour walk", 120.0, width=1920, height=1080, fps=25.0,
    metadata={"timecode": "10:00:00:00"},
)  # fmt: skip
"""25 frames a second, sound, starts at ten o'clock."""
DRONE = Video(
    "22" * 16, r"C:\Films\Drone #1.mov", "Drone", 90.0, width=3840, height=2160,
    fps=29.97002997002997, metadata={"timecode": "00:59:58;00"},
)  # fmt: skip
"""29.97 with drop-frame timecode, no sound, on a Windows disk."""
NIGHT = Video(
    "33" * 16, "/films/Night – 夜.mkv", "Night", 60.0, width=1280, height=720,
    fps=23.976023976023978,
)  # fmt: skip
"""23.976, sound, no timecode."""

SAID = (
    Passage(Span(9.0, 11.0), "Mind the gap.", "speech", "en"),
    Passage(Span(11.5, 14.25), "A <b>red</b> boat & a rope", "speech", "en"),
    Passage(Span(14.5, 30.0), "and then", "speech", "en"),
    Passage(Span(10.0, 12.0), "HARBOUR OFFICE", "screen"),
)
BOAT = clip(
    HARBOUR, 10.0, 15.0, "Red boat", note="speech 81%: a red boat", score=0.8125, passages=SAID,
    shots=(Span(8.0, 12.0), Span(12.0, 20.0)),
)  # fmt: skip
ROPE = clip(HARBOUR, 62.48, 70.0, "Rope", passages=())
ISLAND = clip(DRONE, 2.002, 12.012, "Island")
STREET = clip(
    NIGHT, 1.0, 2.5, "Street", passages=(Passage(Span(1.2, 2.0), "夜の街", "subtitle", "ja"),)
)
CHAPTERS = [
    clip(HARBOUR, 0.0, 12.5, "Arrival"),
    clip(HARBOUR, 12.5, 62.48, "Red boat = #1; <b>"),
    clip(HARBOUR, 62.48, 70.0, "Rope"),
]


def without(clip: Clip, *kinds: str) -> Clip:
    """A clip whose file lacks ``video`` or ``audio``."""
    assert clip.record is not None
    empty = {"video": "", "audio": []}
    info = {**clip.record.info, **{kind: empty[kind] for kind in kinds}}
    return replace(clip, record=replace(clip.record, info=info))
