from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.errors import NotFoundError
from kinolex.library.correcting import LIKE, likeness, placed, respelt
from kinolex.library.fulltext import MatchQuery
from kinolex.library.kept import Correction, Kept
from kinolex.library.records import ChannelData, Passage
from kinolex.library.store import Store
from kinolex.moments import Span
from tests.library.samples import SPEECH, WORDS, add_video, said, vectors


def correction(old: str, new: str, start: float = 0, end: float = 2, id: str = "1") -> Correction:
    return Correction(id, "v", "speech", start, end, old, new, "")


def passage(text: str, start: float = 0, end: float = 2, source: str = "speech") -> Passage:
    return Passage(Span(start, end), text, source)


def hits(store: Store, phrase: str) -> list[int]:
    return [hit.passage for hit in store.match(MatchQuery(phrases=(phrase,)))]


def whole_index(store: Store) -> None:
    """FTS5 itself says whether its words are those of the passages."""
    for table in ("passage_words", "passage_trigrams"):
        sql = f"INSERT INTO {table} ({table}, rank) VALUES ('integrity-check', 1)"
        store._db.connection.execute(sql)


@given(st.text("abc ", max_size=30), st.text("abc ", max_size=30))
def test_likeness_is_difflibs_ratio_from_its_line_on(one: str, other: str) -> None:
    ratio = difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()
    assert likeness(one, other) == (ratio if ratio >= LIKE else 0.0)


def test_long_texts_are_compared_by_words() -> None:
    long = " ".join(f"word{n}" for n in range(2000))
    assert likeness(long, long.replace("word7 ", "bird ")) > 0.99
    assert likeness(long, "x" * 20_000) == 0.0


@pytest.mark.parametrize(
    ("passages", "place"),
    [
        ([passage("the red bowl")], 0),
        ([passage("the red ball")], 0),  # is corrected already
        ([passage("the rod bowl", 0.3, 2.2)], 0),  # another encoder reads it nearly so
        ([passage("a dog barks")], None),
        ([passage("the red bowl", 2, 4)], None),  # only touches
        ([passage("the red bowl", source="screen")], None),
        ([passage("the rod bowl"), passage("the red bowl")], 1),
        ([passage("the red bowl", 0, 9), passage("the red bowl")], 1),
        ([passage("the red ball"), passage("the red bowl")], 1),
        ([], None),
    ],
)
def test_where_a_correction_belongs(passages: Sequence[Passage], place: int | None) -> None:
    found = placed(passages, [correction("the red bowl", "the red ball")])
    assert found.get("1") == place


def test_each_passage_takes_one_correction() -> None:
    corrections = [correction("cup", "cap", id="1"), correction("cup", "cop", id="2")]
    assert placed([passage("cup"), passage("cup")], corrections) == {"1": 0, "2": 1}
    assert placed([passage("cup")], corrections) == {"1": 0}


def test_words_keep_their_times_where_there_are_as_many() -> None:
    timed = Passage(Span(0, 2), "red bowl", "speech", words=((0.0, 1.0, "red"), (1.0, 2.0, "bowl")))
    assert respelt(timed, "blue  ball").words == ((0.0, 1.0, "blue"), (1.0, 2.0, "ball"))
    assert respelt(timed, "ball").words == ()


def test_rewriting_is_one_change_found_at_once(store: Store) -> None:
    video = add_video(store, 1, said("the red bowl", "a dog", "water", vector=True))
    before = store.passages_of(video)
    table = store.vectors(WORDS, "passages")
    old = np.array(table.rows)
    new = vectors(1, seed=7)
    generation = store.generation
    store.rewrite([respelt(before[1], "Ein Döner")], new, WORDS)
    assert store.generation == generation + 1
    after = store.passages_of(video)
    assert [p.text for p in after] == ["the red bowl", "Ein Döner", "water"]
    assert [p.id for p in after] == [p.id for p in before]
    assert (hits(store, "doner"), hits(store, "dog")) == ([before[1].id], [])
    whole_index(store)
    rows = store.vectors(WORDS, "passages").rows
    assert (rows[1] == new[0]).all()
    assert (rows[[0, 2]] == old[[0, 2]]).all()
    with Store.open(store.path) as reader:  # from the arrays on disk
        assert (reader.vectors(WORDS, "passages").rows == rows).all()


@pytest.mark.parametrize("space", ["", "other@1"])
def test_without_a_vector_of_its_space_a_passage_has_none(store: Store, space: str) -> None:
    video = add_video(store, 1, said("the red bowl", "a dog", vector=True))
    first = store.passages_of(video)[0]
    assert store.without_vectors(video) == {}
    store.rewrite([respelt(first, "the red ball")], vectors(1) if space else None, space)
    assert store.without_vectors(video) == {first.id: WORDS}
    rows = store.vectors(WORDS, "passages").rows
    assert not rows[0].any()
    assert rows[1].any()


def test_a_passage_that_is_gone_changes_nothing(store: Store) -> None:
    video = add_video(store, 1, said("one", "two"))
    first, second = store.passages_of(video)
    store.commit_channel(video, said("one"))
    generation = store.generation
    with pytest.raises(NotFoundError, match="any more"):
        store.rewrite([first, second])
    assert store.generation == generation


def test_a_commit_puts_corrections_in_again(store: Store) -> None:
    video = add_video(store, 1)
    with Kept.open(store.path) as kept:
        kept.correct(video, "speech", 0, 2, "the red bowl", "the red ball")
        kept.correct(video, "speech", 2, 4, "something else", "nothing")
        store.commit_channel(video, said("the rad bowl", "a dog", vector=True, seed=3))
        assert [p.text for p in store.passages_of(video)] == ["the red ball", "a dog"]
        assert len(hits(store, "red ball")) == 1
        whole_index(store)
        rows = store.vectors(WORDS, "passages").rows
        assert not rows[0].any()  # the old vector says what the passage does not
        assert (rows[1] == vectors(2, seed=3)[1]).all()
        first, second = kept.corrections()
        assert (first.old, second.old) == ("the rad bowl", "something else")
        # What is corrected already stays as it is, vectors included.
        again = ChannelData(
            SPEECH,
            passages=tuple(store.passages_of(video)),
            passage_vectors=vectors(2, seed=4),
            words_space=WORDS,
        )
        store.commit_channel(video, again)
        assert (store.vectors(WORDS, "passages").rows == vectors(2, seed=4)).all()
        assert kept.corrections() == [first, second]


def test_a_damaged_file_does_not_stop_a_commit(store: Store) -> None:
    (store.path / "kept.sqlite").write_bytes(b"nothing of ours" * 100)
    video = add_video(store, 1, said("the red bowl"))
    assert [p.text for p in store.passages_of(video)] == ["the red bowl"]


def test_corrections_of_other_videos_are_left_alone(store: Store, folder: Path) -> None:
    one, other = add_video(store, 1), add_video(store, 2)
    with Kept.open(folder) as kept:
        kept.correct(one, "speech", 0, 2, "cup", "cap")
    store.commit_channel(other, said("cup"))
    assert store.passages_of(other)[0].text == "cup"
    assert store.corrected(one, [passage("cup")])[0].text == "cap"
