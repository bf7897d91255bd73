"""Fixtures that every room's tests share: where data and models lie, or why a test is skipped."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# The same commit gets the same verdict; `make soak` looks for what is not yet known.
# A busy machine is no reason to fail: neither slow tests nor slow examples are.
slow = [HealthCheck.too_slow]
settings.register_profile(
    "same", derandomize=True, deadline=None, database=None, suppress_health_check=slow
)
settings.register_profile("new", deadline=None, suppress_health_check=slow)
settings.load_profile("new" if os.environ.get("KINOLEX_SOAK") else "same")

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of development data that is not part of the repository."""
    place = Path(os.environ.get("KINOLEX_SHARED", REPOSITORY.parent / "shared"))
    if not (place / "data").is_dir():
        pytest.skip("needs the development data (set KINOLEX_SHARED)")
    return place


@pytest.fixture(scope="session")
def real_clips(shared: Path) -> Path:
    """Real footage with written moments."""
    return shared / "data" / "real_clips"


@pytest.fixture(scope="session")
def odd_media(shared: Path) -> Path:
    """Odd and broken files with what ffprobe says of them."""
    return shared / "data" / "odd_media"


@pytest.fixture(autouse=True)
def _own_places(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep every test away from the person's own library."""
    monkeypatch.setenv("KINOLEX_LIBRARY", str(tmp_path_factory.mktemp("library")))
