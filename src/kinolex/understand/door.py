"""What `kinolex.api.Library` understands beside searching: labels, and things taught by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING

from kinolex.errors import NotFoundError
from kinolex.library.store import Store
from kinolex.moments import Span, Video
from kinolex.progress import Listener, silent
from kinolex.search.fragments import parse_fragment
from kinolex.search.here import span_here
from kinolex.settings import Settings

if TYPE_CHECKING:
    from kinolex.library.concepts import Concept
    from kinolex.search.engine import Engine
    from kinolex.understand.labels import Labels

__all__ = ["Understanding"]

PathLike_ = str | PathLike[str]


class Understanding:
    """Methods of `kinolex.api.Library` that say what is in a video."""

    if TYPE_CHECKING:
        settings: Settings

        def _store(self) -> Store | None: ...
        def _need(self) -> Store: ...
        def _writer(self) -> Store: ...
        def _asked(self, store: Store) -> Engine: ...
        def video(self, what: PathLike_) -> Video: ...  # noqa: D102

    def label(
        self,
        video: PathLike_,
        *,
        classes: PathLike_ | Sequence[str] | Mapping[str, Sequence[str]] | None = None,
        examples: PathLike_ | None = None,
        none: bool = True,
        threshold: float = 0.0,
        top: int = 5,
        alpha: float = 1.0,
        progress: Listener = silent,
    ) -> Labels:
        """Say which classes a video shows, and when.

        Parameters
        ----------
        video : path-like
            A video (id, path, part of its name), or a span of it (``VIDEO#t=10,15``).
        classes : path-like, sequence of str or mapping, optional
            A file of classes (see `kinolex.understand.classes.read_classes`), their names, or
            names with prompts.
        examples : path-like, optional
            A folder with a subfolder of pictures for each class.
        none : bool
            Whether a part may show none of the classes.
        threshold : float
            Probability that a part needs to be labelled.
        top : int
            Classes in the summary.
        alpha : float
            Weight of examples beside words, where both are given.
        progress : Listener
            Hears of the classes' words and pictures as they are encoded.

        Returns
        -------
        Labels
            Classes with probabilities, most probable first, and spans in order of time.

        Raises
        ------
        NotFoundError
            If there is no such video, file or folder, or the video's pictures are not indexed.
        ModelMissingError
            If the encoder of the pictures is not on this machine.
        UsageError
            If classes, examples or options cannot be used.
        """
        from kinolex.understand.classes import read_classes
        from kinolex.understand.examples import examples_in
        from kinolex.understand.label import Wanted, label

        wanted = Wanted(
            classes=read_classes(classes) if classes is not None else (),
            examples=examples_in(examples) if examples is not None else (),
            none=none,
            threshold=threshold,
            top=top,
            alpha=alpha,
        )
        store = self._need()
        found, span = self._part(str(video))
        return label(store, self._asked(store), found, wanted, span, progress)

    def _part(self, what: str) -> tuple[Video, Span | None]:
        """A video and the part of it that is meant; names may hold ``#t=`` themselves."""
        try:
            return self.video(what), None
        except NotFoundError:
            fragment = parse_fragment(what)
            if fragment.video == what:
                raise
        video = self.video(fragment.video)
        return video, fragment.span(video.duration)

    def teach(
        self,
        name: str,
        *,
        like: str | Sequence[str] = (),
        images: PathLike_ | Sequence[PathLike_] = (),
        unlike: str | Sequence[str] = (),
        words: str = "",
    ) -> Concept:
        """Keep a thing by name, so that ``@NAME`` in a question finds it.

        Teaching a name again adds to its examples.

        Parameters
        ----------
        name : str
            Letters, digits, ``-`` and ``_``; case does not count.
        like : str or sequence of str
            Spans of indexed videos that show it (``VIDEO#t=1,2.5``).
        images : path-like or sequence
            Pictures that show it.
        unlike : str or sequence of str
            Spans, or pictures, that do not.
        words : str
            A description, looked for beside the examples.

        Returns
        -------
        Concept
            With all its examples.

        Raises
        ------
        UsageError
            If the name is none, or nothing says what it is.
        QueryError
            If an example cannot be read, or its video is not known.
        NotFoundError, ModelMissingError
            If no pictures are indexed, or their encoder is not here and pictures are given.
        """
        from kinolex.search.engine import Engine
        from kinolex.understand.concepts import Lesson, teach

        reader = self._need()
        lesson = Lesson(
            like=[span_here(reader, str(one)) for one in _several(like)],
            images=[str(one) for one in _several(images)],
            unlike=[span_here(reader, str(one)) for one in _several(unlike)],
            words=words,
        )
        with self._writer() as store:
            return teach(store, Engine(store, settings=self.settings), name, lesson)

    def concepts(self) -> list[Concept]:
        """What was taught, by name."""
        store = self._store()
        return store.concepts() if store else []

    def forget(self, name: str) -> None:
        """Forget a thing that was taught.

        Raises
        ------
        NotFoundError
            If there is none of that name.
        """
        from kinolex.understand.concepts import forget

        self._need()
        with self._writer() as store:
            forget(store, name)


def _several(value: PathLike_ | Sequence[PathLike_]) -> list[PathLike_]:
    return [value] if isinstance(value, (str, PathLike)) else list(value)
