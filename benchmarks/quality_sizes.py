"""The starter at other sizes of picture: ``python -m benchmarks.quality_sizes --shared DIR``.

Writes the model once more for each size (the network reads any; weights and calibration stay), and
measures a frame and the dev split of Flickr8k. What clips say of a size:
``python -m benchmarks.quality --only clips --picture OUT/288``. Needs ``onnx``.
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx

from benchmarks.harness import Table
from kinolex.encoders.protocols import PictureEncoder
from kinolex.encoders.registry import cards, load_picture
from kinolex.encoders.sources import resolve
from kinolex.settings import Settings
from recipes.starter import pictures

SIZES = (208, 240, 272, 288, 320, 352)
ROUNDS, TOGETHER = 12, 8


def resized(model: Path, side: int, out: Path) -> Path:
    """The same model, which reads pictures of another side.

    Parameters
    ----------
    model : Path
        A folder whose picture network has no layer that knows the size.
    side : int
        Pixels.
    out : Path
        A folder; one that is there stays.
    """
    if not out.exists():
        shutil.copytree(model, out)
        network, rules = out / "visual" / "model.onnx", out / "visual" / "preprocess_cfg.json"
        graph = onnx.load(str(network))
        for axis in graph.graph.input[0].type.tensor_type.shape.dim[2:]:
            axis.dim_value = side
        del graph.graph.value_info[:]
        onnx.save(graph, str(network))
        told = json.loads(rules.read_text("utf-8"))
        rules.write_text(json.dumps({**told, "size": [side, side]}, indent=1) + "\n", "utf-8")
    return out


def frame_times(encoder: PictureEncoder) -> list[float]:
    """Milliseconds a frame of 16:9, as the decoder gives it."""
    side = encoder.picture_size
    shape = (TOGETHER, side, side * 16 // 9, 3)
    frames = list(np.random.default_rng(0).integers(0, 255, shape, np.uint8))
    found = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        encoder.encode_pictures(frames)
        found.append(1000 * (time.perf_counter() - begun) / TOGETHER)
    return found[2:]


def recalls(encoder: PictureEncoder, dev: Sequence[pictures.Labelled]) -> dict[int, float]:
    """R@1 and R@10 of captions among the pictures, in percent; equal scores count as higher."""
    images = [np.asarray(one) for one in pictures.read(list(dev))]
    seen = np.concatenate(
        [encoder.encode_pictures(images[at : at + 64]) for at in range(0, len(images), 64)]
    )
    said = encoder.encode_words([text for one in dev for text in one.captions], query=True)
    own = np.repeat(np.arange(len(dev)), [len(one.captions) for one in dev])
    scores = said @ seen.T
    ranks = (scores >= scores[np.arange(len(own)), own][:, None]).sum(axis=1)
    return {k: 100 * float((ranks <= k).mean()) for k in (1, 10)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, required=True, help="folder with data/flickr8k")
    parser.add_argument("--out", type=Path, default=Path("build/starter-sizes"))
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="pixels a side")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    given = parser.parse_args()
    dev = [one for one in pictures.flickr8k(given.shared) if one.split == "dev"]
    model, table = resolve(cards()["starter"]), Table("quality-sizes")
    assert model is not None
    for side in given.sizes:
        place = resized(model, side, given.out / str(side))
        encoder = load_picture(str(place), Settings(threads=1))
        table.add(f"{side} px: a frame", frame_times(encoder), "ms")
        for k, value in recalls(encoder, dev).items():
            table.add(f"{side} px: dev, text to picture R@{k}", value, "%")
    print(table)
    print(f"\n{table.save(given.json)}")


if __name__ == "__main__":
    main()
