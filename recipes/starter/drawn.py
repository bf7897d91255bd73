"""Pictures that we draw ourselves, with captions that are right by construction.

Photographs teach neither plain colours and shapes nor what a slide, a chart or a black screen is;
people ask for all of them. Everything depends on the seed alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from recipes.starter import pictures
from recipes.starter.pictures import Labelled

SIDE = 224

COLOURS = {
    "red": (214, 38, 38),
    "green": (36, 150, 60),
    "blue": (35, 80, 205),
    "yellow": (240, 215, 40),
    "orange": (240, 140, 30),
    "purple": (130, 50, 160),
    "pink": (245, 150, 185),
    "brown": (120, 75, 40),
    "black": (15, 15, 15),
    "white": (245, 245, 245),
    "grey": (128, 128, 128),
    "turquoise": (50, 195, 190),
}
SHAPES = ("circle", "square", "triangle", "star", "rectangle", "ring", "cross", "heart")
WORDS = [
    "results",
    "overview",
    "method",
    "budget",
    "plan",
    "quarter",
    "energy",
    "water",
    "history",
    "science",
    "review",
    "team",
    "data",
    "market",
    "growth",
    "summary",
    "questions",
    "welcome",
    "chapter",
    "lesson",
    "design",
    "safety",
    "travel",
    "music",
    "report",
]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture and what is to be seen on it."""

    image: Image.Image
    captions: tuple[str, ...]


def drawn(count: int, seed: int = 5) -> list[Drawn]:
    """So many pictures of all kinds in turn."""
    makers = (_shape, _shape, _shapes, _slide, _field, _chart, _code)
    return [makers[i % len(makers)](np.random.default_rng([seed, i])) for i in range(count)]


def packed(folder: Path, count: int) -> list[Labelled]:
    """Draw, and pack like any other collection; packed once."""
    archive = folder / f"drawn-{count}.zip"
    made = drawn(count)
    names = [f"drawn_{i:04d}.jpg" for i in range(count)]
    if not archive.exists():
        pictures.packed(archive, ((n, one.image) for n, one in zip(names, made, strict=True)))
    return [
        Labelled(archive, name, "train", one.captions, collection="drawn")
        for name, one in zip(names, made, strict=True)
    ]


def shade(rng: np.random.Generator, name: str) -> tuple[int, int, int]:
    """A colour of a name, never quite the same."""
    r, g, b = (int(np.clip(c + rng.normal(0, 14), 0, 255)) for c in COLOURS[name])
    return r, g, b


def background(rng: np.random.Generator, other: str) -> tuple[Image.Image, str]:
    """A plain ground from one shade to another, and its colour, which is not ``other``."""
    name = rng.choice([c for c in COLOURS if c != other])
    one, two = np.array(shade(rng, name), float), np.array(shade(rng, name), float)
    ramp = np.linspace(0, 1, SIDE)[:, None, None] * np.ones((1, SIDE, 1))
    field = one + (two - one) * (ramp if rng.random() < 0.5 else ramp.transpose(1, 0, 2))
    field += rng.normal(0, rng.uniform(0, 6), field.shape)
    return Image.fromarray(np.clip(field, 0, 255).astype(np.uint8)), str(name)


def corners(shape: str, x: float, y: float, size: float, turn: float) -> list[tuple[float, float]]:
    """Corners of a shape around a point."""
    if shape == "star":
        angles = [(math.pi * i / 5, size if i % 2 == 0 else size * 0.42) for i in range(10)]
    elif shape == "triangle":
        angles = [(2 * math.pi * i / 3, size) for i in range(3)]
    elif shape == "heart":
        steps = np.linspace(0, 2 * math.pi, 60)
        xs = 16 * np.sin(steps) ** 3
        ys = 13 * np.cos(steps) - 5 * np.cos(2 * steps) - 2 * np.cos(3 * steps) - np.cos(4 * steps)
        return [(x + size * a / 16, y - size * b / 16) for a, b in zip(xs, ys, strict=True)]
    elif shape == "cross":
        third = size / 3
        plan = [(-1, -3), (1, -3), (1, -1), (3, -1), (3, 1), (1, 1)]
        plan += [(-a, -b) for a, b in plan]
        return [(x + third * a, y + third * b) for a, b in plan]
    else:
        ratio = 1.0 if shape == "square" else 0.5
        angles = [
            (math.atan2(b * ratio, a), size * math.hypot(a, b * ratio) / 1.414)
            for a, b in ((1, 1), (-1, 1), (-1, -1), (1, -1))
        ]
    lean = turn - math.pi / 2 if shape in ("star", "triangle") else turn
    return [(x + r * math.cos(a + lean), y + r * math.sin(a + lean)) for a, r in angles]


def _put(
    image: Image.Image,
    rng: np.random.Generator,
    shape: str,
    colour: str,
    x: float,
    y: float,
    size: float,
) -> None:
    draw = ImageDraw.Draw(image)
    fill, box = shade(rng, colour), (x - size, y - size, x + size, y + size)
    if shape == "circle":
        draw.ellipse(box, fill=fill)
    elif shape == "ring":
        draw.ellipse(box, outline=fill, width=max(4, int(size / 4)))
    else:
        draw.polygon(corners(shape, x, y, size, float(rng.normal(0, 0.12))), fill=fill)


