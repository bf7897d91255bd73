"""What a person who sees some roots alone must not learn beside the answers themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="needs kinolex[serve]")
httpx = pytest.importorskip("httpx", reason="needs kinolex[client]")

import kinolex  # noqa: E402
from kinolex.serve.accounts import Accounts  # noqa: E402
from kinolex.serve.options import ServeOptions  # noqa: E402
from kinolex.serve.wall import walled  # noqa: E402
from kinolex.testing.clips import make_clip  # noqa: E402
from tests.serve.served import Held, make_small_library, serving  # noqa: E402


@pytest.fixture
def people(tmp_path: Path) -> Iterator[tuple[Held, str, dict[str, dict[str, str]]]]:
    """A library, its address beyond loopback, and headers for each person."""
    held = make_small_library(tmp_path)
    with kinolex.open(held.library, read_only=True) as library:
        roots = {r.path.name: r.id for r in library.roots()}
    with Accounts.open(held.library) as accounts:
        accounts.add("boss", "correct horse battery", "admin")
        accounts.add("anna", "correct horse battery", "editor", [roots["open"]])
        accounts.add("ben", "correct horse battery", "editor")
        tokens = {name: accounts.make_token(name, "test") for name in ("boss", "anna", "ben")}
    options = ServeOptions(library=held.library, host="0.0.0.0", browse=(held.videos,))
    headers = {name: {"Authorization": f"Bearer {token}"} for name, token in tokens.items()}
    with serving(walled(options)) as address:
        yield held, address, headers


def test_a_limited_person_learns_nothing_of_the_work_in_other_roots(
    people: tuple[Held, str, dict[str, dict[str, str]]],
) -> None:
    held, address, headers = people
    make_clip(held.closed / "second.mp4", scenes=[(2, "shape:red circle on white")], fps=8)
    (held.closed / "broken.mp4").write_bytes(b"nothing")
    with (
        httpx.Client(base_url=address, headers=headers["boss"], timeout=60) as boss,
        httpx.Client(base_url=address, headers=headers["anna"], timeout=60) as anna,
    ):
        job = boss.post("/v1/jobs", json={"only": ["title"]}).json()
        with boss.stream("GET", job["links"]["events"]) as events:
            assert "failure" in events.read().decode()
        full = boss.get(job["links"]["self"]).json()
        assert full["report"]["failed"] == 1
        with anna.stream("GET", job["links"]["events"]) as events:
            heard = events.read().decode()
        lines = [line for line in heard.splitlines() if line]
        assert set(lines[::2]) == {"event: state"}
        assert all(set(json.loads(line[6:])) == {"kind", "state"} for line in lines[1::2])
        told = anna.get(job["links"]["self"]).json()
        assert told["state"] == "done"
        assert (told["report"], told["failures"], told["now"]) == (None, 0, {})
        assert anna.get("/v1/failures").json()["failures"] == []


def test_a_search_by_a_hidden_name_is_one_by_no_name(
    people: tuple[Held, str, dict[str, dict[str, str]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held, address, headers = people
    monkeypatch.chdir(held.videos)
    with httpx.Client(base_url=address, headers=headers["anna"], timeout=60) as anna:
        for name, never in (("vault", "fault"), ("closed/vault.mp4", "closed/fault.mp4")):
            both = []
            for one in (name, never):
                asked = {"name": one, "question": {"span": {"video": one, "start": 0, "end": 1}}}
                answer = anna.post("/v1/saved", json=asked)
                both.append((answer.status_code, answer.text.replace(one, "NAME")))
            assert both[0] == both[1]
            assert both[0][0] == 422
        assert anna.get("/v1/saved").json()["saved"] == [], "what cannot be asked is not kept"
        folder = {"name": "f", "question": {"text": "x", "filters": {"folder": "closed"}}}
        kept = anna.post("/v1/saved", json=folder).json()
        assert kept["question"]["folder"] == "closed", "no path of the server"


def test_a_key_is_of_one_person_as_they_were(
    people: tuple[Held, str, dict[str, dict[str, str]]],
) -> None:
    held, address, headers = people
    asked, key = {"text": "secret quokka"}, {"Idempotency-Key": "the-same"}
    with httpx.Client(base_url=address, timeout=60) as client:

        def ask(name: str) -> httpx.Response:
            return client.post("/v1/search", json=asked, headers={**headers[name], **key})

        assert "quokka" in json.dumps(ask("ben").json()["moments"])
        assert "idempotent-replayed" in ask("ben").headers
        anna = ask("anna")
        assert "idempotent-replayed" not in anna.headers
        assert anna.json()["moments"] == []
        with kinolex.open(held.library, read_only=True) as library:
            (opened,) = [r.id for r in library.roots() if r.path == held.open]
        with Accounts.open(held.library) as accounts:
            accounts.change("ben", roots=[opened])
        less = ask("ben")
        assert "idempotent-replayed" not in less.headers
        assert less.json()["moments"] == []
