"""Pictures and words to vectors of one space: any CLIP- or SigLIP-type model as ONNX.

Sources: Radford et al. 2021 (CLIP), Zhai et al. 2023 and Tschannen et al. 2025 (SigLIP, SigLIP 2).
Files and rules come from `kinolex.encoders.layouts`. Either side is opened on first use: indexing
never loads the text side, a search never the picture side.
"""

from __future__ import annotations

import mmap
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from kinolex.encoders import notes, runtime, tokens
from kinolex.encoders.cards import Card
from kinolex.encoders.hubness import read_hubness
from kinolex.encoders.layouts import Layout, read_layout
from kinolex.encoders.on_sentences import SentenceSide, TokenEncoder
from kinolex.encoders.preprocess import check_picture
from kinolex.encoders.protocols import Vectors
from kinolex.errors import EncoderError, ModelMissingError
from kinolex.settings import Settings

__all__ = ["OnnxPictures", "load", "unit"]

_PICTURE_INPUTS = ("pixel_values", "image", "images", "input")
_PICTURE_OUTPUTS = ("image_embeds", "embedding", "image_embedding", "image_features")
_TEXT_INPUTS = ("input_ids", "text", "tokens", "input")
_TEXT_OUTPUTS = ("text_embeds", "embedding", "text_embedding", "text_features")
_POOLED = ("pooler_output", "embeddings", "sentence_embedding", "output")
_BATCH = 16

_ON_THE_FLY = (b"DynamicQuantizeLinear", b"DynamicQuantizeMatMul", b"DynamicQuantizeLSTM")


def load(card: Card, folder: Path, settings: Settings) -> OnnxPictures:
    """Load a picture model from its folder; the loader of cards of kind ``picture``.

    The first time that a model (by content) is loaded on this machine, both sides are opened and
    tried, so that a mismatch shows before hours of indexing; later loads are lazy.

    Raises
    ------
    EncoderError
        If the folder is in no known layout, a file is missing or damaged, or the sides differ.
    """
    made = OnnxPictures(
        card.name,
        folder,
        settings=settings,
        preprocessing=card.preprocessing,
        dimensions=card.dimensions,
    )
    if not notes.read(f"tried:{made.version}"):
        made.try_both()
        notes.write(f"tried:{made.version}", True)
    return made


