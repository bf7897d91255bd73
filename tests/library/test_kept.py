"""`Kept` against a naive model in memory, from two processes, and with hostile names."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from kinolex.errors import (
    NotFoundError,
    UsageError,
)
from kinolex.library.kept import Kept
from kinolex.library.kept_file import FILE
from kinolex.library.store import Store

VIDEOS = [letter * 32 for letter in "abcd"]
NAMES = st.sampled_from(["Beach", "beach ", "Straße", "STRASSE", "日本", "e\u0301", "é", "x"])
SPANS = st.tuples(st.integers(0, 9), st.integers(1, 9)).map(lambda t: (t[0], t[0] + t[1]))
OWNERS = st.sampled_from(["", "ann"])


def same(name: str) -> str:
    """How the model compares names: independent of the code, for the names above."""
    alike = {"b": ("Beach", "beach ", "beach"), "s": ("Straße", "STRASSE"), "e": ("e\u0301", "é")}
    return next((key for key, names in alike.items() if name in names), name)


class Model(RuleBasedStateMachine):
    """Everything that `Kept` does, done with lists."""

    lists = Bundle("lists")
    searches = Bundle("searches")
    put = Bundle("put")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.kept = Kept.open(self.folder)
        self.collections: dict[str, tuple[str, str, list[list[Any]]]] = {}
        self.saved: dict[str, tuple[str, str, dict[str, Any], set[str]]] = {}
        self.tags: dict[str, tuple[str, str, Any, str]] = {}
        self.corrections: dict[str, list[Any]] = {}

    def teardown(self) -> None:
        self.kept.close()
        shutil.rmtree(self.folder)

    def _free(self, kind: dict[str, Any], name: str, owner: str, but: str = "") -> bool:
        return not any(same(n) == same(name) and o == owner and i != but
                       for i, (n, o, *_) in kind.items())  # fmt: skip

    @rule(target=lists, name=NAMES, owner=OWNERS, spans=st.lists(SPANS, max_size=3))
    def collect(self, name: str, owner: str, spans: list[tuple[int, int]]) -> str:
        rows = [(VIDEOS[a % 4], a, b, "n") for a, b in spans]
        if not self._free(self.collections, name, owner):
            with pytest.raises(UsageError, match="already"):
                self.kept.collect(name, rows, owner=owner)
            return ""
        made = self.kept.collect(name, rows, owner=owner)
        kept = [[i.id, *row] for i, row in zip(made.items, rows, strict=True)]
        self.collections[made.id] = (name, owner, kept)
        return made.id

    @rule(id=lists, spans=st.lists(SPANS, min_size=1, max_size=3))
    def add_items(self, id: str, spans: list[tuple[int, int]]) -> None:
        rows = [(VIDEOS[a % 4], a, b, "") for a, b in spans]
        if id not in self.collections:
            with pytest.raises(NotFoundError):
                self.kept.add_items(id, rows)
            return
        items = self.collections[id][2]
        made = self.kept.add_items(id, rows)
        items += [[i.id, *r] for i, r in zip(made.items[len(items) :], rows, strict=True)]

    @rule(id=lists, number=st.integers(0, 5), to=st.integers(0, 5))
    def move(self, id: str, number: int, to: int) -> None:
        items = self.collections.get(id, ("", "", []))[2]
        if number >= len(items):
            with pytest.raises(NotFoundError):
                self.kept.move_item(id, "none", to)
            return
        item = items.pop(number)
        items.insert(to, item)
        self.kept.move_item(id, item[0], to)

    @rule(id=lists, number=st.integers(0, 5))
    def note_and_remove(self, id: str, number: int) -> None:
        items = self.collections.get(id, ("", "", []))[2]
        if number < len(items):
            if number % 2:
                items[number][4] = "noted"
                self.kept.note_item(id, items[number][0], " noted ")
            else:
                self.kept.remove_items(id, [items.pop(number)[0]])

    @rule(id=lists, name=NAMES)
    def rename(self, id: str, name: str) -> None:
        if id not in self.collections:
            return
        _, owner, items = self.collections[id]
        if self._free(self.collections, name, owner, id):
            self.kept.rename_collection(id, name)
            self.collections[id] = (name, owner, items)
        else:
            with pytest.raises(UsageError, match="already"):
                self.kept.rename_collection(id, name)

    @rule(id=consumes(lists))
    def remove(self, id: str) -> None:
        if self.collections.pop(id, None) is None:
            with pytest.raises(NotFoundError):
                self.kept.remove_collection(id)
        else:
            self.kept.remove_collection(id)

    @rule(target=searches, name=NAMES, owner=OWNERS, text=st.text(min_size=1, max_size=5))
    def save(self, name: str, owner: str, text: str) -> str:
        try:
            text.encode()
        except UnicodeEncodeError:
            return ""
        if not self._free(self.saved, name, owner):
            with pytest.raises(UsageError, match="already"):
                self.kept.save(name, {"text": text}, owner=owner)
            return ""
        made = self.kept.save(name, {"tag": [], "text": text, "folder": ""}, owner=owner)
        self.saved[made.id] = (name, owner, {"text": text}, set())
        return made.id

    @rule(id=searches, videos=st.lists(st.sampled_from(VIDEOS)))
    def look(self, id: str, videos: list[str]) -> None:
        if id in self.saved:
            self.kept.look(id, videos)
            self.saved[id][3].update(videos)

    @rule(id=searches, videos=st.lists(st.sampled_from(VIDEOS)))
    def unseen(self, id: str, videos: list[str]) -> None:
        if id in self.saved:
            seen = self.saved[id][3]
            assert self.kept.unseen(id, videos) == len([v for v in videos if v not in seen])
        else:
            with pytest.raises(NotFoundError):
                self.kept.unseen(id, videos)

    @rule(id=searches, name=NAMES)
    def rename_saved(self, id: str, name: str) -> None:
        if id not in self.saved:
            return
        _, owner, *rest = self.saved[id]
        if self._free(self.saved, name, owner, id):
            assert same(self.kept.rename_saved(id, name).name) == same(name)
            self.saved[id] = (name, owner, *rest)  # type: ignore[assignment]
        else:
            with pytest.raises(UsageError, match="already"):
                self.kept.rename_saved(id, name)

    @rule(id=consumes(searches))
    def unsave(self, id: str) -> None:
        if self.saved.pop(id, None) is not None:
            self.kept.unsave(id)

    @rule(
        target=put, video=st.sampled_from(VIDEOS), name=NAMES, span=st.none() | SPANS, owner=OWNERS
    )
    def tag(self, video: str, name: str, span: Any, owner: str) -> str:
        made = self.kept.tag(video, name, *(span or ()), owner=owner)
        key = (same(name), video, span, owner)
        known = [i for i, (n, *rest) in self.tags.items() if (same(n), *rest) == key]
        assert known in ([], [made.id])
        self.tags.setdefault(made.id, (name, video, span, owner))
        return made.id

    @rule(id=consumes(put))
    def untag(self, id: str) -> None:
        if self.tags.pop(id, None) is None:
            with pytest.raises(NotFoundError):
                self.kept.untag(id)
        else:
            self.kept.untag(id)

    @rule(
        video=st.sampled_from(VIDEOS),
        span=SPANS,
        old=st.sampled_from("pq"),
        new=st.sampled_from("rs"),
    )
    def correct(self, video: str, span: tuple[int, int], old: str, new: str) -> None:
        made = self.kept.correct(video, "speech", *span, old, new)
        known = [i for i, row in self.corrections.items() if row[:3] == [video, span, old]]
        assert known in ([], [made.id])
        self.corrections[made.id] = [video, span, old, new]

    @rule()
    def uncorrect_and_open_again(self) -> None:
        for id in list(self.corrections)[:1]:
            assert self.kept.uncorrect(id).new == self.corrections.pop(id)[3]
        self.kept.close()
        self.kept = Kept.open(self.folder)

    @invariant()
    def agree(self) -> None:
        for owner in ("", "ann"):
            found = self.kept.collections(owner=owner)
            assert [
                (c.id, [[i.id, i.video, i.start, i.end, i.note] for i in c.items]) for c in found
            ] == [(i, items) for i, (_, o, items) in self.collections.items() if o == owner]
        assert [(s.id, s.owner, s.question) for s in self.kept.saved()] == [
            (i, o, q) for i, (_, o, q, _) in self.saved.items()
        ]
        assert [t.id for t in self.kept.tags()] == list(self.tags)
        for name in ("beach", "strasse", "É"):
            key = same({"beach": "Beach", "strasse": "Straße", "É": "é"}[name])
            videos = dict.fromkeys(v for n, v, *_ in self.tags.values() if same(n) == key)
            assert self.kept.tagged(name) == list(videos)
        counts = Counter(n for n, _ in {(same(n), v) for n, v, *_ in self.tags.values()})
        assert Counter({same(n): c for n, c in self.kept.tag_names().items()}) == counts
        assert [[c.video, (c.start, c.end), c.old, c.new] for c in self.kept.corrections()] == list(
            self.corrections.values()
        )


TestModel = Model.TestCase
TestModel.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)

WRITE = """
import sys
from pathlib import Path
from kinolex.library.kept import Kept
who = sys.argv[2]
with Kept.open(Path(sys.argv[1])) as kept:
    print("go", flush=True)
    sys.stdin.readline()
    id = kept.collect(f"of {who}").id
    for number in range(60):
        kept.tag(f"{number:032x}", "both", owner=who)
        kept.add_items(id, [(f"{number:032x}", 0, 1, who)])
