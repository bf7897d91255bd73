"""`Engine`: one question in, one `Answer` out, with every step timed.

The steps are those of the package: parse (what the filters let through), encode, candidates,
calibrate, spans, fuse, explain. Whatever depends on the library alone is kept until the library
changes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from kinolex.encoders.protocols import PictureEncoder, WordsEncoder
from kinolex.errors import ModelMissingError, NotFoundError, QueryError
from kinolex.library.records import Space
from kinolex.library.store import Store
from kinolex.moments import (
    SOURCE_CHANNEL,
    Answer,
    Filters,
    Moment,
    Part,
    Query,
    Span,
    ranked,
)
from kinolex.search import passages as said
from kinolex.search import pictures as seen
from kinolex.search import worded
from kinolex.search.cache import Cache
from kinolex.search.concepts import check, expanded, foreign, is_concept
from kinolex.search.conditions import conditions
from kinolex.search.encoders import QueryEncoders, reads, space_of
from kinolex.search.explain import evidence
from kinolex.search.fragments import parse_fragment
from kinolex.search.fuse import PER_VIDEO, Candidate, Fused, at_most, fuse, one_per_video
from kinolex.search.judged import judged_candidates
from kinolex.search.judges import Judges
from kinolex.search.run import Frames, Look, Reading, Run, Scanning, Stop, wanted
from kinolex.search.searched import searched
from kinolex.search.timeline import Bar, picture_bars, word_bars
from kinolex.search.words import informative
from kinolex.settings import Settings

__all__ = ["Engine", "Frames"]

WORD_CHANNELS = ("speech", "screen", "title")
_LOOKS = ("image", "concept")
"""Kinds of parts that only pictures can be compared with."""

_WEAK_SHOWN = 3

Vector = npt.NDArray[np.float32]


def _readable(parts: Sequence[Part]) -> None:
    """A picture that cannot be read is a mistake even where no pictures are searched."""
    for part in parts:
        if part.kind == "image":
            seen.picture_of(part.value)


class Engine:
    """Answers questions about one library.

    Parameters
    ----------
    store : Store
        Open, for reading at least; it stays the caller's to close.
    settings : Settings, optional
        Which encoders to load, threads, device.
    picture, words : encoder, optional
        Use these instead of loading any. Otherwise an encoder is loaded when a question first
        needs it, by the name that the library's vectors carry.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from kinolex.search.parse import parse
    >>> with Store.open(pathlib.Path(tempfile.mkdtemp()), write=True) as store:
    ...     Engine(store).answer(parse("a cup")).nothing_found
    True
    """

    def __init__(
        self,
        store: Store,
        *,
        settings: Settings | None = None,
        picture: PictureEncoder | None = None,
        words: WordsEncoder | None = None,
    ) -> None:
        self._store = store
        self._encoders = QueryEncoders(settings or Settings(), picture, words)
        self._cache = Cache(store)
        self._judges = Judges(settings or Settings())
        self._beside = ThreadPoolExecutor(2, thread_name_prefix="search")

    def answer(self, query: Query, stop: Stop | None = None) -> Answer:
        """Find the moments that answer a question, or say that there are none.

        Parameters
        ----------
        query : Query
            From `kinolex.search.parse.parse`.
        stop : callable, optional
            Asked before every step whether to give up.

        Raises
        ------
        QueryError
            If a picture cannot be read, a span's video is not known or its name is not unique, or
            a concept was not taught.
        StoppedError
            If ``stop`` said so.
        """
        run = Run(query, stop)
        with run.step("total"), self._store.snapshot():
            with run.step("parse"):
                self._cache.refresh()
                self._encoders.choose(self._cache.chosen)
                check(query.parts, self._cache.concepts)
                run.videos = self._store.filter_videos(query.filters)
                if run.videos == [] and self._cache.counts.videos:
                    unknown = self._store.unknown_tags(query.filters)
                    run.notes += [f"No video is tagged {name}." for name in unknown]
                    run.notes += [] if unknown else ["No video fits the filters."]
            fused = self._fused(run) if self._cache.counts.videos and run.videos != [] else []
            sure = [moment for moment in fused if moment.sure][: query.limit]
            with run.step("explain"):
                moments = self._explained(sure, query)
                weak = self._explained(fused[:_WEAK_SHOWN], query) if not sure else ()
                what = searched(
                    self._store,
                    self._cache.counts,
                    self._cache.states,
                    channels=query.channels,
                    videos=run.videos,
                    off=run.off,
                )
            generation = self._cache.generation
        if run.notes:
            query = replace(query, notes=(*query.notes, *run.notes))
        return Answer(query, moments, weak, what, run.timing, generation)

    def timeline(self, query: Query, video: str, stop: Stop | None = None) -> dict[str, list[Bar]]:
        """How the chance to answer runs over one video, channel by channel.

        Parameters
        ----------
        query : Query
            Its filters are not looked at.
        video : str
            Id.
        stop : callable, optional
            As in `answer`.
        """
        run = Run(replace(query, filters=Filters(videos=(video,))), stop)
        with self._store.snapshot():
            self._cache.refresh()
            self._encoders.choose(self._cache.chosen)
            check(query.parts, self._cache.concepts)
            run.videos = [video]
            found: dict[str, list[Bar]] = {}
            scanning = self._scanning(run) if "picture" in query.channels else None
            if scanning is not None:
                scanning.result.result()
                length, shots = self._cache.duration(video), self._cache.shots(video)
                found["picture"] = picture_bars(
                    scanning.asked, scanning.table, video, length, shots
                )
            reading = self._reading(run)
            worded_ = self._worded(run, reading) if reading is not None else []
            return found | word_bars(c for c in worded_ if c.video == video)

    # The steps

    def _fused(self, run: Run) -> list[Fused]:
        query = run.query
        words = [part.value for part in query.parts if part.kind == "words"]
        if words and query.channels != ("picture",):
            self._encoders.prepare_words(self._sentences(), words)
        scanning = self._scanning(run, judged=True) if "picture" in query.channels else None
        reading = None
        try:
            reading = self._reading(run)
            pictured = self._pictured(run, scanning) if scanning is not None else []
            found = (self._worded(run, reading) if reading is not None else []) + pictured
        finally:
            for beside in (scanning, reading):
                if beside is not None:
                    beside.result.exception()  # never leave it running behind an error
        with run.step("fuse"):
            checks = conditions(self._store, query, {c.video for c in found})
            found = [c for c in found if checks.allow(c.video, c.span)]
            fused = [m for m in fuse(found) if checks.allow(m.video, m.span)]
            fused = self._without_examples(fused, query)
            if query.group == "video":
                return one_per_video(fused)
            return fused if query.filters.videos else at_most(fused, PER_VIDEO)

    def _reading(self, run: Run) -> Reading | None:
        """Look for the words, and start the look for their meaning, which goes on beside."""
        query = run.query
        channels = [c for c in query.channels if c in WORD_CHANNELS]
        sources = [s for s, channel in SOURCE_CHANNEL.items() if channel in channels]
        if not channels:
            return None
        if all(part.kind in _LOOKS for part in query.parts):
            run.off.update(dict.fromkeys(channels, "A picture cannot be compared with words."))
            return None
        if all(part.kind in _LOOKS or part.weight < 0 for part in query.parts):
            run.off.update(dict.fromkeys(channels, "No words are asked for, only against."))
            return None
        look: Look = {"sources": sources, "videos": run.videos, "most": wanted(query)}
        asked = said.question(run.text, phrases=query.phrases, excluded=query.excluded)
        with run.step("candidates"):
            written = said.written(self._store, asked, **look)
        with run.step("encode"):
            table, vector = self._sentence(run)
        asked = replace(asked, vector=vector)
        nearest = self._beside.submit(said.nearest, asked, table, run.videos, look["most"])
        return Reading(asked, table, look, written, nearest)

    def _worded(self, run: Run, reading: Reading) -> list[Candidate]:
        """Candidates of the word channels."""
        asked, table, written = reading.asked, reading.table, reading.written
        with run.step("candidates"):
            ids = reading.result.result()
            near = said.near(self._store, asked, table, ids, written, **reading.look)
        with run.step("calibrate"):
            judged = said.judge(written + near, asked, table, self._cache.counts.passages)
            judged = said.holding(judged, run.query.phrases)
            judged = said.timed(self._store, judged)
        with run.step("spans"):
            return worded.candidates(judged, run.query.phrases, self._cache.duration, asked.asked)

    def _scanning(self, run: Run, judged: bool = False) -> Scanning | None:
        """Start the look through the frames, which goes on beside the word channels.

        With ``judged`` a matcher looks, where one was named and words alone are asked for.

        None, with the reason in ``run.off``, where the picture channel cannot be used.
        """
        with run.step("encode"):
            spaces = [s for s in self._cache.spaces if s.kind == "frames" and s.rows]
            if not spaces:
                _readable(run.query.parts)
                return None
            encoder = None
            name = max(spaces, key=lambda s: s.rows).name
            parts = expanded(run.query.parts, self._cache.concepts)
            again = foreign(run.query.parts, self._cache.concepts, name)
            if again or any(part.kind != "span" for part in parts):
                found = self._encoders.picture(spaces)
                if isinstance(found, str):
                    _readable(run.query.parts)
                    run.off["picture"] = found
                    return None
                encoder, name = found, space_of(found)
            table = self._cache.frames(name, encoder)
            judge = self._judges.over(name, table, run) if judged else None
            try:
                if judge is not None and encoder is not None:
                    sentence = encoder.encode_words([run.text], query=True)[0]
                    asked = seen.ask_words(seen.unit(sentence), table)
                    if math.isfinite(asked.background.deviation):
                        judging = self._beside.submit(judge.judge, sentence, run.videos)
                        return Scanning(asked, table, judging)
                asked = seen.ask(parts, table, encoder, self._example)
            except ModelMissingError as error:  # its text side stands on a model that is gone
                run.off["picture"] = str(error)
                return None
        scan = self._beside.submit(seen.scan, asked, table, run.videos, wanted(run.query))
        return Scanning(asked, table, scan)

    def _pictured(self, run: Run, scanning: Scanning) -> list[Candidate]:
        """Candidates of the picture channel."""
        with run.step("candidates"):
            found = scanning.result.result()
        asked, table = scanning.asked, scanning.table
        shots, length, most = self._cache.shots, self._cache.duration, wanted(run.query)
        with run.step("spans"):
            if isinstance(found, seen.Scan):
                return seen.candidates(
                    asked, table, found, shots_of=shots, duration=length, most=most
                )
            return judged_candidates(asked, table, found, duration=length, most=most)

    def _sentences(self) -> list[Space]:
        """Spaces of passages."""
        return [s for s in self._cache.spaces if s.kind == "passages" and s.rows]

    def _sentence(self, run: Run) -> tuple[said.WordTable | None, Vector | None]:
        """The question's vector among sentences, and their table; None where there is none."""
        spaces = self._sentences()
        parts = [p for p in run.query.parts if p.kind not in _LOOKS]
        if not spaces:
            return None, None
        encoder = None
        name = max(spaces, key=lambda s: s.rows).name
        if any(part.kind == "words" for part in parts):
            found = self._encoders.words(spaces)
            if isinstance(found, str):
                run.notes.append(
                    f"Only the words themselves were looked for, not their meaning: {found}"
                )
                parts = [p for p in parts if p.kind == "span"]
            else:
                encoder, name = found, space_of(found)
                known = [p for p in parts if p.kind == "span" or reads(found, p.value)]
                if len(known) < len(parts):
                    run.notes.append(
                        "Only the words themselves were looked for, not their meaning: "
                        f"{found.name} does not know their letters."
                    )
                parts = known
        table = self._cache.words(name)
        vectors = [
            (p.weight, v) for p in parts if (v := self._meaning(p, encoder, table)) is not None
        ]
        if not vectors:
            return table, None
        total = np.sum([weight * vector for weight, vector in vectors], axis=0)
        return table, seen.unit(np.asarray(total, np.float32))

    def _meaning(
        self, part: Part, encoder: WordsEncoder | None, table: said.WordTable
    ) -> Vector | None:
        """A part's vector among sentences: encoded, or the mean of what is said in the span."""
        if part.kind == "words":
            return None if encoder is None else self._encoders.meaning(encoder, part.value)
        video, span = self.span_of(part.value)
        ids = [
            p.id
            for p in self._store.passages_of(video)
            if p.source != "title" and p.span.overlap(span) > 0
        ]
        vectors = table.vectors(ids)
        vectors = vectors[~np.isnan(vectors).any(axis=1)]
        return seen.unit(vectors.mean(axis=0)) if len(vectors) else None

    def _example(self, value: str) -> tuple[str, Span]:
        """What the table of frames calls an example: a span's video, or a concept's key."""
        return (value, Span(0, 1)) if is_concept(value) else self.span_of(value)

    def frames(self, *, encoding: bool = True) -> Frames:
        """The frames of the picture channel, for other rooms, with the encoder of their space.

        Parameters
        ----------
        encoding : bool
            Whether words or pictures are going to be encoded; else no encoder is loaded.

        Raises
        ------
        NotFoundError
            If no pictures are indexed.
        ModelMissingError
            If no encoder that fits them is on this machine.
        """
        self._cache.refresh()
        self._encoders.choose(self._cache.chosen)
        spaces = [s for s in self._cache.spaces if s.kind == "frames" and s.rows]
        if not spaces:
            raise NotFoundError(
                "No pictures are indexed.",
                hint="Run `kinolex index --only picture` (`kinolex models list` names encoders).",
            )
        if not encoding:
            name = max(spaces, key=lambda s: s.rows).name
            return Frames(None, name, self._cache.frames(name, None))
        found = self._encoders.picture(spaces)
        if isinstance(found, str):
            raise ModelMissingError(found)
        return Frames(found, space_of(found), self._cache.frames(space_of(found), found))

    def sentences(self, texts: Sequence[str]) -> tuple[str, Vector] | None:
        """Texts as passages of the library: the name of their space, and float32 (n, d).

        None where no passage has a vector, or their encoder is not on this machine.
        """
        self._cache.refresh()
        self._encoders.choose(self._cache.chosen)
        spaces = self._sentences()
        found = self._encoders.words(spaces) if spaces else ""
        return None if isinstance(found, str) else (space_of(found), found.encode_words(texts))

    def span_of(self, fragment: str) -> tuple[str, Span]:
        """Video id and span of a media fragment."""
        named = parse_fragment(fragment)
        ids = self._store.find_videos(named.video)
        if not ids:
            raise QueryError(
                f"No indexed video is called {named.video}.",
                hint="See `kinolex list`; a part of one is written VIDEO#t=10,15.",
            )
        if len(ids) > 1:
            raise QueryError(
                f"{len(ids)} videos are called {named.video}.", hint="Give a path or an id."
            )
        return ids[0], named.span(self._cache.duration(ids[0]))

    def _without_examples(self, fused: Sequence[Fused], query: Query) -> list[Fused]:
        """Leave the example itself out of what is like it."""
        examples = [self.span_of(p.value) for p in query.parts if p.kind == "span"]
        return [
            m
            for m in fused
            if not any(
                m.video == video
                and m.span.overlap(span) >= 0.5 * min(m.span.duration, span.duration)
                for video, span in examples
            )
        ]

    def _explained(self, fused: Sequence[Fused], query: Query) -> tuple[Moment, ...]:
        text = " ".join(p.value for p in query.parts if p.kind == "words")
        asked = informative(text)
        moments = []
        for one in fused:
            video = self._cache.video(one.video)
            if video is not None:
                why = evidence(one.grounds, one.span, asked, query.phrases)
                moments.append(Moment(video, one.span, min(one.score, 1.0), 0, why))
        return ranked(moments)
