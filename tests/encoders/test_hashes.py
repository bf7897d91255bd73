"""Hashes are right, remembered, and forgotten when a file changes."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from kinolex.encoders import hashes


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "models"
    monkeypatch.setenv("KINOLEX_MODELS", str(folder))
    monkeypatch.setattr(hashes, "_memory", {})
    return folder


def test_the_hash_is_that_of_hashlib(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(bytes(range(256)) * 9000)
    assert hashes.sha256_of(path) == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"one")
    first = hashes.remembered_sha256(path)
    path.write_bytes(b"three")
    assert hashes.remembered_sha256(path) == hashlib.sha256(b"three").hexdigest() != first


def test_an_unchanged_file_is_not_read_again_even_by_another_process(
    tmp_path: Path, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"one")
    value = hashes.remembered_sha256(path)
    monkeypatch.setattr(hashes, "_memory", {})  # as a new process would begin
    when = path.stat().st_mtime_ns
    path.write_bytes(b"eno")  # same size, and its time set back: only a reader would notice
    os.utime(path, ns=(when, when))
    assert hashes.remembered_sha256(path) == value
    assert json.loads((models / "hashes.json").read_text())[str(path.resolve())][2] == value


@pytest.mark.parametrize("damage", ["", "[]", '{"a": 3}', '{"a": ["x"]}', "{"])
def test_a_damaged_memory_only_costs_time(tmp_path: Path, models: Path, damage: str) -> None:
    models.mkdir()
    (models / "hashes.json").write_text(damage)
    path = tmp_path / "a"
    path.write_bytes(b"one")
    assert hashes.remembered_sha256(path) == hashlib.sha256(b"one").hexdigest()


def test_a_models_folder_that_cannot_be_written_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("KINOLEX_MODELS", str(tmp_path / "file" / "models"))
    path = tmp_path / "a"
    path.write_bytes(b"one")
    assert hashes.remembered_sha256(path) == hashlib.sha256(b"one").hexdigest()


def test_the_version_follows_bytes_and_settings_not_names(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"one")
    (tmp_path / "b").write_bytes(b"one")
    (tmp_path / "c").write_bytes(b"two")
    a, b, c = (hashes.content_version([tmp_path / n], "s") for n in "abc")
    assert a == b != c
    assert len(a) == 12
    assert a != hashes.content_version([tmp_path / "a"], "t")