class OnnxPictures:
    """A CLIP- or SigLIP-type model; keeps `kinolex.encoders.protocols.PictureEncoder`.

    Parameters
    ----------
    name : str
        Name of its card or folder.
    folder : Path
        Its files, in one of the layouts of `kinolex.encoders.layouts`.
    settings : Settings, optional
        Device and threads.
    preprocessing : mapping, optional
        What the card says differently from the files.
    dimensions : int
        Length of a vector if known; 0 = ask the model.

    Raises
    ------
    EncoderError
        If the folder is in no known layout, or a file is missing or not understood.
    """

    def __init__(
        self,
        name: str,
        folder: Path,
        *,
        settings: Settings | None = None,
        preprocessing: Mapping[str, Any] | None = None,
        dimensions: int = 0,
    ) -> None:
        self._name, self._folder = name, folder
        self._settings = settings or Settings()
        self._given = dict(preprocessing or {})
        self._layout: Layout = read_layout(folder, self._given)
        self._version = self._layout.version()
        self._dimensions = dimensions or self._layout.dimensions
        self._hubness = read_hubness(folder)
        self._lock = threading.Lock()
        self._pictures: _PictureSide | None = None
        self._words: _TextSide | SentenceSide | None = None

    @property
    def name(self) -> str:
        """Name of its card."""
        return self._name

    @property
    def version(self) -> str:
        """Twelve hexadecimal digits from the content of weights, tokenizer and preprocessing."""
        return self._version

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        if not self._dimensions:
            self.try_both()
        return self._dimensions

    @property
    def sentences(self) -> str:
        """Card of the sentence encoder that its text side stands on; "" where it stands alone."""
        return self._layout.sentences

    @property
    def picture_size(self) -> int:
        """Shorter side (pixels) below which pictures should not be scaled before encoding."""
        return self._layout.picture_rule.short_side

    @property
    def picture_square(self) -> bool:
        """Whether preprocessing squashes to a square (SigLIP) instead of cropping (CLIP)."""
        rule = self._layout.picture_rule
        return rule.resize == "squash" and not rule.widest

    def encode_pictures(self, pictures: Sequence[npt.NDArray[np.uint8]]) -> Vectors:
        """Encode (height, width, 3) uint8 RGB pictures of any sizes.

        Returns
        -------
        numpy.ndarray
            (n, dimensions) float32, rows of length 1.

        Raises
        ------
        EncoderError
            If a picture is not 8-bit RGB, or the model gives no direction for one.
        """
        for picture in pictures:
            check_picture(picture)
        if not len(pictures):
            return np.zeros((0, self.dimensions), np.float32)
        found = self._checked(self._picture_side().encode(pictures), "picture")
        return self._hubness.pictures(found) if self._hubness else found

    def encode_words(self, texts: Sequence[str], *, query: bool = False) -> Vectors:
        """Encode texts into the space of the pictures; (n, dimensions) float32, unit rows.

        ``query`` changes nothing: such models know one kind of text.
        """
        if not len(texts):
            return np.zeros((0, self.dimensions), np.float32)
        found = self._checked(self._text_side().encode(texts), "text")
        return self._hubness.questioned(found) if self._hubness else found

    def background(self) -> Vectors | None:
        """Vectors of unrelated pictures (``background.npy`` in the folder); (m, d) or None.

        Raises
        ------
        EncoderError
            If the file is there and does not fit.
        """
        path = self._folder / "background.npy"
        if not path.is_file():
            return None
        try:
            bank = np.load(path, allow_pickle=False)
        except (OSError, ValueError) as error:
            raise EncoderError(f"The background {path} cannot be read: {error}.") from error
        if bank.ndim != 2 or bank.shape[1] != self.dimensions:
            raise EncoderError(
                f"The background {path} is {bank.shape}, not (m, {self.dimensions})."
            )
        return unit(bank, f"background {path}")

    def calibration(self) -> Mapping[str, float] | None:
        """Weights of `kinolex.search.likeness.Calibration` (``calibration.json``), or None.

        Raises
        ------
        EncoderError
            If the file is there and does not fit.
        """
        path = self._folder / "calibration.json"
        if not path.is_file():
            return None
        found = tokens.read_json(path)
        try:
            return {name: float(found[name]) for name in ("standard", "raw", "shift", "popularity")}
        except (KeyError, TypeError, ValueError) as error:
            raise EncoderError(f"The calibration {path} is not understood: {error!r}.") from error

    def try_both(self) -> None:
        """Open both sides and compare the lengths of their vectors.

        Raises
        ------
        EncoderError
            If one does not open, does not run, or they differ.
        """
        grey = np.full((8, 8, 3), 127, np.uint8)
        pictures = self._picture_side().encode([grey])
        try:
            texts = self._text_side().encode(["a"])
        except ModelMissingError:
            if not self.sentences:
                raise
            self._checked(pictures, "picture")  # pictures can be indexed before words are asked
            return
        if pictures.shape[1] != texts.shape[1]:
            raise EncoderError(
                f"The sides of {self._name} do not fit: pictures have {pictures.shape[1]} "
                f"dimensions, words {texts.shape[1]}."
            )
        self._checked(pictures, "picture")
        self._checked(texts, "text")

    def _checked(self, found: Vectors, what: str) -> Vectors:
        if not self._dimensions:
            self._dimensions = found.shape[1]
        if found.shape[1] != self._dimensions:
            raise EncoderError(
                f"{self._name} gave a {what} vector of {found.shape[1]} dimensions "
                f"instead of {self._dimensions}."
            )
        known = self._hubness.questions.shape[1] if self._hubness else found.shape[1]
        if known != found.shape[1]:
            raise EncoderError(
                f"The questions of {self._name} have {known} dimensions, not {found.shape[1]}: "
                "delete hubness.json and questions.npy, or bring those that belong to it."
            )
        return unit(found, f"{what} side of {self._name}")

    def _picture_side(self) -> _PictureSide:
        with self._lock:
            if self._pictures is None:
                self._pictures = _PictureSide(self._layout, self._settings)
            return self._pictures

    def _text_side(self) -> _TextSide | SentenceSide:
        with self._lock:
            if self._words is None and self.sentences:
                encoder = _sentences(self.sentences, self._settings)
                longest = self._layout.text_rule.context
                self._words = SentenceSide(self._layout.text, longest, encoder, self._settings)
            elif self._words is None:
                self._words = _TextSide(self._layout, self._settings, self._given)
            return self._words


