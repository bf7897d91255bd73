"""Small worlds of roots and films, stored whole or as if some roots alone had been indexed.

`build` follows ingest: paths in the order of a scan, names by `kinolex.ingest.names`, subtitles
from beside the first place that has some, failures at the first place. It is the oracle of the
tests of limited libraries: what a reader of some roots sees must equal what `build` stores when
only these roots are there.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from kinolex.ingest.catalogue import CUES
from kinolex.ingest.names import TITLES, name
from kinolex.ingest.titles import readable_name
from kinolex.library.concepts import Concept, Example
from kinolex.library.counting import WANTED
from kinolex.library.memory import CHOSEN, WHOLE
from kinolex.library.naming import scan_order
from kinolex.library.records import (
    ChannelData,
    FileState,
    FrameBlock,
    Passage,
    Shot,
    Stamp,
    VideoRecord,
)
from kinolex.library.store import Store
from kinolex.moments import Span

PICTURE = Stamp("picture", "colour", "1", {"every": 1.0})
SPEECH = Stamp("speech", "ear", "1")
SCREEN = Stamp("screen", "eye", "1")
FRAMES, WORDS = "colour@1", "stems@1"
SECONDS = 12.0


@dataclass(frozen=True)
class Film:
    """One content. ``places``: (root, relative); ``sidecars``: places with subtitles beside."""

    places: tuple[tuple[str, str], ...]
    colours: tuple[str, ...] = ()
    speech: tuple[str, ...] = ()
    screen: tuple[str, ...] = ()
    subtitles: tuple[str, ...] = ()
    sidecars: frozenset[tuple[str, str]] = frozenset()
    title: str = ""
    chapter: str = ""
    breaks: bool = False
    missing: frozenset[tuple[str, str]] = frozenset()
    language: str = ""
    recorded: dt.datetime | None = None


@dataclass(frozen=True)
class World:
    """Films, files that are none, and what was taught: name, words, (film, wanted) of examples."""

    films: tuple[Film, ...]
    bad: tuple[tuple[str, str], ...] = ()
    concepts: tuple[tuple[str, str, tuple[tuple[int, bool], ...]], ...] = ()


def film_id(number: int) -> str:
    """Id of the film at a place of the world."""
    return hashlib.blake2b(f"film {number}".encode(), digest_size=16).hexdigest()


def sentence(text: str) -> np.ndarray:
    """A unit vector of a text."""
    seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())
    row = np.random.default_rng(seed).normal(size=32)
    return row / np.linalg.norm(row)


def sentences(texts: Sequence[str]) -> np.ndarray:
    """As the sentence encoder of these libraries would give them; some have lost theirs."""
    rows = [sentence(text) * (text != "hush hush water") for text in texts]
    return np.array(rows, np.float16).reshape(-1, 32)


def looks(colours: Sequence[str], number: int) -> np.ndarray:
    """One frame vector a colour, with some noise, float16 (n, 4)."""
    drawn = np.array([sentence(colour)[:4] for colour in colours], np.float64).reshape(-1, 4)
    drawn = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    drawn += 0.02 * np.random.default_rng(number).normal(size=drawn.shape)
    return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float16)


def build(
    world: World,
    roots: Collection[str],
    place: Path,
    library: Path,
    *,
    encode: object = sentences,
    see: object = looks,
) -> dict[str, str]:
    """Store a world as far as it lies in some roots; gives the ids of these."""
    with Store.open(library, write=True) as store:
        builder = _Builder(store, place, encode, see)
        for letter in sorted(roots):
            builder.root(letter)
        for number, film in enumerate(world.films):
            builder.film(number, film)
        for letter, relative in world.bad:
            builder.bad(letter, relative)
        for concept in world.concepts:
            builder.concept(world, *concept)
        store.remember(WANTED, ["picture", "speech", "title"])
        store.remember(CHOSEN, {"picture": "colour"})
        return builder.roots


class _Builder:
    def __init__(self, store: Store, place: Path, encode: object, see: object) -> None:
        self.store = store
        self.place = place
        self.encode = encode
        self.see = see
        self.roots: dict[str, str] = {}

    def root(self, letter: str) -> None:
        folder = self.place / letter
        folder.mkdir(parents=True, exist_ok=True)
        self.roots[letter] = self.store.add_root(folder).id
        self.store.remember(WHOLE + self.roots[letter], "1")

    def film(self, number: int, film: Film) -> None:
        mine = [p for p in film.places if p[0] in self.roots]
        mine.sort(key=lambda place: (place[0], scan_order(place[1])))
        if not mine:
            return
        video = film_id(number)
        record = VideoRecord(
            video,
            100 + number,
            SECONDS,
            film.title or readable_name(os.path.basename(mine[0][1])),
            recorded=film.recorded,
            language=film.language,
            metadata={"title": film.title, "artist": "Ann"} if film.title else {},
        )
        self.store.put_video(record)
        self._names(film, record, mine)
        self._channels(number, film, video, mine)
        for letter, relative in mine:
            if (letter, relative) in film.missing:
                self.store.mark_missing(self.roots[letter], [relative])

    def _names(self, film: Film, record: VideoRecord, mine: list[tuple[str, str]]) -> None:
        whole = Span(0.0, SECONDS)
        chapters = (Passage(Span(1.0, 4.0), film.chapter, "title"),) if film.chapter else ()
        for letter, relative in mine:
            path = self.place / letter / relative
            path.parent.mkdir(parents=True, exist_ok=True)
            if (letter, relative) not in film.missing:
                path.write_bytes(b"x")
            beside = "film.srt:77:123" if (letter, relative) in film.sidecars else ""
            self.store.put_file(
                FileState(self.roots[letter], relative, 1, 2, record.id, sidecars=beside)
            )
            record, _ = name(self.store, record, chapters, relative)
        texts = self.store.passages_of(record.id, ("title",))
        assert texts[0].span == whole or film.chapter
        self._passages(record.id, TITLES, tuple(sorted(texts, key=lambda p: p.id)))

    def _channels(self, number: int, film: Film, video: str, mine: list[tuple[str, str]]) -> None:
        if film.colours:
            pts = np.arange(len(film.colours), dtype=np.int64) * 1000
            self.store.commit_channel(
                video,
                ChannelData(
                    PICTURE,
                    frames=FrameBlock(pts, self.see(film.colours, number)),
                    shots=tuple(Shot(int(p), int(p) + 1000) for p in pts),
                    stills=tuple((int(p), f"jpeg {number} {p}".encode()) for p in pts),
                ),
            )
        for stamp, texts in ((SPEECH, film.speech), (SCREEN, film.screen)):
            if texts:
                self._passages(video, stamp, _spoken(texts, stamp.channel))
        if film.subtitles and any(place in film.sidecars for place in mine):
            self._passages(video, CUES, _spoken(film.subtitles, "subtitle"))
        if film.breaks:
            letter, relative = mine[0]
            self.store.put_failure(
                self.roots[letter],
                relative,
                fingerprint=video,
                stage="decode",
                reason="damaged",
                message=f"{os.path.basename(relative)} breaks off.",
                video=video,
            )

    def _passages(self, video: str, stamp: Stamp, passages: tuple[Passage, ...]) -> None:
        passages = tuple(replace(p, video="", id=0) for p in passages)
        vectors = self.encode([p.text for p in passages])
        data = ChannelData(
            stamp,
            passages=passages,
            passage_vectors=np.asarray(vectors, np.float16),
            words_space=WORDS,
        )
        self.store.commit_channel(video, data)

    def bad(self, letter: str, relative: str) -> None:
        if letter in self.roots:
            path = self.place / letter / relative
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"nothing")
            self.store.put_failure(
                self.roots[letter],
                relative,
                fingerprint="f" * 32,
                stage="probe",
                reason="not-media",
                message=f"{os.path.basename(relative)} is not media.",
            )

    def concept(
        self, world: World, called: str, words: str, taught: tuple[tuple[int, bool], ...]
    ) -> None:
        examples = tuple(
            Example("span", f"{film_id(n)}#t=0,2", FRAMES, _mean(self, world, n), wanted)
            for n, wanted in taught
            if any(letter in self.roots for letter, _ in world.films[n].places)
        )
        if words or any(example.wanted for example in examples):
            self.store.put_concept(Concept(called, examples, words, "2024-05-01T00:00:00+00:00"))


def _mean(builder: _Builder, world: World, number: int) -> bytes:
    colours = world.films[number].colours[:2] or ("grey",)
    mean = np.asarray(builder.see(colours, number), np.float32).mean(axis=0)
    return (mean / np.linalg.norm(mean)).astype("<f2").tobytes()


def _spoken(texts: Sequence[str], source: str) -> tuple[Passage, ...]:
    return tuple(Passage(Span(2.0 * n, 2.0 * n + 2), t, source) for n, t in enumerate(texts))
