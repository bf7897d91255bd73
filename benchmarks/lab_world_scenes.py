"""What `benchmarks.lab_world` asks, as scenes and words: no pictures, no vectors.

Five families, each made so that one thing decides:

- *ordinary*: scenes as they are sampled, one caption each;
- *order*: two things, each blinks in half of the clip and is then as it was before; the other
  clip has the halves in the other order, so that both hold the same frames;
- *distractors*: eight clips one after the other, of which the text tells one;
- *several events*: three clips one after the other, of which the text tells an event each; every
  clip is in several videos, so that no single event finds its video;
- *unseen pairs*: scenes with a colour-kind pair that training never has, and their twins, in which
  that thing has a colour that training has with its kind.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count

from kinolex.world.checks import contradicts, shows
from kinolex.world.colours import COLOURS, apart, pale, rgb
from kinolex.world.dice import Dice
from kinolex.world.edits import recoloured
from kinolex.world.facts import Happening
from kinolex.world.kinds.base import kinds
from kinolex.world.planning import DIFFERENT, holds
from kinolex.world.sampling import sample
from kinolex.world.scene import Action, Backdrop, Event, Scene, Shot, Thing
from kinolex.world.splits import UNSEEN_KINDS, cast, share_of, unseen, unseen_pair
from kinolex.world.words.claims import Does, Noun, Told
from kinolex.world.words.sentences import say
from kinolex.world.words.telling import chain, noun, tellable

__all__ = ["Pair", "Twins", "both_ways", "clips", "event_told", "order_times", "ordered", "twins"]

DIFFICULTY = 0.25
SEED = 7
FRAMES = 8

ACTIONS: tuple[Action, ...] = ("blinks",)
"""After it everything is as it was before. So it is after jumps, bounces and spins, but the small
backbone sees them too badly: what order a matcher can see would be hidden by what it cannot."""

HALF = 1.0
_GROUNDS = ("grey", "blue", "green", "yellow", "pink", "turquoise", "white", "black", "brown")


def clips(split: str, many: int, *, first: int = 0) -> list[Scene]:
    """Sampled scenes of which an event can be told."""
    found: list[Scene] = []
    for number in count(first):
        if len(found) == many:
            return found
        scene = sample(split, number, seed=SEED, difficulty=DIFFICULTY)
        if tellable(scene):
            found.append(scene)
    raise AssertionError("count() has no end")


def event_told(scene: Scene, seed: int, of: str | None = None) -> str:
    """One event of a scene (of a thing), in a sentence; empty where none can be told."""
    events = [one for one in tellable(scene) if of in (None, one.event.thing)]
    if not events:
        return ""
    chosen: Happening = events[Dice(scene.name, seed).below(len(events))]
    return say(chain(scene, [chosen]), seed)


# Order.


@dataclass(frozen=True, slots=True)
class Pair:
    """Two scenes that hold the same frames in another order, and what is said of each."""

    scenes: tuple[Scene, Scene]
    told: tuple[Told, Told]


def order_times() -> tuple[float, ...]:
    """When frames are taken: four of each half, exact in binary, so that halves are alike."""
    step = 2 * HALF / FRAMES
    return tuple((at + 0.5) * step for at in range(FRAMES))


def ordered(split: str, many: int) -> list[Pair]:
    """Pairs of a split: a hash of both casts says which, as `kinolex.world.splits` does."""
    found: list[Pair] = []
    for number in count():
        if len(found) == many:
            return found
        pair = _pair(Dice("order", SEED, number), f"order-{number}")
        if pair is None or any(unseen(one) or not holds(one) for one in pair.scenes):
            continue
        casts = sorted(cast(one) for one in pair.scenes)
        if share_of(" | ".join(casts)) == split and _told_apart(pair):
            found.append(pair)
    raise AssertionError("count() has no end")


def _told_apart(pair: Pair) -> bool:
    """Whether each text is shown by its own scene and contradicted by the other beyond doubt."""
    texts = both_ways(pair, 0)
    return all(
        shows(texts[at], pair.scenes[at]) and contradicts(texts[at], pair.scenes[1 - at])
        for at in range(2)
    )


def _pair(dice: Dice, name: str) -> Pair | None:
    ground = dice.pick(_GROUNDS)
    colours = [one for one, value in COLOURS.items() if apart(value, pale(ground)) >= DIFFERENT]
    known = sorted(set(kinds()) - UNSEEN_KINDS)
    one_kind, other_kind = dice.shuffled(known)[:2]
    one_colour, other_colour = dice.shuffled(colours)[:2]
    if apart(rgb(one_colour), rgb(other_colour)) < DIFFERENT:
        return None
    places = dice.shuffled((0.26, 0.74))
    things = tuple(
        Thing(key, kind, colour, "medium", "plain", x, round(dice.between(0.5, 0.8), 2))
        for key, kind, colour, x in zip(
            "ab", (one_kind, other_kind), (one_colour, other_colour), places, strict=True
        )
    )
    actions = dice.pick(ACTIONS), dice.pick(ACTIONS)
    shots = (Shot(0.0, 2 * HALF, Backdrop("plain", ground)),)

    def scene(order: Sequence[int]) -> Scene:
        events = tuple(
            Event("ab"[who], actions[who], place * HALF, (place + 1) * HALF)
            for place, who in enumerate(order)
        )
        turned = "ab" if order[0] == 0 else "ba"
        return Scene(f"{name}-{turned}", 2 * HALF, shots, things, events)

    does = [
        Does(Noun(thing.kind, thing.colour, key=thing.name), action, key=f"event {thing.name}")
        for thing, action in zip(things, actions, strict=True)
    ]
    sure = ((0, 1, "before"),)
    told = Told((does[0], does[1]), sure), Told((does[1], does[0]), sure)
    return Pair((scene((0, 1)), scene((1, 0))), told)


def both_ways(pair: Pair, seed: int) -> tuple[str, str]:
    """The texts of both scenes, with the same words."""
    return say(pair.told[0], seed), say(pair.told[1], seed)


# Films of several clips, by numbers of clips.


def with_distractors(videos: int, each: int, pool: int, seed: int) -> list[tuple[list[int], int]]:
    """For each video its clips, and which place of it is told.

    Clips of numbers below ``videos`` are told, each in its own video alone; the others are drawn
    from the rest of the pool.
    """
    if pool - videos < each - 1:
        raise ValueError(f"{pool} clips are too few for {videos} videos of {each}")
    found = []
    for number in range(videos):
        dice = Dice("distractors", seed, number)
        others: list[int] = []
        while len(others) < each - 1:
            one = videos + dice.below(pool - videos)
            if one not in others:
                others.append(one)
        place = dice.below(each)
        found.append(([*others[:place], number, *others[place:]], place))
    return found


def of_several(videos: int, each: int, pool: int, seed: int) -> list[list[int]]:
    """For each video its clips; no two videos hold the same ones, but share some with others."""
    if math.comb(pool, each) < videos:
        raise ValueError(f"{pool} clips are too few for {videos} videos of {each}")
    found: list[list[int]] = []
    known: set[frozenset[int]] = set()
    for number in count():
        if len(found) == videos:
            return found
        dice = Dice("several", seed, number)
        chosen = [dice.below(pool) for _ in range(each)]
        if len(set(chosen)) == each and frozenset(chosen) not in known:
            known.add(frozenset(chosen))
            found.append(chosen)
    raise AssertionError("count() has no end")


# Unseen pairs.


@dataclass(frozen=True, slots=True)
class Twins:
    """A scene with an unseen pair of colour and kind, one with a seen pair, alike in all else."""

    unseen: Scene
    seen: Scene
    texts: tuple[str, str]


def partner(kind: str, colour: str) -> str:
    """The seen colour that stands for an unseen one of a kind; no two have the same.

    Examples
    --------
    >>> [partner("car", one) for one in ("red", "black")]
    ['turquoise', 'white']
    """
    seen = [one for one in COLOURS if not unseen_pair(kind, one)]
    held = [one for one in COLOURS if unseen_pair(kind, one)]
    return Dice("partner", kind).shuffled(seen)[held.index(colour)]


def twins(many: int) -> list[Twins]:
    """So many, of the third of the split ``ood`` that holds unseen pairs."""
    return [one for one, _ in zip(_twins(), range(many), strict=False)]


def _twins() -> Iterator[Twins]:
    for number in count(1, 3):
        scene = sample("ood", number, seed=SEED, difficulty=DIFFICULTY)
        first = scene.things[0]
        if not unseen_pair(first.kind, first.colour):
            continue
        colour = partner(first.kind, first.colour)
        try:
            other = recoloured(scene, first.name, colour, f"{scene.name}-twin")
        except ValueError:  # it turns into that colour
            continue
        alike = any(
            one.kind == first.kind and one.name != first.name and one.colour == colour
            for one in other.things
        )
        if alike or unseen(other) or not holds(other):
            continue
        texts = _alike(scene, other, first.name)
        if all(texts):
            yield Twins(scene, other, texts)


def _alike(one: Scene, other: Scene, thing: str) -> tuple[str, str]:
    """An event of the thing, and what else is there, told of both in the same words."""
    found = []
    for scene in (one, other):
        alike = replace(scene, name=one.name)
        found.append(event_told(alike, 0, of=thing) if noun(alike, thing, 0.0) else "")
    return found[0], found[1]
