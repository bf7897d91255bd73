"""The end of a run: corrections that came from elsewhere, and a file that cannot be read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kinolex.ingest.corrections import put_right
from kinolex.ingest.models import Models
from kinolex.library.correcting import respelt
from kinolex.library.kept import Kept
from kinolex.library.store import Store
from kinolex.settings import Settings
from tests.library.samples import WORDS, add_video, said
from tests.search.conftest import StemEncoder


class Stems(Models):
    """Models whose sentence encoder is a small real one, in the space of the samples."""

    def __init__(self, here: bool) -> None:
        super().__init__(Settings(), lambda _: None)
        encoder = StemEncoder() if here else None
        if encoder is not None:
            encoder.name, encoder.version = WORDS.split("@")  # type: ignore[misc]
            encoder.encode_words = (  # type: ignore[method-assign]
                lambda texts, query=False: np.full((len(texts), 16), 0.25, np.float32)
            )
        self._loaded["words"] = encoder


def sentences() -> list[str]:
    return []


@pytest.mark.parametrize("here", [True, False])
def test_passages_from_before_their_correction(tmp_path: Path, here: bool) -> None:
    models, told = Stems(here), sentences()
    with Store.open(tmp_path, write=True) as store, Kept.open(tmp_path) as kept:
        video = add_video(store, 1, said("the rad bowl", "a dog", vector=True))
        kept.correct(video, "speech", 0, 2, "the red bowl", "the red ball")
        kept.correct("f" * 32, "speech", 0, 2, "of no video", "here")
        assert put_right(store, models, told.append) == 1
        assert [p.text for p in store.passages_of(video)] == ["the red ball", "a dog"]
        assert bool(store.without_vectors(video)) is not here
        assert kept.corrections(video)[0].old == "the rad bowl"
        generation = store.generation
        assert put_right(store, models, told.append) == 0
        assert store.generation == generation
    assert told == []


def test_a_vector_that_was_left_out_is_made(tmp_path: Path) -> None:
    with Store.open(tmp_path, write=True) as store, Kept.open(tmp_path) as kept:
        video = add_video(store, 1, said("the red bowl", "a dog", vector=True))
        first, second = store.passages_of(video)
        kept.correct(video, "speech", 0, 2, first.text, "the red ball")
        store.rewrite([respelt(first, "the red ball"), second])
        assert put_right(store, Stems(False), print) == 0
        assert put_right(store, Stems(True), print) == 1
        assert set(store.without_vectors(video)) == {second.id}  # not corrected: not ours


def test_a_damaged_file_is_told_and_stops_nothing(tmp_path: Path) -> None:
    told = sentences()
    with Store.open(tmp_path, write=True) as store:
        video = add_video(store, 1, said("the red bowl"))
        (tmp_path / "kept.sqlite").write_bytes(b"no database" * 500)
        assert put_right(store, Stems(True), told.append) == 0
        assert store.passages_of(video)
    (sentence,) = told
    assert sentence.startswith("Corrections of passages were left out: ")
    assert "damaged" in sentence
