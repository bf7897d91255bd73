"""What `benchmarks.lab_world` asks is what it says; docs/lab-world.md shows what was measured."""

from __future__ import annotations

import json
import re
from collections import Counter

import numpy as np

from benchmarks import lab_world_scenes as scenes
from benchmarks import lab_world_tables as tables
from benchmarks.harness import RESULTS, load
from kinolex.world.checks import contradicts, shows
from kinolex.world.drawing import clip
from kinolex.world.splits import unseen

PAIRS = scenes.ordered("test", 40)


def test_the_page_shows_what_was_measured() -> None:
    data = json.loads((RESULTS / "lab-world.json").read_text(encoding="utf-8"))
    text = tables.PAGE.read_text(encoding="utf-8")
    assert set(tables.markdown(data)) == set(re.findall(r"<!-- lab-world: (\w+) -->", text))
    assert tables.page(text, data) == text, "run `python -m benchmarks.lab_world_tables`"
    assert tables.rows(data) == data["rows"]
    assert len(load(RESULTS / "lab-world.json").rows) == len(data["rows"])


def test_both_orders_hold_the_same_frames_in_another_order() -> None:
    for pair in PAIRS:
        one, other = (clip(scene, scenes.order_times(), 48) for scene in pair.scenes)
        half = len(one) // 2
        assert np.array_equal(one, np.concatenate([other[half:], other[:half]]))
        assert not np.array_equal(one, other)


def test_the_text_of_one_order_is_false_of_the_other() -> None:
    for number, pair in enumerate(PAIRS):
        texts = scenes.both_ways(pair, number)  # other words than those it was chosen by
        for at in range(2):
            assert shows(texts[at], pair.scenes[at])
            assert contradicts(texts[at], pair.scenes[1 - at])
        words = [Counter(re.findall(r"[a-z-]+", one.lower())) for one in texts]
        assert words[0] == words[1]


def test_pairs_of_a_split_are_of_no_other() -> None:
    def told(split: str) -> set[str]:
        return {scenes.both_ways(one, 0)[at] for one in scenes.ordered(split, 30) for at in (0, 1)}

    assert not told("train") & told("test")


def test_a_told_clip_is_in_one_video_alone() -> None:
    films = scenes.with_distractors(20, 8, 60, 1)
    for number, (film, place) in enumerate(films):
        assert film[place] == number
        assert len(set(film)) == 8
        assert [number in other for other, _ in films].count(True) == 1


def test_no_single_event_finds_a_video_of_several() -> None:
    films = scenes.of_several(30, 3, 10, 1)
    assert len({frozenset(film) for film in films}) == 30
    assert min(Counter(one for film in films for one in film).values()) > 1


def test_twins_differ_in_one_colour_that_training_has_or_has_not() -> None:
    found = scenes.twins(40)
    for one in found:
        assert unseen(one.unseen) == {"pair"}
        assert not unseen(one.seen)
        said = [re.findall(r"[a-z-]+", text.lower()) for text in one.texts]
        changed = [(a, b) for a, b in zip(*said, strict=True) if a != b]
        assert changed
        assert len([pair for pair in changed if set(pair) != {"a", "an"}]) in (1, 2)
    pairs = {(one.unseen.things[0].kind, one.unseen.things[0].colour): one.seen.things[0].colour
             for one in found}  # fmt: skip
    both = {(kind, seen) for (kind, _), seen in pairs.items()}
    assert len(both) == len(pairs), "two unseen pairs have one twin"


def test_a_matcher_that_found_nothing_has_a_row() -> None:
    data = json.loads((RESULTS / "lab-world.json").read_text(encoding="utf-8"))
    for seed in data["runs"]["ordinary"]["x-pool"].values():
        seed["seen R@1"] = seed["unseen R@1"] = 0.0
    assert "| `x-pool` | 0.0 ± 0.0 | 0.0 ± 0.0 |  | 3 |" in tables.markdown(data)["unseen"]
