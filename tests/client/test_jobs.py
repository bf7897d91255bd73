"""Index runs of a real server: begun, watched to the end, paused, gone on with, cancelled."""

from __future__ import annotations

import pytest

from kinolex.client import connect
from kinolex.client.jobs import events_of
from kinolex.errors import NotFoundError, UsageError
from tests.client.conftest import Server


def test_a_folder_is_indexed_and_watched_to_the_end(own: Server) -> None:
    with connect(own.url) as client:
        (top,) = client.folders()
        films = next(f for f in client.folders(top) if f.name == "films")
        assert client.search("boiling water").nothing_found
        job = client.index(films, only=("title", "speech"))
        assert job.state in ("waiting", "running")
        events = list(job.events())
        assert [e.number for e in events] == sorted({e.number for e in events})
        assert events[-1].kind == "state"
        assert events[-1].told["state"] == "done"
        assert any(e.kind == "step" or e.kind == "start" for e in events)
        assert job.refresh().ended
        assert job.state == "done"
        assert job.report is not None
        assert job.error is None
        # Behind an event only what came after it is told again.
        half = events[len(events) // 2].number
        assert [e.number for e in job.events(half)] == [e.number for e in events if e.number > half]
        assert not client.search("boiling water").nothing_found
        assert [one.id for one in client.jobs()] == [job.id]
        assert client.job(job.id).state == "done"
        (root,) = client.roots()
        again = client.index(roots=root).wait()
        assert again.state == "done"
        with pytest.raises(UsageError):
            again.cancel()


def test_a_run_is_paused_gone_on_with_and_cancelled(own: Server) -> None:
    with connect(own.url) as client:
        (top,) = client.folders()
        job = client.index(top).pause()
        assert job.state == "paused"
        assert job.resume().state in ("waiting", "running")
        assert job.cancel().state == "cancelled"
        assert job.ended
        assert list(job.events())[-1].told["state"] == "cancelled"
        assert job.wait().state == "cancelled"
        with pytest.raises(NotFoundError):
            client.job("0" * 16)
        with pytest.raises(NotFoundError):
            client.index(roots="nowhere")
        with pytest.raises(NotFoundError):
            client.index("no folder")


def test_events_are_read_as_they_are_written() -> None:
    lines = [
        ": a comment",
        "id: 1",
        "event: state",
        'data: {"kind": "state",',
        'data: "state": "done"}',
        "",
        "event: nothing",
        "",
        'data:{"a":1}',
        "",
        "data: {cut off",
    ]
    first, second = events_of(lines)
    assert (first.number, first.kind, first.told["state"]) == (1, "state", "done")
    assert (second.number, second.kind, second.told) == (0, "message", {"a": 1})
