"""What a backbone looks like, in numbers; the same numbers, the same names of tensors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from kinolex.errors import UsageError

__all__ = [
    "Activation",
    "ConvolutionShape",
    "Layers",
    "PictureShape",
    "Shape",
    "TextShape",
]

Activation = Literal["gelu", "gelu_tanh", "quick_gelu"]
"""Of the MLPs: exact, by the hyperbolic tangent (SigLIP), or x sigmoid(1.702 x) (OpenAI)."""

Projection = Literal["none", "plain", "bias"]
"""The last linear map into the joint space: none, without or with a bias."""


@dataclass(frozen=True, slots=True)
class Layers:
    """The layers of a transformer, each norm, attention, norm, MLP.

    Parameters
    ----------
    width, count, heads : int
    hidden : int
        Width inside of the MLP; 0: four times ``width``.
    activation : Activation
    epsilon : float
        Of all layer norms.
    """

    width: int = 128
    count: int = 4
    heads: int = 4
    hidden: int = 0
    activation: Activation = "gelu"
    epsilon: float = 1e-5

    def __post_init__(self) -> None:
        if self.width < 1 or self.count < 0 or self.heads < 1 or self.width % self.heads:
            raise UsageError(
                f"{self.heads} heads cannot share a width of {self.width}.",
                hint="The width must be a multiple of the heads.",
            )

    @property
    def inside(self) -> int:
        """Width inside of the MLP."""
        return self.hidden or 4 * self.width


@dataclass(frozen=True, slots=True)
class PictureShape:
    """A picture tower of the ViT type.

    Parameters
    ----------
    layers : Layers
    image, patch : int
        Sides in pixels; what is left over of the picture right and below is not seen.
    stem : {"patch", "convolutions"}
        One convolution of the patch's size, or MobileCLIP-B's three (4, 2 and 2 pixels a step).
    patch_bias : bool
        Of that one convolution.
    class_token : bool
        A token of its own in front of the patches.
    positions : {"all", "patches"}
        Whether the class token has a position, too.
    norm_before : bool
        A layer norm before the first layer (OpenAI).
    pool : {"class", "attention", "mean"}
        What stands for the picture: the class token, a learned question to all patches (SigLIP),
        or their mean.
    projection : Projection
    """

    layers: Layers = field(default_factory=Layers)
    image: int = 96
    patch: int = 16
    stem: Literal["patch", "convolutions"] = "patch"
    patch_bias: bool = False
    class_token: bool = True
    positions: Literal["all", "patches"] = "all"
    norm_before: bool = True
    pool: Literal["class", "attention", "mean"] = "class"
    projection: Projection = "plain"

    def __post_init__(self) -> None:
        if not 0 < self.patch <= self.image:
            raise UsageError(
                f"A picture of {self.image} pixels has no patch of {self.patch}.",
                hint="A patch must not be larger than the picture.",
            )
        if self.pool == "class" and not self.class_token:
            raise UsageError("A tower without a class token cannot pool by it.")
        if self.stem == "convolutions" and self.patch != 16:
            raise UsageError(f"The convolutions make patches of 16 pixels, not {self.patch}.")

    @property
    def patches(self) -> int:
        """How many a picture has."""
        return (self.image // self.patch) ** 2


@dataclass(frozen=True, slots=True)
class ConvolutionShape:
    """A picture tower of MobileCLIP's MCi type (FastViT): convolutions, then a little attention.

    Parameters
    ----------
    image : int
        Side in pixels.
    blocks, widths : tuple of int
        Of each stage; every stage but the first halves the sides.
    ratio : int
        Width inside of the MLPs, over ``widths``.
    squeezed : tuple of bool
        Stages at whose entry channels are weighed by what the whole picture shows.
    attending : tuple of bool
        Stages whose blocks attend; the others mix by convolutions.
    norm : {"batch", "layer"}
        Before attention.
    stem_scale : bool
        Whether the first convolutions have a branch of one pixel.
    """

    image: int = 256
    blocks: tuple[int, ...] = (2, 6, 10, 2)
    widths: tuple[int, ...] = (64, 128, 256, 512)
    ratio: int = 3
    squeezed: tuple[bool, ...] = (False, False, True, True)
    attending: tuple[bool, ...] = (False, False, False, True)
    norm: Literal["batch", "layer"] = "batch"
    stem_scale: bool = True

    def __post_init__(self) -> None:
        if len({len(self.blocks), len(self.widths), len(self.squeezed), len(self.attending)}) > 1:
            raise UsageError("Every stage needs blocks, a width, and whether it squeezes, attends.")


@dataclass(frozen=True, slots=True)
class TextShape:
    """A text tower.

    Parameters
    ----------
    layers : Layers
    vocabulary, context : int
        Numbers of tokens that there are, and that a text has at most.
    causal : bool
        Whether a token sees only those before it (CLIP); else all, padding too (SigLIP).
    pool : {"highest", "end", "last"}
        Which token stands for the text: that of the highest number (CLIP's end token has it), the
        first ``end``, or the last of all (SigLIP; mostly padding).
    end, padding : int
        Numbers of these tokens.
    projection : Projection
    mixed : int
        Tokens that a convolution reads before the first and behind the last layer (MobileCLIP-S0);
        0: there is none.
    """

    layers: Layers = field(default_factory=Layers)
    vocabulary: int = 49408
    context: int = 77
    causal: bool = True
    pool: Literal["highest", "end", "last"] = "highest"
    end: int = 49407
    padding: int = 0
    projection: Projection = "plain"
    mixed: int = 0

    def __post_init__(self) -> None:
        if self.mixed and self.mixed % 2 == 0:
            raise UsageError(f"A convolution has a middle: of an odd number, not {self.mixed}.")


@dataclass(frozen=True, slots=True)
class Shape:
    """A backbone: two towers into a space of ``dimensions``; ``bias`` with a sigmoid's (SigLIP)."""

    picture: PictureShape | ConvolutionShape = field(default_factory=PictureShape)
    text: TextShape = field(default_factory=TextShape)
    dimensions: int = 128
    bias: bool = False

    def __post_init__(self) -> None:
        for side in (self.picture, self.text):
            if isinstance(side, ConvolutionShape) or side.projection != "none":
                continue
            if side.layers.width != self.dimensions:
                raise UsageError(
                    f"A tower of width {side.layers.width} without projection does not end in a "
                    f"space of {self.dimensions} dimensions."
                )
