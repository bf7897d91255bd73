"""Times and captions in the free text of an answer, by the rules of E.T. Bench's evaluator."""

from __future__ import annotations

import re

__all__ = [
    "bare",
    "captions_in",
    "names_a_letter",
    "number_in",
    "option_in",
    "plain_option_in",
    "spans_in",
]

Spans = list[list[float]]

_NUMBER = r"\d+\.*\d*"
_RANGE = re.compile(rf"({_NUMBER})\s*-\s*({_NUMBER})")
_TO = re.compile(rf"({_NUMBER})\s* to \s*({_NUMBER})")
_PLAIN = re.compile(r"\b(\d+\.\d+\b|\b\d+)\b")
_SIGNED = re.compile(r"[-+]?\d*\.\d+|[-+]?\d+")
_START = re.compile(rf"start(?:ing)? time: ({_NUMBER})(?:s| seconds)?")
_END = re.compile(rf"end(?:ing)? time: ({_NUMBER})(?:s| seconds)?")
_NAMED = re.compile(rf"start time {_NUMBER}, end time {_NUMBER}")
_CLOCK = re.compile(rf"{_NUMBER}:{_NUMBER}")
_BRACKET = re.compile(r"\(([A-Za-z])\)")
_KEYWORDS = ("start", "end", "happen")
_RADIUS = 20


def spans_in(answer: str) -> Spans | None:
    """Spans in seconds, reversed ones turned; None without any.

    All "a - b" of the answer; else all "a to b"; else the first number of each sentence (divided
    at ! ? and line ends) with a word of starting, ending or happening, taken in pairs.

    Examples
    --------
    >>> spans_in("From 12.5 - 3 it rains."), spans_in("Starts at 4! And ends at 9")
    ([[3.0, 12.5]], [[4.0, 9.0]])
    >>> spans_in("no idea") is None
    True
    """
    text = answer.lower()
    try:
        found = [(float(a), float(b)) for a, b in _RANGE.findall(text) or _TO.findall(text)]
    except ValueError:  # 3... and the like: the evaluator stops there
        return None
    if not found:
        lines = [line for line in re.split(r"[!?\n]", text) if any(k in line for k in _KEYWORDS)]
        firsts = [_PLAIN.findall(line)[:1] for line in lines]
        times = [float(one[0]) for one in firsts if one]
        found = list(zip(times[0::2], times[1::2], strict=False))
    return [[min(pair), max(pair)] for pair in found] or None


def number_in(answer: str) -> float | None:
    """The first number of an answer.

    Examples
    --------
    >>> number_in("at about 12.5 s")
    12.5
    """
    found = _SIGNED.search(answer)
    return float(found.group(0)) if found else None


def captions_in(answer: str) -> tuple[Spans, list[str]] | None:
    """Spans and their captions; None where they cannot be read.

    All "a - b" with the texts between them; else "start time: a", "end time: b" with
    "description:"; else the first line (or sentence) that gives one time or two: a single time
    stands for 20 seconds to each side.

    Examples
    --------
    >>> captions_in("0 - 5 seconds, a man sits. 5 - 9 seconds, he stands.")
    ([[0.0, 5.0], [5.0, 9.0]], ['a man sits.', 'he stands.'])
    >>> captions_in("start time 1, end time 2, a man sits") is None
    True
    """
    text = answer.lower()
    try:
        spans, texts = _ranges(text) or _named(text) or ([], [])
    except ValueError:
        return None
    if not spans and _NAMED.search(text):
        return None  # The evaluator knows this form, and stops at an assertion of its own.
    texts = [one.strip().strip(", ").rstrip() for one in texts if len(one) > 5]
    spans, texts = spans[: len(texts)], texts[: len(spans)]
    if not spans:
        spans, texts = _first_line(answer)
    return ([[min(one), max(one)] for one in spans], texts) if spans else None


