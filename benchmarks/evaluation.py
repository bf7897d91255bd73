"""Time and memory of evaluating: ``python -m benchmarks.evaluation``.

- *ranks*: of one target a row, by `kinolex.evaluation.ranks.tally` and by sorting every row
  (``numpy.argsort``), in turn; memory as tracemalloc counts what NumPy takes beside the matrix;
- *factors*: the same of 100,000 texts and videos, whose matrix is never built;
- *moments*: QVHighlights' validation set by ``qvhighlights@1`` and by the plain loops of our tests,
  which give the same values of every query (their means left out);
- *runs*: ten TREC measures of 1,000 queries of 1,000 documents beside pytrec_eval (C) and ranx
  (numba, compiled before), where these are installed.
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import json
import os
import sys
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.harness import Cost, Table, cost_of, in_turn
from kinolex.evaluation.protocol import find
from kinolex.evaluation.ranks import Factors, tally

MEASURES = ("nDCG@10", "nDCG", "AP", "RR", "P@5", "P@10", "R@10", "R@100", "Rprec", "bpref")
PYTREC = {"ndcg_cut.10", "ndcg", "map", "recip_rank", "P.5,10", "recall.10,100", "Rprec", "bpref"}
RANX = ["ndcg@10", "ndcg", "map", "mrr", "precision@5", "precision@10", "recall@10", "recall@100",
        "r-precision", "bpref"]  # fmt: skip


def sorted_ranks(matrix: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Ranks by sorting every row."""
    order = np.argsort(-matrix, axis=1)
    return np.argmax(order == targets[:, None], axis=1)


