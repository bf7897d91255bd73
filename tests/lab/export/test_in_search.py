"""A matcher trained in the lab changes the order of `kinolex search`, and to that of the lab.

Clips show one colour and then another. The encoder sees frames one by one, so that its own search
cannot tell which colour came first; a matcher that reads frames in order learns it.
"""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import torch

import kinolex
from kinolex.cli import main
from kinolex.datasets.records import CaptionRecord, write
from kinolex.errors import UsageError
from kinolex.lab.dataset import Captions, split_of
from kinolex.lab.evaluating import similarity
from kinolex.lab.export.encoder import export_encoder
from kinolex.lab.export.run import export_run
from kinolex.lab.features import Cache, Writer
from kinolex.lab.training.checkpoints import load_model
from kinolex.settings import settings_from
from tests.lab.export.making import make_backbone, write_tokenizer

COLOURS = {
    "red": (200, 30, 30),
    "green": (30, 170, 40),
    "blue": (40, 60, 210),
    "yellow": (220, 210, 40),
    "white": (235, 235, 235),
    "black": (20, 20, 20),
}
PAIRS = [(one, two) for one in COLOURS for two in COLOURS if one != two]
FRAMES = 8
SETTINGS = """
matcher = "clip4clip-seq-transf"
[options]
layers = 2
[head]
kind = "linear"
[data]
cache = "{place}/cache"
records = "{place}/captions.jsonl"
frames = {frames}
[optimiser]
epochs = 60
batch = 30
rate = 0.003
"""


def film(place: Path, first: str, second: str, seed: int) -> None:
    """Two seconds of each colour, with noise of its own."""
    random = np.random.default_rng(seed)
    with av.open(str(place), "w") as container:
        stream = container.add_stream("libx264", rate=4)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        for name in [first] * 8 + [second] * 8:
            noise = random.normal(0, 6, (64, 64, 3)) + random.normal(0, 6, 3)
            picture = np.clip(np.array(COLOURS[name]) + noise, 0, 255).astype(np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())


