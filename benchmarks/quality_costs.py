"""What is paid for speed and size: eight bits, 128 dimensions, and the coarse first pass."""

from __future__ import annotations

import statistics
from pathlib import Path

import numpy as np

from benchmarks.harness import Table
from benchmarks.quality_asked import rank_of
from benchmarks.quality_clips import SEEN, Asked, questions
from benchmarks.quality_curves import Clips
from benchmarks.quality_pictures import Vectors, cut, flickr_recall
from kinolex.encoders.protocols import PictureEncoder
from kinolex.encoders.registry import load_picture
from kinolex.ingest.pictures import preview_plan
from kinolex.media.decode import pictures
from kinolex.media.probe import probe
from kinolex.settings import Settings

Frames = dict[str, Vectors]


def costs(table: Table, library: Path, name: str, folder: Path) -> None:
    """Right clip first and mean reciprocal rank, by frames in the library and by fewer."""
    known = Clips(library, name)
    encoder = known.encoder
    groups, moments = questions(folder)
    told = {q.text: encoder.encode_words([q.text], query=True)[0] for q in (*groups, *moments)}
    table_rows = known.frames.rows
    full: Frames = {n: np.asarray(table_rows[r], np.float32) for n, r in known.rows.items()}
    coarse = {n: _coarse(folder / n, encoder) for n in full}
    for label, frames, size in (
        ("all frames", full, encoder.dimensions),
        ("all frames, 128 dimensions", full, 128),
        ("the coarse pass alone", coarse, encoder.dimensions),
    ):
        short = {n: cut(v, size) for n, v in frames.items()}
        count = sum(map(len, frames.values()))
        asked = {text: cut(vector[None], size)[0] for text, vector in told.items()}
        mrr = statistics.mean(1 / _rank(short, asked[q.text], q) for q in groups)
        table.add(f"cost, {label}: group questions, MRR", mrr, note=f"{count} frames")
        seen = statistics.mean(1 / _rank(short, asked[q.text], q) for q in groups if q.kind in SEEN)
        table.add(f"cost, {label}: group questions about what is seen, MRR", seen)
        some = [q for q in moments if q.kind == "picture"]
        first = statistics.mean(_rank(short, asked[q.text], q) == 1 for q in some)
        table.add(f"cost, {label}: picture questions, right clip first", first, "share")


def eight_bits(table: Table, shipped: PictureEncoder, wide: str, shared: Path) -> None:
    """Recall on Flickr8k before and after the weights were made small."""
    for label, encoder in (("eight bits", shipped), ("32 bits", load_picture(wide))):
        at = flickr_recall(encoder, shared)
        for k in (1, 10):
            table.add(f"cost, {label}: Flickr8k test, text to picture R@{k}", at[k], "%")


def _rank(frames: Frames, question: Vectors, asked: Asked) -> int:
    """Rank of the right clip by the three best frames of each."""
    scores = {n: float(np.sort(v @ question)[-3:].mean()) for n, v in frames.items()}
    return rank_of(scores, asked.files)


def _coarse(path: Path, encoder: PictureEncoder) -> Vectors:
    """Vectors of the frames that the first, coarse pass looks at."""
    info = probe(path)
    plan = preview_plan(Settings(), encoder, info.duration)
    shown = [f.picture for f in pictures(path, info, plan) if f.picture is not None]
    return encoder.encode_pictures(shown)
