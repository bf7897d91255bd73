"""Matchers, exported, score as in the lab; what cannot be exported says why."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from kinolex.cli import main
from kinolex.datasets.records import CaptionRecord
from kinolex.encoders.matcher import OnnxMatcher, read_matcher
from kinolex.errors import EncoderError, UsageError
from kinolex.lab.dataset import Captions
from kinolex.lab.evaluating import similarity
from kinolex.lab.export import matcher as exporting
from kinolex.lab.export.judging import line_of
from kinolex.lab.export.matcher import export_matcher, space_of
from kinolex.lab.features import Cache
from kinolex.lab.matchers.base import Representation, Videos, matchers
from kinolex.lab.matchers.mean_pooling import MeanPooling
from kinolex.lab.training.model import Model, build
from kinolex.lab.training.settings import Settings, read
from tests.lab.conftest import make_cache

FRAMES = 6
EXPORTED = sorted(
    name for name, one in matchers().items()
    if one.needs == {"frames"} and name != "me-retriever"
)  # fmt: skip


def made(place: Path, name: str, head: str = "linear") -> tuple[Model, Captions, Cache, Settings]:
    """A model with disturbed weights over a toy cache."""
    records = make_cache(place, count=24)
    settings = read({"matcher": name, "head": {"kind": head}})
    cache = Cache(place, frames=FRAMES)
    model = build(settings, cache.sizes)
    with torch.no_grad():
        for one in model.parameters():
            one.add_(torch.randn_like(one) * 0.05)
    return model, Captions.of(cache, records), cache, settings


def test_every_matcher_of_frames_is_tried() -> None:
    assert EXPORTED == [
        "clip4clip-seq-lstm",
        "clip4clip-seq-transf",
        "clip4clip-tight-transf",
        "max-pooling",
        "mean-pooling",
        "query-scoring",
        "vote-pooling",
        "x-pool",
    ]


@pytest.mark.parametrize("name", EXPORTED)
def test_scores_are_those_of_the_lab(tmp_path: Path, name: str) -> None:
    model, held, cache, _ = made(tmp_path / "cache", name)
    model.train()
    card = export_matcher(
        model, tmp_path / "out", space="toy@0", sizes=cache.sizes, name="mine", held=held
    )
    assert model.training
    assert card.agreement <= 1e-4
    engine = OnnxMatcher(tmp_path / "out")
    # Other numbers of texts and videos, and other lengths, than those that it was written with.
    random = np.random.default_rng(5)
    for texts, videos in ((1, 1), (1, 7), (5, 1), (4, 3)):
        sentences = random.normal(size=(texts, 16)).astype(np.float32)
        lengths = random.integers(1, FRAMES + 1, videos)
        mask = np.arange(FRAMES) < lengths[:, None]
        frames = random.normal(size=(videos, FRAMES, 16)).astype(np.float32) * mask[..., None]
        found = engine.score(engine.texts(sentences), engine.videos(frames, mask))
        assert found.shape == (texts, videos)
        for at in range(videos):  # each alone, without padding
            seen = torch.from_numpy(frames[at : at + 1, : lengths[at]])
            ours = _scores(model, torch.from_numpy(sentences), seen)
            np.testing.assert_allclose(found[:, at], ours, atol=1e-4)


def _scores(model: Model, sentences: torch.Tensor, frames: torch.Tensor) -> np.ndarray:
    from kinolex.lab.matchers.base import Texts, Videos

    model.eval()
    with torch.no_grad():
        texts = model.represent(None, Texts(sentences))[1]
        mask = torch.ones(frames.shape[:2], dtype=torch.bool)
        videos = model.represent(Videos(frames, mask), None)[0]
        assert texts is not None
        assert videos is not None
        return model.score(texts, videos)[:, 0].numpy()


@pytest.mark.parametrize("name", sorted(set(matchers()) - set(EXPORTED)))
def test_the_others_say_why(tmp_path: Path, name: str) -> None:
    model, held, cache, _ = made(tmp_path / "cache", "mean-pooling")
    model.matcher = type("Other", (torch.nn.Module,), {})()
    for what in ("name", "title", "needs"):
        setattr(model.matcher, what, getattr(matchers()[name], what))
    with pytest.raises(UsageError, match="cannot be written") as raised:
        export_matcher(
            model, tmp_path / "out", space="toy@0", sizes=cache.sizes, name="m", held=held
        )
    assert not (tmp_path / "out").exists()
    assert matchers()[name].title in str(raised.value)


def test_a_difference_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model, held, cache, _ = made(tmp_path / "cache", "x-pool")
    monkeypatch.setattr(exporting, "CLOSE", -1.0)
    with pytest.raises(UsageError, match="differently from the lab"):
        export_matcher(
            model, tmp_path / "out", space="toy@0", sizes=cache.sizes, name="m", held=held
        )
    assert not (tmp_path / "out").exists()


def test_the_card_tells_what_unrelated_pairs_score(tmp_path: Path) -> None:
    model, held, cache, _ = made(tmp_path / "cache", "mean-pooling", "none")
    card = export_matcher(
        model, tmp_path / "out", space="toy@0", sizes=cache.sizes, name="m", held=held
    )
    scores = similarity(model, held)
    other = [
        float(scores[i, j])
        for i in range(scores.shape[0])
        for j in range(scores.shape[1])
        if j != held.own[i]
    ]
    assert card.cosine
    assert card.mean == pytest.approx(np.mean(np.arctanh(other)), rel=1e-5)
    assert card.deviation == pytest.approx(np.std(np.arctanh(other)), rel=1e-5)


def test_damaged_folders_are_refused(tmp_path: Path) -> None:
    model, held, cache, _ = made(tmp_path / "cache", "mean-pooling")
    place = tmp_path / "out"
    card = export_matcher(model, place, space="toy@0", sizes=cache.sizes, name="m", held=held)
    assert read_matcher(place) == card
    with pytest.raises(EncoderError, match="holds no matcher"):
        read_matcher(tmp_path)
    good = (place / "matcher.json").read_text()
    for changed in (
        "[]", "{", json.dumps({**json.loads(good), "deviation": 0.0}),
        json.dumps({**json.loads(good), "schema": "other"}),
        json.dumps({**json.loads(good), "more_so": 1}),
        json.dumps({**json.loads(good), "mean": "high"}),
    ):  # fmt: skip
        (place / "matcher.json").write_text(changed)
        with pytest.raises(EncoderError, match="not understood"):
            read_matcher(place)
    (place / "matcher.json").write_text(good)
    (place / "score.onnx").write_bytes(b"something else")
    with pytest.raises(EncoderError, match="not the file"):
        OnnxMatcher(place)
    (place / "score.onnx").unlink()
    with pytest.raises(EncoderError, match="missing"):
        OnnxMatcher(place)


def test_too_few_held_videos_say_so(tmp_path: Path) -> None:
    model, held, cache, _ = made(tmp_path / "cache", "mean-pooling")
    few = replace(held, videos=held.videos[:2], texts=held.texts[:4], own=held.own[:4])
    with pytest.raises(UsageError, match="unrelated pairs"):
        export_matcher(
            model, tmp_path / "out", space="toy@0", sizes=cache.sizes, name="m", held=few
        )


def test_spaces_are_read_from_caches() -> None:
    assert space_of("starter@0123456789ab") == "starter@0123456789ab"
    assert space_of("a/b 0123456789ab, 12 frames") == "a/b@0123456789ab"
    assert space_of("starter 0123") == ""


@pytest.mark.parametrize("name", ["../mine", "a/b", "", " ", "..", "a\\b", "mine@1", "two\nlines"])
def test_names_that_name_other_folders_are_refused(tmp_path: Path, name: str) -> None:
    model, held, cache, _ = made(tmp_path / "cache", "mean-pooling")
    with pytest.raises(UsageError, match="cannot be called"):
        export_matcher(
            model, tmp_path / "out", space="toy@0", sizes=cache.sizes, name=name, held=held
        )
    assert not (tmp_path / "out").exists()


def test_a_file_in_the_way_is_left_alone(tmp_path: Path) -> None:
    model, held, cache, _ = made(tmp_path / "cache", "mean-pooling")
    (tmp_path / "out").write_text("dear")
    with pytest.raises(UsageError, match="is a file"):
        export_matcher(
            model, tmp_path / "out", space="toy@0", sizes=cache.sizes, name="m", held=held
        )
    assert (tmp_path / "out").read_text() == "dear"


def test_weights_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    model, held, cache, _ = made(tmp_path / "cache", "mean-pooling")
    with torch.no_grad():
        next(one for name, one in model.named_parameters() if "heads" in name).fill_(float("nan"))
    with pytest.raises(UsageError, match="no numbers"):
        export_matcher(
            model, tmp_path / "out", space="toy@0", sizes=cache.sizes, name="m", held=held
        )


class Added(MeanPooling):
    """What somebody might add: ``wrong`` says what is wrong with it."""

    wrong = ""

    def represent_video(self, videos: Videos) -> Representation:
        if self.wrong == "raises" and torch.jit.is_tracing():
            raise TypeError("a list is no number")
        found = super().represent_video(videos)
        rows = torch.arange(len(videos.frames))
        return Representation(
            found.kind,
            {n: one[rows] if self.wrong == "len" else one for n, one in found.tensors.items()},
        )

    def score(self, texts: Representation, videos: Representation) -> torch.Tensor:
        found = super().score(texts, videos)
        return found - found.mean(0) if self.wrong == "batch" else found


@pytest.mark.parametrize(
    ("wrong", "said"),
    [("len", "shape"), ("raises", "a list is no number"), ("batch", "differently from the lab")],
)
def test_matchers_that_do_not_survive_writing_say_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: str, said: str
) -> None:
    model, held, cache, _ = made(tmp_path / "cache", "mean-pooling")
    model.matcher.__class__ = Added
    monkeypatch.setattr(Added, "wrong", wrong)
    with pytest.raises(UsageError, match=said):
        export_matcher(
            model, tmp_path / "out", space="toy@0", sizes=cache.sizes, name="m", held=held
        )
    assert not (tmp_path / "out").exists()


def test_equal_captions_are_not_unrelated() -> None:
    """Four videos, two of which are called the same: by hand."""
    said = [CaptionRecord(id=str(at), video=f"v{at}", text=t) for at, t in enumerate("aabc")]
    scores = np.full((4, 4), 0.1, np.float32)
    scores[:2, :2] = 0.9
    scores[2, 2] = scores[3, 3] = 0.8
    found = line_of(scores, Captions.of(None, said))  # type: ignore[arg-type]
    assert found.scale.mean == pytest.approx(np.arctanh(0.1))
    assert (found.found, found.refused) == (1.0, 1.0)
    same = [CaptionRecord(id=str(at), video=f"v{at}", text="a") for at in range(4)]
    with pytest.raises(UsageError, match="same captions"):
        line_of(scores, Captions.of(None, same))  # type: ignore[arg-type]


@pytest.mark.parametrize("line", [{"questions": 3}, [], "much", {"found": "x"}])
def test_cards_of_others_are_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: object
) -> None:
    model, held, cache, _ = made(tmp_path / "cache", "mean-pooling")
    place = tmp_path / "out"
    card = export_matcher(model, place, space="toy@0", sizes=cache.sizes, name="m", held=held)
    (place / "matcher.json").write_text(json.dumps({**card.to_dict(), "more": {"line": line}}))
    assert main(["matchers", "show", str(place)]) == 0
    assert "held captions" not in capsys.readouterr().out


def test_the_example_of_the_page_is_written(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "lab.md").read_text(encoding="utf-8")
    code = page.partition("<!-- example")[2].partition("```python\n")[2].partition("```")[0]
    names = {"matcher": lambda one: one}  # not put among the known ones
    exec(code.replace("Videos, matcher\n", "Videos\n"), names)
    model, held, cache, _ = made(tmp_path / "cache", "mean-pooling")
    model.matcher = names["FirstAndLast"](cache.sizes)
    card = export_matcher(
        model, tmp_path / "out", space="toy@0", sizes=cache.sizes, name="m", held=held
    )
    assert card.agreement <= 1e-4