"""


def test_two_processes_write_at_once_while_a_writer_holds_the_library(tmp_path: Path) -> None:
    with Store.open(tmp_path, write=True):  # as an index run does
        children = [
            subprocess.Popen(
                [sys.executable, "-c", WRITE, str(tmp_path), who],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )
            for who in ("ann", "bob")
        ]  # fmt: skip
        for child in children:
            assert child.stdout is not None
            assert child.stdout.readline() == "go\n"
        for child in children:
            child.communicate("\n")
            assert child.returncode == 0
    with Kept.open(tmp_path, read_only=True) as kept:
        assert Counter(t.owner for t in kept.tags()) == {"ann": 60, "bob": 60}
        for one in kept.collections():
            assert [item.video for item in one.items] == [f"{n:032x}" for n in range(60)]
    with closing(sqlite3.connect(tmp_path / FILE)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_threads_share_one_object(tmp_path: Path) -> None:
    with Kept.open(tmp_path) as kept:
        threads = [
            threading.Thread(target=lambda n=n: [kept.tag("v" * 32, f"{n} {i}") for i in range(30)])
            for n in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(kept.tags("v" * 32)) == 120


HOSTILE = ["", "   ", "\0", "a\0b", "a\x1b[31m", "a\nb", "\u202egpj.exe", "\u2028", "\ud800",
           "\u200b", "x" * 201]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_refused_in_a_sentence(tmp_path: Path, name: str) -> None:
    with Kept.open(tmp_path) as kept:
        for call in (
            lambda: kept.tag("v" * 32, name),
            lambda: kept.tag(name, "x"),
            lambda: kept.save(name, {"text": "x"}),
            lambda: kept.collect(name),
            lambda: kept.collect("fine", [(name, 0, 1, "")]),
        ):
            with pytest.raises(UsageError) as told:
                call()
            assert str(told.value).isprintable()
        # To look for such a name finds nothing, and breaks nothing.
        assert kept.tagged(name) == [] == kept.tags(name)
        for ask in (kept.collection, kept.find_saved, kept.untag, kept.unsave, kept.uncorrect,
                    kept.remove_collection, kept.original):  # fmt: skip
            with pytest.raises(NotFoundError):
                ask(name)
        assert (kept.collections(), kept.saved(), kept.tags()) == ([], [], [])


def test_names_that_only_look_dangerous_stay_as_they_are(tmp_path: Path) -> None:
    with Kept.open(tmp_path) as kept:
        for name in (
            "'; DROP TABLE tags; --",
            "100 % _wild*",
            "../../etc",
            "<script>",
            "👩‍👩‍👧",
            "می‌خواهم",
        ):
            assert kept.tag("v" * 32, name).name == name
            assert kept.tagged(name) == ["v" * 32]
        assert kept.tagged("100 % _wil%") == []


@pytest.mark.parametrize(
    "span", [(1, 1), (2, 1), (-1, 1), (0, float("inf")), (float("nan"), 1), ("a", 1), (1, None)]
)
def test_spans_are_checked(tmp_path: Path, span: tuple[Any, Any]) -> None:
    with Kept.open(tmp_path) as kept:
        with pytest.raises(UsageError, match="span"):
            kept.tag("v" * 32, "x", *span)
        with pytest.raises(UsageError, match="span"):
            kept.collect("x", [("v" * 32, *span, "")])
        assert kept.collections() == []


def test_bounds(tmp_path: Path) -> None:
    with Kept.open(tmp_path) as kept:
        one = ("v" * 32, 0.0, 1.0, "")
        with pytest.raises(UsageError, match="10,000"):
            kept.collect("too many", [one] * 10_001)
        full = kept.collect("full", [one] * 10_000)
        with pytest.raises(UsageError, match="10,000"):
            kept.add_items(full.id, [one])
        assert len(kept.collection("FULL").items) == 10_000
        with pytest.raises(UsageError, match="note"):
            kept.collect("x", [("v" * 32, 0, 1, "n" * 2001)])
        for text in ("x" * 20_001, " ", "a\0"):
            with pytest.raises(UsageError, match="corrected text"):
                kept.correct("v" * 32, "speech", 0, 1, "old", text)
        with pytest.raises(UsageError, match="source"):
            kept.correct("v" * 32, "smell", 0, 1, "old", "new")
        for wrong in ({"image": "a.png"}, {"text": "x" * 20_001}, {"min_length": float("nan")},
                      {"text": "\ud800"}, {"folder": Path()}):  # fmt: skip
            with pytest.raises(UsageError):
                kept.save("x", wrong)
        with pytest.raises(UsageError, match="position"):
            kept.move_item(full.id, full.items[0].id, -1)


def test_one_wrong_item_removes_none(tmp_path: Path) -> None:
    with Kept.open(tmp_path) as kept:
        made = kept.collect("x", [("v" * 32, n, n + 1, "") for n in range(3)])
        with pytest.raises(NotFoundError, match="no item"):
            kept.remove_items(made.id, [made.items[0].id, "nothing"])
        assert kept.collection(made.id) == made


def test_a_name_that_two_owners_gave_needs_an_id(tmp_path: Path) -> None:
    with Kept.open(tmp_path) as kept:
        first = kept.collect("Best", owner="ann")
        kept.collect("best", owner="bob")
        with pytest.raises(NotFoundError, match="2 things"):
            kept.collection("best")
        assert kept.collection(first.id) == first
        assert kept.collections(owner="ann") == [first]


def test_plain_values(tmp_path: Path) -> None:
    with Kept.open(tmp_path) as kept:
        made = kept.collect("x", [("v" * 32, 1, 2, "n")])
        assert made.to_dict()["items"][0] == {
            "id": made.items[0].id, "video": "v" * 32, "start": 1.0, "end": 2.0, "note": "n",
            "added": made.items[0].added,
        }  # fmt: skip
        assert kept.save("q", {"text": "cup"}).to_dict()["question"] == {"text": "cup"}
        assert kept.tag("v" * 32, "t").to_dict()["start"] is None
        assert kept.correct("v" * 32, "speech", 0, 1, "a", "b").to_dict()["new"] == "b"
        assert all(len(i) == 12 and int(i, 16) >= 0 for i in (made.id, made.items[0].id))
