"""Sessions: devices by one setting, clear refusals."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import onnxruntime
import pytest

from kinolex.encoders import runtime
from kinolex.errors import EncoderError


def test_short_names_of_devices_that_are_there() -> None:
    assert runtime.providers("cpu") == ["CPUExecutionProvider"]
    assert runtime.providers("") == ["CPUExecutionProvider"]
    for provider in onnxruntime.get_available_providers():
        assert runtime.providers(provider) == list(
            dict.fromkeys([provider, "CPUExecutionProvider"])
        )


@pytest.mark.parametrize("device", ["cuda", "coreml", "openvino", "tensorrt", "toaster"])
def test_a_device_that_is_not_there_is_one_warning(device: str) -> None:
    wanted = runtime.PROVIDERS.get(device, device)
    if wanted in onnxruntime.get_available_providers():
        pytest.skip(f"{device} is there")
    with pytest.warns(UserWarning, match=device):
        assert runtime.providers(device) == ["CPUExecutionProvider"]


def test_a_missing_or_broken_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="missing"):
        runtime.session(tmp_path / "none.onnx")
    (tmp_path / "x.onnx").write_bytes(b"no model")
    with pytest.raises(EncoderError, match="cannot be opened"):
        runtime.session(tmp_path / "x.onnx")


def test_pick_lists_what_is_there() -> None:
    values = [
        SimpleNamespace(name="a", type="tensor(float16)"),
        SimpleNamespace(name="b", type="x"),
    ]
    assert runtime.pick(values, ["z", "b"], "output").name == "b"
    assert runtime.element_type(values[0]) is np.float16
    with pytest.raises(EncoderError, match="no output: it has a, b"):
        runtime.pick(values, ["z"], "output")
    with pytest.raises(EncoderError, match="unknown type x"):
        runtime.element_type(values[1])
