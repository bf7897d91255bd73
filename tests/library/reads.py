"""Everything that can be read of a store, as values that two libraries can be compared by.

`READS` has one entry for each public reading name of `Store`; a test makes sure that none is
forgotten. Row numbers of passages differ between any two libraries: passages are compared by what
they say.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from kinolex.library.fulltext import MatchQuery
from kinolex.library.records import Passage
from kinolex.library.store import Store
from kinolex.moments import Filters
from tests.library.worlds import FRAMES, WORDS, World, film_id

__all__ = ["NO_READS", "READS", "Probe", "everything"]

MATCHES = (
    MatchQuery(("water",)),
    MatchQuery(("water", "ball", "the", "lake", "hush")),
    MatchQuery(("runs", "the", "ball", "day"), excluded=("water",)),
    MatchQuery((), ("red ball",)),
    MatchQuery(("ball",), ("the red",), ("lake",)),
    MatchQuery(("ate", "ush"), partial=True),
    MatchQuery(("hush",)),
    MatchQuery(("clip", "day", "trips", "Ann")),
)


@dataclass(frozen=True)
class Probe:
    """What is asked of both libraries: names of everything in the world, hidden or not."""

    world: World
    place: Path
    roots: dict[str, str]

    @property
    def videos(self) -> list[str]:
        """Ids of all films."""
        return [film_id(n) for n in range(len(self.world.films))]

    @property
    def names(self) -> list[str]:
        """Ids, parts of ids, paths, file names, titles, parts of them."""
        found = [*self.videos, *(v[:9] for v in self.videos), "nothing", "a", "clip", "hush"]
        for film in self.world.films:
            found.append(film.title or "lake")
            for letter, relative in film.places:
                name = relative.rpartition("/")[2]
                found += [relative, name, name.partition(".")[0]]
                found.append(str(self.place / letter / relative))
        return list(dict.fromkeys(found))

    @property
    def filters(self) -> list[Filters]:
        """Each kind of filter."""
        folders = [str(self.place / letter) for letter in self.roots]
        return [
            Filters(),
            *(Filters(folder=f) for f in (*folders, "trips", "b", "hush")),
            *(Filters(videos=(name,)) for name in self.names),
            *(Filters(tags=(tag,)) for tag in ("beach", "hush")),
            Filters(language="de"),
            Filters(after=dt.date(2024, 1, 1)),
            Filters(before=dt.date(2024, 1, 1), min_length=1.0),
            Filters(max_length=5.0),
        ]


def _said(store: Store, passages: list[Passage]) -> list[Any]:
    """Passages without their row numbers; those of one time in the order of their words."""
    plain = [replace(p, id=0) for p in passages]
    return sorted(plain, key=lambda p: (p.video, p.span, p.source, p.text))


def _all_ids(store: Store) -> list[int]:
    """Every row number that there can be, seen or not."""
    del store
    return list(range(400))


def _hits(store: Store, match: MatchQuery, **more: Any) -> list[Any]:
    hits = store.match(match, limit=100, **more)
    said = {p.id: p for p in store.passages([h.passage for h in hits])}
    assert len(said) == len(hits)
    found = [(-h.score, h.video, said[h.passage].span, said[h.passage].text) for h in hits]
    assert [f[0] for f in found] == sorted(f[0] for f in found)
    return sorted(found)


def _frames(store: Store, video: str) -> Any:
    found = store.frames_of(video, FRAMES)
    return None if found is None else (found[0].tolist(), found[1].tolist())


def _table(store: Store, space: str, kind: Any) -> Any:
    table = store.vectors(space, kind)
    rows = np.asarray(table.rows, np.float64)
    if kind == "frames":
        return (
            table.video_ids,
            table.starts.tolist(),
            table.times.tolist(),
            rows.tolist(),
            table.sample(5).tolist(),
            len(table),
        )
    assert table.passages is not None
    said = store.passages(table.passages.tolist())
    assert len(said) == len(rows)
    videos = np.repeat(table.video_ids, np.diff(table.starts)).tolist()
    named = zip(videos, said, table.times.tolist(), rows.tolist(), strict=True)
    assert all(video == p.video for video, p in zip(videos, said, strict=True))
    return sorted((v, p.span, p.text, time, row) for v, p, time, row in named)


READS: dict[str, Callable[[Store, Probe], Any]] = {
    "concepts": lambda s, p: s.concepts(),
    "counts": lambda s, p: replace(s.counts(), generation=0, bytes=0),
    "failed_fingerprint": lambda s, p: [
        f and replace(f, at="")
        for v in (*p.videos, "f" * 32)
        for f in (s.failed_fingerprint(v), s.failed_fingerprint(v, stage="decode"))
    ],
    "failures": lambda s, p: [replace(f, at="") for f in s.failures()],
    "files": lambda s, p: [s.files(root) for root in p.roots.values()],
    "filter_videos": lambda s, p: [s.filter_videos(f) for f in p.filters],
    "find_videos": lambda s, p: [s.find_videos(name) for name in p.names],
    "frames_of": lambda s, p: [_frames(s, v) for v in p.videos],
    "match": lambda s, p: [
        *(_hits(s, m) for m in MATCHES),
        *(_hits(s, m, sources=("speech", "title")) for m in MATCHES),
        *(_hits(s, m, videos=p.videos[:2]) for m in MATCHES),
    ],
    "passages": lambda s, p: [
        _said(s, s.passages(_all_ids(s))),
        _said(s, s.passages(_all_ids(s), words=False)),
    ],
    "passages_of": lambda s, p: [
        _said(s, s.passages_of(v, sources)) for v in p.videos for sources in (None, ("title",))
    ],
    "prune_candidates": lambda s, p: s.prune_candidates(),
    "recall": lambda s, p: [
        s.recall(key)
        for key in (
            "channels",
            "models",
            "something",
            *(f"concept {name}" for name, *_ in p.world.concepts),
            *(f"whole:{root}" for root in p.roots.values()),
        )
    ],
    "roots": lambda s, p: s.roots(),
    "has_stills": lambda s, p: [s.has_stills(v) for v in p.videos],
    "shots_of": lambda s, p: [s.shots_of(v) for v in p.videos],
    "spaces": lambda s, p: s.spaces(),
    "states": lambda s, p: [s.states(), *(s.states(v) for v in p.videos)],
    "still": lambda s, p: [s.still(v, t) for v in p.videos for t in (0.0, 1.6, 99.0)],
    "still_times": lambda s, p: [s.still_times(v) for v in p.videos],
    "unknown_tags": lambda s, p: [
        len(s.unknown_tags(Filters(tags=(tag,)))) for tag in ("beach", "hush", "nothing")
    ],
    "vectors": lambda s, p: [_table(s, FRAMES, "frames"), _table(s, WORDS, "passages")],
    "video": lambda s, p: [s.video(v) for v in p.videos],
    "video_record": lambda s, p: [asdict(r) if (r := s.video_record(v)) else r for v in p.videos],
    "videos": lambda s, p: list(s.videos()),
    "without_vectors": lambda s, p: [len(s.without_vectors(v)) for v in p.videos],
}

NO_READS = {
    "batch": "writes",
    "clear_failure": "writes",
    "close": "reads nothing",
    "commit_channel": "writes",
    "corrected": "for what is going to be committed",
    "drop_channel": "writes",
    "drop_space": "writes",
    "exact_below": "a constant",
    "forget_concept": "writes",
    "forget_files": "writes",
    "add_root": "writes",
    "generation": "differs between any two libraries; tested by itself",
    "kept": "of the encoder alone",
    "make_lists": "of the arrays that `vectors` gives; tested by itself",
    "mark_missing": "writes",
    "open": "makes the store",
    "path": "where the library lies",
    "prune": "writes",
    "put_concept": "writes",
    "put_failure": "writes",
    "put_file": "writes",
    "put_video": "writes",
    "remember": "writes",
    "remember_originals": "writes",
    "remove_root": "writes",
    "remove_video": "writes",
    "rewrite": "writes",
    "roots_allowed": "what it was opened with",
    "snapshot": "reads nothing",
    "touch_files": "writes",
    "writable": "how it was opened",
}


def everything(store: Store, probe: Probe) -> dict[str, Any]:
    """What every reading method gives."""
    return {name: read(store, probe) for name, read in READS.items()}
