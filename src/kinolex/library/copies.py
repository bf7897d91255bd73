"""Videos that lie in allowed and in hidden roots: as if the hidden places had never been indexed.

What decoding gives is the content's own and the same from every place. Three things come from a
place: names (title, title passages), subtitles beside the file, and the path of a failure. These
are worked out again here, into the temporary tables of ``limits.sql``, for `limited`.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby

from kinolex.library.database import stored, unstored
from kinolex.library.naming import entitled, readable_name, scan_order, title_texts
from kinolex.library.videos import clean

__all__ = ["SUBTITLES", "own_failures", "own_subtitles", "own_titles"]

SUBTITLES = "subtitles"
"""Encoder in the stamp of a speech channel that was read from subtitles."""

_ELSEWHERE = (
    "EXISTS (SELECT 1 FROM main.paths p WHERE p.video = {} "
    "AND p.root NOT IN (SELECT id FROM temp.allowed))"
)
_SIDECAR = re.compile(r":(\d+):(\d+)(?=\||$)")
"""Size and time of each subtitle file in `FileState.sidecars`."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A path of a video; ``own``: in an allowed root."""

    root: str
    relative: str
    own: bool

    @property
    def name(self) -> str:
        """File name."""
        return self.relative.rpartition("/")[2]


def _places(connection: sqlite3.Connection, videos: str) -> dict[str, list[_Place]]:
    """Every place of some videos, in the order in which a scan meets them."""
    rows = connection.execute(
        "SELECT p.video, r.path, p.root, p.relative, p.root IN (SELECT id FROM temp.allowed) "
        f"FROM main.paths p LEFT JOIN main.roots r ON r.id = p.root WHERE p.video IN ({videos})"
    ).fetchall()
    rows.sort(key=lambda row: (row[0], unstored(row[1] or ""), scan_order(unstored(row[3]))))
    return {
        video: [_Place(root, unstored(relative), bool(own)) for _, _, root, relative, own in group]
        for video, group in groupby(rows, key=lambda row: row[0])
    }


def own_titles(connection: sqlite3.Connection) -> None:
    """Title and title passages of each video with hidden places, from the allowed places alone."""
    chosen = f"SELECT s.id FROM temp.seen s WHERE {_ELSEWHERE.format('s.id')}"
    places = _places(connection, chosen)
    videos = connection.execute(
        f"SELECT num, id, title, metadata, duration FROM main.videos WHERE id IN ({chosen})"
    ).fetchall()
    for num, video, title, kept, duration in videos:
        metadata = json.loads(kept)
        mine = [place.relative for place in places[video] if place.own]
        theirs = {clean(readable_name(place.name)) for place in places[video] if not place.own}
        named = str(metadata.get("title", "")).strip()
        # A title that a hidden name could have given is given anew, also where it fits.
        own = clean(entitled(title if named or title not in theirs else "", metadata, mine))
        if own != title:
            connection.execute("INSERT INTO temp.own_titles VALUES (?, ?)", (num, own))
        texts = {clean(text) for text in title_texts(own, metadata, mine)}
        _own_passages(connection, num, texts, duration)


def _own_passages(
    connection: sqlite3.Connection, num: int, texts: Collection[str], duration: float
) -> None:
    """Hide whole-video title passages with other texts, and their vectors; chapters stay."""
    rows = connection.execute(
        "SELECT id, source = 'title' AND end_time - start_time >= ?, text FROM main.passages "
        "WHERE video = ? AND channel = 'title' ORDER BY id",
        (duration, num),
    ).fetchall()
    kept = [not whole or text in texts for _, whole, text in rows]
    if all(kept):
        return
    _hide(connection, num, "title", [row[0] for row, k in zip(rows, kept, strict=True) if not k])
    blocks = connection.execute(
        "SELECT num, rows, dimensions, token, vectors FROM main.blocks "
        "WHERE video = ? AND channel = 'title' AND kind = 'passages'",
        (num,),
    ).fetchall()
    token = hashlib.sha256(repr(kept).encode()).hexdigest()[:16]
    for block, count, dimensions, before, vectors in blocks:
        if count != len(kept) or not any(kept):
            connection.execute("INSERT INTO temp.unseen_blocks VALUES (?)", (block,))
            continue
        width = 2 * dimensions
        own = b"".join(vectors[i * width : (i + 1) * width] for i, k in enumerate(kept) if k)
        connection.execute(
            "INSERT INTO temp.own_blocks VALUES (?, ?, ?, ?)",
            (block, sum(kept), f"{before}.{token}", own),
        )


