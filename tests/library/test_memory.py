from __future__ import annotations

from kinolex.library.store import Store


def test_values_come_back_and_go(store: Store) -> None:
    assert store.recall("a") is None
    assert store.recall("a", 3) == 3
    for value in ({"x": [1, 2.5, None]}, "text 漢字", 0, False, []):
        store.remember("a", value)
        assert store.recall("a") == value
    store.remember("a", None)
    assert store.recall("a", "none") == "none"
