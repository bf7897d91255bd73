"""Filling a cache of features: from an encoder over media, or from files of vectors."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from kinolex.benchmark import features as kept
from kinolex.benchmark.encoding import encode
from kinolex.benchmark.items import Films, Sampling, Written, items_in
from kinolex.datasets.records import CaptionRecord, Record
from kinolex.encoders.protocols import WordsEncoder
from kinolex.errors import UsageError
from kinolex.lab.features import Writer
from kinolex.progress import Event, Listener, silent
from kinolex.settings import Settings

__all__ = ["captions_of", "copy_kept", "fill", "refuse_gaps"]

TOGETHER = 16
"""Videos that are on the disk before the next are decoded: so much is lost by an interruption."""


def captions_of(records: Iterable[Record]) -> list[CaptionRecord]:
    """The captions among records; they are what matchers are trained on.

    Raises
    ------
    UsageError
        If there are none.
    """
    found = [one for one in records if isinstance(one, CaptionRecord)]
    if not found:
        raise UsageError(
            "There is no caption among the records.",
            hint='A line is {"kind": "caption", "id": "1", "video": "a.mp4", "text": "a dog"}.',
        )
    return found


def refuse_gaps(left: Sequence[str], count: int, how: str) -> None:
    """Refuse to go on where videos are missing.

    Parameters
    ----------
    left : sequence of str
        Videos that are left out, with the reason.
    count : int
        Of how many.
    how : str
        What brings them.

    Raises
    ------
    UsageError
    """
    if left:
        raise UsageError(
            f"{len(left)} of {count} videos are left out: {left[0]}.",
            hint=f"{how} them, or say --partly to go on without.",
        )


def fill(
    to: Path | str,
    model: WordsEncoder,
    records: Iterable[Record],
    media: Films | Written | Path | str,
    *,
    sampling: Sampling = Sampling(),  # noqa: B008 - frozen
    settings: Settings | None = None,
    partly: bool = False,
    progress: Listener = silent,
) -> tuple[str, ...]:
    """Encode what captions name and the cache does not hold yet.

    Parameters
    ----------
    to : path-like
        The folder of the cache; one that is there is gone on with.
    model : WordsEncoder
        Of pictures too, unless the media are texts.
    records, media, sampling, settings, partly, progress
        As in `kinolex.benchmark.door.features_of`.

    Returns
    -------
    tuple of str
        Videos that are left out, with the reason; empty unless ``partly``.

    Raises
    ------
    UsageError
        If videos are missing or cannot be read.
    """
    captions = captions_of(records)
    items = media if isinstance(media, (Films, Written)) else items_in(media)
    name = f"{model.name} {model.version}, {sampling}"
    with Writer(to, model=name, dimensions=model.dimensions) as writer:
        _texts(writer, model, [one.text for one in captions], progress)
        videos = [v for v in dict.fromkeys(o.video for o in captions) if not writer.has_video(v)]
        left = [f"{v}: not among the media" for v in videos if not items.has(v)]
        if not partly:
            refuse_gaps(left, len(videos), "Add")
        here = [one for one in videos if items.has(one)]
        begun = time.monotonic()
        for first in range(0, len(here), TOGETHER):
            some = here[first : first + TOGETHER]
            found = encode(
                model, [], some, items, sampling=sampling, settings=settings, partly=partly
            )
            for one in found.features.videos:
                writer.add_video(one, found.features.frames(one)[1])
            writer.flush()
            left += [f"{one}: {why}" for one, why in found.failed]
            _report(progress, "videos", first + len(some), len(here), begun)
    return tuple(left)


def _texts(writer: Writer, model: WordsEncoder, texts: Sequence[str], progress: Listener) -> None:
    new = [one for one in dict.fromkeys(texts) if not writer.has_text(one)]
    begun = time.monotonic()
    for first in range(0, len(new), 256):
        some = new[first : first + 256]
        for one, vector in zip(some, model.encode_words(some, query=True), strict=True):
            writer.add_text(one, np.asarray(vector))
        writer.flush()
        _report(progress, "texts", first + len(some), len(new), begun)


def copy_kept(to: Path | str, source: Path | str) -> None:
    """Put features of an NPZ file into a cache; `kinolex.benchmark.features.load` says its form.

    Raises
    ------
    UsageError
        If it is no such file, or of another model than the cache.
    """
    found = kept.load(source)
    dimensions = found.frame_vectors.shape[1] if found.videos else found.text_vectors.shape[1]
    with Writer(to, model=found.model, dimensions=int(dimensions)) as writer:
        for video in found.videos:
            writer.add_video(video, found.frames(video)[1])
        for text, vector in zip(found.texts, found.text_vectors, strict=True):
            writer.add_text(text, vector)


def _report(progress: Listener, what: str, done: int, total: int, begun: float) -> None:
    left = (time.monotonic() - begun) * (total - done) / done
    progress(Event("step", stage=what, done=done, total=total, overall=done / total, eta=left))
