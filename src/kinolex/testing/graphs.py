"""A few lines over ``onnx.helper`` that write small models, in float32, float16 or int8."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Graph", "text_b32", "vit_b32"]

_OPSET, _IR = 17, 8


class Graph:
    """An ONNX model that grows node by node; every value is known by its name.

    Parameters
    ----------
    dtype : {"float32", "float16", "int8"}
        Type of weights; float16 also of inputs and outputs.
    batch : int, optional
        Fixed number of rows of every input and output; None = any.
    """

    def __init__(self, dtype: str = "float32", batch: int | None = None) -> None:
        self._float = np.float16 if dtype == "float16" else np.float32
        self._int8 = dtype == "int8"
        self._rows = batch if batch is not None else "batch"
        self._nodes: list[Any] = []
        self._weights: list[Any] = []
        self._inputs: list[Any] = []
        self._outputs: list[Any] = []

    def floats_in(self, name: str, shape: list[int]) -> str:
        """An input of numbers, (rows, *shape)."""
        return self._input(name, self._float, shape)

    def whole_in(self, name: str, length: int | str, dtype: str) -> str:
        """An input of whole numbers, (rows, length)."""
        return self._input(name, np.dtype(dtype).type, [length])

    def out(self, value: str, name: str, width: int) -> None:
        """Give a value to the outside, (rows, width)."""
        from onnx import helper

        self._nodes.append(helper.make_node("Identity", [value], [name]))
        kind = helper.np_dtype_to_tensor_dtype(np.dtype(self._float))
        self._outputs.append(helper.make_tensor_value_info(name, kind, [self._rows, width]))

    def constant(self, value: Any) -> str:
        """Weights of the model's type."""
        return self._weight(np.asarray(value, self._float))

    def whole(self, value: list[int]) -> str:
        """A list of whole numbers, such as axes."""
        return self._weight(np.asarray(value, np.int64))

    def add(self, operator: str, *inputs: str, count: int = 1, **attributes: Any) -> Any:
        """Append a node; its output's name, or a list of names if it has several."""
        from onnx import helper

        names = [f"v{len(self._nodes)}_{i}" for i in range(count)]
        self._nodes.append(helper.make_node(operator, list(inputs), names, **attributes))
        return names[0] if count == 1 else names

    def cast(self, value: str) -> str:
        """A value in the model's float type."""
        from onnx import helper

        kind = helper.np_dtype_to_tensor_dtype(np.dtype(self._float))
        return str(self.add("Cast", value, to=kind))

    def project(self, value: str, matrix: npt.NDArray[np.float32]) -> str:
        """Multiply with a matrix; int8 quantises the value by the range of the whole batch."""
        if not self._int8:
            return str(self.add("MatMul", value, self.constant(matrix)))
        step = float(np.abs(matrix).max()) / 127
        weights = self._weight(np.round(matrix / step).astype(np.int8))
        levels, scale, zero = self.add("DynamicQuantizeLinear", value, count=3)
        whole = self.add("MatMulInteger", levels, weights, zero)
        both = self.add("Mul", scale, self.constant(step))
        return str(self.add("Mul", self.cast(whole), both))

    def save(self, path: Path, *, external: bool = False) -> None:
        """Check the model and write it; ``external`` puts the weights into ``NAME_data``."""
        import onnx
        from onnx import helper

        graph = helper.make_graph(self._nodes, "g", self._inputs, self._outputs, self._weights)
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        onnx.save_model(
            model,
            str(path),
            save_as_external_data=external,
            location=f"{path.name}_data" if external else None,
            size_threshold=128,  # shapes and axes stay inside, the runtime needs them there
        )

    def _input(self, name: str, dtype: Any, shape: list[Any]) -> str:
        from onnx import helper

        kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
        self._inputs.append(helper.make_tensor_value_info(name, kind, [self._rows, *shape]))
        return name

    def _weight(self, value: npt.NDArray[Any]) -> str:
        from onnx import numpy_helper

        name = f"w{len(self._weights)}"
        self._weights.append(numpy_helper.from_array(value, name))
        return name


