"""Dates written into a question: which forms count as filters, and what days they mean.

Rules (shown to the user as notes, and undone by quoting the words):

- A whole day is clear anywhere: ``2024-05-01``, ``1 May 2024``, ``May 1, 2024``, ``1.5.2024``; so
  is a month with its year: ``March 2024``. Both may follow *on, in, from, of, during*.
- A bare year counts only behind *in, from, of, during, since, after, before, until*, and only at
  the end of the question or before *with, of, where, showing*, a comma or another filter; *from*
  also at its start. "blade runner 2049" and "in 2001 space odyssey" stay words, "dogs from 2023"
  does not. Years before 1970 and after this year stay words.
- A month without a year is never a filter ("may I").
- *between* two dates *and*, and *from* one *to* (*until, till, through*) another, are one range;
  the first may leave out the year of the second ("from January to March 2024"). Two bare years
  count where one would.
- *last week, last month, last year* count anywhere; *yesterday* at the start or end of a question
  that has other words, or behind *from*; *today* only behind *from*.
- *after* and *before* a whole day include that day, as the options do; *after 2023* begins with
  2024 and *before June 2022* ends with May. *since* and *until* include what they name.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["DateRange", "day_or_period", "take_date"]

_MONTHS = {
    name.lower(): number
    for number in range(1, 13)
    for name in (calendar.month_name[number], calendar.month_abbr[number])
} | {"sept": 9}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DAY = (
    r"(?P<y1>\d{4})-(?P<m1>\d{1,2})-(?P<d1>\d{1,2})"
    rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m2>{_MONTH})\.?,?\s+(?P<y2>\d{{4}})"
    r"|(?P<d5>\d{1,2})\.(?P<m5>\d{1,2})\.(?P<y7>\d{4})"
    rf"|(?P<m3>{_MONTH})\.?\s+(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y3>\d{{4}})"
)
_PERIOD = rf"(?P<m4>{_MONTH})\.?,?\s+(?P<y4>\d{{4}})"
_LIMIT = r"(?P<limit>since|after|before|until|till)"
_PLACE = r"(?:(?:on|in|from|of|during)\s+)"
_EDGE = r"(?=\s*(?:$|,|with\b|of\b|where\b|showing\b|(?:and\s+)?(?:since|after|before|until)\b))"
_B, _E = r"(?<![\w.:-])", r"(?![\w-]|\.\d)"

_CLEAR = re.compile(
    rf"{_B}(?:{_LIMIT}\s+(?:the\s+)?|{_PLACE})?(?:{_DAY}|{_PERIOD}){_E}", re.IGNORECASE | re.ASCII
)
_DASHED = re.compile(
    rf"{_B}(?:{_LIMIT}\s+|{_PLACE})(?P<y4>\d{{4}})-(?P<m4>\d{{2}}){_E}", re.IGNORECASE | re.ASCII
)
_YEAR = re.compile(
    rf"^\s*from\s+(?P<y5>\d{{4}}){_E}|{_B}(?:{_LIMIT}\s+|{_PLACE})(?:the\s+year\s+)?(?P<y6>\d{{4}}){_E}{_EDGE}",
    re.IGNORECASE | re.ASCII,
)
_LAST = re.compile(
    rf"{_B}(?:{_PLACE})?last\s+(?P<unit>week|month|year){_E}", re.IGNORECASE | re.ASCII
)
_NEAR = re.compile(
    rf"{_B}(?:from\s+(?P<near>yesterday|today){_E}|(?P<near2>yesterday)(?=\s*$))"
    r"|^\s*(?P<near3>yesterday)(?=\s+\w)",
    re.IGNORECASE | re.ASCII,
)
_ORDINAL = r"\d{1,2}(?:st|nd|rd|th)?"
_ANY = (
    rf"\d{{4}}(?:-\d{{1,2}}(?:-\d{{1,2}})?)?|\d{{1,2}}\.\d{{1,2}}\.\d{{4}}"
    rf"|(?:{_ORDINAL}\s+(?:of\s+)?)?(?:{_MONTH})\.?(?:\s+{_ORDINAL}\b)?(?:,?\s+\d{{4}})?"
)
_RANGE = re.compile(
    rf"{_B}(?:between\s+(?P<a1>{_ANY})\s+and|from\s+(?P<a2>{_ANY})\s+(?:to|until|till|through))"
    rf"\s+(?P<b>{_ANY}){_E}",
    re.IGNORECASE | re.ASCII,
)
_WHOLE = re.compile(rf"{_DAY}|{_PERIOD}", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class DateRange:
    """Days from ``after`` to ``before``, both inclusive, None where open."""

    after: dt.date | None = None
    before: dt.date | None = None

    def meet(self, other: DateRange) -> DateRange:
        """What both allow (may be empty: ``after`` later than ``before``)."""
        afters = [d for d in (self.after, other.after) if d]
        befores = [d for d in (self.before, other.before) if d]
        return DateRange(max(afters, default=None), min(befores, default=None))


def day_or_period(text: str) -> DateRange | None:
    """Read ``2024-05-01``, ``2024-05`` or ``2024``, as operators and options write them.

    Examples
    --------
    >>> day_or_period("2024-02").before
    datetime.date(2024, 2, 29)
    >>> day_or_period("soon") is None
    True
    """
    found = re.fullmatch(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", text.strip(), re.ASCII)
    if not found:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    return _days(year or 0, month, day)


def take_date(text: str, today: dt.date) -> tuple[str, DateRange, str] | None:
    """Find one date in a question.

    Parameters
    ----------
    text : str
        The question without quoted phrases.
    today : datetime.date
        What relative words count from.

    Returns
    -------
    tuple of (str, DateRange, str) or None
        The text without it, its days, and the words that were taken; None if there is none.

    Examples
    --------
    >>> take_date("dogs before June 2022", dt.date(2024, 1, 1))
    ('dogs', DateRange(after=None, before=datetime.date(2022, 5, 31)), 'before June 2022')
    >>> take_date("blade runner 2049", dt.date(2050, 1, 1)) is None
    True
    """
    for found in _RANGE.finditer(text):
        between = _between(found, text[found.end() :], today)
        if between is not None:
            rest = f"{text[: found.start()]} {text[found.end() :]}"
            return " ".join(rest.split()), between, " ".join(found[0].split())
    for pattern in (_CLEAR, _DASHED, _YEAR, _LAST, _NEAR):
        for found in pattern.finditer(text):
            days = _meaning(found.groupdict(), today)
            if days is None:
                continue
            rest = f"{text[: found.start()]} {text[found.end() :]}"
            if "near2" in found.groupdict() and not re.search(r"\w", rest):
                continue
            taken = " ".join(found[0].replace(",", " ").split())
            return " ".join(rest.split()), days, taken
    return None


def _between(found: re.Match[str], rest: str, today: dt.date) -> DateRange | None:
    """The days of a range, None where it is none or means none."""
    first, last = found["a1"] or found["a2"], found["b"]
    if first.isdigit() and last.isdigit() and not re.match(_EDGE, rest, re.IGNORECASE):
        return None
    end = _written(last, today)
    start = _written(first, today)
    if start is None and end is not None and end.before is not None:
        start = _written(f"{first} {end.before.year}", today)
    if start is None or end is None or start.after is None or end.before is None:
        return None
    return DateRange(start.after, end.before) if start.after <= end.before else None


def _written(text: str, today: dt.date) -> DateRange | None:
    """A day, a month with its year, or a year that was."""
    if text.isdigit():
        return _meaning({"y": text}, today)
    found = _WHOLE.fullmatch(text)
    return _meaning(found.groupdict(), today) if found else day_or_period(text)


def _meaning(groups: Mapping[str, str | None], today: dt.date) -> DateRange | None:
    if unit := groups.get("unit"):
        return _last(unit.lower(), today)
    if near := groups.get("near") or groups.get("near2") or groups.get("near3"):
        day = today if near.lower() == "today" else today - dt.timedelta(days=1)
        return DateRange(day, day)
    limit = (groups.get("limit") or "").lower()
    year = next((v for k, v in groups.items() if k[0] == "y" and v), None)
    month = next((v for k, v in groups.items() if k[0] == "m" and v), None)
    day_text = next((v for k, v in groups.items() if k[0] == "d" and v), None)
    if year is None or (month is None and not 1970 <= int(year) <= today.year):
        return None
    number = _MONTHS.get(month.lower()) or int(month) if month else None
    days = _days(int(year), number, int(day_text) if day_text else None)
    return _limited(days, limit, whole_day=day_text is not None) if days else None


def _days(year: int, month: int | None, day: int | None) -> DateRange | None:
    try:
        if day is not None and month is not None:
            date = dt.date(year, month, day)
            return DateRange(date, date)
        if month is not None:
            last = calendar.monthrange(year, month)[1]
            return DateRange(dt.date(year, month, 1), dt.date(year, month, last))
        return DateRange(dt.date(year, 1, 1), dt.date(year, 12, 31))
    except (ValueError, calendar.IllegalMonthError):  # 2024-13-99, or the year 0
        return None


def _limited(days: DateRange, limit: str, *, whole_day: bool) -> DateRange | None:
    first, last = days.after, days.before
    if first is None or last is None:
        return None
    one = dt.timedelta(days=1)
    try:
        if limit == "after":
            return DateRange(first if whole_day else last + one, None)
        if limit == "before":
            return DateRange(None, last if whole_day else first - one)
    except OverflowError:  # after 9999, before the year 1
        return None
    if limit == "since":
        return DateRange(first, None)
    return DateRange(None, last) if limit in ("until", "till") else days


def _last(unit: str, today: dt.date) -> DateRange:
    if unit == "week":
        monday = today - dt.timedelta(days=today.weekday() + 7)
        return DateRange(monday, monday + dt.timedelta(days=6))
    if unit == "month":
        end = today.replace(day=1) - dt.timedelta(days=1)
        return DateRange(end.replace(day=1), end)
    return DateRange(dt.date(today.year - 1, 1, 1), dt.date(today.year - 1, 12, 31))
