"""Try settings and keep a line of every trial: ``python -m recipes.starter.trials NAME key=value``.

Each line of ``trials.jsonl`` holds what was changed, why, the figures of the dev sets and the
minutes; ``docs/starter.md`` shows them as a table. Nothing here looks at a test set.
"""

from __future__ import annotations

import argparse
import ast
import json
import time
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import torch

from recipes.starter import prepare
from recipes.starter.settings import Trial
from recipes.starter.train import Training

KEPT = Path(__file__).with_name("trials.jsonl")


def main() -> None:
    """Train once with other settings, print and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name")
    parser.add_argument("changes", nargs="*", metavar="key=value")
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("build/starter"))
    parser.add_argument("--why", default="")
    given = parser.parse_args()
    changes = dict(map(_change, given.changes))
    trial = replace(Trial(name=given.name), **changes)
    work = given.out / "work"
    sets = prepare.sets_of(given.shared, work)
    classes = prepare.class_texts(given.shared)
    texts = prepare.texts_of(sets, classes, work)
    data = prepare.data_of(sets, texts, classes, work)
    started = time.perf_counter()
    heads = Training(trial, data).run()
    row: dict[str, Any] = {"trial": given.name, "why": given.why, "changed": changes}
    row |= prepare.chosen_by(heads, sets, texts, work)
    short = prepare.chosen_by(heads, sets, texts, work, 128)
    row["dev t2i R@1, 128 dimensions"] = short["dev t2i R@1"]
    row["minutes"] = round((time.perf_counter() - started) / 60, 1)
    torch.save(heads.state_dict(), work / f"trial-{given.name}.pt")
    with KEPT.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
    print(json.dumps(row, indent=1))


def _change(text: str) -> tuple[str, Any]:
    key, _, value = text.partition("=")
    if key not in {f.name for f in fields(Trial)}:
        raise SystemExit(f"There is no setting {key!r}.")
    try:
        return key, ast.literal_eval(value)
    except (SyntaxError, ValueError):
        return key, value


if __name__ == "__main__":
    main()
