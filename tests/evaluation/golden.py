"""Outputs of the public evaluators, where they are at hand."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest

__all__ = ["FOLDER", "loaded", "needed"]


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


def loaded(name: str) -> Any:
    """A golden JSON or JSONL file, gzipped or not."""
    assert FOLDER is not None
    place = FOLDER / name
    raw = gzip.decompress(place.read_bytes()) if name.endswith(".gz") else place.read_bytes()
    text = raw.decode("utf-8")
    if ".jsonl" in name:
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    return json.loads(text)
