"""How fast a model is on this machine: a quick measurement, remembered beside the models.

Medians of a few runs after one that does not count. Speech is left out: its speed depends on how
much is said, so ``make bench`` measures it on real speech.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from kinolex.encoders import notes, registry
from kinolex.encoders.cards import Card
from kinolex.settings import Settings

__all__ = ["measure", "measured"]


def measured(card: Card) -> str:
    """The remembered speed of a model on this machine, for people; "" if never measured."""
    found = notes.read(f"speed:{card.name}")
    return str(found) if found else ""


def measure(card: Card, settings: Settings | None = None) -> str:
    """Measure a model that is here, remember and give its speed; "" for kinds without a figure.

    Raises
    ------
    ModelMissingError
        If it is not on this machine.
    """
    settings = settings or Settings()
    said = ""
    if card.kind == "picture":
        said = _pictures(registry.load_picture(card.name, settings))
    elif card.kind == "words":
        said = _words(registry.load_words(card.name, settings))
    elif card.kind == "screen":
        reader = registry.load_screen(card.name, settings)
        picture = np.full((720, 1280, 3), 230, np.uint8)
        said = f"{_seconds(lambda: reader.read(picture), 2) * 1000:.0f} ms a frame without text"
    if said:
        said += f" ({settings.threads} threads, {settings.device})"
        notes.write(f"speed:{card.name}", said)
    return said


def _pictures(encoder: Any) -> str:
    random = np.random.default_rng(0)
    pictures = list(random.integers(0, 256, (8, 360, 640, 3), dtype=np.uint8))
    a_picture = _seconds(lambda: encoder.encode_pictures(pictures)) / len(pictures)
    a_text = _seconds(lambda: encoder.encode_words(["a dog runs over the grass"]))
    return f"{1 / a_picture:.1f} pictures/s, {a_text * 1000:.0f} ms a question"


def _words(encoder: Any) -> str:
    texts = [f"the {i}th thing that somebody says in a talk about the sea" for i in range(32)]
    a_text = _seconds(lambda: encoder.encode_words(texts)) / len(texts)
    a_query = _seconds(lambda: encoder.encode_words(texts[:1], query=True))
    return f"{1 / a_text:.0f} sentences/s, {a_query * 1000:.0f} ms a question"


def _seconds(call: Callable[[], Any], runs: int = 3) -> float:
    """Median wall time of a call, after one that does not count."""
    call()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times)
