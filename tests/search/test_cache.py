from __future__ import annotations

from typing import TYPE_CHECKING

from kinolex.search.cache import Cache

if TYPE_CHECKING:
    from tests.search.conftest import ColourEncoder, Shelf


def test_everything_is_kept_until_the_library_changes(
    shelf: Shelf, colour_encoder: ColourEncoder
) -> None:
    video = shelf.video("a.mp4", duration=9, colours=["red"] * 5, shots=[(0, 2), (2, 5)])
    cache = Cache(shelf.store)
    cache.refresh()
    frames, words = cache.frames("colour@1", colour_encoder), cache.words("stems@1")
    assert cache.frames("colour@1", colour_encoder) is frames
    assert cache.words("stems@1") is words
    assert cache.duration(video) == 9
    assert cache.duration("nobody") == 0
    assert [s.end for s in cache.shots(video)] == [2, 5]
    assert cache.shots(video) is cache.shots(video)
    counts, states = cache.counts, cache.states
    cache.refresh()
    assert cache.counts is counts
    assert cache.states is states
    shelf.video("b.mp4", colours=["blue"] * 3)
    cache.refresh()
    assert cache.counts.videos == 2
    assert len(cache.frames("colour@1", None).table.video_ids) == 2