def vit_b32(seed: int = 0, layers: int = 12, width: int = 768, heads: int = 12) -> Graph:
    """A vision transformer with random weights: 224 pixels, patches of 32, 512 dimensions."""
    graph = Graph()
    weights = _random_weights(graph, seed)
    pixels = graph.floats_in("image", [3, 224, 224])
    value = graph.add("Conv", pixels, weights(width, 3, 32, 32), strides=[32, 32])
    value = graph.add("Reshape", value, graph.whole([0, width, 49]))
    value = graph.add("Transpose", value, perm=[0, 2, 1])
    first = graph.add("ReduceMean", value, axes=[1], keepdims=1)  # stands for the class token
    value = graph.add("Concat", first, value, axis=1)
    value = graph.add("Add", value, weights(1, 50, width))
    for _ in range(layers):
        value = _layer(graph, value, weights, width, heads)
    value = graph.add("Gather", value, graph.whole([0]), axis=1)
    value = _normal(graph, graph.add("Flatten", value, axis=1), width)
    graph.out(graph.add("MatMul", value, weights(width, 512)), "embedding", 512)
    return graph


def text_b32(
    tokens: int, seed: int = 0, layers: int = 12, width: int = 512, heads: int = 8
) -> Graph:
    """A text transformer with random weights: 77 tokens of a vocabulary, 512 dimensions."""
    graph = Graph()
    weights = _random_weights(graph, seed)
    ids = graph.whole_in("text", 77, "int32")
    value = graph.add("Gather", weights(tokens, width), ids, axis=0)
    value = graph.add("Add", value, weights(1, 77, width))
    for _ in range(layers):
        value = _layer(graph, value, weights, width, heads)
    # The mean stands for the end token, whose place depends on the text.
    value = graph.add("ReduceMean", _normal(graph, value, width), axes=[1], keepdims=0)
    graph.out(graph.add("MatMul", value, weights(width, 512)), "embedding", 512)
    return graph


def _random_weights(graph: Graph, seed: int) -> Callable[..., str]:
    random = np.random.default_rng(seed)

    def weights(*shape: int) -> str:
        scale = np.float32(0.02)
        return graph.constant(random.standard_normal(shape, np.float32) * scale)

    return weights


def _layer(graph: Graph, value: str, weights: Any, width: int, heads: int) -> str:
    """One block: attention and two dense layers, each with a residual."""
    inner = _normal(graph, value, width)
    mixed = graph.add("MatMul", inner, weights(width, 3 * width))
    mixed = graph.add("Add", mixed, weights(3 * width))
    mixed = graph.add("Reshape", mixed, graph.whole([0, 0, 3, heads, width // heads]))
    mixed = graph.add("Transpose", mixed, perm=[2, 0, 3, 1, 4])
    query, key, content = (
        graph.add("Squeeze", part, graph.whole([0]))
        for part in graph.add("Split", mixed, graph.whole([1, 1, 1]), count=3, axis=0)
    )
    scores = graph.add("MatMul", query, graph.add("Transpose", key, perm=[0, 1, 3, 2]))
    scores = graph.add("Mul", scores, graph.constant((width // heads) ** -0.5))
    seen = graph.add("MatMul", graph.add("Softmax", scores, axis=-1), content)
    seen = graph.add("Transpose", seen, perm=[0, 2, 1, 3])
    seen = graph.add("Reshape", seen, graph.whole([0, 0, width]))
    seen = graph.add("Add", graph.add("MatMul", seen, weights(width, width)), weights(width))
    value = graph.add("Add", value, seen)
    inner = graph.add("MatMul", _normal(graph, value, width), weights(width, 4 * width))
    inner = _gelu(graph, graph.add("Add", inner, weights(4 * width)))
    inner = graph.add("Add", graph.add("MatMul", inner, weights(4 * width, width)), weights(width))
    return str(graph.add("Add", value, inner))


def _normal(graph: Graph, value: str, width: int) -> str:
    ones, zeros = graph.constant(np.ones(width)), graph.constant(np.zeros(width))
    return str(graph.add("LayerNormalization", value, ones, zeros, axis=-1))


def _gelu(graph: Graph, value: str) -> str:
    inner = graph.add("Erf", graph.add("Div", value, graph.constant(2**0.5)))
    inner = graph.add("Add", inner, graph.constant(1.0))
    return str(graph.add("Mul", graph.add("Mul", value, inner), graph.constant(0.5)))