def _sentences(name: str, settings: Settings) -> TokenEncoder:
    """Load the sentence encoder of a text side, by its card.

    Raises
    ------
    ModelMissingError
        If it is not here; the hint is the one command that brings it.
    """
    from kinolex.encoders.registry import load_words

    found = load_words(name, settings.model_copy(update={"threads": 1}))
    if not hasattr(found, "encode_tokens"):
        raise EncoderError(f"The sentence encoder {name} gives no token vectors.")
    return cast(TokenEncoder, found)


def unit(found: npt.NDArray[Any], what: str) -> Vectors:
    """Rows of length 1, float32.

    Raises
    ------
    EncoderError
        If a row is zero or not finite: it has no direction, and would poison every search.
    """
    rows = np.asarray(found, np.float32)
    lengths = np.linalg.norm(rows.astype(np.float64), axis=1, keepdims=True)
    bad = np.flatnonzero(~(np.isfinite(lengths[:, 0]) & (lengths[:, 0] > 0)))
    if bad.size:
        raise EncoderError(f"The {what} gave a vector without a direction (row {bad[0]}).")
    made: Vectors = (rows / lengths).astype(np.float32)
    return made


class _Side:
    """One side of a model: its session, how many rows it takes at once, and its output."""

    def __init__(self, model: Path, settings: Settings, names: Sequence[str], what: str) -> None:
        self.session = runtime.session(model, settings)
        self.inputs = {i.name: i for i in self.session.get_inputs()}
        outputs = self.session.get_outputs()
        flat = [o.name for o in outputs if len(o.shape) == 2]
        self.output = runtime.pick(outputs, [*names, *_POOLED, *flat[:1]], f"{what} vector").name
        self.on_the_fly = quantised_on_the_fly(model)

    def rows(self, value: Any) -> int:
        """Rows a call: as fixed in the model; 1 where rows would influence each other."""
        fixed = value.shape[0] if value.shape else None
        if isinstance(fixed, int) and fixed > 0:
            return fixed
        return 1 if self.on_the_fly else _BATCH

    def call(self, given: dict[str, npt.NDArray[Any]], rows: int, size: int) -> Vectors:
        """Run one batch, filled up to ``size`` rows; gives the first ``rows``."""
        try:
            found = self.session.run([self.output], given)[0]
        except Exception as error:  # onnxruntime raises its own classes, without a common base
            first = (str(error).strip().splitlines() or [""])[0][:200]
            raise EncoderError(f"The model could not run: {first}.") from error
        if found.ndim != 2 or len(found) != size:
            raise EncoderError(f"The model gave {found.shape} for {size} rows, not (rows, n).")
        return np.asarray(found[:rows], np.float32)


