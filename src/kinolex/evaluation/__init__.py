"""Evaluation: measures and protocols, each named, versioned and exact; numpy only.

A *measure* says what is computed of one query (`measure`, one file each in `measures`); a
*protocol* says how things are put in order, which queries count and what is printed (`protocol`,
in `protocols`). Every `Result` says what it rests on. Start reading at `surface`.

Examples
--------
>>> evaluate({"q": {"a": 1}}, {"q": {"a": 0.2, "b": 0.9}}, ["RR"])["recip_rank"]
0.5
"""

from kinolex.evaluation.comparing import Comparison, compare
from kinolex.evaluation.measure import Measure, parse
from kinolex.evaluation.protocol import Protocol, find
from kinolex.evaluation.ranks import Factors
from kinolex.evaluation.reporting import report
from kinolex.evaluation.result import Result
from kinolex.evaluation.runs import Qrels, Run
from kinolex.evaluation.surface import evaluate, evaluate_moments

__all__ = [
    "Comparison",
    "Factors",
    "Measure",
    "Protocol",
    "Qrels",
    "Result",
    "Run",
    "compare",
    "evaluate",
    "evaluate_moments",
    "find",
    "parse",
    "report",
]
