from __future__ import annotations

import json
from pathlib import Path

from kinolex.export.formats.chapters_ffmetadata import escaped
from kinolex.export.registry import export
from kinolex.export.words import one_line
from kinolex.testing.clips import make_clip
from kinolex.testing.exporters import HOSTILE, check_exporter
from tests.export.readers import ffmpeg, same_as_golden
from tests.export.samples import CHAPTERS, HARBOUR, clip


def test_promises() -> None:
    check_exporter("chapters-ffmetadata")


def test_golden(tmp_path: Path) -> None:
    assert same_as_golden(tmp_path, "chapters-ffmetadata", "chapters.ffmetadata", CHAPTERS) == ()


def test_ffmpeg_puts_them_into_a_film(tmp_path: Path) -> None:
    names = [one_line(words) for words in HOSTILE if len(words) < 200]
    chapters = [clip(HARBOUR, n, n + 1, name) for n, name in enumerate(names)]
    done = export("chapters-ffmetadata", chapters, tmp_path / "a.ffmetadata")
    film = make_clip(tmp_path / "film.mp4", seconds=1, size=(64, 48))
    made = tmp_path / "made.mkv"
    ffmpeg(
        "-i", film, "-f", "ffmetadata", "-i", done.path, "-map_metadata", "1", "-c", "copy", made
    )
    told = json.loads(ffmpeg("-show_chapters", "-of", "json", made, program="ffprobe"))["chapters"]
    assert [float(c["start_time"]) for c in told] == list(range(len(names)))
    assert [float(c["end_time"]) for c in told] == list(range(1, len(names) + 1))
    assert [c.get("tags", {}).get("title", "") for c in told] == names


def test_escapes() -> None:
    assert escaped("a=b;c#d\\e") == r"a\=b\;c\#d\\e"
