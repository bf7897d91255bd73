"""What matchers that change the picture tower cost beside the tower as it is.

FLOPs are counted by torch in what runs, halved: a multiplication with its addition is one, as
papers count; attention is taken apart for it, since torch does not count it as one piece.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.harness import Cost, Table, cost_of, in_turn, ratios
from kinolex.lab.backbone.points import At, Points
from kinolex.lab.matchers.base import Sizes, Videos, find
from kinolex.lab.parts.masking import pooled

FRAMES = 12


@dataclass(frozen=True)
class Tower:
    """A picture tower: what tables call it, its size for `backbone_of`, and its picture's side.

    ``harder`` is how many tokens a frame loses in each first layer where TempMe is to come near
    what its abstract says (95 % of the tokens, 51 % of the GFLOPs), which names no setting.
    """

    title: str
    backbone: str
    side: int
    harder: int


FULL = (
    Tower("ViT-B/32", "224/32-768x12", 224, 5),
    Tower("ViT-B/16", "224/16-768x12", 224, 18),
)
QUICK = (Tower("tiny", "32/8-64x6", 32, 3),)


def giga(work: Callable[[], Any]) -> float:
    """Thousand million multiplications with addition."""
    with torch.no_grad(), sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counted:
        work()
    return float(counted.get_total_flops()) / 2e9


def pictures(tower: Tower) -> Videos:
    """One video, drawn."""
    drawn = torch.Generator().manual_seed(0)
    pixels = torch.randn(1, FRAMES, 3, tower.side, tower.side, generator=drawn)
    there = torch.ones(1, FRAMES, dtype=torch.bool)
    return Videos(torch.zeros(1, FRAMES, 512), there, pixels=pixels)


def plain(backbone: Any, videos: Videos) -> Tensor:
    """Every frame by itself, then their mean: the tower as it is."""
    assert videos.pixels is not None
    tokens = backbone.picture.tokens(videos.pixels.flatten(0, 1), At(1, FRAMES), Points())
    return pooled(backbone.picture.pooled(tokens)[None], videos.mask)


def made(tower: Tower, name: str, *, learns: bool = False, **options: Any) -> Any:
    """A matcher over the tower, whose whole backbone learns or nothing does."""
    torch.manual_seed(0)
    return find(name)(Sizes(512), backbone=tower.backbone, **options).requires_grad_(learns)


def sides(tower: Tower) -> dict[str, Callable[[], Tensor]]:
    """By name, what represents the drawn video."""
    videos = pictures(tower)

    def of(name: str, **options: Any) -> Callable[[], Tensor]:
        matcher = made(tower, name, **options)
        return lambda: matcher.represent_video(videos)["vector"]

    whole = made(tower, "tempme").backbone
    still = {"joined": "", "few": 0, "across": 0.0, "inside": 0.0}
    return {
        "plain": lambda: plain(whole, videos),
        "low rank, nothing merged": of("tempme", **still),
        "TempMe": of("tempme"),
        f"TempMe, few {tower.harder}": of("tempme", few=tower.harder),
        "VoP": of("vop"),
        "Prompt Switch": of("prompt-switch"),
    }


def counted(table: Table, tower: Tower, each: dict[str, Callable[[], Tensor]]) -> None:
    """FLOPs of the sides, as parts of the plain tower's and of VoP's; tokens that come out."""
    found = {name: giga(side) for name, side in each.items()}
    for name, flops in found.items():
        table.add(f"{tower.title}: {name}: GFLOPs", flops, "G")
    for name in (one for one in found if one.startswith("TempMe")):
        few = tower.harder if "few" in name else 2
        matcher = made(tower, "tempme", few=few)
        left = matcher.cost().thought[-1] / matcher.cost_without().thought[-1]
        table.add(f"{tower.title}: {name}: tokens fewer at the end", 100 * (1 - left), "%")
        for other in ("plain", "VoP"):
            fewer = 100 * (1 - found[name] / found[other])
            table.add(f"{tower.title}: {name}: GFLOPs fewer than {other}", fewer, "%")


def timed(table: Table, tower: Tower, each: dict[str, Callable[[], Tensor]], runs: int) -> None:
    """Processor seconds a video, and how many times as fast as the others TempMe is."""

    def without_graph(work: Callable[[], Tensor]) -> Cost:
        with torch.no_grad():
            return cost_of(work)

    costs = in_turn({n: lambda work=work: without_graph(work) for n, work in each.items()}, runs)
    for name, found in costs.items():
        table.add(f"{tower.title}: {name}", [one.cpu for one in found], "s")
    for name in costs:
        if name.startswith("TempMe"):
            for other in ("plain", "VoP"):
                quotients = ratios(costs[other], costs[name], "cpu")
                table.add(f"{tower.title}: {other} / {name}", quotients, "x")
    quotients = ratios(costs["Prompt Switch"], costs["plain"], "cpu")
    table.add(f"{tower.title}: Prompt Switch / plain", quotients, "x")


def trained(table: Table, tower: Tower, runs: int) -> None:
    """The same of a step of full fine-tuning of the picture side: there and back."""
    videos = pictures(tower)
    merging = made(tower, "tempme", learns=True, frozen=False)
    whole = made(tower, "tempme", learns=True, frozen=False).backbone
    wanted: dict[str, Callable[[], Tensor]] = {
        "plain": lambda: plain(whole, videos),
        "TempMe": lambda: merging.represent_video(videos)["vector"],
    }
    costs = in_turn(
        {
            name: lambda work=work: cost_of(lambda: work().sum().backward())
            for name, work in wanted.items()
        },
        runs,
    )
    for name, found in costs.items():
        table.add(f"{tower.title}: {name}, there and back", [one.cpu for one in found], "s")
    quotients = ratios(costs["plain"], costs["TempMe"], "cpu")
    table.add(f"{tower.title}: plain / TempMe, there and back", quotients, "x")


def towers(table: Table, *, quick: bool) -> None:
    """Count, then time, tower by tower."""
    for tower in QUICK if quick else FULL:
        each = sides(tower)
        counted(table, tower, each)
        timed(table, tower, each, 1 if quick else 3)
    first = (QUICK if quick else FULL)[0]
    trained(table, first, 1 if quick else 3)
