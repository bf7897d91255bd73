"""The layouts in which CLIP- and SigLIP-type models are published as ONNX, found and read.

*Immich* (https://huggingface.co/immich-app): ``visual/model.onnx`` (or, as for ``textual``,
``visual/fp16/model.onnx``), ``visual/preprocess_cfg.json``, ``textual/model.onnx``,
``textual/tokenizer.json``, ``textual/tokenizer_config.json`` and
open_clip's ``config.json``; where ``textual/sentences.json`` takes the tokenizer's place, the text
side stands on a sentence encoder (`kinolex.encoders.on_sentences`); maybe ``hubness.json`` and
``questions.npy`` (`kinolex.encoders.hubness`). *transformers.js* (https://huggingface.co/onnx-community):
``onnx/vision_model.onnx`` and ``onnx/text_model.onnx`` (or one ``onnx/model.onnx`` with both
sides), with a suffix per variant, ``preprocessor_config.json``, ``tokenizer.json``,
``tokenizer_config.json`` and ``config.json``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from kinolex.encoders import preprocess, tokens
from kinolex.encoders.hashes import content_version
from kinolex.encoders.hubness import files_of
from kinolex.encoders.on_sentences import sentences_of
from kinolex.encoders.preprocess import PictureRule
from kinolex.encoders.tokens import TextRule
from kinolex.errors import EncoderError

__all__ = ["Layout", "read_layout"]

_VARIANTS = ("", "fp16", "q4f16", "uint8", "int8", "quantized", "q4", "bnb4")
"""Which variant is taken when the card names none: exact ones first."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A model's files and rules; ``vision`` and ``text`` are one file in combined exports."""

    vision: Path
    text: Path
    tokenizer: Path
    picture_rule: PictureRule
    text_rule: TextRule
    dimensions: int
    sentences: str = ""
    """The sentence encoder that the text side stands on (`kinolex.encoders.on_sentences`)."""
    beside: tuple[Path, ...] = ()
    """Other files that change vectors (`kinolex.encoders.hubness`)."""

    @property
    def combined(self) -> bool:
        """Whether one model has both sides."""
        return self.vision == self.text

    def version(self) -> str:
        """Twelve hexadecimal digits from the content of all files and from the rules."""
        files = [*_with_data(self.vision), *_with_data(self.text), self.tokenizer, *self.beside]
        picture = asdict(self.picture_rule)
        if not picture["crops"]:
            del picture["crops"]  # spaces from before there were any stay what they are
        rules = [picture, asdict(self.text_rule)]
        return content_version(files, json.dumps(rules, sort_keys=True))


def read_layout(folder: Path, given: Mapping[str, Any]) -> Layout:
    """Find out a folder's layout and read its rules.

    Parameters
    ----------
    folder : Path
        The model's folder.
    given : mapping
        ``preprocessing`` of the card: overrides, and ``variant``, ``vision_variant``,
        ``text_variant``.

    Raises
    ------
    EncoderError
        If it is in none of the layouts, or a file is missing or not understood.
    """
    if not folder.is_dir():
        raise EncoderError(f"The model folder {folder} is missing.")
    try:
        if (folder / "visual").is_dir() or (folder / "textual").is_dir():
            return replace(_immich(folder, given), beside=files_of(folder))
        if (folder / "preprocessor_config.json").is_file() or (folder / "onnx").is_dir():
            return replace(_transformers(folder, given), beside=files_of(folder))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise EncoderError(
            f"The file config.json of {folder} is not understood: {error}."
        ) from error
    raise EncoderError(
        f"The folder {folder} holds no picture model: it has neither visual/model.onnx (Immich) "
        "nor onnx/vision_model.onnx with preprocessor_config.json (transformers)."
    )


def _immich(folder: Path, given: Mapping[str, Any]) -> Layout:
    config = tokens.read_json(folder / "config.json")
    variant = given.get("variant")
    vision = _immich_model(folder / "visual", given.get("vision_variant", variant))
    text = _immich_model(folder / "textual", given.get("text_variant", variant))
    picture = preprocess.from_open_clip(tokens.read_json(folder / "visual" / "preprocess_cfg.json"))
    sentences, longest = sentences_of(folder)
    if sentences:
        return Layout(
            vision,
            text,
            folder / "textual" / "sentences.json",
            preprocess.overridden(picture, given),
            TextRule(longest, 0),
            int(config.get("embed_dim", 0)),
            sentences,
        )
    words = tokens.from_open_clip(folder / "textual", config)
    return Layout(
        vision,
        text,
        folder / "textual" / "tokenizer.json",
        preprocess.overridden(picture, given),
        tokens.overridden(words, given),
        int(config.get("embed_dim", 0)),
    )


def _transformers(folder: Path, given: Mapping[str, Any]) -> Layout:
    config = tokens.read_json(folder / "config.json", needed=False)
    place = folder / "onnx" if (folder / "onnx").is_dir() else folder
    variant = given.get("variant")
    vision = _variant(place, "vision_model", given.get("vision_variant", variant))
    text = _variant(place, "text_model", given.get("text_variant", variant))
    if vision is None and text is None:
        vision = text = _variant(place, "model", variant)
    if vision is None or text is None:
        side = "vision_model" if vision is None else "text_model"
        raise EncoderError(f"The file {place / side}.onnx (or a variant of it) is missing.")
    picture = preprocess.from_transformers(tokens.read_json(folder / "preprocessor_config.json"))
    words = tokens.from_transformers(folder, config)
    return Layout(
        vision,
        text,
        folder / "tokenizer.json",
        preprocess.overridden(picture, given),
        tokens.overridden(words, given),
        int(config.get("projection_dim", 0)),
    )


def _variant(place: Path, stem: str, variant: Any) -> Path | None:
    """``stem.onnx`` or ``stem_VARIANT.onnx``; without a wish, the most exact one there is."""
    wanted = _VARIANTS if variant is None else (str(variant),)
    for name in wanted:
        path = place / (f"{stem}_{name}.onnx" if name else f"{stem}.onnx")
        if path.is_file():
            return path
    return None


def _immich_model(place: Path, variant: Any) -> Path:
    """``model.onnx``, or a variant: ``fp16/model.onnx`` (Immich's way) or ``model_fp16.onnx``."""
    for name in _VARIANTS if variant is None else (str(variant),):
        found = place / name / "model.onnx"
        if not found.is_file():
            found = place / f"model_{name}.onnx"
        if found.is_file():
            return found
    wanted = place / str(variant or "") / "model.onnx"
    raise EncoderError(f"The model file {wanted} is missing.")


def _with_data(model: Path) -> list[Path]:
    """A model file and its external data: named after it, or (Immich) all in its folder."""
    if {"visual", "textual"} & {model.parent.name, model.parent.parent.name}:
        skip = (".json", ".armnn", ".txt", ".model", ".md")
        beside = (p for p in model.parent.iterdir() if p.is_file() and p.suffix not in skip)
        return sorted(p for p in beside if p.suffix != ".onnx" or p == model)
    beside = model.parent.glob(f"{model.name}[._]*")
    return [model, *sorted(p for p in beside if p.is_file())]
