from __future__ import annotations

from typing import TYPE_CHECKING

from kinolex.library.records import ChannelState
from kinolex.moments import CHANNELS
from kinolex.search.searched import coverage, searched

if TYPE_CHECKING:
    from tests.search.conftest import Shelf


def test_looked_at_and_empty_counts_as_covered() -> None:
    states = [
        ChannelState("v", "speech", "k", "empty", 0),
        ChannelState("w", "speech", "k", "done", 3),
        ChannelState("w", "screen", "k", "partial", 1),
    ]
    assert coverage(states, None) == {"speech": 2, "screen": 1}
    assert coverage(states, ["v"]) == {"speech": 1}


def test_what_is_missing_is_said(shelf: Shelf) -> None:
    one = shelf.video("a.mp4", duration=10, speech=[(0, 1, "x")])
    shelf.video("b.mp4", duration=20)
    store = shelf.store
    shelf.store.put_failure(shelf.root.id, "c.mp4", fingerprint="f", stage="probe",
                            reason="empty", message="It is empty.")  # fmt: skip

    def of(videos: list[str] | None, off: dict[str, str]) -> dict[str, object]:
        found = searched(store, store.counts(), store.states(), channels=CHANNELS, videos=videos,
                         off=off)  # fmt: skip
        return found.to_dict()

    whole = of(None, {"picture": "Because."})
    assert whole["videos"] == 2
    assert whole["duration"] == 30
    assert whole["channels"] == {"speech": 1, "title": 2}
    assert whole["unavailable"]["picture"] == "Because."  # type: ignore[index]
    assert "kinolex index --only screen" in whole["unavailable"]["screen"]  # type: ignore[index]
    assert whole["failed"] == 1
    part = of([one], {})
    assert (part["videos"], part["duration"], part["channels"]) == (
        1,
        10,
        {"speech": 1, "title": 1},
    )


def test_an_empty_library_lacks_nothing(shelf: Shelf) -> None:
    store = shelf.store
    found = searched(store, store.counts(), [], channels=CHANNELS, videos=None, off={})
    assert found.unavailable == {}
