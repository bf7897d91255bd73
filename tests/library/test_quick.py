from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinolex.library.quick import Quick
from kinolex.library.vectors import VectorTable
from tests.library.samples import vectors


def made(rows: np.ndarray) -> Quick:
    quick = Quick(rows, 2)
    quick.make()
    return quick


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([3, 16, 32, 100, 512]), st.floats(0.001, 300))
def test_no_row_left_out_beats_the_ceiling(seed: int, dimensions: int, size: float) -> None:
    """The bound holds for any rows: any lengths, constant and empty dimensions."""
    drawn = np.random.default_rng(seed)
    rows = drawn.standard_normal((400, dimensions)) * drawn.choice([0, 0.01, 1, size], dimensions)
    rows = rows.astype(np.float16)
    query = (drawn.standard_normal(dimensions) * drawn.choice([0, 1, 50], dimensions)).astype("f4")
    found, ceiling = made(rows).candidates(query, 20, None)
    rest = np.setdiff1d(np.arange(400), found)
    assert len(set(found.tolist())) == 20
    assert (rows.astype(np.float64) @ query.astype(np.float64))[rest].max() <= ceiling


def test_masks() -> None:
    rows = vectors(400, 16)
    mask = np.arange(400) % 10 == 3
    found, ceiling = made(rows).candidates(np.ones(16, np.float32), 20, mask)
    assert mask[found].all()
    found, ceiling = made(rows).candidates(np.ones(16, np.float32), 50, mask)
    assert (sorted(found.tolist()), ceiling) == (np.flatnonzero(mask).tolist(), -np.inf)


@pytest.mark.parametrize("copies", [1, 40])
def test_a_table_answers_the_same_with_and_without(copies: int) -> None:
    """Also where many rows tie: black frames, a slide shown for an hour."""
    rows = np.repeat(vectors(30_000 // copies + 1, 24), copies, axis=0)[:30_000]
    mask = np.arange(3) != 1
    plain, quick = (
        VectorTable(
            ["a", "b", "c"],
            np.array([0, 9000, 20_000, 30_000]),
            np.arange(30_000.0),
            None,
            rows,
        )
        for _ in range(2)
    )
    quick.warm_up()
    assert quick._quick is not None
    assert quick._quick.ready
    for seed in range(10):
        query = vectors(1, 24, 100 + seed).astype(np.float32)
        for k in (1, 10, 100, 9_000):
            for allowed in (None, mask):
                one, other = plain.search(query, k, allowed), quick.search(query, k, allowed)
                assert (one[0] == other[0]).all()
                assert (one[1] == other[1]).all()


def test_it_starts_by_itself_in_long_lived_processes() -> None:
    table = VectorTable(["a"], np.array([0, 40_000]), np.arange(4e4), None, vectors(40_000, 8))
    query = np.ones((1, 8), np.float32)
    table.search(query, 1)
    assert table._quick is None
    table.search(query, 1)
    assert table._quick is not None
    table._quick.wait()
    assert table._quick.ready
