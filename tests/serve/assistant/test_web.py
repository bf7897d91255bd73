"""Streamable HTTP: who asks, links, limits; and what a browser of a stranger gets."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from starlette.routing import Route

from kinolex.serve.assistant.run import alone
from kinolex.serve.assistant.web import assistant_app
from kinolex.serve.options import ServeOptions
from kinolex.serve.place import Place
from tests.serve.assistant.conftest import Server, talk
from tests.serve.assistant.shelf import Shelf, demand_clean
from tests.serve.assistant.test_tools import call, video_of

PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
ACCEPT = {"Accept": "application/json, text/event-stream"}


def test_links_are_whole_addresses_of_the_server(server: Server, shelf: Shelf) -> None:
    video = video_of(shelf, "colours.mp4")

    async def work(client: Client) -> Any:
        return (
            await call(client, "search", text="red", channels=["picture"], limit=1),
            await call(client, "stills", video=video.id, start=0, end=9, count=1),
            await call(client, "open_video", video=video.id),
        )

    found, stills, opened = told = talk(f"{server.base}/mcp", work)
    demand_clean(told, shelf)
    assert found["moments"][0]["link"].startswith(f"{server.base}/video/{video.id}?t=")
    time = stills["stills"][0]["time"]
    assert stills["stills"][0]["link"] == (
        f"{server.base}/v1/videos/{video.id}/still.jpg?t={time:.3f}"
    )
    assert opened["link"] == f"{server.base}/video/{video.id}"


def test_a_limited_person_asks_a_library_without_the_rest(
    limited: Server, server: Server, shelf: Shelf
) -> None:
    diary = video_of(shelf, "diary.mp4")

    async def everything(client: Client) -> list[Any]:
        found = await client.call_tool("search", {"text": "the password is swordfish"})
        still = f"kinolex://video/{diary.id}/still?t=1"
        try:
            read: Any = (await client.read_resource(still)).contents[0].mime_type
        except Exception as error:
            read = str(error)
        return [
            found.structured_content,
            await client.call_tool("open_video", {"video": diary.id}),
            await client.call_tool("open_video", {"video": "diary"}),
            await client.call_tool("transcript", {"video": diary.id}),
            await client.call_tool("stills", {"video": diary.id, "start": 0, "end": 1}),
            await client.call_tool("search", {"like": [f"{diary.id}-0-1000"]}),
            await client.call_tool("search", {"text": "x", "video": [diary.id]}),
            read,
        ]

    found, *others, read = talk(f"{server.base}/mcp", everything)
    assert found["moments"][0]["video"] == diary.id
    assert read == "image/jpeg"
    assert not any(one.is_error for one in others)

    found, *others, search, read = talk(f"{limited.base}/mcp", everything)
    assert found["searched"]["videos"] == 3
    assert diary.id not in str(found)
    assert "swordfish" not in str([found["moments"], found["weak"]])
    assert all(one.is_error for one in others)
    for one in others:
        assert "diary" not in one.content[0].text
        demand_clean(one.content[0].text, shelf)
    assert search.is_error or search.structured_content["searched"]["videos"] == 0
    assert read == "There is no such video. `GET /v1/videos` lists all."


def test_only_posts_and_only_small_ones(server: Server) -> None:
    with httpx.Client(base_url=server.base, headers=ACCEPT) as client:
        for method in ("GET", "DELETE", "PUT"):
            assert client.request(method, "/mcp").status_code == 405
        assert client.post("/mcp", json=PING).status_code == 200
        assert client.post("/mcp", json=PING | {"params": {"x": "y" * 10**6}}).status_code == 413
        assert client.post("/mcp", content=b"{").status_code == 400
        assert client.post("/mcp", content=b"[" * 50_000).status_code == 400
        assert "mcp-session-id" not in client.post("/mcp", json=PING).headers


def test_without_guards_nobody_is_answered(shelf: Shelf) -> None:
    with Server(shelf, None) as server:
        refused = httpx.post(f"{server.base}/mcp", json=PING, headers=ACCEPT)
    assert refused.status_code == 403
    assert refused.json()["detail"] == "It is not known who asks."


@pytest.fixture
def guarded_server(shelf: Shelf) -> Iterator[tuple[str, str, str]]:
    """The whole server with accounts: its address, Ann's token and that of an admin."""
    pytest.importorskip("argon2", reason="needs argon2: pip install 'kinolex[serve]'")
    from kinolex.serve.accounts import Accounts
    from kinolex.serve.app import create
    from kinolex.serve.guard import guarded
    from tests.serve.served import serving

    with shelf.open(read_only=True) as library:
        root = next(r.id for r in library.roots() if r.path == shelf.films.resolve())
    app = create(ServeOptions(library=shelf.library, read_only=True))
    app.router.routes.insert(0, Route("/mcp", assistant_app(lambda: app.state.place)))
    with (
        tempfile.TemporaryDirectory() as folder,
        Accounts.open(Path(folder)) as accounts,
    ):
        accounts.add("root", "a long enough password", "admin")
        accounts.add("ann", "another long password", "viewer", roots=[root])
        admin = accounts.make_token("root", "assistant")
        ann = accounts.make_token("ann", "assistant")
        with serving(guarded(app, accounts)) as base:
            yield base.rstrip("/"), ann, admin


