"""Index runs over HTTP: begun, watched, paused, resumed, cancelled."""

from __future__ import annotations

import json
import time

import httpx

from kinolex.testing.clips import make_clip
from tests.serve.served import Held


def ended(client: httpx.Client, job: str, states: tuple[str, ...] = ("done", "failed")) -> str:
    """Wait until a job is in one of some states."""
    for _ in range(600):
        state: str = client.get(f"/v1/jobs/{job}").json()["state"]
        if state in states:
            return state
        time.sleep(0.1)
    raise AssertionError(state)


def test_a_folder_is_chosen_from_lists_and_indexed(own: tuple[Held, httpx.Client]) -> None:
    held, client = own
    new = held.videos / "new"
    new.mkdir()
    make_clip(new / "snow.mp4", scenes=[(3, "shape:green square on white")], fps=12)
    (top,) = client.get("/v1/folders").json()["folders"]
    below = {f["name"]: f["id"] for f in client.get(f"/v1/folders/{top['id']}").json()["folders"]}
    assert set(below) == {"open", "closed", "new"}
    begun = client.post("/v1/jobs", json={"folder": below["new"], "only": ["picture", "title"]})
    assert begun.status_code == 202
    job = begun.json()["id"]
    kinds = []
    with client.stream("GET", begun.json()["links"]["events"], timeout=120) as events:
        assert events.headers["content-type"].startswith("text/event-stream")
        for line in events.iter_lines():
            if line.startswith("data: "):
                kinds.append(json.loads(line[6:])["kind"])
    assert kinds[0] == "state"
    assert "commit" in kinds
    told = client.get(f"/v1/jobs/{job}").json()
    assert told["state"] == "done", told
    assert told["report"]["done"] == 1
    found = client.get("/v1/search", params={"q": "snow"}).json()
    assert found["moments"][0]["video"]["title"] == "snow"


def test_what_was_paused_goes_on(own: tuple[Held, httpx.Client]) -> None:
    held, client = own
    for number in range(6):
        make_clip(held.open / f"more {number}.mp4", scenes=[(8, "moving")], fps=20 + number)
    job = client.post("/v1/jobs", json={"only": ["picture"]}).json()["id"]
    ended(client, job, ("running",))
    assert client.post(f"/v1/jobs/{job}/pause", json={}).json()["state"] == "paused"
    assert client.get(f"/v1/jobs/{job}").json()["state"] == "paused"
    assert client.get("/v1/search", params={"q": "boiling"}).json()["moments"]
    # The writer's lock is free while it is paused.
    assert client.post(f"/v1/jobs/{job}/resume", json={}).json()["state"] in ("waiting", "running")
    assert ended(client, job) == "done"
    assert client.get("/v1/libraries/default").json()["videos"] == 8
    again = client.post(f"/v1/jobs/{job}/pause", json={})
    assert again.status_code == 409
    assert "done" in again.json()["detail"]


def test_a_cancelled_run_ends_its_process(own: tuple[Held, httpx.Client]) -> None:
    held, client = own
    make_clip(held.open / "long.mp4", scenes=[(30, "moving")], fps=24)
    first = client.post("/v1/jobs", json={}).json()["id"]
    second = client.post("/v1/jobs", json={}).json()["id"]
    assert client.get(f"/v1/jobs/{second}").json()["state"] == "waiting"
    assert client.delete(f"/v1/jobs/{first}").json()["state"] == "cancelled"
    assert ended(client, second) == "done"


def test_a_key_begins_one_job_only(own: tuple[Held, httpx.Client]) -> None:
    _, client = own
    headers = {"Idempotency-Key": "a-key"}
    first = client.post("/v1/jobs", json={}, headers=headers)
    second = client.post("/v1/jobs", json={}, headers=headers)
    assert first.json()["id"] == second.json()["id"]
    assert second.headers["idempotent-replayed"] == "true"
    other = client.post("/v1/jobs", json={"redo": True}, headers=headers)
    assert other.status_code == 422
    assert len(client.get("/v1/jobs").json()["jobs"]) == 1


def test_a_made_up_folder_is_refused(own: tuple[Held, httpx.Client]) -> None:
    _, client = own
    for name in ("L2V0Yw", "../../etc", "AAAAAAAAAAAAAAAAWzBd"):
        assert client.post("/v1/jobs", json={"folder": name}).status_code == 404
    assert client.post("/v1/jobs", json={"paths": ["/etc"]}).status_code == 422
    assert client.post("/v1/jobs", json={"roots": ["/etc"]}).status_code == 404
