"""Rules that read the letter of an option out of what a model wrote, one for each evaluator."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

__all__ = [
    "by_priority",
    "first_capital",
    "in_order",
    "lone_letter",
    "smallest_last_place",
    "strict_letter",
]

JOINED_PHRASES = (
    "The best answer is",
    "The correct answer is",
    "The answer is",
    "The answer",
    # Two commas are missing in the published list: four phrases become two that nobody writes.
    "The best option isThe correct option is",
    "Best answer:Best option:",
)
PHRASES = (
    *JOINED_PHRASES[:4],
    "The best option is",
    "The correct option is",
    "Best answer:",
    "Best option:",
)


def first_capital(text: str, letters: str, phrases: Sequence[str]) -> str:
    """The first of the letters that stands anywhere once the phrases are deleted; else ``""``.

    Examples
    --------
    >>> first_capital("Best answer: C", "ABCD", JOINED_PHRASES)
    'B'
    >>> first_capital("Best answer: C", "ABCD", PHRASES)
    'C'
    """
    rest = text.strip()
    for phrase in phrases:
        rest = rest.replace(phrase, "")
    return next((one for one in rest if one in letters), "")


def in_order(text: str, letters: str) -> str:
    """The first letter, in the order of the alphabet, that the text has anywhere; else the text.

    Examples
    --------
    >>> in_order("C, not A", "ABCD"), in_order("none", "ABCD")
    ('A', 'none')
    """
    return next((one for one in letters if one in text), text)


_SHAPES = (("({})", 6), ("{}.", 5), ("{}:", 4), ("{})", 3), ("{} ", 2))
_SAID = (
    "the answer is", "answer is", "the correct answer is", "correct answer is",
    "the best answer is", "best answer is", "the correct option is", "correct option is",
    "the best option is", "best option is", "the choice is", "choice is",
    "the correct choice is", "correct choice is", "i choose", "i select", "i pick",
    "my answer is", "my choice is", "옵션", "정답은", "답은", "답:", "答案是", "答案为", "选",
    "答えは",
)  # fmt: skip


def by_priority(text: str, letters: str) -> str:
    """The letter in the most telling form, the later one of equals; ``""`` if there is none.

    Forms from best: 10 the text starts with it, 9 ends with it (no word), 7 after a phrase such as
    "the answer is" (every letter at its first place after the phrase), 6 ``(A)``, 5 ``A.``,
    4 ``A:``, 3 ``A)``, 2 ``A`` and a space (each at its last place); 0 anywhere, if all fail.

    Examples
    --------
    >>> by_priority("The man walks a Dog, so the answer is C.", "ABCD")
    'C'
    >>> by_priority("A or B", "ABCD"), by_priority("I think it is b", "ABCD")
    ('A', '')
    """
    rest = text.strip()
    for mark in ",.!?;:'\"":
        rest = rest.strip(mark)
    rest = f" {rest} "
    found = list(_candidates(rest, letters))
    if not found:
        found = [(0, rest.rfind(one), one) for one in letters if one in rest]
    return max(found, key=lambda one: one[:2])[2] if found else ""


def _candidates(rest: str, letters: str) -> Iterator[tuple[int, int, str]]:
    """Priority, place and letter of all that is found."""
    for one in letters:
        for shape, priority in _SHAPES:
            if shape.format(one) in rest:
                yield priority, rest.rfind(shape.format(one)), one
    low = rest.lower()
    for phrase in _SAID:
        if phrase in low:
            after = low.find(phrase) + len(phrase)
            yield from ((7, rest.find(one, after), one) for one in letters if one in rest[after:])
    bare = rest.strip()
    if bare[:1] in tuple(letters) and not bare[1:2].isalpha():
        yield 10, 0, bare[0]
    if bare[-1:] in tuple(letters) and not bare[-2:-1].isalpha():
        yield 9, len(rest) - 1, bare[-1]


_PUNCTUATION = ';/[]"{}()=+\\_-><@`,?!'


def lone_letter(text: str) -> str:
    """A letter A to E that opens the text with a dot, else the first that stands alone.

    Case does not count, so that the article "a" is an A. Without such a letter: the text in small
    letters without its punctuation.

    Examples
    --------
    >>> lone_letter("B. a man"), lone_letter("(c)"), lone_letter("It is a dog, so D")
    ('B', 'C', 'A')
    """
    opened = re.match(r"([A-E])\.\s*(.+)$", text.strip(), re.IGNORECASE)
    if opened:
        return opened[1].upper()
    given = text.replace("\n", " ").replace("\t", " ").strip()
    figure = re.search(r"\d,\d", given) is not None
    rest = given
    for mark in _PUNCTUATION:
        beside_space = f"{mark} " in given or f" {mark}" in given
        rest = rest.replace(mark, "" if beside_space or figure else " ")
    # The published call passes a flag of value 32 where the greatest number of changes belongs.
    rest = re.sub(r"\.(?!\d)", "", rest, count=32)
    for mark in "'\")(":
        rest = rest.strip(mark)
    rest = rest.strip().lower()
    alone = re.search(r"\b([a-e])\b", rest, re.IGNORECASE)
    return alone[1].upper() if alone else rest


def smallest_last_place(text: str, options: Sequence[str]) -> int | None:
    """The place of an option: of all forms that are found, the one whose last place comes first.

    Forms are ``(A)``, ``A`` and a space, ``A.``; only if there is none and the text has more than
    five words, the text of an option, whatever its case. None if nothing is found.

    Examples
    --------
    >>> smallest_last_place("(B) not A.", ["a", "b"]), smallest_last_place("dunno", ["a", "b"])
    (1, None)
    """
    rest = text
    for mark in ",.!?;:'":
        rest = rest.strip(mark)
    rest = f" {rest} "
    letters = [chr(ord("A") + place) for place in range(len(options))]
    found = [
        (rest.rfind(shape.format(one)), place)
        for shape in ("({})", "{} ", "{}.")
        for place, one in enumerate(letters)
        if shape.format(one) in rest
    ]
    if not found and len(rest.split()) > 5:
        low = [option.strip().lower() for option in options]
        said = rest.lower()
        found = [(said.rfind(one), place) for place, one in enumerate(low) if one in said]
    # The evaluator takes the first of the smallest places.
    return min(found, key=lambda one: one[0])[1] if found else None


def strict_letter(text: str) -> str:
    """The letter that a text opens with, as ``(A``, ``A)``, ``A.``, ``A:``, ``A,`` or alone.

    Examples
    --------
    >>> strict_letter("(b) red"), strict_letter("c."), strict_letter("a man"), strict_letter("")
    ('B', 'C', '', '')
    """
    opened = re.match(r"\(\s*([a-z])\b|([a-z])(?=\s*$|[).:,])", text.strip(), re.IGNORECASE)
    return (opened[1] or opened[2]).upper() if opened else ""
