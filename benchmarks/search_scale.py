"""Search at scale: 100 hours, 360,000 frames x 512 and 100,000 passages, on one machine.

``python -m benchmarks.search_scale`` measures, in one run with the sides in turn:

- *whole answers*: ``Library.search`` of new questions after warm-up, from words to moments, with
  the sentence encoder of this machine and a picture encoder whose text side costs nothing; the
  same with a text side of the cost of ViT-B/32's (12 layers, random weights);
- *frames alone*: the ten nearest frames by kinolex (exact, and with inverted lists), by numpy in
  float32, and by LanceDB (exact, and IVF-PQ with its own defaults and refinement): milliseconds
  and recall@10 against float64;
- *cold*: ``kinolex search`` from the shell over this library.

The library is synthetic but clustered like video (`benchmarks.search_scale_data`). Each question of
the whole answers has planted answers, so that every step has something to do.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import kinolex
from benchmarks.harness import Table, cost_of_command, in_turn, installed
from benchmarks.search_scale_data import Planted, Size, World, build
from kinolex.encoders.registry import load_picture, load_words
from kinolex.library.records import Stamp
from kinolex.library.store import Store
from kinolex.library.vectors import VectorTable
from kinolex.settings import Settings
from kinolex.testing.models import make_picture_model, make_vit_b32

ASKED = 60
K = 10
Floats = npt.NDArray[np.float32]


def prepare(place: Path, size: Size) -> tuple[Path, list[str], Settings]:
    """Make the library, once; gives its folder, its questions and how to ask."""
    model = place / "light-text"
    if not model.exists():
        make_picture_model(model, size=32, dimensions=512)
    settings = Settings(picture=str(model))
    picture, words = load_picture("", settings), load_words("", settings)
    world = World(size, words=english(words))
    texts = [world.text(5) for _ in range(ASKED)]
    # The small text side knows colours alone: one each makes the questions differ there too.
    colours = ("red", "green", "blue", "yellow", "cyan", "magenta", "orange", "purple")
    texts = [f"{text} {colours[i % 8]} {colours[i // 8]}" for i, text in enumerate(texts)]
    planted = Planted(
        texts, picture.encode_words(texts, query=True), words.encode_words(texts, query=True)
    )
    folder = place / f"library-{size.hours}-hours"
    stamps = (
        Stamp("picture", picture.name, picture.version),
        Stamp("speech", words.name, words.version),
    )
    build(folder, world, stamps=stamps, planted=planted)
    return folder, texts, settings


def english(encoder: Any) -> list[str]:
    """Words that the sentence encoder's tokenizer holds whole: what it reads as one token."""
    known = encoder._tokenizer.get_vocab()
    return sorted(w for w in known if len(w) > 2 and w.isascii() and w.isalpha() and w.islower())


def whole_answers(folder: Path, texts: Sequence[str], settings: Settings, table: Table) -> None:
    """From words to moments."""
    with kinolex.open(folder, settings=settings) as library:
        for _ in range(2):
            library.search("warm the caches")
        warm_tables(library)
        took, found, steps = [], 0, []
        for text in texts:
            started = time.perf_counter()
            answer = library.search(text)
            took.append(1000 * (time.perf_counter() - started))
            found += bool(answer.moments)
            steps.append(dict(answer.timing))
    note = f"95 % below {np.quantile(took, 0.95):.0f}; {found} of {len(texts)} found"
    table.add("whole answer, new question", took, "ms", "<= 30", note)
    for name in steps[0]:
        middle = statistics.median(step.get(name, 0.0) for step in steps)
        print(f"  {name}: {middle:.2f} ms", file=sys.stderr)


def warm_tables(library: kinolex.Library) -> None:
    """Wait for what a long-lived process does in the background after its first questions."""
    store = library._reader
    assert store is not None
    for space in store.spaces():
        store.vectors(space.name, space.kind).warm_up()


def text_side(place: Path, table: Table) -> None:
    """What a text transformer adds to every new question."""
    model = place / "full-text"
    if not model.exists():
        make_vit_b32(model, layers=12, text=True)
    encoder = load_picture(str(model))
    encoder.encode_words(["warm"], query=True)
    took = []
    for number in range(20):
        started = time.perf_counter()
        encoder.encode_words([f"red {number}"], query=True)
        took.append(1000 * (time.perf_counter() - started))
    table.add("on top with ViT-B/32's text side", took, "ms", note="the encoder alone")