class _PictureSide(_Side):
    def __init__(self, layout: Layout, settings: Settings) -> None:
        super().__init__(layout.vision, settings, _PICTURE_OUTPUTS, "picture")
        self.rule = layout.picture_rule
        four = [n for n, i in self.inputs.items() if len(i.shape) == 4]
        names = [*_PICTURE_INPUTS, *four[:1]]
        self.input = runtime.pick(list(self.inputs.values()), names, "picture input")
        self.type = runtime.element_type(self.input)
        self._check_size()

    def _check_size(self) -> None:
        sides = [s for s in self.input.shape[1:] if isinstance(s, int) and s not in (1, 3)]
        if sides and set(sides) != {self.rule.height, self.rule.width}:
            raise EncoderError(
                f"The picture model reads {sides} pixels, but its preprocessing makes "
                f"{self.rule.height}x{self.rule.width}."
            )

    def encode(self, pictures: Sequence[npt.NDArray[np.uint8]]) -> Vectors:
        """(n, dimensions) float32; the mean of a picture's views where there are several."""
        if not self.rule.crops:
            return self._seen(pictures)
        views = [view for picture in pictures for view in self.rule.views(picture)]
        rows = unit(self._seen(views), "picture side")
        means: Vectors = rows.reshape(len(pictures), -1, rows.shape[1]).mean(axis=1)
        return means

    def _seen(self, pictures: Sequence[npt.NDArray[np.uint8]]) -> Vectors:
        size = self.rows(self.input)
        found = []
        for start in range(0, len(pictures), size):
            some = list(pictures[start : start + size])
            fixed = self.input.shape and isinstance(self.input.shape[0], int)
            full = some + [some[-1]] * (size - len(some)) if fixed else some
            given = {self.input.name: self._values(full)}
            given |= self._beside(len(full))
            found.append(self.call(given, len(some), len(full)))
        return np.concatenate(found)

    def _values(self, pictures: list[npt.NDArray[np.uint8]]) -> npt.NDArray[Any]:
        if self.type is np.uint8:  # such exports normalise by themselves and read (h, w, 3)
            levels = np.stack([self.rule.levels(p) for p in pictures])
            first = self.input.shape[1] == 3
            return np.ascontiguousarray(levels.transpose(0, 3, 1, 2)) if first else levels
        return self.rule.batch(pictures).astype(self.type, copy=False)

    def _beside(self, rows: int) -> dict[str, npt.NDArray[Any]]:
        """In a combined export the text side must be fed too: one shortest text a row."""
        return {
            name: np.ones(
                (rows, value.shape[1] if isinstance(value.shape[1], int) else 2),
                runtime.element_type(value),
            )
            for name, value in self.inputs.items()
            if name != self.input.name
        }


class _TextSide(_Side):
    def __init__(self, layout: Layout, settings: Settings, given: Mapping[str, Any]) -> None:
        super().__init__(layout.text, settings, _TEXT_OUTPUTS, "text")
        names = [n for n, i in self.inputs.items() if len(i.shape) == 2]
        self.input = runtime.pick(
            list(self.inputs.values()), [*_TEXT_INPUTS, *names[:1]], "text input"
        )
        length = self.input.shape[1] if len(self.input.shape) == 2 else None
        fixed = length if isinstance(length, int) else 0
        rule = tokens.overridden(layout.text_rule, given, fixed)
        self.tokens = tokens.Tokens(layout.tokenizer, rule)
        self.picture_rule = layout.picture_rule

    def encode(self, texts: Sequence[str]) -> Vectors:
        ids, mask = self.tokens.encode(texts)
        size = self.rows(self.input)
        fixed = isinstance(self.input.shape[0], int)
        found = []
        for start in range(0, len(texts), size):
            rows = np.arange(start, min(start + size, len(texts)))
            full = np.resize(rows, size) if fixed else rows
            given = {n: self._value(n, v, ids[full], mask[full]) for n, v in self.inputs.items()}
            found.append(self.call(given, len(rows), len(full)))
        return np.concatenate(found)

    def _value(
        self, name: str, value: Any, ids: npt.NDArray[np.int64], mask: npt.NDArray[np.int64]
    ) -> npt.NDArray[Any]:
        kind = runtime.element_type(value)
        if name == self.input.name:
            return ids.astype(kind)
        if name == "attention_mask":
            return mask.astype(kind)
        if name == "position_ids":
            return np.broadcast_to(np.arange(ids.shape[1]), ids.shape).astype(kind)
        if len(value.shape) == 4:  # the picture side of a combined export
            return np.zeros((len(ids), 3, self.picture_rule.height, self.picture_rule.width), kind)
        return np.zeros(ids.shape, kind)


def quantised_on_the_fly(model: Path) -> bool:
    """Whether activations are quantised by the range of the whole batch.

    Then a row's vector depends on its neighbours, so rows must be run one by one: an index must
    not depend on where it was interrupted. The operator's name stands in the file as plain bytes.
    """
    if not model.stat().st_size:
        return False
    with model.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return any(data.find(name) >= 0 for name in _ON_THE_FLY)
