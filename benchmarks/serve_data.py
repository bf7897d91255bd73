"""The library of `benchmarks.serve` with what pages show: stills, and a film of two hours.

The film is a real file that browsers play. What is known of it is drawn, as in the rest of the
library (`benchmarks.search_scale_data`): a shot and a spoken passage each 3 s, a picture each
second, words on the screen each 12 s.
"""

from __future__ import annotations

import io
import itertools
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.harness import film
from benchmarks.search_scale_data import FRAME_DIMENSIONS, PASSAGE_DIMENSIONS, Size, World
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
from kinolex.media.fingerprint import fingerprint
from kinolex.moments import Span

SHOT, SCREEN = 3.0, 12.0
"""Seconds of a shot (and a passage), and of words on the screen."""


@dataclass(frozen=True)
class Served:
    """A library to be shown: its folder, its ordinary videos, its film and the film's length."""

    folder: Path
    videos: tuple[str, ...]
    film: str
    seconds: int


def prepare(place: Path, plain: Path, seconds: int) -> Served:
    """Copy a library, once, and add stills and a film."""
    folder = plain.with_name(f"{plain.name}-with-film-{seconds}")
    file = place / "films" / f"film-{seconds}.mp4"
    if not folder.exists():
        part = folder.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(plain, part)
        file.parent.mkdir(exist_ok=True)
        film(file, seconds=seconds, size="640x360")
        with Store.open(part, write=True) as store:
            spaces = {space.kind: space.name for space in store.spaces()}
            pictures = jpegs(64)
            for number, video in enumerate(store.videos()):
                add_stills(store, video.id, spaces["frames"], pictures, number)
            add_film(store, file, seconds, spaces, pictures)
        part.rename(folder)
    with Store.open(folder) as store:
        known = fingerprint(file)
        videos = tuple(v.id for v in store.videos() if v.id != known)
    return Served(folder, videos, known, seconds)


def jpegs(count: int) -> list[bytes]:
    """Small pictures of soft shapes with grain, about as large as stills of films (8 kB)."""
    from PIL import Image

    random, found = np.random.default_rng(3), []
    for _ in range(count):
        rough = random.integers(0, 255, (9, 16, 3), dtype=np.uint8)
        soft = np.asarray(Image.fromarray(rough).resize((320, 180), Image.Resampling.BICUBIC))
        grain = random.normal(0.0, 9.0, soft.shape)
        picture = np.clip(soft + grain, 0, 255).astype(np.uint8)
        with io.BytesIO() as file:
            Image.fromarray(picture).save(file, "JPEG", quality=70)
            found.append(file.getvalue())
    return found


def add_stills(
    store: Store, video: str, space: str, pictures: Sequence[bytes], number: int
) -> None:
    """A still a minute for a video that has none: the nearest one is shown."""
    held = store.frames_of(video, space)
    assert held is not None
    pts = np.round(held[0] * 1000).astype(np.int64)
    shots = [Shot(round(s.start * 1000), round(s.end * 1000)) for s in store.shots_of(video)]
    some = enumerate(pts[::60], number)
    data = ChannelData(
        _stamp("picture", space),
        frames=FrameBlock(pts, held[1]),
        shots=tuple(shots),
        stills=tuple((int(at), pictures[n % len(pictures)]) for n, at in some),
    )
    store.commit_channel(video, data)


def add_film(
    store: Store, file: Path, seconds: int, spaces: dict[str, str], pictures: Sequence[bytes]
) -> None:
    """The film and what is known of it."""
    world = World(Size(), seed=11)
    facts, known = file.stat(), fingerprint(file)
    root = store.add_root(file.parent)
    record = VideoRecord(known, facts.st_size, float(seconds), "A long film")
    with store.batch():
        store.put_video(replace(record, width=640, height=360, fps=25.0))
        state = FileState(root.id, file.name, facts.st_size, facts.st_mtime_ns, known)
        store.put_file(state)
        store.commit_channel(known, _seen(world, seconds, spaces["frames"], pictures))
        said = tuple(_said(world, seconds))
        store.commit_channel(
            known,
            ChannelData(
                Stamp("speech", "synthetic-speech", "1"),
                passages=said,
                passage_vectors=world.clustered(len(said), PASSAGE_DIMENSIONS, 3).astype("f2"),
                words_space=spaces["passages"],
            ),
        )
        shown = tuple(_shown(world, seconds))
        store.commit_channel(
            known, ChannelData(Stamp("screen", "synthetic-screen", "1"), passages=shown)
        )


def _stamp(channel: str, space: str) -> Stamp:
    encoder, _, version = space.rpartition("@")
    return Stamp(channel, encoder, version)


def _seen(world: World, seconds: int, space: str, pictures: Sequence[bytes]) -> ChannelData:
    pts = np.arange(seconds, dtype=np.int64) * 1000
    cuts = [*range(0, 1000 * seconds, round(1000 * SHOT)), 1000 * seconds]
    return ChannelData(
        _stamp("picture", space),
        frames=FrameBlock(pts, world.clustered(seconds, FRAME_DIMENSIONS, 3).astype("f2")),
        shots=tuple(Shot(a, b) for a, b in itertools.pairwise(cuts)),
        stills=tuple((int(at), pictures[n % len(pictures)]) for n, at in enumerate(pts)),
    )


def _said(world: World, seconds: int) -> Iterator[Passage]:
    for start in np.arange(0.0, seconds - SHOT + 0.1, SHOT).tolist():
        words = world.text(8).split()
        each = SHOT / len(words)
        times = tuple(
            (round(start + i * each, 2), round(start + (i + 1) * each, 2), word)
            for i, word in enumerate(words)
        )
        yield Passage(Span(start, start + SHOT), " ".join(words), "speech", "en", words=times)


def _shown(world: World, seconds: int) -> Iterator[Passage]:
    for start in np.arange(0.0, seconds - SCREEN + 0.1, SCREEN).tolist():
        box = (0.1, 0.8, 0.5, 0.1)
        yield Passage(Span(start, start + SCREEN), world.text(3), "screen", "en", box=box)
