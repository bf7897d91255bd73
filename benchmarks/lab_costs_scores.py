"""What scores cost: of 1,000 x 1,000 pairs, and of one new question about 1,000 stored videos."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from benchmarks.harness import Cost, Table, cost_of, in_turn, ratios
from benchmarks.lab_costs_towers import giga
from kinolex.lab.matchers.base import (
    Matcher,
    Representation,
    Sizes,
    Texts,
    Videos,
    find,
    score_in_pieces,
)

SIZES = Sizes(dimensions=512, frames=12, words=32)
COUNTED = (
    "glscl", "x-pool", "query-scoring", "x-clip", "hbi", "uatvr", "s3ma", "video-colbert",
    "diffusionret", "clip4clip-tight-transf",
)  # fmt: skip
"""Whose FLOPs a pair are counted."""
TIMED = ("mean-pooling", "glscl", "query-scoring", "x-pool")
"""Whose 1,000 x 1,000 is timed; the last against the others."""
ASKED = ("prompt-switch", "glscl", "query-scoring", "x-clip", "x-pool", "clip4clip-tight-transf")
"""Who is asked; the first is text-free, the others need the text to score a video."""
REPEATS = {"prompt-switch": 2000, "glscl": 100, "query-scoring": 100, "x-clip": 10, "x-pool": 10}


def made(name: str, **options: Any) -> Matcher:
    """A matcher with drawn weights, ready to score."""
    torch.manual_seed(0)
    return find(name)(SIZES, **options).eval()


def stored(matcher: Matcher, count: int) -> tuple[Representation, Representation]:
    """Representations of drawn texts and videos.

    What is made of pixels is drawn itself: unit vectors, as the matcher gives.
    """
    drawn = torch.Generator().manual_seed(1)
    if "pixels" in matcher.needs:
        units = torch.nn.functional.normalize(
            torch.randn(2, count, SIZES.dimensions, generator=drawn), dim=-1
        )
        texts, videos = (Representation(matcher.kind, {"vector": one}) for one in units)
        return texts, videos
    words = torch.randn(count, SIZES.words, SIZES.dimensions, generator=drawn)
    frames = torch.randn(count, SIZES.frames, SIZES.dimensions, generator=drawn)
    with torch.no_grad():
        said = Texts(words[:, 0], words, torch.ones(count, SIZES.words, dtype=torch.bool))
        seen = Videos(frames, torch.ones(count, SIZES.frames, dtype=torch.bool))
        return matcher.represent_text(said), matcher.represent_video(seen)


def bytes_of(videos: Representation) -> float:
    """Of one video."""
    whole = sum(one.numel() * one.element_size() for one in videos.tensors.values())
    return whole / len(videos)


def a_pair(matcher: Matcher, count: int = 64) -> float:
    """Thousand multiplications with addition a pair, of so many texts and videos."""
    texts, videos = stored(matcher, count)
    return giga(lambda: matcher.score(texts, videos)) * 1e6 / count**2


def _without_graph(work: Callable[[], Any]) -> Cost:
    with torch.no_grad():
        return cost_of(work)


def scores(table: Table, *, quick: bool) -> None:
    """FLOPs a pair, then processor seconds of a whole matrix."""
    count, runs = (40, 1) if quick else (1000, 3)
    pairs = {name: a_pair(made(name), 8 if quick else 64) for name in COUNTED}
    for name, flops in pairs.items():
        table.add(f"a pair: {name}: kFLOPs", flops, "k")
    for name in ("x-pool", "x-clip", "diffusionret", "clip4clip-tight-transf"):
        table.add(f"a pair: {name} / glscl: FLOPs", pairs[name] / pairs["glscl"], "x")
    sides: dict[str, Callable[[], Cost]] = {}
    for name in TIMED:
        matcher = made(name)
        both = stored(matcher, count)
        sides[name] = lambda matcher=matcher, both=both: _without_graph(
            lambda: score_in_pieces(matcher, *both)
        )
    costs = in_turn(sides, runs)
    for name, found in costs.items():
        table.add(f"{count} x {count}: {name}", [one.cpu for one in found], "s")
    for name in TIMED[:-1]:
        quotients = ratios(costs[TIMED[-1]], costs[name], "cpu")
        table.add(f"{count} x {count}: {TIMED[-1]} / {name}", quotients, "x")


def queries(table: Table, *, quick: bool) -> None:
    """A new question about stored videos, each asked by itself; what a video takes on the disk."""
    count, runs = (40, 1) if quick else (1000, 3)
    sides: dict[str, Callable[[], Cost]] = {}
    for name in ASKED:
        matcher = made(name)
        texts, videos = stored(matcher, count)
        table.add(f"stored of a video: {name}", bytes_of(videos) / 1024, "KiB")
        often = 1 if quick else REPEATS.get(name, 1)
        sides[name] = lambda m=matcher, t=texts, v=videos, n=often: _asked(m, t, v, n)
    costs = in_turn(sides, runs)
    for name, found in costs.items():
        each = [1000 * one.cpu for one in found]
        table.add(f"a question about {count} videos: {name}", each, "ms")
    for name in ASKED[1:]:
        quotients = ratios(costs[name], costs[ASKED[0]], "cpu")
        table.add(f"a question about {count} videos: {name} / {ASKED[0]}", quotients, "x")


def _asked(matcher: Matcher, texts: Representation, videos: Representation, often: int) -> Cost:
    """One of so many questions."""

    def work() -> None:
        for at in range(often):
            row = at % len(texts)
            score_in_pieces(matcher, texts.some(slice(row, row + 1)), videos, columns=len(videos))

    whole = _without_graph(work)
    return Cost(whole.wall / often, whole.cpu / often)
