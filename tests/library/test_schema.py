from __future__ import annotations

import sqlite3
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from kinolex.errors import LibraryError, LibraryTooNewError
from kinolex.library import schema
from kinolex.library.database import FILE
from kinolex.library.fulltext import MatchQuery
from kinolex.library.store import Store
from tests.library.samples import video_id

FIRST = (Path(__file__).parent / "formats" / "0001.sql").read_text(encoding="utf-8")
"""A library of format 1, as the sqlite3 shell's .dump would tell it; never changed again."""


def stored_library(folder: Path, script: str, version: int) -> None:
    folder.mkdir()
    raw = sqlite3.connect(folder / FILE)
    raw.executescript(script)
    raw.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
    raw.execute(f"PRAGMA user_version = {version}")
    raw.commit()
    raw.close()


def test_format_1_opens_with_everything_in_it(folder: Path) -> None:
    stored_library(folder, FIRST, 1)
    with Store.open(folder, write=True) as store:
        assert schema.version(store._db.connection) == max(schema.migrations())
        video = video_id(1)
        assert store.generation == 7
        assert store.video_record(video).title == "The first film"
        found = store.frames_of(video, "toy@1")
        assert found is not None
        assert found[0].tolist() == [0.0, 1.0]
        assert found[1].astype(float).tolist() == [[1.0, 0.0], [0.0, 1.0]]
        assert store.still(video, 0.9) == b"two"
        hits = store.match(MatchQuery(phrases=("Déjà vu",)))
        assert [p.text for p in store.passages([h.passage for h in hits])] == ["Deja vu, again!"]
        assert store.vectors("mini@1", "passages").passages.tolist() == [5]
        scores, rows = store.vectors("toy@1", "frames").search(np.float32([[0, 1]]), 1)
        assert (scores.tolist(), rows.tolist()) == ([[1.0]], [[1]])
        assert store.recall("channels") == ["picture", "speech"]
        assert [f.reason for f in store.failures()] == ["empty"]
        assert list(store.files("r1")) == ["films/first.mp4"]


def test_a_stored_format_is_what_its_migration_makes() -> None:
    """The fixture of format 1 has the tables of 0001.sql and no others."""
    ours, theirs = sqlite3.connect(":memory:"), sqlite3.connect(":memory:")
    ours.executescript(schema.migrations()[1])
    theirs.executescript(FIRST)
    wanted = "SELECT type, name, tbl_name FROM sqlite_schema ORDER BY 1, 2"
    assert ours.execute(wanted).fetchall() == theirs.execute(wanted).fetchall()


STEPS = {
    1: """CREATE TABLE library (a, b, c, d, e); CREATE TABLE t (x);
          INSERT INTO t VALUES ('one;two');""",
    2: "ALTER TABLE t ADD COLUMN y; UPDATE t SET y = 1;",
    3: """CREATE TRIGGER w AFTER INSERT ON t BEGIN
            UPDATE t SET y = 5 WHERE x = new.x; UPDATE t SET y = y + 1 WHERE x = new.x;
          END; INSERT INTO t VALUES ('new', 0);""",
}


def connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None)


@pytest.mark.parametrize("start", [0, 1, 2, 3])
def test_every_format_goes_forward(tmp_path: Path, start: int) -> None:
    connection = connect(tmp_path / "a")
    for last in (start, 3):
        if last:
            schema.migrate(connection, "a", {n: s for n, s in STEPS.items() if n <= last})
    assert schema.version(connection) == 3
    assert connection.execute("SELECT * FROM t").fetchall() == [("one;two", 1), ("new", 6)]
    assert connection.execute("SELECT count(*) FROM library").fetchone() == (1,)


def test_a_broken_migration_changes_nothing(tmp_path: Path) -> None:
    connection = connect(tmp_path / "a")
    schema.migrate(connection, "a", {1: STEPS[1]})
    broken = {**STEPS, 3: "CREATE TABLE u (z); INSERT INTO nowhere VALUES (1);"}
    with pytest.raises(sqlite3.OperationalError):
        schema.migrate(connection, "a", broken)
    assert schema.version(connection) == 1
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema ORDER BY 1")]
    assert names == ["library", "t"]


def test_a_newer_format_is_left_alone(tmp_path: Path) -> None:
    connection = connect(tmp_path / "a")
    schema.migrate(connection, "a", STEPS)
    with pytest.raises(LibraryTooNewError, match="format 3; this one knows 2"):
        schema.migrate(connection, "a", {n: STEPS[n] for n in (1, 2)})


def test_a_reader_does_not_migrate(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored_library(folder, FIRST, 1)
    later = {**schema.migrations(), 2: "CREATE TABLE more (a);"}
    monkeypatch.setattr(schema, "migrations", lambda: later)
    with pytest.raises(LibraryError, match="older format"):
        Store.open(folder)
    Store.open(folder, write=True).close()
    Store.open(folder).close()


def test_migrations_are_numbered_without_gaps() -> None:
    assert list(schema.migrations()) == list(range(1, len(schema.migrations()) + 1))
    folder = resources.files("kinolex.library") / "migrations"
    assert (folder / "0001.sql").is_file()


def test_keys_stand_in_the_order_of_their_columns() -> None:
    """SQLite 3.40 reports a NULL that is none where a table WITHOUT ROWID does it otherwise."""
    connection = sqlite3.connect(":memory:")
    for script in schema.migrations().values():
        connection.executescript(script)
    tables = connection.execute(
        "SELECT name FROM pragma_table_list WHERE type = 'table' AND wr ORDER BY name"
    ).fetchall()
    assert ("shots",) in tables
    for (table,) in tables:
        columns = connection.execute("SELECT pk FROM pragma_table_info(?) ORDER BY cid", (table,))
        keys = [place for (place,) in columns if place]
        assert keys == sorted(keys), table


def test_a_stored_format_is_sound(folder: Path) -> None:
    stored_library(folder, FIRST, 1)
    connection = connect(folder / FILE)
    for check in ("quick_check", "integrity_check"):
        assert connection.execute(f"PRAGMA {check}").fetchall() == [("ok",)]
    connection.close()
