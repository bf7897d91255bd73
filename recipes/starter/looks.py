"""Pictures whose look is their subject: black and white, blurry, dark, upside down.

Captions tell what a picture shows, never that it is out of focus, and editors ask for just that.
Each look is made of pictures that have captions, which stay true of it; everything depends on the
seed alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

from recipes.starter import pictures
from recipes.starter.pictures import Labelled

Rng = np.random.Generator
Change = Callable[[Image.Image, Rng], Image.Image]


@dataclass(frozen=True, slots=True)
class Look:
    """How a look is made, and how it is called.

    Parameters
    ----------
    change : callable
        A picture and chance to a picture.
    said : tuple of str
        In training, alone.
    before : tuple of str
        In training, with a caption behind.
    held : tuple of str
        Said nowhere in training, to choose by.
    """

    change: Change
    said: tuple[str, ...]
    before: tuple[str, ...]
    held: tuple[str, ...]


def _grey(image: Image.Image, rng: Rng) -> Image.Image:
    found = image.convert("L").convert("RGB")
    return ImageEnhance.Contrast(found).enhance(float(rng.uniform(0.8, 1.4)))


def _old(image: Image.Image, rng: Rng) -> Image.Image:
    """Brown, grainy and darker towards the corners."""
    grey = np.asarray(image.convert("L"), float)[..., None]
    found = grey * np.array([1.07, 0.89, 0.67]) * rng.uniform(0.8, 1.05)
    y, x = (np.linspace(-1, 1, n) for n in grey.shape[:2])
    found *= (1 - 0.25 * (x[None, :] ** 2 + y[:, None] ** 2))[..., None]
    return _picture(found + rng.normal(0, rng.uniform(0, 12), grey.shape))


def _noisy(image: Image.Image, rng: Rng) -> Image.Image:
    shown = np.asarray(image, float)
    return _picture(shown + rng.normal(0, rng.uniform(25, 50), shown.shape))


def _dark(image: Image.Image, rng: Rng) -> Image.Image:
    return ImageEnhance.Brightness(image).enhance(float(rng.uniform(0.1, 0.3)))


def _bright(image: Image.Image, rng: Rng) -> Image.Image:
    return ImageEnhance.Brightness(image).enhance(float(rng.uniform(2.0, 3.2)))


def _blurred(image: Image.Image, rng: Rng) -> Image.Image:
    """Out of focus, or moved, by two to four hundredths of the width."""
    size = image.width * float(rng.uniform(0.018, 0.04))
    if rng.random() < 0.6:
        return image.filter(ImageFilter.GaussianBlur(size))
    shown, steps = np.asarray(image, float), max(2, round(3 * size))
    return _picture(np.mean([np.roll(shown, i - steps // 2, axis=1) for i in range(steps)], axis=0))


def _blocky(image: Image.Image, rng: Rng) -> Image.Image:
    few = int(rng.integers(16, 33))
    small = image.resize((few, few), Image.Resampling.BOX)
    return small.resize(image.size, Image.Resampling.NEAREST)


def _down(image: Image.Image, rng: Rng) -> Image.Image:
    return image.transpose(Image.Transpose.ROTATE_180)


def _sideways(image: Image.Image, rng: Rng) -> Image.Image:
    turns = (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270)
    return image.transpose(turns[int(rng.integers(2))])


def _picture(values: np.ndarray) -> Image.Image:
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))


LOOKS = {
    "black and white": Look(
        _grey,
        ("black and white", "a black and white photo", "a black and white film", "without colours"),
        ("black and white:", "a black and white photo of", "black and white film of"),
        ("monochrome", "black-and-white footage", "a photo in black and white"),
    ),
    "old": Look(
        _old,
        ("a sepia photo", "an old photograph", "an old brown film", "sepia"),
        ("a sepia photo of", "an old photograph of", "old film of"),
        ("sepia footage", "a vintage photo"),
    ),
    "grainy": Look(
        _noisy,
        ("a grainy picture", "grainy", "noise", "a noisy film"),
        ("a grainy picture of", "grainy film of", "noisy:"),
        ("grainy footage", "a noisy photo"),
    ),
    "dark": Look(
        _dark,
        ("a very dark picture", "dark", "underexposed", "too dark"),
        ("a dark picture of", "in the dark,", "underexposed:"),
        ("an underexposed photo", "too dark to see much"),
    ),
    "overexposed": Look(
        _bright,
        ("an overexposed picture", "overexposed", "too bright", "too much light"),
        ("an overexposed picture of", "in glaring light,", "too bright:"),
        ("overexposed footage", "a photo that is much too bright"),
    ),
    "blurry": Look(
        _blurred,
        ("a blurry picture", "blurry", "out of focus", "not sharp"),
        ("a blurry picture of", "out of focus:", "blurry film of"),
        ("blurred footage", "a photo that is out of focus"),
    ),
    "blocky": Look(
        _blocky,
        ("a pixelated picture", "pixelated", "large pixels", "blocky"),
        ("a pixelated picture of", "blocky film of", "pixelated:"),
        ("pixelated footage", "a photo of low resolution"),
    ),
    "upside down": Look(
        _down,
        ("upside down", "an upside down picture", "the picture stands on its head"),
        ("upside down:", "an upside down picture of"),
        ("upside down footage", "a photo that is upside down"),
    ),
    "sideways": Look(
        _sideways,
        ("sideways", "the picture lies on its side", "a picture turned by a quarter"),
        ("sideways:", "a picture on its side of"),
        ("sideways footage", "a photo that lies on its side"),
    ),
}


def packed(folder: Path, found: Sequence[Labelled], each: int, seed: int = 11) -> list[Labelled]:
    """So many pictures in each look, of pictures with captions; packed once.

    Their captions are those of the picture with the look before them and, last, one without; their
    label is the look.
    """
    captioned = [one for one in found if one.captions and one.collection != "drawn"]
    places = np.random.default_rng(seed).permutation(len(captioned))
    chosen = [captioned[i] for i in places[: each * len(LOOKS)]]
    names = list(LOOKS)
    made = [names[i % len(names)] for i in range(len(chosen))]
    # A picture of one's own may be another tomorrow under the same name.
    sources = [pictures.key(one) if one.archive.is_dir() else one.name for one in chosen]
    key = hashlib.sha256("\n".join(sources).encode()).hexdigest()[:8]
    archive = folder / f"looks-{key}-{seed}.zip"
    files = [f"look_{i:04d}.jpg" for i in range(len(chosen))]
    if not archive.exists():
        pictures.packed(archive, zip(files, changed(chosen, made, seed), strict=True))
    return [
        Labelled(archive, file, "train", _captions(one, look), look, "looks")
        for file, one, look in zip(files, chosen, made, strict=True)
    ]


def changed(
    found: Sequence[Labelled], looks: Sequence[str], seed: int = 11
) -> Iterable[Image.Image]:
    """Each picture in the look beside it."""
    for i, (image, look) in enumerate(zip(pictures.read(list(found)), looks, strict=True)):
        yield LOOKS[look].change(image, np.random.default_rng([seed, i]))


def _captions(one: Labelled, look: str) -> tuple[str, ...]:
    """The look, then what is shown, said as one goes on in a sentence."""
    before = LOOKS[look].before
    said = [text[:1].lower() + text[1:] for text in one.captions]
    told = (f"{before[i % len(before)]} {text}" for i, text in enumerate(said))
    return (*told, one.captions[0])
