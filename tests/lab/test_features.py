from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from kinolex.encoders.matcher import evenly
from kinolex.errors import UsageError
from kinolex.lab.features import Cache, Writer


def made(place: Path) -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    given = {f"v{n}": random.normal(size=(n, 4)) for n in (1, 5, 3)}
    with Writer(place, model="toy", dimensions=4, patches=2, words=True) as to:
        for name, frames in given.items():
            to.add_video(name, frames, np.stack([frames, -frames], axis=1))
        to.add_text("a", np.arange(4), np.ones((2, 4)))
        to.add_text("longer\u2028one\n", np.ones(4), np.full((6, 4), 2.0))
    return given


def test_batches_are_what_was_written_in_half_precision(tmp_path: Path) -> None:
    given = made(tmp_path)
    found = Cache(tmp_path, frames=3, words=4).videos(["v3", "v1", "v5"])
    assert found.mask.tolist() == [[True] * 3, [True, False, False], [True] * 3]
    for row, (name, rows) in enumerate((("v3", [0, 1, 2]), ("v1", [0]), ("v5", [0, 2, 4]))):
        wanted = torch.zeros(3, 4)
        wanted[: len(rows)] = torch.from_numpy(given[name][rows].astype("f2").astype("f4"))
        assert torch.equal(found.frames[row], wanted)
        assert torch.equal(found.patches[row, :, 1], -wanted)
    said = Cache(tmp_path, words=4).texts(["longer\u2028one\n", "a"])
    assert said.mask.tolist() == [[True] * 4, [True, True, False, False]]
    assert said.sentences.tolist() == [[1.0] * 4, [0.0, 1.0, 2.0, 3.0]]
    assert said.words[1, 2:].abs().sum() == 0


def test_nothing_is_read_into_memory(tmp_path: Path) -> None:
    made(tmp_path)
    assert all(isinstance(one, np.memmap) for one in Cache(tmp_path)._maps.values())
    assert (tmp_path / "frames.f16").stat().st_size == 9 * 4 * 2


def test_sound_and_context_have_lengths_of_their_own(tmp_path: Path) -> None:
    with Writer(tmp_path, model="m", dimensions=2, sound=True, context=True) as to:
        to.add_video("v", np.ones((1, 2)), sound=np.full((5, 2), 2.0), context=np.ones((2, 2)))
        to.add_video("w", np.ones((3, 2)), sound=np.full((1, 2), 3.0), context=np.ones((1, 2)))
    cache = Cache(tmp_path, frames=4)
    assert cache.gives == {"frames", "sound", "context"}
    found = cache.videos(["w", "v"])
    assert found.sound.tolist() == [[[3.0] * 2, *[[0.0] * 2] * 3], [[2.0] * 2] * 4]
    assert (found.frames.shape, found.context.shape) == ((2, 3, 2), (2, 2, 2))


@pytest.mark.parametrize("cut", ["line", "vectors", "both"])
def test_what_broke_off_goes_on_to_the_same_bytes(tmp_path: Path, cut: str) -> None:
    made(tmp_path / "whole")
    made(tmp_path / "broken")
    listed, frames = tmp_path / "broken" / "videos.jsonl", tmp_path / "broken" / "frames.f16"
    lines = listed.read_bytes().splitlines(keepends=True)
    if cut == "vectors":  # all vectors of the second are there, and half of the third
        listed.write_bytes(b"".join(lines[:1]))
        frames.write_bytes(frames.read_bytes()[: 7 * 8])
    else:
        listed.write_bytes(b"".join(lines[:2]) + lines[2][:7])
        if cut == "both":
            frames.write_bytes(frames.read_bytes() + b"rest")
    made(tmp_path / "broken")
    for one in (tmp_path / "whole").iterdir():
        assert one.read_bytes() == (tmp_path / "broken" / one.name).read_bytes(), one.name


