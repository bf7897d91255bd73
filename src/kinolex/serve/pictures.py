"""Pictures that people bring to search with: kept small, by content, and bounded.

The id is a hash of what is kept, so that an address that holds a question goes on working until
the picture is pushed out by newer ones.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import tempfile
import threading
from pathlib import Path

from kinolex.errors import NotFoundError, UsageError
from kinolex.media.guard import Guard
from kinolex.serve.options import MOST_UPLOADED
from kinolex.serve.problems import writable
from kinolex.settings import Settings

__all__ = ["Pictures"]

SIZE = 512
"""Longer side of what is kept, pixels: more than any picture encoder looks at."""

MOST = 1000
"""Pictures kept; the ones not used for longest go first."""


class Pictures:
    """Uploaded pictures of one server.

    Parameters
    ----------
    folder : Path
        Where they are kept; made when needed.
    settings : Settings
        Budgets of the decoding process.
    """

    def __init__(self, folder: Path, settings: Settings) -> None:
        self._folder = folder
        self._guard = Guard(settings.model_copy(update={"decode_seconds": 20.0}))
        self._mutex = threading.Lock()

    def add(self, data: bytes) -> str:
        """Keep a picture; gives its id (32 hex digits).

        Raises
        ------
        UsageError
            If it is empty or too large.
        MediaError
            If it cannot be read as a picture.
        """
        if not data:
            raise UsageError("No picture was sent.", hint="Send its bytes as the body.")
        if len(data) > MOST_UPLOADED:
            raise UsageError(f"The picture is larger than {MOST_UPLOADED >> 20} MB.")
        with self._mutex, writable():
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix="new-", dir=self._folder)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                plain = self._guard.picture(Path(name), SIZE)
            finally:
                os.unlink(name)
            found = hashlib.sha256(plain).hexdigest()[:32]
            self._write(self._folder / f"{found}.jpg", plain)
            self._tidy()
        return found

    def _write(self, place: Path, data: bytes) -> None:
        new = place.with_suffix(f".{os.getpid()}")
        new.write_bytes(data)
        new.replace(place)

    def given(self, name: str) -> Path:
        """Where a picture lies that is given by its id, or whole as a ``data:`` URL (RFC 2397).

        Raises
        ------
        NotFoundError
            If it is not kept (any more).
        UsageError, MediaError
            As `add`.
        """
        if not name.startswith("data:"):
            return self.path(name)
        try:
            data = base64.b64decode(name.partition(",")[2], validate=False)
        except binascii.Error as error:
            raise UsageError("The picture is no base64.", hint="See RFC 2397.") from error
        return self.path(self.add(data))

    def path(self, name: str) -> Path:
        """Where the picture of an id lies.

        Raises
        ------
        NotFoundError
            If it is not kept (any more).
        """
        place = self._folder / f"{name}.jpg"
        plain = len(name) == 32 and all(c in "0123456789abcdef" for c in name)
        if not plain or not place.is_file():
            raise NotFoundError("This picture is not kept any more.", hint="Upload it again.")
        os.utime(place)
        return place

    def _tidy(self) -> None:
        kept = sorted(self._folder.glob("*.jpg"), key=lambda p: -p.stat().st_mtime)
        for place in kept[MOST:]:
            place.unlink(missing_ok=True)

    def close(self) -> None:
        """End the decoding process."""
        self._guard.close()
