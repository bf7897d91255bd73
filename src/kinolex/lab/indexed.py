"""Filling a cache from a library: frames that were indexed are not decoded again.

What is trained on such a cache stands on the very vectors that `kinolex search` looks at.
"""

from __future__ import annotations

import contextlib
import os
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePath

import numpy as np
import numpy.typing as npt

from kinolex.datasets.records import Record
from kinolex.encoders.protocols import PictureEncoder
from kinolex.errors import NotFoundError, UsageError
from kinolex.lab.features import Cache, Writer
from kinolex.lab.filling import captions_of, refuse_gaps
from kinolex.library.store import Store
from kinolex.library.vectors import VectorTable
from kinolex.moments import Video
from kinolex.search.engine import Engine
from kinolex.settings import Settings

__all__ = ["fill_from_library"]


def fill_from_library(
    to: Path | str,
    library: Path | str,
    records: Iterable[Record],
    *,
    settings: Settings | None = None,
    partly: bool = False,
) -> tuple[str, ...]:
    """Copy the frame vectors of the videos that captions name, and encode the captions.

    Parameters
    ----------
    to : path-like
        The folder of the cache; one that is there is gone on with.
    library : path-like
        Its folder.
    records : iterable of Record
        Their ``video`` is a file's name (with its ending or without), a path, or an id. Unlike in
        searching, a part of a name or a title is not enough: it would be another video.
    settings : Settings, optional
        Which picture encoder to load; else the library's own.
    partly : bool
        Go on without videos that are not there.

    Returns
    -------
    tuple of str
        Videos that are left out, with the reason; empty unless ``partly``.

    Raises
    ------
    UsageError
        If a video is not in the library, its name is not unique, or the cache holds other frames
        of it.
    NotFoundError
        If there is no library, or it has no pictures.
    """
    captions = captions_of(records)
    if not (Path(library) / "library.sqlite").is_file():
        raise NotFoundError(f"There is no library at {library}.", hint="Run `kinolex index`.")
    with contextlib.ExitStack() as stack:
        store = stack.enter_context(Store.open(Path(library)))
        stack.enter_context(store.snapshot())
        held = Engine(store, settings=settings).frames()
        assert held.encoder is not None
        table = held.table.table
        names = list(dict.fromkeys(one.video for one in captions))
        found, left = _found(store, names, table)
        if not partly:
            refuse_gaps(left, len(names), "Index")
        rows_of = {name: _rows_at(table, place) for name, place in found.items()}
        with Writer(to, model=held.space, dimensions=table.dimensions) as writer:
            _check_same(Path(to), rows_of)
            _add_texts(writer, held.encoder, [one.text for one in captions])
            for name, rows in rows_of.items():
                writer.add_video(name, rows)
    return tuple(left)


def _rows_at(table: VectorTable, place: int) -> npt.NDArray[np.float16]:
    """Frames of the video at a place."""
    return np.asarray(table.rows[int(table.starts[place]) : int(table.starts[place + 1])])


def _add_texts(writer: Writer, encoder: PictureEncoder, texts: Iterable[str]) -> None:
    """Encode the texts that are not there."""
    for text in dict.fromkeys(texts):
        if not writer.has_text(text):
            # One at a time, as questions come: some models give a batch other last digits.
            writer.add_text(text, encoder.encode_words([text], query=True)[0])


def _check_same(to: Path, rows_of: Mapping[str, npt.NDArray[np.float16]]) -> None:
    """Refuse a cache of frames that the library no longer holds: it was indexed anew since."""
    most = max((len(rows) for rows in rows_of.values()), default=0) + 1
    cache = Cache(to, frames=most)
    for name in sorted(set(cache.video_names()) & set(rows_of)):
        if not np.array_equal(cache.videos([name]).frames[0].numpy(), rows_of[name]):
            raise UsageError(
                f"{to} holds other frames of {name} than the library does now.",
                hint="Name another folder.",
            )


def _found(store: Store, names: list[str], table: VectorTable) -> tuple[dict[str, int], list[str]]:
    """Where the frames of each name are, and which names have none."""
    places = {video: at for at, video in enumerate(table.video_ids)}
    found, left = {}, []
    for name in names:
        ids = [one for one in store.find_videos(name) if _is_called(store.video(one), name)]
        if len(ids) > 1:
            raise UsageError(f"{len(ids)} videos are called {name}.", hint="Give paths or ids.")
        if not ids:
            left.append(f"{name}: not in the library")
        elif ids[0] not in places:
            left.append(f"{name}: no pictures are indexed")
        else:
            found[name] = places[ids[0]]
    return found, left


def _is_called(video: Video | None, name: str) -> bool:
    """Whether a name is that of a video: its id, a path, or a file's name; no part of one.

    Examples
    --------
    >>> video = Video("0123456789", "/films/a/11.mp4", "A dog", 2.0, ("/films/a/11.mp4",))
    >>> [_is_called(video, one) for one in ("11.mp4", "11", "a/11.mp4", "1.mp4", "A dog")]
    [True, True, True, False, False]
    """
    if video is None:
        return False
    wanted = _loose(os.path.expanduser(name)).replace(os.sep, "/").rstrip("/").removeprefix("./")
    if video.id == name or (len(name) >= 8 and video.id.startswith(name.lower())):
        return True
    if Path(name).expanduser().is_absolute():
        return True  # looked up as a whole path
    for path in (video.path, *video.paths):
        place = PurePath(_loose(path).replace(os.sep, "/"))
        if place.as_posix().endswith(f"/{wanted}") or wanted in (place.name, place.stem):
            return True
    return False


def _loose(text: str) -> str:
    """Composed letters, and no case, as the library compares names."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
