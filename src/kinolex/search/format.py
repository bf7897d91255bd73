"""A `Query` back to one line of text that parses to the same question."""

from __future__ import annotations

from kinolex.moments import CHANNELS, Query

__all__ = ["format_query"]


def format_query(query: Query) -> str:
    """Write words, phrases, concepts, exclusions and the filters that text can carry.

    Pictures, spans, lengths, tags, limit and grouping are options and not part of the text.
    ``parse(format_query(q))`` has the words, phrases, concepts, exclusions and filters
    of ``q``.

    Examples
    --------
    >>> from kinolex.search.parse import parse
    >>> format_query(parse("-dog “red cup” on a table in holiday.mp4"))
    '"red cup" on a table -dog in:holiday.mp4'
    """
    filters = query.filters
    pieces = [f'"{phrase}"' for phrase in query.phrases]
    pieces += [query.words] if query.words else []
    taught = [part for part in query.parts if part.kind == "concept"]
    pieces += [f"{'@' if part.weight > 0 else '-@'}{part.value}" for part in taught]
    pieces += [f"-{_quoted(word)}" for word in query.excluded]
    pieces += [f"in:{_quoted(video)}" for video in filters.videos]
    pieces += [f"folder:{_quoted(filters.folder)}"] if filters.folder else []
    pieces += [f"after:{filters.after.isoformat()}"] if filters.after else []
    pieces += [f"before:{filters.before.isoformat()}"] if filters.before else []
    pieces += [f"language:{filters.language}"] if filters.language else []
    if query.channels != CHANNELS:
        pieces += [f"channel:{channel}" for channel in query.channels]
    return " ".join(pieces)


def _quoted(value: str) -> str:
    return f'"{value}"' if value != "".join(value.split()) or not value[:1].isalnum() else value
