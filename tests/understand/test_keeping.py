"""Saved searches and corrections on a real library, indexed again and again."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kinolex
from kinolex.api import Library
from kinolex.encoders.registry import load_words
from kinolex.errors import (
    LibraryBusyError,
    LibraryError,
    ModelMissingError,
    NotFoundError,
    QueryError,
    UsageError,
)
from kinolex.library.records import Passage
from kinolex.library.store import Store
from kinolex.progress import Event
from kinolex.settings import Settings
from tests.cli.conftest import place
from tests.cli.places import Place

__all__ = ["place"]

ONLY = ("title", "speech", "picture")


@pytest.fixture
def videos(place: Place, tmp_path: Path) -> Path:
    shutil.copytree(place.videos, tmp_path / "videos")
    (tmp_path / "videos" / ".kinolex-root").unlink(missing_ok=True)
    return tmp_path / "videos"


@pytest.fixture
def library(place: Place, videos: Path, tmp_path: Path) -> Iterator[Library]:
    settings = Settings(picture=str(place.model))
    with kinolex.open(tmp_path / "library", settings=settings) as opened:
        opened.add(videos, only=ONLY)
        yield opened


def ball(library: Library) -> Passage:
    return library.passages("frog talk", sources=["subtitle"])[0]


def texts(library: Library) -> list[str]:
    return [p.text for p in library.passages("frog talk", sources=["subtitle"])]


FROG = "A frog lives in the pond behind the house."
BALL = "Now we put the red ball under the third cup."
BELL = "Now we put the red bell under the third cup."


def test_a_correction_is_found_by_its_words_at_once(library: Library) -> None:
    before = ball(library)
    assert library.search('"red bell"').nothing_found
    right = library.correct("frog talk", before.id, f"  {BELL}\n")
    assert (right.text, right.id, right.span) == (BELL, before.id, before.span)
    (moment,) = library.search('"red bell"')
    assert moment.evidence[0].text == BELL
    assert library.search('"red ball"').nothing_found
    ((kept, where),) = library.corrections("frog talk")
    assert (kept.old, kept.new, where) == (BALL, BELL, right)


def test_it_survives_doing_the_channel_again_and_is_undone(library: Library) -> None:
    library.correct("frog talk", ball(library).id, BELL)
    library.add(only=ONLY, redo=True)
    assert texts(library) == [BELL, FROG]
    assert not library.search('"red bell"').nothing_found
    ((kept, where),) = library.corrections()
    assert where == ball(library)
    undone = library.uncorrect(kept.id)
    assert undone == ball(library)
    assert texts(library) == [BALL, FROG]
    assert library.search('"red bell"').nothing_found
    assert library.corrections() == []
    library.add(only=ONLY, redo=True)
    assert texts(library) == [BALL, FROG]


def test_corrected_subtitles_and_titles_are_not_new_to_the_next_run(library: Library) -> None:
    library.correct("frog talk", ball(library).id, BELL)
    title = library.passages("bike", sources=["title"])[0]
    library.correct("bike", title.id, "bicycle")
    library.add(only=ONLY)
    generation = library.status().generation
    events: list[Event] = []
    report = library.add(only=ONLY, listener=events.append)
    assert [e for e in events if e.kind == "commit"] == []
    assert (report.model_calls, report.done) == (0, 0)
    assert library.status().generation == generation
    assert not library.search("bicycle", channels=["title"]).nothing_found


def test_other_subtitles_that_say_nearly_the_same(library: Library, videos: Path) -> None:
    library.correct("frog talk", ball(library).id, BELL)
    subtitles = videos / "frog talk.srt"
    better = subtitles.read_text().replace("Now we put", "Now, we put").replace("01,000", "00,800")
    subtitles.write_text(better)
    library.add(only=ONLY)
    assert texts(library) == [BELL, FROG]
    ((kept, _),) = library.corrections()
    library.uncorrect(kept.id)
    assert texts(library)[0] == BALL.replace("Now we", "Now, we")  # what is read now


def test_one_that_finds_no_passage_stays_and_is_listed_so(library: Library, videos: Path) -> None:
    library.correct("frog talk", ball(library).id, BELL)
    subtitles = videos / "frog talk.srt"
    subtitles.write_text(subtitles.read_text().replace(BALL, "Completely different words, sorry!"))
    library.add(only=ONLY)
    ((kept, where),) = library.corrections()
    assert (kept.new, where) == (BELL, None)
    assert library.uncorrect(kept.id) is None
    assert texts(library)[0].startswith("Completely")


def test_correcting_again_keeps_the_first_words(library: Library) -> None:
    library.correct("frog talk", ball(library).id, BELL)
    library.correct("frog talk", ball(library).id, "Now the gong.")
    ((kept, _),) = library.corrections()
    assert (kept.old, kept.new) == (BALL, "Now the gong.")
    assert library.correct("frog talk", ball(library).id, BALL).text == BALL  # as it was
    assert library.corrections() == []
    with pytest.raises(UsageError, match="already"):
        library.correct("frog talk", ball(library).id, BALL)


def test_words_and_their_times_come_back(library: Library) -> None:
    video = library.video("bike").id
    words = ((0.5, 1.0, "red"), (1.0, 1.5, "bowl"))
    from kinolex.library.records import ChannelData, Stamp
    from kinolex.moments import Span

    said = Passage(Span(0.5, 1.5), "red bowl", "speech", words=words)
    with Store.open(library.path, write=True) as store:
        store.commit_channel(video, ChannelData(Stamp("speech", "ear", "1"), passages=(said,)))
    (before,) = library.passages(video, sources=["speech"])
    assert library.correct(video, before.id, "a red ball").words == ()
    again = library.correct(video, before.id, "red ball")
    assert again.words == ()
    assert library.uncorrect(library.corrections()[0][0].id) == before
    assert library.correct(video, before.id, "rid ball").words[1] == (1.0, 1.5, "ball")


def test_kept_sqlite_alone_serves_another_library(library: Library, videos: Path, tmp_path: Path):
    library.correct("frog talk", ball(library).id, BELL)
    frog = library.video("frog talk").id
    library.kept.tag(frog, "Pond", 5, 8)
    library.kept.collect("best", [(frog, 1, 4, "the cup")])
    library.save_search("cups", "red bell")
    with kinolex.open(tmp_path / "second", settings=library.settings) as second:
        second.add(videos, only=ONLY)
        shutil.copy(library.path / "kept.sqlite", second.path / "kept.sqlite")
        assert second.kept.collection("best") == library.kept.collection("best")
        assert second.search("frog", tag="pond").moments[0].video.id == frog
        ((_, where),) = second.corrections()
        assert where is None  # is in no passage before the next run
        second.add(only=ONLY)
        assert texts(second) == [BELL, FROG]
        assert second.saved_search("cups").moments[0].video.id == frog


def test_vectors_follow_where_the_sentence_encoder_is_here(videos: Path, tmp_path: Path) -> None:
    try:
        words = load_words()
    except ModelMissingError as error:
        pytest.skip(str(error))
    with kinolex.open(tmp_path / "with words") as library:
        library.add(videos, only=("title", "speech"))
        library.add(only=("title", "speech"))  # titles get their vectors in the second run
        text = "The kettle boils and she pours tea."
        wanted = words.encode_words([text])[0]

        def cosine() -> float:
            table = library._need().vectors(f"{words.name}@{words.version}", "passages")
            assert table.passages is not None
            row = table.rows[table.passages.tolist().index(ball(library).id)]
            return float(row.astype(np.float32) @ wanted)

        assert cosine() < 0.5
        library.correct("frog talk", ball(library).id, text)
        assert cosine() > 0.999
        library.add(only=("title", "speech"), redo=True)
        assert ball(library).text == text
        assert cosine() > 0.999
        library.uncorrect(library.corrections()[0][0].id)
        wanted = words.encode_words([BALL])[0]
        assert cosine() > 0.999


def test_a_library_that_is_being_indexed_is_not_corrected(library: Library) -> None:
    with Store.open(library.path, write=True):
        library.kept.tag(library.video("bike").id, "x")  # needs no writer
        with pytest.raises(LibraryBusyError, match="being written"):
            library.correct("frog talk", ball(library).id, BELL)
        assert library.corrections() == []


def test_a_correction_that_the_library_cannot_take_is_not_kept(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise LibraryError("The disk is full.")

    monkeypatch.setattr(Store, "rewrite", full)
    with pytest.raises(LibraryError, match="full"):
        library.correct("frog talk", ball(library).id, BELL)
    assert library.corrections() == []


def test_wrong_corrections(library: Library) -> None:
    first = ball(library).id
    for call, error in [
        (lambda: library.correct("frog talk", 10**9, "x"), NotFoundError),
        (lambda: library.correct("bike", first, "x"), NotFoundError),
        (lambda: library.correct("nobody", first, "x"), NotFoundError),
        (lambda: library.correct("frog talk", first, " "), UsageError),
        (lambda: library.correct("frog talk", first, "a\0"), UsageError),
        (lambda: library.uncorrect("nothing"), NotFoundError),
    ]:
        with pytest.raises(error):
            call()
    assert texts(library) == [BALL, FROG]


def test_new_footage_is_counted_until_it_is_looked_at(library: Library, videos: Path) -> None:
    saved = library.save_search("cups", "red ball cup")
    assert library.unseen() == {saved.id: 1}
    assert library.saved_search("CUPS").moments == library.saved_search(saved.id).moments
    assert library.unseen() == {saved.id: 1}
    assert len(library.look_at(saved.id)) == 1
    assert library.unseen() == {saved.id: 0}
    from kinolex.testing.clips import make_clip

    make_clip(videos / "second.mp4", scenes=[(6.0, "red")], size=(160, 96), fps=10)
    (videos / "second.srt").write_text((videos / "frog talk.srt").read_text())
    library.add(only=ONLY)
    assert library.unseen() == {saved.id: 1}
    assert library.unseen(owner="ann") == {}
    library.look_at("cups")
    assert library.unseen() == {saved.id: 0}


def test_what_a_saved_search_may_be(library: Library, videos: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(videos / "trips")
    bike, frog = library.video("bike").id, library.video("frog talk").id
    saved = library.save_search(
        "all", "", like="./bike.mp4#t=1,2", video=["./bike.mp4", "talk"], after=dt.date(2020, 1, 2),
        channels=["picture"], folder="", tag="x", group="video",
    )  # fmt: skip
    assert saved.question == {
        "like": [f"{bike}#t=1,2"], "channels": ["picture"], "video": [bike, "talk"],
        "after": "2020-01-02", "tag": ["x"], "group": "video",
    }  # fmt: skip
    library.kept.tag(bike, "x")
    library.kept.tag(frog, "x", 1, 2)
    library.saved_search("all")
    for wrong in ({}, {"text": "x", "image": "a.png"}, {"text": "x", "after": "someday"},
                  {"text": "x", "group": "none"}, {"text": "x", "smell": 1}):  # fmt: skip
        with pytest.raises(UsageError):
            library.save_search("wrong", **wrong)  # type: ignore[arg-type]
    assert [s.name for s in library.kept.saved()] == ["all"]


def test_a_search_that_cannot_be_asked_any_more_is_left_out(library: Library) -> None:
    library.teach("wall", words="red")
    library.save_search("taught", "@wall")
    fine = library.save_search("fine", "frog")
    library.forget("wall")
    assert list(library.unseen()) == [fine.id]
    with pytest.raises(QueryError, match="wall"):
        library.saved_search("taught")
    with pytest.raises(NotFoundError):
        library.look_at("nothing")


def test_tags_filter(library: Library) -> None:
    bike, frog = library.video("bike").id, library.video("frog talk").id
    library.kept.tag(frog, "Pond")
    library.kept.tag(frog, "both", 1, 2)
    library.kept.tag(bike, "both")
    answer = library.search("frog", tag=["POND", "both", "pond"])
    assert answer.query.filters.tags == ("POND", "both")
    assert answer.query.filters.to_dict() == {"tags": ["POND", "both"]}
    assert answer.searched.videos == 1
    assert {m.video.id for m in answer} == {frog}
    assert library.search("frog", tag="both").searched.videos == 2
    nothing = library.search("frog", tag=["both", "meadow"])
    assert nothing.nothing_found
    assert nothing.query.notes == ("No video is tagged meadow.",)
    library.kept.tag("f" * 32, "gone")  # of a video that is not in the library
    assert library.search("frog", tag="gone").query.notes == ("No video is tagged gone.",)
    library.kept.tag(bike, "bikes")
    assert library.search("frog", tag=["bikes", "pond"]).query.notes == (
        "No video fits the filters.",
    )


def test_read_only_and_absent_libraries(library: Library, tmp_path: Path) -> None:
    saved = library.save_search("frogs", "frog")
    library.correct("frog talk", ball(library).id, BELL)
    kept = library.corrections()[0][0]
    writes: list[Callable[[Library], Any]] = [
        lambda r: r.save_search("x", "y"),
        lambda r: r.look_at(saved.id),
        lambda r: r.correct("frog talk", 1, "x"),
        lambda r: r.uncorrect(kept.id),
        lambda r: r.kept.tag("v" * 32, "x"),
    ]
    with kinolex.open(library.path, read_only=True, settings=library.settings) as reader:
        assert reader.unseen()[saved.id] > 0
        for write in writes:
            with pytest.raises((UsageError, LibraryError), match="read-only"):
                write(reader)
    with kinolex.open(tmp_path / "none") as nothing:
        assert (nothing.unseen(), nothing.corrections(), nothing.kept.tags()) == ({}, [], [])
        assert not (tmp_path / "none").exists()
        with pytest.raises(NotFoundError, match="kinolex index"):
            nothing.correct("a", 1, "x")
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="is a file"):
        _ = kinolex.open(tmp_path / "file").kept


def test_the_library_closes_what_it_opened(library: Library) -> None:
    first = library.kept
    assert library.kept is first
    library.close()
    assert library.kept is not first