def option_in(answer: str, options: int) -> int | str:
    """The place of the option that an answer names; "none" without an answer, else "unclear".

    A letter in brackets anywhere; else, after "best option:" and an opening bracket, a first
    letter that stands alone. A letter behind the last option is unclear.

    Examples
    --------
    >>> option_in("It is (B).", 4), option_in("Best option: c", 4), option_in("a dog", 4)
    (1, 2, 0)
    >>> option_in("dogs", 4), option_in(" ", 4)
    ('unclear', 'none')
    """
    bracket = _BRACKET.search(answer)
    if bracket and (at := _place(bracket.group(1), options)) is not None:
        return at
    return plain_option_in(answer, options)


def plain_option_in(answer: str, options: int) -> int | str:
    """As `option_in` without looking for a letter in brackets."""
    text = bare(answer)
    if not text:
        return "none"
    at = _place(text[0], options) if _alone(text) else None
    return "unclear" if at is None else at


def names_a_letter(answer: str) -> bool:
    """Whether an answer has the form of an option, even one that does not exist."""
    return bool(_BRACKET.search(answer)) or _alone(bare(answer))


def bare(answer: str, *, lower: bool = True) -> str:
    """An answer without "best option:" and the opening bracket in front."""
    text = answer.lower() if lower else answer
    text = text[12:] if text.lower().startswith("best option:") else text
    return text.lstrip().lstrip("(").lstrip()


def _alone(text: str) -> bool:
    """Whether the first sign stands by itself."""
    return len(text) == 1 or text[1:2] in (".", ",", ")", " ")


def _place(letter: str, options: int) -> int | None:
    at = "abcde"[:options].find(letter.lower())
    return at if at >= 0 else None


def _ranges(text: str) -> tuple[Spans, list[str]] | None:
    found = list(_RANGE.finditer(text))
    if not found:
        return None
    rest = text
    for one in found:
        rest = rest.replace(one.group(0), "\n")
    spans = [[float(one.group(1)), float(one.group(2))] for one in found]
    return spans, rest.replace("seconds", "").split("\n")


def _named(text: str) -> tuple[Spans, list[str]] | None:
    starts, ends = _START.findall(text), _END.findall(text)
    if not starts or not ends:
        return None
    spans = [[float(a), float(b)] for a, b in zip(starts, ends, strict=False)]
    return spans, re.findall(r"description: (.*)", text) or re.findall(r"\*\s*(.*)", text)


def _first_line(answer: str) -> tuple[Spans, list[str]]:
    """The first line (without line ends: sentence) in which a time can be read."""
    if "\n" in answer:
        lines = [line for line in answer.split("\n") if len(line) > 7]
    else:
        lines = [f"{line}." for line in answer.split(".") if len(line) > 7]
    for line in lines:
        parts = [part.strip(",") for part in line.split("seconds")]
        try:
            span = _span(parts[0])
        except (ValueError, IndexError):
            continue
        if span:
            return [[round(one, 2) for one in span]], [parts[-1].strip()]
    return [], []


def _span(part: str) -> list[float]:
    """One time or two: a - b, m:s, m:s with m:s, or bare numbers."""
    found = _RANGE.search(part)
    if found:
        return [float(found.group(1)), float(found.group(2))]
    if part.count(":") == 1:
        return _around(_seconds(_CLOCK.findall(part)[0]))
    if part.count(":") == 2:
        start, end = _CLOCK.findall(part)
        return [float(_seconds(start)), float(_seconds(end))]
    numbers = re.findall(r"\d+\.*\d*(?!\.)", part)
    if len(numbers) == 1:
        return _around(float(numbers[0]))
    return [float(one) for one in numbers] if len(numbers) == 2 else []


def _seconds(clock: str) -> int:
    minutes, seconds = clock.split(":")
    return int(minutes) * 60 + int(seconds)


def _around(time: float) -> list[float]:
    return [time - _RADIUS, time + _RADIUS] if time > _RADIUS else [time, time + 2 * _RADIUS]
