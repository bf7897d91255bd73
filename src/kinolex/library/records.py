"""What the library stores: plain dataclasses between ingest, storage and search."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from kinolex.moments import Passage

__all__ = [
    "ChannelData",
    "ChannelState",
    "Counts",
    "Failure",
    "FileState",
    "FrameBlock",
    "Hit",
    "Passage",
    "Root",
    "Shot",
    "Space",
    "Stamp",
    "VideoRecord",
]


@dataclass(frozen=True, slots=True)
class Root:
    """A folder (or single file's folder) that the user added. ``present``: mounted now."""

    id: str
    path: Path
    present: bool


@dataclass(frozen=True, slots=True)
class FileState:
    """What is known about one path; ``relative`` is POSIX, relative to its root."""

    root: str
    relative: str
    size: int
    mtime_ns: int
    video: str
    missing: bool = False
    sidecars: str = ""


@dataclass(frozen=True, slots=True)
class VideoRecord:
    """One content. ``time_base`` is that of the pictures' timestamps."""

    id: str
    size: int
    duration: float
    title: str
    time_base: Fraction = Fraction(1, 1000)
    width: int = 0
    height: int = 0
    fps: float = 0.0
    recorded: dt.datetime | None = None
    language: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    info: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who wrote a channel of a video: encoder, version, settings that change the result."""

    channel: str
    encoder: str
    version: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Short stable name of the whole stamp.

        Examples
        --------
        >>> Stamp("picture", "clip", "1", {"every": 1.0}).key
        'picture:clip@1:2f62ae76'
        """
        text = json.dumps(dict(self.settings), sort_keys=True)
        return (
            f"{self.channel}:{self.encoder}@{self.version}:"
            f"{hashlib.sha256(text.encode()).hexdigest()[:8]}"
        )

    @property
    def space(self) -> str:
        """Name of the vector space: vectors of one encoder and version are comparable."""
        return f"{self.encoder}@{self.version}"


@dataclass(frozen=True, slots=True)
class FrameBlock:
    """Frame vectors of one video: ``pts`` int64 (n,) rising, ``vectors`` float16 (n, d)."""

    pts: npt.NDArray[np.int64]
    vectors: npt.NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Shot:
    """A shot, in the picture stream's timestamps, half-open."""

    start_pts: int
    end_pts: int


@dataclass(frozen=True, slots=True)
class ChannelData:
    """Everything one channel of one video commits at once.

    ``partial``: a first coarse pass (key frames) that a full pass will replace.
    ``passage_vectors`` is float16 (len(passages), d) in the space ``words_space``
    (a `Stamp.space`), or None where no sentence encoder was at hand. ``stills`` are (pts, JPEG).
    """

    stamp: Stamp
    partial: bool = False
    frames: FrameBlock | None = None
    shots: tuple[Shot, ...] = ()
    stills: tuple[tuple[int, bytes], ...] = ()
    passages: tuple[Passage, ...] = ()
    passage_vectors: npt.NDArray[np.float16] | None = None
    words_space: str = ""


@dataclass(frozen=True, slots=True)
class ChannelState:
    """State of one channel of one video; ``items``: frames or passages; ``stamp``: who wrote it."""

    video: str
    channel: str
    key: str
    state: Literal["done", "partial", "empty"]
    items: int
    stamp: Stamp | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A file or a stage of it that could not be done."""

    path: str
    stage: str
    reason: str
    message: str
    tries: int
    video: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Space:
    """A vector space with committed vectors: ``kind`` is ``frames`` or ``passages``."""

    name: str
    kind: Literal["frames", "passages"]
    dimensions: int
    rows: int


@dataclass(frozen=True, slots=True)
class Hit:
    """One passage that matched words. ``score``: BM25, higher is better; ``video`` its id."""

    passage: int
    video: str
    score: float


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers that must agree with each other (`kinolex status`)."""

    videos: int
    paths: int
    missing: int
    duration: float
    done: int
    partial: int
    pending: int
    failed: int
    frames: int
    passages: int
    stills: int
    bytes: int
    channels: Mapping[str, int] = field(default_factory=dict, hash=False)
    generation: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self) | {"channels": dict(self.channels)}
