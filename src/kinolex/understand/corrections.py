"""Correct a passage and take that back: in what is kept, and in what is searched.

Two files change. The correction is kept first and taken back if the library cannot follow; a run
that is killed between the two is put right by the next index run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from kinolex.errors import NotFoundError, UsageError
from kinolex.library.correcting import placed, respelt
from kinolex.library.kept import Correction, Kept
from kinolex.library.kept_records import MOST_LETTERS, written
from kinolex.library.records import Passage
from kinolex.library.store import Store

__all__ = ["Sentences", "correct", "uncorrect"]

Sentences = Callable[[Sequence[str]], tuple[str, npt.NDArray[np.float32]] | None]
"""Gives the vectors of texts with the name of their space; None without a sentence encoder."""


def correct(
    kept: Kept,
    store: Store,
    sentences: Sentences,
    video: str,
    passage: int,
    text: str,
    owner: str = "",
) -> Passage:
    """Correct one passage; see `kinolex.understand.keeping.Keeping.correct`.

    Parameters
    ----------
    kept : Kept
    store : Store
        Of the same library, open for writing.
    sentences : callable
        Encodes the new text.
    video : str
        Id of the video.
    passage : int
        Id of a passage of it.
    text : str
        What it should say.
    owner : str
        Who corrects.
    """
    text = written(text, "The corrected text", MOST_LETTERS)
    said = store.passages_of(video)
    at = next((n for n, one in enumerate(said) if one.id == passage), None)
    if at is None:
        raise NotFoundError(
            f"The video has no passage {passage}.",
            hint="Passages get new ids when they are indexed again: look at the video anew.",
        )
    found = said[at]
    if found.text == text:
        raise UsageError("The passage says that already.")
    before = _earlier(kept, said, at)
    if before is not None and text == before.old:
        undone = uncorrect(kept, store, sentences, before.id)
        assert undone is not None
        return undone
    if before is not None:
        # What the encoder wrote is what undoing gives, however often it was corrected.
        place = (before.source, before.start, before.end, before.old)
        original = kept.original(before.id)[1]
    else:
        place = (found.source, found.span.start, found.span.end, found.text)
        original = found.words
    one = kept.correct(video, *place, text, owner=owner, words=original)
    right = respelt(found, one.new)
    try:
        _rewrite(store, sentences, right)
    except BaseException:
        _take_back(kept, one, before)
        raise
    return store.passages([passage])[0]


def uncorrect(kept: Kept, store: Store, sentences: Sentences, id: str) -> Passage | None:
    """Take a correction back; gives its passage, or None where it belonged to none.

    Parameters
    ----------
    kept, store, sentences
        As in `correct`.
    id : str
        Of the correction.
    """
    one = kept.correction(id)
    old, words = kept.original(id)
    said = store.passages_of(one.video)
    place = placed(said, kept.corrections(one.video)).get(id)
    found = said[place] if place is not None else None
    if found is not None and found.text == one.new:
        _rewrite(store, sentences, replace(found, text=old, words=tuple(words)))
    kept.uncorrect(id)
    return store.passages([found.id])[0] if found is not None else None


def _earlier(kept: Kept, said: Sequence[Passage], at: int) -> Correction | None:
    """The correction that a passage shows now."""
    corrections = kept.corrections(said[at].video)
    places = placed(said, corrections)
    return next(
        (one for one in corrections if places.get(one.id) == at and said[at].text == one.new), None
    )


def _take_back(kept: Kept, one: Correction, before: Correction | None) -> None:
    if before is None:
        kept.uncorrect(one.id)
    else:
        place = (before.source, before.start, before.end, before.old)
        kept.correct(before.video, *place, before.new, owner=before.owner)


def _rewrite(store: Store, sentences: Sentences, passage: Passage) -> None:
    encoded = sentences([passage.text])
    if encoded is None:
        store.rewrite([passage])
    else:
        store.rewrite([passage], encoded[1].astype(np.float16), encoded[0])
