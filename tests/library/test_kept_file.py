"""The file `kept.sqlite`: when it comes into being, copies, damage, other programs, old formats."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from kinolex.errors import (
    LibraryBusyError,
    LibraryError,
    LibraryReadOnlyError,
    LibraryTooNewError,
    NotFoundError,
)
from kinolex.library import kept_file
from kinolex.library.kept import Kept
from kinolex.library.kept_file import FILE


def test_nothing_is_written_before_something_is_kept(tmp_path: Path) -> None:
    with Kept.open(tmp_path / "library") as kept:
        assert (kept.saved(), kept.collections(), kept.tags(), kept.corrections()) == (
            [],
            [],
            [],
            [],
        )
        with pytest.raises(NotFoundError):
            kept.collection("x")
        assert not (tmp_path / "library").exists()
        kept.tag("v" * 32, "x")
        assert (tmp_path / "library" / FILE).is_file()


def test_a_copy_of_the_file_alone_holds_every_commit(tmp_path: Path) -> None:
    with Kept.open(tmp_path / "a") as kept:
        for number in range(5):
            kept.tag("v" * 32, f"tag {number}")
        (tmp_path / "b").mkdir()
        shutil.copy(tmp_path / "a" / FILE, tmp_path / "b" / FILE)  # without its -wal, while open
        with Kept.open(tmp_path / "b") as copy:
            assert copy.tags() == kept.tags()


def test_a_file_put_in_place_meanwhile_is_read(tmp_path: Path) -> None:
    with Kept.open(tmp_path / "a") as old, Kept.open(tmp_path / "b") as other:
        old.tag("v" * 32, "old")
        new = other.tag("v" * 32, "new")
        other.close()
        os.replace(tmp_path / "b" / FILE, tmp_path / "a" / FILE)
        assert old.tags() == [new]


@pytest.mark.parametrize("read_only", [True, False])
def test_damaged_foreign_and_newer_files_get_a_sentence(tmp_path: Path, read_only: bool) -> None:
    def open_it() -> None:
        Kept.open(tmp_path, read_only=read_only)

    file = tmp_path / FILE
    file.write_bytes(b"not a database" * 400)
    with pytest.raises(LibraryError, match="damaged"):
        open_it()
    file.unlink()
    with closing(sqlite3.connect(file)) as raw:
        raw.execute("CREATE TABLE mine (x)")
    with pytest.raises(LibraryError, match="another program"):
        open_it()
    file.unlink()
    with Kept.open(tmp_path) as kept:
        kept.tag("v" * 32, "x")
    with closing(sqlite3.connect(file)) as raw:
        raw.execute("PRAGMA user_version = 99")
    with pytest.raises(LibraryTooNewError, match="newer kinolex"):
        open_it()


def test_an_empty_file_is_one_that_was_never_written(tmp_path: Path) -> None:
    (tmp_path / FILE).touch()
    with Kept.open(tmp_path, read_only=True) as kept:
        assert kept.tags() == []
    with Kept.open(tmp_path) as kept:
        assert kept.tag("v" * 32, "x") == kept.tags()[0]


def test_a_failed_migration_leaves_the_old_format(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Kept.open(tmp_path) as kept:
        kept.tag("v" * 32, "x")
    first = kept_file._migrations()
    wrong = {**first, 2: "CREATE TABLE more (x); SELECT nonsense;"}
    monkeypatch.setattr(kept_file, "_migrations", lambda: wrong)
    with pytest.raises(LibraryError):
        Kept.open(tmp_path)
    with pytest.raises(LibraryError, match="older format"):
        Kept.open(tmp_path, read_only=True)
    monkeypatch.setattr(kept_file, "_migrations", lambda: {**first, 2: "CREATE TABLE more (x);"})
    with Kept.open(tmp_path) as kept:
        assert [t.name for t in kept.tags()] == ["x"]
    monkeypatch.setattr(kept_file, "_migrations", lambda: first)
    with pytest.raises(LibraryTooNewError):
        Kept.open(tmp_path)


def test_read_only(tmp_path: Path) -> None:
    with Kept.open(tmp_path) as kept:
        kept.tag("v" * 32, "x")
    with Kept.open(tmp_path, read_only=True) as reader:
        with pytest.raises(LibraryReadOnlyError, match="read-only"):
            reader.tag("v" * 32, "y")
        assert len(reader.tags()) == 1


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root writes anyway")
def test_a_disk_that_cannot_be_written(tmp_path: Path) -> None:
    with Kept.open(tmp_path / "a") as kept:
        kept.tag("v" * 32, "x")
    (tmp_path / "a" / FILE).chmod(0o444)
    (tmp_path / "a").chmod(0o555)
    try:
        with Kept.open(tmp_path / "a") as kept:
            assert len(kept.tags()) == 1
            with pytest.raises(LibraryReadOnlyError, match="cannot be written"):
                kept.tag("v" * 32, "y")
    finally:
        (tmp_path / "a").chmod(0o755)


def test_a_program_that_holds_the_file_is_named_as_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_file, "_WAIT", 0.05)
    with Kept.open(tmp_path) as kept:
        kept.tag("v" * 32, "x")
        with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as raw:
            raw.execute("BEGIN IMMEDIATE")
            with pytest.raises(LibraryBusyError, match="another program"):
                kept.tag("v" * 32, "y")
            assert len(kept.tags()) == 1  # readers never wait
            raw.execute("ROLLBACK")
        kept.tag("v" * 32, "y")