def sides(place: Path, frames: VectorTable) -> dict[str, Callable[[Floats], npt.NDArray[Any]]]:
    """The nearest frames, by each."""
    rows = np.asarray(frames.rows)
    wide = rows.astype(np.float32)

    def numpy_side(query: Floats) -> npt.NDArray[Any]:
        scores = wide @ query
        best = np.argpartition(-scores, K)[:K]
        return best[np.argsort(-scores[best])]

    found = {
        "kinolex, exact": lambda q: frames.search(q, K, exact=True)[1][0],
        "kinolex, inverted lists": lambda q: frames.search(q, K)[1][0],
        "numpy float32": numpy_side,
    }
    try:
        found |= _lance(place, wide)
    except ImportError:
        print("left out: lancedb is not installed (pip install 'kinolex[bench]')", file=sys.stderr)
    return found


def _lance(place: Path, rows: Floats) -> dict[str, Callable[[Floats], npt.NDArray[Any]]]:
    """LanceDB's table without an index, and with IVF-PQ."""
    import lancedb
    import pyarrow

    database = lancedb.connect(place)
    made = {}
    for name in ("exact", "ivf"):
        label = f"{name}_{len(rows)}"
        if label not in set(database.list_tables().tables):
            flat = pyarrow.array(rows.ravel())
            vectors = pyarrow.FixedSizeListArray.from_arrays(flat, rows.shape[1])
            ids = pyarrow.array(np.arange(len(rows)))
            data = pyarrow.table({"id": ids, "vector": vectors})
            table = database.create_table(label, data)
            if name == "ivf":
                table.create_index(metric="dot")
        made[name] = database.open_table(label)

    def ask(name: str, query: Floats) -> npt.NDArray[Any]:
        search = made[name].search(query).distance_type("dot").limit(K).select(["id", "_distance"])
        if name == "ivf":
            search = search.nprobes(20).refine_factor(10)
        return np.asarray(search.to_arrow()["id"])

    return {
        "LanceDB, exact": lambda q: ask("exact", q),
        "LanceDB, IVF-PQ": lambda q: ask("ivf", q),
    }


def frames_alone(folder: Path, queries: Floats, table: Table) -> None:
    """Milliseconds and recall of the ten nearest frames."""
    with Store.open(folder, write=True) as store:
        space = next(s.name for s in store.spaces() if s.kind == "frames")
        store.exact_below = 0
        store.make_lists()
        frames = store.vectors(space, "frames")
        frames.warm_up()
        truth = _truth(np.asarray(frames.rows), queries)
        all_sides = sides(folder.with_name(f"{folder.name}-lance"), frames)
        took: dict[str, list[float]] = {name: [] for name in all_sides}
        hits = dict.fromkeys(all_sides, 0)
        for query, right in zip(queries, truth, strict=True):
            for name, side in all_sides.items():
                started = time.perf_counter()
                found = side(query)
                took[name].append(1000 * (time.perf_counter() - started))
                hits[name] += len(set(found.tolist()) & set(right.tolist()))
    ours = took["kinolex, exact"]
    for name, times in took.items():
        recall = hits[name] / (K * len(queries))
        note = f"recall@10 {recall:.4f}"
        if name != "kinolex, exact":
            ratio = statistics.median(t / o for t, o in zip(times, ours, strict=True))
            note += f"; {ratio:.1f} x the time of kinolex, exact"
        aim = {"kinolex, exact": "recall 1.0", "kinolex, inverted lists": "recall >= 0.99"}
        table.add(f"ten nearest frames: {name}", times, "ms", aim.get(name, ""), note)


def _truth(rows: npt.NDArray[np.float16], queries: Floats) -> npt.NDArray[np.int64]:
    """The ten nearest by float64, in pieces."""
    scores = np.empty((len(queries), len(rows)))
    for first in range(0, len(rows), 20_000):
        part = rows[first : first + 20_000].astype(np.float64)
        scores[:, first : first + 20_000] = queries.astype(np.float64) @ part.T
    return np.argsort(-scores, axis=1, kind="stable")[:, :K]


def cold(folder: Path, settings: Settings, text: str, runs: int, table: Table) -> None:
    """From the shell."""
    command = [sys.executable, "-m", "kinolex", "search", "--library", str(folder), text]
    environment = {**installed(), "KINOLEX_PICTURE": settings.picture}
    costs = in_turn({"cold search": lambda: cost_of_command(command, env=environment)}, runs)
    table.add("cold `kinolex search`", [c.wall for c in costs["cold search"]], "s", "< 1")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=int, default=100)
    parser.add_argument("--place", type=Path, default=Path(tempfile.gettempdir()) / "kinolex-bench")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args(arguments)
    given.place.mkdir(parents=True, exist_ok=True)
    size = Size(hours=given.hours)
    table = Table(f"search: {given.hours} hours of video")
    folder, texts, settings = prepare(given.place, size)
    whole_answers(folder, texts, settings, table)
    text_side(given.place, table)
    queries = np.stack([q.picture for q in World(size).questions(ASKED)])
    frames_alone(folder, queries, table)
    cold(folder, settings, texts[0], given.runs, table)
    print(table)
    print(f"\n{table.save(given.json)}")


if __name__ == "__main__":
    main()
