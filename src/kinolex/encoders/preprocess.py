"""Pictures to what a model reads: resize, crop, scale and normalise, exactly as it was trained.

The rule comes with the weights, in open_clip's ``preprocess_cfg.json`` or in transformers'
``preprocessor_config.json``. Pillow does the resizing, as in the reference code of both, on 8-bit
pictures; a test holds each rule against a plain Pillow pipeline written down a second time.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from kinolex.errors import EncoderError

__all__ = ["PictureRule", "check_picture", "from_open_clip", "from_transformers", "overridden"]

Resize = Literal["shortest", "squash", "longest"]
Triple = tuple[float, float, float]
Box = tuple[float, float, float, float]

INTERPOLATIONS = ("nearest", "lanczos", "bilinear", "bicubic", "box", "hamming")
"""Names in the order of Pillow's (and so transformers') numbers 0 to 5."""

CLIP_MEAN: Triple = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD: Triple = (0.26862954, 0.26130258, 0.27577711)

_WIDE = 8.0  # beyond this ratio of sides, only the part that the crop keeps is resized


@dataclass(frozen=True, slots=True)
class PictureRule:
    """How a picture becomes the input of a model.

    Parameters
    ----------
    height, width : int
        What the model reads, in pixels.
    resize : {"shortest", "squash", "longest"}
        Shorter side to ``resize_to`` and crop the centre; both sides without keeping the aspect;
        or longer side, and pad with ``fill``.
    resize_to : int
        Shorter side in pixels after resizing ("shortest"); 0: the smallest size that covers
        ``height`` x ``width``.
    squash_to : (int, int)
        Height and width after resizing ("squash"), of which the centre is cropped; (0, 0): what
        the model reads.
    widest : float
        Ratio of the sides up to which a picture is squashed; of a longer one the middle part of
        that ratio is taken first (0: any ratio).
    interpolation : str
        One of `INTERPOLATIONS`.
    mean, std : tuple of float
        Of red, green, blue, after multiplying with ``scale``.
    scale : float
        What a level of 0 to 255 is multiplied with.
    fill : tuple of int
        Colour of padding.
    crop_rounding : {"even", "floor"}
        Where an odd crop margin goes: as torchvision rounds (open_clip) or down (transformers).
    crops : tuple of (left, top, right, bottom)
        Parts of a picture, as shares of its sides, that are looked at beside the whole; its vector
        is the mean of all these (multi-crop evaluation, A. Krizhevsky et al., NeurIPS 2012).
    """

    height: int
    width: int
    resize: Resize = "shortest"
    resize_to: int = 0
    squash_to: tuple[int, int] = (0, 0)
    widest: float = 0.0
    interpolation: str = "bicubic"
    mean: Triple = CLIP_MEAN
    std: Triple = CLIP_STD
    scale: float = 1 / 255
    fill: tuple[int, int, int] = (0, 0, 0)
    crop_rounding: Literal["even", "floor"] = "even"
    crops: tuple[Box, ...] = ()

    def __post_init__(self) -> None:
        if not (0 < self.height <= 4096 and 0 < self.width <= 4096):
            raise EncoderError(f"A model cannot read {self.width}x{self.height} pixels.")
        if self.interpolation not in INTERPOLATIONS:
            raise EncoderError(f"The interpolation {self.interpolation!r} is not known.")
        if self.resize not in ("shortest", "squash", "longest"):
            raise EncoderError(f"The resize rule {self.resize!r} is not known.")
        if self.widest and not 1 <= self.widest < math.inf:
            raise EncoderError(f"The widest ratio of sides cannot be {self.widest}: 1 or more.")
        if len(self.mean) != 3 or len(self.std) != 3 or not all(s > 0 for s in self.std):
            raise EncoderError("Mean and deviation must be three numbers, deviations above 0.")
        for left, top, right, bottom in self.crops:
            if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
                raise EncoderError(
                    f"A crop cannot be {left}, {top}, {right}, {bottom}: left, top, right and "
                    "bottom are shares of the sides, from 0 to 1."
                )

    def views(self, picture: npt.NDArray[np.uint8]) -> list[npt.NDArray[np.uint8]]:
        """The picture, and its `crops`, of one pixel at least.

        Examples
        --------
        >>> rule = PictureRule(2, 2, crops=((0.25, 0.0, 0.75, 1.0),))
        >>> [view.shape for view in rule.views(np.zeros((4, 8, 3), np.uint8))]
        [(4, 8, 3), (4, 4, 3)]
        """
        height, width = picture.shape[:2]
        made = [picture]
        for left, top, right, bottom in self.crops:
            x, y = int(left * width), int(top * height)
            right_edge, below = round(right * width), round(bottom * height)
            made.append(picture[y : max(y + 1, below), x : max(x + 1, right_edge)])
        return made

    @property
    def short_side(self) -> int:
        """Shorter side (pixels) that a picture should at least keep before it comes here."""
        side = max(self.height, self.width, self.resize_to, *self.squash_to)
        shares = [min(right - left, bottom - top) for left, top, right, bottom in self.crops]
        return math.ceil(side / max(min([1.0, *shares]), 0.25))

    def levels(self, picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """Resize and crop one (h, w, 3) picture; (height, width, 3) uint8.

        Raises
        ------
        EncoderError
            If it is no 8-bit RGB picture.
        """
        from PIL import Image

        check_picture(picture)
        image = Image.fromarray(picture)
        if self.resize == "squash":
            done = self._squashed(image)
        elif self.resize == "longest":
            done = self._padded(image)
        else:
            done = self._cropped(image)
        return np.asarray(done)

    def batch(self, pictures: Sequence[npt.NDArray[np.uint8]]) -> npt.NDArray[np.float32]:
        """Preprocess pictures of any sizes; (n, 3, height, width) float32."""
        made = np.empty((len(pictures), 3, self.height, self.width), np.float32)
        for row, picture in zip(made, pictures, strict=True):
            row[...] = self.levels(picture).transpose(2, 0, 1)
        std = np.asarray(self.std, np.float64)
        factor = (self.scale / std).astype(np.float32).reshape(3, 1, 1)
        shift = (np.asarray(self.mean) / std).astype(np.float32).reshape(3, 1, 1)
        made *= factor
        made -= shift
        return made

    def _filter(self) -> Any:
        from PIL import Image

        return Image.Resampling(INTERPOLATIONS.index(self.interpolation))

    def _squashed(self, image: Any) -> Any:
        height, width = self.squash_to if any(self.squash_to) else (self.height, self.width)
        left, top = self._margin(width - self.width), self._margin(height - self.height)
        resized = self._middle(image).resize((width, height), self._filter())
        return resized.crop((left, top, left + self.width, top + self.height))

    def _middle(self, image: Any) -> Any:
        """The middle part of a picture that is wider or higher than may be squashed."""
        width, height = image.size
        if not self.widest or max(width, height) <= self.widest * min(width, height):
            return image
        w, h = min(width, round(height * self.widest)), min(height, round(width * self.widest))
        left, top = (width - w) // 2, (height - h) // 2
        return image.crop((left, top, left + w, top + h))

    def _size(self, width: int, height: int) -> tuple[int, int]:
        """Width and height to which a picture is resized before its centre is cropped."""
        short = self.resize_to
        if not short:
            ratio = min(width / self.width, height / self.height)
            return max(self.width, round(width / ratio)), max(self.height, round(height / ratio))
        if width <= height:
            return short, max(short, int(short * height / width))
        return max(short, int(short * width / height)), short

    def _cropped(self, image: Any) -> Any:
        size = self._size(*image.size)
        width, height = image.size
        left = self._margin(size[0] - self.width)
        top = self._margin(size[1] - self.height)
        if max(size) > _WIDE * min(size):
            # The whole would be enormous. Pillow takes the part as floats, so levels may differ
            # by one from resizing everything.
            sx, sy = width / size[0], height / size[1]
            box = (left * sx, top * sy, (left + self.width) * sx, (top + self.height) * sy)
            return image.resize((self.width, self.height), self._filter(), box=_inside(box, image))
        resized = image.resize(size, self._filter())
        return resized.crop((left, top, left + self.width, top + self.height))

    def _margin(self, spare: int) -> int:
        return round(spare / 2) if self.crop_rounding == "even" else spare // 2

    def _padded(self, image: Any) -> Any:
        from PIL import Image

        width, height = image.size
        ratio = max(width / self.width, height / self.height)
        size = (max(1, round(width / ratio)), max(1, round(height / ratio)))
        made = Image.new("RGB", (self.width, self.height), self.fill)
        made.paste(
            image.resize(size, self._filter()),
            ((self.width - size[0]) // 2, (self.height - size[1]) // 2),
        )
        return made


def _inside(box: tuple[float, float, float, float], image: Any) -> tuple[float, ...]:
    return (
        max(0.0, box[0]),
        max(0.0, box[1]),
        min(float(image.size[0]), box[2]),
        min(float(image.size[1]), box[3]),
    )


def check_picture(picture: Any) -> None:
    """Refuse anything but a (height, width, 3) uint8 array.

    Raises
    ------
    EncoderError
        With one sentence that says what came instead.
    """
    if not isinstance(picture, np.ndarray):
        raise EncoderError(f"A picture must be an array, not {type(picture).__name__}.")
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8:
        raise EncoderError(
            f"A picture must be (height, width, 3) uint8 RGB, not {picture.shape} {picture.dtype}."
        )
    if 0 in picture.shape:
        raise EncoderError(f"A picture must have pixels, not {picture.shape}.")


def from_open_clip(given: Mapping[str, Any]) -> PictureRule:
    """Read open_clip's ``preprocess_cfg.json`` (Immich's layout).

    Beside its keys ``widest`` and ``crops`` are read, which starters have (see `PictureRule`).

    Raises
    ------
    EncoderError
        If a value is missing or of another kind.

    Examples
    --------
    >>> from_open_clip({"size": 256, "resize_mode": "squash", "mean": [0.5] * 3,
    ...                 "std": [0.5] * 3, "interpolation": "bicubic"}).resize
    'squash'
    """
    try:
        size = given["size"]
        height, width = size if isinstance(size, (list, tuple)) else (size, size)
        if given.get("mode", "RGB") != "RGB":
            raise EncoderError(f"The picture mode {given['mode']!r} is not supported, only RGB.")
        fill = given.get("fill_color", 0)
        interpolation = str(given.get("interpolation", "bicubic")).lower()
        return PictureRule(
            height=int(height),
            width=int(width),
            resize=given.get("resize_mode", "shortest"),
            resize_to=int(height) if int(height) == int(width) else 0,
            widest=float(given.get("widest", 0.0)),
            interpolation="bicubic" if interpolation == "random" else interpolation,
            mean=_triple(given.get("mean", CLIP_MEAN)),
            std=_triple(given.get("std", CLIP_STD)),
            fill=(int(fill),) * 3 if isinstance(fill, (int, float)) else _whole(fill),
            crops=tuple(map(_box, given.get("crops", ()))),
        )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise EncoderError(f"The file preprocess_cfg.json is not understood: {error!r}.") from error


def from_transformers(given: Mapping[str, Any]) -> PictureRule:
    """Read transformers' ``preprocessor_config.json`` (transformers.js, onnx-community).

    Raises
    ------
    EncoderError
        If a value is missing or of another kind.

    Examples
    --------
    >>> from_transformers({"size": {"shortest_edge": 224}, "crop_size": 224, "resample": 3,
    ...                    "do_center_crop": True}).resize_to
    224
    """
    try:
        return _from_transformers(given)
    except (KeyError, TypeError, ValueError, IndexError, OverflowError) as error:
        raise EncoderError(
            f"The file preprocessor_config.json is not understood: {error!r}."
        ) from error


def _from_transformers(given: Mapping[str, Any]) -> PictureRule:
    if not given.get("do_resize", True):
        raise EncoderError("A model whose pictures are not resized is not supported.")
    size, crop = given["size"], given.get("do_center_crop", False)
    squash_to = (0, 0)
    if isinstance(size, Mapping) and "shortest_edge" not in size:
        if not {"height", "width"} <= size.keys():
            raise EncoderError(f"The size {dict(size)} of preprocessor_config.json is not known.")
        resize, resize_to = "squash", 0
        height, width = squash_to = int(size["height"]), int(size["width"])
    else:
        edge = int(size["shortest_edge"] if isinstance(size, Mapping) else size)
        shortest = isinstance(size, Mapping) or crop
        resize, resize_to = ("shortest", edge) if shortest else ("squash", 0)
        height = width = edge
    if crop:
        height, width = _sides(given.get("crop_size", (height, width)))
    normalise = given.get("do_normalize", True)
    return PictureRule(
        height=height,
        width=width,
        resize=resize,  # type: ignore[arg-type]
        resize_to=resize_to,
        squash_to=squash_to,
        interpolation=_interpolation(given.get("resample", 3)),
        mean=_triple(given.get("image_mean", CLIP_MEAN)) if normalise else (0.0, 0.0, 0.0),
        std=_triple(given.get("image_std", CLIP_STD)) if normalise else (1.0, 1.0, 1.0),
        scale=float(given.get("rescale_factor", 1 / 255)) if given.get("do_rescale", True) else 1.0,
        crop_rounding="floor",
    )


def overridden(rule: PictureRule, given: Mapping[str, Any]) -> PictureRule:
    """A rule with what a card says differently: size, resize, interpolation, mean, std."""
    values = {name: getattr(rule, name) for name in PictureRule.__slots__}
    if "size" in given:
        values["height"], values["width"] = _sides(given["size"])
        square = values["height"] == values["width"]
        values["resize_to"], values["squash_to"] = values["height"] if square else 0, (0, 0)
    for name in ("resize", "interpolation", "scale"):
        values[name] = given.get(name, values[name])
    for name in ("mean", "std"):
        values[name] = _triple(given.get(name, values[name]))
    return PictureRule(**values)


def _interpolation(given: Any) -> str:
    return INTERPOLATIONS[int(given)] if isinstance(given, (int, float)) else str(given).lower()


def _sides(given: Any) -> tuple[int, int]:
    if isinstance(given, Mapping):
        return int(given["height"]), int(given["width"])
    height, width = given if isinstance(given, (list, tuple)) else (given, given)
    return int(height), int(width)


def _triple(given: Any) -> Triple:
    each = (given,) * 3 if isinstance(given, (int, float)) else given
    red, green, blue = (float(v) for v in each)
    return red, green, blue


def _box(given: Any) -> Box:
    left, top, right, bottom = (float(v) for v in given)
    return left, top, right, bottom


def _whole(given: Any) -> tuple[int, int, int]:
    red, green, blue = (int(v) for v in given)
    return red, green, blue
