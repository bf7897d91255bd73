"""A library page while many index runs wait: the browser has six connections to give."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx

from kinolex.serve.options import ServeOptions
from kinolex.serve.wall import walled
from kinolex.testing.clips import make_clip
from tests.serve.served import make_small_library, serving


def test_runs_that_wait_take_no_connection(chromium: Any, tmp_path: Path) -> None:
    held = make_small_library(tmp_path)
    make_clip(held.open / "long.mp4", scenes=[(60, "moving")], fps=24)
    options = ServeOptions(library=held.library, browse=(held.videos,))
    with serving(walled(options)) as address:
        for _ in range(9):
            httpx.post(f"{address}/v1/jobs", json={}).raise_for_status()
        page = chromium.new_page()
        streams: list[str] = []
        page.on("request", lambda r: streams.append(r.url) if r.url.endswith("/events") else None)
        page.goto(f"{address}/library")
        page.wait_for_selector("#jobs li")
        page.wait_for_selector("#models tr")
        page.wait_for_timeout(500)
        assert len(streams) == 1
        page.close()
        for job in httpx.get(f"{address}/v1/jobs").json()["jobs"]:
            httpx.delete(f"{address}/v1/jobs/{job['id']}")
