"""Words with marks, cut to the place that matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kinolex.cli.out import tidy

__all__ = ["Marked", "excerpt", "plain_marks", "tidied"]

Marks = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Marked:
    """One line of text and the half-open character ranges in it that matched."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()


def tidied(text: str, marks: Marks = ()) -> Marked:
    r"""Make one line of a text without control characters; its marks stay on their words.

    Examples
    --------
    >>> tidied("the\n  red  ball", [(6, 9)])
    Marked(text='the red ball', marks=((4, 7),))
    """
    letters: list[str] = []
    place = []
    for letter in text:
        place.append(len(letters))
        if not letter.isspace():
            letters.append(tidy(letter))
        elif letters and letters[-1] != " ":
            letters.append(" ")
    joined = "".join(letters).rstrip()
    place.append(len(joined))
    kept: list[tuple[int, int]] = []
    for start, end in sorted(marks):
        if 0 <= start < end and start < len(text):
            a, b = place[start], min(place[min(end, len(text))], len(joined))
            b -= len(joined[a:b]) - len(joined[a:b].rstrip())
            if kept and a <= kept[-1][1]:
                a, b = kept[-1][0], max(b, kept.pop()[1])
            if a < b:
                kept.append((a, b))
    return Marked(joined, tuple(kept))


def excerpt(text: str, marks: Marks, limit: int) -> Marked:
    """At most ``limit`` characters of a text around its first mark, cut between words.

    Examples
    --------
    >>> text = "and now we put the red ball under the third cup"
    >>> excerpt(text, [(19, 27)], 34)
    Marked(text='… put the red ball under the …', marks=((10, 18),))
    """
    whole = tidied(text, marks)
    if len(whole.text) <= limit:
        return whole
    first, last = whole.marks[0] if whole.marks else (0, 0)
    room = max(1, limit - 4)
    start = max(0, min((first + last - room) // 2, first, len(whole.text) - room))
    end = start + room
    if start:
        space = whole.text.find(" ", start, first + 1)
        start = space + 1 if space >= 0 else start
    if end < len(whole.text):
        space = whole.text.rfind(" ", max(start + 1, min(last, end)), end + 1)
        end = space if space >= 0 else end
    front, back = "… " if start else "", " …" if end < len(whole.text) else ""
    shift = len(front) - start
    kept = ((max(a, start) + shift, min(b, end) + shift) for a, b in whole.marks)
    return Marked(front + whole.text[start:end] + back, tuple((a, b) for a, b in kept if a < b))


def plain_marks(marked: Marked) -> str:
    """The text with its marks as ``[words]``, for places without bold.

    Examples
    --------
    >>> plain_marks(Marked("the red ball", ((4, 7),)))
    'the [red] ball'
    """
    text = marked.text
    for start, end in reversed(marked.marks):
        text = f"{text[:start]}[{text[start:end]}]{text[end:]}"
    return text
