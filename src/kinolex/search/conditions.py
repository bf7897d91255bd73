"""Exact conditions on moments: phrases that must be there, words that must not."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from kinolex.library.fulltext import MatchQuery
from kinolex.library.store import Store
from kinolex.moments import SOURCE_CHANNEL, Query, Span

__all__ = ["Conditions", "conditions"]

_ALL = 1_000_000

Places = dict[str, list[Span]]


@dataclass(frozen=True, slots=True)
class Conditions:
    """Where each exact phrase stands, and where anything excluded stands, by video."""

    phrases: tuple[Places, ...] = ()
    excluded: Places | None = None

    def allow(self, video: str, span: Span) -> bool:
        """Whether each phrase, and nothing excluded, is said or shown within the span.

        Titles hold throughout their video: a phrase in one is always there.
        """
        if self.excluded and _touches(self.excluded, video, span):
            return False
        return all(_touches(places, video, span) for places in self.phrases)


def _touches(places: Places, video: str, span: Span) -> bool:
    return any(span.overlap(other) > 0 for other in places.get(video, ()))


def conditions(store: Store, query: Query, videos: Collection[str]) -> Conditions:
    """Look up a question's phrases and exclusions in some videos.

    A phrase must stand in a channel that was asked for; what is excluded may stand in none.
    """
    if not (query.phrases or query.excluded) or not videos:
        return Conditions()
    sources = [source for source, channel in SOURCE_CHANNEL.items() if channel in query.channels]
    required = tuple(_places(store, [phrase], videos, sources) for phrase in query.phrases)
    excluded = _places(store, query.excluded, videos, ()) if query.excluded else None
    return Conditions(required, excluded)


def _places(
    store: Store, phrases: Sequence[str], videos: Collection[str], sources: Sequence[str]
) -> Places:
    ids: dict[int, None] = {}
    for phrase in phrases:
        match = MatchQuery(phrases=(phrase,))
        hits = store.match(match, limit=_ALL, videos=videos, sources=sources)
        ids.update((hit.passage, None) for hit in hits)
    places: Places = {}
    for passage in store.passages(list(ids)):
        places.setdefault(passage.video, []).append(passage.span)
    return places
