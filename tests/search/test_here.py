from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kinolex.search.here import folder_here, here, real_folder, span_here

if TYPE_CHECKING:
    from tests.search.conftest import Shelf


def test_paths_are_meant_from_where_one_stands(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.video("trips/a.mp4")
    place = str(shelf.folder / "trips" / "a.mp4")
    (shelf.folder / "trips").mkdir()
    monkeypatch.chdir(shelf.folder / "trips")
    assert here(shelf.store, "./a.mp4") == place
    assert here(shelf.store, "b.mp4") == "b.mp4"
    assert here(shelf.store, place) == place
    assert here(None, "a.mp4") == "a.mp4"
    assert span_here(shelf.store, "a.mp4#t=1,2@0.5") == f"{place}#t=1,2@0.5"
    assert span_here(shelf.store, "a.mp4@-1") == f"{place}@-1"
    assert span_here(shelf.store, "b.mp4#t=1,2") == "b.mp4#t=1,2"


def test_folders_that_exist_are_absolute(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    (shelf.folder / "trips").mkdir()
    monkeypatch.chdir(shelf.folder)
    assert folder_here("trips") == str(real_folder("trips")) == str(shelf.folder / "trips")
    assert folder_here("elsewhere") == "elsewhere"
    assert folder_here("") == ""
