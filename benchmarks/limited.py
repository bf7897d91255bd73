"""What it costs to see some roots only: ``python -m benchmarks.limited``.

Two roots of the same size are one library (*limited*: opened for the first root) and the first of
them is another one (*alone*). Both give the same answers; the sides are measured in turn.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from benchmarks.harness import Cost, Table, cost_of, in_turn
from kinolex.library.fulltext import MatchQuery
from kinolex.library.records import (
    ChannelData,
    FileState,
    FrameBlock,
    Passage,
    Root,
    Stamp,
    VideoRecord,
)
from kinolex.library.store import Store
from kinolex.moments import Span

EACH = 500
"""Frames and passages of a video."""

DIMENSIONS = 512
SPACE = "drawn@1"
WORDS = MatchQuery(("word3", "word40", "word700"))
_VOCABULARY = 20_000


def put(store: Store, root: Root, number: int, seed: int) -> str:
    """A video of random frames and of sentences of nine words as frequent as words are."""
    drawn = np.random.default_rng(seed)
    rows = drawn.standard_normal((EACH, DIMENSIONS), dtype=np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    chances = 1 / np.arange(1, _VOCABULARY + 1)
    said = drawn.choice(_VOCABULARY, size=(EACH, 9), p=chances / chances.sum())
    video = f"{seed:032x}"
    store.put_video(VideoRecord(video, 1, float(EACH), f"v{number}"))
    store.put_file(FileState(root.id, f"v{number}.mp4", 1, 2, video))
    frames = FrameBlock(np.arange(EACH, dtype=np.int64) * 1000, rows.astype(np.float16))
    store.commit_channel(video, ChannelData(Stamp("picture", "drawn", "1"), frames=frames))
    passages = tuple(
        Passage(Span(float(i), i + 1.0), " ".join(f"word{k}" for k in words), "speech")
        for i, words in enumerate(said)
    )
    store.commit_channel(video, ChannelData(Stamp("speech", "drawn", "1"), passages=passages))
    return video


def prepare(place: Path, rows: int) -> list[str]:
    """Both libraries; gives the ids of the roots of the first."""
    for name in "ab":
        (place / name).mkdir()
    for library, names in (("whole", "ab"), ("alone", "a")):
        with Store.open(place / library, write=True) as store:
            roots = [store.add_root(place / name) for name in names]
            with store.batch():
                for number in range(rows // EACH):
                    for side, root in enumerate(roots):
                        put(store, root, number, 2 * number + side)
    return [root.id for root in roots_of(place / "whole")]


def roots_of(library: Path) -> list[Root]:
    """Roots of a library, by path."""
    with Store.open(library) as store:
        return store.roots()


def milliseconds(costs: list[Cost]) -> list[float]:
    """Wall time of each run."""
    return [1000 * cost.wall for cost in costs]


def measure(table: Table, sides: Mapping[str, Store], runs: int) -> None:
    """What both stores do, once (the first time) or in turn."""
    query = np.random.default_rng(0).standard_normal(DIMENSIONS).astype(np.float32)

    def nearest(store: Store) -> None:
        store.vectors(SPACE, "frames").search(query, 256)

    ids = {name: [hit.passage for hit in store.match(WORDS)] for name, store in sides.items()}
    works: dict[str, Callable[[str], object]] = {
        "256 nearest of the frames": lambda name: nearest(sides[name]),
        "three words": lambda name: sides[name].match(WORDS),
        "64 passages by id": lambda name: sides[name].passages(ids[name][:64]),
        "all counts": lambda name: sides[name].counts(),
    }
    for name, store in sides.items():
        store.vectors(SPACE, "frames").warm_up()
        nearest(sides[name])
    for what, work in works.items():
        costs = in_turn(
            {name: (lambda n=name, w=work: cost_of(lambda: w(n))) for name in sides}, runs
        )
        for name in sides:
            table.add(f"{what}, {name}", milliseconds(costs[name]), "ms")


def after_commits(table: Table, place: Path, sides: Mapping[str, Store], runs: int) -> None:
    """The first look at words after a commit, in the root that is seen and in the other one."""
    for where in ("a", "b"):
        costs: dict[str, list[Cost]] = {name: [] for name in sides}
        for turn in range(runs):
            for name, store in sides.items():
                library = place / ("whole" if name == "limited" else "alone")
                roots = [r for r in roots_of(library) if r.path.name == where]
                if roots:
                    with Store.open(library, write=True) as writer:
                        put(writer, roots[0], 10_000 + turn, 10**9 + time.time_ns() % 10**9)
                    costs[name].append(cost_of(lambda s=store: s.match(WORDS)))
        for name, found in costs.items():
            if found:
                whose = "own" if where == "a" else "the other"
                table.add(
                    f"words after a video more in {whose} root, {name}", milliseconds(found), "ms"
                )


def main() -> int:
    """Measure, print and save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000, help="frames and passages a root")
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--json", type=Path, help="where to write the figures")
    given = parser.parse_args()
    table = Table(f"Limited: some roots only, {given.rows:,} frames and passages of twice as many")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        own = prepare(place, given.rows)[0]
        with (
            Store.open(place / "whole", roots=[own]) as limited,
            Store.open(place / "alone") as alone,
        ):
            sides = {"alone": alone, "limited": limited}
            for name, store in sides.items():
                seconds = cost_of(lambda s=store: s.vectors(SPACE, "frames")).wall
                table.add(f"arrays of the frames made, {name}", seconds, "s")
            for name, store in sides.items():
                seconds = cost_of(lambda s=store: s.match(WORDS)).wall
                table.add(f"words looked up the first time, {name}", seconds, "s")
            measure(table, sides, given.runs)
            after_commits(table, place, sides, 3)
            kept = sum(f.stat().st_size for f in limited._db.cache.rglob("*") if f.is_file())
            table.add("arrays on the disk for one set of roots", kept / 1e6, "MB")
    print(table)
    table.save(given.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
