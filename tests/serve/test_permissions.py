"""Every address as every role: who may, who may not, and what nobody hears of hidden roots."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="needs kinolex[serve]")
httpx = pytest.importorskip("httpx", reason="needs kinolex[client]")

import kinolex  # noqa: E402
from kinolex.serve.accounts import Accounts  # noqa: E402
from kinolex.serve.app import create  # noqa: E402
from kinolex.serve.options import ServeOptions  # noqa: E402
from kinolex.serve.wall import walled  # noqa: E402
from tests.serve.served import Held, make_library, serving  # noqa: E402

NEEDED = {
    "viewer": """
        GET /v1/search  POST /v1/search  GET /v1/videos  GET /v1/videos/{video}
        GET /v1/videos/{video}/passages  GET /v1/videos/{video}/shots
        POST /v1/videos/{video}/timeline  GET /v1/moments/{moment}
        GET /v1/videos/{video}/still.jpg  GET /v1/videos/{video}/stream
        GET /v1/videos/{video}/stream.mp4  POST /v1/pictures  GET /v1/pictures/{picture}
        GET /v1/libraries  GET /v1/libraries/{library}  GET /v1/models  GET /v1/jobs
        GET /v1/jobs/{job}  GET /v1/jobs/{job}/events  GET /v1/roots  GET /v1/failures
        GET /v1/exports/formats  POST /v1/exports  GET /v1/exports/{export}
        GET /v1/exports/{export}/file  DELETE /v1/exports/{export}
        GET /v1/videos/{video}/corrections  GET /v1/media/{file}  GET /v1/saved  GET /v1/collections
        GET /v1/collections/{collection}  GET /v1/tags""",
    "editor": """
        POST /v1/saved  POST /v1/saved/{saved}/look  DELETE /v1/saved/{saved}
        POST /v1/collections  POST /v1/collections/{collection}/items
        DELETE /v1/collections/{collection}/items/{item}  DELETE /v1/collections/{collection}
        POST /v1/tags  DELETE /v1/tags/{tag}  PUT /v1/videos/{video}/passages/{passage}
        DELETE /v1/videos/{video}/corrections/{correction}""",
    "admin": """
        POST /v1/jobs  POST /v1/jobs/{job}/pause  POST /v1/jobs/{job}/resume
        DELETE /v1/jobs/{job}  GET /v1/folders  GET /v1/folders/{folder}""",
    "nobody": "GET /v1/health",
}
ROLES = ("viewer", "editor", "admin")
LONG = "0" * 16
VALUES = {
    "video": LONG,
    "moment": f"{LONG}-0-1000",
    "picture": "0" * 32,
    "library": "default",
    "job": LONG,
    "export": "0" * 32,
    "saved": "0" * 12,
    "collection": "0" * 12,
    "item": "0" * 12,
    "tag": "0" * 12,
    "correction": "0" * 12,
    "file": f"{LONG}.mp4",
    "passage": "1",
    "folder": "AAAA",
}


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Held:
    return make_library(tmp_path_factory.mktemp("people"))


@pytest.fixture(scope="module")
def tokens(held: Held) -> dict[str, str]:
    """A token of each role; ``limited`` and ``narrow`` know only the open root."""
    with kinolex.open(held.library, read_only=True) as library:
        (opened,) = [r.id for r in library.roots() if r.path == held.open]
    with Accounts.open(held.library) as accounts:
        for role in ("admin", "editor", "viewer"):
            accounts.add(role, "correct horse battery", role)
        accounts.add("limited", "correct horse battery", "viewer", [opened])
        accounts.add("narrow", "correct horse battery", "editor", [opened])
        names = ("admin", "editor", "viewer", "limited", "narrow")
        return {name: accounts.make_token(name, "test") for name in names}


@pytest.fixture(scope="module")
def address(held: Held, tokens: dict[str, str]) -> Iterator[str]:
    options = ServeOptions(library=held.library, host="0.0.0.0", browse=(held.videos,))
    with serving(walled(options)) as found:
        yield found


def client(address: str, token: str = "") -> httpx.Client:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.Client(base_url=address, headers=headers, timeout=60)


def endpoints() -> list[tuple[str, str]]:
    """Every method and path of the API."""
    paths = create(ServeOptions()).openapi()["paths"]
    return [(method.upper(), path) for path, ways in paths.items() for method in ways]


def needed(method: str, path: str) -> str:
    """The role that an address needs, as written above."""
    for role, listed in NEEDED.items():
        if f"{method} {path}" in re.split(r"\s\s+", listed.strip()):
            return role
    raise AssertionError(f"say above who may {method} {path}")


@pytest.mark.parametrize(("method", "path"), endpoints())
def test_every_address_as_every_role(
    address: str, tokens: dict[str, str], method: str, path: str
) -> None:
    role = needed(method, path)
    target = path.format(**VALUES)
    body: dict[str, Any] = {} if method in ("GET", "DELETE") else {"json": {"wrong": True}}
    with client(address) as nobody:
        answer = nobody.request(method, target, **body)
        assert answer.status_code == (200 if role == "nobody" else 401), answer.text
    for one in ROLES:
        with client(address, tokens[one]) as person:
            answer = person.request(method, target, **body)
        allowed = role == "nobody" or ROLES.index(one) >= ROLES.index(role)
        assert (answer.status_code != 403) == allowed, (one, answer.status_code, answer.text)
        assert answer.status_code < 500 or answer.status_code == 503, answer.text


@pytest.mark.parametrize("path", ["/", "/library", "/kept", "/api", "/video/0123456789abcdef"])
def test_browsers_are_sent_to_the_login(address: str, path: str) -> None:
    with client(address) as nobody:
        answer = nobody.get(path, headers={"Accept": "text/html"})
        assert answer.status_code in (302, 303)
        assert answer.headers["location"].startswith("/login?next=")
        assert nobody.get("/metrics").status_code == 401


def hidden_of(held: Held) -> tuple[str, list[str]]:
    """Id of the hidden video, and every text that speaks of it."""
    with kinolex.open(held.library, read_only=True) as library:
        video = library.video("vault")
        (root,) = [r.id for r in library.roots() if r.path == held.closed]
    return video.id, [video.id, root, "vault", "secret", "quokka", "closed"]


def test_nothing_is_heard_of_a_hidden_root(
    address: str, tokens: dict[str, str], held: Held
) -> None:
    video, words = hidden_of(held)
    with client(address, tokens["admin"]) as admin:
        admin.post("/v1/collections", json={"name": "vault things", "spans": [{"video": video}]})
        admin.post("/v1/tags", json={"name": "secret tag", "video": video})
        admin.post("/v1/saved", json={"name": "the quokka", "question": {"text": "secret quokka"}})
        known = admin.get("/v1/videos").json()["videos"]
        assert video in {v["id"] for v in known}
    paths = [path for method, path in endpoints() if method == "GET" and "events" not in path]
    with client(address, tokens["limited"]) as limited:
        for path in [*paths, "/", "/library", "/kept", f"/video/{video}"]:
            target = path.format(**VALUES | {"video": video, "moment": f"{video}-0-1000"})
            answer = limited.get(target, params={"q": "circle"} if path.endswith("search") else {})
            text = answer.text.lower().replace(target.lower(), "")
            for word in words:
                assert word not in text, (path, word)
        visible = limited.get("/v1/videos").json()
        assert visible["total"] == len(known) - 1
        assert limited.get("/v1/libraries/default").json()["videos"] == len(known) - 1
        assert limited.get("/metrics").status_code == 403


@pytest.mark.parametrize("text", ["secret quokka", '"secret quokka"', "a red circle", "vault"])
def test_answers_leave_hidden_videos_out(
    address: str, tokens: dict[str, str], held: Held, text: str
) -> None:
    video, _ = hidden_of(held)
    with client(address, tokens["limited"]) as limited, client(address, tokens["admin"]) as admin:
        found = limited.post("/v1/search", json={"text": text}).json()
        every = admin.post("/v1/search", json={"text": text}).json()
    seen = {m["video"]["id"] for m in every["moments"] + every["weak"]}
    assert video in seen or text == "a red circle"
    shown = found["moments"] + found["weak"]
    assert video not in {m["video"]["id"] for m in shown}
    assert found["searched"]["videos"] == every["searched"]["videos"] - 1


def test_a_hidden_video_is_one_that_never_was(
    address: str, tokens: dict[str, str], held: Held
) -> None:
    video, _ = hidden_of(held)
    never = "f" * len(video)
    with client(address, tokens["narrow"]) as narrow:
        for method, path in endpoints():
            if "{video}" not in path and "{moment}" not in path:
                continue
            told = []
            for one in (video, never):
                target = path.format(**VALUES | {"video": one, "moment": f"{one}-0-1000"})
                body = {"text": "x"} if method in ("POST", "PUT") else None
                answer = narrow.request(method, target, json=body)
                told.append((answer.status_code, answer.text.replace(one, "ID")))
            assert told[0] == told[1], path
            assert told[0][0] == 404, path
        for asked in (
            {"span": {"video": video, "start": 0, "end": 1}},
            {"text": "x", "filters": {"videos": [video]}},
        ):
            both = [
                narrow.post("/v1/search", json=_renamed(asked, video, one))
                for one in (video, never)
            ]
            texts = [
                _plain(a.text.replace(one, "ID"))
                for a, one in zip(both, (video, never), strict=True)
            ]
            assert texts[0] == texts[1]
        span = {"video": video, "start": 0, "end": 1}
        for path, body in (
            ("/v1/exports", {"format": "csv", "spans": [span]}),
            ("/v1/collections", {"name": "mine", "spans": [span]}),
            ("/v1/tags", {"name": "x", "video": video}),
        ):
            assert narrow.post(path, json=body).status_code == 404, path


def _renamed(asked: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    import json

    renamed: dict[str, Any] = json.loads(json.dumps(asked).replace(old, new))
    return renamed


def _plain(text: str) -> str:
    return re.sub(r'"timing":\{[^}]*\}', "", text)


def test_a_limited_editor_keeps_things_of_their_own(
    address: str, tokens: dict[str, str], held: Held
) -> None:
    with client(address, tokens["narrow"]) as narrow, client(address, tokens["limited"]) as other:
        video = narrow.get("/v1/videos").json()["videos"][0]
        made = narrow.post(
            "/v1/collections", json={"name": "mine", "spans": [{"video": video["id"]}]}
        )
        assert made.status_code == 201, made.text
        assert [c["name"] for c in narrow.get("/v1/collections").json()["collections"]] == ["mine"]
        assert other.get("/v1/collections").json()["collections"] == []
        assert other.get(f"/v1/collections/{made.json()['id']}").status_code == 404
        saved = narrow.post("/v1/saved", json={"name": "water", "question": {"text": "water"}})
        assert saved.status_code == 201, saved.text
        assert [s["unseen"] for s in narrow.get("/v1/saved").json()["saved"]] == [0]
        assert (
            narrow.post("/v1/tags", json={"name": "good", "video": video["id"]}).status_code == 201
        )
        assert "good" in other.get("/v1/tags").json()["names"]


@pytest.mark.parametrize("format", ["csv", "edl", "json", "iiif", "otio", "fcpxml"])
def test_exports_tell_nobody_how_the_server_is_laid_out(
    address: str, tokens: dict[str, str], held: Held, format: str
) -> None:
    if format in ("otio", "fcpxml"):
        pytest.importorskip("opentimelineio", reason="needs kinolex[nle]")
    with client(address, tokens["viewer"]) as viewer:
        spans = [{"video": "chemistry", "start": 1, "end": 4}]
        made = viewer.post("/v1/exports", json={"format": format, "spans": spans}).json()
        text = viewer.get(made["links"]["file"]).text
        with client(address, tokens["limited"]) as other:
            assert other.get(made["links"]["file"]).status_code == 404
    assert str(held.videos) not in text
    assert str(held.library) not in text
    assert "chemistry" in text


def test_read_only_refuses_every_change(tmp_path: Any, held: Held) -> None:
    options = ServeOptions(library=held.library, read_only=True)
    with serving(walled(options)) as address, client(address) as http:
        for method, path in endpoints():
            role = needed(method, path)
            if role in ("editor", "admin"):
                body = {} if method in ("GET", "DELETE") else {"json": {}}
                answer = http.request(method, path.format(**VALUES), **body)
                assert answer.status_code == 403, path
                assert "read-only" in answer.json()["detail"]
        assert http.get("/v1/search", params={"q": "water"}).json()["moments"]


def test_what_was_changed_is_written_down(address: str, tokens: dict[str, str], held: Held) -> None:
    from kinolex.serve.audit import Audit

    with client(address, tokens["editor"]) as editor:
        editor.post("/v1/collections", json={"name": "audited"})
        editor.post("/v1/search", json={"text": "water"})
    with Audit.open(held.library) as audit:
        lines = [e for e in audit.entries(200) if e.person == "editor"]
    assert any((e.action, e.what, e.outcome) == ("POST", "/v1/collections", "201") for e in lines)
    assert not any("search" in e.what for e in lines)
