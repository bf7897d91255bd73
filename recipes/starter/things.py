"""Things in colours that we give them: cut out, dyed, one or several, put before something else.

Captions speak of people and dogs in blue shirts; a red cup, three yellow cars, a green hat are
asked for too, and photographs of them all are not to be had. What is dyed are the stamps of
Tux Paint that can have any colour (Debian's ``tuxpaint-stamps-default``, GPL-2, photographs and
drawings with their names; training goes on without them where they are missing) and the kinds of
the World. Everything depends on the seed alone.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter, ImageOps

from kinolex.world.kinds import base
from kinolex.world.sprites import sprite
from recipes.starter import drawn, pictures
from recipes.starter.drawn import COLOURS, SIDE
from recipes.starter.pictures import Labelled

STAMPS = Path("/usr/share/tuxpaint/stamps")
PAINTED = ("clothes", "hobbies", "household", "seasonal", "sports", "vehicles")
"""Folders of stamps whose things are made in any colour."""

LONGEST = 4
"""Words of a stamp's name; longer ones are sentences about it."""

_COUNTS = ("", "two", "three", "four")
_ARTICLE = re.compile(r"^(an?|the|some|one|our) ", re.IGNORECASE)
_COLOUR = re.compile(rf"\b({'|'.join(COLOURS)})\b", re.IGNORECASE)

Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class Cutout:
    """One thing: its name without article, and its picture (None: a kind of the World)."""

    name: str
    file: Path | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What a picture is to show: so many of a thing, in a colour."""

    what: Cutout
    colour: str
    count: int

    @property
    def captions(self) -> tuple[str, ...]:
        """Words for it."""
        name = f"{self.colour} {self.what.name}"
        if self.count == 1:
            article = "an" if name[0] in "aeiou" else "a"
            return (f"{article} {name}", name, f"a picture of {article} {name}")
        several = plural(name)
        return (f"{_COUNTS[self.count - 1]} {several}", several, f"some {several}")


def stamps(root: Path = STAMPS) -> list[Cutout]:
    """The stamps of things that can have any colour and have a name of a few words."""
    found = []
    for file in sorted(root.rglob("*.png")):
        told, folder = file.with_suffix(".txt"), file.parent.relative_to(root).as_posix()
        if not told.exists() or not folder.startswith(PAINTED) or file.stem.endswith("_mirror"):
            continue
        said = told.read_text("utf-8", errors="replace").split("\n")[0].strip()
        name = _ARTICLE.sub("", re.split(r"[.!?]|—|\(", said)[0].strip()).lower()
        fixed = " of " in name or _COLOUR.search(name)  # has its colour, or no plural of its own
        if 0 < len(name.split()) <= LONGEST and not fixed:
            found.append(Cutout(name, file))
    return found


def plural(name: str) -> str:
    """Several of a thing.

    >>> plural("red fox"), plural("blue cherry"), plural("fish")
    ('red foxes', 'blue cherries', 'fish')
    """
    if name.endswith(("fish", "sheep", "deer", "s")):
        return name
    if name.endswith(("ch", "sh", "x")):
        return f"{name}es"
    if name.endswith("y") and name[-2] not in "aeiou":
        return f"{name[:-1]}ies"
    return f"{name}s"


def planned(count: int, seed: int = 13) -> list[Shown]:
    """So many pictures: which thing, which colour, how many of it."""
    known = [*stamps(), *(Cutout(name) for name in sorted(base.kinds()))]
    rng = np.random.default_rng(seed)
    return [
        Shown(
            known[int(rng.integers(len(known)))],
            str(rng.choice(list(COLOURS))),
            int(rng.choice([1, 1, 2, 3, 4])),
        )
        for _ in range(count)
    ]


def packed(folder: Path, count: int, behind: Sequence[Labelled], seed: int = 13) -> list[Labelled]:
    """Draw, and pack like any other collection; packed once.

    ``behind`` are pictures that half of the things are put before, out of focus.
    """
    wanted = planned(count, seed)
    key = hashlib.sha256(repr((wanted, len(behind))).encode()).hexdigest()[:8]
    archive = folder / f"things-{key}.zip"
    names = [f"thing_{i:04d}.jpg" for i in range(len(wanted))]
    if not archive.exists():
        pictures.packed(archive, zip(names, _made(wanted, behind, seed), strict=True))
    return [
        Labelled(archive, name, "train", one.captions, collection="coloured")
        for name, one in zip(names, wanted, strict=True)
    ]


def names(label: str, one: Labelled) -> bool:
    """Whether the first caption of a picture ends like a label (two grey *dolphins*, dolphin)."""
    return f" {one.captions[0]} ".endswith((f" {label} ", f" {plural(label)} "))


def _made(wanted: Sequence[Shown], behind: Sequence[Labelled], seed: int) -> Iterator[Image.Image]:
    places = np.random.default_rng([seed, 1]).integers(0, max(1, len(behind)), len(wanted))
    photographs = pictures.read([behind[i] for i in places] if behind else [])
    for i, one in enumerate(wanted):
        rng = np.random.default_rng([seed, 2, i])
        photograph = next(photographs, None)
        yield picture(one, rng, photograph if rng.random() < 0.5 else None)


def picture(one: Shown, rng: Rng, photograph: Image.Image | None = None) -> Image.Image:
    """Draw it, before a photograph that is out of focus or a plain colour."""
    if photograph is None:
        image, _ = drawn.background(rng, one.colour)
    else:
        image = photograph.resize((SIDE, SIDE), Image.Resampling.BICUBIC)
        image = image.filter(ImageFilter.GaussianBlur(float(rng.uniform(0, 6))))
    across = 1 if one.count == 1 else 2
    share = rng.uniform(0.4, 0.95) if across == 1 else rng.uniform(0.32, 0.48)
    cut = _cut(one, rng)
    for cell in rng.permutation(across * across)[: one.count]:
        thing = ImageOps.mirror(cut) if rng.random() < 0.5 else cut
        thing = thing.rotate(float(rng.normal(0, 8)), Image.Resampling.BICUBIC, expand=True)
        scale = share * SIDE / max(thing.size)
        width, height = (max(2, round(scale * side)) for side in thing.size)
        thing = thing.resize((width, height))
        room = SIDE // across
        x = int(cell % across * room + rng.uniform(0, 1) * max(0, room - width))
        y = int(cell // across * room + rng.uniform(0, 1) * max(0, room - height))
        image.paste(thing, (x, y), thing)
    return image


def _cut(one: Shown, rng: Rng) -> Image.Image:
    """The thing alone in its colour, RGBA, no wider than it is."""
    colour = drawn.shade(rng, one.colour)
    if one.what.file is None:
        made = sprite(one.what.name, colour, "plain", SIDE)
        solid = 1 - made.clear
        image = _rgba(made.colour / np.maximum(solid, 1e-3), 255 * solid)
    else:
        with Image.open(one.what.file) as found:
            image = _dyed(found.convert("RGBA"), np.array(colour, float))
    return image.crop(image.getchannel("A").getbbox())


def _dyed(image: Image.Image, colour: npt.NDArray[np.float64]) -> Image.Image:
    """Light and shade of a thing in another colour."""
    shown = np.asarray(image, float)
    grey, solid = shown[..., :3].mean(2), shown[..., 3:]
    middle = float(np.average(grey, weights=solid[..., 0] + 1e-6))
    light = np.clip(grey / max(middle, 40.0), 0, 2)[..., None]
    dyed = np.where(light < 1, colour * light, colour + (255 - colour) * (light - 1) * 0.6)
    return _rgba(dyed, solid)


def _rgba(colour: npt.NDArray[np.floating], solid: npt.NDArray[np.floating]) -> Image.Image:
    return Image.fromarray(np.concatenate([colour, solid], axis=2).clip(0, 255).astype(np.uint8))
