"""The small backbone of `benchmarks.lab_world`: a ViT and a text tower, trained on single frames.

Every frame of a drawn scene of the training split is told in plain words: what is there, in which
colour and size, where, whether it is tilted or half faded. Frames and such captions are drawn
together (symmetric InfoNCE), frames and phrases of one thing (several positives), and a linear
map tells the kind and the colour of a thing from the patch that holds its middle: captions alone
can be told apart by colours and places, and what things are would not be learnt in so few steps.
Half of the frames are of four things at random.
Nothing of time is in it: what a matcher knows of order it has learnt itself.
"""

from __future__ import annotations

import functools
import random
import re
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, normalize

from kinolex.lab.backbone.backbone import Backbone
from kinolex.lab.backbone.shape import Layers, PictureShape, Shape, TextShape
from kinolex.lab.losses.contrastive import info_nce, several_positives
from kinolex.world.backdrops import BACKDROPS
from kinolex.world.colours import COLOURS, apart, pale
from kinolex.world.dice import Dice
from kinolex.world.drawing import clip, even_times
from kinolex.world.kinds.base import kinds
from kinolex.world.planning import DIFFERENT
from kinolex.world.sampling import sample
from kinolex.world.scene import Backdrop, Event, Scene, Shot, Thing
from kinolex.world.splits import UNSEEN_KINDS, unseen_pair
from kinolex.world.states import Course, State
from kinolex.world.words import lexicon, phrases
from kinolex.world.words.verbs import VERBS

__all__ = ["SIZE", "WORDS", "as_pixels", "backbone", "known", "new", "numbers"]

SIZE, WORDS, DIMENSIONS = 64, 40, 128
STEPS, BATCH, RATE = 2400, 32, 1.5e-3
DIFFICULTY = 0.25
SIDE, SHARP = SIZE // 16, 15.0
NAMES = [names[0] for names in lexicon.KINDS.values()]
SHADES = list(COLOURS)
GROUNDS = ("grey", "blue", "green", "yellow", "pink", "turquoise", "white", "black", "brown")

_WORD = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*|[;,.]")
PADDING, BEGIN, UNKNOWN, FIRST = 0, 1, 2, 3
OWN = "nothing a an the of at and in middle top bottom left right tilted half faded , . ; two"


@functools.cache
def vocabulary() -> dict[str, int]:
    """Every word of the World's tables, from `FIRST` on; the end has the highest number."""
    tables: list[Any] = [
        OWN, *(vars(lexicon)[name] for name in lexicon.__all__ if name.isupper()),
        *(vars(phrases)[name] for name in phrases.__all__), list(COLOURS), list(kinds()),
    ]  # fmt: skip
    tables += [[one.plain, one.third, one.ing] for some in VERBS.values() for one in some]
    tables += [lexicon.plural(name) for some in lexicon.KINDS.values() for name in some]
    tables += [[*lexicon.colours_of(one), *lexicon.backdrops_of(one)] for one in COLOURS]
    words = {word for text in _texts(tables) for word in _WORD.findall(text.lower())}
    return {word: FIRST + at for at, word in enumerate(sorted(words))}


def _texts(given: Any) -> Iterator[str]:
    if isinstance(given, str):
        yield given
        return
    for one in given.values() if isinstance(given, dict) else given:
        yield from _texts(one)


def numbers(texts: Sequence[str], most: int = WORDS) -> Tensor:
    """Token numbers (texts, words) with begin, end and padding; long texts are cut."""
    known = vocabulary()
    end = FIRST + len(known)
    found = torch.zeros(len(texts), most, dtype=torch.int64)
    for row, text in enumerate(texts):
        words = [known.get(one, UNKNOWN) for one in _WORD.findall(text.lower())][: most - 2]
        found[row, : len(words) + 2] = torch.tensor([BEGIN, *words, end])
    return found[:, : int((found != PADDING).sum(dim=1).max())]


