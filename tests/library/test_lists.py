from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kinolex.library.lists import SHARE, label, make_lists
from kinolex.library.records import ChannelData, FrameBlock
from kinolex.library.store import Store
from kinolex.library.tables import EXACT_BELOW
from tests.library.samples import PICTURE, add_video, video_id


def clustered(rows: int, dimensions: int, seed: int) -> np.ndarray:
    drawn = np.random.default_rng(seed)
    topics = np.random.default_rng(0).standard_normal((25, dimensions))
    shots = topics[drawn.integers(0, 25, rows // 10)] + 0.5 * drawn.standard_normal(
        (rows // 10, dimensions)
    )
    found = np.repeat(shots, 10, axis=0) + 0.2 * drawn.standard_normal((rows, dimensions))
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float16)


def commit(store: Store, number: int, rows: np.ndarray) -> None:
    add_video(store, number)
    pts = np.arange(len(rows), dtype=np.int64)
    store.commit_channel(video_id(number), ChannelData(PICTURE, frames=FrameBlock(pts, rows)))


@pytest.fixture
def filled(store: Store) -> Store:
    store.exact_below = 15_000
    for number in range(20):
        commit(store, number, clustered(1000, 32, number))
    return store


def test_labels_are_the_nearest_centres() -> None:
    rows = clustered(1200, 16, 1)
    lists = make_lists(rows)
    away = ((rows.astype(np.float64)[:, None] - lists.centres.astype(np.float64)) ** 2).sum(axis=2)
    chosen = away[np.arange(1200), lists.labels]
    assert np.allclose(chosen, away.min(axis=1), atol=1e-5)
    assert (label(rows, lists.centres) == lists.labels).all()


def test_recall_and_exact_filters(filled: Store) -> None:
    assert filled.make_lists() == ["toy@1"]
    table = filled.vectors("toy@1", "frames")
    assert table.lists is not None
    queries = clustered(400, 32, 99).astype(np.float32)[::10]
    exact = table.search(queries, 10, exact=True)[1]
    fast = table.search(queries, 10)[1]
    assert np.mean([len(set(a) & set(b)) / 10 for a, b in zip(exact, fast, strict=True)]) >= 0.99
    looked = np.mean([table.lists.near(q).mean() for q in queries])
    assert looked < 2 * SHARE
    for chosen in ([3], list(range(2, 19))):
        mask = np.isin(np.arange(20), chosen)
        rows = table.search(queries, 10, mask)[1]
        assert (rows >= 0).all()
        assert set((np.searchsorted(table.starts, rows, "right") - 1).ravel()) <= set(chosen)
    few = np.isin(np.arange(20), [7])
    assert (
        table.search(queries, 10, few)[1] == table.search(queries, 10, few, exact=True)[1]
    ).all()


def test_lists_are_kept_and_new_rows_always_found(filled: Store, folder: Path) -> None:
    filled.make_lists()
    assert filled.make_lists() == []
    new = -clustered(1000, 32, 5)
    commit(filled, 50, new)
    filled.remove_video(video_id(4))
    with Store.open(folder) as reader:
        reader.exact_below = 15_000
        table = reader.vectors("toy@1", "frames")
        assert table.lists is not None
        assert 0.9 < table.lists.covered < 1
        first = int(table.starts[table.video_ids.index(video_id(50))])
        _, rows = table.search(new[17].astype(np.float32), 1)
        assert rows[0, 0] == first + 17
        for place, video in enumerate(table.video_ids[:5]):
            part = slice(int(table.starts[place]), int(table.starts[place + 1]))
            assert (table.lists.labels[part] == label(table.rows[part], table.lists.centres)).all()
            assert video != video_id(4)


def test_small_tables_have_none(filled: Store) -> None:
    filled.exact_below = EXACT_BELOW
    assert filled.make_lists() == []
    assert filled.vectors("toy@1", "frames").lists is None


def test_damaged_lists_are_left_out(filled: Store, folder: Path) -> None:
    filled.make_lists()
    (kept,) = (folder / "cache").rglob("lists.npz")
    kept.write_bytes(kept.read_bytes()[:500])
    with Store.open(folder) as reader:
        reader.exact_below = 15_000
        assert reader.vectors("toy@1", "frames").lists is None
