from __future__ import annotations

import json
import random
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinolex.errors import (
    KinolexError,
    LibraryError,
    LibraryReadOnlyError,
    NotFoundError,
    UsageError,
)
from kinolex.library import limited
from kinolex.library.concepts import Concept, Example
from kinolex.library.fulltext import MatchQuery
from kinolex.library.kept import Kept
from kinolex.library.limited import LimitedDatabase
from kinolex.library.records import FileState
from kinolex.library.store import Store
from tests.library.reads import NO_READS, READS, Probe, everything
from tests.library.samples import add_video, frames, said, vectors
from tests.library.worlds import FRAMES, Film, World, build, film_id

AB = frozenset({("a", "u.mp4"), ("b", "v.mp4")})
WORLD = World(
    films=(
        Film((("a", "one.mp4"),), colours=("red", "blue"), speech=("the red ball", "water runs")),
        Film(
            (("a", "trips/clip 2.mp4"), ("b", "hush.mp4")),
            colours=("green", "blue", "red"),
            screen=("ball in the lake",),
            chapter="Lake",
            breaks=True,
        ),
        Film(
            (("b", "hush/two.mp4"),),
            colours=("red",) * 4,
            speech=("hush hush water", "the red ball hush"),
            breaks=True,
        ),
        Film(
            (("a", "x.mp4"), ("b", "hush/x.mp4")),
            subtitles=("hush water", "ball"),
            sidecars=frozenset({("b", "hush/x.mp4")}),
        ),
        Film((("a", "u.mp4"), ("b", "v.mp4")), subtitles=("lake water", "ball"), sidecars=AB),
        Film((("c", "talk.mp4"),), speech=("hush",), missing=frozenset({("c", "talk.mp4")})),
        Film((("b", "hush 1.mp4"), ("a", "day.mp4"), ("a", "z/lake.mp4")), colours=("blue",)),
        Film((("c", "one.mp4"), ("a", "gone.mp4")), missing=frozenset({("a", "gone.mp4")})),
    ),
    bad=(("a", "bad.mp4"), ("b", "hush bad.mp4")),
    concepts=(
        ("rex", "", ((0, True), (2, True), (5, False))),
        ("hush", "", ((2, True), (0, False))),
        ("tim", "a lake", ((2, True),)),
    ),
)
"""Root a is allowed; whatever is b's alone holds "hush"."""


class Pair:
    """A whole library, what one of the allowed roots alone would be, and what to ask them."""

    def __init__(self, world: World, folder: Path, allowed: str) -> None:
        self.whole, self.alone = folder / "whole", folder / "alone"
        ids = build(world, "abc", folder / "videos", self.whole)
        build(world, allowed, folder / "videos", self.alone)
        self.ids = ids
        self.allowed = [ids[letter] for letter in allowed]
        self.probe = Probe(world, folder / "videos", ids)
        for library, films in ((self.whole, world.films), (self.alone, ())):
            with Kept.open(library) as kept:
                for number, film in enumerate(films):
                    here = any(root in allowed for root, _ in film.places)
                    kept.tag(film_id(number), "beach" if here else "hush")
        with Kept.open(self.alone) as kept:
            for number, film in enumerate(world.films):
                if any(root in allowed for root, _ in film.places):
                    kept.tag(film_id(number), "beach")

    def limited(self) -> Store:
        return Store.open(self.whole, roots=self.allowed)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return Pair(WORLD, tmp_path_factory.mktemp("pair"), "a")


@pytest.fixture
def own(tmp_path: Path) -> Pair:
    """A pair to write to."""
    return Pair(WORLD, tmp_path, "a")


# Equal to a library of these roots alone


@pytest.mark.parametrize("name", READS)
def test_every_read_equals_that_of_a_library_of_these_roots_alone(pair: Pair, name: str) -> None:
    with pair.limited() as seen, Store.open(pair.alone) as alone:
        assert READS[name](seen, pair.probe) == READS[name](alone, pair.probe)


