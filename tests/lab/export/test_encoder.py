"""A backbone, exported, is an encoder of the engine with the same vectors."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from kinolex.encoders.picture import OnnxPictures
from kinolex.encoders.preprocess import PictureRule
from kinolex.encoders.tokens import Clean, TextRule
from kinolex.errors import UsageError
from kinolex.lab.export import encoder
from kinolex.lab.export.encoder import export_encoder
from kinolex.testing.encoders import check_encoder
from tests.lab.export.making import SIDE, make_backbone


@pytest.mark.parametrize("pool", ["class", "mean", "attention"])
def test_vectors_are_those_of_the_lab(tmp_path: Path, tokenizer: Path, pool: str) -> None:
    backbone = make_backbone(pool)
    assert export_encoder(backbone, tmp_path / "mine", tokenizer=tokenizer) < 1e-5
    engine = OnnxPictures("mine", tmp_path / "mine")
    # By hand: shorter side, centre, CLIP's mean; words to numbers.
    picture = np.random.default_rng(1).integers(0, 256, (48, 64, 3), dtype=np.uint8)
    wide = int(64 * SIDE / 48)  # as torchvision cuts it
    image = Image.fromarray(picture).resize((wide, SIDE), Image.Resampling.BICUBIC)
    left = (wide - SIDE) // 2
    levels = np.asarray(image.crop((left, 0, left + SIDE, SIDE)), np.float64) / 255
    mean, std = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
    pixels = torch.from_numpy(((levels - mean) / std).transpose(2, 0, 1)).float()
    ids = torch.tensor([[2, 4, 10, 6, 13] + [0] * 7])  # red then blue
    with torch.no_grad():
        seen = backbone.videos(pixels[None, None]).frames[0, 0].numpy()
        said = backbone.texts(ids).sentences[0].numpy()
    np.testing.assert_allclose(
        engine.encode_pictures([picture])[0], seen / np.linalg.norm(seen), atol=1e-5
    )
    np.testing.assert_allclose(
        engine.encode_words(["red  then blue"])[0], said / np.linalg.norm(said), atol=1e-5
    )
    check_encoder(engine)


SQUASHED = PictureRule(SIDE, SIDE, "squash", interpolation="bilinear", mean=(0.5,) * 3)
CROPPED = PictureRule(SIDE, SIDE, resize_to=40, crop_rounding="floor")
PADDED = PictureRule(SIDE, SIDE, "longest", resize_to=SIDE, fill=(1, 2, 3))
BOTH = ("whitespace", "canonicalize")


@pytest.mark.parametrize(
    ("rule", "clean"),
    [(rule, clean) for rule in (SQUASHED, CROPPED, PADDED) for clean in BOTH],
)
def test_rules_are_read_back_as_they_were(
    tmp_path: Path, tokenizer: Path, rule: PictureRule, clean: Clean
) -> None:
    text = TextRule(12, 0, clean)
    where = tmp_path / "m"
    export_encoder(make_backbone(), where, tokenizer=tokenizer, picture=rule, text=text)
    found = OnnxPictures("m", where)._layout
    picture = np.random.default_rng(2).integers(0, 256, (70, 50, 3), dtype=np.uint8)
    np.testing.assert_array_equal(found.picture_rule.batch([picture]), rule.batch([picture]))
    assert found.text_rule == text


def test_rules_that_no_layout_says_are_refused(tmp_path: Path, tokenizer: Path) -> None:
    rule = replace(CROPPED, resize="longest")
    with pytest.raises(UsageError, match="No layout says"):
        export_encoder(make_backbone(), tmp_path / "m", tokenizer=tokenizer, picture=rule)
    assert not (tmp_path / "m").exists()


def test_other_numbers_than_the_labs_are_refused(
    tmp_path: Path, tokenizer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoder, "CLOSE", -1.0)
    with pytest.raises(UsageError, match="differs from the lab"):
        export_encoder(make_backbone(), tmp_path / "mine", tokenizer=tokenizer)
    assert not (tmp_path / "mine").exists()


def test_a_folder_in_use_is_left_alone(tmp_path: Path, tokenizer: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(UsageError, match="not empty"):
        export_encoder(make_backbone(), tmp_path / "mine", tokenizer=tokenizer)
    assert (tmp_path / "mine" / "letter.txt").read_text() == "dear"
    rule = PictureRule(64, 64)
    with pytest.raises(UsageError, match="reads 32 x 32"):
        export_encoder(make_backbone(), tmp_path / "b", tokenizer=tokenizer, picture=rule)