def _finished(image: Image.Image, rng: np.random.Generator, captions: Sequence[str]) -> Drawn:
    blurred = image.filter(ImageFilter.GaussianBlur(float(rng.uniform(0, 1.2))))
    return Drawn(blurred, tuple(captions))


def _shape(rng: np.random.Generator) -> Drawn:
    colour, shape = str(rng.choice(list(COLOURS))), str(rng.choice(SHAPES))
    image, ground = background(rng, colour)
    size = rng.uniform(25, 85)
    x, y = rng.uniform(size, SIDE - size, 2)
    _put(image, rng, shape, colour, x, y, size)
    return _finished(
        image,
        rng,
        (
            f"a {colour} {shape}",
            f"a {colour} {shape} on a {ground} background",
            f"{colour} {shape}",
            f"a drawing of a {colour} {shape}",
        ),
    )


def _shapes(rng: np.random.Generator) -> Drawn:
    one, two = (str(c) for c in rng.choice(list(COLOURS), 2, replace=False))
    first, second = (str(s) for s in rng.choice(SHAPES, 2, replace=False))
    image, ground = background(rng, one)
    while ground == two:
        image, ground = background(rng, one)
    _put(image, rng, first, one, 65, rng.uniform(60, 160), rng.uniform(28, 48))
    _put(image, rng, second, two, 160, rng.uniform(60, 160), rng.uniform(28, 48))
    return _finished(
        image,
        rng,
        (
            f"a {one} {first} and a {two} {second}",
            f"a {two} {second} next to a {one} {first}",
            f"two shapes, a {one} {first} and a {two} {second}",
        ),
    )


def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Letters of a size in pixels."""
    return ImageFont.load_default(size)


def _slide(rng: np.random.Generator) -> Drawn:
    dark = rng.random() < 0.35
    ground, ink = ((25, 28, 40), (235, 235, 235)) if dark else ((250, 250, 248), (30, 30, 35))
    image = Image.new("RGB", (SIDE, SIDE), ground)
    draw = ImageDraw.Draw(image)
    title = " ".join(rng.choice(WORDS, 2)).title()
    draw.text((14, 14), title, fill=shade(rng, "blue") if not dark else ink, font=font(22))
    for i in range(int(rng.integers(3, 7))):
        line = "- " + " ".join(rng.choice(WORDS, int(rng.integers(3, 6))))
        draw.text((18, 56 + 24 * i), line, fill=ink, font=font(12))
    return _finished(
        image,
        rng,
        (
            "a presentation slide with text",
            "a slide with a title and bullet points",
            "text on a screen",
            "a page of text",
            "a screen with written words",
        ),
    )


def _field(rng: np.random.Generator) -> Drawn:
    colour = str(rng.choice(list(COLOURS)))
    image, name = background(rng, "")
    while name != colour:
        image, name = background(rng, "")
    kinds = [f"a plain {name} picture", name, f"a {name} background", f"a {name} screen"]
    return _finished(image, rng, kinds)


def _chart(rng: np.random.Generator) -> Drawn:
    image = Image.new("RGB", (SIDE, SIDE), (250, 250, 250))
    draw = ImageDraw.Draw(image)
    draw.line((24, 16, 24, 200, 210, 200), fill=(40, 40, 40), width=2)
    heights = rng.uniform(20, 170, 7)
    colour = shade(rng, str(rng.choice([c for c in COLOURS if c != "white"])))
    if rng.random() < 0.5:
        for i, height in enumerate(heights):
            draw.rectangle((34 + 25 * i, 199 - height, 50 + 25 * i, 199), fill=colour)
        return _finished(image, rng, ("a bar chart", "a chart with bars", "a graph of data"))
    points = [(34 + 25 * i, 199 - height) for i, height in enumerate(heights)]
    draw.line(points, fill=colour, width=3)
    return _finished(image, rng, ("a line chart", "a graph with a line", "a graph of data"))


def _code(rng: np.random.Generator) -> Drawn:
    dark = rng.random() < 0.7
    image = Image.new("RGB", (SIDE, SIDE), (18, 20, 26) if dark else (252, 252, 252))
    draw = ImageDraw.Draw(image)
    inks = [(120, 200, 140), (210, 180, 110), (130, 170, 230), (210, 210, 210)]
    if not dark:
        inks = [(20, 110, 50), (150, 90, 10), (30, 60, 160), (40, 40, 40)]
    for row in range(15):
        x = 10 + 12 * int(rng.integers(0, 4))
        for word in rng.choice(WORDS, int(rng.integers(1, 4))):
            draw.text((x, 8 + 14 * row), str(word), fill=inks[rng.integers(4)], font=font(10))
            x += 8 + 6 * len(word)
    return _finished(
        image,
        rng,
        (
            "a computer screen with code",
            "program code in an editor",
            "a terminal window with text",
            "a screenshot of a computer program",
        ),
    )
