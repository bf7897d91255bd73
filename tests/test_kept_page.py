"""docs/kept.md against a real file: every column is explained, every question gives an answer."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from kinolex.library.kept import Kept
from kinolex.library.kept_file import APPLICATION_ID, FILE
from kinolex.library.store import Store
from tests.library.samples import add_video

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "kept.md").read_text(encoding="utf-8")


def some_kept(folder: Path) -> Path:
    with Store.open(folder, write=True) as store, Kept.open(folder) as kept:
        video = add_video(store, 1)
        kept.tag(video, "beach")
        kept.collect("Best of", [(video, 1, 2, "note")])
        kept.look(kept.save("cups", {"text": "cup"}).id, [video])
        kept.correct(video, "speech", 0, 1, "cap", "cup")
    return folder


def test_every_table_and_column_is_explained(tmp_path: Path) -> None:
    with closing(sqlite3.connect(some_kept(tmp_path) / FILE)) as raw:
        tables = [t for (t,) in raw.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        for table in (t for t in tables if not t.startswith("sqlite_")):
            part = re.split(rf"^### {table}$", PAGE, flags=re.MULTILINE)[1].split("\n##")[0]
            for _, column, *_ in raw.execute(f"PRAGMA table_info({table})"):
                assert f"`{column}`" in part, (table, column)
        assert raw.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        assert raw.execute("PRAGMA user_version").fetchone() == (1,)
    assert f"0x{APPLICATION_ID:X}" in PAGE


def test_the_questions_for_the_shell_give_answers(tmp_path: Path) -> None:
    folder = some_kept(tmp_path)
    blocks = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
    with closing(sqlite3.connect(folder / FILE)) as raw:
        raw.execute("ATTACH ? AS library", (str(folder / "library.sqlite"),))
        questions = [q for block in blocks for q in block.split(";") if q.strip()]
        answers = [raw.execute(question).fetchall() for question in questions]
    assert len(questions) == 5
    assert all(answers)
