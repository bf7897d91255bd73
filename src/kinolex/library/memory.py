"""Small facts that a library remembers: JSON values by name."""

from __future__ import annotations

import json
from typing import Any

from kinolex.library.part import Part

__all__ = ["CHOSEN", "WHOLE", "Memory"]

CHOSEN = "models"
"""Kind of encoder to the name or folder that the user gave last, so that it need not be repeated
for every question and every later run."""

WHOLE = "whole:"
"""Before a root's id: the note that it was added as a folder, not for single files in it."""


class Memory(Part):
    """Remember and recall."""

    def remember(self, key: str, value: Any) -> None:
        """Keep a JSON value under a name; None forgets it. Same values cost nothing."""
        text = json.dumps(value, sort_keys=True)
        if self._db.one("SELECT value FROM memory WHERE key = ?", (key,)) == (text,):
            return
        with self._db.write() as connection:
            if value is None:
                connection.execute("DELETE FROM memory WHERE key = ?", (key,))
            else:
                connection.execute("INSERT OR REPLACE INTO memory VALUES (?, ?)", (key, text))

    def recall(self, key: str, default: Any = None) -> Any:
        """The value kept under a name, else ``default``."""
        row = self._db.one("SELECT value FROM memory WHERE key = ?", (key,))
        return default if row is None else json.loads(row[0])
