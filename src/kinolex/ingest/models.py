"""The encoders of one run: loaded on first use, absent ones reported once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from kinolex.encoders import registry
from kinolex.encoders.protocols import (
    Encoder,
    PictureEncoder,
    ScreenReader,
    SpeechEncoder,
    WordsEncoder,
)
from kinolex.errors import EncoderError, ModelMissingError, NotFoundError
from kinolex.settings import Settings

__all__ = ["Models"]

T = TypeVar("T", bound=Encoder)


class Models:
    """Lazily loaded encoders; ``calls`` counts model calls, so that "no model call" can be shown.

    Parameters
    ----------
    settings : Settings
        Names or folders of the encoders, threads, device.
    notice : callable
        Told once, in one sentence, about each channel whose model is not here.
    chosen : mapping
        Kind to the name that was given in an earlier run: used where this run names none.

    Raises
    ------
    ModelMissingError
        From the getters, when a model that the user named is not here.
    """

    def __init__(
        self,
        settings: Settings,
        notice: Callable[[str], None],
        chosen: Mapping[str, str] | None = None,
    ) -> None:
        self.settings = settings
        self._chosen = chosen or {}
        self.calls = 0
        self.missing: dict[str, str] = {}
        self._notice = notice
        self._loaded: dict[str, Encoder | None] = {}

    def _get(self, kind: str, load: Callable[[str, Settings], T]) -> T | None:
        named = str(getattr(self.settings, kind))
        if kind not in self._loaded:
            try:
                self._loaded[kind] = load(named or self._before(kind), self.settings)
            except (ModelMissingError, EncoderError, NotFoundError) as error:
                if named:
                    raise
                self._loaded[kind] = None
                self.missing[kind] = str(error)
                self._notice(f"Without {_LABELS[kind]}: {error}")
        return self._loaded[kind]  # type: ignore[return-value]

    def _before(self, kind: str) -> str:
        """The name of an earlier run; but a language that is asked for chooses its own model."""
        return "" if kind == "speech" and self.settings.language else self._chosen.get(kind, "")

    def named(self) -> dict[str, str]:
        """Kind to the name that this run gave, of those that were loaded; folders in full."""
        given = {kind: str(getattr(self.settings, kind)) for kind in self._loaded}
        return {kind: _in_full(name) for kind, name in given.items() if name}

    def picture(self) -> PictureEncoder | None:
        """The picture encoder, or None when none is here and none was named."""
        first = "picture" not in self._loaded
        found = self._get("picture", registry.load_picture)
        needed = registry.sentences_missing(found) if first else ""
        if needed:
            self._notice(
                f"Pictures can be asked with pictures only, not in words, until you run "
                f"`kinolex models pull {needed}`."
            )
        return found

    def words(self) -> WordsEncoder | None:
        """The sentence encoder, or None."""
        return self._get("words", registry.load_words)

    def speech(self) -> SpeechEncoder | None:
        """The speech encoder, or None."""
        return self._get("speech", registry.load_speech)

    def screen(self) -> ScreenReader | None:
        """The screen text reader, or None."""
        return self._get("screen", registry.load_screen)

    def words_space(self) -> str:
        """Name of the sentence space, or an empty text without sentence encoder."""
        words = self.words()
        return f"{words.name}@{words.version}" if words else ""

    def sentences(self, texts: Sequence[str]) -> npt.NDArray[np.float16] | None:
        """Vectors of passages, float16 (n, d), or None without sentence encoder."""
        words = self.words()
        if words is None or not texts:
            return None
        self.calls += 1
        return words.encode_words(texts).astype(np.float16)


def _in_full(name: str) -> str:
    """A folder by its whole path, with its variant; other names as they are."""
    place, sharp, variant = name.rpartition("#") if not Path(name).is_dir() else (name, "", "")
    folder = Path(place or name).expanduser()
    if name in registry.cards() or not folder.is_dir():
        return name
    return f"{folder.resolve()}{sharp}{variant if sharp else ''}"


_LABELS = {
    "picture": "pictures",
    "words": "search by meaning",
    "speech": "speech",
    "screen": "screen text",
}
