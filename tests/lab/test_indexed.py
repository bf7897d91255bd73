"""A cache filled from a library: the very vectors, and clear words about what is not there."""

from __future__ import annotations

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
    with pytest.raises(UsageError, match=r"1 videos are left out: three\.mp4: not in the library"):
        fill_from_library(tmp_path / "c", place / "library", captions, settings=settings(place))
    left = fill_from_library(
        tmp_path / "d", place / "library", captions, settings=settings(place), partly=True
    )
    assert left == ("three.mp4: not in the library",)
    assert Cache(tmp_path / "d").video_names() == ["one.mp4"]
    with pytest.raises(NotFoundError, match="no library"):
        fill_from_library(tmp_path / "e", tmp_path / "nothing", captions)
