"""What papers claim of matchers, measured on the World: ``python -m benchmarks.lab_world``.

One small backbone is trained on single frames (`benchmarks.lab_world_backbone`) and its picture
side frozen; every matcher is trained on the same vectors, together with the text tower, for the
same number of steps, with several seeds:

- *ordinary*: retrieval among sampled scenes, what training and scoring cost, and retrieval of
  unseen pairs of colour and kind against their seen twins;
- *order*: A then B against B then A, where both videos hold the same frames;
- *distractors*: one of eight clips is told;
- *several*: three clips, an event of each is told.

Matchers that change the picture tower itself run it in every step (`benchmarks.lab_world_pixels`);
they take part in the first two.

Each training leaves a small file in ``--keep``, is not done again while the settings are the same,
and ``benchmarks/results/lab-world.json`` is put together from all of them: parts can be run apart,
in several processes too. One thread each; some hours on one core, most of them for the matchers
that compare every pair. ``--quick`` shows in minutes that it runs. The tables of docs/lab-world.md
come from the JSON (`benchmarks.lab_world_tables`).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

for _name in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{_name}_NUM_THREADS", "1")

import torch  # noqa: E402

from benchmarks import lab_world_backbone as towers  # noqa: E402
from benchmarks import lab_world_tables as tables  # noqa: E402
from benchmarks import lab_world_train as training  # noqa: E402
from benchmarks.harness import RESULTS, machine  # noqa: E402
from benchmarks.lab_world_data import Data, Family  # noqa: E402
from benchmarks.lab_world_pixels import PIXELS  # noqa: E402
from kinolex.lab.matchers.base import matchers  # noqa: E402

FULL: dict[str, Any] = {
    "backbone": towers.STEPS,
    "sizes": {
        "train": 4000,
        "val": 16,
        "test": 600,
        "gallery": 400,
        "pairs": 1500,
        "asked": 300,
        "twins": 200,
    },
    "steps": {"ordinary": 250, "order": 300, "distractors": 250, "several": 250},
    "batch": 32,
}
QUICK: dict[str, Any] = {
    "backbone": 3,
    "sizes": {
        "train": 64,
        "val": 16,
        "test": 32,
        "gallery": 24,
        "pairs": 16,
        "asked": 8,
        "twins": 8,
    },
    "steps": {"ordinary": 2, "order": 2, "distractors": 2, "several": 2},
    "batch": 8,
}
SMALL = {"clip4clip-tight-transf": 2}
"""Whose batches are smaller, by how much: every pair goes through a transformer."""

PARTS = ("order", "distractors", "several", "ordinary")


class Bench:
    """Trainings of given sizes, each kept as a file.

    Parameters
    ----------
    settings : dict
        `FULL` or `QUICK`.
    keep : Path
    """

    def __init__(self, settings: dict[str, Any], keep: Path) -> None:
        self.settings, self.keep = settings, keep
        self.backbone = towers.backbone(keep, settings["backbone"])
        self._families: dict[str, Family] = {}
        vectors = keep / f"vectors-{settings['backbone']}"
        self.data = Data(self.backbone, vectors, settings["sizes"])

    def folder(self, part: str) -> Path:
        """Where trainings of a part lie; with other settings elsewhere."""
        told = {**self.settings, "steps": self.settings["steps"][part]}
        key = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:8]
        return self.keep / "runs" / f"{part}-{key}"

    def names(self, part: str) -> list[str]:
        """Who takes part."""
        fed = [name for name in matchers() if "pixels" not in training.needs_of(name)]
        return [*fed, *PIXELS] if part in ("order", "ordinary") else fed

    def family(self, part: str, needs: frozenset[str]) -> Family:
        """Its questions, as a matcher needs them."""
        if part not in self._families:
            self._families[part] = getattr(self.data, part)()
        return self._families[part].fed(needs)

    def run(self, part: str, name: str, seed: int) -> None:
        """One training, if it was not done."""
        place = self.folder(part) / name / f"{seed}.json"
        if place.exists():
            return
        family = self.family(part, training.needs_of(name))
        batch = self.settings["batch"] // SMALL.get(name, 1)
        begun = time.perf_counter()
        done = training.train(
            name, family, self.backbone, seed, steps=self.settings["steps"][part], batch=batch
        )
        found = {"seconds": done.seconds, "own": done.own, "trained": done.trained, "batch": batch}
        asked: Callable[..., dict[str, float]] = training.found_first
        if part == "order":
            asked = training.order_asked
        found |= asked(done, family.test)
        for other, captions in family.more.items():
            found |= {f"{other} {what}": v for what, v in asked(done, captions).items()}
        if part == "ordinary" and seed == 0:
            found |= training.scoring_seconds(done, family.test)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps(found), encoding="utf-8")
        figures = ", ".join(f"{what} {value:.3f}" for what, value in found.items())
        print(f"{part} {name} {seed}: {figures} ({time.perf_counter() - begun:.0f} s)", flush=True)

    def known(self) -> dict[str, float]:
        """What the backbone tells of single frames; kept beside it."""
        place = self.keep / f"known-{self.settings['backbone']}.json"
        if not place.exists():
            place.write_text(json.dumps(self.data.known()), encoding="utf-8")
        told: dict[str, float] = json.loads(place.read_text(encoding="utf-8"))
        return told

    def found(self) -> dict[str, dict[str, dict[str, dict[str, float]]]]:
        """All that was measured: part, matcher, seed, figure."""
        every: dict[str, Any] = {}
        for part in PARTS:
            for place in sorted(self.folder(part).glob("*/*.json")):
                told = json.loads(place.read_text(encoding="utf-8"))
                seeds = every.setdefault(part, {}).setdefault(place.parent.name, {})
                seeds[place.stem] = told
        return every


def save(bench: Bench, place: Path) -> dict[str, Any]:
    """Put all together."""
    data = {
        "name": tables.NAME,
        "machine": {**machine(), "torch": torch.__version__, "threads": torch.get_num_threads()},
        "settings": bench.settings,
        "backbone": bench.known(),
        "runs": bench.found(),
    }
    data["rows"] = tables.rows(data)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    return data


def jobs(bench: Bench, given: argparse.Namespace) -> Iterator[tuple[str, str, int]]:
    """What to train: seed by seed, so that a first table is there early."""
    for seed in range(given.seeds):
        for part in given.only:
            for name in bench.names(part):
                if not given.matchers or name in given.matchers:
                    yield part, name, seed


def main() -> int:
    """Train what is missing, put together, print and save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])

    def several(text: str) -> list[str]:
        return [one for one in text.split(",") if one]

    parser.add_argument("--only", type=several, default=list(PARTS), help=", ".join(PARTS))
    parser.add_argument("--matchers", type=several, default=[], help="by name; all without")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that it runs")
    parser.add_argument("--keep", type=Path, default=Path("build/lab-world"), help="folder")
    parser.add_argument("--json", type=Path, help="else benchmarks/results/lab-world.json")
    given = parser.parse_args()
    if unknown := set(given.only) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    torch.set_num_threads(1)
    bench = Bench(QUICK if given.quick else FULL, given.keep)
    place = given.json or (Path(os.devnull) if given.quick else RESULTS / "lab-world.json")
    for part, name, seed in jobs(bench, given):
        bench.run(part, name, seed)
    data = save(bench, place)
    print("\n".join(f"\n## {title}\n\n{text}" for title, text in tables.markdown(data).items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
