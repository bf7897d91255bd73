from __future__ import annotations

import itertools

import numpy as np
import pytest

from kinolex.library.scan import Part, edges_of, float16_index, merge
from tests.library.samples import vectors


@pytest.mark.parametrize("dimensions", [1, 7, 16, 24, 384, 512])
def test_scores_agree_with_a_naive_loop(dimensions: int) -> None:
    rows = vectors(300, dimensions, 1)
    query = vectors(1, dimensions, 2).astype(np.float32)[0]
    exact = rows.astype(np.float64) @ query.astype(np.float64)
    scores, places = merge([Part(float16_index(rows), 0).search(query, 300, None)], 300)
    assert np.abs(scores - exact[places]).max() < 1e-6
    assert sorted(places.tolist()) == list(range(300))


def test_faiss_reads_the_rows_where_they_lie() -> None:
    rows = vectors(10, 16)
    index = float16_index(rows)
    query = rows[3].astype(np.float32)[None]
    rows[7] = rows[3] * np.float16(2)
    assert index.search(query, 1)[1].tolist() == [[7]]


def test_edges_cover_everything() -> None:
    for rows in (0, 1, 19_999, 40_000, 100_001):
        for threads in (1, 2, 7):
            edges = edges_of(rows, threads)
            assert (edges[0][0], edges[-1][1]) == (0, rows)
            assert all(a[1] == b[0] for a, b in itertools.pairwise(edges))