def test_refusals(tmp_path: Path) -> None:
    made(tmp_path / "one")
    with pytest.raises(UsageError, match="another model"):
        Writer(tmp_path / "one", model="other", dimensions=4, patches=2, words=True)
    with pytest.raises(UsageError, match="no cache"):
        Cache(tmp_path)
    with pytest.raises(UsageError, match="has no video 'gone'"):
        Cache(tmp_path / "one").videos(["gone"])
    (tmp_path / "one" / "words.f16").write_bytes(b"")
    with pytest.raises(UsageError, match="too short"):
        Cache(tmp_path / "one")
    with Writer(tmp_path / "two", model="m", dimensions=3) as to:
        with pytest.raises(UsageError, match="4 numbers each, not 3"):
            to.add_video("v", np.ones((2, 4)))
        with pytest.raises(UsageError, match="no float16"):
            to.add_video("v", np.full((2, 3), 1e9))
        with pytest.raises(UsageError, match="no frames"):
            to.add_video("v", np.ones((0, 3)))
        with pytest.raises(UsageError, match="comes with frames, patches"):
            to.add_video("v", np.ones((2, 3)), np.ones((2, 1, 3)))
    assert json.loads((tmp_path / "two" / "cache.json").read_text())["model"] == "m"


@pytest.mark.parametrize("count", range(1, 30))
@pytest.mark.parametrize("most", [1, 3, 12])
def test_frames_are_taken_evenly(count: int, most: int) -> None:
    taken = evenly(count, most)
    assert len(taken) == min(count, most)
    steps = np.diff(taken)
    assert not len(steps) or (steps.min() >= 1 and steps.max() - steps.min() <= 1)
    assert abs((taken[0] + 0) - (count - 1 - taken[-1])) <= 1


def with_pixels(place: Path, **more: bool) -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    given = {f"v{n}": random.integers(0, 256, (n, 3, 2, 2), np.uint8) for n in (1, 5, 3)}
    sides = {"dimensions": 4 if more else 0, "pixels": 2, "tokens": {"end": 9}, **more}
    with Writer(place, model="toy", **sides) as to:
        for name, pixels in given.items():
            to.add_video(name, pixels=pixels, **{one: np.ones((1, 4)) for one in more})
        to.add_text("a", ids=np.array([7, 1, 9]))
        to.add_text("longer", ids=np.array([7, 1, 2, 300_000, 4, 9]))
    return given


def test_pixels_and_tokens_come_as_they_are(tmp_path: Path) -> None:
    given = with_pixels(tmp_path)
    cache = Cache(tmp_path, frames=3, words=4)
    found = cache.videos(["v3", "v1", "v5"])
    assert found.mask.tolist() == [[True] * 3, [True, False, False], [True] * 3]
    for row, (name, rows) in enumerate((("v3", [0, 1, 2]), ("v1", [0]), ("v5", [0, 2, 4]))):
        assert np.array_equal(found.pixels[row, : len(rows)].numpy(), given[name][rows])
    assert found.pixels[1, 1:].sum() == 0
    said = cache.texts(["longer", "a"])
    assert said.ids.tolist() == [[7, 1, 2, 9], [7, 1, 9, 0]], "a text that is cut keeps its end"
    assert said.mask.tolist() == [[True] * 4, [True, True, True, False]]
    assert (tmp_path / "pixels.u8").stat().st_size == 9 * 12
    assert all(isinstance(one, np.memmap) for one in cache._maps.values())
    assert (cache.pixels, cache.tokens, cache.gives) == (2, {"end": 9}, {"pixels"})
    assert (found.frames.shape, said.sentences.shape) == ((3, 3, 0), (2, 0))


def test_sound_lies_beside_pixels(tmp_path: Path) -> None:
    with_pixels(tmp_path, sound=True)
    cache = Cache(tmp_path)
    assert cache.gives == {"pixels", "sound"}
    assert cache.videos(["v5"]).sound.shape == (1, 1, 4)


def test_pixels_are_refused_where_they_are_none(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Patches and words are vectors"):
        Writer(tmp_path / "no", model="m", dimensions=2, pixels=2, words=True)
    with Writer(tmp_path, model="m", dimensions=0, pixels=2) as to:
        with pytest.raises(UsageError, match="no whole numbers that fit uint8"):
            to.add_video("v", pixels=np.full((1, 3, 2, 2), 256))
        with pytest.raises(UsageError, match="no whole numbers"):
            to.add_video("v", pixels=np.full((1, 3, 2, 2), 0.5))
        with pytest.raises(UsageError, match="comes with frames; this cache holds pixels"):
            to.add_video("v", np.ones((1, 2)))
    with pytest.raises(UsageError, match="is a cache with another schema"):
        with_pixels(tmp_path / "cache") and Writer(tmp_path / "cache", model="toy", dimensions=0)