def test_behind_the_guards_a_token_says_who_asks(
    guarded_server: tuple[str, str, str], shelf: Shelf
) -> None:
    base, ann, admin = guarded_server
    assert httpx.post(f"{base}/mcp", json=PING, headers=ACCEPT).status_code == 401

    async def ask(token: str) -> Any:
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx2.AsyncClient(headers=headers, timeout=60) as http:
            transport = streamable_http_client(f"{base}/mcp", http_client=http)
            async with Client(transport) as client:
                return await call(client, "search", text="the password is swordfish")

    seen = anyio.run(ask, admin)
    assert seen["moments"][0]["title"] == "diary"
    assert seen["moments"][0]["link"].startswith(base)
    limited = anyio.run(ask, ann)
    assert limited["searched"]["videos"] == 3
    assert "swordfish" not in str(limited["moments"] + limited["weak"])
    demand_clean([seen, limited], shelf)


@pytest.fixture
def lonely(shelf: Shelf) -> Any:
    """What `kinolex mcp --http` runs."""
    import uvicorn

    place = Place(ServeOptions(library=shelf.library, read_only=True))
    config = uvicorn.Config(alone(place), port=0, log_level="error", lifespan="on")
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run)
    thread.start()
    while not running.started:
        assert thread.is_alive()
        threading.Event().wait(0.01)
    yield running.servers[0].sockets[0].getsockname()[1]
    running.should_exit = True
    thread.join()


def test_alone_it_answers_this_machine_only(lonely: int, shelf: Shelf) -> None:
    async def work(client: Client) -> Any:
        return await call(client, "search", text="boiling water")

    found = talk(f"http://127.0.0.1:{lonely}/mcp", work)
    demand_clean(found, shelf)
    assert found["moments"]
    assert "link" not in found["moments"][0]
    base = f"http://127.0.0.1:{lonely}/mcp"
    assert httpx.post(base, json=PING, headers=ACCEPT).status_code == 200
    stranger = ACCEPT | {"Host": "evil.example"}
    assert httpx.post(base, json=PING, headers=stranger).status_code == 421
    stranger = ACCEPT | {"Origin": "https://evil.example"}
    assert httpx.post(base, json=PING, headers=stranger).status_code == 403
    assert httpx.get(f"http://127.0.0.1:{lonely}/").status_code == 404


def test_whoever_leaves_does_not_keep_the_queue(server: Server) -> None:
    """A client that goes away while it waits leaves nothing behind."""
    body = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "search", "arguments": {"text": "boiling water"}},
    }
    for _ in range(5):
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(f"{server.base}/mcp", json=body, headers=ACCEPT, timeout=0.001)
    assert (
        httpx.post(f"{server.base}/mcp", json=body, headers=ACCEPT, timeout=60).status_code == 200
    )