def memory_of(work: Callable[[], Any]) -> float:
    """Most memory that a work takes beside what was there, MB."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


def seconds(costs: Sequence[Cost]) -> list[float]:
    """Wall times."""
    return [cost.wall for cost in costs]


def ranks(table: Table, rows: int, columns: int, runs: int, part: int) -> None:
    """Both ways over a matrix; sorting sees only its first ``part`` rows, and counts for all."""
    drawn = np.random.default_rng(0)
    matrix = drawn.standard_normal((rows, columns), dtype=np.float32)
    targets = drawn.integers(0, columns, rows)
    some, few = matrix[:part], targets[:part]
    assert (tally(some, few).ranks("index") == sorted_ranks(some, few)).all()
    costs = in_turn(
        {
            "ours": lambda: cost_of(lambda: tally(matrix, targets).ranks()),
            "sorted": lambda: cost_of(lambda: sorted_ranks(some, few)),
        },
        runs,
    )
    name = f"ranks {rows:,} x {columns:,}"
    ours, theirs = seconds(costs["ours"]), [s * rows / part for s in seconds(costs["sorted"])]
    table.add(f"{name}: ours", ours, "s")
    note = "" if part == rows else f"{part} rows, times {rows // part}"
    table.add(f"{name}: argsort", theirs, "s", note=note)
    table.add(
        f"{name}: ours / argsort", [a / b for a, b in zip(ours, theirs, strict=True)], "x", "<= 1.0"
    )
    own = memory_of(lambda: tally(matrix, targets).ranks())
    plain = memory_of(lambda: sorted_ranks(some, few)) * rows / part
    table.add(f"{name}: memory, ours", own, "MB")
    table.add(f"{name}: memory, argsort", plain, "MB", note=note)
    table.add(f"{name}: memory, ours / argsort", own / plain, "x", "<= 0.1")


def factors(table: Table, count: int, dimensions: int) -> None:
    """Ranks of as many texts as videos from two factors; nothing of that size is ever built."""
    drawn = np.random.default_rng(2)
    texts, videos = (drawn.standard_normal((count, dimensions), dtype=np.float32) for _ in range(2))
    few = min(count, 500)
    plain = sorted_ranks(texts[:few] @ videos.T, np.arange(few))
    assert (tally(Factors(texts, videos), np.arange(count)).ranks("index")[:few] == plain).all()
    pair = Factors(texts, videos)
    found = cost_of(lambda: tally(pair, np.arange(count)).ranks())
    name = f"ranks {count:,} x {count:,} from factors of {dimensions}"
    table.add(name, found.wall, "s", note="once")
    own = memory_of(lambda: tally(pair, np.arange(count)).ranks())
    table.add(f"{name}: memory", own, "MB", note="once")
    table.add(f"{name}: the matrix would be", count * count * 4 / 1e6, "MB")


def moments(table: Table, shared: Path, runs: int, few: int) -> None:
    """QVHighlights val; the loops see the first ``few`` queries, and count for all."""
    folder = shared / "data" / "golden" / "moments"
    truth, found = (
        [json.loads(line) for line in gzip.decompress((folder / name).read_bytes()).splitlines()]
        for name in ("qvhighlights_val_release.jsonl.gz", "moment_detr_sample_val_preds.jsonl.gz")
    )
    plain = importlib.import_module("tests.evaluation.protocols.test_qvhighlights").plain
    compute = find("qvhighlights@1")
    costs = in_turn(
        {
            "ours": lambda: cost_of(lambda: compute(truth, found)),
            "loops": lambda: cost_of(lambda: plain(truth[:few], found)),
        },
        runs,
    )
    ours = seconds(costs["ours"])
    loops = [s * len(truth) / few for s in seconds(costs["loops"])]
    note = "" if few == len(truth) else f"{few} queries, times {len(truth) / few:.3g}"
    table.add("QVHighlights val, every key: ours", ours, "s", note=f"{len(truth)} queries")
    table.add("QVHighlights val, every query: plain loops", loops, "s", note=note)
    ratio = [b / a for a, b in zip(ours, loops, strict=True)]
    table.add("QVHighlights val: plain loops / ours", ratio, "x", ">= 20")


def runs_of(table: Table, queries: int, documents: int, runs: int) -> None:
    """TREC measures beside pytrec_eval and ranx."""
    drawn = np.random.default_rng(1)
    qrels = {
        f"q{q}": {f"d{d}": int(drawn.integers(0, 3)) for d in drawn.integers(0, documents, 50)}
        for q in range(queries)
    }
    run = {
        f"q{q}": {f"d{d}": float(s) for d, s in enumerate(drawn.random(documents))}
        for q in range(queries)
    }
    compute = find("pytrec-eval@1")
    sides = {"ours": lambda: cost_of(lambda: compute(qrels, run, MEASURES))}
    try:
        pytrec = importlib.import_module("pytrec_eval")
        sides["pytrec_eval"] = lambda: cost_of(
            lambda: pytrec.RelevanceEvaluator(qrels, PYTREC).evaluate(run)
        )
    except ImportError:
        print("left out: pytrec_eval is not installed", file=sys.stderr)
    try:
        ranx = importlib.import_module("ranx")
        sides["ranx"] = lambda: cost_of(
            lambda: ranx.evaluate(ranx.Qrels(qrels), ranx.Run(run), RANX)
        )
        sides["ranx"]()  # compiles
    except ImportError:
        print("left out: ranx is not installed", file=sys.stderr)
    costs = in_turn(sides, runs)
    ours = seconds(costs["ours"])
    for name, found in costs.items():
        table.add(f"ten TREC measures, {queries} x {documents}: {name}", seconds(found), "s")
        if name != "ours":
            ratio = [a / b for a, b in zip(ours, seconds(found), strict=True)]
            table.add(f"ten TREC measures: ours / {name}", ratio, "x")


def main() -> int:
    """Measure, print and save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", default=os.environ.get("KINOLEX_SHARED", ""))
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="small sizes")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    given = parser.parse_args()
    table = Table("Evaluation: beside the obvious ways")
    small = given.quick
    ranks(table, *((1000, 1000) if small else (10_000, 10_000)), given.runs, 1000)
    ranks(table, *((100, 10_000) if small else (1_000, 1_000_000)), given.runs, 20)
    factors(table, 2_000 if small else 100_000, 128)
    runs_of(table, 100 if small else 1000, 1000, given.runs)
    if given.shared:
        moments(table, Path(given.shared), given.runs, 100 if small else 1550)
    else:
        print("left out: moments need the development data (--shared)", file=sys.stderr)
    print(table)
    if given.json or not small:
        table.save(given.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
