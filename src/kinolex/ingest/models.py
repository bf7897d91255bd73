"""The encoders of one run: loaded on first use, absent ones reported once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
from kinolex.errors import EncoderError, ModelMissingError
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

    Raises
    ------
    ModelMissingError
        From the getters, when a model that the user named is not here.
    """

    def __init__(self, settings: Settings, notice: Callable[[str], None]) -> None:
        self.settings = settings
        self.calls = 0
        self.missing: dict[str, str] = {}
        self._notice = notice
        self._loaded: dict[str, Encoder | None] = {}

    def _get(self, kind: str, name: str, load: Callable[[str, Settings], T]) -> T | None:
        if kind not in self._loaded:
            try:
                self._loaded[kind] = load(name, self.settings)
            except (ModelMissingError, EncoderError) as error:
                if name:
                    raise
                self._loaded[kind] = None
                self.missing[kind] = str(error)
                self._notice(f"Without {_LABELS[kind]}: {error}")
        return self._loaded[kind]  # type: ignore[return-value]

    def picture(self) -> PictureEncoder | None:
        """The picture encoder, or None when none is here and none was named."""
        return self._get("picture", self.settings.picture, registry.load_picture)

    def words(self) -> WordsEncoder | None:
        """The sentence encoder, or None."""
        return self._get("words", self.settings.words, registry.load_words)

    def speech(self) -> SpeechEncoder | None:
        """The speech encoder, or None."""
        return self._get("speech", self.settings.speech, registry.load_speech)

    def screen(self) -> ScreenReader | None:
        """The screen text reader, or None."""
        return self._get("screen", self.settings.screen, registry.load_screen)

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


_LABELS = {
    "picture": "pictures",
    "words": "search by meaning",
    "speech": "speech",
    "screen": "screen text",
}
