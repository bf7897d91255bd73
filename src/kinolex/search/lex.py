"""Split a question into quoted phrases, exclusions, operators, concepts and plain words."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

__all__ = ["OPERATORS", "QUOTES", "Lexed", "concept_name", "lex"]

OPERATORS = ("in", "folder", "after", "before", "on", "language", "channel")
"""What may stand before a colon: ``in:holiday.mp4``, ``folder:"My Trips"``."""

QUOTES = {'"': '"', "“": "”", "„": "“”", "«": "»", "»": "«", "「": "」", "『": "』", "＂": "＂"}
"""Opening quotation marks and what closes them."""

_ALL_QUOTES = "".join(QUOTES) + "".join(QUOTES.values())
_OPERATOR = re.compile(rf"(?:{'|'.join(OPERATORS)}):(?=\S)", re.IGNORECASE)
_NO_QUOTES = str.maketrans(dict.fromkeys(_ALL_QUOTES, " "))


@dataclass(slots=True)
class Lexed:
    """The parts of a question, each in the order of writing.

    ``spoken`` is the question as one would say it: words and phrases, without exclusions,
    operators, concepts and quotation marks. ``concepts`` are names of concepts, and whether they
    are wanted.
    """

    words: list[str] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)
    excluded: list[str] = field(default_factory=list)
    operators: list[tuple[str, str]] = field(default_factory=list)
    spoken: list[str] = field(default_factory=list)
    concepts: list[tuple[str, bool]] = field(default_factory=list)


def lex(text: str) -> Lexed:
    """Split a question. Unbalanced quotes are blanks, a lone ``-`` is nothing.

    Examples
    --------
    >>> lex('red “big cup” -dog -"hot dog" in:"my film.mp4"')  # doctest: +ELLIPSIS
    Lexed(words=['red'], phrases=['big cup'], excluded=['dog', 'hot dog'], operators=[('in', ...
    """
    out = Lexed()
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        at = _piece(text, at, out)
    return out


_BETWEEN = frozenset(",;+/&")
"""What may stand between two concepts instead of a blank: ``@a,@b``."""


def concept_name(text: str) -> str:
    """The name of a concept as it is kept, case folded; empty if the text is none.

    Letters, marks and digits of any alphabet, ``_`` and, inside, ``-``.

    Examples
    --------
    >>> concept_name("Rex-2"), concept_name("Käthe"), concept_name("a b"), concept_name("-a")
    ('rex-2', 'käthe', '', '')
    """
    plain = unicodedata.normalize("NFC", text)
    good = bool(plain) and all(map(_names, plain)) and plain == plain.strip("-")
    if not good or unicodedata.category(plain[0])[0] == "M":
        return ""
    return unicodedata.normalize("NFC", plain.casefold())


def _names(letter: str) -> bool:
    """Whether a character can stand in the name of a concept."""
    return letter in "-_" or unicodedata.category(letter)[0] in "LMN"


def _concept(text: str, at: int) -> tuple[str, int] | None:
    """``@NAME`` at a position, with its end; punctuation and a possessive s may follow it."""
    if text[at : at + 1] != "@":
        return None
    end = at + 1
    while end < len(text) and _names(text[end]):
        end += 1
    name = concept_name(text[at + 1 : end].rstrip("-"))
    if name and text[end : end + 1] in _BETWEEN and re.match(r"-?@", text[end + 1 :]):
        return name, end + 1
    rest, end = _word(text, end) if end < len(text) else ("", end)
    if not name or any(c.isalnum() or c == "@" for c in re.sub(r"^['’][sS](?!\w)", "", rest)):
        return None
    return name, end


def _piece(text: str, at: int, out: Lexed) -> int:
    """Read one piece at a non-blank position; where the next one may start."""
    if operator := _OPERATOR.match(text, at):
        value, end = _value(text, operator.end())
        if value:
            out.operators.append((operator[0][:-1].lower(), value))
        return end
    minus = re.compile(r"-*").match(text, at)
    start = minus.end() if minus else at
    excluded = start > at
    begins = at == 0 or text[at - 1].isspace() or text[at - 1] in _BETWEEN
    if begins and (concept := _concept(text, start)):
        name, end = concept
        out.concepts.append((name, not excluded))
        return end
    quoted = _quoted(text, start)
    if quoted:
        value, end = quoted
        if excluded:
            _add(out.excluded, _bare(value))
        elif _bare(value):
            out.phrases.append(value)
            out.spoken.append(value)
        return end
    value, end = _word(text, start)
    for part in value.split():
        if excluded:
            _add(out.excluded, _bare(part))
        elif part.strip("-"):
            out.words.append(part.lstrip("-"))
            out.spoken.append(part.lstrip("-"))
        excluded = False
    return max(end, start, at + 1)


def _add(values: list[str], value: str) -> None:
    if value:
        values.append(value)


def _value(text: str, at: int) -> tuple[str, int]:
    return _quoted(text, at) or _word(text, at)


def _quoted(text: str, at: int) -> tuple[str, int] | None:
    """The phrase whose opening mark stands at ``at``; None when there is none, or no end."""
    closers = QUOTES.get(text[at : at + 1])
    if not closers:
        return None
    ends = [text.find(closer, at + 1) for closer in closers]
    end = min((e for e in ends if e >= 0), default=-1)
    if end < 0:
        return None
    return " ".join(text[at + 1 : end].translate(_NO_QUOTES).split()), end + 1


def _word(text: str, at: int) -> tuple[str, int]:
    """Characters up to a blank or an opening mark inside the word; marks become blanks."""
    end = at
    while end < len(text) and not text[end].isspace():
        if end > at and text[end] in QUOTES and _quoted(text, end):
            break
        end += 1
    return text[at:end].translate(_NO_QUOTES).strip(), end


def _bare(text: str) -> str:
    """Without punctuation at the ends; empty if nothing is left that could be said."""
    found = re.search(r"\w(?:.*\w)?", text, re.DOTALL)
    return found[0] if found else ""