class Stem(nn.Sequential):
    """Four convolutions that overlap and halve the sides, in the place of one patch embedding.

    A patch embedding alone learns where colours are from so few pictures, but not what things are
    (Xiao et al. 2021, Early Convolutions Help Transformers See Better, arXiv:2106.14881).
    """

    def __init__(self, width: int) -> None:
        steps = (3, width // 4, width // 2, width, width)
        parts: list[nn.Module] = []
        for narrow, wide in pairwise(steps):
            parts += [nn.Conv2d(narrow, wide, 3, 2, 1, bias=False), nn.BatchNorm2d(wide), nn.GELU()]
        super().__init__(*parts, nn.Conv2d(width, width, 1))


def new(seed: int = 0) -> Backbone:
    """The backbone with random weights."""
    torch.manual_seed(seed)
    text = TextShape(Layers(128, 2, 4), vocabulary=FIRST + len(vocabulary()) + 1, context=WORDS)
    made = Backbone(Shape(PictureShape(Layers(128, 3, 4), SIZE, 16), text, DIMENSIONS))
    made.picture.patch = Stem(128)
    return made


def as_pixels(pictures: npt.NDArray[np.uint8]) -> Tensor:
    """(..., height, width, 3) of 0 to 255 to (..., 3, height, width) around 0."""
    found = torch.from_numpy(np.ascontiguousarray(np.moveaxis(pictures, -1, -3))).float()
    return found / 64 - 2


@dataclass(frozen=True, slots=True)
class Seen:
    """How a thing looks in a frame, in words; empty ones are not said."""

    kind: str
    colour: str
    size: str
    place: str
    how: str
    patch: int

    def phrases(self) -> tuple[str, ...]:
        """What is true of it, from one word to all."""
        named = f"{self.colour} {self.kind}"
        rich = f"{self.how or self.size} {named}".strip()
        return self.kind, named, f"{self.kind} {self.place}", f"{self.colour} {self.place}", rich

    def said(self) -> str:
        """All of it."""
        parts = (self.size, self.how, self.colour, self.kind, self.place)
        return " ".join(filter(None, parts))


def seen_in(scene: Scene, states: Sequence[State]) -> list[Seen]:
    """Things of a frame that are to be seen."""
    return [_seen(scene, one) for one in states if one.there and one.opacity > 0.2]


def _seen(scene: Scene, state: State) -> Seen:
    def away(name: str) -> float:
        return sum(abs(a - b) for a, b in zip(COLOURS[name], state.rgb, strict=True))

    across = "left" if state.x < 0.36 else "right" if state.x > 0.64 else "middle"
    down = "top" if state.y < 0.36 else "bottom" if state.y > 0.64 else "middle"
    tilted = "tilted" if 20 < state.angle % 360 < 340 else ""
    return Seen(
        lexicon.names_of(scene.thing(state.name).kind)[0],
        min(COLOURS, key=away),
        "small" if state.size < 0.2 else "large" if state.size > 0.3 else "",
        f"{down} {across}",
        "half faded" if state.opacity < 0.8 else tilted,
        _side(state.y) * SIDE + _side(state.x),
    )


def _side(share: float) -> int:
    return min(SIDE - 1, max(0, int(share * SIDE)))


def told(scene: Scene, things: Sequence[Seen], draw: random.Random) -> str:
    """A frame in plain words, in an order of chance."""
    parts = [one.said() for one in draw.sample(things, len(things))]
    return ". ".join([*parts, draw.choice(lexicon.backdrops_of(scene.shots[0].backdrop.colour))])


@dataclass(frozen=True)
class Frames:
    """A batch: pictures, a caption of each, phrases, and which of them are true of which.

    ``kinds`` and ``colours`` are those of all things to be seen, ``patches`` where their middles
    are: the number of the picture, and of the patch in it.
    """

    pictures: npt.NDArray[np.uint8]
    texts: list[str]
    phrases: list[str]
    true: Tensor
    kinds: Tensor
    colours: Tensor
    patches: Tensor


def simple(dice: Dice) -> Scene:
    """Four things of kinds and colours that training has, one of which does something."""
    known = sorted(set(kinds()) - UNSEEN_KINDS)
    ground = dice.pick(GROUNDS)
    free = [one for one, value in COLOURS.items() if apart(value, pale(ground)) >= DIFFERENT]
    things: list[Thing] = []
    for at in range(4):
        kind, colour = dice.pick(known), dice.pick(free)
        while unseen_pair(kind, colour):
            kind, colour = dice.pick(known), dice.pick(free)
        x, y = (0.26 + 0.48 * part + dice.between(-0.09, 0.09) for part in (at % 2, at // 2))
        size = dice.pick(("small", "medium", "large"))
        things.append(Thing("abcd"[at], kind, colour, size, "plain", x, y))
    action = dice.pick(("spins", "jumps", "fades out", "bounces"))
    shot = Shot(0.0, 2.0, Backdrop(dice.pick(tuple(BACKDROPS)), ground))
    return Scene(
        "train-simple", 2.0, (shot,), tuple(things), (Event(dice.pick("abcd"), action, 0.2, 1.8),)
    )


def frames(step: int, seed: int) -> Frames:
    """A frame each of simple and of sampled scenes, half and half."""
    draw = random.Random(f"{seed} {step}")
    pictures = np.empty((BATCH, SIZE, SIZE, 3), np.uint8)
    texts: list[str] = []
    known: list[set[str]] = []
    middles: list[tuple[int, int, int, int]] = []
    for at in range(BATCH):
        number = step * BATCH + at
        if at % 2:
            scene = sample("train", number, seed=1000 + seed, difficulty=DIFFICULTY)
        else:
            scene = simple(Dice("simple", seed, number))
        time_of = draw.uniform(0, scene.seconds)
        pictures[at] = clip(scene, [time_of], SIZE)[0]
        things = seen_in(scene, Course(scene).at(time_of))
        texts.append(told(scene, things, draw))
        known.append({phrase for one in things for phrase in one.phrases()} or {"nothing"})
        middles += [(NAMES.index(t.kind), SHADES.index(t.colour), at, t.patch) for t in things]
    phrases = sorted(set().union(*known))
    true = torch.tensor([[phrase in one for one in known] for phrase in phrases])
    kinds, colours, pictured, patch = torch.tensor(middles).T
    patches = torch.stack([pictured, patch])
    return Frames(pictures, texts, phrases, true, kinds, colours, patches)


def loss_of(model: Backbone, judge: nn.Linear, given: Frames) -> dict[str, Tensor]:
    """Captions and phrases against frames; what has its middle in a patch, told by a linear map."""
    several = (given.texts, given.phrases)
    with torch.autocast("cpu", torch.bfloat16):
        videos = model.videos(as_pixels(given.pictures)[:, None], patches=True)
        said = [model.texts(numbers(one)).sentences for one in several]
    seen, parts, *said = (
        normalize(one.float(), dim=-1) for one in (videos.frames[:, 0], videos.patches[:, 0], *said)
    )
    names = np.unique(given.texts, return_inverse=True)[1]
    equal = torch.from_numpy(names[:, None] == names)
    scale = model.scale.exp().clamp(max=100)
    middles = judge(SHARP * parts[given.patches[0], given.patches[1]])
    return {
        "captions": info_nce(said[0] @ seen.T, torch.arange(BATCH), equal, scale),
        "phrases": several_positives(said[1] @ seen.T, given.true, torch.tensor(SHARP)),
        "kinds": cross_entropy(middles[:, : len(NAMES)], given.kinds),
        "colours": cross_entropy(middles[:, len(NAMES) :], given.colours),
    }


def trained(steps: int = STEPS, seed: int = 0) -> Backbone:
    """A backbone trained from nothing; it says on stderr how it goes."""
    model = new(seed).train()
    judge = nn.Linear(DIMENSIONS, len(NAMES) + len(SHADES))
    learnt = [*model.parameters(), *judge.parameters()]
    optimiser = torch.optim.AdamW(learnt, lr=RATE, weight_decay=0.05, betas=(0.9, 0.98), fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, RATE, total_steps=steps, pct_start=0.05
    )
    begun = time.perf_counter()
    for step in range(steps):
        losses = loss_of(model, judge, frames(step, seed))
        optimiser.zero_grad(set_to_none=True)
        sum(losses.values()).backward()
        torch.nn.utils.clip_grad_norm_(learnt, 1.0)
        optimiser.step()
        schedule.step()
        if step % 50 == 0 or step == steps - 1:
            took = time.perf_counter() - begun
            figures = ", ".join(f"{name} {one.item():.2f}" for name, one in losses.items())
            print(f"  backbone {step}: {figures}, {took:.0f} s", file=sys.stderr, flush=True)
    return model.eval()


PLACES = [f"{down} {across}" for down in ("top", "middle", "bottom")
          for across in ("left", "middle", "right")]  # fmt: skip


HOWS = ("", "tilted", "half faded")


def known(
    model: Backbone, scenes: Sequence[Scene], frames: Tensor, many: int = 400
) -> dict[str, float]:
    """Shares of test frames of which the vector tells kind, colour, place and state of a thing.

    A phrase of the first thing stands against those with one other word: of all kinds, colours,
    places or states. Guessing gives 1 in 65, 12, 9 and 3.
    """
    choices: dict[str, Sequence[str]] = {
        "kind": NAMES, "colour": SHADES, "place": PLACES, "how": HOWS,
    }  # fmt: skip
    right: dict[str, list[bool]] = {what: [] for what in choices}
    for row, scene in enumerate(scenes[:many]):
        frame = row % frames.shape[1]
        things = seen_in(scene, Course(scene).at(even_times(scene, frames.shape[1])[frame]))
        for what, others in choices.items() if things else ():
            told_so: Any = [replace(things[0], **{what: one}).said() for one in others]
            with torch.no_grad():
                said = normalize(model.texts(numbers(told_so)).sentences, dim=-1)
            best = int((said @ frames[row, frame]).argmax())
            right[what].append(others[best] == getattr(things[0], what))
    return {what: float(np.mean(some)) for what, some in right.items()}


def backbone(folder: Path, steps: int = STEPS, seed: int = 0) -> Backbone:
    """The trained backbone, kept in a folder."""
    place = folder / f"backbone-{steps}-{seed}.pt"
    if not place.exists():
        folder.mkdir(parents=True, exist_ok=True)
        torch.save(trained(steps, seed).state_dict(), place)
    model = new(seed)
    model.load_state_dict(torch.load(place, weights_only=True))
    return model.eval()
