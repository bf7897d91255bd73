"""The end of a run: what people have corrected, put right wherever it is not yet.

A commit puts corrections into its passages itself. Left for here are passages that were there
before their correction was (``kept.sqlite`` came from a backup or another library), and the
vectors of corrected passages.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

from kinolex.errors import LibraryError
from kinolex.ingest.models import Models
from kinolex.library.correcting import placed, respelt
from kinolex.library.kept import Kept
from kinolex.library.kept_records import Correction
from kinolex.library.records import Passage
from kinolex.library.store import Store

__all__ = ["put_right"]


def put_right(store: Store, models: Models, notice: Callable[[str], None]) -> int:
    """Bring every correction into its passage, with a vector where a sentence encoder is here.

    Parameters
    ----------
    store : Store
        Opened for writing.
    models : Models
        Of the run; nothing is loaded where nothing is to do.
    notice : callable
        Told in one sentence where the corrections cannot be read.

    Returns
    -------
    int
        Passages that changed.
    """
    try:
        with Kept.open(store.path, read_only=True) as kept:
            corrections = sorted(kept.corrections(), key=lambda c: c.video)
    except LibraryError as error:
        notice(f"Corrections of passages were left out: {error}")
        return 0
    changed = 0
    for video, some in groupby(corrections, key=lambda c: c.video):
        if store.video_record(video) is not None:
            changed += _video(store, models, video, list(some))
    return changed


def _video(store: Store, models: Models, video: str, corrections: list[Correction]) -> int:
    passages = store.passages_of(video)
    bare = store.without_vectors(video)
    before: dict[str, Passage] = {}
    right: list[Passage] = []
    for id, place in placed(passages, corrections).items():
        passage = passages[place]
        new = next(one.new for one in corrections if one.id == id)
        if passage.text != new:
            before[id] = passage
            right.append(respelt(passage, new))
        elif passage.id in bare and bare[passage.id] == models.words_space():
            right.append(passage)
    if right:
        vectors = models.sentences([passage.text for passage in right])
        store.rewrite(right, vectors, models.words_space() if vectors is not None else "")
        store.remember_originals(before)
    return len(right)