def test_every_public_name_of_a_store_is_compared_or_said_why_not() -> None:
    names = {name for name in dir(Store) if not name.startswith("_")}
    assert names == READS.keys() | NO_READS.keys()
    assert not READS.keys() & NO_READS.keys()


@pytest.mark.parametrize("name", READS)
def test_nothing_that_is_read_says_the_hidden_word(pair: Pair, name: str) -> None:
    with pair.limited() as seen:
        found = repr(READS[name](seen, pair.probe)).lower()
    if name == "find_videos":
        assert found.count("[]") > 5
    assert "hush" not in found
    hidden = [pair.ids["b"], pair.ids["c"], film_id(2), film_id(5), str(pair.probe.place / "b")]
    if name not in ("files", "recall"):  # asked by id; the ids are not in what they give
        assert not [secret for secret in hidden if secret in found]


@pytest.mark.parametrize("name", sorted(READS))
def test_without_limits_the_comparison_fails(pair: Pair, name: str) -> None:
    """Each read tells the two libraries apart, so that none of the tests above is idle."""
    with Store.open(pair.whole) as whole, Store.open(pair.alone) as alone:
        assert READS[name](whole, pair.probe) != READS[name](alone, pair.probe)


places = st.tuples(
    st.sampled_from("abc"), st.sampled_from(["x.mp4", "y.mp4", "b/x.mp4", "clip 10.mp4"])
)
texts = st.lists(
    st.sampled_from(["the red ball", "water runs", "lake water lake", "balls", "day", "hush"]),
    max_size=3,
).map(tuple)


@st.composite
def films(draw: st.DrawFn, number: int) -> Film:
    where = draw(st.lists(places, min_size=1, max_size=3, unique=True))
    # One file in a place: each film has names of its own but for those it shares on purpose.
    mine = tuple(
        (root, f"{draw(st.sampled_from(['', f'{number}/']))}{name}") for root, name in where
    )
    mine = tuple((root, name.replace(".mp4", f" {number}.mp4")) for root, name in mine)
    read = draw(st.booleans())
    return Film(
        tuple(dict.fromkeys(mine)),
        colours=draw(st.lists(st.sampled_from(["red", "blue", "grey"]), max_size=3).map(tuple)),
        speech=() if read else draw(texts),
        subtitles=draw(texts) if read else (),
        sidecars=frozenset(draw(st.lists(st.sampled_from(mine), max_size=2)))
        if read
        else frozenset(),
        screen=draw(texts),
        title=draw(st.sampled_from(["", "", "Lake"])),
        chapter=draw(st.sampled_from(["", "Water"])),
        breaks=draw(st.booleans()),
        missing=frozenset(draw(st.lists(st.sampled_from(mine), max_size=1))),
        language=draw(st.sampled_from(["", "de"])),
    )


@st.composite
def worlds(draw: st.DrawFn) -> World:
    made = tuple(draw(films(number)) for number in range(draw(st.integers(1, 4))))
    taught = st.lists(st.tuples(st.integers(0, len(made) - 1), st.booleans()), max_size=3)
    concepts = tuple(
        (name, words, tuple(dict(draw(taught)).items()))
        for name, words in (("rex", ""), ("tim", "a lake"))
    )
    return World(made, tuple(draw(st.lists(places, max_size=1))), concepts)


@settings(max_examples=40)
@given(worlds(), st.sampled_from(["", "a", "b", "ab", "ac", "abc"]))
def test_any_library_limited_to_any_roots_equals_the_library_of_these_alone(
    world: World, allowed: str
) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        pair = Pair(world, folder, allowed)
        with pair.limited() as seen, Store.open(pair.alone) as alone:
            mine, theirs = everything(seen, pair.probe), everything(alone, pair.probe)
            for name, value in theirs.items():
                assert mine[name] == value, name
    finally:
        shutil.rmtree(folder)


def test_limited_to_all_roots_everything_is_seen(pair: Pair) -> None:
    with Store.open(pair.whole, roots=pair.ids.values()) as seen, Store.open(pair.whole) as whole:
        assert everything(seen, pair.probe) == everything(whole, pair.probe)


