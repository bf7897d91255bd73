"""What never changes in training, computed once: the frozen backbone's features of pictures.

Arrays are written piece by piece beside a count of finished rows, so that a run that was stopped
goes on where it was. The backbone runs as ONNX here, which takes half the time of eager torch.
"""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
import torch
from PIL import Image
from torch import Tensor

from recipes.starter import backbone, pictures
from recipes.starter.pictures import Labelled, Picture
from recipes.starter.settings import BACKBONE, FEATURES, SIZE

_BATCH = 32


def features(
    found: list[Labelled], folder: Path, name: str, *, views: int
) -> npt.NDArray[np.float16]:
    """Pooled features of every view of every picture; (pictures, views, features) float16."""
    folder.mkdir(parents=True, exist_ok=True)
    names = "\n".join(f"{one.archive.name}/{one.collection}/{one.name}" for one in found)
    key = hashlib.sha256(f"{BACKBONE} {SIZE} {views} middle\n{names}".encode()).hexdigest()[:8]
    path, done = folder / f"{name}-{key}.npy", folder / f"{name}-{key}.done"
    ready = int(done.read_text()) if done.exists() and path.exists() else 0
    if ready == len(found) and found:
        return np.asarray(np.load(path, mmap_mode="r"))
    out = np.lib.format.open_memmap(
        path, mode="r+" if ready else "w+", dtype=np.float16, shape=(len(found), views, FEATURES)
    )
    session = backbone_session(folder)
    images = pictures.read(found[ready:])
    step = max(1, _BATCH // views)
    for start in range(ready, len(found), step):
        count = min(step, len(found) - start)
        batch = [v for i in range(count) for v in _views(next(images), start + i, views)]
        pixels = backbone.normalised(batch).contiguous().numpy()
        made = session.run(None, {"pixels": pixels})[0]
        out[start : start + count] = made.reshape(count, views, FEATURES)
        done.write_text(str(start + count))
    out.flush()
    return np.asarray(out)


def backbone_session(folder: Path) -> onnxruntime.InferenceSession:
    """The frozen backbone as ONNX: normalised pixels to pooled features."""
    path = folder / f"{BACKBONE}-{SIZE}.onnx"
    if not path.exists():
        torch.onnx.export(
            backbone.Features(backbone.whole()).to(memory_format=torch.contiguous_format),
            (torch.zeros(1, 3, SIZE, SIZE),),
            str(path),
            input_names=["pixels"],
            output_names=["features"],
            dynamic_axes={"pixels": {0: "n"}, "features": {0: "n"}},
            opset_version=17,
            dynamo=False,
        )
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


@functools.cache
def classifier() -> tuple[Tensor, Tensor]:
    """Weights (1000, features) and bias of the backbone's own classes."""
    last = backbone.whole()._fc
    return last.weight.detach().clone(), last.bias.detach().clone()


def _views(image: Image.Image, number: int, views: int) -> list[Picture]:
    """The plain view, then random ones that depend on the picture's number alone."""
    rng = np.random.default_rng([7, number])
    return [pictures.plain(image)] + [pictures.view(image, rng) for _ in range(views - 1)]
