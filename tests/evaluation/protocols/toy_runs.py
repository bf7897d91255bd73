"""Tiny qrels and runs for tests of the protocols of runs, and drawn ones."""

from __future__ import annotations

from hypothesis import strategies as st

__all__ = ["TOY_QRELS", "TOY_RUN", "tables"]

_SCORES = (
    (0.9, 0.9, 0.1, 0.2, 0.3),
    (0.5, 0.5, 0.5, 0.5, 0.5),
    (0.8, 0.1, 0.6, 0.6, 0.2),
    (0.1, 0.2, 0.3, 0.7, 0.7),
    (0.3, 0.3, 0.3, 0.4, 0.2),
)

TOY_QRELS = {f"t{i}": {f"v{i}": 1} for i in range(5)}
"""Five texts, each with one right video."""

TOY_RUN = {f"t{i}": {f"v{j}": x for j, x in enumerate(row)} for i, row in enumerate(_SCORES)}
"""Scores with many ties, on which evaluators disagree."""

_DOCUMENTS = st.sampled_from([f"d{i}" for i in range(8)])
_QUERIES = st.sampled_from(["q1", "q2", "q10", "é"])


@st.composite
def tables(draw: st.DrawFn, lowest: int = -1) -> tuple[dict, dict]:
    """Qrels and a run that share a query at least; few scores, so that many are equal."""
    judged = st.dictionaries(_DOCUMENTS, st.integers(lowest, 3))
    scored = st.dictionaries(_DOCUMENTS, st.sampled_from([0.0, 0.5, 1.0]))
    qrels = draw(st.dictionaries(_QUERIES, judged, min_size=1))
    run = draw(st.dictionaries(_QUERIES, scored))
    shared = draw(st.sampled_from(sorted(qrels)))
    return qrels, {**run, shared: draw(scored)}