def test_limited_to_nothing_or_to_an_unknown_root_nothing_is_seen(pair: Pair) -> None:
    for roots in ((), ("0" * 32,)):
        with Store.open(pair.whole, roots=roots) as seen:
            assert list(seen.videos()) == seen.roots() == seen.spaces() == seen.failures() == []
            counts = seen.counts()
            assert (counts.videos, counts.paths, counts.frames, counts.bytes) == (0, 0, 0, 0)
            assert len(seen.vectors(FRAMES, "frames")) == 0


# Titles, subtitles, failures of videos that also lie elsewhere


def test_a_title_from_a_hidden_name_is_given_anew(pair: Pair) -> None:
    with Store.open(pair.whole) as whole, pair.limited() as seen:
        stored, shown = whole.video(film_id(6)), seen.video(film_id(6))
    assert stored is not None
    assert shown is not None
    assert len(stored.paths) == 3
    assert (shown.title, len(shown.paths)) == ("day", 2)


def test_a_title_that_a_hidden_name_gives_too_follows_the_first_allowed_name(
    tmp_path: Path,
) -> None:
    film = Film((("b", "same.mp4"), ("a", "first.mp4"), ("a", "same.mp4")))
    with Pair(World((film,)), tmp_path, "a").limited() as seen:
        assert [v.title for v in seen.videos()] == ["first"]


def test_a_title_of_the_file_itself_stays(tmp_path: Path) -> None:
    film = Film((("b", "hush.mp4"), ("a", "day.mp4")), title="Our film")
    with Pair(World((film,)), tmp_path, "a").limited() as seen:
        assert [v.title for v in seen.videos()] == ["Our film"]
        assert {p.text for p in seen.passages_of(film_id(0))} == {"Our film", "day", "Ann"}


def test_subtitles_beside_a_hidden_place_are_not_shown(pair: Pair) -> None:
    with pair.limited() as seen:
        assert seen.passages_of(film_id(3), ("subtitle",)) == []
        assert "speech" not in {state.channel for state in seen.states(film_id(3))}
        texts = [p.text for p in seen.passages_of(film_id(4), ("subtitle",))]
    assert texts == ["lake water", "ball"]  # the allowed place has the same beside it


def test_a_failure_met_at_a_hidden_place_is_told_of_the_allowed_one(pair: Pair) -> None:
    with Store.open(pair.whole) as whole, pair.limited() as seen:
        assert "hush bad.mp4 is not media." in {f.message for f in whole.failures()}
        told = {f.message: f.path for f in seen.failures()}
    assert told == {
        "bad.mp4 is not media.": str(pair.probe.place / "a" / "bad.mp4"),
        "clip 2.mp4 breaks off.": str(pair.probe.place / "a" / "trips" / "clip 2.mp4"),
    }


def test_a_failure_met_at_a_hidden_place_alone_takes_its_name_along(tmp_path: Path) -> None:
    film = Film((("a", "hush.mp4"), ("b", "day.mp4")), breaks=True)
    with Pair(World((film,)), tmp_path, "b").limited() as seen:
        assert [f.message for f in seen.failures()] == ["day.mp4 breaks off."]


@pytest.mark.parametrize("message", ["/v/a/hush.mp4 broke", "C:\\v\\hush.mp4 broke"])
def test_a_message_with_folders_is_made_plain(tmp_path: Path, message: str) -> None:
    film = Film((("a", "hush.mp4"), ("b", "day.mp4")))
    pair = Pair(World((film,)), tmp_path, "b")
    with Store.open(pair.whole, write=True) as store:
        store.put_failure(
            pair.ids["a"], "hush.mp4", fingerprint=film_id(0), stage="sound", reason="crashed",
            message=message, video=film_id(0),
        )  # fmt: skip
    with pair.limited() as seen:
        assert [f.message for f in seen.failures()] == ["day.mp4 could not be read (crashed)."]


