"""The shelf of small libraries of the search tests, and example pictures of plain colours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.search.conftest import COLOURS, colour_encoder, plain_shelf

__all__ = ["colour_encoder", "examples", "plain_shelf"]


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    """Three pictures each of red and blue, a little off."""
    random = np.random.default_rng(3)
    for name in ("red", "blue"):
        folder = tmp_path / "examples" / name
        folder.mkdir(parents=True)
        for number in range(3):
            colour = np.clip(COLOURS[name] + random.normal(0, 20, 3), 0, 255).astype(np.uint8)
            Image.fromarray(np.full((8, 8, 3), colour)).save(folder / f"{number}.png")
        (folder / "notes.txt").write_text("no picture")
    return tmp_path / "examples"
