"""Channels: everything one encoder found in one video, committed and replaced as a whole."""

from __future__ import annotations

import datetime as dt
import json
import os
import sqlite3
from typing import Any

import numpy as np
import numpy.typing as npt

from kinolex.errors import UsageError
from kinolex.library.correcting import Correcting, words_json
from kinolex.library.folding import fold
from kinolex.library.records import ChannelData, ChannelState, Passage, Space, Stamp
from kinolex.library.videos import clean

__all__ = ["Channels"]

_STILL_BLOCK = 1 << 19
_TABLES = ("blocks", "passages", "shots", "stills", "still_blocks", "channels")


def _check(data: ChannelData) -> None:
    """Refuse data that could not be read back as what it says.

    Raises
    ------
    UsageError
        If shapes or orders are wrong.
    """
    frames = data.frames
    if frames is not None:
        if frames.vectors.ndim != 2 or frames.pts.shape != (len(frames.vectors),):
            raise UsageError("Frames need one timestamp for each vector.")
        if len(frames.pts) > 1 and not bool(np.all(np.diff(frames.pts) > 0)):
            raise UsageError("Frames need rising timestamps.")
        _check_finite(frames.vectors)
    vectors = data.passage_vectors
    if vectors is not None:
        if vectors.ndim != 2 or len(vectors) != len(data.passages):
            raise UsageError("Passages need one vector each.")
        if not data.words_space:
            raise UsageError("Vectors of passages need the name of their space.")
        _check_finite(vectors)


def _check_finite(vectors: npt.NDArray[Any]) -> None:
    if not bool(np.isfinite(vectors).all()):
        raise UsageError("Vectors must hold finite numbers.")


class Channels(Correcting):
    """Commit, read and drop channels."""

    def commit_channel(self, video_id: str, data: ChannelData) -> None:
        """Make a channel of a video visible, in place of what the channel had.

        One transaction: readers see the old channel or the new one, never half of either. What a
        person has corrected in the video's passages is put right again in what is committed.

        Parameters
        ----------
        video_id : str
            A video that was put before.
        data : ChannelData
            Vectors are stored as float16.

        Raises
        ------
        NotFoundError
            If the video is not known.
        UsageError
            If shapes do not fit or timestamps do not rise.
        LibraryError
            If the disk is full or the library cannot be written; nothing has changed then.
        """
        _check(data)
        data, reread = self._corrected(video_id, data)
        with self._db.write() as connection:
            num = self._known(video_id)
            _erase(connection, num, data.stamp.channel)
            writer = _Writer(connection, num, data.stamp.channel, self._db.stamp()[0] + 1)
            writer.write(data)
        self.remember_originals(reread)

    def drop_channel(self, video_id: str, channel: str) -> None:
        """Forget a channel of a video."""
        with self._db.write() as connection:
            _erase(connection, self._known(video_id), channel)

    def states(self, video_id: str | None = None) -> list[ChannelState]:
        """States of all channels of one video, or of every video."""
        sql = (
            "SELECT v.id, c.channel, c.key, c.state, c.items, c.encoder, c.version, c.settings "
            "FROM channels c JOIN videos v ON v.num = c.video "
        )
        if video_id is None:
            rows = self._db.all(sql + "ORDER BY v.num, c.channel")
        else:
            rows = self._db.all(sql + "WHERE v.id = ? ORDER BY c.channel", (video_id,))
        return [
            ChannelState(
                row[0],
                row[1],
                row[2],
                row[3],
                row[4],
                Stamp(row[1], row[5], row[6], json.loads(row[7])),
            )
            for row in rows
        ]

    def spaces(self) -> list[Space]:
        """Vector spaces that hold something, by kind and name."""
        rows = self._db.all(
            "SELECT space, kind, max(dimensions), sum(rows) FROM blocks "
            "GROUP BY kind, space HAVING sum(rows) > 0 ORDER BY kind, space"
        )
        return [Space(*row) for row in rows]

    def drop_space(self, space: str) -> int:
        """Forget all vectors of a space (an encoder that is no longer used); returns their rows.

        Channels of frames in it are dropped; passages stay and lose their vectors only.
        """
        with self._db.write() as connection:
            rows = connection.execute(
                "SELECT video, channel, kind, rows FROM blocks WHERE space = ?", (space,)
            ).fetchall()
            for video, channel, kind, _ in rows:
                if kind == "frames":
                    _erase(connection, video, channel)
            connection.execute("DELETE FROM blocks WHERE space = ?", (space,))
        return sum(row[3] for row in rows)


