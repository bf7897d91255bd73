"""The tokenizer of the tiny encoder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab.export.making import write_tokenizer


@pytest.fixture
def tokenizer(tmp_path: Path) -> Path:
    return write_tokenizer(tmp_path / "tokenizer.json")
