"""Folders that can be added from a page: chosen from lists, never named by a path.

A folder is meant by an id that the server made for it: the number of the place where browsing
began, the names below it, and a signature, so that nobody can make one up.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kinolex.errors import NotFoundError

__all__ = ["Folder", "Folders"]

MOST = 2000
"""Folders shown of one folder."""


@dataclass(frozen=True, slots=True)
class Folder:
    """One folder: ``id`` for requests, ``name`` for people."""

    id: str
    name: str


class Folders:
    """What an admin may browse.

    Parameters
    ----------
    places : sequence of Path
        Folders where browsing begins.
    """

    def __init__(self, places: Sequence[Path]) -> None:
        self._places = [place.expanduser().resolve() for place in places]
        self._key = secrets.token_bytes(32)

    def top(self) -> list[Folder]:
        """Where browsing begins."""
        return [
            Folder(self._id(number, ()), place.name or str(place))
            for number, place in enumerate(self._places)
            if place.is_dir()
        ]

    def below(self, name: str) -> list[Folder]:
        """The folders of a folder, by name; hidden ones and links to elsewhere are left out.

        Raises
        ------
        NotFoundError
            If the id is not one of this server, or the folder is gone.
        """
        number, parts = self._parts(name)
        place = self.path(name)
        try:
            names = sorted(
                entry.name
                for entry in os.scandir(place)
                if entry.is_dir(follow_symlinks=False) and not entry.name.startswith(".")
            )
        except OSError:
            raise NotFoundError("This folder cannot be read.") from None
        return [Folder(self._id(number, (*parts, one)), one) for one in names[:MOST]]

    def path(self, name: str) -> Path:
        """Where the folder of an id lies.

        Raises
        ------
        NotFoundError
            If the id is not one of this server, or the folder is gone.
        """
        number, parts = self._parts(name)
        top = self._places[number]
        place = top.joinpath(*parts).resolve()
        if not place.is_relative_to(top) or not place.is_dir():
            raise NotFoundError("This folder is gone.", hint="Look for it again.")
        return place

    def _id(self, number: int, parts: Sequence[str]) -> str:
        text = json.dumps([number, *parts], separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._sign(text) + text).decode().rstrip("=")

    def _sign(self, text: bytes) -> bytes:
        return hmac.digest(self._key, text, hashlib.sha256)[:12]

    def _parts(self, name: str) -> tuple[int, list[str]]:
        try:
            data = base64.urlsafe_b64decode(name.encode("ascii") + b"=" * (-len(name) % 4))
            signature, text = data[:12], data[12:]
            if not hmac.compare_digest(signature, self._sign(text)):
                raise ValueError
            number, *parts = json.loads(text)
        except (ValueError, binascii.Error):
            raise NotFoundError("There is no such folder.", hint="Look for it again.") from None
        return number, parts