def test_pictures_from_a_hidden_folder_teach_nothing(own: Pair) -> None:
    rows = vectors(1, 4)[0].tobytes()
    hidden, shown, other = (
        str(own.probe.place / "b" / "hush.png"),
        str(own.probe.place / "a" / "x.png"),
        "/nowhere/x.png",
    )
    examples = tuple(Example("image", path, FRAMES, rows) for path in (hidden, shown, other))
    with Store.open(own.whole, write=True) as store:
        store.put_concept(Concept("cup", examples))
        store.put_concept(Concept("mug", examples[:1]))
    with own.limited() as seen:
        known = {c.name: [e.value for e in c.examples] for c in seen.concepts()}
    assert known["cup"] == [shown, other]
    assert "mug" not in known


# Nothing gets past the views


def test_the_views_have_the_columns_of_their_tables(pair: Pair) -> None:
    """A column that a later format adds must be let through on purpose."""
    with Store.open(pair.whole) as whole:
        tables = {
            name: [row[1] for row in whole._db.all(f"PRAGMA table_info({name})")]
            for (name,) in whole._db.all(
                "SELECT name FROM sqlite_schema WHERE type = 'table' "
                "AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'passage\\__%' ESCAPE '\\'"
            )
        }
    with pair.limited() as seen:
        views = {
            name: [row[1] for row in seen._db.all(f"PRAGMA temp.table_info({name})")]
            for (name,) in seen._db.all("SELECT name FROM temp.sqlite_schema WHERE type = 'view'")
        }
    assert views == tables


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT id FROM main.videos",
        "SELECT count(*) FROM main.paths",
        "SELECT * FROM (SELECT text FROM main.passages)",
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM main.failures)",
        "SELECT count(*) FROM main.passage_words('hush')",
        "SELECT rowid FROM main.passage_words WHERE passage_words MATCH 'hush'",
        "SELECT sz FROM passage_words_docsize d JOIN main.passage_words_docsize e USING (id)",
        "SELECT generation FROM main.library",
        "SELECT value FROM main.memory",
        "DELETE FROM main.videos",
        "INSERT INTO main.memory VALUES ('a', '1')",
        "DROP TABLE main.videos",
        "ATTACH 'other.sqlite' AS other",
    ],
)
def test_a_question_past_the_views_is_refused(pair: Pair, sql: str) -> None:
    with pair.limited() as seen, pytest.raises(KinolexError):
        seen._db.all(sql)


TABLES = ("videos", "paths", "roots", "channels", "shots", "blocks", "stills", "passages")


