"""A moment in the words of a language model, read as lmms-eval reads it for Charades-STA."""

from __future__ import annotations

import re

__all__ = ["moment_in_answer"]

_EXAMPLE = "a specific example is : 20.8 - 30.0 seconds"
_NUMBER = r"(\d+(?:\.\d+)?)"
_PAIR = re.compile(rf"{_NUMBER}\s*[–-]\s*{_NUMBER}")
_PAIR_WITH_UNIT = re.compile(rf"{_NUMBER}\s*s?\s*[–-]\s*{_NUMBER}")
_ALONE = re.compile(rf"\b{_NUMBER}\b")


def moment_in_answer(text: str) -> tuple[float, float] | None:
    """The moment that an answer names, in seconds; None where none can be read.

    In small letters, without the example of the prompt, and with every ``to`` as a dash (inside
    words too), the text is cut at ``!``, ``?`` and line ends, not at full stops; only pieces with
    ``start``, ``end`` or ``happen`` count. Then, the first that gives anything:

    1. the first two numbers with a dash between them;
    2. the first number of each piece: of the first two pieces that have one;
    3. the first two numbers with a dash between them, where ``s`` may follow the first.

    The greater of the two is the end. Clock times (``00:01:05``) are never read right: each piece
    gives the number before its first colon.

    Examples
    --------
    >>> moment_in_answer("It happens from 5 to 9 seconds."), moment_in_answer("From 5 to 9.")
    ((5.0, 9.0), None)
    """
    plain = text.lower().replace(_EXAMPLE, "").replace("to", "-")
    pieces = [
        piece
        for piece in re.split(r"[!?\n]", plain)
        if any(word in piece for word in ("start", "end", "happen"))
    ]
    numbers = _pair(_PAIR, pieces) or _first_numbers(pieces) or _pair(_PAIR_WITH_UNIT, pieces)
    if not numbers:
        return None
    return min(numbers), max(numbers)


def _pair(pattern: re.Pattern[str], pieces: list[str]) -> list[float]:
    for piece in pieces:
        if found := pattern.search(piece):
            return [float(found[1]), float(found[2])]
    return []


def _first_numbers(pieces: list[str]) -> list[float]:
    found = [float(one[1]) for piece in pieces if (one := _ALONE.search(piece))]
    return found[:2] if len(found) > 1 else []
