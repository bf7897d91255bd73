"""What the protocols of runs share: queries in order, values of measures, and their figures."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kinolex.errors import UsageError
from kinolex.evaluation.measure import Judged, Measure, parse
from kinolex.evaluation.measures.inferred_ap import Pooled
from kinolex.evaluation.ordering import Order, depends_on_ties
from kinolex.evaluation.result import Result
from kinolex.evaluation.runs import Qrels, Run

__all__ = [
    "Answers",
    "Figures",
    "Options",
    "Table",
    "answers_of",
    "both",
    "fixed",
    "known_to",
    "left_out",
    "parsed",
    "perfect",
    "query_of",
    "result_of",
    "whole",
    "without_own",
]

Floats = npt.NDArray[np.float64]
Table = Mapping[str, Mapping[str, float]]
Round = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Answers:
    """Queries that count, in order, as measures take them.

    Parameters
    ----------
    queries : tuple of str
        Their ids.
    judged : tuple of Judged
        One for each.
    ties : int
        In how many documents of unlike relevance share a score.
    """

    queries: tuple[str, ...]
    judged: tuple[Judged, ...]
    ties: int

    @classmethod
    def of(cls, rows: Iterable[tuple[str, Judged, bool]]) -> Answers:
        """Of ids, queries, and whether ties decide in them."""
        found = list(rows)
        names, judged = tuple(one[0] for one in found), tuple(one[1] for one in found)
        return cls(names, judged, sum(one[2] for one in found))


@dataclass(frozen=True, slots=True)
class Figures:
    """How an evaluator calls and rounds a measure, and which it does not know."""

    protocol: str
    name: Callable[[Measure], str | None]
    rounded: Round = float


def both(qrels: Table, run: Table) -> tuple[Qrels, Run]:
    """Checked: NaN and what is no number are refused."""
    return (
        qrels if isinstance(qrels, Qrels) else Qrels(qrels),
        run if isinstance(run, Run) else Run(run),
    )


def parsed(measures: str | Measure | Sequence[str | Measure]) -> tuple[Measure, ...]:
    """Measures of texts, each once."""
    given = (measures,) if isinstance(measures, str | Measure) else measures
    found = tuple(dict.fromkeys(parse(one) for one in given))
    if not found:
        raise UsageError("No measure was asked for.", hint="Such as nDCG@10.")
    return found


def whole(qrels: Qrels) -> None:
    """Refuse relevance that is no whole number: trec_eval would drop the fraction."""
    for query, row in qrels.items():
        for document, value in row.items():
            if value != int(value):
                raise UsageError(
                    f"The relevance of document {document!r} for query {query!r} is {value}, "
                    "and this protocol knows whole numbers only."
                )


@dataclass(frozen=True, slots=True)
class Options:
    """What a caller may choose: options -l, -J and -M of trec_eval.

    Parameters
    ----------
    relevant_from : float
        From which relevance on a document is relevant.
    judged_only : bool
        Documents that nobody judged are dropped.
    top : int, optional
        So many documents a query, cut before ``judged_only``.
    """

    relevant_from: float = 1
    judged_only: bool = False
    top: int | None = None

    def __post_init__(self) -> None:
        if not self.relevant_from > 0:
            raise UsageError(f"relevant_from must be above 0, not {self.relevant_from}.")
        if self.top is not None and self.top < 1:
            raise UsageError(f"top must be 1 or more, not {self.top}.")


def answers_of(
    qrels: Table, run: Table, queries: Iterable[str], order: Order, options: Options
) -> Answers:
    """Queries as trec_eval sees them; one that the run does not answer has an empty list."""
    return Answers.of(
        (query, *query_of(qrels[query], run.get(query, {}), order, options)) for query in queries
    )


def query_of(
    judgements: Mapping[str, float], scores: Mapping[str, float], order: Order, options: Options
) -> tuple[Judged, bool]:
    """One query as trec_eval sees it, and whether ties decide in it.

    Relevance below 0 means in the pool, but not judged.
    """
    documents = list(scores)
    given = np.fromiter(scores.values(), np.float64, len(documents))
    best = order(documents, given)[: options.top]
    nothing = float("-inf")
    relevance = np.array([judgements.get(documents[i], nothing) for i in best], dtype=np.float64)
    ranked = given[best]
    if options.judged_only:
        relevance, ranked = relevance[relevance >= 0], ranked[relevance >= 0]
    judged = relevance >= 0
    gains = np.where(judged, relevance, 0.0)
    every = np.fromiter(judgements.values(), np.float64, len(judgements))
    every = every[every >= 0]
    query = Pooled(gains, judged, every, float(options.relevant_from), relevance > nothing)
    return query, depends_on_ties(ranked, gains)


def perfect(query: Judged) -> Judged:
    """The same query answered as well as can be: all that is relevant, best first, nothing else."""
    gains = np.sort(query.every[query.every > 0])[::-1]
    return Judged(gains, np.ones(len(gains), dtype=bool), query.every, query.relevant_from)


def result_of(
    figures: Figures, answers: Answers, measures: Sequence[Measure], notes: Sequence[str] = ()
) -> Result:
    """Values of all queries and their figures, with the ceiling of the set."""
    per_query = {str(one): _values(one, answers.judged) for one in measures}
    best = [perfect(query) for query in answers.judged]
    values, ceiling, unknown = {}, {}, []
    for one in measures:
        name = figures.name(one)
        if name is None:
            unknown.append(str(one))
        key = str(one) if name is None else name
        values[key] = figures.rounded(one.aggregate(per_query[str(one)]))
        if one.better == "higher" and np.isfinite(one.highest):
            most = one.aggregate(_values(one, best))
            if most < one.highest:
                ceiling[key] = figures.rounded(most)
    if unknown:
        notes = (*notes, f"Not a figure of this evaluator, but in its order: {', '.join(unknown)}.")
    return Result(
        figures.protocol,
        values,
        per_query=per_query,
        queries=answers.queries,
        counted=len(answers.queries),
        ties=answers.ties,
        ceiling=ceiling,
        notes=tuple(notes),
    )


def _values(measure: Measure, queries: Sequence[Judged]) -> Floats:
    return np.array([measure.of_judged(query) for query in queries], dtype=np.float64)


def left_out(which: str, missing: Sequence[str]) -> tuple[str, ...]:
    """A note on queries that do not count; none without any."""
    if not missing:
        return ()
    some = ", ".join(missing[:3]) + (", ..." if len(missing) > 3 else "")
    verb = "query is" if len(missing) == 1 else "queries are"
    return (f"{len(missing)} {verb} left out ({which}): {some}.",)


def fixed(places: int) -> Round:
    """Rounding as C prints: to so many decimals, of the exact binary value."""
    return lambda value: float(f"{value:.{places}f}")


def without_own(run: Run) -> tuple[Run, int]:
    """A run without documents called like their query, and how many those were."""
    kept = {q: {d: s for d, s in row.items() if d != q} for q, row in run.items()}
    return Run(kept), sum(len(run[query]) - len(row) for query, row in kept.items())


def known_to(judgements: Collection[str], scores: Mapping[str, float], order: Order) -> Judged:
    """One query of which a document counts as judged if it is in ``judgements``; no relevance."""
    documents = list(scores)
    best = order(documents, np.fromiter(scores.values(), np.float64, len(documents)))
    known = np.array([documents[i] in judgements for i in best], dtype=bool)
    return dataclasses.replace(_NOTHING, gains=np.zeros(len(known)), judged=known)


_NOTHING = Judged(np.zeros(0), np.zeros(0, dtype=bool), np.zeros(0))
