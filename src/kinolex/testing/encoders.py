"""`check_encoder`: does an encoder keep its protocol? For ours and for anybody else's.

Call it in a test; it raises `AssertionError` with one sentence at the first promise that is
broken. It checks form and honesty (shapes, unit length, the same answer again, in a batch and from
several threads, clear refusals), not quality.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from kinolex.encoders.protocols import (
    Encoder,
    PictureEncoder,
    ScreenReader,
    SpeechEncoder,
    WordsEncoder,
)
from kinolex.errors import EncoderError

__all__ = ["check_encoder", "check_pictures", "check_screen", "check_speech", "check_words"]

_TEXTS = (
    "a red ball rolls over the grass",
    "two people talk about the weather",
    "",
    "Καλημέρα, 你好, привет, שלום 🙂",
    "tiny",
    "word " * 1000,
)


def check_encoder(encoder: object, *, closeness: float = 0.999) -> None:
    """Check an encoder of any kind.

    Parameters
    ----------
    encoder : object
        Anything that keeps one of the protocols of `kinolex.encoders.protocols`.
    closeness : float
        Least cosine between the vectors of one thing alone and in a batch. Exact models reach
        0.99999; one that quantises by the range of its whole batch does not, and should rather
        run its rows one by one.

    Raises
    ------
    AssertionError
        At the first broken promise.
    """
    _require(isinstance(encoder, Encoder), "an encoder needs a name and a version")
    assert isinstance(encoder, Encoder)
    for what, value in (("name", encoder.name), ("version", encoder.version)):
        _require(isinstance(value, str) and bool(value.strip()), f"the {what} must be words")
    checks: list[tuple[type, Callable[..., None], dict[str, Any]]] = [
        (WordsEncoder, check_words, {"closeness": closeness}),
        (PictureEncoder, check_pictures, {"closeness": closeness}),
        (SpeechEncoder, check_speech, {}),
        (ScreenReader, check_screen, {}),
    ]
    kept = [(check, options) for kind, check, options in checks if isinstance(encoder, kind)]
    _require(bool(kept), "it keeps none of the protocols")
    for check, options in kept:
        check(encoder, **options)


def check_words(encoder: WordsEncoder, *, closeness: float = 0.999) -> None:
    """Check the words side: see `check_encoder`."""

    def encode(texts: Sequence[str]) -> npt.NDArray[np.float32]:
        return encoder.encode_words(texts)

    _check_vectors(encode, list(_TEXTS), encoder.dimensions, closeness, "texts")
    question = encoder.encode_words(["where is the ball?"], query=True)
    _check_shape(question, 1, encoder.dimensions, "a question")


def check_pictures(encoder: PictureEncoder, *, closeness: float = 0.999) -> None:
    """Check the picture side: see `check_encoder`."""
    _require(isinstance(encoder.picture_square, bool), "picture_square must be true or false")
    _require(encoder.picture_size >= 1, "picture_size must be at least 1")
    pictures = list(_pictures())
    _check_vectors(encoder.encode_pictures, pictures, encoder.dimensions, closeness, "pictures")
    turned = np.asfortranarray(pictures[0])
    turned.setflags(write=False)
    same = encoder.encode_pictures([turned])[0] @ encoder.encode_pictures([pictures[0]])[0]
    _require(same > 0.99999, "the memory layout of a picture must not matter")
    for bad, what in (
        (pictures[0][:, :, 0], "a grey picture"),
        (np.dstack([pictures[0], pictures[0][:, :, :1]]), "a picture with alpha"),
        (pictures[0].astype(np.float32), "a picture of floats"),
        (np.zeros((0, 4, 3), np.uint8), "a picture without pixels"),
    ):
        _check_refused(lambda bad=bad: encoder.encode_pictures([bad]), what)  # type: ignore[misc]
    bank = encoder.background()
    if bank is not None:
        _check_shape(bank, len(bank), encoder.dimensions, "the background")


def check_screen(reader: ScreenReader) -> None:
    """Check a reader of screens: an empty picture, large plain words, boxes, and refusals."""
    empty = np.full((240, 320, 3), 255, np.uint8)
    _require(reader.read(empty) == [], "an empty picture must give no lines")
    lines = reader.read(_slide("HELLO 1234"))
    read = "".join(line.text for line in lines).replace(" ", "").upper()
    _require("HELLO" in read and "1234" in read, f"it read {read!r} instead of HELLO 1234")
    for line in lines:
        left, top, width, height = line.box
        inside = 0 <= left <= left + width <= 1.001 and 0 <= top <= top + height <= 1.001
        _require(inside and width > 0 and height > 0, f"the box {line.box} leaves the picture")
        _require(0 <= line.confidence <= 1, f"confidence {line.confidence} is not in [0, 1]")
    _require(lines == reader.read(_slide("HELLO 1234")), "the same picture must read the same")
    _check_refused(lambda: reader.read(empty[:, :, 0]), "a grey picture")


def check_speech(encoder: SpeechEncoder) -> None:
    """Check a speech encoder on silence and noise: order, bounds, and the same answer again."""
    _require(list(encoder.transcribe([])) == [], "no sound must give no passages")
    silence = [_Piece(10.0, np.zeros(16000 * 3, np.float32))]
    _require(list(encoder.transcribe(silence)) == [], "silence must give no passages")
    noise = np.random.default_rng(3).normal(0, 0.05, 16000 * 8).astype(np.float32)
    pieces = [_Piece(5.0, noise[:64000]), _Piece(9.0, noise[64000:])]
    found = list(encoder.transcribe(pieces))
    _require(found == list(encoder.transcribe(pieces)), "the same sound must give the same words")
    last = 0.0
    for passage in found:
        span = passage.span
        _require(span.start >= 4.9 and span.end <= 13.5, f"{span} lies outside of the sound")
        _require(span.start >= last, "passages must come in order of time")
        _require(bool(passage.text.strip()), "a passage needs words")
        _require(0 <= passage.confidence <= 1, f"confidence {passage.confidence} not in [0, 1]")
        last = span.start


@dataclass(frozen=True, slots=True)
class _Piece:
    start: float
    samples: npt.NDArray[np.float32]


def _check_vectors(
    encode: Callable[[Any], npt.NDArray[np.float32]],
    things: list[Any],
    dimensions: int,
    closeness: float,
    what: str,
) -> None:
    """Promises that pictures and texts share."""
    _require(dimensions >= 1, "dimensions must be at least 1")
    _check_shape(encode([]), 0, dimensions, f"no {what}")
    together = encode(things)
    _check_shape(together, len(things), dimensions, what)
    _require(np.array_equal(together, encode(things)), f"the same {what} must give the same")
    alone = np.concatenate([encode([thing]) for thing in things])
    _check_shape(alone, len(things), dimensions, f"single {what}")
    _require(
        float((together * alone).sum(axis=1).min()) >= closeness,
        f"{what} in a batch must be as they are alone "
        f"(cosine {float((together * alone).sum(axis=1).min()):.5f})",
    )
    backwards = encode(things[::-1])[::-1]
    _require(
        float((together * backwards).sum(axis=1).min()) >= closeness,
        f"the order of {what} must not matter",
    )
    few = things[:3]
    expected = encode(few)
    with ThreadPoolExecutor(4) as pool:
        several = list(pool.map(encode, [few] * 4))
    _require(
        all(np.allclose(v, expected, atol=1e-5) for v in several),
        f"{what} from several threads must be as from one",
    )


def _check_shape(found: Any, rows: int, dimensions: int, what: str) -> None:
    _require(isinstance(found, np.ndarray), f"{what} must give an array")
    _require(
        found.shape == (rows, dimensions), f"{what} gave {found.shape}, not {(rows, dimensions)}"
    )
    _require(found.dtype == np.float32, f"{what} gave {found.dtype}, not float32")
    _require(bool(np.isfinite(found).all()), f"{what} gave numbers that are not finite")
    lengths = np.linalg.norm(found.astype(np.float64), axis=1)
    _require(bool(np.allclose(lengths, 1, atol=1e-4)), f"vectors of {what} must have length 1")


def _check_refused(call: Callable[[], Any], what: str) -> None:
    try:
        call()
    except EncoderError as error:
        _require(bool(error.message.strip()), f"the refusal of {what} must say why")
        return
    raise AssertionError(f"{what} must be refused with an EncoderError")


def _pictures() -> Iterator[npt.NDArray[np.uint8]]:
    """Noise and plain colours in sizes that break careless resizing."""
    random = np.random.default_rng(5)
    for height, width in ((48, 64), (1, 1), (3, 999), (1200, 2), (37, 53), (224, 224)):
        yield random.integers(0, 256, (height, width, 3), dtype=np.uint8)
    yield np.zeros((20, 20, 3), np.uint8)
    yield np.full((20, 20, 3), 255, np.uint8)


def _slide(text: str) -> npt.NDArray[np.uint8]:
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", (640, 240), (255, 255, 255))
    font = ImageFont.load_default(size=72)
    ImageDraw.Draw(image).text((60, 80), text, fill=(0, 0, 0), font=font)
    return np.asarray(image)


def _require(kept: bool, sentence: str) -> None:
    if not kept:
        raise AssertionError(sentence)
