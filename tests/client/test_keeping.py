"""Saved searches, collections and tags of a real server."""

from __future__ import annotations

import pytest

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
