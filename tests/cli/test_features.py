"""``kinolex features``: pixels and tokens, and what published towers make of both."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kinolex.cli import main
from kinolex.datasets import records
from kinolex.datasets.records import CaptionRecord

pytest.importorskip("torch")

Capture = pytest.CaptureFixture[str]
TOML = """
matcher = "{1}"
[data]
cache = "{0}/{2}"
records = "{0}/captions.jsonl"
[optimiser]
steps = 2
batch = 4
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine pictures with a caption each, and published weights."""
    from tests.lab.published import clip_folder

    folder, random = tmp_path_factory.mktemp("features"), np.random.default_rng(0)
    clip_folder(folder / "clip")
    (folder / "media").mkdir()
    said = []
    for at in range(9):
        picture = random.integers(0, 256, (20, 30, 3), np.uint8)
        Image.fromarray(picture).save(folder / "media" / f"{at}.png")
        split = "train" if at < 6 else "val"
        said.append(CaptionRecord(id=str(at), video=f"{at}.png", text=f"thing {at}", split=split))
    records.write(said, folder / "captions.jsonl")
    return folder


def call(capsys: Capture, *words: str | Path) -> tuple[int, str, str]:
    code = main([str(word) for word in words])
    said = capsys.readouterr()
    return code, said.out, said.err


def features(capsys: Capture, world: Path, out: str, *words: str | Path) -> tuple[int, str, str]:
    given = ["--records", world / "captions.jsonl", "--media", world / "media"]
    return call(capsys, "features", world / out, *given, *words)


@pytest.mark.parametrize("matcher", ["x-clip", "frozen-in-time"])
def test_pixels_are_kept_and_trained_on(capsys: Capture, world: Path, matcher: str) -> None:
    out = f"pixels-{matcher}"
    code, told, err = features(capsys, world, out, "--pixels", "16", "--json")
    assert code == 0, err
    about = json.loads(told)
    assert (about["schema"], about["pixels"]) == ("kinolex.lab.pixels/1", 16)
    assert (about["videos"], about["texts"]) == (9, 9)
    toml = TOML.format(world.as_posix(), matcher, out)
    (world / "some.toml").write_text(toml + "[backbone]\nwidth = 16\nlayers = 1\npatch = 8\n")
    code, told, err = call(capsys, "train", world / "some.toml", "--out", world / f"run-{matcher}")
    assert code == 0, err
    code, told, err = call(
        capsys, "compare", world / f"run-{matcher}", "--split", "val", "--pairs", "0", "--json"
    )
    assert code == 0, err
    assert json.loads(told)["rows"][0]["name"] == matcher


def test_published_weights_are_trained_from_the_command_line(capsys: Capture, world: Path) -> None:
    call_ = ["--pixels", "16", "--backbone", world / "clip"]
    code, _, err = features(capsys, world, "clip-pixels", *call_)
    assert code == 0, err
    toml = TOML.format(world.as_posix(), "ucofia", "clip-pixels")
    toml += f'[backbone]\nfrom = "{world.as_posix()}/clip"\ntrain = "picture"\n'
    toml += '[optimiser.rates]\n"backbone" = 1e-5\n'
    (world / "clip.toml").write_text(toml)
    code, told, err = call(capsys, "train", world / "clip.toml", "--out", world / "run-clip")
    assert code == 0, err
    assert "picked by R@1 text to video" in told


def test_patches_and_words_are_kept_and_trained_on(capsys: Capture, world: Path) -> None:
    call_ = ["--backbone", world / "clip", "--patches", "--words"]
    code, told, err = features(capsys, world, "vectors", *call_, "--json")
    assert code == 0, err
    about = json.loads(told)
    assert (about["dimensions"], about["patches"], about["words"]) == (16, 4, True)
    (world / "vectors.toml").write_text(TOML.format(world.as_posix(), "ucofia", "vectors"))
    code, _, err = call(capsys, "train", world / "vectors.toml", "--out", world / "run-vectors")
    assert code == 0, err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--model", "m", "--pixels", "16"], "keep different things"),
        (["--pixels", "16", "--patches"], "are features of a backbone"),
        (["--words"], "--model is missing"),
        (["--model", "starter", "--words"], "are features of a backbone"),
        (["--from", "x.npz", "--pixels", "16"], "--from holds what a model gave"),
        (["--indexed"], "Name no --model, --media"),
        (["--pixels", "0"], "Pictures of 0 pixels"),
        (["--backbone", "gone"], "gone"),
        (["--pixels", "16", "--frames", "2", "--every", "1"], "not both"),
    ],
)
def test_what_does_not_go_together_is_said(
    capsys: Capture, world: Path, words: list[str], said: str
) -> None:
    code, _, err = features(capsys, world, "wrong", *words)
    assert code == 2
    assert said in err
    assert "Traceback" not in err


@pytest.mark.parametrize("word", [["--patches"], ["--words"], ["--frames", "3"], ["--every", "1"]])
def test_what_has_no_effect_is_refused(capsys: Capture, world: Path, word: list[str]) -> None:
    records = ["--records", world / "captions.jsonl"]
    for given in (["--from", "x.npz"], ["--indexed", *records]):
        code, _, err = call(capsys, "features", world / "wrong", *given, *word)
        assert code == 2
        assert f"{word[0]} has no effect with {given[0]}" in err
    code, _, err = call(capsys, "features", world / "wrong", "--indexed")
    assert code == 2
    assert "--records is missing" in err
