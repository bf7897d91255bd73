"""Notes are kept beside the models, and losing them costs nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from kinolex.encoders import notes


def test_what_is_written_is_read_by_the_next_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KINOLEX_MODELS", str(tmp_path / "models"))
    monkeypatch.setattr(notes, "_memory", {})
    assert notes.read("speed:x") is None
    notes.write("speed:x", "fast")
    monkeypatch.setattr(notes, "_memory", {})
    assert notes.read("speed:x") == "fast"
    (tmp_path / "models" / "notes.json").write_text("{")
    assert notes.read("speed:x") is None


def test_a_folder_that_cannot_be_written_keeps_notes_for_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("KINOLEX_MODELS", str(tmp_path / "file" / "models"))
    notes.write("speed:y", "slow")
    assert notes.read("speed:y") == "slow"
