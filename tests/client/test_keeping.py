"""Saved searches, collections and tags of a real server."""

from __future__ import annotations

import pytest

import kinolex
from kinolex.client import connect
from kinolex.errors import NotFoundError, UsageError
from tests.client.conftest import Server


@pytest.fixture
def filled(own: Server) -> Server:
    with connect(own.url) as client:
        (top,) = client.folders()
        assert client.index(top, only=("title", "speech")).wait().state == "done"
    return own


def test_what_people_keep(filled: Server) -> None:
    with connect(filled.url) as client:
        saved = client.save("water", "boiling water", channels=["speech"])
        assert (saved.name, saved.unseen) == ("water", 0)
        assert saved.question["text"] == "boiling water"
        assert [one.id for one in client.saved()] == [saved.id]
        assert client.look(saved).unseen == 0
        client.unsave(saved)
        assert client.saved() == []
        with pytest.raises(NotFoundError):
            client.unsave(saved)

        moment = client.search("boiling water").moments[0]
        made = client.collect("best", [moment, (moment.video.id, 2.0, 3.0)])
        assert [(i.video, i.start) for i in made.items] == [
            (moment.video.id, moment.start),
            (moment.video.id, 2.0),
        ]
        more = client.add(made, f"{moment.video.id}#t=0,1", note="opening")
        assert (more.items[-1].note, more.items[-1].end) == ("opening", 1.0)
        client.take(made, more.items[0])
        assert len(client.collection(made).items) == 2
        assert [one.name for one in client.collections()] == ["best"]
        client.drop(made)
        assert client.collections() == []

        tag = client.tag(moment, "physics")
        assert (tag.start, tag.end) == (moment.start, moment.end)
        whole = client.tag(moment.video, "lesson")
        assert whole.start is None
        assert {t.name for t in client.tags(moment.video)} == {"physics", "lesson"}
        assert client.search("boiling water", tag="physics").moments
        assert not client.search("boiling water", tag="cooking").moments
        client.untag(tag)
        assert [t.name for t in client.tags()] == ["lesson"]
        with pytest.raises(UsageError):
            client.collect("bad", [(moment.video.id, 3.0, 2.0)])


def test_words_are_corrected_and_taken_back(filled: Server) -> None:
    with connect(filled.url) as client:
        video = client.search("boiling water").moments[0].video
        said = client.passages(video)
        spoken = next(p for p in said if p.source == "subtitle")
        now = client.correct(video, spoken, "Quokkas boil water.")
        assert (now.text, now.span, now.video) == ("Quokkas boil water.", spoken.span, video.id)
        assert client.search('"quokkas"').moments
        ((one, shown),) = client.corrections(video)
        assert (one.old, one.new, shown) == (spoken.text, now.text, now)
        client.uncorrect(one)
        assert client.corrections(video) == []
        assert not client.search('"quokkas"').moments
        with pytest.raises(NotFoundError):
            client.uncorrect(one)


def test_what_is_kept_is_the_same_objects_as_in_the_library(filled: Server) -> None:
    with connect(filled.url) as client:
        video = client.search("boiling water").moments[0].video
        client.tag(video, "lesson")
        client.collect("best", [(video.id, 2.0, 3.0)])
        client.correct(video, client.passages(video, sources="subtitle")[0], "Quokkas boil water.")
        with kinolex.open(filled.library, read_only=True) as library:
            assert client.tags() == library.kept.tags()
            assert client.corrections(video) == library.corrections(video.id)
            assert client.passages(video) == sorted(
                library.passages(video.id), key=lambda p: (p.span, p.source)
            )
            (here,), (there,) = library.kept.collections(), client.collections()
            assert (type(here), here.name, here.owner) == (type(there), there.name, there.owner)
            rows = [[(i.id, i.video, i.start, i.end) for i in one.items] for one in (here, there)]
            assert rows[0] == rows[1] != []
