"""Which encoders understand the question, and which of the library's vectors they fit."""

from __future__ import annotations

import contextlib
import os
import threading
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from kinolex.encoders.protocols import PictureEncoder, Vectors, WordsEncoder
from kinolex.errors import EncoderError, ModelMissingError, NotFoundError
from kinolex.library.records import Space
from kinolex.settings import Settings

__all__ = ["QueryEncoders", "reads", "space_of"]

_SPARE = (os.cpu_count() or 1) > 2
"""Whether a core is left beside the looks through frames and through words."""


def space_of(encoder: WordsEncoder) -> str:
    """Name of the vector space that an encoder writes to."""
    return f"{encoder.name}@{encoder.version}"


def reads(encoder: WordsEncoder, text: str) -> bool:
    """Whether an encoder knows the letters of a text; one without a card is believed to.

    To an encoder of English all Cyrillic or Chinese sentences look alike, and so all would answer.
    """
    from kinolex.encoders.registry import cards

    card = cards().get(encoder.name)
    if card is None or set(card.languages) != {"en"}:
        return True
    letters = [letter for letter in text if letter.isalpha()]
    latin = sum(unicodedata.name(letter, "").startswith("LATIN") for letter in letters)
    return 2 * latin >= len(letters)


class QueryEncoders:
    """Loads encoders when a question first needs them, and remembers why it could not.

    Parameters
    ----------
    settings : Settings
        Names of encoders, threads, device.
    picture : PictureEncoder, optional
        Use this one instead of loading any.
    words : WordsEncoder, optional
        Likewise.
    """

    def __init__(
        self,
        settings: Settings,
        picture: PictureEncoder | None = None,
        words: WordsEncoder | None = None,
    ) -> None:
        self._settings = settings
        self._chosen: Mapping[str, str] = {}
        self._given: dict[str, WordsEncoder | None] = {"picture": picture, "words": words}
        self._loaded: dict[str, WordsEncoder | str] = {}
        self._preparing: threading.Thread | None = None
        self._prepared: dict[str, Vectors] = {}

    def choose(self, names: Mapping[str, str]) -> None:
        """Say with which names or folders, by kind, the library was indexed."""
        if names != self._chosen:
            self._chosen = dict(names)
            self._loaded = {k: v for k, v in self._loaded.items() if not isinstance(v, str)}

    def prepare_words(self, spaces: Sequence[Space], texts: Sequence[str]) -> None:
        """Begin to load the sentence encoder and to encode the question, beside other work.

        On two cores a loaded encoder waits for its turn: both are busy, and a third thread would
        only take turns with them.
        """
        self._prepared = {}
        loaded = any(space.name in self._loaded for space in spaces)
        if spaces and self._preparing is None and (_SPARE or not loaded):
            self._preparing = threading.Thread(
                target=self._prepare, args=(spaces, tuple(texts)), daemon=True
            )
            self._preparing.start()

    def _prepare(self, spaces: Sequence[Space], texts: Sequence[str]) -> None:
        # What goes wrong here goes wrong again, and is told, when the encoder is asked for.
        with contextlib.suppress(Exception):
            encoder = self._of("words", spaces, _load_words)
            if not isinstance(encoder, str):
                vectors = encoder.encode_words(texts, query=True)
                self._prepared = dict(zip(texts, vectors, strict=True))

    def meaning(self, encoder: WordsEncoder, text: str) -> Vectors:
        """A question's vector among sentences: the prepared one, else made now."""
        found = self._prepared.get(text)
        return found if found is not None else encoder.encode_words([text], query=True)[0]

    def picture(self, spaces: Sequence[Space]) -> PictureEncoder | str:
        """An encoder whose pictures are in one of the spaces, or why there is none."""
        from kinolex.encoders.registry import load_picture

        found = self._of("picture", spaces, load_picture)
        return found if isinstance(found, (str, PictureEncoder)) else "No picture encoder."

    def words(self, spaces: Sequence[Space]) -> WordsEncoder | str:
        """An encoder whose passages are in one of the spaces, or why there is none."""
        if self._preparing is not None:
            self._preparing.join()
            self._preparing = None
        return self._of("words", spaces, _load_words)

    def _of(
        self,
        kind: Literal["picture", "words"],
        spaces: Sequence[Space],
        load: Callable[[str, Settings], WordsEncoder],
    ) -> WordsEncoder | str:
        names = {space.name for space in spaces}
        given = self._given[kind]
        if given is not None:
            return given if space_of(given) in names else _unlike(kind, space_of(given), names)
        reason = ""
        for space in sorted(spaces, key=lambda s: -s.rows):
            if space.name not in self._loaded:
                self._loaded[space.name] = self._load(kind, space.name, load)
            found = self._loaded[space.name]
            if not isinstance(found, str):
                return found
            reason = reason or found
        return reason

    def _load(
        self,
        kind: Literal["picture", "words"],
        space: str,
        load: Callable[[str, Settings], WordsEncoder],
    ) -> WordsEncoder | str:
        """Try the encoder set for this machine, then those that the library names."""
        set_name = self._settings.picture if kind == "picture" else self._settings.words
        named = space.rpartition("@")[0]
        reason = ""
        before = self._chosen.get(kind, "")
        for name in dict.fromkeys(n for n in (set_name, before, named) if n):
            try:
                encoder = load(name, self._settings)
            except ModelMissingError as error:
                reason = str(error)
            except (EncoderError, NotFoundError) as error:
                reason = reason or str(error)
            else:
                if space_of(encoder) == space:
                    return encoder
                reason = _unlike(kind, space_of(encoder), {space})
        return reason


def _load_words(name: str, settings: Settings) -> WordsEncoder:
    """On one thread: a question is short, and waking others costs more than they save."""
    from kinolex.encoders.registry import load_words

    return load_words(name, settings.model_copy(update={"threads": 1}))


def _unlike(kind: str, mine: str, theirs: set[str]) -> str:
    what = "pictures" if kind == "picture" else "passages"
    known = " and ".join(sorted(theirs)) or "nothing"
    return (
        f"The library's {what} were indexed with {known}, but {mine} is in use here: "
        f"`kinolex index --only {'picture' if kind == 'picture' else 'speech,screen,title'}` "
        "indexes them again."
    )
