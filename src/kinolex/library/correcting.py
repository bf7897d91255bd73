"""Corrections put into passages: where each belongs, and how the library takes it up.

A correction knows a source, a span and what an encoder wrote there. Another encoder cuts and reads
a little differently: a correction belongs to the passage of its source that overlaps it and says
the same or nearly the same, and each passage takes at most one.
"""

from __future__ import annotations

import difflib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from kinolex.errors import LibraryError, NotFoundError
from kinolex.library.folding import fold
from kinolex.library.kept import Kept
from kinolex.library.kept_records import Correction
from kinolex.library.part import Part
from kinolex.library.records import ChannelData, Passage
from kinolex.library.videos import clean

__all__ = ["LIKE", "Correcting", "likeness", "placed", "respelt", "words_json"]

LIKE = 0.6
"""Least ratio (`difflib.SequenceMatcher.ratio`) of two readings of the same words."""

_LETTERS = 1000
"""Longer texts are compared by words: letters would take seconds."""

Rows = npt.NDArray[np.float16]


def likeness(one: str, other: str) -> float:
    """How much of two texts is the same, from 0 to 1; 0 below `LIKE`.

    Examples
    --------
    >>> likeness("the red bowl", "the red ball") > 0.8, likeness("cup", "dog")
    (True, 0.0)
    """
    if one == other:
        return 1.0
    long = max(len(one), len(other)) > _LETTERS
    a: Sequence[str] = one.split() if long else one
    b: Sequence[str] = other.split() if long else other
    match = difflib.SequenceMatcher(None, a, b, autojunk=False)
    if match.real_quick_ratio() < LIKE or match.quick_ratio() < LIKE:
        return 0.0
    ratio = match.ratio()
    return ratio if ratio >= LIKE else 0.0


def placed(passages: Sequence[Passage], corrections: Sequence[Correction]) -> dict[str, int]:
    """Find the passage that each correction belongs to, corrected already or not.

    Parameters
    ----------
    passages : sequence of Passage
        Of one video.
    corrections : sequence of Correction
        Of the same video; earlier ones choose first.

    Returns
    -------
    dict
        Id of a correction to the place of its passage; corrections without any are left out.
    """
    found: dict[str, int] = {}
    used: set[int] = set()
    for one in corrections:
        best = (0.0, False)
        for place, passage in enumerate(passages):
            if place in used or passage.source != one.source:
                continue
            if not passage.span.overlap(one.span) > 0:
                continue
            fit = (passage.span.iou(one.span) * _fit(passage.text, one), passage.text == one.old)
            if fit > best:
                best, found[one.id] = fit, place
        used.update({found[one.id]} if one.id in found else ())
    return found


def _fit(text: str, one: Correction) -> float:
    return 1.0 if text == one.new else likeness(one.old, text)


def respelt(passage: Passage, text: str) -> Passage:
    """The passage with another text; words keep their times where there are as many as before.

    Examples
    --------
    >>> from kinolex.moments import Span
    >>> said = Passage(Span(0, 2), "red bowl", "speech", words=((0, 1, "red"), (1, 2, "bowl")))
    >>> respelt(said, "red ball").words, respelt(said, "ball").words
    (((0, 1, 'red'), (1, 2, 'ball')), ())
    """
    words = text.split()
    if len(words) != len(passage.words):
        return replace(passage, text=text, words=())
    timed = tuple((a, b, word) for (a, b, _), word in zip(passage.words, words, strict=True))
    return replace(passage, text=text, words=timed)


def words_json(passage: Passage) -> str | None:
    """Word times as compact JSON: whole milliseconds and text."""
    if not passage.words:
        return None
    rows = [[round(a * 1000), round(b * 1000), clean(text)] for a, b, text in passage.words]
    return json.dumps(rows, separators=(",", ":"), ensure_ascii=False)


