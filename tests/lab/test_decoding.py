"""Real pictures and drawn clips into a cache of pixels, or through published towers."""

from __future__ import annotations

import json
from pathlib import Path

import av
import numpy as np
import pytest
import torch
from PIL import Image

from kinolex.benchmark.items import Sampling
from kinolex.datasets.records import CaptionRecord
from kinolex.errors import UsageError
from kinolex.lab import decoding
from kinolex.lab.backbone.loading import load
from kinolex.lab.decoding import fill_from_backbone, fill_pixels
from kinolex.lab.features import Cache
from kinolex.lab.tokenizing import ids_of
from kinolex.progress import Event
from kinolex.world.sampling import samples
from kinolex.world.writing import write
from tests.lab.published import SIDE, clip_folder

NAMES = ("one.png", "two.png", "three.png")


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clip_folder(tmp_path_factory.mktemp("weights") / "clip")


@pytest.fixture
def media(tmp_path: Path) -> Path:
    random = np.random.default_rng(0)
    (tmp_path / "media").mkdir()
    for name in NAMES:
        picture = random.integers(0, 256, (40, 64, 3), dtype=np.uint8)
        Image.fromarray(picture).save(tmp_path / "media" / name)
    return tmp_path / "media"


def said(*names: str) -> list[CaptionRecord]:
    return [CaptionRecord(id=n, video=n, text=f"a red thing on {n}", split="train") for n in names]


def test_pictures_are_those_of_a_plain_pipeline(media: Path, tmp_path: Path) -> None:
    assert fill_pixels(tmp_path / "cache", said(*NAMES), media, 24) == ()
    cache = Cache(tmp_path / "cache")
    found = cache.videos(NAMES)
    assert found.pixels.dtype == torch.uint8
    for name, pixels in zip(NAMES, found.pixels, strict=True):
        with Image.open(media / name) as image:
            small = image.resize((int(24 * 64 / 40), 24), Image.Resampling.BICUBIC)
        left = round((small.width - 24) / 2)
        wanted = np.asarray(small.crop((left, 0, left + 24, 24)))
        assert np.array_equal(pixels[0].permute(1, 2, 0).numpy(), wanted)
    assert cache.pixels == 24
    assert cache.gives == {"pixels"}


def test_frames_of_a_clip_are_its_frames_in_order(tmp_path: Path) -> None:
    write(samples("train", 2, seed=3, difficulty=0.0), tmp_path / "media", size=32, fps=8.0)
    asked = said("train-0", "train-1")
    fill_pixels(tmp_path / "cache", asked, tmp_path / "media", 32, sampling=Sampling(frames=4))
    for name in ("train-0", "train-1"):
        with av.open(str(tmp_path / "media" / f"{name}.mp4")) as film:
            every = [one.to_ndarray(format="rgb24").astype(int) for one in film.decode(video=0)]
        seen = Cache(tmp_path / "cache").videos([name]).pixels[0].permute(0, 2, 3, 1).numpy()
        assert len(seen) == 4
        for at, one in enumerate(seen):
            far = np.array([np.abs(one - each).mean() for each in every])
            there = round(at * len(every) / 4)
            # Colours are scaled up by another rule here; what stands still is alike in many.
            assert far[max(0, there - 1) : there + 2].min() < min(3.0, far.min() + 0.05)


def test_tokens_are_those_of_the_weights_and_pictures_by_their_rule(
    clip: Path, media: Path, tmp_path: Path
) -> None:
    fill_pixels(tmp_path / "cache", said(*NAMES), media, SIDE, backbone=clip)
    loaded, cache = load(clip), Cache(tmp_path / "cache")
    texts = cache.texts_held()
    found = cache.texts(texts)
    for row, ids in enumerate(ids_of(loaded.words, texts)):
        assert found.ids[row][found.mask[row]].tolist() == ids.tolist()
    with Image.open(media / "two.png") as image:
        squashed = np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BICUBIC))
    pixels = cache.videos(["two.png"]).pixels[0, 0].permute(1, 2, 0).numpy()
    # The decoder leaves pictures as they are; a film it would have squashed itself.
    assert np.array_equal(pixels, squashed)
    kept = (tmp_path / "cache" / "tokenizer.json").read_bytes()
    assert kept == (clip / "tokenizer.json").read_bytes()


@pytest.mark.parametrize("cut", ["line", "rows", "both"])
def test_what_broke_off_goes_on_to_the_same_bytes(media: Path, tmp_path: Path, cut: str) -> None:
    for name in ("whole", "broken"):
        fill_pixels(tmp_path / name, said(*NAMES), media, 16)
    listed, pixels = tmp_path / "broken" / "videos.jsonl", tmp_path / "broken" / "pixels.u8"
    lines = listed.read_bytes().splitlines(keepends=True)
    if cut == "rows":
        listed.write_bytes(lines[0])
        pixels.write_bytes(pixels.read_bytes()[: 16 * 16 * 3 + 100])
    else:
        listed.write_bytes(b"".join(lines[:2]) + lines[2][:7])
        (tmp_path / "broken" / "texts.jsonl").write_bytes(b"")
        if cut == "both":
            pixels.write_bytes(pixels.read_bytes() + b"rest")
    first = fill_pixels(tmp_path / "broken", said(*NAMES), media, 16)
    assert first == ()
    for one in (tmp_path / "whole").iterdir():
        assert one.read_bytes() == (tmp_path / "broken" / one.name).read_bytes(), one.name


