from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.serve import audit as module
from kinolex.serve.audit import Audit, plain
from tests.serve.conftest import Clock


def test_what_was_done_can_be_read_newest_first(tmp_path: Path, clock: Clock) -> None:
    with Audit.open(tmp_path, clock=clock) as audit:
        for number in range(10):
            clock.now += 1
            audit.record("anna", "index", str(number), "ok", "192.0.2.7")
        first = audit.entries(4)
        assert [e.what for e in first] == ["9", "8", "7", "6"]
        assert [e.what for e in audit.entries(4, before=first[-1].id)] == ["5", "4", "3", "2"]
        assert first[0].at.timestamp() == clock.now
        assert audit.entries(0) == audit.entries(-5) == []
    assert stat.S_IMODE((tmp_path / "audit.sqlite").stat().st_mode) == 0o600


@given(st.text(max_size=400))
def test_nothing_written_can_look_like_another_entry(text: str) -> None:
    said = plain(text)
    assert len(said) <= 300
    assert len(said.splitlines()) <= 1
    assert "\t" not in said
    assert said.isprintable()
    said.encode("utf-8")
    if text.isprintable() and len(text) <= 300:
        assert said == text


def test_a_forged_name_stays_one_entry(tmp_path: Path) -> None:
    with Audit.open(tmp_path) as audit:
        audit.record("a\n2\t2026\tboss", "login\r", "x\u2028y\x1b[2J", "ok\0", "1\u202e2")
        (entry,) = audit.entries()
    for value in (entry.person, entry.action, entry.what, entry.outcome, entry.address):
        assert value.isprintable()


def test_entries_cannot_be_changed_or_deleted(tmp_path: Path) -> None:
    with Audit.open(tmp_path) as audit:
        audit.record("anna", "remove", "v1", "ok", "")
    raw = sqlite3.connect(tmp_path / "audit.sqlite")
    for statement in ("UPDATE entries SET person = 'ben'", "DELETE FROM entries"):
        with pytest.raises(sqlite3.IntegrityError):
            raw.execute(statement)
    raw.close()


def test_the_oldest_go_and_only_they(tmp_path: Path) -> None:
    Audit.open(tmp_path).close()
    raw = sqlite3.connect(tmp_path / "audit.sqlite")
    full = module.KEPT + module.SLACK
    raw.executemany(
        "INSERT INTO entries VALUES (?, 0, '', 'seen', '', 'ok', '')",
        ((n,) for n in range(1, full + 1)),
    )
    raw.commit()
    with pytest.raises(sqlite3.IntegrityError):
        raw.execute("DELETE FROM entries WHERE id = ?", (module.SLACK + 1,))
    raw.rollback()
    with Audit.open(tmp_path) as audit:
        audit.record("anna", "last", "", "ok", "")
        count, first, last = raw.execute(
            "SELECT count(*), min(id), max(id) FROM entries"
        ).fetchone()
    raw.close()
    assert (count, first, last) == (module.KEPT, module.SLACK + 2, full + 1)


def test_a_log_that_cannot_be_written_hinders_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Audit.open(tmp_path) as audit:
        audit._file._connection.execute("PRAGMA query_only = ON")
        audit.record("anna", "remove", "v\n1", "ok", "192.0.2.7")
    (line,) = [r.getMessage() for r in caplog.records]
    assert "anna remove v\ufffd1 ok 192.0.2.7" in line
