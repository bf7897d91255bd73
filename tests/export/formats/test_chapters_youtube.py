from __future__ import annotations

from pathlib import Path

from kinolex.export.registry import export
from kinolex.testing.exporters import check_exporter
from tests.export.readers import same_as_golden
from tests.export.samples import CHAPTERS, HARBOUR, clip


def notes(tmp_path: Path, *starts: float) -> str:
    clips = [clip(HARBOUR, start, start + 9) for start in starts]
    return " ".join(export("chapters-youtube", clips, tmp_path / "a.txt").notes)


def test_promises() -> None:
    check_exporter("chapters-youtube")


def test_golden(tmp_path: Path) -> None:
    assert same_as_golden(tmp_path, "chapters-youtube", "chapters.youtube.txt", CHAPTERS) == ()


def test_hours(tmp_path: Path) -> None:
    from dataclasses import replace

    long = replace(HARBOUR, duration=9000.0)
    done = export("chapters-youtube", [clip(long, 3725, 3800, "Late")], tmp_path / "a.txt")
    assert done.path.read_text() == "1:02:05 Late\n"


def test_notes_say_what_youtube_would_not_take(tmp_path: Path) -> None:
    assert notes(tmp_path, 0, 20, 40) == ""
    assert "first chapter at 0:00; this one is at 0:05" in notes(tmp_path, 5, 20, 40)
    assert "at least three chapters; there are 2" in notes(tmp_path, 0, 20)
    assert "at least 10 s; the one at 0:20 is shorter" in notes(tmp_path, 0, 20, 29)
    assert "begin in the same second" in notes(tmp_path, 0, 20.1, 20.9, 40)
    assert "the one at 1:51 is shorter" in notes(tmp_path, 0, 20, 111)  # the video ends at 2:00
