"""A writable library, empty."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kinolex.library.store import Store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the library lies."""
    return tmp_path / "library"


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    """The writer of an empty library."""
    with Store.open(folder, write=True) as opened:
        yield opened
