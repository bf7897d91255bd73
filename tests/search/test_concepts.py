from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kinolex.errors import QueryError
from kinolex.library.concepts import Concept, Example
from kinolex.moments import Part, Span
from kinolex.search.concepts import ConceptTable, check, expanded, foreign, is_concept, unknown
from kinolex.search.engine import Engine
from kinolex.search.parse import parse
from tests.search.test_schema import SCHEMA, problems

if TYPE_CHECKING:
    from tests.search.conftest import ColourEncoder, Shelf, StemEncoder


def example(row: list[float], *, wanted: bool = True, space: str = "colour@1") -> Example:
    unit = np.array(row) / np.linalg.norm(row)
    return Example("span", f"{row}#t=0,1", space, unit.astype("<f2").tobytes(), wanted)


RED, YELLOW = [0.5, -0.5, -0.5, 0.2], [0.5, 0.5, -0.5, 0.2]


def test_each_side_and_the_words_are_summands() -> None:
    known = {
        "rex": Concept("rex", (example(RED), example(YELLOW, wanted=False)), "a dog"),
        "tim": Concept("tim", (), "a boy"),
    }
    given = [Part("words", "cup"), Part("concept", "rex", 2.0), Part("concept", "tim", -1.0)]
    words, wanted, said, unwanted, tim = expanded(given, known)
    assert (words, said, tim) == (given[0], Part("words", "a dog", 2), Part("words", "a boy", -1))
    assert (wanted.kind, wanted.weight, unwanted.kind, unwanted.weight) == ("span", 2, "span", -1)
    assert is_concept(wanted.value)
    assert wanted.value != unwanted.value
    assert not is_concept("@rex.mp4#t=1,2")


def test_names_that_were_not_taught_are_a_sentence() -> None:
    known = {name: Concept(name) for name in ("rex", "tim")}
    check([Part("concept", "rex"), Part("words", "zed")], known)
    with pytest.raises(QueryError, match=r"no concept @zed\. Known are @rex, @tim\. Quote it"):
        check([Part("concept", "rex"), Part("concept", "zed")], known)
    assert "kinolex teach zed" in str(unknown("zed", {}))
    many = {f"n{i:02}": Concept(f"n{i:02}") for i in range(30)}
    assert "@n19 ..." in str(unknown("zzz", many))


def test_pictures_of_another_space_need_the_encoder() -> None:
    image = Example("image", "a.png", "old@1", b"")
    known = {"a": Concept("a", (image,)), "b": Concept("b", (example(RED, space="old@1"),))}
    assert foreign([Part("concept", "a")], known, "new@1")
    assert not foreign([Part("concept", "a")], known, "old@1")
    assert not foreign([Part("concept", "b"), Part("words", "a")], known, "new@1")


def test_the_table_gives_means_and_spans(shelf: Shelf) -> None:
    shelf.video("a.mp4", colours=["red"] * 5 + ["blue"] * 5)
    table = shelf.store.vectors("colour@1", "frames")
    rows = (example(RED), example(YELLOW), example([1, 0, 0, 0], wanted=False))
    known = {"rex": Concept("rex", rows)}
    found = ConceptTable(table, space="colour@1", concepts=known)
    wanted, unwanted = expanded([Part("concept", "rex")], known)
    total = np.array(RED) / np.linalg.norm(RED) + np.array(YELLOW) / np.linalg.norm(YELLOW)
    span = Span(0, 1)
    assert np.allclose(found.of_span(wanted.value, span), total / np.linalg.norm(total), atol=1e-3)
    assert np.allclose(found.of_span(unwanted.value, span), [1, 0, 0, 0], atol=1e-3)
    (video,) = table.video_ids
    mean = table.rows[:5].astype(float).mean(axis=0)
    plain = found.of_span(video, Span(0, 5))
    assert np.allclose(plain, mean / np.linalg.norm(mean), atol=1e-3)


def test_word_channels_look_for_the_words_alone(
    shelf: Shelf, colour_encoder: ColourEncoder, stem_encoder: StemEncoder
) -> None:
    shelf.video("a.mp4", speech=[(0, 5, "a red ball")], colours=["grey"] * 50 + ["red"] * 9)
    shelf.store.put_concept(Concept("rex", (example(RED),)))
    engine = Engine(shelf.store, picture=colour_encoder, words=stem_encoder)
    both = engine.answer(parse("@rex red ball"))
    assert {c for m in both.moments for c in m.channels} >= {"picture", "speech"}
    alone = engine.answer(parse("@rex"))
    assert [m.channels for m in alone.moments] == [("picture",)]
    assert "cannot be compared" in alone.searched.unavailable["speech"]
    for answer in (both, alone):
        assert problems(json.loads(json.dumps(answer.to_dict())), SCHEMA) == []


def test_a_span_of_a_video_whose_name_begins_so_is_a_span(
    shelf: Shelf, colour_encoder: ColourEncoder
) -> None:
    shelf.video("@rex.mp4", colours=["grey"] * 30 + ["red"] * 9)
    shelf.video("b.mp4", colours=["grey"] * 30 + ["red"] * 9)
    engine = Engine(shelf.store, picture=colour_encoder)
    found = engine.answer(parse(like="@rex.mp4#t=31,38"))
    assert [m.video.title for m in found.moments] == ["b.mp4"]
