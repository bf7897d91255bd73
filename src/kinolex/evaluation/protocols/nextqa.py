"""NExT-QA's evaluator of multiple choice."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kinolex.errors import UsageError
from kinolex.evaluation.protocol import protocol
from kinolex.evaluation.protocols._choices import Row, lines, percent, result
from kinolex.evaluation.result import Result

__all__ = ["nextqa"]

TYPES = {
    "CW": "Why",
    "CH": "How",
    "TN": "Bef&Aft",
    "TC": "When",
    "DC": "Cnt",
    "DL": "Loc",
    "DO": "Other",
}
FAMILIES = {"C": "Acc_C", "T": "Acc_T", "D": "Acc_D"}


@protocol(
    "nextqa@1",
    kind="answers",
    title="NExT-QA, multiple choice",
    source="doc-doc/NExT-QA@6b92588ab449 eval_mc.py:6-54",
    quirks=(
        "Questions of type TP count among TN.",
        "Acc_C, Acc_T and Acc_D count questions, not types: they are no means of the types.",
        "A type without questions stops the evaluator; here it is left out.",
    ),
)
def nextqa(questions: Iterable[Row]) -> Result:
    """Share of right options, by type of question.

    Parameters
    ----------
    questions : iterable of dict
        ``type`` (CW, CH, TN, TP, TC, DC, DL or DO), ``answer`` and ``prediction`` (places of
        options, int from 0; a prediction of None or below 0 is wrong); optional ``id``.

    Returns
    -------
    Result
        100 x right / questions: of types ``Why``, ``How``, ``Bef&Aft``, ``When``, ``Cnt``, ``Loc``,
        ``Other``; of families ``Acc_C``, ``Acc_T``, ``Acc_D``; of all ``Acc``. Each with two
        decimals ("%.2f"). The guess is even among the five options.

    Examples
    --------
    >>> found = nextqa([{"type": "CW", "answer": 2, "prediction": 2}])
    >>> found["Why"], found["Acc"]
    (100.0, 100.0)
    """
    asked = lines(questions, "type", "answer", "prediction")
    types = [_type(row) for row in asked]
    right = [_place(row["prediction"]) == _place(row["answer"], truth=True) for row in asked]
    values = {}
    for names in (TYPES, FAMILIES):
        for short, name in names.items():
            of_it = [one for one, kind in zip(right, types, strict=True) if kind.startswith(short)]
            if of_it:
                values[name] = _two_decimals(percent(of_it))
    values["Acc"] = _two_decimals(percent(right))
    absent = [name for name in TYPES.values() if name not in values]
    notes = (f"No question of type {', '.join(absent)}.",) if absent else ()
    return result("nextqa@1", values, right, asked, guess={"Acc": 20.0}, notes=notes)


def _type(row: Row) -> str:
    kind = "TN" if row["type"] == "TP" else row["type"]
    if kind not in TYPES:
        raise UsageError(f"{kind!r} is no type of NExT-QA.", hint=f"Types: TP, {', '.join(TYPES)}.")
    return str(kind)


def _place(value: Any, *, truth: bool = False) -> int:
    if value is None and not truth:
        return -1
    if isinstance(value, bool) or not hasattr(value, "__index__") or (truth and value < 0):
        raise UsageError(f"{value!r} is no place of an option.", hint="Give an int from 0.")
    return int(value)


def _two_decimals(value: float) -> float:
    return float(f"{value:.2f}")
