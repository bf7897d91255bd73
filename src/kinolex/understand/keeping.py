"""What `kinolex.api.Library` keeps for people: saved searches, collections, tags, corrections."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kinolex.errors import KinolexError, UsageError
from kinolex.library.store import Store
from kinolex.moments import Answer, Video
from kinolex.search.here import folder_here, here, span_here
from kinolex.search.parse import parse

if TYPE_CHECKING:
    from kinolex.library.kept import Correction, Kept, Saved
    from kinolex.library.records import Passage
    from kinolex.search.engine import Engine

__all__ = ["ASKED", "SORT", "Keeping"]

ASKED = 100
"""Moments that a saved search is asked for when what is new in it is counted."""
SORT = "sort"
"""Key of a kept question for the order in which pages show its moments."""

PathLike_ = str | PathLike[str]


class Keeping:
    """Methods of `kinolex.api.Library` for what people make themselves.

    Collections and tags are changed through `kept`.
    """

    if TYPE_CHECKING:
        path: Path
        read_only: bool
        _kept: Kept | None

        @property
        def roots_allowed(self) -> frozenset[str] | None: ...  # noqa: D102

        def _store(self) -> Store | None: ...
        def _need(self) -> Store: ...
        def _writer(self) -> Store: ...
        def _one(self, store: Store, what: str) -> Video: ...
        def _asked(self, store: Store) -> Engine: ...
        def search(self, *words: Any, **question: Any) -> Answer: ...  # noqa: D102

    @property
    def kept(self) -> Kept:
        """Saved searches, collections, tags and corrections; opened when first asked for.

        Where only some roots are seen, of their videos alone, and for reading.

        Raises
        ------
        LibraryError
            If ``kept.sqlite`` cannot be used.
        """
        if self._kept is None:
            from kinolex.library.kept import Kept

            if self.path.is_file():
                raise UsageError(
                    f"{self.path} is a file, not a folder.",
                    hint="Choose another place with --library.",
                )
            if self.roots_allowed is None:
                self._kept = Kept.open(self.path, read_only=self.read_only)
            else:
                from kinolex.library.kept_limited import LimitedKeptFile

                self._kept = Kept(LimitedKeptFile(self.path, self._store))
        return self._kept

    def _keep(self) -> Kept:
        """What is kept, to be changed."""
        if self.read_only:
            raise UsageError(
                f"The library at {self.path} was opened read-only.",
                hint="Open it without read_only.",
            )
        return self.kept

    # Saved searches

    def save_search(self, name: str, text: str = "", *, owner: str = "", **question: Any) -> Saved:
        """Keep a question by name, to be asked again.

        Parameters
        ----------
        name : str
            No other saved search of this owner may have it.
        text : str
            As in `kinolex.api.Library.search`; "last year" goes on meaning last year.
        owner : str
            Who keeps it, where several people share a library.
        **question
            Other keyword arguments of `kinolex.api.Library.search`, but ``image`` and ``limit``.
            A video that is given by its path is kept by its id, so that it may move.

        Raises
        ------
        UsageError
            If the name is taken or none, the question cannot be understood, or holds what cannot
            be kept.
        """
        kept = self._keep()
        asked = self._plain({"text": text, **question})
        _parsed(asked)
        return kept.save(name, asked, owner=owner)

    def _plain(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """A question as JSON values that mean the same in any folder."""
        store = self._store()
        plain: dict[str, Any] = {}
        for key, value in question.items():
            if key in ("like", "video"):
                absolute = span_here if key == "like" else here
                plain[key] = [_lasting(store, absolute(store, str(v))) for v in _several(value)]
            elif key in ("channels", "tag"):
                plain[key] = [str(one) for one in _several(value)]
            elif key == "folder":
                plain[key] = folder_here(str(value or ""))
            else:
                plain[key] = value.isoformat() if isinstance(value, dt.date) else value
        return {key: value for key, value in plain.items() if value not in (None, "", [])}

    def saved_search(self, id: str, *, limit: int = ASKED) -> Answer:
        """Ask a saved search (by id or name) now; what is new in it stays new.

        Raises
        ------
        NotFoundError
            If there is none.
        QueryError
            If it cannot be asked any more: a video or a concept of it is gone.
        """
        return self.search(**_asked(self.kept.find_saved(id)), limit=limit)

    def unseen(self, *, owner: str | None = None) -> dict[str, int]:
        """Moments of each saved search in videos where none was seen before, by its id.

        Every search is asked for its best `ASKED` moments. One that cannot be asked any more is
        left out.
        """
        counts: dict[str, int] = {}
        for saved in self.kept.saved(owner=owner):
            try:
                answer = self.search(**_asked(saved), limit=ASKED)
                counts[saved.id] = self.kept.unseen(saved.id, _videos(answer))
            except KinolexError:
                continue
        return counts

    def look_at(self, id: str) -> Answer:
        """Ask a saved search (by id or name), and count its moments as seen.

        Raises
        ------
        NotFoundError, QueryError
            As `saved_search`.
        """
        kept = self._keep()
        saved = kept.find_saved(id)
        answer = self.search(**_asked(saved), limit=ASKED)
        kept.look(saved.id, set(_videos(answer)))
        return answer

    # Corrections

    def correct(self, video: PathLike_, passage: int, text: str, *, owner: str = "") -> Passage:
        """Correct what a passage says; it is shown so, and found by the new words, at once.

        The correction outlives indexing anew, also with another encoder (`corrections` lists what
        became of it), until `uncorrect`.

        Parameters
        ----------
        video : path-like
            Id, path or part of the name.
        passage : int
            ``id`` of one of its `kinolex.api.Library.passages`.
        text : str
            What it should say.
        owner : str
            Who corrects, where several people share a library.

        Returns
        -------
        Passage
            As it is now. Words have times where there are as many as before.

        Raises
        ------
        NotFoundError
            If there is no such passage; passages get new ids when they are indexed again.
        LibraryBusyError
            If another process is indexing.
        UsageError
            If the text is empty, too long, or what the passage says already.
        """
        from kinolex.understand.corrections import correct

        kept = self._keep()
        found = self._one(self._need(), str(video))
        with self._writer() as store:
            return correct(kept, store, self._sentences, found.id, passage, text, owner)

    def uncorrect(self, id: str) -> Passage | None:
        """Take a correction back: the passage says again what its encoder wrote.

        Returns
        -------
        Passage or None
            As it is now; None where the correction belonged to no passage.

        Raises
        ------
        NotFoundError
            If there is no such correction.
        LibraryBusyError
            If another process is indexing.
        """
        from kinolex.understand.corrections import uncorrect

        kept = self._keep()
        kept.correction(id)
        if self._store() is None:
            kept.uncorrect(id)
            return None
        with self._writer() as store:
            return uncorrect(kept, store, self._sentences, id)

    def corrections(self, video: PathLike_ = "") -> list[tuple[Correction, Passage | None]]:
        """Corrections of a video, or all, each with its passage.

        None stands where no passage says what was corrected or nearly that: the video was removed,
        or another encoder reads it otherwise. Such a correction stays kept.
        """
        from kinolex.library.correcting import placed

        store = self._store()
        chosen = self._one(self._need(), str(video)).id if str(video) else None
        passages: dict[str, Passage] = {}
        found = self.kept.corrections(chosen)
        for id in dict.fromkeys(one.video for one in found) if store else ():
            said = store.passages_of(id) if store else []
            places = placed(said, [one for one in found if one.video == id])
            passages |= {
                one.id: said[places[one.id]]
                for one in found
                if one.id in places and said[places[one.id]].text == one.new
            }
        return [(one, passages.get(one.id)) for one in found]

    def _sentences(self, texts: Sequence[str]) -> Any:
        """Vectors of passages, with the name of their space; None without sentence encoder."""
        return self._asked(self._need()).sentences(texts)


def _asked(saved: Saved) -> dict[str, Any]:
    """Keyword arguments of a search; in which order pages show the moments is none."""
    return {key: value for key, value in saved.question.items() if key != SORT}


def _lasting(store: Store | None, what: str) -> str:
    """The same video, or span of it, by its id where it was named by a whole path."""
    name, sharp, rest = what.rpartition("#") if "#" in what else (what, "", "")
    found = store.find_videos(name) if store is not None and os.path.isabs(name) else []
    return f"{found[0]}{sharp}{rest}" if len(found) == 1 else what


def _parsed(question: Mapping[str, Any]) -> None:
    """Refuse what could never be asked."""
    names = {"like": "like", "video": "videos", "tag": "tags"}
    known = ("text", "channels", "folder", "after", "before", "min_length", "max_length")
    names |= dict(zip(known, known, strict=True)) | {"language": "language", "group": "group"}
    parse(**{names[key]: value for key, value in question.items() if key in names})


def _videos(answer: Answer) -> list[str]:
    return [moment.video.id for moment in answer.moments]


def _several(value: Any) -> list[Any]:
    if value is None or value == "":
        return []
    return [value] if isinstance(value, (str, PathLike)) else list(value)
