"""Filling a cache from a library: frames that were indexed are not decoded again.

What is trained on such a cache stands on the very vectors that `kinolex search` looks at.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from kinolex.datasets.records import Record
from kinolex.errors import NotFoundError, UsageError
from kinolex.lab.features import Writer
from kinolex.lab.filling import captions_of
from kinolex.library.store import Store
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
        Their ``video`` is a file's name, a path, or an id.
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
        If a video is not in the library, or its name is not unique.
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
        places = {video: at for at, video in enumerate(table.video_ids)}
        found, left = _found(store, list(dict.fromkeys(one.video for one in captions)), places)
        if left and not partly:
            raise UsageError(
                f"{len(left)} videos are left out: {left[0]}.",
                hint="Index them, or say --partly to go on without.",
            )
        to_cache = Writer(to, model=held.space, dimensions=table.dimensions)
        with to_cache as writer:
            texts = list(dict.fromkeys(o.text for o in captions))
            new = [one for one in texts if not writer.has_text(one)]
            for text in new:
                # One at a time, as questions come: some models give a batch other last digits.
                writer.add_text(text, held.encoder.encode_words([text], query=True)[0])
            for name, place in found.items():
                low, high = int(table.starts[place]), int(table.starts[place + 1])
                writer.add_video(name, np.asarray(table.rows[low:high]))
    return tuple(left)


def _found(
    store: Store, names: list[str], places: dict[str, int]
) -> tuple[dict[str, int], list[str]]:
    """Where the frames of each name are, and which names have none."""
    found, left = {}, []
    for name in names:
        ids = store.find_videos(name)
        if len(ids) > 1:
            raise UsageError(f"{len(ids)} videos are called {name}.", hint="Give paths or ids.")
        if not ids:
            left.append(f"{name}: not in the library")
        elif ids[0] not in places:
            left.append(f"{name}: no pictures are indexed")
        else:
            found[name] = places[ids[0]]
    return found, left
