"""`evaluate` and `evaluate_moments`: a protocol by name, whatever it takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kinolex.errors import UsageError
from kinolex.evaluation.measure import Measure
from kinolex.evaluation.protocol import Protocol, find, protocols
from kinolex.evaluation.result import Result

__all__ = ["evaluate", "evaluate_moments"]


def evaluate(
    qrels: Any,
    run: Any,
    measures: Sequence[str | Measure],
    protocol: str = "trec-eval-9@1",
    **options: Any,
) -> Result:
    """Measures of a run against judgements.

    Parameters
    ----------
    qrels : Qrels or mapping
        Query to document to relevance.
    run : Run or mapping
        Query to document to score.
    measures : sequence of str or Measure
        Such as ``nDCG@10``, ``AP``, ``R@100``.
    protocol : str
        How documents are ordered, ties broken and queries counted: one of the kind ``run``.
    **options
        Of the protocol.

    Raises
    ------
    UsageError
        If there is no such protocol or measure, or the input cannot be evaluated.
    """
    return _of_kind(protocol, ("run",))(qrels, run, tuple(measures), **options)


def evaluate_moments(
    truth: Any, predictions: Any, protocol: str = "qvhighlights@1", **options: Any
) -> Result:
    """Predicted moments, or highlights, against the right ones.

    Parameters
    ----------
    truth, predictions : sequence
        As the protocol's definition says (`kinolex protocols show`).
    protocol : str
        One of the kinds ``moments`` and ``highlights``.
    **options
        Of the protocol.

    Raises
    ------
    UsageError
        If there is no such protocol, or the input cannot be evaluated.
    """
    return _of_kind(protocol, ("moments", "highlights"))(truth, predictions, **options)


def _of_kind(name: str, kinds: Sequence[str]) -> Protocol:
    found = find(name)
    if found.kind not in kinds:
        some = [one for kind in kinds for one in protocols(kind)]
        raise UsageError(
            f"{found.name} takes {found.kind}, not {' or '.join(kinds)}.",
            hint=f"Choose from {', '.join(some)}." if some else "",
        )
    return found
