"""Measuring remembers a figure; how large it is, is nobody's business here."""

from __future__ import annotations

from pathlib import Path

import pytest

from kinolex.encoders.cards import known_cards
from kinolex.encoders.measure import measure, measured
from kinolex.encoders.sources import place_of
from kinolex.settings import Settings
from kinolex.testing.models import make_picture_model


def test_a_measured_speed_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINOLEX_MODELS", str(tmp_path / "models"))
    card = known_cards()["openclip-vit-b32"]
    assert measured(card) == ""
    make_picture_model(place_of(card.name), dimensions=card.dimensions)
    said = measure(card, Settings(threads=1))
    assert "pictures/s" in said
    assert "1 threads, cpu" in said
    assert measured(card) == said


def test_kinds_without_a_figure_have_none() -> None:
    assert measure(known_cards()["silero-vad"]) == ""
