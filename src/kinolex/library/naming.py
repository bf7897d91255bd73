"""What files and videos are called: names as words, and the texts under which a video is found.

Ingest writes titles by these rules; a library that is limited to some roots (`limited`) follows
them again for videos that also lie elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

__all__ = ["entitled", "readable_name", "scan_order", "title_texts"]

_METADATA_WORDS = ("description", "comment", "synopsis", "show", "artist", "album", "keywords")
_DIGITS = re.compile(r"(\d+)")


def readable_name(name: str) -> str:
    """A file name as words: no extension, separators and camel case opened.

    Examples
    --------
    >>> readable_name("GX_holiday-2023 beachWalk.final.mp4")
    'GX holiday 2023 beach Walk final'
    """
    stem = PurePosixPath(name).stem if "." in name.strip(".") else name
    stem = re.sub(r"(?<=[a-zß-ÿ])(?=[A-ZÀ-Þ])", " ", stem)
    return " ".join(re.split(r"[\s_.\-+]+", stem)).strip() or name


def entitled(title: str, metadata: Mapping[str, str], places: Sequence[str]) -> str:
    """The title of a video that has one: a title made from a file name follows the names.

    Parameters
    ----------
    title : str
        As it is.
    metadata : mapping
        Tags of the file; a title among them stands.
    places : sequence of str
        Relative paths of its files, at least one; where none gives the title, the first does.

    Examples
    --------
    >>> entitled("clip 1", {}, ["trips/lake_day.mp4"])
    'lake day'
    """
    names = [readable_name(PurePosixPath(place).name) for place in places]
    given = str(metadata.get("title", "")).strip()
    return title if given or title in names else names[0]


def title_texts(title: str, metadata: Mapping[str, str], places: Iterable[str]) -> tuple[str, ...]:
    """The texts of a video's title channel, chapters left out: each once, in their order.

    Examples
    --------
    >>> title_texts("lake day", {"artist": "Ann"}, ["trips/lake_day.mp4"])
    ('lake day', 'trips', 'Ann')
    """
    texts: dict[str, None] = {title: None}
    for place in sorted(places):
        path = PurePosixPath(place)
        texts[readable_name(path.name)] = None
        folders = " / ".join(readable_name(part + "/") for part in path.parts[:-1])
        if folders:
            texts[folders.replace("/ ", "/ ").strip(" /")] = None
    for key in _METADATA_WORDS:
        value = str(metadata.get(key, "")).strip()
        if value:
            texts[value[:2000]] = None
    return tuple(text for text in texts if text.strip())


def scan_order(relative: str) -> tuple[tuple[bool, tuple[str | int, ...], str], ...]:
    """Sort key of a path in a root: as files are met (`kinolex.media.scan`).

    A folder's own files come first, then its folders, both in natural order.

    Examples
    --------
    >>> sorted(["a/x.mp4", "clip 10.mp4", "clip 2.mp4"], key=scan_order)
    ['clip 2.mp4', 'clip 10.mp4', 'a/x.mp4']
    """
    parts = relative.split("/")
    return tuple((place < len(parts) - 1, _natural(part), part) for place, part in enumerate(parts))


def _natural(name: str) -> tuple[str | int, ...]:
    parts: list[str | int] = list(_DIGITS.split(name.casefold()))
    parts[1::2] = [int(part) for part in parts[1::2]]
    return tuple(parts)
