"""A real library made through the command line, once for all tests of this folder."""

from __future__ import annotations

import pytest

from kinolex.errors import ModelMissingError
from tests.cli.places import Place, make_videos


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A library with two videos and one failure."""
    from kinolex.testing.models import make_picture_model

    base = tmp_path_factory.mktemp("cli")
    try:
        model = make_picture_model(base / "model")
    except ModelMissingError as error:
        pytest.skip(str(error))
    found = Place(base / "library", base / "videos", model)
    make_videos(found.videos)
    done = found.run("index", str(found.videos), "--only", "picture,speech,title")
    assert done.returncode == 1, done.stderr
    return found


@pytest.fixture
def here(place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """The same library as that of this process, for calls without another process."""
    monkeypatch.setenv("KINOLEX_LIBRARY", str(place.library))
    monkeypatch.setenv("KINOLEX_PICTURE", str(place.model))
    return place
