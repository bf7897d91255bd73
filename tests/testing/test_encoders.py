"""The conformance suite finds what it promises to find: each broken promise, one encoder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest

from kinolex.encoders.preprocess import check_picture
from kinolex.encoders.protocols import ScreenLine, SpokenPassage
from kinolex.errors import EncoderError
from kinolex.moments import Span
from kinolex.testing.encoders import check_encoder


class Good:
    """Pictures and words to eight numbers, as a protocol wants it."""

    name, version, dimensions = "good", "1", 8
    picture_size, picture_square = 4, False

    def encode_words(self, texts: Sequence[str], *, query: bool = False) -> Any:
        return self._unit([[len(t), *t.encode()[:5], 1] for t in texts])

    def encode_pictures(self, pictures: Sequence[Any]) -> Any:
        for picture in pictures:
            check_picture(picture)
        return self._unit([[1, *p.mean((0, 1)), *p.std((0, 1))] for p in pictures])

    def background(self) -> Any:
        return None

    def _unit(self, rows: list[list[float]]) -> Any:
        made = np.zeros((len(rows), 8), np.float32)
        for row, values in zip(made, rows, strict=True):
            row[: len(values)] = values
        return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


def changed(**methods: Any) -> Any:
    return type("Changed", (Good,), methods)()


def after(change: Callable[[Any], Any]) -> Callable[..., Any]:
    """encode_words whose answer is spoilt."""
    return lambda self, texts, query=False: change(Good.encode_words(self, texts))


def test_a_good_encoder_passes() -> None:
    check_encoder(Good())


def shaky() -> Callable[[Any], Any]:
    calls = iter(range(10**6))
    return lambda found: np.roll(found, next(calls), axis=1)


def neighbours(found: Any) -> Any:
    return found if len(found) < 2 else -found


@pytest.mark.parametrize(
    ("spoilt", "sentence"),
    [
        ({"name": ""}, "name"),
        ({"version": None}, "version"),
        ({"encode_words": after(lambda v: v.astype(np.float64))}, "float64"),
        ({"encode_words": after(lambda v: v * 2)}, "length 1"),
        ({"encode_words": after(lambda v: v[:, :7])}, "not"),
        ({"encode_words": after(lambda v: v.tolist())}, "array"),
        ({"encode_words": after(lambda v: v + np.nan)}, "finite"),
        ({"encode_words": after(shaky())}, "same texts"),
        ({"encode_words": after(neighbours)}, "batch"),
        ({"encode_words": after(lambda v: v[::-1])}, "alone"),
        ({"picture_square": 1}, "picture_square"),
        ({"picture_size": 0}, "picture_size"),
        ({"background": lambda self: np.ones((3, 8), np.float32)}, "background"),
        ({"encode_pictures": lambda self, p: Good()._unit([[1.0]] * len(p))}, "grey"),
    ],
)
def test_each_broken_promise_is_named(spoilt: dict[str, Any], sentence: str) -> None:
    with pytest.raises(AssertionError, match=sentence):
        check_encoder(changed(**spoilt))


def test_something_else_is_no_encoder() -> None:
    with pytest.raises(AssertionError, match="name and a version"):
        check_encoder(object())
    with pytest.raises(AssertionError, match="none of the protocols"):
        check_encoder(type("Bare", (), {"name": "a", "version": "1"})())


class Speech:
    name, version = "speech", "1"
    said: tuple[SpokenPassage, ...] = ()

    def transcribe(self, pieces: Any, *, language: str = "") -> Iterator[SpokenPassage]:
        loud = any(float(np.abs(p.samples).max()) > 0 for p in pieces)
        yield from self.said if loud else ()


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ((SpokenPassage(Span(6, 7), "words"), SpokenPassage(Span(8, 9), "more")), ""),
        ((SpokenPassage(Span(1, 2), "words"),), "outside"),
        ((SpokenPassage(Span(8, 9), "a"), SpokenPassage(Span(6, 7), "b")), "order"),
        ((SpokenPassage(Span(8, 9), " "),), "words"),
        ((SpokenPassage(Span(8, 9), "a", confidence=2.0),), "confidence"),
    ],
)
def test_speech(said: tuple[SpokenPassage, ...], sentence: str) -> None:
    made = Speech()
    made.said = said
    if not sentence:
        check_encoder(made)
        return
    with pytest.raises(AssertionError, match=sentence):
        check_encoder(made)


def test_speech_out_of_silence_is_found() -> None:
    class Dreamer(Speech):
        def transcribe(self, pieces: Any, *, language: str = "") -> Iterator[SpokenPassage]:
            if list(pieces):
                yield SpokenPassage(Span(10, 11), "thank you for watching")

    with pytest.raises(AssertionError, match="silence"):
        check_encoder(Dreamer())


class Reader:
    name, version = "reader", "1"
    lines: tuple[ScreenLine, ...] = (ScreenLine("HELLO 1234", (0.1, 0.3, 0.7, 0.3), 0.9),)

    def forget(self):
        pass

    def read(self, picture: Any) -> list[ScreenLine]:
        if picture.ndim != 3:
            raise EncoderError("Not a picture.")
        return list(self.lines) if picture.min() < 100 else []


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (Reader.lines, ""),
        ((ScreenLine("HELP", (0.1, 0.3, 0.7, 0.3), 0.9),), "instead of HELLO"),
        ((ScreenLine("HELLO 1234", (0.1, 0.3, 7.0, 0.3), 0.9),), "box"),
        ((ScreenLine("HELLO 1234", (0.1, 0.3, 0.7, 0.3), 90.0),), "confidence"),
    ],
)
def test_screens(lines: tuple[ScreenLine, ...], sentence: str) -> None:
    made = Reader()
    made.lines = lines
    if not sentence:
        check_encoder(made)
        return
    with pytest.raises(AssertionError, match=sentence):
        check_encoder(made)
