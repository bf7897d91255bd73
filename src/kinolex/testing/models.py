"""Small ONNX models made on the spot, whose answers are known: for tests, the demo and benchmarks.

`make_picture_model` gives a CLIP-like folder in any layout in which "red" really finds red
pictures, without any trained weight; `make_vit_b32` gives one that costs what ViT-B/32 costs. Both
need the package ``onnx``, which kinolex itself does not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from kinolex.errors import ModelMissingError
from kinolex.testing.graphs import Graph

__all__ = ["COLOURS", "colour_vector", "make_picture_model", "make_vit_b32"]

Colour = tuple[float, float, float]

COLOURS: Mapping[str, Colour] = {
    "red": (1, 0, 0),
    "green": (0, 1, 0),
    "blue": (0, 0, 1),
    "yellow": (1, 1, 0),
    "cyan": (0, 1, 1),
    "magenta": (1, 0, 1),
    "white": (1, 1, 1),
    "black": (0, 0, 0),
    "orange": (1, 0.5, 0),
    "purple": (0.5, 0, 0.5),
    "grey": (0.5, 0.5, 0.5),
}
"""Words that the small model knows, with red, green, blue in [0, 1]."""

CELLS = 2
_BIAS = 0.2  # so that grey, and words that it does not know, still have a direction
_FEATURES = 3 * CELLS * CELLS + 1
_SPECIAL = {
    "clip": ("<|startoftext|>", "<|endoftext|>", "<|endoftext|>"),
    "siglip": ("", "<eos>", "<pad>"),
}
_MEANS: Mapping[str, tuple[Colour, Colour]] = {
    "clip": ((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)),
    "siglip": ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
}


def make_picture_model(
    folder: Path,
    layout: Literal["immich", "transformers", "combined"] = "immich",
    kind: Literal["clip", "siglip"] = "clip",
    size: int = 32,
    dimensions: int = 32,
    dtype: Literal["float32", "float16", "int8"] = "float32",
    words: Mapping[str, Colour] | None = None,
    *,
    batch: int | None = None,
    external: bool = False,
    mask: bool = False,
) -> Path:
    """Write a model whose picture side sees mean colours and whose text side knows their names.

    A picture becomes the mean colours of its 2 x 2 cells (from -1 to 1), a text the sum of the
    colours it names; both go through one fixed random projection. So the cosine of "red" and a
    red picture is nearly 1, and everything can be computed by hand (`colour_vector`).

    Parameters
    ----------
    folder : Path
        Where to write; made if needed.
    layout : {"immich", "transformers", "combined"}
        Immich's folders; transformers.js with two models; the same with one model.
    kind : {"clip", "siglip"}
        Shortest side and crop, 77 tokens; or squash, 64 tokens, lower case and padding that
        counts.
    size, dimensions : int
        Pixels a side that the model reads, an even number; length of a vector.
    dtype : {"float32", "float16", "int8"}
        Of weights and, for float16, of inputs and outputs. int8 quantises on the fly.
    words : mapping, optional
        Words and their colours instead of `COLOURS`.
    batch : int, optional
        Fixed number of rows; None = any.
    external : bool
        Weights in a file beside the model.
    mask : bool
        The text side also takes an attention mask.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    ModelMissingError
        If the package ``onnx`` is not installed.
    """
    _need_onnx()
    known, matrix = dict(words or COLOURS), _projection(dimensions)
    vision = text = Graph(dtype, batch)
    if layout != "combined":
        text = Graph(dtype, batch)
    _picture_side(vision, kind, size, matrix, layout)
    _text_side(text, kind, known, matrix, layout, mask=mask)
    for graph, path in zip((vision, text), _places(folder, layout, dtype), strict=False):
        graph.save(path, external=external)
    _write_tokenizer(folder / "textual" if layout == "immich" else folder, kind, known)
    _write_rules(folder, layout, kind, size, dimensions)
    return folder


def colour_vector(
    colours: Colour | Sequence[Colour], dimensions: int = 32
) -> npt.NDArray[np.float64]:
    """What the model gives for a picture of one colour, or of four cells row by row; unit length.

    Examples
    --------
    >>> red, blue = colour_vector((1, 0, 0)), colour_vector((0, 0, 1))
    >>> round(float(red @ blue), 2)
    -0.33
    """
    cells = np.asarray(colours, np.float64).reshape(-1, 3)
    cells = np.resize(cells, (CELLS * CELLS, 3))
    features = np.concatenate([(cells * 2 - 1).T.ravel(), [_BIAS]])
    vector = features @ _projection(dimensions).astype(np.float64)
    found: npt.NDArray[np.float64] = vector / np.linalg.norm(vector)
    return found


def make_vit_b32(folder: Path, *, seed: int = 0, layers: int = 12, text: bool = False) -> Path:
    """Write a picture encoder with random weights that costs what ViT-B/32 at 224 pixels costs.

    12 layers, width 768, 12 heads, 49 + 1 tokens, 3,072 in between, 512 dimensions, 88 million
    weights (350 MB), in Immich's layout; the text side is the small one of `make_picture_model`,
    so words work, but find nothing. With ``text`` it too costs what the real one costs: 12 layers,
    width 512, 8 heads, 77 tokens.

    Raises
    ------
    ModelMissingError
        If the package ``onnx`` is not installed.
    """
    _need_onnx()
    make_picture_model(folder, "immich", "clip", size=224, dimensions=512)
    from kinolex.testing.graphs import text_b32, vit_b32

    vit_b32(seed, layers).save(folder / "visual" / "model.onnx")
    if text:
        tokens = len(_vocabulary("clip", COLOURS))
        text_b32(tokens, seed, layers).save(folder / "textual" / "model.onnx")
    return folder


def _need_onnx() -> None:
    try:
        import onnx  # noqa: F401
    except ImportError as error:
        raise ModelMissingError(
            "Making test models needs the package onnx.", hint="Run `pip install onnx`."
        ) from error


def _projection(dimensions: int) -> npt.NDArray[np.float32]:
    """Fixed (features, dimensions) matrix; with orthonormal rows where there is room."""
    random = np.random.default_rng(7).standard_normal((max(dimensions, _FEATURES), _FEATURES))
    matrix = np.linalg.qr(random)[0].T[:, :dimensions]
    return np.ascontiguousarray(matrix, np.float32)


def _picture_side(
    graph: Graph, kind: str, size: int, matrix: npt.NDArray[np.float32], layout: str
) -> None:
    mean, std = (np.asarray(v, np.float32).reshape(1, 3, 1, 1) for v in _MEANS[kind])
    name = "image" if layout == "immich" else "pixel_values"
    value = graph.floats_in(name, [3, size, size])
    value = graph.add(
        "Add", graph.add("Mul", value, graph.constant(std * 2)), graph.constant(mean * 2 - 1)
    )
    side = size // CELLS
    value = graph.add("AveragePool", value, kernel_shape=[side, side], strides=[side, side])
    value = graph.add("Flatten", value, axis=1)
    value = graph.add("Pad", value, graph.whole([0, 0, 0, 1]), graph.constant(_BIAS))
    output = {"immich": "embedding", "transformers": "pooler_output"}.get(layout, "image_embeds")
    if layout == "transformers" and kind == "clip":
        output = "image_embeds"
    graph.out(graph.project(value, matrix), output, matrix.shape[1])


def _text_side(
    graph: Graph,
    kind: str,
    words: Mapping[str, Colour],
    matrix: npt.NDArray[np.float32],
    layout: str,
    *,
    mask: bool,
) -> None:
    table = _word_table(kind, words)
    context = 77 if kind == "clip" else 64
    if layout == "immich":
        ids = graph.whole_in("text", context, "int32")
    else:
        ids = graph.whole_in("input_ids", "sequence" if kind == "clip" else context, "int64")
    value = graph.add("Gather", graph.constant(table), ids, axis=0)
    if mask:
        given = graph.whole_in("attention_mask", "sequence", "int64")
        given = graph.add("Unsqueeze", graph.cast(given), graph.whole([2]))
        value = graph.add("Mul", value, given)
    value = graph.add("ReduceSum", value, graph.whole([1]), keepdims=0)
    bias = np.zeros((1, _FEATURES), np.float32)
    bias[0, -1] = _BIAS - table[:, -1].max()  # the end token brings the rest
    value = graph.add("Add", value, graph.constant(bias))
    output = {"immich": "embedding", "transformers": "pooler_output"}.get(layout, "text_embeds")
    if layout == "transformers" and kind == "clip":
        output = "text_embeds"
    graph.out(graph.project(value, matrix), output, matrix.shape[1])


def _vocabulary(kind: str, words: Mapping[str, Colour]) -> dict[str, int]:
    special = ["<pad>", "<eos>", "<bos>", "<unk>"] if kind == "siglip" else ["<unk>"]
    ends = [] if kind == "siglip" else ["<|startoftext|>", "<|endoftext|>"]
    return {word: number for number, word in enumerate([*special, *words, *ends])}


def _word_table(kind: str, words: Mapping[str, Colour]) -> npt.NDArray[np.float32]:
    """Features of every token: zero but for colours; SigLIP's end token pulls far away.

    One end token a text is expected, so a text that is padded with end tokens instead of padding
    is plainly wrong, as it is with the real model.
    """
    vocabulary = _vocabulary(kind, words)
    table = np.zeros((len(vocabulary), _FEATURES), np.float32)
    for word, colour in words.items():
        cells = np.tile(np.asarray(colour, np.float32) * 2 - 1, (CELLS * CELLS, 1))
        table[vocabulary[word], :-1] = cells.T.ravel()
    if kind == "siglip":
        table[vocabulary["<eos>"], -1] = 0.05
    return table


def _places(folder: Path, layout: str, dtype: str) -> list[Path]:
    """Where the picture and the text side go; one file for both in a combined export."""
    if layout == "immich":
        return [folder / "visual" / "model.onnx", folder / "textual" / "model.onnx"]
    tail = {"float32": "", "float16": "_fp16", "int8": "_quantized"}[dtype]
    if layout == "combined":
        return [folder / "onnx" / f"model{tail}.onnx"]
    return [folder / "onnx" / f"{side}_model{tail}.onnx" for side in ("vision", "text")]


def _write_tokenizer(folder: Path, kind: str, words: Mapping[str, Colour]) -> None:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    vocabulary = _vocabulary(kind, words)
    start, end, pad = _SPECIAL[kind]
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    if kind == "clip":
        tokenizer.normalizer = normalizers.Lowercase()
        tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    else:
        tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.add_special_tokens([t for t in (start, end, pad) if t])
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{start} $A {end}".strip(),
        special_tokens=[(t, vocabulary[t]) for t in (start, end) if t],
    )
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    settings = {"pad_token": pad, "model_max_length": 77 if kind == "clip" else 64}
    settings |= {"eos_token": end, "add_eos_token": kind == "siglip"}
    _write_json(folder / "tokenizer_config.json", settings)


def _write_rules(folder: Path, layout: str, kind: str, size: int, dimensions: int) -> None:
    mean, std = (list(v) for v in _MEANS[kind])
    clip = kind == "clip"
    if layout == "immich":
        rule = {"size": [size, size], "mode": "RGB", "mean": mean, "std": std, "fill_color": 0}
        rule |= {"interpolation": "bicubic", "resize_mode": "shortest" if clip else "squash"}
        _write_json(folder / "visual" / "preprocess_cfg.json", rule)
        text: dict[str, Any] = {"context_length": 77 if clip else 64}
        if not clip:
            text["tokenizer_kwargs"] = {"clean": "canonicalize"}
        _write_json(folder / "config.json", {"embed_dim": dimensions, "text_cfg": text})
        return
    sides = {"height": size, "width": size}
    rule = {"do_resize": True, "do_rescale": True, "rescale_factor": 1 / 255, "do_normalize": True}
    rule |= {"image_mean": mean, "image_std": std, "resample": 3 if clip else 2}
    rule |= {"size": {"shortest_edge": size} if clip else sides, "do_center_crop": clip}
    _write_json(folder / "preprocessor_config.json", rule | ({"crop_size": sides} if clip else {}))
    config: dict[str, Any] = {"model_type": kind, "text_config": {}}
    _write_json(folder / "config.json", config | ({"projection_dim": dimensions} if clip else {}))


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1), encoding="utf-8")
