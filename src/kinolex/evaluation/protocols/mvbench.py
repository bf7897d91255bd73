"""MVBench: the official check by parts of words, a strict one, and the one of lmms-eval."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kinolex.errors import UsageError
from kinolex.evaluation.protocol import protocol
from kinolex.evaluation.protocols._choices import (
    Row,
    grouped,
    lines,
    percent,
    result,
    text,
    uniform,
)
from kinolex.evaluation.protocols._choices_letters import lone_letter, strict_letter
from kinolex.evaluation.result import Result

__all__ = ["lmms_mvbench", "mvbench", "mvbench_corrected"]

SOURCE = "OpenGVLab/Ask-Anything@4dd8210b0303 video_chat2/mvbench.ipynb check_ans"


@protocol(
    "mvbench@1",
    kind="answers",
    title="MVBench, official check",
    source=SOURCE,
    quirks=(
        "Only the first word of the answer and of the truth are compared, by being part of each "
        'other: "", ".", "(" and ")" are always right.',
        "The notebook puts ( before the first line of what the model wrote, since its prompt ends "
        "with it; do so before.",
    ),
)
def mvbench(questions: Iterable[Row]) -> Result:
    """Share of answers whose first word is part of the truth's first word, or the reverse.

    Parameters
    ----------
    questions : iterable of dict
        ``answer`` (such as ``(A) walking.``), ``prediction`` (text, or None for nothing) and
        ``task``; optional ``id`` and ``options`` (how many, for the guess).

    Returns
    -------
    Result
        right / questions x 100 of each task under its name, and ``Avg`` over all questions (the
        mean of the tasks where they have one size), not rounded.

    Notes
    -----
    Both are put in small letters and cut at the first space; dots are deleted from the answer for
    the first comparison (answer in truth), not for the second (truth in answer).

    Examples
    --------
    >>> rows = [{"task": "t", "answer": "(A) red.", "prediction": said} for said in ("a", "", "b")]
    >>> round(mvbench(rows)["Avg"], 2), round(mvbench_corrected(rows)["Avg"], 2)
    (66.67, 33.33)
    """
    asked = lines(questions, "answer", "prediction", "task")
    return _told("mvbench@1", asked, [_part(text(row), _truth(row)) for row in asked])


def _part(said: str, truth: str) -> bool:
    word, right = said.lower().split(" ")[0], truth.lower().split(" ")[0]
    return word.replace(".", "") in right or right in word


@protocol(
    "mvbench-corrected@1",
    kind="answers",
    title="MVBench, letters read strictly",
    source=f"own definition after {SOURCE}",
    quirks=("A letter counts only at the start and in the form of an option; else it is wrong.",),
)
def mvbench_corrected(questions: Iterable[Row]) -> Result:
    """Share of answers that open with the right letter.

    Parameters
    ----------
    questions : iterable of dict
        As `mvbench`.

    Returns
    -------
    Result
        As there. The letter must open the answer, large or small, as ``(A``, ``A)``, ``A.``,
        ``A:``, ``A,`` or be all of it; an empty answer is wrong.
    """
    asked = lines(questions, "answer", "prediction", "task")
    right = [strict_letter(text(row)) == strict_letter(_truth(row)) for row in asked]
    return _told("mvbench-corrected@1", asked, right)


@protocol(
    "lmms-mvbench@1",
    kind="answers",
    title="MVBench in lmms-eval",
    source="EvolvingLMMs-Lab/lmms-eval@75571cfe0fa3 tasks/mvbench/utils.py:85-189",
    quirks=(
        "An empty answer leaves the denominator.",
        'Any single letter A to E counts, the article "a" as A.',
        "lmms-eval prints one figure a task and none for all.",
    ),
)
def lmms_mvbench(questions: Iterable[Row]) -> Result:
    """Share of right letters among the answers that are not empty.

    Parameters
    ----------
    questions : iterable of dict
        ``candidates`` (texts of the options), ``answer`` (one of them), ``prediction`` (text, or
        None for nothing); optional ``id`` and ``task``.

    Returns
    -------
    Result
        100 x right / not empty: ``mvbench_accuracy`` over all that is given, and of each ``task``
        where rows have it; not rounded, 0 where nothing was answered. ``counted``: not empty.

    Notes
    -----
    A letter A to E and a dot at the start is the answer; else punctuation is deleted or replaced
    by spaces and the first letter that stands alone counts, whatever its case. An answer without
    any is compared as a text, so that it can only be right where the option's letter is F or
    later.
    """
    asked = lines(questions, "answer", "prediction", "candidates")
    right = [lone_letter(text(row)) == lone_letter(_candidate(row)) for row in asked]
    counts = [place for place, row in enumerate(asked) if text(row)]

    def share(places: Iterable[int]) -> float:
        of_them = [right[place] for place in places if place in kept]
        return percent(of_them) if of_them else 0.0

    kept = frozenset(counts)
    values = {"mvbench_accuracy": share(counts)}
    if all("task" in row for row in asked):
        places = grouped([row["task"] for row in asked])
        values |= {task: share(of_it) for task, of_it in places.items()}
    left = len(asked) - len(counts)
    notes = (f"{left} of {len(asked)} answers are empty and left out.",) if left else ()
    guess = {"mvbench_accuracy": uniform(len(row["candidates"]) for row in asked)}
    return result("lmms-mvbench@1", values, right, asked, kept=counts, guess=guess, notes=notes)


def _candidate(row: Row) -> str:
    """The letter of the right option; the first of equal ones."""
    options = list(row["candidates"])
    if row["answer"] not in options:
        raise UsageError(
            f"The answer {row['answer']!r} is none of the candidates.",
            hint="Give the text of the right option, not its letter.",
        )
    return chr(ord("A") + options.index(row["answer"]))


def _truth(row: Row) -> str:
    given = text(row, "answer")
    if not strict_letter(given):
        raise UsageError(
            f"The answer {given!r} has no option letter.", hint="It reads like '(A) walking.'."
        )
    return given


def _told(name: str, asked: Sequence[Row], right: Sequence[bool]) -> Result:
    def share(flags: Sequence[bool]) -> float:
        return sum(flags) / len(flags) * 100

    places = grouped([row["task"] for row in asked])
    values = {task: share([right[place] for place in of_it]) for task, of_it in places.items()}
    values["Avg"] = share(right)
    known = all("options" in row for row in asked)
    guess = {"Avg": uniform(int(row["options"]) for row in asked)} if known else {}
    empty = sum(not text(row).strip() for row in asked)
    notes = (f"{empty} of {len(asked)} answers are empty.",) if empty else ()
    return result(name, values, right, asked, guess=guess, notes=notes)
