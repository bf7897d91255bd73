"""Text and options to one frozen `Query`: what was understood is echoed in it.

Grammar: plain words; ``"exact phrases"`` (also typographic quotes); ``-excluded`` and
``-"excluded phrase"``; ``@NAME`` and ``-@NAME`` for what was taught, at the start of a word only;
the operators ``in:VIDEO folder:NAME after:DATE before:DATE on:DATE language:CODE channel:NAME``;
dates (`kinolex.search.dates`) and file names written into the question ("in holiday.mp4").
Everything that became a filter is named in ``Query.notes``. An operator whose value cannot be read
stays a word: a question never fails for its text, unless nothing is left to look for or its filters
contradict each other.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from kinolex.errors import QueryError
from kinolex.library.kept_records import alike, named
from kinolex.moments import CHANNELS, Filters, Part, Query
from kinolex.search.dates import DateRange, day_or_period, take_date
from kinolex.search.fragments import parse_fragment
from kinolex.search.lex import Lexed, lex
from kinolex.search.words import fold, tokens

__all__ = ["MEDIA_SUFFIXES", "parse"]

_SUFFIXES = """
    3gp avi flac flv gif m2ts m4a m4v mkv mov mp3 mp4 mpeg mpg mts mxf ogg ogv opus ts wav webm
    webp wmv"""
MEDIA_SUFFIXES = frozenset(_SUFFIXES.split())
"""What makes a word a file name."""

_FILE = rf"[^\s,:]*[^\s,:.]\.(?:{'|'.join(sorted(MEDIA_SUFFIXES))})"
_IN_FILE = re.compile(rf"(?<!\S)(?:in|from)\s+({_FILE})(?=[\s,?!]|$)", re.IGNORECASE)
_LONE_FILE = re.compile(rf"(?<!\S)({_FILE})(?=[\s,?!]|$)", re.IGNORECASE)

Known = Callable[[str], bool]
Days = str | dt.date | dt.datetime | None


@dataclass(slots=True)
class _Understood:
    """What the text alone gives."""

    videos: list[str] = field(default_factory=list)
    folder: str = ""
    days: DateRange = field(default_factory=DateRange)
    language: str = ""
    channels: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def parse(
    text: str = "",
    *,
    channels: Sequence[str] | str | None = None,
    images: Sequence[object] | object | None = None,
    like: Sequence[str] | str | None = None,
    videos: Sequence[str] | str | None = None,
    folder: str | None = None,
    after: Days = None,
    before: Days = None,
    min_length: float | None = None,
    max_length: float | None = None,
    language: str | None = None,
    tags: Sequence[str] | str | None = None,
    limit: int = 10,
    group: Literal["moment", "video"] = "moment",
    weight: float = 1.0,
    parts: Sequence[Part] = (),
    today: dt.date | None = None,
    known: Known | None = None,
) -> Query:
    """Understand a question.

    Parameters
    ----------
    text : str
        The words, with quotes, exclusions, operators and dates.
    channels : str or sequence of str, optional
        Of `CHANNELS`; all when not given.
    images : path or sequence of paths, optional
        Pictures to look for; ``FILE@0.5`` weighs one (negative moves away from it).
    like : str or sequence of str, optional
        Spans of indexed videos, ``VIDEO#t=10,15``; ``...@0.5`` weighs one.
    videos, folder, after, before, min_length, max_length, language
        Filters; dates are inclusive (``2024``, ``2024-05``, ``2024-05-01`` or a date).
    tags : str or sequence of str, optional
        Only videos that have every one of these tags.
    limit : int
        The most moments wanted, at least 1.
    group : {"moment", "video"}
        ``video``: the best moment of each video.
    weight : float
        Weight of the words beside pictures and spans.
    parts : sequence of Part
        Summands as they are, beside all others.
    today : datetime.date, optional
        What "last year" counts from.
    known : callable, optional
        Tells whether a lone file name is in the library; without it any is taken as one.

    Raises
    ------
    QueryError
        If nothing is asked, or an option is wrong or contradicts another.

    Examples
    --------
    >>> q = parse('the cup "under the table" -dog from 2023', today=dt.date(2024, 6, 1))
    >>> q.words, q.phrases, q.excluded
    ('the cup', ('under the table',), ('dog',))
    >>> q.filters.to_dict()
    {'after': '2023-01-01', 'before': '2023-12-31'}
    >>> q.notes
    ('from 2023: recorded from 2023-01-01 to 2023-12-31',)
    """
    if not isinstance(text, str):
        raise QueryError(f"A question is text, not {text!r}.")
    lexed = lex(text)
    seen = _Understood()
    _operators(lexed, seen)
    words = _settle(lexed.words, lexed.excluded, seen, today or dt.date.today(), known)
    own = _parts(_spoken(lexed, words), weight, images, like) + _concepts(lexed, seen)
    days = DateRange(_day(after, "after").after, _day(before, "before").before).meet(seen.days)
    filters = Filters(
        videos=tuple(dict.fromkeys([*map(str, _several(videos)), *seen.videos])),
        folder=str(folder or seen.folder),
        after=days.after,
        before=days.before,
        min_length=_length(min_length, "min_length"),
        max_length=_length(max_length, "max_length"),
        language=(language or seen.language).lower(),
        tags=_tags(tags),
    )
    query = Query(
        raw=text,
        words=words,
        phrases=tuple(dict.fromkeys(lexed.phrases)),
        excluded=tuple(dict.fromkeys(lexed.excluded)),
        parts=(*own, *parts),
        channels=_channels([*_several(channels), *seen.channels]),
        filters=filters,
        limit=limit,
        group=group,
        notes=tuple(dict.fromkeys(seen.notes)),
    )
    return _checked(query)


def _parts(spoken: str, weight: float, images: object, like: object) -> tuple[Part, ...]:
    """The summands: the words as spoken, pictures, spans."""
    words = [Part("words", spoken, _finite(weight, "weight"))] if spoken else []
    pictures = [_part("image", one) for one in _several(images)]
    return (*words, *pictures, *(_part("span", one) for one in _several(like)))


def _concepts(lexed: Lexed, seen: _Understood) -> tuple[Part, ...]:
    """The concepts as summands, each once: what is wanted counts 1, what is not -1."""
    for name, wanted in dict(lexed.concepts).items():
        seen.notes.append(f"@{name}: {'like' if wanted else 'unlike'} what was taught as {name}")
    return tuple(
        Part("concept", name, 1.0 if wanted else -1.0)
        for name, wanted in dict(lexed.concepts).items()
    )


def _operators(lexed: Lexed, seen: _Understood) -> None:
    """Move the operators that can be read into the filters, the others back into the words."""
    for name, value in lexed.operators:
        if name == "in":
            seen.videos.append(value)
            seen.notes.append(f"in:{value}: only in {value}")
        elif name == "folder":
            seen.folder = value
            seen.notes.append(f"folder:{value}: only in the folder {value}")
        elif name == "language" and re.fullmatch(r"[A-Za-z]{2,3}", value):
            seen.language = value.lower()
            seen.notes.append(f"language:{value}: only in the language {value.lower()}")
        elif name == "channel" and value.lower() in CHANNELS:
            seen.channels.append(value.lower())
            seen.notes.append(f"channel:{value}: only through {value.lower()}")
        elif name in ("after", "before", "on") and (days := day_or_period(value)):
            limits = {"after": DateRange(days.after), "before": DateRange(None, days.before)}
            _date_filter(seen, limits.get(name, days), f"{name}:{value}")
        else:
            rest = f"{name} {value}".split()
            lexed.words.extend(rest)
            lexed.spoken.extend(rest)


def _date_filter(seen: _Understood, days: DateRange, taken: str) -> None:
    seen.days = seen.days.meet(days)
    first = f" from {days.after}" if days.after else ""
    last = f" {'to' if days.after else 'until'} {days.before}" if days.before else ""
    seen.notes.append(f"{taken}: recorded{first}{last}")


def _settle(
    words: Iterable[str],
    excluded: Iterable[str],
    seen: _Understood,
    today: dt.date,
    known: Known | None,
) -> str:
    """Take dates and file names out of the words until none is left.

    What remains, read again, gives the same: an excluded word that stood between two others may
    have kept a date apart, so exclusions go first.
    """
    barred = {fold(word) for word in excluded}
    text = ""
    rest = " ".join(words)
    while rest != text:
        text = rest
        rest = " ".join(w for w in text.split() if not _is_barred(w, barred))
        if date := take_date(rest, today):
            rest, days, taken = date
            _date_filter(seen, days, taken)
        else:
            rest = _take_file(rest, seen, known)
    return text if any(c.isalnum() for c in text) else ""


def _is_barred(word: str, barred: set[str]) -> bool:
    return bool(barred) and (
        fold(word) in barred or any(token.text in barred for token in tokens(word))
    )


def _take_file(text: str, seen: _Understood, known: Known | None) -> str:
    found = _IN_FILE.search(text)
    if not found:
        lone = _LONE_FILE.search(text)
        found = lone if lone and (known is None or known(lone[1])) else None
    if not found:
        return text
    seen.videos.append(found[1])
    seen.notes.append(f"{found[0].strip()}: only in {found[1]}")
    return " ".join(f"{text[: found.start()]} {text[found.end() :]}".split())


def _spoken(lexed: Lexed, words: str) -> str:
    """The question as one would say it: the words that stayed and the phrases, in order."""
    left = words.split()
    out: list[str] = []
    for piece in lexed.spoken:
        if piece in lexed.phrases:
            out.append(piece)
        elif left and piece == left[0]:
            out.append(left.pop(0))
    return " ".join([*out, *left])


def _several(value: object) -> list[object]:
    if value is None or value == "":
        return []
    if isinstance(value, (list, tuple, set, frozenset)):
        return [one for one in value if one not in (None, "")]
    return [value]


def _part(kind: Literal["image", "span"], value: object) -> Part:
    """``FILE``, ``FILE@0.5``, or a pair (FILE, 0.5)."""
    weight = 1.0
    if isinstance(value, (tuple, list)):
        value, weight = str(value[0]), float(value[1])
    text = str(value)
    found = re.fullmatch(r"(?s)(.+)@([+-]?\d+(?:\.\d*)?|[+-]?\.\d+)", text)
    if found:
        text, weight = found[1], float(found[2])
    if kind == "span":
        parse_fragment(text)
    return Part(kind, text, _finite(weight, f"weight of {text}"))


_HEAVIEST = 1_000_000.0
"""Weight of a part; vectors are sums of float32."""


def _finite(value: float, name: str) -> float:
    number = _number(value)
    if number == 0 or not math.isfinite(number):
        raise QueryError(f"The {name} must be a number other than 0, not {value}.")
    if abs(number) > _HEAVIEST:
        raise QueryError(f"The {name} must be at most {_HEAVIEST:,.0f}, not {number:g}.")
    return number


def _number(value: object) -> float:
    """The value as a number; not a number where it is none."""
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return math.nan


def _channels(names: Sequence[object]) -> tuple[str, ...]:
    wanted = {str(name).strip().lower() for one in names for name in str(one).split(",")}
    unknown = sorted(wanted - set(CHANNELS))
    if unknown:
        raise QueryError(
            f"There is no channel {', '.join(unknown)}.", hint=f"Choose of {', '.join(CHANNELS)}."
        )
    return tuple(c for c in CHANNELS if c in wanted) or CHANNELS


def _tags(names: object) -> tuple[str, ...]:
    """Tags as they are kept, each once; case does not count."""
    found: dict[str, str] = {}
    for name in _several(names):
        found.setdefault(alike(str(name)), named(str(name), "The tag"))
    return tuple(found.values())


def _day(value: Days, name: str) -> DateRange:
    if value is None or value == "":
        return DateRange()
    if isinstance(value, dt.datetime):
        value = value.date()
    if isinstance(value, dt.date):
        return DateRange(value, value)
    days = day_or_period(value) if isinstance(value, str) else None
    if days is None:
        raise QueryError(
            f'"{value}" is no date for {name}.', hint="Write 2024, 2024-05 or 2024-05-01."
        )
    return days


def _length(value: float | None, name: str) -> float | None:
    if value is None:
        return None
    seconds = _number(value)
    if not 0 <= seconds < math.inf:
        raise QueryError(f"{name} must be seconds, 0 or more, not {value}.")
    return seconds


def _checked(query: Query) -> Query:
    """The question itself, unless it asks nothing or contradicts itself."""
    filters = query.filters
    if not isinstance(query.limit, int) or query.limit < 1:
        raise QueryError(f"The limit must be a whole number, 1 or more, not {query.limit}.")
    if query.group not in ("moment", "video"):
        raise QueryError(f'Moments are grouped by "moment" or "video", not "{query.group}".')
    if filters.after and filters.before and filters.after > filters.before:
        raise QueryError(
            f"No day is both after {filters.after} and before {filters.before}.",
            hint="Quote words that are no dates.",
        )
    low, high = filters.min_length, filters.max_length
    if low is not None and high is not None and low > high:
        raise QueryError(f"No video is both longer than {low} s and shorter than {high} s.")
    if all(part.kind == "concept" and part.weight < 0 for part in query.parts):
        barred = query.excluded or query.parts or filters
        rest = "only what to leave out or where to look" if barred else "nothing"
        if not barred and (signs := re.sub(r"[\s\"“”„«»‘’'-]", "", query.raw)):
            rest = f"nothing in words: {signs[:40]}"
        raise QueryError(
            f"The question asks for {rest}.", hint="Say what to find, in words or with a picture."
        )
    if query.phrases and query.channels == ("picture",):
        raise QueryError(
            "Exact words cannot be found in pictures alone.",
            hint="Drop the quotation marks, or search speech, screen and title too.",
        )
    return query
