"""Video-MME: the official parser, the same put right, and the one of lmms-eval."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kinolex.evaluation.protocol import protocol
from kinolex.evaluation.protocols._choices import Row, grouped, letter, lines, percent, result, text
from kinolex.evaluation.protocols._choices_letters import (
    JOINED_PHRASES,
    PHRASES,
    by_priority,
    first_capital,
)
from kinolex.evaluation.result import Result

__all__ = ["lmms_video_mme", "video_mme", "video_mme_corrected"]

LETTERS = "ABCD"
GROUPS = {
    "duration": "duration",
    "category": "category",
    "sub_category": "sub-category",
    "task_type": "task",
}
EVEN = 25.0


@protocol(
    "video-mme@1",
    kind="answers",
    title="Video-MME, official parser",
    source="BradyFU/Video-MME@4e7566d36f63 evaluation/eval_your_results.py",
    quirks=(
        "The answer is the first capital A to D anywhere, also inside a word.",
        "Two missing commas join four of the phrases that are to be deleted, so that "
        '"Best answer: C" is read as B.',
        '"Answer: D" is read as A.',
        "An answer in which no letter is found leaves the denominator.",
        "The evaluator demands 300 videos a duration; that is not checked here.",
    ),
)
def video_mme(questions: Iterable[Row]) -> Result:
    """Share of right options among the answers in which a letter is found.

    Parameters
    ----------
    questions : iterable of dict
        ``answer`` (A to D) and ``prediction`` (text, or None for nothing); optional ``id``,
        ``duration``, ``category``, ``sub_category``, ``task_type``.

    Returns
    -------
    Result
        100 x right / answered, with one decimal: ``Overall``; for each value of the optional
        keys ``duration: short``, ``category: Knowledge``, ``sub-category: Law``,
        ``task: OCR Problems`` and so on. 0 where nothing was answered. ``counted``: answered.
        The guess is even among four options.

    Notes
    -----
    The phrases "The best answer is", "The correct answer is", "The answer is", "The answer" and
    two that nobody writes are deleted first, wherever they stand.

    Examples
    --------
    >>> row = {"prediction": "Best answer: C", "answer": "C"}
    >>> video_mme([row])["Overall"], video_mme_corrected([row])["Overall"]
    (0.0, 100.0)
    """
    asked = lines(questions, "answer", "prediction")
    read = [first_capital(text(row), LETTERS, JOINED_PHRASES) for row in asked]
    kept = [place for place, one in enumerate(read) if one]
    return _told("video-mme@1", asked, read, kept)


@protocol(
    "video-mme-corrected@1",
    kind="answers",
    title="Video-MME, commas and denominator put right",
    source="own definition after BradyFU/Video-MME@4e7566d36f63 evaluation/eval_your_results.py",
    quirks=(
        "The answer is still the first capital A to D anywhere: "
        '"Answer: D" is read as A. lmms-video-mme@1 reads it as D.',
    ),
)
def video_mme_corrected(questions: Iterable[Row]) -> Result:
    """As `video_mme` with the two commas, and with every question in the denominator.

    Parameters
    ----------
    questions : iterable of dict
        As there.

    Returns
    -------
    Result
        As there; an answer without a letter is wrong. "The best option is", "The correct option
        is", "Best answer:" and "Best option:" are deleted too.
    """
    asked = lines(questions, "answer", "prediction")
    read = [first_capital(text(row), LETTERS, PHRASES) for row in asked]
    return _told("video-mme-corrected@1", asked, read, range(len(asked)))


@protocol(
    "lmms-video-mme@1",
    kind="answers",
    title="Video-MME in lmms-eval",
    source=(
        "EvolvingLMMs-Lab/lmms-eval@75571cfe0fa3 tasks/videomme/utils.py, "
        "tasks/_task_utils/mcq_extract.py:66-158"
    ),
    quirks=(
        "The letter is the one in the most telling form, the later one of equals.",
        "An answer without a letter is wrong.",
        "Small letters are never read.",
        "Other versions of lmms-eval read as video-mme@1 does, or refuse answers with two letters.",
    ),
)
def lmms_video_mme(questions: Iterable[Row]) -> Result:
    """Share of right options, read by a list of forms from most to least telling.

    Parameters
    ----------
    questions : iterable of dict
        As `video_mme`.

    Returns
    -------
    Result
        ``videomme_perception_score``: 100 x right / questions, not rounded; groups as
        `video_mme`, with one decimal.

    Notes
    -----
    Marks at the ends are stripped. Forms from best: the text starts with the letter; ends with
    it; it follows a phrase such as "the answer is" (each letter at its first place behind it);
    ``(A)``; ``A.``; ``A:``; ``A)``; ``A`` and a space; only if all fail, anywhere.
    """
    asked = lines(questions, "answer", "prediction")
    read = [by_priority(text(row), LETTERS) for row in asked]
    found = _told("lmms-video-mme@1", asked, read, range(len(asked)))
    values = {name: value for name, value in found.values.items() if name != "Overall"}
    right = found.per_query["correct"]
    values = {"videomme_perception_score": percent(right), **values}
    guess = {"videomme_perception_score": EVEN}
    return result("lmms-video-mme@1", values, right, asked, guess=guess, notes=found.notes)


def _told(name: str, asked: Sequence[Row], read: Sequence[str], kept: Sequence[int]) -> Result:
    right = [one == letter(row, LETTERS) for one, row in zip(read, asked, strict=True)]

    def share(places: Iterable[int]) -> float:
        of_them = [right[place] for place in places if place in counts]
        return float(f"{percent(of_them) if of_them else 0:.1f}")

    counts = frozenset(kept)
    values = {"Overall": share(range(len(asked)))}
    for key, shown in GROUPS.items():
        if all(key in row for row in asked):
            places = grouped([row[key] for row in asked])
            values |= {f"{shown}: {one}": share(of_it) for one, of_it in places.items()}
    empty = sum(not one for one in read)
    fate = "wrong" if len(kept) == len(asked) else "left out of the denominator"
    notes = (f"{empty} of {len(asked)} answers have no letter: {fate}.",) if empty else ()
    guess = {"Overall": EVEN}
    return result(name, values, right, asked, kept=kept, guess=guess, notes=notes)
