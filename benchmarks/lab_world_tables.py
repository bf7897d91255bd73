"""Tables of `benchmarks.lab_world` from its JSON, and docs/lab-world.md with them in their places.

``python -m benchmarks.lab_world_tables`` writes the page's tables from
``benchmarks/results/lab-world.json``. Needs no torch.
"""

from __future__ import annotations

import json
import re
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.harness import RESULTS, Row

__all__ = ["NAME", "markdown", "page", "rows"]

NAME = "lab-world: matchers on the World"
PAGE = Path(__file__).resolve().parents[1] / "docs" / "lab-world.md"
_PLACE = re.compile(r"(<!-- lab-world: (\w+) -->\n).*?(<!-- /lab-world -->)", re.DOTALL)

SEES_ORDER = {
    "clip2video": "positions, differences of neighbours",
    "clip4clip-seq-lstm": "an LSTM",
    "clip4clip-seq-transf": "positions",
    "clip4clip-tight-transf": "positions",
    "diffusionret": "positions",
    "frozen-in-time": "time embeddings",
    "glscl": "positions",
    "hbi": "positions",
    "prompt-switch": "a prompt for each frame",
    "s3ma": "positions",
    "tempme": "positions of clips that merge",
    "uatvr": "positions",
    "ucofia": "positions, in the coarse level",
    "vop-f-p": "positions, a layer over all frames",
    "video-colbert": "positions, in one of two parts",
    "x-clip": "positions, in the video vector",
}
"""Matchers that can know what comes first, by their description; said before it was measured."""

Seeds = Mapping[str, Mapping[str, float]]


def _values(seeds: Seeds, figure: str) -> list[float]:
    return [one[figure] for one in seeds.values() if figure in one]


def _mean(seeds: Seeds, figure: str) -> float:
    return statistics.fmean(_values(seeds, figure))


def _percent(seeds: Seeds, figure: str) -> str:
    """Mean and standard deviation over seeds."""
    values = [100 * one for one in _values(seeds, figure)]
    if not values:
        return ""
    spread = f" ± {statistics.stdev(values):.1f}" if len(values) > 1 else ""
    return f"{statistics.fmean(values):.1f}{spread}"