def test_so_much_is_on_the_disk_before_the_next_is_decoded(
    media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "TOGETHER", 2)
    held = []

    def hear(event: Event) -> None:
        if event.stage == "videos":
            held.append(len((tmp_path / "cache" / "videos.jsonl").read_text().splitlines()))

    fill_pixels(tmp_path / "cache", said(*NAMES), media, 16, progress=hear)
    assert held == [0, 2, 2]


def test_what_is_there_is_not_decoded_again(media: Path, tmp_path: Path) -> None:
    fill_pixels(tmp_path / "cache", said(*NAMES[:2]), media, 16)
    (media / "one.png").write_bytes(b"no picture any more")
    assert fill_pixels(tmp_path / "cache", said(*NAMES), media, 16) == ()
    assert Cache(tmp_path / "cache").video_names() == list(NAMES)
    broken = fill_pixels(tmp_path / "other", said(*NAMES), media, 16)
    assert len(broken) == 1
    assert broken[0].startswith("one.png: ")
    assert Cache(tmp_path / "other").video_names() == list(NAMES[1:])


def test_towers_give_the_vectors_that_they_give_by_hand(
    clip: Path, media: Path, tmp_path: Path
) -> None:
    fill_from_backbone(tmp_path / "cache", clip, said(*NAMES), media, patches=True, words=True)
    cache, loaded = Cache(tmp_path / "cache"), load(clip)
    assert cache.gives == {"frames", "patches", "words"}
    with Image.open(media / "three.png") as image:
        pixels = torch.from_numpy(loaded.pictures.batch([np.asarray(image)]))
    texts = cache.texts_held()
    ids, mask = (torch.from_numpy(one) for one in loaded.words.encode(texts))
    with torch.no_grad():
        seen = loaded.backbone.videos(pixels[None], patches=True)
        told = loaded.backbone.texts(ids, mask > 0)
    found = cache.videos(["three.png"])
    near = {"rtol": 1e-3, "atol": 1e-3}  # half precision
    torch.testing.assert_close(found.frames, seen.frames, **near)
    torch.testing.assert_close(found.patches, seen.patches, **near)
    back = cache.texts(texts)
    torch.testing.assert_close(back.sentences, told.sentences, **near)
    torch.testing.assert_close(back.words, told.words[:, : back.words.shape[1]], **near)
    assert back.mask.sum(dim=1).tolist() == (mask > 0).sum(dim=1).tolist()
    fill_from_backbone(tmp_path / "plain", clip, said(*NAMES), media)
    assert Cache(tmp_path / "plain").gives == {"frames"}


def test_refusals(clip: Path, media: Path, tmp_path: Path) -> None:
    fill_pixels(tmp_path / "cache", said(*NAMES), media, 16)
    with pytest.raises(UsageError, match="another pixels"):
        fill_pixels(tmp_path / "cache", said(*NAMES), media, 24)
    with pytest.raises(UsageError, match="is a cache with another"):
        fill_pixels(tmp_path / "cache", said(*NAMES), media, 16, backbone=clip)
    with pytest.raises(UsageError, match="is a cache with another schema"):
        fill_from_backbone(tmp_path / "cache", clip, said(*NAMES), media)
    with pytest.raises(UsageError, match="gone: not among the media"):
        fill_pixels(tmp_path / "cache", said("gone"), media, 16)
    assert fill_pixels(tmp_path / "cache", said("gone"), media, 16, partly=True)
    with pytest.raises(UsageError, match="Pictures of 2 pixels"):
        fill_pixels(tmp_path / "cache", said(*NAMES), media, 2)
    told = tmp_path / "told.jsonl"
    told.write_text('{"video": "one.png", "text": "a dog"}\n')
    with pytest.raises(UsageError, match="The media are texts"):
        fill_pixels(tmp_path / "cache", said(*NAMES), told, 16)
    fill_from_backbone(tmp_path / "vectors", clip, said(*NAMES), media)
    with pytest.raises(UsageError, match="holds something else than pixels"):
        fill_pixels(tmp_path / "vectors", said(*NAMES), media, 16)
    assert not (tmp_path / "vectors" / "tokenizer.json").exists()
    bare = tmp_path / "bare"
    clip_folder(bare)
    (bare / "tokenizer.json").unlink()
    with pytest.raises(UsageError, match=r"There is no tokenizer\.json"):
        fill_pixels(tmp_path / "new", said(*NAMES), media, 16, backbone=bare)


def test_a_tokeniser_is_learnt_from_what_is_trained_on(media: Path, tmp_path: Path) -> None:
    train = CaptionRecord(id="1", video="one.png", text="zebra " * 9, split="train")
    test = CaptionRecord(id="2", video="two.png", text="giraffe " * 9, split="test")
    fill_pixels(tmp_path / "cache", [train, test], media, 16)
    known = json.loads((tmp_path / "cache" / "tokenizer.json").read_text())["model"]["vocab"]
    assert "Ġzebra" in known
    assert "Ġgiraffe" not in known
