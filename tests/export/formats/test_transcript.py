from __future__ import annotations

from pathlib import Path

from kinolex.export.registry import export
from kinolex.testing.exporters import check_exporter
from tests.export.readers import same_as_golden
from tests.export.samples import BOAT, ROPE, STREET


def test_promises() -> None:
    check_exporter("transcript")


def test_golden(tmp_path: Path) -> None:
    assert same_as_golden(tmp_path, "transcript", "words.txt", [BOAT, STREET]) == ()


def test_a_clip_without_words_keeps_its_heading(tmp_path: Path) -> None:
    done = export("transcript", [ROPE], tmp_path / "a.txt")
    assert done.path.read_text() == "Rope (1:02–1:10)\nHarbour walk\n\n"
    assert len(done.notes) == 1
    done = export("transcript", [ROPE, BOAT], tmp_path / "a.txt")
    assert "[0:10] Mind the gap." in done.path.read_text()
    assert done.notes == ()
