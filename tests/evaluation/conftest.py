"""Writes which outputs of public evaluators were compared, when KINOLEX_PARITY names a file."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.evaluation import golden

FOUND: dict[str, dict[str, int]] = defaultdict(lambda: {"equal": 0, "bounded": 0})


@pytest.fixture(autouse=True)
def compared(request: pytest.FixtureRequest) -> Iterator[None]:
    """Note the files that a test has read, if it passes."""
    golden.READ.clear()
    yield
    report = getattr(request.node, "told", None)
    if report is not None and report.passed:
        kind = "bounded" if "bounded" in request.node.name else "equal"
        for name in golden.READ | golden.AT_IMPORT[str(request.node.path)]:
            FOUND[name][kind] += 1


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: Any, call: Any) -> Any:
    report = yield
    if call.when == "call":
        item.told = report
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    place = os.environ.get("KINOLEX_PARITY")
    if place and golden.FOLDER is not None:
        Path(place).write_text(table(golden.FOLDER), encoding="utf-8")


def table(folder: Path) -> str:
    """One row a golden file: where it is from, how many tests compare with it, and how."""
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))["files"]
    rows = []
    for one in manifest:
        name = one["file"]
        how = "run unchanged" if one["how"].startswith("RUN") else one["how"].split(";")[0]
        counts = FOUND.get(name, {"equal": 0, "bounded": 0})
        said = ", ".join(f"{n} {kind}" for kind, n in counts.items() if n) or "not compared"
        rows.append(f"| {name} | {one['source'].replace('|', '/')} | {how} | {said} |")
    return HEAD + "\n".join(rows) + "\n"


HEAD = """# Parity with public evaluators

Written by `KINOLEX_PARITY=docs/parity.md python -m pytest tests/evaluation`: outputs of the public
evaluators, and how many of our tests compare with each. *equal*: to the last digit, or to the order
of a sum of floats where the test says so; *bounded*: also where a tie decides that the evaluator's
own sort breaks, so that its figure lies between the optimistic and the pessimistic one. Inputs
(predictions, qrels) count where a test reads them.

| file | evaluator | how it was made | tests |
| --- | --- | --- | --- |
"""