@pytest.mark.parametrize("table", [*TABLES, "still_blocks", "failures", "memory", "library"])
def test_a_table_without_its_view_is_closed(
    pair: Pair, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a table is that somebody adds to the format and not to ``limits.sql``."""
    before = LimitedDatabase._limit

    def forgetful(self: LimitedDatabase, connection: sqlite3.Connection) -> None:
        before(self, connection)
        connection.execute(f"DROP VIEW temp.{table}")
        self._views -= {table}

    monkeypatch.setattr(LimitedDatabase, "_limit", forgetful)
    with pair.limited() as seen, pytest.raises(LibraryError, match="some roots only"):
        seen._db.all(f"SELECT * FROM {table}")


@pytest.mark.parametrize("table", TABLES)
def test_a_view_that_lets_everything_through_is_noticed(
    pair: Pair, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = LimitedDatabase._limit

    def generous(self: LimitedDatabase, connection: sqlite3.Connection) -> None:
        before(self, connection)
        connection.execute(f"DROP VIEW temp.{table}")
        connection.execute(f"CREATE TEMP VIEW {table} AS SELECT * FROM main.{table}")

    monkeypatch.setattr(LimitedDatabase, "_limit", generous)
    with pair.limited() as seen, Store.open(pair.alone) as alone:
        mine = {}
        for name, read in READS.items():
            try:
                mine[name] = read(seen, pair.probe)
            except (AssertionError, ValueError, KeyError, KinolexError) as error:
                mine[name] = error
        differ = [n for n, v in everything(alone, pair.probe).items() if mine[n] != v]
    # Shots and stills are asked for through their video; their views are a second door.
    assert differ or table in ("shots", "stills")


def test_stills_are_not_opened_past_the_view(pair: Pair) -> None:
    with Store.open(pair.whole) as whole, pair.limited() as seen:
        nums = [n for (n,) in whole._db.all("SELECT num FROM still_blocks ORDER BY num")]
        pieces = [seen._db.piece("still_blocks", "data", num, 0, 4) for num in nums]
    assert 0 < pieces.count(b"jpeg") < len(nums)
    assert set(pieces) == {b"jpeg", b""}


WRITES = {
    "put_concept": (Concept("x", (), "x"),),
    "remove_video": ("x",),
    "drop_space": ("x",),
    "remember": ("x", 1),
    "prune": (),
    "remove_root": ("x",),
    "add_root": (Path(tempfile.gettempdir()),),
}


@pytest.mark.parametrize("name", WRITES)
def test_a_limited_store_refuses_to_write(pair: Pair, name: str) -> None:
    with pair.limited() as seen:
        assert not seen.writable
        with pytest.raises(LibraryReadOnlyError):
            getattr(seen, name)(*WRITES[name])


def test_roots_and_writing_do_not_go_together(pair: Pair) -> None:
    with pytest.raises(UsageError, match="for reading only"):
        Store.open(pair.whole, write=True, roots=())


def test_no_library_is_said_as_ever(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="There is no library"):
        Store.open(tmp_path / "none", roots=["a"])


def test_a_store_says_what_it_is_limited_to(pair: Pair) -> None:
    with pair.limited() as seen, Store.open(pair.whole) as whole:
        assert seen.roots_allowed == {pair.ids["a"]}
        assert whole.roots_allowed is None


# Generations, snapshots, threads


def test_a_generation_tells_of_a_change_but_not_how_many_there_were(own: Pair) -> None:
    with own.limited() as seen, own.limited() as again:
        with Store.open(own.whole, write=True) as store:
            before = seen.generation
            assert before == again.generation == seen.counts().generation
            assert before != store.generation
            store.remember("models", {"words": "other"})
            assert seen.generation not in (before, before + 1)
        assert seen.generation == again.generation < 2**53
        assert seen.recall("models") == {"words": "other"}


def test_what_is_committed_is_seen_where_it_is_allowed(own: Pair) -> None:
    ball = MatchQuery(("giraffe",))
    with own.limited() as seen, Store.open(own.whole, write=True) as store:
        for letter, number in (("a", 900), ("b", 901)):
            rows = len(seen.vectors("toy@1", "frames"))
            video = add_video(store, number, frames(3), said("a giraffe"))
            assert seen.video(video) is None
            store.put_file(FileState(own.ids[letter], f"{number}.mp4", 1, 2, video))
            found = [hit.video for hit in seen.match(ball)]
            assert (video in found) == (letter == "a")
            assert len(seen.vectors("toy@1", "frames")) == rows + 3 * (letter == "a")
        store.put_file(FileState(own.ids["a"], "copy.mp4", 1, 2, video))
        assert len(seen.match(ball)) == 2
        store.forget_files(own.ids["a"], ["copy.mp4", "900.mp4"])
        assert seen.match(ball) == []
        assert len(seen.vectors("toy@1", "frames")) == 0


def test_words_written_anew_in_place_are_found_anew(own: Pair) -> None:
    with own.limited() as seen, Store.open(own.whole, write=True) as store:
        assert len(seen.match(MatchQuery(("runs",)))) == 1
        with store._db.write() as connection:
            connection.execute(
                "UPDATE passages SET text = 'Tea cooks', folded = 'tea cooks' "
                "WHERE text = 'water runs'"
            )
        assert seen.match(MatchQuery(("runs",))) == []
        assert len(seen.match(MatchQuery(("tea",)))) == 1


def test_a_snapshot_sees_what_was_allowed_then(own: Pair) -> None:
    with own.limited() as seen, Store.open(own.whole, write=True) as store:
        with seen.snapshot():
            before = seen.generation
            assert seen.video(film_id(0)) is not None
            store.forget_files(own.ids["a"], ["one.mp4"])
            store.put_file(FileState(own.ids["b"], "one.mp4", 1, 2, film_id(0)))
            assert seen.video(film_id(0)) is not None
            assert seen.generation == before
        assert seen.generation != before
        assert seen.video(film_id(0)) is None
        assert seen.passages_of(film_id(0)) == []


def test_what_is_worked_out_half_is_worked_out_again(
    own: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    with own.limited() as seen, Store.open(own.alone) as alone:
        with Store.open(own.whole, write=True) as store:
            store.remember("models", {"words": "x"})
            store.remember("models", {"picture": "colour"})

        def broken(connection: sqlite3.Connection) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(limited, "own_failures", broken)
            with pytest.raises(KeyboardInterrupt):
                seen.counts()
        assert everything(seen, own.probe) == everything(alone, own.probe)


def test_two_threads_read_while_a_writer_moves_a_video_in_and_out(own: Pair) -> None:
    problems: list[Any] = []
    done = threading.Event()

    def look(store: Store) -> Iterator[None]:
        while not done.is_set():
            with store.snapshot():
                there = store.video(film_id(0)) is not None
                hits = {h.video for h in store.match(MatchQuery(("water", "ball")))}
                videos = {v.id for v in store.videos()}
                rows = store.vectors(FRAMES, "frames")
                facts = (there, film_id(0) in hits, film_id(0) in videos)
                facts += (film_id(0) in rows.video_ids,)
            if len(set(facts)) != 1 or film_id(2) in hits | videos | set(rows.video_ids):
                problems.append(facts)
            yield

    def run(store: Store) -> None:
        try:
            for _ in look(store):
                pass
        except BaseException as error:
            problems.append(error)

    drawn = random.Random(1)
    with own.limited() as shared, own.limited() as other:
        threads = [threading.Thread(target=run, args=(s,)) for s in (shared, shared, other)]
        for thread in threads:
            thread.start()
        with Store.open(own.whole, write=True) as store:
            for _ in range(30):
                one, two = drawn.sample("ab", 2)
                with store.batch():
                    store.forget_files(own.ids[one], ["one.mp4"])
                    store.put_file(FileState(own.ids[two], "one.mp4", 1, 2, film_id(0)))
        done.set()
        for thread in threads:
            thread.join()
    assert problems == []


# Arrays of its own


def test_arrays_of_a_set_of_roots_hold_its_rows_alone(own: Pair) -> None:
    with own.limited() as seen:
        rows = seen.vectors(FRAMES, "frames").rows
        folder = seen._db.cache
        manifest = json.loads(next(folder.glob("frames-*/manifest.json")).read_text())
        assert manifest["rows"] == len(rows)
        assert film_id(2) not in json.dumps(manifest)
    shutil.rmtree(own.whole / "cache")
    with own.limited() as seen:
        assert np.array_equal(seen.vectors(FRAMES, "frames").rows, rows)


def test_few_sets_of_roots_keep_arrays(own: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limited, "MOST_KEPT", 2)
    sets = [["a"], ["b"], ["a", "b"], ["c"]]
    for letters in sets:
        with Store.open(own.whole, roots=[own.ids[x] for x in letters]) as seen:
            seen.vectors(FRAMES, "frames")
            mine = seen._db.cache
        assert mine.is_dir()
    assert len(list((own.whole / "cache" / "limited").iterdir())) == 2


def test_a_library_that_cannot_be_written_is_limited_too(own: Pair) -> None:
    shutil.rmtree(own.whole / "cache", ignore_errors=True)
    (own.whole / "cache").write_text("no folder")
    with own.limited() as seen, Store.open(own.alone) as alone:
        assert everything(seen, own.probe) == everything(alone, own.probe)


def test_lists_of_large_tables_are_of_what_is_seen(own: Pair) -> None:
    with own.limited() as seen:
        seen.exact_below = 1
        assert seen.make_lists()
        table = seen.vectors(FRAMES, "frames")
        assert table.lists is not None
        assert len(table.lists.labels) == len(table)
    assert not list((own.whole / "cache").glob("frames-*/lists.npz"))
