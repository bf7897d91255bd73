from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kinolex.errors import LibraryBusyError, NotFoundError
from kinolex.serve.guard import Failures
from tests.serve.drive import Got, ask, asked, host, scope_of


def failing(error: BaseException, *before: dict[str, Any]) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        for message in before:
            await send(message)
        raise error

    return app


START = {"type": "http.response.start", "status": 200, "headers": []}
HALF = {"type": "http.response.body", "body": b"half", "more_body": True}
WHOLE = {"type": "http.response.body", "body": b"whole"}


def test_an_error_of_ours_says_its_sentence_without_the_place() -> None:
    error = NotFoundError("There is no /srv/films/a b.mp4.", hint="See /srv/films.")
    app = Failures(failing(error), folders=lambda: [Path("/srv/films")])
    got = ask(app, scope_of())
    assert got.status == 404
    assert got.json()["detail"] == "There is no a b.mp4."
    assert b"/srv" not in got.body


def test_any_other_error_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    got = ask(Failures(failing(ValueError("/etc/secret key=hunter2"))), scope_of())
    assert got.status == 500
    assert b"hunter2" not in got.body
    assert b"Traceback" not in got.body
    assert b"ValueError" not in got.body
    assert "hunter2" in caplog.text  # the log of the server has it


def test_busy_says_when_to_come_back() -> None:
    got = ask(Failures(failing(LibraryBusyError("Busy."))), scope_of())
    assert (got.status, got.header("retry-after")) == (409, "5")


def test_half_an_answer_is_never_closed_as_a_whole_one() -> None:
    got = Got()

    async def run() -> None:
        nonlocal got
        got = await asked(Failures(failing(ValueError("x"), START, HALF)), scope_of())

    import asyncio

    with pytest.raises(ConnectionAbortedError):
        asyncio.run(run())


def test_after_a_whole_answer_nothing_more_is_sent() -> None:
    got = ask(Failures(failing(ValueError("x"), START, WHOLE)), scope_of())
    assert (got.status, got.body, got.ends) == (200, b"whole", 1)


def test_browsers_get_a_page_drawn_by_the_app() -> None:
    error = NotFoundError("No video is called '<script>'.")
    html = host((b"accept", b"text/html,application/xhtml+xml,*/*;q=0.8"))
    got = ask(Failures(failing(error)), scope_of(headers=html))
    assert got.header("content-type").startswith("text/html")
    assert b"<script>" not in got.body
    drawn = Failures(failing(error), as_page=lambda scope, found: f"mine: {found.status}")
    assert ask(drawn, scope_of(headers=html)).body == b"mine: 404"
    assert ask(drawn, scope_of()).json()["status"] == 404


def test_who_has_gone_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    from starlette.requests import ClientDisconnect

    assert ask(Failures(failing(ClientDisconnect())), scope_of()).status == 0
    assert not caplog.records


def test_folders_that_cannot_be_told_do_not_hide_the_problem() -> None:
    def broken() -> list[Path]:
        raise OSError("disk gone")

    assert ask(Failures(failing(NotFoundError("No.")), folders=broken), scope_of()).status == 404
