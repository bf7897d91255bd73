"""How well pictures are found by words: recall, moments, and "nothing found" where nothing is.

``make bench-quality`` runs it on the encoder that ships (or ``--picture NAME``): Flickr8k
``test_1k``, one photograph of each ImageNet class, and the real clips, none of which its training
saw. Every figure stands beside chance or a guess that ignores the question.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import kinolex
from benchmarks import quality_clips, quality_pictures
from benchmarks.harness import Table
from kinolex.encoders.protocols import PictureEncoder
from kinolex.encoders.registry import load_picture
from kinolex.settings import Settings


def speed(table: Table, name: str) -> None:
    """Milliseconds a frame on one core, and a question, in this run."""
    encoder = load_picture(name, Settings(threads=1))
    frames = list(np.random.default_rng(0).integers(0, 255, (8, 288, 512, 3), np.uint8))
    times = [_timed(encoder, frames) for _ in range(12)][2:]
    table.add("a frame on one core", times, "ms", "16")
    asked = []
    for i in range(12):
        started = time.perf_counter()
        encoder.encode_words([f"a question nobody asked before, number {i}"], query=True)
        asked.append(1000 * (time.perf_counter() - started))
    table.add("a question's words on one core", asked[2:], "ms")


def _timed(encoder: PictureEncoder, frames: list[np.ndarray]) -> float:
    started = time.perf_counter()
    encoder.encode_pictures(frames)
    return 1000 * (time.perf_counter() - started) / len(frames)


def absent() -> list[str]:
    """Questions about things that are in no clip."""
    lines = Path(__file__).with_name("absent_pictures.txt").read_text("utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, required=True, help="folder with data/")
    parser.add_argument("--picture", default="starter", help="name or folder of the encoder")
    parser.add_argument("--library", type=Path, help="a library that already holds the clips")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--only", choices=("pictures", "clips", "speed"), help="one part")
    given = parser.parse_args(arguments)
    table = Table("quality")
    if given.only in (None, "speed"):
        speed(table, given.picture)
    if given.only in (None, "pictures"):
        encoder = load_picture(given.picture)
        quality_pictures.flickr(table, encoder, given.shared)
        quality_pictures.imagenet(table, encoder, given.shared)
    if given.only in (None, "clips"):
        _clips(table, given)
    print(table)
    print(f"\n{table.save(given.json)}")


def _clips(table: Table, given: argparse.Namespace) -> None:
    clips = given.shared / "data" / "real_clips"
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.library or Path(scratch) / "library"
        if not Path(folder).exists():
            settings = Settings(picture=given.picture)
            with kinolex.open(folder, settings=settings) as library:
                library.add(clips, stills=False)
        with kinolex.open(folder, read_only=True) as library:
            quality_clips.clips(table, library, clips)
            quality_clips.absent(table, library, clips, absent())


if __name__ == "__main__":
    main()
