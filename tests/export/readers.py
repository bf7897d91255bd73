"""Readers of the formats that kinolex did not write them with: strict, for tests only."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest

from kinolex.export.registry import export
from kinolex.export.request import Clip, Options
from tests.export.samples import GOLDEN

_STAMP = re.compile(r"(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})")
_TAG = re.compile(r"<(/?(?:c|i|b|u|ruby|rt|v|lang)?[. \t][^<>]*|/?(?:c|i|b|u|ruby|rt|v|lang)?)>")


def same_as_golden(
    tmp_path: Path, format: str, name: str, clips: list[Clip], **options: object
) -> tuple[str, ...]:
    """Export, and compare with the golden file byte by byte; gives the notes."""
    done = export(format, clips, tmp_path / name, Options(**options))  # type: ignore[arg-type]
    assert done.path.read_bytes() == (GOLDEN / name).read_bytes()
    return done.notes


@dataclass(frozen=True)
class Cue:
    name: str
    start: int
    end: int
    text: str


def read_vtt(raw: bytes) -> list[Cue]:
    """Cues of a file that keeps the syntax of WebVTT files (W3C, section 4.1), else an error.

    Unlike the parser for players (section 6), which forgives everything.
    """
    text = raw.decode("utf-8")
    assert "\0" not in text
    lines = re.split(r"\r\n|\n|\r", text.removeprefix("\ufeff"))
    assert re.fullmatch(r"WEBVTT([ \t].*)?", lines[0]), "the signature"
    assert lines[1] == "", "a blank line after the header"
    blocks = "\n".join(lines[1:]).strip("\n").split("\n\n")
    cues: list[Cue] = []
    for block in (re.sub(r"^\n+", "", b) for b in blocks if b.strip("\n")):
        cues.append(_cue(block.split("\n")))
        assert len(cues) < 2 or cues[-1].start >= cues[-2].start, "start times must not fall"
    return cues


def _cue(rows: list[str]) -> Cue:
    name = "" if "-->" in rows[0] else rows.pop(0)
    times = re.fullmatch(r"(\S+)[ \t]+-->[ \t]+(\S+)", rows[0])
    assert times, f"no timings: {rows[0]!r}"
    start, end = _milliseconds(times[1]), _milliseconds(times[2])
    assert end > start, "a cue ends after its start"
    payload = "\n".join(rows[1:])
    assert "-->" not in payload
    bare = _TAG.sub("", payload)
    assert "<" not in bare, "an open tag"
    assert not re.search(r"&(?!(amp|lt|gt|lrm|rlm|nbsp|#\d+|#x[0-9a-fA-F]+);)", bare), "a bare &"
    return Cue(name, start, end, html.unescape(bare))


def _milliseconds(stamp: str) -> int:
    found = _STAMP.fullmatch(stamp)
    assert found, f"no timestamp: {stamp!r}"
    hours, minutes, seconds, thousandths = (int(part or 0) for part in found.groups())
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths


@dataclass(frozen=True)
class Cut:
    number: int
    reel: str
    channels: str
    source: tuple[int, int]
    record: tuple[int, int]
    comments: dict[str, str]


def read_edl(raw: bytes, rate: Fraction) -> tuple[str, bool, list[Cut]]:
    """Title, whether it is drop-frame, and events of a CMX 3600 list, by its fixed columns."""
    lines = raw.decode("utf-8").split("\n")
    title = re.fullmatch(r"TITLE: (.{0,70})", lines[0])
    kind = re.fullmatch(r"FCM: (NON-)?DROP FRAME", lines[1])
    assert title
    assert kind
    drop = kind[1] is None
    mark = ";" if drop else ":"
    stamp = rf"\d\d:[0-5]\d:[0-5]\d{mark}\d\d"
    event = re.compile(
        r"(\d{3})  ([A-Z0-9_ ]{8}) (V|A|AA|B|AA/V) +C {8}" + " ".join([f"({stamp})"] * 4)
    )
    cuts: list[Cut] = []
    for line in lines[2:]:
        if line.startswith("* "):
            key, _, value = line[2:].partition(": ")
            cuts[-1].comments[key] = value
        elif line:
            found = event.fullmatch(line)
            assert found, f"no event: {line!r}"
            times = [_frames(text, rate, drop) for text in found.groups()[3:]]
            cuts.append(
                Cut(int(found[1]), found[2].rstrip(), found[3], (times[0], times[1]),
                    (times[2], times[3]), {})
            )  # fmt: skip
    return title[1], drop, cuts


def _frames(label: str, rate: Fraction, drop: bool) -> int:
    """Frames by OpenTimelineIO where it is here, else by the formula of the textbooks."""
    try:
        from opentimelineio import opentime
    except ImportError:
        hours, minutes, seconds, frames = map(int, re.split("[:;]", label))
        nominal, minutes = round(rate), hours * 60 + minutes
        left_out = (nominal // 15) * (minutes - minutes // 10) if drop else 0
        return (minutes * 60 + seconds) * nominal + frames - left_out
    return int(opentime.from_timecode(label, float(rate)).value)


def ffmpeg(*words: str | Path, program: str = "ffmpeg") -> str:
    """Run ffmpeg or ffprobe, which are oracles of their own."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"needs the {program} program")
    command = [found, "-v", "error", *(["-nostdin", "-y"] if program == "ffmpeg" else [])]
    done = subprocess.run(
        [*command, *map(str, words)], capture_output=True, check=True, timeout=60, text=True
    )
    return done.stdout
