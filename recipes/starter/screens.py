"""Screens and written pictures that we draw: pages, chats, tables, desktops, titles, credits.

Half of what people record is a screen, and hardly any caption of a photograph names one.
Everything depends on the seed alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from recipes.starter import drawn, pictures
from recipes.starter.drawn import SIDE, WORDS, Drawn
from recipes.starter.pictures import Labelled

Rng = np.random.Generator
Ink = tuple[int, int, int]

LIGHT: Ink = (252, 252, 252)
DARK: Ink = (24, 26, 32)
NAMES = ("Anna", "Ben", "Carla", "David", "Elena", "Frank", "Grace", "Hugo", "Ines", "Jonas")


def screens(count: int, behind: Sequence[Image.Image], seed: int = 17) -> list[Drawn]:
    """So many of all kinds in turn; ``behind`` are photographs that some of them show."""
    made = []
    for i in range(count):
        rng = np.random.default_rng([seed, i])
        shown = behind[int(rng.integers(len(behind)))] if behind else Image.new("RGB", (SIDE, SIDE))
        one = MAKERS[i % len(MAKERS)](rng, shown)
        blurred = one.image.filter(ImageFilter.GaussianBlur(float(rng.uniform(0, 0.9))))
        made.append(Drawn(blurred, one.captions))
    return made


def packed(folder: Path, count: int, behind: Sequence[Labelled]) -> list[Labelled]:
    """Draw, and pack like any other collection; packed once."""
    archive = folder / f"screens-{count}-{len(behind)}.zip"
    photographs = list(pictures.read(list(behind)[:: max(1, len(behind) // 40)]))
    made = screens(count, photographs)
    names = [f"screen_{i:04d}.jpg" for i in range(count)]
    if not archive.exists():
        pictures.packed(archive, ((n, one.image) for n, one in zip(names, made, strict=True)))
    return [
        Labelled(archive, name, "train", one.captions, collection="screens")
        for name, one in zip(names, made, strict=True)
    ]


def _sheet(rng: Rng, dark: float = 0.3) -> tuple[Image.Image, ImageDraw.ImageDraw, Ink, Ink]:
    """A canvas, its pen, ink, and a colour that stands out."""
    ground, ink = (DARK, LIGHT) if rng.random() < dark else (LIGHT, DARK)
    image = Image.new("RGB", (SIDE, SIDE), ground)
    accent = drawn.shade(rng, str(rng.choice(["blue", "red", "green", "purple", "orange"])))
    return image, ImageDraw.Draw(image), ink, accent


def _words(rng: Rng, count: int) -> str:
    return " ".join(str(word) for word in rng.choice(WORDS, count))


def _lines(
    pen: ImageDraw.ImageDraw, rng: Rng, box: tuple[int, int, int, int], ink: Ink, size: int = 8
) -> None:
    """Text in a box, line by line."""
    left, top, right, bottom = box
    for y in range(top, bottom - size, size + 4):
        text = _words(rng, 12)[: max(4, int((right - left) / (size * 0.55)))]
        pen.text((left, y), text, fill=ink, font=drawn.font(size))


def _page(rng: Rng, shown: Image.Image) -> Drawn:
    """A web page: address, bar, title, text, maybe a picture and a button."""
    image, pen, ink, accent = _sheet(rng)
    pen.rectangle((0, 0, SIDE, 16), fill=(205, 208, 214))
    pen.rounded_rectangle((30, 3, 190, 13), 5, fill=LIGHT)
    pen.text((36, 4), f"www.{rng.choice(WORDS)}.com", fill=DARK, font=drawn.font(7))
    pen.rectangle((0, 17, SIDE, 34), fill=accent)
    pen.text((8, 20), _words(rng, 4).title(), fill=LIGHT, font=drawn.font(9))
    pen.text((12, 42), _words(rng, 2).title(), fill=ink, font=drawn.font(16))
    left = 12
    if rng.random() < 0.6:
        image.paste(shown.resize((84, 64)), (12, 66))
        left = 104
    _lines(pen, rng, (left, 66, 214, 132), ink)
    _lines(pen, rng, (12, 138, 214, 196), ink)
    pen.rounded_rectangle((12, 200, 76, 216), 4, fill=accent)
    pen.text((18, 203), str(rng.choice(WORDS)), fill=LIGHT, font=drawn.font(9))
    return Drawn(
        image,
        (
            "a web page",
            "a website in a browser",
            "a screenshot of a website",
            "a screen recording of a web page",
            "a computer screen with an internet page",
        ),
    )


def _chat(rng: Rng, shown: Image.Image) -> Drawn:
    """Speech bubbles on both sides, and where one types."""
    image, pen, ink, accent = _sheet(rng, 0.4)
    pen.rectangle((0, 0, SIDE, 22), fill=accent)
    pen.text((10, 5), str(rng.choice(NAMES)), fill=LIGHT, font=drawn.font(11))
    y, mine = 30, bool(rng.random() < 0.5)
    while y < 170:
        width, height = int(rng.integers(70, 150)), int(rng.integers(18, 44))
        left = SIDE - width - 10 if mine else 10
        fill = accent if mine else (225, 227, 232)
        pen.rounded_rectangle((left, y, left + width, y + height), 8, fill=fill)
        _lines(pen, rng, (left + 7, y + 4, left + width - 6, y + height), LIGHT if mine else DARK)
        y, mine = y + height + 8, not mine if rng.random() < 0.8 else mine
    pen.rounded_rectangle((8, 198, 216, 216), 8, outline=ink)
    pen.text((16, 202), "Type a message", fill=(140, 140, 145), font=drawn.font(8))
    return Drawn(
        image,
        (
            "a chat window",
            "messages in a chat",
            "a screenshot of a conversation in a chat app",
            "a screen recording of somebody typing in a chat",
        ),
    )


def _table(rng: Rng, shown: Image.Image) -> Drawn:
    """Rows and columns of words and numbers."""
    image, pen, ink, accent = _sheet(rng, 0.15)
    columns, height = int(rng.integers(3, 6)), int(rng.integers(13, 20))
    width = SIDE // columns
    pen.rectangle((0, 14, SIDE, 14 + height), fill=accent)
    for row, y in enumerate(range(14, SIDE - height, height)):
        pen.line((0, y, SIDE, y), fill=(170, 172, 178))
        for column in range(columns):
            number = f"{rng.uniform(0, 999):.1f}"
            text = str(rng.choice(WORDS)) if column == 0 or row == 0 else number
            fill = LIGHT if row == 0 else ink
            pen.text((column * width + 4, y + 3), text[:9], fill=fill, font=drawn.font(8))
    for column in range(1, columns):
        pen.line((column * width, 14, column * width, SIDE), fill=(170, 172, 178))
    return Drawn(
        image,
        ("a table of numbers", "a spreadsheet", "a table with rows and columns", "a list of data"),
    )


def _desktop(rng: Rng, shown: Image.Image) -> Drawn:
    """Windows before a picture, and a bar of icons."""
    image = shown.resize((SIDE, SIDE))
    pen = ImageDraw.Draw(image)
    for _ in range(int(rng.integers(1, 4))):
        w, h = int(rng.integers(80, 150)), int(rng.integers(60, 120))
        x, y = int(rng.integers(0, SIDE - w)), int(rng.integers(0, 196 - h))
        ground, ink = (DARK, LIGHT) if rng.random() < 0.4 else (LIGHT, DARK)
        pen.rectangle((x, y, x + w, y + h), fill=ground, outline=(120, 120, 125))
        pen.rectangle((x, y, x + w, y + 11), fill=(190, 194, 202))
        pen.ellipse((x + w - 10, y + 2, x + w - 3, y + 9), fill=(220, 70, 60))
        _lines(pen, rng, (x + 5, y + 16, x + w - 4, y + h - 2), ink)
    pen.rectangle((0, 204, SIDE, SIDE), fill=(45, 48, 56))
    for i in range(int(rng.integers(4, 9))):
        fill = drawn.shade(rng, str(rng.choice(list(drawn.COLOURS))))
        pen.rounded_rectangle((8 + 20 * i, 207, 22 + 20 * i, 221), 3, fill=fill)
    return Drawn(
        image,
        (
            "a computer desktop with windows",
            "a computer screen",
            "a screen recording of a computer",
            "windows and icons on a desktop",
        ),
    )


def _title(rng: Rng, shown: Image.Image) -> Drawn:
    """A few large words in the middle of a plain ground."""
    colour = str(rng.choice(["black", "black", "white", "blue", "red", "purple"]))
    image = Image.new("RGB", (SIDE, SIDE), drawn.shade(rng, colour))
    ink = DARK if colour == "white" else LIGHT
    pen, size = ImageDraw.Draw(image), int(rng.integers(18, 32))
    for i, word in enumerate(rng.choice(WORDS, int(rng.integers(1, 3)))):
        place = (SIDE / 2, 90 + (size + 6) * i)
        pen.text(place, str(word).title(), fill=ink, font=drawn.font(size), anchor="mm")
    return Drawn(
        image,
        ("a title card", "the title of a film", "large words on a plain background", "an intro"),
    )


def _credits(rng: Rng, shown: Image.Image) -> Drawn:
    """What somebody did, and who it was, in two columns."""
    image = Image.new("RGB", (SIDE, SIDE), (int(rng.integers(0, 20)),) * 3)
    pen = ImageDraw.Draw(image)
    for y in range(int(rng.integers(6, 20)), SIDE - 10, int(rng.integers(14, 22))):
        who = f"{rng.choice(NAMES)} {str(rng.choice(WORDS)).title()}"
        pen.text((106, y), str(rng.choice(WORDS)), fill=(190,) * 3, font=drawn.font(9), anchor="ra")
        pen.text((118, y), who, fill=LIGHT, font=drawn.font(9))
    return Drawn(
        image,
        ("end credits", "the credits of a film", "names on a black background", "rolling credits"),
    )


def _document(rng: Rng, shown: Image.Image) -> Drawn:
    """A page of a paper: title, names, two columns."""
    image = Image.new("RGB", (SIDE, SIDE), (int(rng.integers(236, 254)),) * 3)
    pen = ImageDraw.Draw(image)
    pen.text((SIDE / 2, 14), _words(rng, 4).title(), fill=DARK, font=drawn.font(13), anchor="mm")
    pen.text((SIDE / 2, 30), ", ".join(NAMES[:3]), fill=DARK, font=drawn.font(8), anchor="mm")
    for left, right in ((10, 106), (116, 214)):
        _lines(pen, rng, (left, 42, right, 220), DARK, int(rng.integers(6, 8)))
    return Drawn(
        image,
        ("a page of a document", "a printed page", "a page of a scientific paper", "a lot of text"),
    )


MAKERS: tuple[Callable[[Rng, Image.Image], Drawn], ...] = (
    _page,
    _chat,
    _table,
    _desktop,
    _title,
    _credits,
    _document,
)
