"""From a module to an ONNX file, by tracing.

The tracing exporter of PyTorch is used, not the newer one: that needs another package, and fails on
stable sorting and on lengths that are looked at while computing, with which matchers put padding
behind. What the tracing exporter lacks is added here: `argsort` (stable) as ONNX's ``TopK``, which
gives the lower index first where values are equal (its specification), so that it is stable too.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.onnx import register_custom_op_symbolic, symbolic_helper

from kinolex.errors import UsageError

__all__ = ["OPSET", "write"]

OPSET = 17
"""Of ONNX; the first with layer norms of its own."""


def write(
    module: nn.Module,
    given: Mapping[str, Tensor],
    outputs: Sequence[str],
    place: Path,
    *,
    free: Mapping[str, Mapping[int, str]],
) -> None:
    """Write what a module does with its positional arguments.

    Parameters
    ----------
    module : Module
        It is written as it evaluates.
    given : mapping of str to Tensor
        An example of each argument, by the name that it gets.
    outputs : sequence of str
        Names of what comes out.
    place : Path
        Written whole or not at all.
    free : mapping
        Which axes of which inputs and outputs may have other lengths, with a name for each.

    Raises
    ------
    UsageError
        If the module does what cannot be written.
    """
    _register()
    part = place.with_name(place.name + ".part")
    try:
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")  # of constants, which is what shapes of frames are
            torch.onnx.export(
                module.eval(),
                tuple(given.values()),
                str(part),
                input_names=list(given),
                output_names=list(outputs),
                dynamic_axes={name: dict(axes) for name, axes in free.items()},
                opset_version=OPSET,
                dynamo=False,
            )
    except Exception as error:  # of the exporter, or of a matcher that somebody added
        part.unlink(missing_ok=True)
        first = (str(error).strip().splitlines() or [""])[0][:200]
        raise UsageError(f"{place.name} cannot be written as ONNX: {first}.") from error
    os.replace(part, place)


def _register() -> None:
    """Tell the exporter what sorting is; again and again does no harm."""
    register_custom_op_symbolic("aten::argsort", _argsort, OPSET)


def _argsort(graph: Any, x: Any, *rest: Any) -> Any:
    """``aten::argsort`` with ``dim, descending``, or with ``stable`` before these."""
    dim, descending = rest[-2:]
    axis = symbolic_helper._get_const(dim, "i", "dim")
    axis += symbolic_helper._get_tensor_rank(x) if axis < 0 else 0
    largest = symbolic_helper._get_const(descending, "i", "descending")
    floats = graph.op("Cast", x, to_i=1)
    place = graph.op("Constant", value_t=torch.tensor([axis]))
    count = graph.op("Gather", graph.op("Shape", x), place, axis_i=0)
    found = graph.op("TopK", floats, count, axis_i=axis, largest_i=largest, sorted_i=1, outputs=2)
    return found[1]
