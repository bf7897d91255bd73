"""From trained weights to the files that ship: ONNX, eight bits, beside their rules and hashes.

Convolutions are quantised with the ranges that training pictures show (static, a scale a channel);
the heads' weights are stored in eight bits and computed with in floats, since a head is a hundredth
of the work but decides the angle.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import helper, numpy_helper
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from kinolex.encoders.hubness import Hubness, levels
from kinolex.encoders.picture import unit
from kinolex.encoders.preprocess import Box
from recipes.starter import backbone
from recipes.starter.pictures import Picture
from recipes.starter.settings import DEVIATION, HUBNESS, MEAN, NEIGHBOURS, WIDEST

OPSET = 17

Rows = npt.NDArray[np.float32]


class PictureSide(nn.Module):
    """Normalised pixels to unit vectors."""

    def __init__(self, bottom: backbone.Bottom, top: backbone.Top, head: nn.Module) -> None:
        super().__init__()
        self.bottom, self.top, self.head = bottom, top, head

    def forward(self, pixels: Tensor) -> Tensor:
        """(n, 3, h, w) to (n, d)."""
        return F.normalize(self.head(self.top(self.bottom(pixels))), dim=-1)


class PairSide(nn.Module):
    """Normalised pixels through several backbones to unit vectors."""

    def __init__(
        self, bottoms: Sequence[backbone.Bottom], tops: Sequence[backbone.Top], head: nn.Module
    ) -> None:
        super().__init__()
        self.bottoms, self.tops = nn.ModuleList(bottoms), nn.ModuleList(tops)
        self.head = head

    def forward(self, pixels: Tensor) -> Tensor:
        """(n, 3, h, w) to (n, d)."""
        sides = zip(self.bottoms, self.tops, strict=True)
        return F.normalize(self.head(*(top(bottom(pixels)) for bottom, top in sides)), dim=-1)


class TextSide(nn.Module):
    """Token vectors of the sentence encoder to unit vectors."""

    def __init__(self, head: nn.Module) -> None:
        super().__init__()
        self.head = head

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """(n, t, 384) and (n, t) to (n, d)."""
        return F.normalize(self.head(tokens, mask), dim=-1)


def write_float(picture: nn.Module, text: TextSide, folder: Path, size: int) -> tuple[Path, Path]:
    """Both sides as float32 ONNX; equal to torch within 1e-4 (a test holds them together)."""
    folder.mkdir(parents=True, exist_ok=True)
    vision, words = folder / "visual-float.onnx", folder / "textual-float.onnx"
    torch.onnx.export(
        picture.eval().to(memory_format=torch.contiguous_format),
        (torch.zeros(1, 3, size, size),),
        str(vision),
        input_names=["pixel_values"],
        output_names=["image_embeds"],
        dynamic_axes={"pixel_values": {0: "n"}, "image_embeds": {0: "n"}},
        opset_version=OPSET,
        dynamo=False,
    )
    torch.onnx.export(
        text.eval(),
        (torch.zeros(2, 5, 384), torch.ones(2, 5)),
        str(words),
        input_names=["token_vectors", "attention_mask"],
        output_names=["text_embeds"],
        dynamic_axes={
            "token_vectors": {0: "n", 1: "t"},
            "attention_mask": {0: "n", 1: "t"},
            "text_embeds": {0: "n"},
        },
        opset_version=OPSET,
        dynamo=False,
    )
    return vision, words


class _Shown:
    """Calibration pictures, one at a time, as the quantiser wants them."""

    def __init__(self, views: Sequence[Picture]) -> None:
        self._left: Iterator[Picture] = iter(views)

    def get_next(self) -> dict[str, npt.NDArray[np.float32]] | None:
        """The next picture, or None."""
        view = next(self._left, None)
        if view is None:
            return None
        return {"pixel_values": backbone.normalised([view]).numpy()}

    def __iter__(self) -> _Shown:
        return self

    def __next__(self) -> dict[str, npt.NDArray[np.float32]]:
        found = self.get_next()
        if found is None:
            raise StopIteration
        return found


def quantised(vision: Path, out: Path, views: Sequence[Picture]) -> None:
    """Static eight-bit convolutions; the heads' matrices stored in eight bits."""
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.calibrate import CalibrationMethod
    from onnxruntime.quantization.shape_inference import quant_pre_process

    ready = out.with_suffix(".ready.onnx")
    quant_pre_process(str(vision), str(ready))
    pad_inside(ready)
    quantize_static(
        str(ready),
        str(out),
        _Shown(views),
        quant_format=QuantFormat.QDQ,
        op_types_to_quantize=["Conv", "Clip", "Add"],
        # The first layers see few channels of wide range: in eight bits they alone cost 5 % of the
        # features' direction (standardised cosine to float 0.92 with them, 0.987 without).
        # And the heads' sums stay floats: they decide the angle.
        nodes_to_exclude=[*_first_convolutions(ready, 3), *_of_heads(ready)],
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        per_channel=True,
        calibrate_method=CalibrationMethod.MinMax,
    )
    ready.unlink()
    small_matrices(out, out)


