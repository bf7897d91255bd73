"""Films to cut, and what can be seen and heard in the result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kinolex.media.cutting.cut import cut
from kinolex.media.cutting.plan import Cut, CutPlan, Piece
from kinolex.media.probe import probe
from kinolex.moments import Span
from kinolex.testing.clips import SoundTrack, read_number

RATE = 48000


def clicks(*times: float, seconds: float = 8.0) -> SoundTrack:
    """Silence with a click of 10 ms at each time."""
    samples = np.zeros(round(seconds * RATE), np.float32)
    for time in times:
        first = round(time * RATE)
        samples[first : first + 480] = 0.8 * np.sin(np.arange(480) * 0.3)
    return SoundTrack(samples=samples, rate=RATE)


def pieces(*parts: tuple[Path, float, float], pad: float = 0.0) -> tuple[Piece, ...]:
    return tuple(Piece(probe(path), Span(start, end), pad) for path, start, end in parts)


def made(to: Path, parts: Sequence[Piece], **options: Any) -> Cut:
    """Cut, and give how it was made; progress must rise."""
    steps = list(cut(CutPlan(str(to), tuple(parts), **options)))
    done = [step.done for step in steps]
    assert done == sorted(done)
    assert [step.way for step in steps[:-1]] == [""] * (len(steps) - 1)
    return steps[-1]


@dataclass(frozen=True)
class Seen:
    """Frame numbers with their times, and the size; seconds of the picture track."""

    numbers: list[int]
    times: list[float]
    size: tuple[int, int]
    seconds: float
    pixel_format: str
    rotation: int


def seen(path: Path, *, left: float = 0.0, right: float = 1.0) -> Seen:
    """Decode all pictures; the burned-in number lies between two shares of the width."""
    import av

    numbers, times, size, kind, rotation = [], [], (0, 0), "", 0
    with av.open(str(path)) as container:
        stream: Any = container.streams.video[0]
        for frame in container.decode(stream):
            turned = np.rot90(frame.to_ndarray(format="rgb24"), frame.rotation // 90)
            wide = turned.shape[1]
            part = turned[:, round(left * wide) : round(right * wide)]
            numbers.append(read_number(np.ascontiguousarray(part)))
            times.append(float(frame.pts * stream.time_base))
            size, kind, rotation = (wide, turned.shape[0]), frame.format.name, frame.rotation
        length = float(stream.duration * stream.time_base) if stream.duration else 0.0
    return Seen(numbers, times, size, length, kind, rotation)


def heard(path: Path, track: int = 0) -> tuple[list[float], float]:
    """Times of clicks (seconds, by the clock of the pictures), and where the sound ends."""
    import av

    found: list[float] = []
    end = 0.0
    with av.open(str(path)) as container:
        stream: Any = container.streams.audio[track]
        resampler = av.AudioResampler("flt", "mono", RATE)
        at: float | None = None
        for frame in [*container.decode(stream), None]:
            if frame is not None and at is None:
                at = float(frame.pts * frame.time_base)
            for out in resampler.resample(frame):
                samples = np.abs(out.to_ndarray().reshape(-1))
                for place in np.flatnonzero(samples > 0.25):
                    time = (at or 0.0) + place / RATE
                    if not found or time - found[-1] > 0.05:
                        found.append(time)
                at = (at or 0.0) + len(samples) / RATE
        end = at or 0.0
    return found, end


def head(path: Path) -> bytes:
    """Names of the outermost boxes of an MP4 file, in order."""
    raw, at, names = path.read_bytes(), 0, []
    while at + 8 <= len(raw):
        names.append(raw[at + 4 : at + 8])
        at += int.from_bytes(raw[at : at + 4], "big") or len(raw)
    return b" ".join(names)
