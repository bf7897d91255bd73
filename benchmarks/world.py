"""How fast the World is drawn: ``python -m benchmarks.world``.

Clips of 8 frames a second of processor time, on one core: NumPy's threads are off, and processor
seconds are counted and not wall seconds, since others may use the machine. Every round has scenes
that no round had before, so that sprites are painted as often as in a training.

- *think*: scenes of a seed (`kinolex.world.sampling`);
- *draw*: their pictures (`kinolex.world.drawing`), by difficulty, and for 224 x 224;
- *both*: batches as a training gets them (`kinolex.world.streams`);
- *start*: the first hundred clips of a process that has painted nothing yet.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

ALONE = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
os.environ.update(ALONE)

from benchmarks.harness import Table, cost_of  # noqa: E402
from kinolex.world.drawing import clip, even_times  # noqa: E402
from kinolex.world.sampling import samples  # noqa: E402
from kinolex.world.scene import Scene  # noqa: E402
from kinolex.world.streams import stream  # noqa: E402

FRAMES = 8
START = (
    "import resource; from kinolex.world.streams import stream; "
    "from kinolex.world.kinds.base import kinds; kinds(); "
    "used = lambda: sum(resource.getrusage(resource.RUSAGE_SELF)[:2]); "
    "before = used(); next(stream(batch=100)); print(100 / (used() - before))"
)


def drawn(scenes: list[Scene], size: int) -> None:
    """Pictures of some scenes."""
    for scene in scenes:
        clip(scene, even_times(scene, FRAMES), size)


def drawing(table: Table, many: int, runs: int) -> None:
    """Thinking and drawing, by difficulty."""
    for hard, size in ((0.0, 96), (0.5, 96), (1.0, 96), (0.5, 224)):
        thought, made = [], []
        for run in range(runs + 1):
            scenes: list[Scene] = []
            first = run * many
            thinking = cost_of(
                lambda scenes=scenes, first=first, hard=hard: scenes.extend(
                    samples("train", many, difficulty=hard, first=first)
                )
            )
            drawing = cost_of(lambda scenes=scenes, size=size: drawn(scenes, size))
            if run:  # the first one warms up
                thought.append(many / thinking.cpu)
                made.append(many / drawing.cpu)
        name = f"difficulty {hard:g}, {size} x {size}"
        if size == 96:
            table.add(f"think, difficulty {hard:g}", thought, "scenes/s")
        table.add(f"draw, {name}", made, "clips/s")


def batches(table: Table, many: int, runs: int) -> None:
    """What a training gets, of each split."""
    for split, hard in (("train", 0.0), ("train", 0.5), ("train", 1.0), ("val", 0.5), ("ood", 0.5)):
        endless = stream(split, batch=many, frames=FRAMES, difficulty=hard)
        next(endless)
        found = [many / cost_of(lambda endless=endless: next(endless)).cpu for _ in range(runs)]
        table.add(f"both, {split}, difficulty {hard:g}, 96 x 96", found, "clips/s", ">= 150")


def start(table: Table, runs: int) -> None:
    """A process that has painted nothing yet."""
    found = [
        float(subprocess.run([sys.executable, "-c", START], env=os.environ | ALONE, check=True,
                             capture_output=True, text=True).stdout)
        for _ in range(runs)
    ]  # fmt: skip
    table.add("start, train, difficulty 0.5, 96 x 96", found, "clips/s", note="the first hundred")


def main() -> int:
    """Measure, print and save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="small sizes")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    given = parser.parse_args()
    table = Table("World: clips a processor second")
    many = 40 if given.quick else 400
    drawing(table, many, given.runs)
    batches(table, many, given.runs)
    start(table, given.runs)
    print(table)
    if given.json or not given.quick:
        table.save(given.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
