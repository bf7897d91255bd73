"""A cache filled from a library: the very vectors, and clear words about what is not there."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

import kinolex
from kinolex.datasets.records import CaptionRecord
from kinolex.errors import NotFoundError, UsageError
from kinolex.lab.export.encoder import export_encoder
from kinolex.lab.features import Cache
from kinolex.lab.indexed import fill_from_library
from kinolex.library.store import Store
from kinolex.settings import Settings, settings_from
from kinolex.testing.clips import make_clip
from tests.lab.export.making import make_backbone, write_tokenizer


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of two clips, and one that is not in it."""
    place = tmp_path_factory.mktemp("indexed")
    tokenizer = write_tokenizer(place / "tokenizer.json")
    export_encoder(make_backbone("mean"), place / "toy", tokenizer=tokenizer)
    (place / "clips").mkdir()
    for name, seconds in (("one", 2.0), ("two", 3.0)):
        make_clip(place / "clips" / f"{name}.mp4", seconds=seconds)
    with kinolex.open(place / "library", settings=settings(place)) as library:
        library.add(place / "clips", only=("picture",))
    return place


def settings(place: Path) -> Settings:
    return settings_from(every=0.5, picture=str(place / "toy"), stills=False)


def said(*videos: str) -> list[CaptionRecord]:
    return [CaptionRecord(id=one, video=one, text=f"red then {one}") for one in videos]


def test_vectors_are_those_of_the_library(place: Path, tmp_path: Path) -> None:
    left = fill_from_library(
        tmp_path / "cache", place / "library", said("one.mp4", "two.mp4"), settings=settings(place)
    )
    assert left == ()
    cache = Cache(tmp_path / "cache", frames=100)
    with Store.open(place / "library") as store:
        space = next(one.name for one in store.spaces() if one.kind == "frames")
        table = store.vectors(space, "frames")
        for name in ("one.mp4", "two.mp4"):
            at = table.video_ids.index(store.find_videos(name)[0])
            rows = table.rows[int(table.starts[at]) : int(table.starts[at + 1])]
            np.testing.assert_array_equal(
                cache.videos([name]).frames[0].numpy(), rows.astype(np.float32)
            )
    assert cache.about["model"] == space


def test_what_is_not_there_is_told(place: Path, tmp_path: Path) -> None:
    captions = said("one.mp4", "three.mp4")
    with pytest.raises(UsageError, match=r"1 of 2 videos .*: three\.mp4: not in the library"):
        fill_from_library(tmp_path / "c", place / "library", captions, settings=settings(place))
    left = fill_from_library(
        tmp_path / "d", place / "library", captions, settings=settings(place), partly=True
    )
    assert left == ("three.mp4: not in the library",)
    assert Cache(tmp_path / "d").video_names() == ["one.mp4"]
    with pytest.raises(NotFoundError, match="no library"):
        fill_from_library(tmp_path / "e", tmp_path / "nothing", captions)


@pytest.mark.parametrize("name", ["ne.mp4", "on", "o.mp4"])
def test_a_part_of_a_name_is_no_video(place: Path, tmp_path: Path, name: str) -> None:
    """Searching takes ``ne.mp4`` for a part of ``one.mp4``; to train on it would be wrong."""
    with Store.open(place / "library") as store:
        assert name == "o.mp4" or store.find_videos(name)
    with pytest.raises(UsageError, match=f"{name}: not in the library"):
        fill_from_library(tmp_path / "c", place / "library", said(name), settings=settings(place))


def test_names_with_and_without_ending_and_paths_are_found(place: Path, tmp_path: Path) -> None:
    names = "one", "TWO.mp4", str(place / "clips" / "two.mp4")
    fill_from_library(tmp_path / "c", place / "library", said(*names), settings=settings(place))
    assert Cache(tmp_path / "c").video_names() == list(names)


def test_frames_of_a_library_that_was_indexed_anew_are_not_mixed(
    place: Path, tmp_path: Path
) -> None:
    shutil.copytree(place / "library", tmp_path / "library")
    given = tmp_path / "c", tmp_path / "library"
    fill_from_library(*given, said("one.mp4"), settings=settings(place))
    fill_from_library(*given, said("one.mp4", "two.mp4"), settings=settings(place))
    with kinolex.open(tmp_path / "library", settings=settings(place)) as library:
        library.add(place / "clips", only=("picture",), every=0.25)
    with pytest.raises(UsageError, match=r"other frames of one\.mp4"):
        fill_from_library(*given, said("one.mp4"), settings=settings(place))
