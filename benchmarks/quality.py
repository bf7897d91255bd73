"""How well pictures are found by words: recall, moments, and "nothing found" where nothing is.

``make bench-quality`` runs it on both encoders that ship (``--picture NAME``: on any): Flickr8k
``test_1k``, one photograph of each ImageNet class, and the real clips, none of which its training
saw. Every figure stands beside chance or a guess that ignores the question.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np

import kinolex
from benchmarks import (
    quality_chance,
    quality_clips,
    quality_costs,
    quality_labels,
    quality_left_out,
    quality_looks,
    quality_pictures,
    quality_plots,
    quality_steps,
    quality_windows,
)
from benchmarks.harness import RESULTS, Table, cost_of_command, film
from benchmarks.quality_asked import Everything
from kinolex.encoders.protocols import PictureEncoder
from kinolex.encoders.registry import load_picture
from kinolex.settings import Settings

PLOT = RESULTS.parents[1] / "docs" / "images" / "starter-quality.png"

AIMS = {"starter": "16", "starter-plus": "30"}
"""Milliseconds that a frame may take on one core."""

PARTS = (("pictures", "flickr8k"), ("pictures", "imagenet_sample"), ("clips", "real_clips"))
"""Data that each part reads."""


def speed(table: Table, name: str) -> None:
    """Milliseconds a frame on one core, and a question, in this run."""
    encoder = load_picture(name, Settings(threads=1))
    # Frames of 16:9 as the decoder hands them over, and larger ones that are made smaller first.
    noise, side = np.random.default_rng(0), encoder.picture_size
    for label, shape, aim in (
        ("a frame on one core, as decoded", (side, side * 16 // 9, 3), AIMS.get(name, "")),
        ("a frame of 512 x 288 on one core", (288, 512, 3), ""),
    ):
        frames = list(noise.integers(0, 255, (8, *shape), np.uint8))
        table.add(label, [_timed(encoder, frames) for _ in range(12)][2:], "ms", aim)
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


def hour(table: Table, name: str) -> None:
    """An hour of video from file to library, pictures alone, beside an encoder of ViT-B/32's cost.

    Random weights cost the same as trained ones.
    """
    from kinolex.testing.models import make_vit_b32

    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        clip = film(place / "hour.mp4", seconds=3600, size="640x360")
        make_vit_b32(place / "vit-b32")
        walls = {}
        for label, model in (("this encoder", name), ("ViT-B/32", str(place / "vit-b32"))):
            command = [sys.executable, "-m", "benchmarks.ingest", "--side", "ingest"]
            walls[label] = cost_of_command([*command, str(clip), model]).wall
            table.add(f"an hour of video, 360p, pictures: {label}", walls[label], "s")
    table.add("the same, ViT-B/32 / this encoder", walls["ViT-B/32"] / walls["this encoder"], "x")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, help="folder with data/")
    parser.add_argument("--picture", default="starter", help="name or folder of the encoder")
    parser.add_argument("--float", help="the same encoder before its weights were made small")
    parser.add_argument("--library", type=Path, help="a library that already holds the clips")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--plot", type=Path, help="where to draw them (PNG)")
    parser.add_argument("--only", choices=("pictures", "clips", "speed"), help="one part")
    given = parser.parse_args(arguments)
    missing = [name for name in ("faster_whisper", "rapidocr") if find_spec(name) is None]
    if missing and given.only in (None, "clips"):
        parser.error(
            f"all channels are asked about the clips, and {' and '.join(missing)} cannot be "
            'imported: pip install -e ".[speech,screen]"'
        )
    if given.shared is None:
        parser.error("give --shared DIR, the folder that holds data/ (with make: DATA=DIR)")
    for part, name in PARTS:
        if given.only in (None, part) and not (given.shared / "data" / name).is_dir():
            parser.error(f"{given.shared} has no data/{name}: give the folder that holds data/")
    name = given.json.stem if given.json else "quality"
    table, encoder = Table(name), load_picture(given.picture)
    if given.only in (None, "speed"):
        speed(table, given.picture)
        hour(table, given.picture)
    ranks: Sequence[float] = ()
    said: list[quality_chance.Said] = []
    if given.only in (None, "pictures"):
        ranks = quality_pictures.flickr(table, encoder, given.shared)
        quality_pictures.imagenet(table, encoder, given.shared)
        quality_looks.looked(table, encoder, given.shared)
        said = quality_chance.pictures(table, encoder, given.shared)
        if given.float:
            quality_costs.eight_bits(table, encoder, given.float, given.shared)
    if given.only in (None, "clips"):
        heard, scores = _clips(table, given)
        if said:
            quality_plots.draw(given.plot or PLOT, said, heard, ranks, scores)
    print(table)
    print(f"\n{table.save(given.json)}")


def _clips(
    table: Table, given: argparse.Namespace
) -> tuple[list[quality_chance.Said], tuple[list[float], list[float]]]:
    clips = given.shared / "data" / "real_clips"
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(given.library or Path(scratch) / "library")
        if not folder.exists():
            settings = Settings(picture=given.picture)
            with kinolex.open(folder, settings=settings) as library:
                library.add(clips, stills=False)
        with kinolex.open(folder, read_only=True) as library:
            quality_clips.clips(table, library, clips)
            scores = quality_clips.absent(table, library, clips, absent())
            heard = quality_chance.clips(table, library, clips, absent())
            quality_labels.labels(table, library)
        everything = Everything.of(folder, given.picture, clips, absent())
        quality_steps.steps(table, everything)
        quality_left_out.left_out(table, folder, everything)
        quality_windows.windows(table, everything)
        quality_costs.costs(table, folder, given.picture, clips)
    return heard, scores


if __name__ == "__main__":
    main()