def called(*arguments: str) -> tuple[int, str]:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = main(list(arguments))
    return code, out.getvalue()


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library, a run over its vectors, and the exported matcher."""
    place = tmp_path_factory.mktemp("trained")
    tokenizer = write_tokenizer(place / "tokenizer.json")
    export_encoder(make_backbone("mean"), place / "colours", tokenizer=tokenizer)
    (place / "clips").mkdir()
    records = []
    for copy, split in enumerate(("train", "train", "train", "val", "test")):
        for at, (first, second) in enumerate(PAIRS):
            name = f"{split}-{copy}-{first}-{second}.mp4"
            film(place / "clips" / name, first, second, 100 * copy + at)
            text = f"{first} then {second}"
            records.append(CaptionRecord(id=name, video=name, text=text, split=split, duration=4.0))
    write(records, place / "captions.jsonl")
    settings = settings_from(every=0.5, picture=str(place / "colours"), stills=False)
    with kinolex.open(place / "library", settings=settings) as library:
        library.add(place / "clips", only=("picture",))
    indexed = "--indexed", "--records", str(place / "captions.jsonl")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KINOLEX_PICTURE", str(place / "colours"))
        library = "--library", str(place / "library")
        assert called(*library, "features", str(place / "cache"), *indexed)[0] == 0
    (place / "settings.toml").write_text(SETTINGS.format(place=place, frames=FRAMES))
    assert called("train", str(place / "settings.toml"), "--out", str(place / "run"))[0] == 0
    out = "--out", str(place / "matcher")
    code, told = called("matchers", "export", str(place / "run"), *out, "--json")
    assert code == 0
    assert json.loads(told)["agreement"] <= 1e-4
    return place


def held(place: Path) -> Captions:
    """The captions of the test split over the cache."""
    from kinolex.datasets.records import read
    from kinolex.lab.filling import captions_of

    cache = Cache(place / "cache", frames=FRAMES)
    return Captions.of(cache, split_of(captions_of(read(place / "captions.jsonl")), "test"))


def answers(place: Path, text: str, *more: str) -> list[dict[str, Any]]:
    """Moments of the test clips, one a video."""
    library = "--library", str(place / "library")
    asked = "--group", "video", "--limit", "200", "--channel", "picture", "--json"
    among = [word for name in held(place).videos for word in ("--in", name)]
    _, out = called(*library, "search", text, *asked, *among, *more)
    found = json.loads(out)
    return [*found["moments"], *found["weak"]]


def test_search_has_the_order_of_the_lab(trained: Path) -> None:
    captions = held(trained)
    scores = similarity(load_model(trained / "run")[0], captions)
    judged = "--matcher", str(trained / "matcher")
    for row, text in enumerate(captions.texts):
        order = np.argsort(-scores[row], kind="stable")
        expected = [captions.videos[at] for at in order]
        found = [Path(one["video"]["path"]).name for one in answers(trained, text, *judged)]
        assert found
        assert found == expected[: len(found)]


def test_search_finds_more_than_without(trained: Path) -> None:
    captions = held(trained)

    def right(*more: str) -> float:
        """Share of questions whose first clip shows these colours in this order."""
        first = [answers(trained, text, *more)[:1] for text in captions.texts]
        names = [Path(one[0]["video"]["path"]).name if one else "" for one in first]
        return float(np.mean([n == captions.videos[at] for at, n in enumerate(names)]))

    plain, judged = right(), right("--matcher", str(trained / "matcher"))
    scores = similarity(load_model(trained / "run")[0], captions)
    lab = float(np.mean(scores.argmax(axis=1) == np.arange(len(scores))))
    assert judged == lab
    assert judged > 0.8 > 0.3 > plain


def test_the_moment_holds_what_was_asked_for(trained: Path) -> None:
    judged = "--matcher", str(trained / "matcher")
    one = answers(trained, "red then blue", *judged)[0]
    assert one["video"]["path"].endswith("test-4-red-blue.mp4")
    assert one["start"] < 2 < one["end"]  # the colour changes there


def test_what_is_not_there_is_not_found(trained: Path) -> None:
    judged = "--matcher", str(trained / "matcher")
    code, out = called(
        "--library", str(trained / "library"), "search", "red then blue", "--json", *judged
    )
    assert code == 0
    score = json.loads(out)["moments"][0]["score"]
    assert 0.5 <= score <= 1
    # Where neither colour is to be seen the same question is below the line.
    settings = settings_from(matcher=str(trained / "matcher"), picture=str(trained / "colours"))
    with kinolex.open(trained / "library", settings=settings) as library:
        other = [v.id for v in library.videos() if "red" not in v.path and "blue" not in v.path]
        assert library.search("red then blue", video=other).nothing_found


def test_vectors_that_no_library_holds_are_refused(trained: Path, tmp_path: Path) -> None:
    """The same run, but its cache holds longer vectors now."""
    shutil.copytree(trained / "cache", tmp_path / "cache")
    held = np.fromfile(tmp_path / "cache" / "frames.f16", np.float16)
    (2 * held).tofile(tmp_path / "cache" / "frames.f16")
    shutil.copytree(trained / "run", tmp_path / "run")
    state = torch.load(tmp_path / "run" / "picked.pt", weights_only=True)
    state["settings"] = state["settings"].replace(str(trained / "cache"), str(tmp_path / "cache"))
    torch.save(state, tmp_path / "run" / "picked.pt")
    with pytest.raises(UsageError, match="not of length 1"):
        export_run(tmp_path / "run", tmp_path / "out")


def test_pictures_are_looked_for_without_it_and_that_is_said(trained: Path) -> None:
    settings = settings_from(matcher=str(trained / "matcher"), picture=str(trained / "colours"))
    with kinolex.open(trained / "library", settings=settings) as library:
        name = library.videos()[0].path
        answer = library.search(like=f"{name}#t=0,1")
        assert answer.moments or answer.weak
        assert any("was not asked" in note for note in answer.query.notes)
        assert not library.search("red then blue").query.notes


def test_a_matcher_of_other_vectors_is_refused(trained: Path, tmp_path: Path) -> None:
    other = shutil.copytree(trained / "matcher", tmp_path / "other")
    card = json.loads((other / "matcher.json").read_text())
    (other / "matcher.json").write_text(json.dumps({**card, "space": "starter@000000000000"}))
    with (
        kinolex.open(trained / "library", settings=settings_from(matcher=str(other))) as library,
        pytest.raises(UsageError, match="was trained on vectors of starter@"),
    ):
        library.search("red then blue")
    # It is not asked about pictures, so that it is in nobody's way there.
    with kinolex.open(trained / "library", settings=settings_from(matcher=str(other))) as library:
        answer = library.search(like=f"{library.videos()[0].path}#t=0,1")
        assert any("was not asked" in note for note in answer.query.notes)


def moved(trained: Path, place: Path, **changed: Path) -> Path:
    """The run, with other paths in its settings."""
    shutil.copytree(trained / "run", place)
    state = torch.load(place / "picked.pt", weights_only=True)
    for name, to in changed.items():
        was = {"cache": trained / "cache", "records": trained / "captions.jsonl"}[name]
        state["settings"] = state["settings"].replace(f'"{was}"', f'"{to}"')
    torch.save(state, place / "picked.pt")
    return place


def test_what_is_gone_or_another_is_said(trained: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for name in ("cache", "records"):
        run = moved(trained, tmp_path / name, **{name: tmp_path / "gone"})
        with pytest.raises(UsageError, match=rf"{name} of the run, .*gone, are not there"):
            export_run(run, out)
    with Writer(tmp_path / "other", model="other@0123456789ab", dimensions=5) as to:
        to.add_video("v", np.eye(5))
    run = moved(trained, tmp_path / "run", cache=tmp_path / "other")
    with pytest.raises(UsageError, match=r"vectors of 5 numbers now; .* trained on vectors of 24"):
        export_run(run, out)
    with Writer(tmp_path / "alike", model="other@0123456789ab", dimensions=24) as to:
        to.add_video("v", np.eye(24))
    run = moved(trained, tmp_path / "again", cache=tmp_path / "alike")
    with pytest.raises(UsageError, match=r"features of other@.* now; .* trained on those"):
        export_run(run, out)
    with pytest.raises(UsageError, match="no folder of a run"):
        export_run(trained / "run" / "picked.pt", out)
    with pytest.raises(UsageError, match="no space of vectors"):
        export_run(trained / "run", out, space="nonsense")
    assert not out.exists()


def test_sentences_that_no_encoder_gives_are_refused(trained: Path, tmp_path: Path) -> None:
    shutil.copytree(trained / "cache", tmp_path / "cache")
    held = np.fromfile(tmp_path / "cache" / "sentences.f16", np.float16)
    (2 * held).tofile(tmp_path / "cache" / "sentences.f16")
    run = moved(trained, tmp_path / "run", cache=tmp_path / "cache")
    with pytest.raises(UsageError, match="not of length 1"):
        export_run(run, tmp_path / "out")
