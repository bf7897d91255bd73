from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinolex.library.vectors import VectorTable
from tests.library.samples import vectors


def table(counts: list[int], rows: np.ndarray) -> VectorTable:
    return VectorTable(
        [f"v{n}" for n in range(len(counts))],
        np.cumsum([0, *counts]).astype(np.int64),
        np.arange(len(rows), dtype=np.float64),
        None,
        rows,
    )


def naive(rows: np.ndarray, query: np.ndarray, k: int, mask: np.ndarray) -> list[int]:
    """Falling exact score, then rising row; scores nearer than a float's rounding may swap."""
    scores = rows.astype(np.float64) @ query.astype(np.float64)
    order = sorted(np.flatnonzero(mask).tolist(), key=lambda i: (-round(scores[i], 5), i))
    return order[:k]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 30), min_size=1, max_size=6),
    st.integers(0, 200),
    st.integers(0, 10**6),
    st.data(),
)
def test_search_agrees_with_a_naive_scan(
    counts: list[int], k: int, seed: int, data: st.DataObject
) -> None:
    """Rows repeat, so that ties are common; small whole numbers make every score exact."""
    drawn = np.random.default_rng(seed)
    rows = drawn.integers(-2, 3, (sum(counts), 6)).astype(np.float16)
    queries = drawn.integers(-2, 3, (2, 6)).astype(np.float32)
    allowed = data.draw(
        st.one_of(st.none(), st.lists(st.booleans(), min_size=len(counts), max_size=len(counts)))
    )
    mask = np.ones(len(rows), bool) if allowed is None else np.repeat(allowed, counts)
    found = table(counts, rows)
    scores, places = found.search(queries, k, None if allowed is None else np.array(allowed))
    assert scores.shape == places.shape == (2, k)
    for number in range(2):
        wanted = naive(rows, queries[number], k, mask)
        assert places[number].tolist() == wanted + [-1] * (k - len(wanted))
        exact = rows[wanted].astype(np.float64) @ queries[number].astype(np.float64)
        assert scores[number, : len(wanted)].tolist() == exact.tolist()
        assert np.isneginf(scores[number, len(wanted) :]).all()


def test_one_query_may_be_flat() -> None:
    found = table([5], vectors(5, 6))
    one, other = found.search(np.ones(6, np.float32), 2), found.search(np.ones((1, 6), "f4"), 2)
    assert (one[1] == other[1]).all()


def test_large_tables_are_scanned_in_parts() -> None:
    rows = vectors(70_000, 8)
    found = table([50_000, 20_000], rows)
    query = vectors(1, 8, 9).astype(np.float32)
    scores, places = found.search(query, 500)
    exact = rows.astype(np.float64) @ query[0].astype(np.float64)
    assert np.abs(scores[0] - np.sort(exact)[::-1][:500]).max() < 1e-6
    assert len(set(places[0].tolist())) == 500


def test_scores_and_sample() -> None:
    rows = vectors(10, 6)
    found = table([4, 6], rows)
    query = vectors(1, 6, 3).astype(np.float32)[0]
    some = np.array([5, 2, 5, len(rows) - 1])
    assert np.abs(found.scores(query, some) - rows[some].astype(np.float32) @ query).max() < 1e-6
    assert found.scores(query, some[:0]).shape == (0,)
    assert (found.sample(100) == rows.astype(np.float32)).all()
    assert (found.sample(2) == rows[[0, 9]].astype(np.float32)).all()
    assert found.sample(0).shape == (0, 6)
    assert len(found) == 10
    assert found.dimensions == 6


@pytest.mark.parametrize(
    "query", [np.ones(5, np.float32), np.full(6, np.nan, np.float32), np.full(6, np.inf, "f4")]
)
def test_wrong_queries(query: np.ndarray) -> None:
    with pytest.raises(ValueError, match="finite vectors of 6"):
        table([3], vectors(3, 6)).search(query, 1)


def test_a_mask_of_the_wrong_length() -> None:
    with pytest.raises(ValueError, match="1 truth values"):
        table([3], vectors(3, 6)).search(np.ones(6, np.float32), 1, np.ones(3, bool))


def test_an_empty_table() -> None:
    found = table([], np.empty((0, 6), np.float16))
    scores, places = found.search(np.ones((2, 6), np.float32), 3)
    assert places.tolist() == [[-1] * 3] * 2
    assert np.isneginf(scores).all()
    assert found.sample(5).shape == (0, 6)


@pytest.mark.parametrize("quick", [False, True])
def test_a_floor_leaves_out_what_scores_less_and_nothing_else(quick: bool) -> None:
    """Also where the first look proves it, and where so many reach the floor that it cannot."""
    rows = vectors(30_000, 24)
    table = VectorTable(["a"], np.array([0, 30_000]), np.arange(30_000.0), None, rows)
    if quick:
        table.warm_up()
    for seed in range(6):
        query = np.random.default_rng(seed).standard_normal(24).astype(np.float32)
        scores, places = table.search(query, 400)
        for floor in (float(scores[0][5]), float(scores[0][300]), -1e9, float(scores[0][0]) + 1):
            some, where = table.search(query, 400, floor=floor)
            kept = scores[0] >= floor
            assert where[0][: kept.sum()].tolist() == places[0][kept].tolist()
            assert (where[0][kept.sum() :] == -1).all()
            assert np.isneginf(some[0][kept.sum() :]).all()
    assert (table.search(query, 3, floor=np.inf)[1] == -1).all()
