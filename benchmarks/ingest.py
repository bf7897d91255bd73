"""Ingest: the pipeline beside the sum of its parts and beside the obvious program.

``python -m benchmarks.ingest`` measures, for 720p and 1080p H.264 with a picture encoder of the
cost of ViT-B/32 (random weights cost the same), and for 1080p slides that change each 5 s, where
frames like the one before are not encoded again:

* wall time of ``kinolex index`` against (processor seconds of the decoding alone + of the encoding
  alone) / cores;
* the same against an OpenCV read loop that keeps one frame a second and uses the same encoder;
* peak memory of all processes (`benchmarks.long_file` does the same for a file of three hours).
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.harness import Cost, Table, cost_of_command, film, in_turn, peak_memory, ratios

CLIPS = {"720p": "1280x720", "1080p": "1920x1080", "1080p slides": "1920x1080"}
SIDES = ("decode", "encode", "ingest", "opencv")


def side_decode(clip: Path, model: Path) -> None:
    """The decoding alone, as the engine does it, in one process."""
    from kinolex.encoders.registry import load_picture
    from kinolex.ingest.pictures import full_plan
    from kinolex.media.decode import pictures
    from kinolex.media.probe import probe
    from kinolex.settings import Settings

    settings = Settings(picture=str(model))
    encoder = load_picture(str(model), settings)
    plan = full_plan(settings, encoder, screen=False, stills=True)
    for _ in pictures(clip, probe(clip), plan):
        pass


def side_encode(clip: Path, model: Path) -> None:
    """The encoding alone, of as many pictures as the clip has seconds."""
    import numpy as np

    from kinolex.encoders.registry import load_picture
    from kinolex.ingest.pictures import BATCH
    from kinolex.media.probe import probe

    encoder = load_picture(str(model))
    noise = np.random.default_rng(0)
    frames = [noise.integers(0, 255, (256, 455, 3), np.uint8) for _ in range(BATCH)]
    for _ in range(round(probe(clip).duration / BATCH)):
        encoder.encode_pictures(frames)


def side_ingest(clip: Path, model: Path) -> None:
    """The engine, from a file to a library on disk; pictures alone."""
    import kinolex

    with tempfile.TemporaryDirectory() as place:
        report = kinolex.open(place).add(clip, only=("picture",), picture=str(model))
        assert report.done == 1, report


def side_opencv(clip: Path, model: Path) -> None:
    """The obvious program: read every frame, keep one a second, encode one by one."""
    import cv2
    import numpy as np

    from kinolex.encoders.registry import load_picture

    encoder = load_picture(str(model))
    capture = cv2.VideoCapture(str(clip))
    rate = capture.get(cv2.CAP_PROP_FPS)
    vectors, number = [], 0
    while True:
        good, frame = capture.read()
        if not good:
            break
        if number % round(rate) == 0:
            rgb = np.ascontiguousarray(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB))
            vectors.append(encoder.encode_pictures([rgb]))
        number += 1
    np.save(os.devnull, np.concatenate(vectors))


def _command(side: str, clip: Path, model: Path) -> list[str]:
    return [sys.executable, "-m", "benchmarks.ingest", "--side", side, str(clip), str(model)]


def measure(place: Path, runs: int, seconds: int) -> Table:
    """Everything, with clips and model below ``place``."""
    from kinolex.testing.models import make_vit_b32

    model = place / "vit-b32"
    if not model.exists():
        make_vit_b32(model)
    table = Table("Ingest")
    cores = min(2, os.cpu_count() or 1)
    for name, size in CLIPS.items():
        path = place / f"film-{name.replace(' ', '-')}-{seconds}.mp4"
        clip = film(path, seconds=seconds, size=size, slides="slides" in name)

        def run(side: str, clip: Path = clip) -> Cost:
            return cost_of_command(_command(side, clip, model))

        costs = in_turn({s: (lambda s=s, run=run: run(s)) for s in SIDES}, runs)
        ideal = [
            (d.cpu + e.cpu) / cores for d, e in zip(costs["decode"], costs["encode"], strict=True)
        ]
        table.add(
            f"{name}: wall / ((decode cpu + encode cpu) / {cores})",
            [c.wall / i for c, i in zip(costs["ingest"], ideal, strict=True)],
            "x",
            "" if "slides" in name else "<= 1.25",
        )
        table.add(
            f"{name}: OpenCV loop wall / ours",
            ratios(costs["opencv"], costs["ingest"]),
            "x",
            ">= 2",
        )
        table.add(
            f"{name}: the same if both cores were always busy",
            [c.wall / i for c, i in zip(costs["opencv"], ideal, strict=True)],
            "x",
            note="the most that is possible here with every frame encoded",
        )
        table.add(f"{name}: speed", [seconds / c.wall for c in costs["ingest"]], "x real time")
        peak, _ = peak_memory(_command("ingest", clip, model))
        table.add(f"{name}: peak memory", peak, "MB", "< 1500")
    return table


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", choices=SIDES)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--place", type=Path, default=Path(tempfile.gettempdir()) / "kinolex-bench")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    if given.side:
        globals()[f"side_{given.side}"](*given.files)
        return
    given.place.mkdir(parents=True, exist_ok=True)
    table = measure(given.place, given.runs, given.seconds)
    print(table)
    table.save(given.json)


if __name__ == "__main__":
    main()
