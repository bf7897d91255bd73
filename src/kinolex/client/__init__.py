"""A small client for a `kinolex serve` elsewhere, in the same dataclasses as `kinolex.Library`.

`connect` gives a `Client`. It needs httpx (``pip install 'kinolex[client]'``) and of kinolex only
the nouns: no encoder, no library, no video tools. `transport` asks and retries, `problems` turns
what went wrong into the errors of `kinolex.errors`, `reading` turns JSON into dataclasses; the
rest are the methods of `Client`, a file each. Start reading at `client`.
"""

from __future__ import annotations

from kinolex.client.client import Client, connect
from kinolex.client.jobs import Job
from kinolex.client.records import (
    Collection,
    Correction,
    Folder,
    Item,
    JobEvent,
    Passage,
    Root,
    Saved,
    Tag,
)

__all__ = [
    "Client",
    "Collection",
    "Correction",
    "Folder",
    "Item",
    "Job",
    "JobEvent",
    "Passage",
    "Root",
    "Saved",
    "Tag",
    "connect",
]