def _table(heads: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rule = ["---", *("---:" for _ in heads[1:])]
    return "\n".join(f"| {' | '.join(line)} |" for line in [heads, rule, *lines])


def _sorted(runs: Mapping[str, Seeds], figure: str) -> list[tuple[str, Seeds]]:
    return sorted(runs.items(), key=lambda one: -_mean(one[1], figure))


def _backbone(data: Mapping[str, Any]) -> str:
    words = {"kind": 65, "colour": 12, "place": 9, "how": 3}
    titles = {"how": "tilted, half faded or neither"}
    lines = [
        [titles.get(what, what), f"{100 * data['backbone'][what]:.1f}", f"{100 / many:.1f}"]
        for what, many in words.items()
    ]
    return _table(["word", "right, %", "a guess, %"], lines)


def _order(data: Mapping[str, Any]) -> str:
    runs = data["runs"]["order"]
    lines = []
    for name, seeds in _sorted(runs, "text to video"):
        both = [_percent(seeds, way) for way in ("text to video", "video to text")]
        lines.append([f"`{name}`", SEES_ORDER.get(name, "no"), *both, str(len(seeds))])
    lines.append(["a guess", "", "50.0", "50.0", ""])
    return _table(
        ["matcher", "sees order by", "text to video, %", "video to text, %", "seeds"], lines
    )


def _retrieval(part: str) -> Callable[[Mapping[str, Any]], str]:
    def table(data: Mapping[str, Any]) -> str:
        runs = data["runs"][part]
        base = _mean(runs["mean-pooling"], "R@1") if "mean-pooling" in runs else float("nan")
        lines = []
        for name, seeds in _sorted(runs, "R@1"):
            more = f"{100 * (_mean(seeds, 'R@1') - base):+.1f}"
            found = [_percent(seeds, one) for one in ("R@1", "R@5", "R@1 v2t")]
            lines.append([f"`{name}`", *found, more, str(len(seeds))])
        many = data["settings"]["sizes"]["test"] // 2
        guess = [f"{100 / many:.2f}", f"{500 / many:.2f}", f"{100 / many:.2f}"]
        lines.append(["a guess", *guess, "", ""])
        heads = ["matcher", "R@1, %", "R@5, %", "R@1 video to text, %", "R@1 - mean pooling",
                 "seeds"]  # fmt: skip
        return _table(heads, lines)

    return table


def _unseen(data: Mapping[str, Any]) -> str:
    lines = []
    for name, seeds in _sorted(data["runs"]["ordinary"], "unseen R@1"):
        seen, new = (_percent(seeds, f"{one} R@1") for one in ("seen", "unseen"))
        old = _mean(seeds, "seen R@1")
        left = f"{100 * _mean(seeds, 'unseen R@1') / old:.0f}" if old else ""
        lines.append([f"`{name}`", seen, new, left, str(len(seeds))])
    guess = f"{100 / data['settings']['sizes']['twins']:.2f}"
    lines.append(["a guess", guess, guess, "", ""])
    heads = ["matcher", "seen R@1, %", "unseen R@1, %", "unseen / seen, %", "seeds"]
    return _table(heads, lines)


def _ordinary(data: Mapping[str, Any]) -> str:
    lines = []
    for name, seeds in _sorted(data["runs"]["ordinary"], "R@1"):
        first = next(iter(seeds.values()))
        scoring = [one for one in seeds.values() if "scoring" in one]
        cost = _seconds(scoring[0]["scoring"]) if scoring else ""
        if scoring and scoring[0]["scored"] < 1000:
            cost = f"({cost})"
        found = [_percent(seeds, one) for one in ("R@1", "R@5", "R@1 v2t")]
        took = f"{_mean(seeds, 'seconds'):.0f}"
        own = [f"{int(first[one]):,}" for one in ("own", "trained")]
        lines.append([f"`{name}`", *found, took, *own, cost, str(len(seeds))])
    many = data["settings"]["sizes"]["gallery"]
    guess = [f"{100 / many:.2f}", f"{500 / many:.2f}", f"{100 / many:.2f}"]
    lines.append(["a guess", *guess, *[""] * 5])
    heads = ["matcher", "R@1, %", "R@5, %", "R@1 video to text, %", "training, s",
             "own parameters", "trained", "1,000 x 1,000, s", "seeds"]  # fmt: skip
    return _table(heads, lines)


def _seconds(value: float) -> str:
    return f"{value:.3f}" if value < 1 else f"{value:.1f}" if value < 10 else f"{value:.0f}"


_TABLES: dict[str, tuple[str, Callable[[Mapping[str, Any]], str]]] = {
    "order": ("order", _order),
    "distractors": ("distractors", _retrieval("distractors")),
    "several": ("several", _retrieval("several")),
    "unseen": ("ordinary", _unseen),
    "ordinary": ("ordinary", _ordinary),
}


def markdown(data: Mapping[str, Any]) -> dict[str, str]:
    """Tables by their names on the page, of the parts that were run."""
    found = {"backbone": _backbone(data)}
    for name, (part, table) in _TABLES.items():
        if part in data["runs"]:
            found[name] = table(data)
    return found


def rows(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The chief figures as `benchmarks.harness` keeps them: median and range over seeds."""
    chief = {
        "order": (("text to video", "order, text to video"),),
        "distractors": (("R@1", "one of eight clips, R@1"),),
        "several": (("R@1", "several events, R@1"),),
        "ordinary": (
            ("R@1", "sampled scenes, R@1"),
            ("unseen R@1", "unseen pairs, R@1"),
            ("seen R@1", "their seen twins, R@1"),
        ),
    }
    found = []
    for part, figures in chief.items():
        for figure, title in figures:
            for name, seeds in sorted(data["runs"].get(part, {}).items()):
                values = [100 * one for one in _values(seeds, figure)]
                row = Row(f"{title}: {name}", statistics.median(values), min(values), max(values))
                row.unit, row.note = "%", f"mean {_percent(seeds, figure)}, {len(values)} seeds"
                found.append(asdict(row))
    return found


def page(text: str, data: Mapping[str, Any]) -> str:
    """The page with its tables in their places."""
    found = markdown(data)

    def put(place: re.Match[str]) -> str:
        return f"{place[1]}\n{found[place[2]]}\n\n{place[3]}"

    return _PLACE.sub(put, text)


def main() -> None:
    """Write the page."""
    data = json.loads((RESULTS / "lab-world.json").read_text(encoding="utf-8"))
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), data), encoding="utf-8")


if __name__ == "__main__":
    main()
