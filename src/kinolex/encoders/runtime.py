"""ONNX sessions as kinolex wants them: one setting for the device, bounded threads, no spinning.

``Settings.device`` names an execution provider. Where it is not there, one warning says so and
the model runs on the CPU: slower, with the same answers. An index that stopped half way because a
driver is missing would help nobody.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kinolex.errors import EncoderError
from kinolex.settings import Settings

__all__ = ["element_type", "pick", "providers", "session"]

PROVIDERS = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
    "openvino": "OpenVINOExecutionProvider",
    "directml": "DmlExecutionProvider",
    "rocm": "ROCMExecutionProvider",
    "migraphx": "MIGraphXExecutionProvider",
}
"""Short names of ``Settings.device``; any other value is taken as a provider's own name."""

_CPU = "CPUExecutionProvider"


def providers(device: str) -> list[str]:
    """Execution providers for a device, the CPU always last.

    Warns
    -----
    UserWarning
        If the device's provider is not in this onnxruntime; then only the CPU is given.

    Examples
    --------
    >>> providers("cpu")
    ['CPUExecutionProvider']
    """
    import onnxruntime

    wanted = PROVIDERS.get(device.lower(), device or _CPU)
    if wanted == _CPU:
        return [_CPU]
    if wanted not in onnxruntime.get_available_providers():
        there = ", ".join(onnxruntime.get_available_providers())
        warnings.warn(
            f"The device {device!r} is not there (this onnxruntime has {there}): "
            "models run on the CPU.",
            stacklevel=2,
        )
        return [_CPU]
    return [wanted, _CPU]


def session(model: Path, settings: Settings | None = None) -> Any:
    """Open an ONNX model.

    Parameters
    ----------
    model : Path
        The ``.onnx`` file; external data lies beside it.
    settings : Settings, optional
        ``device`` and ``threads`` count.

    Returns
    -------
    onnxruntime.InferenceSession
        Its ``run`` may be called from several threads at once.

    Raises
    ------
    EncoderError
        If the file is missing or is no model that onnxruntime can run.
    """
    import onnxruntime

    settings = settings or Settings()
    if not model.is_file():
        raise EncoderError(f"The model file {model} is missing.")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = settings.threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    for pool in ("intra_op", "inter_op"):  # idle threads must not eat the decoder's cores
        options.add_session_config_entry(f"session.{pool}.allow_spinning", "0")
    wanted = providers(settings.device)
    try:
        opened = onnxruntime.InferenceSession(str(model), options, providers=wanted)
    except Exception as error:  # onnxruntime raises its own classes, without a common base
        first = (str(error).strip().splitlines() or [""])[0][:200]
        raise EncoderError(f"The model {model} cannot be opened: {first}.") from error
    if wanted[0] not in opened.get_providers():
        warnings.warn(f"{wanted[0]} could not start: {model.name} runs on the CPU.", stacklevel=2)
    return opened


_TYPES = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
    "tensor(uint8)": np.uint8,
}


def element_type(value: Any) -> Any:
    """NumPy type of an input or output of a session.

    Raises
    ------
    EncoderError
        If it is none that encoders use.
    """
    if value.type not in _TYPES:
        raise EncoderError(
            f"The value {value.name!r} of a model has the unknown type {value.type}."
        )
    return _TYPES[value.type]


def pick(values: Sequence[Any], names: Sequence[str], what: str) -> Any:
    """The first of several accepted names among a session's inputs or outputs.

    Raises
    ------
    EncoderError
        If none is there; the sentence lists what is.
    """
    known = {v.name: v for v in values}
    for name in names:
        if name in known:
            return known[name]
    raise EncoderError(f"The model has no {what}: it has {', '.join(known) or 'nothing'}.")
