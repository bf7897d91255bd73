"""docs/library-format.md against real libraries: every name is explained, every example runs."""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
from pathlib import Path

from kinolex.library.schema import APPLICATION_ID
from kinolex.library.store import Store
from tests.library.samples import add_file, add_video, frames, said

REPOSITORY = Path(__file__).resolve().parents[1]
PAGE = (REPOSITORY / "docs" / "library-format.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def some_library(folder: Path) -> Path:
    with Store.open(folder / "library", write=True) as store:
        video = add_video(store, 1, frames(3), said("water boils"))
        add_file(store, folder / "root", "a.mp4", video)
    return folder / "library"


def test_every_table_and_column_is_explained(tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(some_library(tmp_path) / "library.sqlite")) as raw:
        inner = re.compile(r"sqlite_|passage_(words|trigrams)")
        tables = [t for (t,) in raw.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        tables = [t for t in tables if not inner.match(t)]
        for table in tables:
            assert re.search(rf"^### .*\b{table}\b", PAGE, re.MULTILINE), table
            part = re.split(rf"^### .*\b{table}\b.*$", PAGE, flags=re.MULTILINE)[1].split("\n##")[0]
            for _, column, *_ in raw.execute(f"PRAGMA table_info({table})"):
                assert f"`{column}`" in part or f"`{column} " in part, (table, column)
    assert f"0x{APPLICATION_ID:X}" in PAGE


def test_the_questions_for_the_shell_give_answers(tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(some_library(tmp_path) / "library.sqlite")) as raw:
        questions = [q for block in blocks("sql") for q in block.split(";") if q.strip()]
        answers = [raw.execute(question).fetchall() for question in questions]
    assert len(questions) == 6
    assert all(answers[:-1])  # nothing failed
    assert answers[2][0][2] == "water boils"


def test_vectors_can_be_read_without_kinolex(tmp_path: Path) -> None:
    before = Path.cwd()
    os.chdir(some_library(tmp_path))
    try:
        names: dict[str, object] = {}
        exec(blocks("python")[0], names)
        names["connection"].close()  # type: ignore[attr-defined]
    finally:
        os.chdir(before)
    assert names["times"].tolist() == [0, 1000, 2000]  # type: ignore[attr-defined]
    assert (names["frames"] == frames(3).frames.vectors).all()  # type: ignore[union-attr]
