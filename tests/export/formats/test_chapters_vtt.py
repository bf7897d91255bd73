from __future__ import annotations

from pathlib import Path

import pytest

from kinolex.errors import UsageError
from kinolex.export.registry import export
from kinolex.testing.exporters import check_exporter
from tests.export.readers import Cue, read_vtt, same_as_golden
from tests.export.samples import CHAPTERS, ISLAND


def test_promises() -> None:
    check_exporter("chapters-vtt")


def test_golden(tmp_path: Path) -> None:
    assert same_as_golden(tmp_path, "chapters-vtt", "chapters.vtt", CHAPTERS[::-1]) == ()


def test_a_strict_parser_reads_it(tmp_path: Path) -> None:
    done = export("chapters-vtt", CHAPTERS, tmp_path / "a.chapters.vtt")
    assert read_vtt(done.path.read_bytes()) == [
        Cue("1", 0, 12500, "Arrival"),
        Cue("2", 12500, 62480, "Red boat = #1; <b>"),
        Cue("3", 62480, 70000, "Rope"),
    ]


def test_one_video_only(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="about one video"):
        export("chapters-vtt", [*CHAPTERS, ISLAND], tmp_path / "a.vtt")
