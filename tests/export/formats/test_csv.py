from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

from kinolex.export.formats.csv import COLUMNS, inert
from kinolex.export.registry import export
from kinolex.export.words import plain
from kinolex.testing.exporters import HOSTILE, check_exporter, hostile_clip
from tests.export.readers import same_as_golden
from tests.export.samples import BOAT, ISLAND, STREET


def test_promises() -> None:
    check_exporter("csv")


def test_golden(tmp_path: Path) -> None:
    assert same_as_golden(tmp_path, "csv", "clips.csv", [BOAT, ISLAND, STREET]) == ()


def test_read_back(tmp_path: Path) -> None:
    done = export("csv", [BOAT, ISLAND], tmp_path / "a.csv")
    raw = done.path.read_bytes().decode()
    assert raw.count("\r\n") == raw.count("\n") == 3
    boat, island = csv.DictReader(io.StringIO(raw, newline=""), strict=True)
    assert tuple(boat) == COLUMNS
    assert (boat["start"], boat["end"], boat["start_timecode"]) == (
        "10.000",
        "15.000",
        "10:00:10:00",
    )
    assert (island["end_timecode"], island["score"], island["fps"]) == ("01:00:10;00", "", "29.97")


def test_hostile_words_come_back_in_one_cell(tmp_path: Path) -> None:
    for words in HOSTILE:
        done = export("csv", [hostile_clip(BOAT, words)], tmp_path / "a.csv")
        text = done.path.read_bytes().decode()
        (row,) = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        assert row["name"].lstrip("'") == plain(words).lstrip("'")
        for cell in row.values():
            assert cell.lstrip()[:1] not in tuple("=+-@") or not cell


def test_cells_that_would_compute() -> None:
    for cell in ("=1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\n=1", "\r=1"):
        assert inert(cell).startswith("'")
    for cell in ("", "a=1", "1-2", "'x", "Küche"):
        assert inert(cell) == cell


def test_names_that_are_no_text(tmp_path: Path) -> None:
    odd = replace(BOAT, video=replace(BOAT.video, path="/films/caf\udce9.mp4"))
    done = export("csv", [odd], tmp_path / "a.csv")
    assert "/films/caf\ufffd.mp4" in done.path.read_bytes().decode()
