"""What an answer rests on: which channels cover how much, what is missing, and what to do."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from kinolex.library.records import ChannelState, Counts
from kinolex.library.store import Store
from kinolex.moments import Searched

__all__ = ["coverage", "searched"]

_ABSENT = {
    "picture": (
        "No pictures are indexed: `kinolex index --only picture` does it "
        "once a picture encoder is here (`kinolex models list`)."
    ),
    "speech": (
        "No speech is indexed: `kinolex index --only speech` does it "
        "(it needs `pip install kinolex[speech]` and a speech model, see `kinolex models list`)."
    ),
    "screen": (
        "No screen text is indexed: `kinolex index --only screen` does it "
        "(it needs `pip install kinolex[screen]`)."
    ),
    "title": "No titles are indexed: run `kinolex index`.",
}
_LOOKED = ("done", "partial", "empty")


def coverage(states: Sequence[ChannelState], videos: Collection[str] | None) -> Mapping[str, int]:
    """Number of videos that each channel covers; one in which nothing was said counts too.

    Parameters
    ----------
    states : sequence of ChannelState
        Of the whole library.
    videos : collection of str, optional
        Count only these.
    """
    chosen = None if videos is None else set(videos)
    counted: dict[str, int] = {}
    for state in states:
        if state.state in _LOOKED and (chosen is None or state.video in chosen):
            counted[state.channel] = counted.get(state.channel, 0) + 1
    return counted


def searched(
    store: Store,
    counts: Counts,
    states: Sequence[ChannelState],
    *,
    channels: Sequence[str],
    videos: Sequence[str] | None,
    off: Mapping[str, str],
) -> Searched:
    """Put the summary together.

    Parameters
    ----------
    store : Store
    counts : Counts
        Of the whole library.
    states : sequence of ChannelState
        Of the whole library.
    channels : sequence of str
        Those that the question asks for.
    videos : sequence of str, optional
        Ids that the filters let through; None: all.
    off : mapping
        Channels that could not be searched, with the reason.
    """
    covered = coverage(states, videos)
    unavailable = {c: off[c] for c in channels if c in off}
    indexed = {state.channel for state in states}
    for channel in channels if counts.videos else ():
        if channel not in indexed:
            unavailable.setdefault(channel, _ABSENT[channel])
    used = {c: covered[c] for c in channels if c in covered and c not in unavailable}
    if videos is None:
        return Searched(
            videos=counts.videos,
            duration=counts.duration,
            channels=used,
            unavailable=unavailable,
            pending=counts.pending + counts.partial,
            failed=counts.failed,
        )
    records = [record for v in videos if (record := store.video_record(v))]
    finished = {s.video for s in states if s.state == "done" and s.channel != "title"}
    return Searched(
        videos=len(videos),
        duration=sum(record.duration for record in records),
        channels=used,
        unavailable=unavailable,
        pending=sum(v not in finished for v in videos) if counts.pending + counts.partial else 0,
        failed=counts.failed,
    )
