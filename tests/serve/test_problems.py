from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex import errors
from kinolex.serve.people import ForbiddenError
from kinolex.serve.problems import problem, problem_of, wants_page, without_paths
from tests.serve.drive import scope_of


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.UsageError("x"), 400),
        (errors.QueryError("x"), 422),
        (errors.NotFoundError("x"), 404),
        (errors.LibraryBusyError("x"), 409),
        (errors.LibraryReadOnlyError("x"), 403),
        (errors.LibraryTooNewError("x"), 503),
        (errors.ModelMissingError("x"), 503),
        (errors.MediaError("x", reason="empty"), 422),
        (errors.EncoderError("x"), 500),
        (ForbiddenError("x"), 403),
        (ValueError("x"), 500),
        (MemoryError(), 500),
    ],
)
def test_each_error_has_its_status(error: Exception, status: int) -> None:
    found = problem_of(error)
    assert found.status == status
    assert json.loads(found.to_json())["status"] == status
    assert ("Retry-After" in found.headers) == isinstance(error, errors.LibraryBusyError)


def test_every_error_of_ours_is_mapped_by_name() -> None:
    for name in errors.__all__:
        kind = getattr(errors, name)
        made = kind("a", reason="b") if kind is errors.MediaError else kind("a", hint="b")
        assert problem_of(made).type.startswith("urn:kinolex:problem:"), name


def test_the_answer_is_what_rfc_9457_says() -> None:
    got = problem(429, "Too often", "Wait.", hint="Later.", headers={"Retry-After": "7"})
    assert got.media_type == "application/problem+json"
    assert got.headers["retry-after"] == "7"
    assert json.loads(got.body) == {
        "type": "about:blank",
        "title": "Too often",
        "status": 429,
        "detail": "Wait.",
        "hint": "Later.",
    }
    assert json.loads(problem(404).body)["title"] == "Not Found"


@pytest.mark.parametrize(
    ("accept", "page"),
    [
        (b"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True),
        (b"*/*", False),
        (b"", False),
        (b"application/json, text/html", False),
        (b"application/json;q=0.5, text/html", True),
        (b"text/html;q=0.1, application/problem+json", False),
        (b"text/html;q=0", False),
        (b"TEXT/HTML", True),
        (b";;,,;q=x", False),
    ],
)
def test_who_wants_a_page(accept: bytes, page: bool) -> None:
    assert wants_page(scope_of(headers=[(b"accept", accept)])) == page


def test_places_of_this_machine_are_cut_out(tmp_path: Path) -> None:
    films = tmp_path / "my films"
    films.mkdir()
    link = tmp_path / "link"
    link.symlink_to(films)
    folders = [films, tmp_path / "library"]
    for text, expected in [
        (f"There is no {films}/a b/c.mp4.", "There is no a b/c.mp4."),
        (f"{films} is not mounted.", "… is not mounted."),
        (f"No '{films}/x' and {films}/y.", "No 'x' and y."),
        (f"See {tmp_path}/library/library.sqlite", "See library.sqlite"),
        (f"See {films.as_uri()}/a", "See a"),
        (f"It is not {films}2.", None),
        ("Open failed: /etc/passwd", "Open failed: …"),
        ("In /usr/lib/python3/site.py, line 3", "In …, line 3"),
        ("file:///etc/hosts", "…"),
        (r"C:\Users\anna\x.mp4 is odd", "… is odd"),
        (
            "Ask /v1/search or https://example.org/etc/x.",
            "Ask /v1/search or https://example.org/etc/x.",
        ),
        ("Half/whole and 1/2 and and/or stay.", "Half/whole and 1/2 and and/or stay."),
    ]:
        found = without_paths(text, folders)
        assert str(tmp_path) not in found
        if expected is not None:
            assert found == expected
    assert str(tmp_path) not in without_paths(f"Gone: {films}/x", [link])


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_sentence_keeps_the_folder(before: str, after: str) -> None:
    folder = "/home/somebody/films"
    said = without_paths(f"{before} {folder}/{after}", [Path(folder)])
    assert "somebody" not in said or "somebody" in before + after
