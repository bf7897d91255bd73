from __future__ import annotations

from typing import TYPE_CHECKING

from kinolex.moments import Query, Span
from kinolex.search.conditions import conditions

if TYPE_CHECKING:
    from tests.search.conftest import Shelf


def test_against_reading_every_passage(shelf: Shelf) -> None:
    lines = [(0, 5, "big cup"), (4, 9, "cup of tea"), (12, 15, "tea, big"), (20, 22, "cups big")]
    video = shelf.video(
        "a.mp4", title="Kitchen", speech=[(float(a), float(b), t) for a, b, t in lines]
    )
    for phrases, excluded in [(("cup",), ()), (("big",), ("tea",)), (("kitchen",), ("cup",)),
                              (("of tea", "big"), ()), ((), ("kitchen",))]:  # fmt: skip
        checks = conditions(shelf.store, Query(phrases=phrases, excluded=excluded), [video])
        for start in range(25):
            span = Span(start, start + 1.5)
            near = [t for a, b, t in lines if a < span.end and span.start < b] + ["kitchen"]
            words = [t.replace(",", "") for t in near]
            has = [any(f" {p} " in f" {w} " for w in words) for p in phrases]
            lacks = not any(f" {e} " in f" {w} " for e in excluded for w in words)
            assert checks.allow(video, span) == (all(has) and lacks), (phrases, excluded, start)


def test_no_conditions_allow_everything(shelf: Shelf) -> None:
    assert conditions(shelf.store, Query(words="x"), ["v"]).allow("v", Span(0, 1))
    assert conditions(shelf.store, Query(phrases=("x",)), []).allow("v", Span(0, 1))