def _hide(connection: sqlite3.Connection, num: int, channel: str, ids: Sequence[int]) -> None:
    connection.executemany(
        "INSERT INTO temp.unseen_passages VALUES (?, ?, ?)", [(i, num, channel) for i in ids]
    )


def own_subtitles(connection: sqlite3.Connection) -> None:
    """Hide speech that was read from subtitles which may lie beside a hidden place alone.

    The library does not say beside which place of a video its subtitles lay. They are shown where
    each subtitle file of a hidden place has a twin (size and time) beside an allowed one; or where
    no hidden place has any, and an allowed place or the video itself has.
    """
    rows = connection.execute(
        "SELECT v.num, v.info, p.root IN (SELECT id FROM temp.allowed), p.sidecars "
        "FROM main.channels c JOIN main.videos v ON v.num = c.video "
        "JOIN main.paths p ON p.video = v.id "
        "WHERE c.channel = 'speech' AND c.encoder = ? AND v.num IN (SELECT num FROM temp.seen) "
        "ORDER BY v.num",
        (SUBTITLES,),
    ).fetchall()
    for (num, info), group in groupby(rows, key=lambda row: (row[0], row[1])):
        beside: dict[bool, set[tuple[str, ...]]] = {True: set(), False: set()}
        for _, _, allowed, sidecars in group:
            beside[bool(allowed)].update(_SIDECAR.findall(unstored(sidecars)))
        inside = bool(json.loads(info).get("subtitles"))
        if beside[False] - beside[True] or not (beside[True] or inside):
            _hide_speech(connection, num)


def _hide_speech(connection: sqlite3.Connection, num: int) -> None:
    where = "WHERE video = ? AND channel = 'speech'"
    ids = connection.execute(f"SELECT id FROM main.passages {where}", (num,)).fetchall()
    _hide(connection, num, "speech", [i for (i,) in ids])
    connection.execute(
        f"INSERT INTO temp.unseen_blocks SELECT num FROM main.blocks {where}", (num,)
    )
    connection.execute("INSERT INTO temp.unseen_channels VALUES (?, 'speech')", (num,))


def own_failures(connection: sqlite3.Connection) -> None:
    """Failures of a content that were met at a hidden place, moved to its first allowed place.

    The content would have failed there as well; so ingest says of copies of a bad file, too.
    """
    chosen = f"SELECT s.id FROM temp.seen s WHERE {_ELSEWHERE.format('s.id')}"
    places = _places(connection, chosen)
    known = set(
        connection.execute(
            "SELECT video, stage FROM main.failures WHERE root IN (SELECT id FROM temp.allowed)"
        )
    )
    rows = connection.execute(
        "SELECT root, relative, stage, fingerprint, video, reason, message, tries, at "
        "FROM main.failures WHERE root NOT IN (SELECT id FROM temp.allowed) "
        f"AND video IN ({chosen}) ORDER BY at DESC, root, relative"
    ).fetchall()
    for _, relative, stage, fingerprint, video, reason, message, tries, at in rows:
        if (video, stage) in known:
            continue
        known.add((video, stage))
        own = next(place for place in places[video] if place.own)
        said = _said(message, unstored(relative).rpartition("/")[2], own.name, reason)
        connection.execute(
            "INSERT INTO temp.own_failures VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                own.root,
                stored(own.relative),
                stage,
                fingerprint,
                video,
                reason,
                clean(said),
                tries,
                at,
            ),
        )


def _said(message: str, hidden: str, own: str, reason: str) -> str:
    """A failure's message with the allowed file's name; a plain one where it names folders."""
    said = message.replace(clean(hidden), own)
    if "/" in said or "\\" in said:
        return f"{own} could not be read ({reason})."
    return said
