"""The audit log: who did what, from where, with which outcome.

``audit.sqlite`` in the library's folder, readable by its owner alone. Rows are only added: the
database itself refuses to change one, and to delete any but the oldest. It keeps the last
100,000 to 110,000 (some 20 MB): then the oldest 10,000 go at once.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from kinolex.errors import LibraryError
from kinolex.serve.private_file import PrivateFile

__all__ = ["FILE", "KEPT", "Audit", "Entry", "plain"]

FILE = "audit.sqlite"
MARK = 0x4B4E4C44
""""KNLD" in SQLite's header."""

KEPT = 100_000
"""So many entries are always kept; the migration's trigger says the same."""

SLACK = 10_000
_LONGEST = {"person": 64, "action": 64, "what": 300, "outcome": 64, "address": 64}
_log = logging.getLogger("kinolex.audit")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was done. ``at``: UTC; ``id`` rises."""

    id: int
    at: dt.datetime
    person: str
    action: str
    what: str
    outcome: str
    address: str

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "id": self.id,
            "at": self.at.isoformat(timespec="milliseconds"),
            "person": self.person,
            "action": self.action,
            "what": self.what,
            "outcome": self.outcome,
            "address": self.address,
        }


def plain(text: str, longest: int = 300) -> str:
    r"""A text as one line of limited length, without characters that could pass for another line.

    Everything that does not print (controls, line ends of any kind, direction marks, halves of
    pairs) is replaced.

    Examples
    --------
    >>> plain("anna\r\n2026-01-01 root logged in\u202e")
    'anna\ufffd\ufffd2026-01-01 root logged in\ufffd'
    """
    cut = text if len(text) <= longest else text[: longest - 3] + "..."
    return "".join(c if c.isprintable() else "\ufffd" for c in cut)


class Audit:
    """Add to the log, and read it.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, Audit.open(Path(folder)) as audit:
    ...     audit.record("anna", "login", "", "ok", "192.0.2.7")
    ...     [(e.person, e.action, e.outcome) for e in audit.entries()]
    [('anna', 'login', 'ok')]
    """

    def __init__(self, folder: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._file = PrivateFile(folder / FILE, "audit", MARK)

    @classmethod
    def open(cls, folder: Path, *, clock: Callable[[], float] = time.time) -> Audit:
        """Open a library's log; it is made when there is none."""
        return cls(Path(folder).expanduser(), clock=clock)

    @staticmethod
    def exist(folder: Path) -> bool:
        """Whether a library has a log; looks only."""
        return (Path(folder).expanduser() / FILE).is_file()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ending: object) -> None:
        self.close()

    def record(self, person: str, action: str, what: str, outcome: str, address: str) -> None:
        """Add an entry; what cannot be written goes to the program's log and hinders nobody.

        Parameters
        ----------
        person : str
            Who; empty where no accounts are demanded.
        action : str
            What was done, a stable word: ``login``, ``index``, ``remove`` ...
        what : str
            To what: an id or a name, never a secret.
        outcome : str
            ``ok``, ``refused``, ``failed`` ...
        address : str
            From where.
        """
        given = {
            "person": person,
            "action": action,
            "what": what,
            "outcome": outcome,
            "address": address,
        }
        row = [plain(value, _LONGEST[name]) for name, value in given.items()]
        try:
            with self._file.write() as connection:
                added = connection.execute(
                    "INSERT INTO entries (at, person, action, what, outcome, address) "
                    "VALUES (?, ?, ?, ?, ?, ?)",
                    (self._clock(), *row),
                ).lastrowid
                first = connection.execute("SELECT min(id) FROM entries").fetchone()[0]
                if added is not None and added - first >= KEPT + SLACK:
                    connection.execute("DELETE FROM entries WHERE id <= ?", (added - KEPT,))
        except LibraryError as error:
            _log.error("not in the audit log (%s): %s", error, " ".join(row))

    def entries(self, limit: int = 100, before: int | None = None) -> list[Entry]:
        """The newest entries, newest first.

        Parameters
        ----------
        limit : int
            At most so many.
        before : int, optional
            Only those with a smaller id: the next page.
        """
        rows = self._file.all(
            "SELECT id, at, person, action, what, outcome, address FROM entries "
            "WHERE ? IS NULL OR id < ? ORDER BY id DESC LIMIT ?",
            (before, before, max(0, limit)),
        )
        return [Entry(row[0], dt.datetime.fromtimestamp(row[1], dt.UTC), *row[2:]) for row in rows]
