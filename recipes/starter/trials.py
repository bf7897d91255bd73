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

from recipes.starter import chosen, prepare, train
from recipes.starter.settings import Trial

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
    trial = Trial(name=given.name)
    for change in given.changes:
        trial = changed(trial, change)
    work = given.out / "work"
    sets = prepare.sets_of(given.shared, work)
    classes = prepare.class_texts(given.shared)
    texts = prepare.texts_of(sets, classes, work)
    data = prepare.data_of(sets, texts, classes, work, trial.backbone)
    started = time.perf_counter()
    heads, top = train.averaged(train.both(trial, data, work, f"trial-{given.name}"))
    row: dict[str, Any] = {"trial": given.name, "why": given.why, "changed": given.changes}
    row |= chosen.chosen_by(heads, sets, texts, work, top=top, network=trial.backbone)
    short = chosen.chosen_by(heads, sets, texts, work, 128, top, trial.backbone)
    row["dev t2i R@1, 128 dimensions"] = short["dev t2i R@1"]
    row["minutes"] = round((time.perf_counter() - started) / 60, 1)
    with KEPT.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
    print(json.dumps(row, indent=1))


def changed(trial: Trial, change: str) -> Trial:
    """The trial with ``key=value`` changed; ``first.epochs=40`` is a setting of a stage."""
    key, _, text = change.partition("=")
    try:
        value: Any = ast.literal_eval(text)
    except (SyntaxError, ValueError):
        value = text
    stage, _, inner = key.rpartition(".")
    known = {f.name for f in fields(getattr(trial, stage) if stage else trial)}
    if inner not in known:
        raise SystemExit(f"There is no setting {key!r}.")
    if stage:
        return replace(trial, **{stage: replace(getattr(trial, stage), **{inner: value})})
    return replace(trial, **{inner: value})


if __name__ == "__main__":
    main()
