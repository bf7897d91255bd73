"""Resources: pictures and exported files, read on purpose and by address only."""

from __future__ import annotations

import re
from pathlib import Path

from kinolex.api import Library
from kinolex.errors import NotFoundError, UsageError
from kinolex.serve.assistant.visit import Visit
from kinolex.serve.v1.videos import known

__all__ = ["EXPORT", "MOST_BYTES", "STILL", "export_uri", "read", "still_uri"]

STILL = "kinolex://video/{video}/still{?t}"
EXPORT = "kinolex://export/{export}"
"""Their addresses, as URI templates (RFC 6570)."""

MOST_BYTES = 4 << 20
"""Bytes of a resource: what is larger belongs into a download."""

_STILL = re.compile(r"kinolex://video/([0-9a-f]{8,64})/still(?:\?t=([0-9]{1,9}(?:\.[0-9]{1,6})?))?")
_EXPORT = re.compile(r"kinolex://export/([0-9a-f]{32})")


def still_uri(video: str, time: float) -> str:
    """Address of a picture.

    Examples
    --------
    >>> still_uri("ab12cd34", 12.5)
    'kinolex://video/ab12cd34/still?t=12.500'
    """
    return f"kinolex://video/{video}/still?t={time:.3f}"


def export_uri(export: str) -> str:
    """Address of an exported file."""
    return f"kinolex://export/{export}"


async def read(uri: str, visit: Visit) -> tuple[str | bytes, str]:
    """What lies at an address, and its media type; text comes as text.

    Raises
    ------
    NotFoundError
        If there is no such thing, for who asks.
    UsageError
        If it is too large to be read here.
    """
    if still := _STILL.fullmatch(uri):
        video, time = still[1], float(still[2] or 0.0)
        return await visit.look(lambda library: _still(library, video, time)), "image/jpeg"
    if export := _EXPORT.fullmatch(uri):
        made = visit.exports.one(export[1], visit.person).work
        if not made.done():
            raise NotFoundError("The file is not there yet.", hint="Read it again in a moment.")
        result = made.result()
        return _content(result.path), result.media_type
    raise NotFoundError(
        "There is no such resource.", hint="Addresses are those that `stills` and `export` give."
    )


def _still(library: Library, video: str, time: float) -> bytes:
    found = known(library, video)
    data = library._need().still(found.id, min(time, found.duration))
    if data is None:
        raise NotFoundError("No still of this video is kept.", hint="It has no pictures.")
    return data


def _content(path: Path) -> str | bytes:
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise UsageError(
                f"The file has {size:,} bytes, too many to be read here.",
                hint="Export fewer spans, or let a person export it with `kinolex export`.",
            )
        data = path.read_bytes()
    except OSError:
        raise NotFoundError("The file is not kept any more.", hint="Export it again.") from None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data
