"""How one server is run."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from kinolex.settings import Settings, default_library, settings_from

__all__ = ["MOST_UPLOADED", "ServeOptions"]

MOST_UPLOADED = 20 * 1024 * 1024
"""Bytes of an uploaded picture."""


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """What ``kinolex serve`` was told.

    Parameters
    ----------
    library : Path
        The library's folder; it may not exist yet.
    host, port : str, int
        Where to listen. Beyond loopback accounts are demanded.
    read_only : bool
        Refuse everything that would write: index runs, tags, collections, accounts.
    hosts : tuple of str
        Names under which browsers may ask, beside those of loopback and ``host``.
    proxies : tuple of str
        Addresses whose ``X-Forwarded-*`` is believed.
    browse : tuple of Path
        Folders below which an admin may choose folders to add from the pages.
    settings : Settings
        Encoders, threads, sampling.
    """

    library: Path = field(default_factory=default_library)
    host: str = "127.0.0.1"
    port: int = 7860
    read_only: bool = False
    hosts: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()
    browse: tuple[Path, ...] = ()
    settings: Settings = field(default_factory=settings_from)