def pad_inside(path: Path) -> None:
    """Let convolutions pad their own input: a step of its own costs a millisecond a frame."""
    model = onnx.load(str(path))
    graph = model.graph
    known = {value.name: numpy_helper.to_array(value) for value in graph.initializer}
    for pad in [node for node in graph.node if node.op_type == "Pad"]:
        widths = known.get(pad.input[1])
        users = [node for node in graph.node if pad.output[0] in node.input]
        if widths is None or any(node.op_type != "Conv" for node in users):
            continue
        _, _, top, left, _, _, bottom, right = widths.tolist()
        for node in users:
            own = next(a for a in node.attribute if a.name == "pads")
            both = [a + b for a, b in zip(own.ints, (top, left, bottom, right), strict=True)]
            own.ints[:] = both
            node.input[0] = pad.input[0]
        graph.node.remove(pad)
    onnx.save(model, str(path))


def _first_convolutions(path: Path, count: int) -> list[str]:
    """Names of the first few of each backbone."""
    found: dict[str, list[str]] = {}
    for node in onnx.load(str(path)).graph.node:
        place = re.match(r".*/bottoms?(\.\d+)?/", node.name)
        if node.op_type == "Conv" and place:
            found.setdefault(place[1] or "", []).append(node.name)
    return [name for several in found.values() for name in several[:count]]


def _of_heads(path: Path) -> list[str]:
    return [node.name for node in onnx.load(str(path)).graph.node if "/head/parts" in node.name]


def small_matrices(path: Path, out: Path) -> None:
    """Store every large float matrix in eight bits with a scale a column, widened when loaded."""
    model = onnx.load(str(path))
    graph = model.graph
    kept, nodes = [], []
    for value in graph.initializer:
        matrix = numpy_helper.to_array(value)
        if matrix.dtype != np.float32 or matrix.ndim != 2 or matrix.size < 10_000:
            kept.append(value)
            continue
        axis = 1 - int(np.argmax(matrix.shape)) if matrix.shape[0] != matrix.shape[1] else 1
        scale = np.abs(matrix).max(axis=1 - axis, keepdims=True) / 127 + 1e-12
        levels = np.round(matrix / scale).astype(np.int8)
        kept += [
            numpy_helper.from_array(levels, value.name + "_levels"),
            numpy_helper.from_array(scale.reshape(-1).astype(np.float32), value.name + "_scale"),
            numpy_helper.from_array(np.zeros(scale.size, np.int8), value.name + "_zero"),
        ]
        names = [value.name + end for end in ("_levels", "_scale", "_zero")]
        nodes.append(helper.make_node("DequantizeLinear", names, [value.name], axis=axis))
    del graph.initializer[:]
    graph.initializer.extend(kept)
    whole = [*nodes, *graph.node]
    del graph.node[:]
    graph.node.extend(whole)
    onnx.save(model, str(out))


def write_rules(
    folder: Path, size: int, dimensions: int, tokens: int, crops: Sequence[Box] = ()
) -> None:
    """The small JSON files that say how pictures and texts are prepared."""
    (folder / "visual").mkdir(parents=True, exist_ok=True)
    (folder / "textual").mkdir(exist_ok=True)
    _json(
        folder / "visual" / "preprocess_cfg.json",
        {
            "size": [size, size],
            "mean": [MEAN / 255] * 3,
            "std": [DEVIATION / 255] * 3,
            "interpolation": "bicubic",
            "resize_mode": "squash",
            "widest": WIDEST,
            **({"crops": [list(box) for box in crops]} if crops else {}),
        },
    )
    _json(folder / "textual" / "sentences.json", {"words": "all-minilm-l6-v2", "tokens": tokens})
    _json(folder / "config.json", {"embed_dim": dimensions})


def write_hubness(folder: Path, questions: Rows, pictures: Rows) -> None:
    """Captions' vectors, and how near unrelated pictures come to them (`HUBNESS`)."""
    directions = levels(questions)
    known = Hubness(unit(directions, "questions"), HUBNESS, NEIGHBOURS, usual=0.0)
    usual = round(float(known.of(pictures).mean()), 6)
    np.save(folder / "questions.npy", directions)
    numbers = {"weight": HUBNESS, "neighbours": NEIGHBOURS, "usual": usual}
    _json(folder / "hubness.json", numbers)


def hashes(folder: Path) -> list[dict[str, Any]]:
    """Name, size and sha256 of every file, as a card lists them."""
    return [
        {
            "to": path.relative_to(folder).as_posix(),
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "size": path.stat().st_size,
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]


def _json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