class Correcting(Part):
    """Put corrections into passages."""

    def corrected(self, video_id: str, passages: Sequence[Passage]) -> tuple[Passage, ...]:
        """Passages of a video as they would be committed: with what a person has corrected."""
        return tuple(self._put_right(video_id, passages)[0])

    def _corrected(
        self, video_id: str, data: ChannelData
    ) -> tuple[ChannelData, Mapping[str, Passage]]:
        """A channel with its corrections; what the encoder wrote instead, by correction."""
        passages, reread = self._put_right(video_id, data.passages)
        if not reread:
            return data, reread
        vectors = data.passage_vectors
        if vectors is not None:
            # Zeros are no vector: the old one would say what the passage does not.
            vectors = vectors.copy()
            changed = [a is not b for a, b in zip(passages, data.passages, strict=True)]
            vectors[np.array(changed)] = 0
        return replace(data, passages=tuple(passages), passage_vectors=vectors), reread

    def _put_right(
        self, video_id: str, passages: Sequence[Passage]
    ) -> tuple[list[Passage], Mapping[str, Passage]]:
        """Corrected passages, and those that were changed as they were, by correction."""
        right, before = list(passages), dict[str, Passage]()
        try:
            with Kept.open(self.path, read_only=True) as kept:
                corrections = kept.corrections(video_id) if passages else []
        except LibraryError:
            return right, before  # indexing goes on, and says at its end what is wrong
        places = placed(passages, corrections)
        for one in corrections:
            place = places.get(one.id)
            if place is not None and passages[place].text != one.new:
                right[place] = respelt(passages[place], one.new)
                before[one.id] = passages[place]
        return right, before

    def remember_originals(self, reread: Mapping[str, Passage]) -> None:
        """Keep what the present encoder wrote, so that undoing a correction gives just that.

        Parameters
        ----------
        reread : mapping
            Id of a correction to its passage as the encoder wrote it.
        """
        if not reread:
            return
        try:
            with Kept.open(self.path) as kept:
                for id, passage in reread.items():
                    kept.reread(id, clean(passage.text), passage.words)
        except LibraryError:
            pass  # undoing gives the words of the earlier encoder

    def rewrite(
        self, passages: Sequence[Passage], vectors: Rows | None = None, space: str = ""
    ) -> None:
        """Change the text (and the times of the words) of stored passages.

        One transaction. Found by their new words at once. Their vectors are replaced; without new
        ones in the space of their channel they become zeros, which no question is near to.

        Parameters
        ----------
        passages : sequence of Passage
            As they should be; ``id`` says which.
        vectors : float16 (len(passages), d), optional
            Of the new texts.
        space : str
            Their `kinolex.library.records.Stamp.space`.

        Raises
        ------
        NotFoundError
            If a passage is not there any more; nothing has changed then.
        """
        with self._db.write() as connection:
            for number, passage in enumerate(passages):
                row = connection.execute(
                    "UPDATE passages SET text = ?, folded = ?, words = ? WHERE id = ? "
                    "RETURNING video, channel",
                    (clean(passage.text), fold(passage.text), words_json(passage), passage.id),
                ).fetchone()
                if row is None:
                    raise NotFoundError(
                        f"There is no passage {passage.id} any more.",
                        hint="It was indexed again meanwhile; look at the video anew.",
                    )
                vector = None if vectors is None else vectors[number]
                self._revector(row[0], row[1], passage.id, vector, space)

    def _revector(self, video: int, channel: str, id: int, vector: Rows | None, space: str) -> None:
        """Replace one row of a block of passages; its token changes, so that caches notice."""
        block = self._db.one(
            "SELECT num, space, dimensions, vectors FROM blocks "
            "WHERE video = ? AND channel = ? AND kind = 'passages'",
            (video, channel),
        )
        if block is None:
            return
        num, known, dimensions, blob = block
        place = self._db.one(
            "SELECT count(*) FROM passages WHERE video = ? AND channel = ? AND id < ?",
            (video, channel, id),
        )
        rows = np.frombuffer(blob, "<f2").reshape(-1, dimensions).copy()
        fits = vector is not None and known == space and vector.shape == (dimensions,)
        rows[place[0] if place else 0] = vector if fits else 0
        self._db.connection.execute(
            "UPDATE blocks SET vectors = ?, token = ?, generation = ? WHERE num = ?",
            (rows.tobytes(), os.urandom(8).hex(), self._db.stamp()[0] + 1, num),
        )

    def without_vectors(self, video_id: str) -> dict[int, str]:
        """Passages whose row among the vectors holds nothing but zeros: id to the space."""
        found: dict[int, str] = {}
        blocks = self._db.all(
            "SELECT b.video, b.channel, b.space, b.dimensions, b.vectors FROM blocks b "
            "JOIN videos v ON v.num = b.video WHERE v.id = ? AND b.kind = 'passages'",
            (video_id,),
        )
        for video, channel, space, dimensions, blob in blocks:
            rows = np.frombuffer(blob, "<f2").reshape(-1, dimensions)
            ids = self._db.all(
                "SELECT id FROM passages WHERE video = ? AND channel = ? ORDER BY id",
                (video, channel),
            )
            found |= {id: space for (id,), row in zip(ids, rows, strict=True) if not row.any()}
        return found
