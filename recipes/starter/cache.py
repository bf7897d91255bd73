"""What never changes in training, computed once: activations and frozen features of pictures.

Arrays are written piece by piece beside a count of finished rows, so that a run that was stopped
goes on where it was. The frozen network runs as ONNX, which takes half the time of eager torch.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
import torch
from PIL import Image
from torch import Tensor, nn

from recipes.starter import backbone, pictures
from recipes.starter.pictures import Labelled, Picture
from recipes.starter.settings import BACKBONE, CUT, FEATURES, SIZE, WIDEST
from recipes.starter.train import Seen

_BATCH = 10


def seen(
    found: list[Labelled], folder: Path, name: str, *, views: int, network: str = BACKBONE
) -> Seen:
    """Activations after block ``CUT`` of every view of every picture, and the pooled features."""
    folder.mkdir(parents=True, exist_ok=True)
    names = "\n".join(map(pictures.key, found))
    rule = f"{network} {SIZE} {WIDEST:.3f} {CUT} {views}"
    key = hashlib.sha256(f"{rule}\n{names}".encode()).hexdigest()[:8]
    bottom, top = _sessions(folder, network)
    shape = _run(bottom, np.zeros((1, 3, SIZE, SIZE), np.float32)).shape[1:]
    if not found:
        empty = np.zeros((0, views, *shape), np.float16)
        return Seen(torch.zeros(0, views, FEATURES), (empty,))
    done = folder / f"{name}-{key}.done"
    kept = {
        folder / f"{name}-{key}-activations.npy": shape,
        folder / f"{name}-{key}-features.npy": (FEATURES,),
    }
    whole = done.exists() and all(path.exists() for path in kept)
    ready = int(done.read_text()) if whole else 0
    mode = "w+" if not ready else "r+" if ready < len(found) else "r"
    activations, features = (
        np.lib.format.open_memmap(path, mode=mode, dtype=np.float16, shape=(len(found), views, *of))
        for path, of in kept.items()
    )
    for start, pixels in _ahead(_batches(found, ready, views)):
        made = _run(bottom, pixels).astype(np.float16)
        end = start + len(made) // views
        activations[start:end] = made.reshape(-1, views, *shape)
        features[start:end] = _run(top, made.astype(np.float32)).reshape(-1, views, FEATURES)
        done.write_text(str(end))
    activations.flush()
    features.flush()
    return Seen(torch.from_numpy(np.array(features)), (activations,))


Batch = tuple[int, npt.NDArray[np.float32]]


def _batches(found: list[Labelled], ready: int, views: int) -> Iterator[Batch]:
    """Place of the first picture, and normalised pixels of all views of a few pictures."""
    images = pictures.read(found[ready:])
    step = max(1, _BATCH // views)
    for start in range(ready, len(found), step):
        count = min(step, len(found) - start)
        batch = [v for i in range(count) for v in _views(next(images), start + i, views)]
        yield start, backbone.normalised(batch).numpy()


def _ahead(batches: Iterator[Batch]) -> Iterator[Batch]:
    """The same, each made while the one before is used."""
    with ThreadPoolExecutor(1) as beside:
        coming = beside.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = beside.submit(next, batches, None)
            yield batch


def _run(
    session: onnxruntime.InferenceSession, given: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    found: npt.NDArray[np.float32] = session.run(None, {"given": given})[0]
    return found


def _sessions(folder: Path, network: str) -> list[onnxruntime.InferenceSession]:
    """The frozen network as ONNX, in two halves."""
    found = []
    for half in (backbone.Bottom, backbone.Top):
        path = folder / f"{network}-{SIZE}-{CUT}-{half.__name__.lower()}.onnx"
        if not path.exists():
            _export(half, path, network)
        found.append(onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"]))
    return found


def _export(half: type[nn.Module], path: Path, name: str) -> None:
    network = backbone.whole(name)
    given = torch.zeros(1, 3, SIZE, SIZE)
    if half is backbone.Top:
        given = backbone.Bottom(network)(given)
    torch.onnx.export(
        half(network),
        (given,),
        str(path),
        input_names=["given"],
        output_names=["found"],
        dynamic_axes={"given": {0: "n"}, "found": {0: "n"}},
        opset_version=17,
        dynamo=False,
    )


@functools.cache
def classifier(network: str = BACKBONE) -> tuple[Tensor, Tensor]:
    """Weights (1000, features) and bias of the backbone's own classes."""
    last = backbone.whole(network)._fc
    return last.weight.detach().clone(), last.bias.detach().clone()


def _views(image: Image.Image, number: int, views: int) -> list[Picture]:
    """The plain view, then random ones that depend on the picture's number alone."""
    rng = np.random.default_rng([7, number])
    return [pictures.plain(image)] + [pictures.view(image, rng) for _ in range(views - 1)]
