"""The form on the disk, byte for byte: caches that were filled before are gone on with."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from kinolex.errors import UsageError
from kinolex.lab.features import Writer
from kinolex.lab.rows import Form, Item, Rows, forms, items

CARD = (
    '{"schema": "kinolex.lab.features/1", "model": "toy", "dimensions": 2, "patches": 0,'
    ' "words": false, "sound": false, "context": false}\n'
)


def test_a_cache_of_vectors_is_what_it_was(tmp_path: Path) -> None:
    with Writer(tmp_path, model="toy", dimensions=2) as to:
        to.add_video("v", np.array([[1.0, 2.0], [0.5, -1.0]]))
        to.add_text("a", np.array([0.25, 3.0]))
    assert (tmp_path / "cache.json").read_text() == CARD
    assert (tmp_path / "videos.jsonl").read_text() == '{"name": "v", "counts": {"frames": 2}}\n'
    assert (tmp_path / "frames.f16").read_bytes() == struct.pack("<4e", 1.0, 2.0, 0.5, -1.0)
    assert (tmp_path / "sentences.f16").read_bytes() == struct.pack("<2e", 0.25, 3.0)
    assert {one.name for one in tmp_path.iterdir()} == {
        "cache.json", "videos.jsonl", "texts.jsonl", "frames.f16", "sentences.f16",
    }  # fmt: skip


def test_pixels_are_bytes_and_tokens_are_four_of_them(tmp_path: Path) -> None:
    about = {"dimensions": 0, "patches": 0, "words": False, "sound": False, "context": False}
    about |= {"pixels": 1}
    assert forms(about, "videos") == {"pixels": Form(3, "u8")}
    rows = Rows(tmp_path, "texts", forms(about, "texts"))
    rows.add("a", {"ids": np.array([1, 49407])})
    rows.add("a", {"ids": np.array([5])})
    rows.close()
    assert (tmp_path / "ids.i32").read_bytes() == struct.pack("<2i", 1, 49407)
    assert items(tmp_path / "texts.jsonl") == [Item("a", {"ids": 2})]


def test_files_that_are_shorter_than_their_list_are_refused(tmp_path: Path) -> None:
    (tmp_path / "texts.jsonl").write_text(Item("a", {"ids": 3}).line())
    (tmp_path / "ids.i32").write_bytes(b"1234")
    with pytest.raises(UsageError, match=r"ids\.i32 is shorter than texts\.jsonl says"):
        Rows(tmp_path, "texts", {"ids": Form(1, "i32")})
