"""Outputs of the public evaluators, where they are at hand."""

from __future__ import annotations

import gzip
import inspect
import json
import os
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

__all__ = ["FOLDER", "READ", "loaded", "needed", "path_of"]

READ: set[str] = set()
"""Names of the files that were read since it was cleared."""
AT_IMPORT: dict[str, set[str]] = defaultdict(set)
"""Names of the files that a module reads when it is imported, by the module's own file."""


def _folder() -> Path | None:
    given = os.environ.get("KINOLEX_SHARED", "")
    beside = Path(__file__).resolve().parents[3] / "shared"
    for place in (Path(given) if given else beside, beside):
        if (place / "data" / "golden" / "manifest.json").is_file():
            return place / "data" / "golden"
    return None


FOLDER = _folder()

needed = pytest.mark.skipif(
    FOLDER is None, reason="needs the development data (set KINOLEX_SHARED)"
)
"""Marks a test that reads golden files."""


def path_of(name: str) -> Path:
    """Where a golden file lies."""
    assert FOLDER is not None
    READ.add(name)
    frame = inspect.currentframe()
    while frame is not None and frame.f_globals.get("__file__") == __file__:
        frame = frame.f_back
    if frame is not None and frame.f_code.co_name == "<module>":
        AT_IMPORT[str(frame.f_globals["__file__"])].add(name)
    return FOLDER / name


def loaded(name: str) -> Any:
    """A golden JSON or JSONL file, gzipped or not."""
    place = path_of(name)
    raw = gzip.decompress(place.read_bytes()) if name.endswith(".gz") else place.read_bytes()
    text = raw.decode("utf-8")
    if ".jsonl" in name:
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    return json.loads(text)
