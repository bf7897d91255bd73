"""Tiny published weights, and caches of pixels, for tests of training end to end."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import save_file

from kinolex.datasets import records
from kinolex.datasets.records import CaptionRecord
from kinolex.lab import tokenizing
from kinolex.lab.backbone.backbone import Backbone
from kinolex.lab.backbone.layouts.open_clip import open_clip
from kinolex.lab.backbone.loading import load
from kinolex.lab.features import Writer
from tests.lab.backbone.test_loading import _under_open_clips_names

SIDE = 16
COLOURS = {"red": (220, 30, 30), "green": (30, 200, 40), "blue": (40, 40, 230)}
PLACES = ("left", "right", "above", "below")
Picture = npt.NDArray[np.uint8]


def clip_folder(place: Path) -> Path:
    """Random weights in open_clip's layout, whose tokeniser is learnt from a few words."""
    place.mkdir(parents=True, exist_ok=True)
    words = tokenizing.learnt(
        place / "tokenizer.json", [f"a {c} thing {p}" for c in COLOURS for p in PLACES] * 3
    )
    told = tokenizing.told(place / "tokenizer.json", words)
    text = {"context_length": 20, "vocab_size": told["vocabulary"], "width": 16, "heads": 2,
            "layers": 2, "pad_id": told["pad_id"]}  # fmt: skip
    picture = {"image_size": SIDE, "layers": 2, "width": 16, "head_width": 8, "patch_size": 8}
    config = {"embed_dim": 16, "vision_cfg": picture, "text_cfg": text}
    torch.manual_seed(5)
    ours = Backbone(open_clip(config, {}).shape)
    state = _under_open_clips_names(ours.state_dict())
    save_file(state, place / "open_clip_model.safetensors")
    rule = {"mean": [0.5, 0.4, 0.3], "std": [0.25, 0.2, 0.3], "resize_mode": "squash"}
    whole = {"model_cfg": config, "preprocess_cfg": rule}
    (place / "open_clip_config.json").write_text(json.dumps(whole))
    (place / "tokenizer_config.json").write_text('{"pad_token": "<pad>"}')
    return place


def drawn(number: int) -> tuple[str, list[Picture]]:
    """What is said of a video, and its frames: a coloured half on grey, 2 to 4 times."""
    random = np.random.default_rng(number)
    colour, place = list(COLOURS)[number % 3], PLACES[number // 3 % 4]
    frames = []
    for _ in range(2 + number % 3):
        picture = np.full((SIDE, SIDE, 3), 128, np.uint8)
        half = SIDE // 2
        rows = {"above": slice(half), "below": slice(half, None)}.get(place, slice(None))
        columns = {"left": slice(half), "right": slice(half, None)}.get(place, slice(None))
        picture[rows, columns] = COLOURS[colour]
        noise = random.integers(0, 25, picture.shape)
        frames.append((picture + noise).astype(np.uint8))
    return f"a {colour} thing {place}", frames


def pixel_world(
    folder: Path, *, backbone: Path | None = None, count: int = 18, more: bool = False
) -> Path:
    """A folder with ``cache`` and ``captions.jsonl``: two of three train; ``more``: sound too."""
    random, said = np.random.default_rng(0), []
    texts = [f"{drawn(at)[0]} {at}" + " again" * (at % 2) for at in range(count)]
    place = (backbone or folder / "cache") / tokenizing.FILE
    words = load(backbone).words if backbone else tokenizing.learnt(place, texts)
    assert words
    if backbone:
        (folder / "cache").mkdir(parents=True)
        shutil.copyfile(place, folder / "cache" / tokenizing.FILE)
    about = tokenizing.told(place, words)
    held = {"dimensions": 16, "sound": True, "context": True} if more else {"dimensions": 0}
    with Writer(folder / "cache", model="drawn", pixels=SIDE, tokens=about, **held) as to:
        for at, text in enumerate(texts):
            pixels = np.stack(drawn(at)[1]).transpose(0, 3, 1, 2)
            around = {n: random.normal(size=(4, 16)) for n in ("sound", "context") if more}
            to.add_video(f"v{at}", pixels=pixels, **around)
            to.add_text(text, ids=tokenizing.ids_of(words, [text])[0])
            split = "val" if at % 3 == 2 else "train"
            said.append(CaptionRecord(id=str(at), video=f"v{at}", text=text, split=split))
    records.write(said, folder / "captions.jsonl")
    return folder
