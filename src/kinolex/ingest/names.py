"""What known videos are called: their title channel follows the names that their files have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from kinolex.ingest.titles import title_passages
from kinolex.library.naming import entitled
from kinolex.library.records import ChannelData, Passage, Stamp, VideoRecord
from kinolex.library.store import Store

__all__ = ["chapters_of", "forget_below", "is_chapter", "name", "name_again"]

TITLES = Stamp("title", "names", "1", {"words": ""})


def name(
    store: Store,
    record: VideoRecord,
    chapters: tuple[Passage, ...],
    else_called: str,
    *,
    anew: bool = False,
) -> tuple[VideoRecord, int]:
    """Commit the title channel of a video: title, names of its places, metadata, chapters.

    Where it says the same already nothing is written, so that its vectors stay, unless ``anew``.

    Parameters
    ----------
    store : Store
        Opened for writing.
    record : VideoRecord
        The video.
    chapters : tuple of Passage
        Its chapters, as passages.
    else_called : str
        Its name where no place of it is known.
    anew : bool
        Write it in any case.

    Returns
    -------
    record : VideoRecord
        With the title that was stored.
    count : int
        Passages that the channel has.
    """
    places = _places(store, record.id) or [else_called]
    record = _entitled(store, record, places)
    passages = title_passages(record, None, places) + chapters
    if anew or not _said(store, record.id, passages):
        store.commit_channel(record.id, ChannelData(TITLES, passages=passages))
    return record, len(passages)


def _said(store: Store, video: str, passages: tuple[Passage, ...]) -> bool:
    """Whether the title channel holds just these passages, made as they are made now."""
    stamps = [state.stamp for state in store.states(video) if state.channel == "title"]
    if not any(s and (s.encoder, s.version) == (TITLES.encoder, TITLES.version) for s in stamps):
        return False
    known = (replace(p, video="", id=0) for p in store.passages_of(video, ("title",)))
    passages = store.corrected(video, passages)
    return Counter(known) == Counter(replace(p, video="", id=0) for p in passages)


def name_again(store: Store, video: str) -> VideoRecord | None:
    """Name a video by the places that it still has; None where it has no place or no names."""
    record, found = store.video_record(video), store.video(video)
    named = any(state.channel == "title" for state in store.states(video))
    if record is None or found is None or not found.paths or not named:
        return None
    return name(store, record, chapters_of(store, record), "")[0]


def forget_below(store: Store, folder: Path, below: Mapping[str, Sequence[str]]) -> None:
    """Forget the paths below a folder with their names, and the videos that have no other.

    Parameters
    ----------
    store : Store
        Opened for writing.
    folder : Path
        Absolute, links resolved.
    below : mapping
        For each video its paths below the folder.
    """
    for root in store.roots():
        known = store.files(root.id)
        store.forget_files(root.id, [r for r in known if folder in (root.path / r).parents])
    for video, paths in below.items():
        left = store.video(video) if paths else None
        if left is not None and left.paths:
            name_again(store, video)
        elif left is not None:
            store.remove_video(video)


def chapters_of(store: Store, record: VideoRecord) -> tuple[Passage, ...]:
    """The stored chapters of a video."""
    titles = store.passages_of(record.id, ("title",))
    return tuple(p for p in titles if is_chapter(p, record))


def is_chapter(passage: Passage, record: VideoRecord) -> bool:
    """Whether a title speaks of a part of its video."""
    return passage.span.duration < record.duration


def _entitled(store: Store, record: VideoRecord, places: list[str]) -> VideoRecord:
    """A title that was made from a file name follows the names that the file has."""
    title = entitled(record.title, record.metadata, places)
    if title != record.title:
        record = replace(record, title=title)
        store.put_video(record)
    return record


def _places(store: Store, video_id: str) -> list[str]:
    """Names under which a video is to be found: its places, below their root."""
    video = store.video(video_id)
    roots = sorted((str(r.path) for r in store.roots()), key=len, reverse=True)
    places = []
    for place in video.paths if video else ():
        root = next((r for r in roots if place.startswith(r)), "")
        places.append(str(Path(place).relative_to(root)) if root else Path(place).name)
    return places