def _erase(connection: sqlite3.Connection, num: int, channel: str) -> None:
    for table in _TABLES:
        connection.execute(f"DELETE FROM {table} WHERE video = ? AND channel = ?", (num, channel))


class _Writer:
    """Writes one channel's rows inside a transaction."""

    def __init__(
        self, connection: sqlite3.Connection, num: int, channel: str, generation: int
    ) -> None:
        self._connection = connection
        self._num = num
        self._channel = channel
        self._generation = generation

    def write(self, data: ChannelData) -> None:
        """Insert everything."""
        if data.frames is not None:
            pts = np.ascontiguousarray(data.frames.pts, "<i8")
            self._block("frames", data.stamp.space, data.frames.vectors, pts)
        self._shots(data)
        stills = self._stills(data)
        self._passages(data.passages)
        if data.passage_vectors is not None:
            self._block("passages", data.words_space, data.passage_vectors, None)
        self._state(data, stills)

    def _block(
        self,
        kind: str,
        space: str,
        vectors: npt.NDArray[Any],
        pts: npt.NDArray[np.int64] | None,
    ) -> None:
        if not len(vectors):
            return
        other = self._connection.execute(
            "SELECT dimensions FROM blocks WHERE kind = ? AND space = ? LIMIT 1", (kind, space)
        ).fetchone()
        if other is not None and other[0] != vectors.shape[1]:
            raise UsageError(
                f"Vectors of {space} have {other[0]} numbers in this library, "
                f"not {vectors.shape[1]}."
            )
        self._connection.execute(
            "INSERT INTO blocks (video, channel, kind, space, dimensions, rows, generation, "
            "token, pts, vectors) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self._num,
                self._channel,
                kind,
                space,
                vectors.shape[1],
                len(vectors),
                self._generation,
                os.urandom(8).hex(),
                None if pts is None else pts.tobytes(),
                np.ascontiguousarray(vectors, "<f2").tobytes(),
            ),
        )

    def _shots(self, data: ChannelData) -> None:
        self._connection.executemany(
            "INSERT OR REPLACE INTO shots (video, channel, start_pts, end_pts) VALUES (?, ?, ?, ?)",
            [(self._num, self._channel, s.start_pts, s.end_pts) for s in data.shots],
        )

    def _stills(self, data: ChannelData) -> int:
        """Pack stills into blocks: single ones would waste half a page each."""
        rows: dict[int, tuple[int, bytes]] = {}
        for pts, jpeg in data.stills:
            rows[pts] = (pts, jpeg)
        pending: list[tuple[int, bytes]] = []
        size = 0
        for pts in sorted(rows):
            pending.append(rows[pts])
            size += len(rows[pts][1])
            if size >= _STILL_BLOCK:
                self._still_block(pending)
                pending, size = [], 0
        if pending:
            self._still_block(pending)
        return len(rows)

    def _still_block(self, stills: list[tuple[int, bytes]]) -> None:
        block = self._connection.execute(
            "INSERT INTO still_blocks (video, channel, data) VALUES (?, ?, ?)",
            (self._num, self._channel, b"".join(jpeg for _, jpeg in stills)),
        ).lastrowid
        start = 0
        for pts, jpeg in stills:
            self._connection.execute(
                "INSERT INTO stills (video, pts, channel, block, start, bytes) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (self._num, pts, self._channel, block, start, len(jpeg)),
            )
            start += len(jpeg)

    def _passages(self, passages: tuple[Passage, ...]) -> None:
        self._connection.executemany(
            "INSERT INTO passages (video, channel, source, start_time, end_time, text, folded, "
            "language, confidence, box, words) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    self._num,
                    self._channel,
                    p.source,
                    p.span.start,
                    p.span.end,
                    clean(p.text),
                    fold(p.text),
                    p.language,
                    p.confidence,
                    None if p.box is None else json.dumps(p.box),
                    words_json(p),
                )
                for p in passages
            ],
        )

    def _state(self, data: ChannelData, stills: int) -> None:
        items = len(data.frames.pts) if data.frames is not None else len(data.passages)
        state = "partial" if data.partial else "done" if items else "empty"
        stamp = data.stamp
        self._connection.execute(
            "INSERT INTO channels (video, channel, key, encoder, version, settings, state, items, "
            "stills, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self._num,
                stamp.channel,
                stamp.key,
                stamp.encoder,
                stamp.version,
                json.dumps(dict(stamp.settings), sort_keys=True),
                state,
                items,
                stills,
                dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            ),
        )
