"""From trained heads to the model's folder: export, bank of the background, calibration, card."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from torch import nn

from kinolex.encoders.hubness import FILES
from kinolex.encoders.picture import OnnxPictures
from kinolex.encoders.preprocess import Box
from recipes.starter import backbone, calibration, export, pictures
from recipes.starter.backbone import Top
from recipes.starter.looks import LOOKS
from recipes.starter.pictures import Labelled
from recipes.starter.prepare import Sets
from recipes.starter.settings import ASKED, NAMED, SERVED, Trial
from recipes.starter.texts import LONGEST
from recipes.starter.train import Heads

BANK = 768
"""Unrelated pictures whose vectors ship as the background of every question."""

SHOWN = 256
"""Training pictures that show the quantiser its ranges."""

_SAID = {
    "starter": ("Starter", "Small: finds what is plainly to be seen.", 900),
    "starter-plus": (
        "Starter, larger",
        "Finds more than starter; a frame takes four times as long. Only where it is asked for by "
        "name.",
        950,
    ),
}
"""Title, description and rank of what ships."""

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "kinolex" / "encoders"


def model(heads: Heads, top: Top, sets: Sets, work: Path, out: Path, trial: Trial) -> None:
    """Write everything that ships to ``out``, and the same in 32 bits beside it to compare with."""
    bottom = backbone.Bottom(backbone.whole(trial.backbone))
    picture = export.PictureSide(bottom, top, heads.picture)
    files(picture, export.TextSide(heads.text), sets, work, out, trial.members * trial.dimensions)


def files(
    picture: nn.Module,
    text: export.TextSide,
    sets: Sets,
    work: Path,
    out: Path,
    dimensions: int,
    *,
    asked: Sequence[str] = (),
    crops: Sequence[Box] = (),
) -> None:
    """What `model` does, of two sides of so many dimensions."""
    vision, words = export.write_float(picture, text, work, SERVED)
    if out.exists():
        shutil.rmtree(out)
    export.write_rules(out, SERVED, dimensions, LONGEST, crops)
    chosen = _mixed(sets)
    shown = [pictures.plain(image, SERVED) for image in pictures.read(chosen[:SHOWN])]
    export.quantised(vision, out / "visual" / "model.onnx", shown)
    export.small_matrices(words, out / "textual" / "model.onnx")
    judged(sets, out, asked)
    wide = out.with_name(f"{out.name}-float")
    shutil.rmtree(wide, ignore_errors=True)
    shutil.copytree(out, wide)
    shutil.copyfile(vision, wide / "visual" / "model.onnx")
    shutil.copyfile(words, wide / "textual" / "model.onnx")


def judged(sets: Sets, out: Path, asked: Sequence[str] = ()) -> None:
    """What tells an answer from a picture that is near to whatever is asked.

    Hubness where there are questions, background and calibration: everything that comes after the
    two sides.
    """
    chosen = _mixed(sets)
    plain = [one for one in chosen[SHOWN:] or chosen if one.collection != "looks"][:BANK]
    for name in FILES:
        (out / name).unlink(missing_ok=True)
    if asked:
        encoder = OnnxPictures("starter", out)
        told = encoder.encode_words(asked, query=True)
        export.write_hubness(out, told, calibration.encoded(encoder, plain))
    calibration.write(sets, plain, out)


def questions(sets: Sets, names: Sequence[str]) -> list[str]:
    """What is asked of pictures: captions, and names of things (of labels where there are none)."""
    rng = np.random.default_rng(4)
    captioned = [one for one in sets.train if one.collection not in ("drawn", "looks")]
    some = [captioned[i] for i in rng.permutation(len(captioned))[:ASKED]]
    known = sorted(set(names) or {one.label for one in sets.labelled if one.label not in LOOKS})
    named = [known[i] for i in rng.permutation(len(known))[:NAMED]]
    return [*(str(rng.choice(one.captions)) for one in some if one.captions), *named]


def _mixed(sets: Sets) -> list[Labelled]:
    """Pictures of all kinds in an order of their own."""
    rng = np.random.default_rng(3)
    every = [*sets.train, *(one for one in sets.labelled if one.collection != "looks")]
    return [every[i] for i in rng.permutation(len(every))]


def install(folder: Path, name: str = "starter") -> None:
    """Copy a model into the package and write its card, with the hash of every file."""
    place = PACKAGE / name
    if place.exists():
        shutil.rmtree(place)
    shutil.copytree(folder, place)
    card = PACKAGE / "cards" / f"{name}.json"
    card.write_text(json.dumps(card_of(place), indent=2) + "\n", encoding="utf-8")


def card_of(place: Path) -> dict[str, Any]:
    """The model's card; its folder's name is its own."""
    config = json.loads((place / "config.json").read_text("utf-8"))
    title, about, rank = _SAID[place.name]
    return {
        "name": place.name,
        "kind": "picture",
        "title": f"{title}, {SERVED} px (ships with kinolex)",
        "about": f"{about} Trained by recipes/starter on Flickr8k and ImageNet classes, on top of "
        "all-MiniLM-L6-v2; see docs/starter.md.",
        "licence": "research use (trained on Flickr8k and ImageNet)",
        "languages": ["en"],
        "dimensions": config["embed_dim"],
        "rank": rank,
        "sources": [
            {
                "kind": "module",
                "module": "kinolex",
                "folder": f"encoders/{place.name}",
                "files": export.hashes(place),
            }
        ],
    }
