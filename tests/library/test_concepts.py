from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np

from kinolex.library.concepts import KEY, Concept, Example
from kinolex.library.database import FILE
from kinolex.library.store import Store
from tests.library.samples import vectors
from tests.library.test_schema import FIRST, stored_library


def concept(name: str, seed: int = 0) -> Concept:
    rows = vectors(2, seed=seed)
    return Concept(
        name,
        (
            Example("span", "ab#t=1,2.5", "toy@1", rows[0].tobytes()),
            Example("image", "/a b.png", "toy@1", rows[1].tobytes(), wanted=False),
        ),
        "ein Hund, 犬",
        "2026-01-01T00:00:00+00:00",
    )


def test_what_was_kept_comes_back(store: Store, folder: Path) -> None:
    assert store.concepts() == []
    for name in ("rex", "käthe", "犬"):
        store.put_concept(concept(name))
    store.put_concept(concept("rex", 1))
    found = store.concepts()
    assert [c.name for c in found] == ["käthe", "rex", "犬"]
    assert found[1] == concept("rex", 1)
    assert found[1].spaces == ("toy@1",)
    row = found[1].examples[0].row
    assert row.dtype == np.float32
    assert row.tolist() == vectors(2, seed=1)[0].astype(np.float32).tolist()
    with Store.open(folder) as reader:
        assert reader.concepts() == found


def test_forgetting_says_whether_there_was_one(store: Store) -> None:
    store.put_concept(concept("rex"))
    store.remember("concepts are not all that is kept", 1)
    assert not store.forget_concept("tim")
    assert store.forget_concept("rex")
    assert not store.forget_concept("rex")
    assert store.concepts() == []
    assert store.recall("concepts are not all that is kept") == 1


def test_a_library_of_the_first_format_holds_some(folder: Path) -> None:
    stored_library(folder, FIRST, 1)
    with Store.open(folder, write=True) as store:
        store.put_concept(concept("rex"))
    raw = sqlite3.connect(folder / FILE)
    keys = [key for (key,) in raw.execute("SELECT key FROM memory WHERE key LIKE 'concept %'")]
    raw.close()
    assert keys == [f"{KEY}rex"]
