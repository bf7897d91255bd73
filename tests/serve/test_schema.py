"""The server against its own OpenAPI document: requests made up by schemathesis."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="needs kinolex[serve]")
schemathesis = pytest.importorskip("schemathesis", reason="needs schemathesis")
checks = pytest.importorskip("schemathesis.specs.openapi.checks")

from hypothesis import HealthCheck, Phase, given, settings  # noqa: E402

from kinolex.serve.accounts import Accounts  # noqa: E402
from kinolex.serve.app import create  # noqa: E402
from kinolex.serve.options import ServeOptions  # noqa: E402
from kinolex.serve.wall import walled  # noqa: E402
from tests.serve.served import make_small_library, serving  # noqa: E402

EXAMPLES = 5
"""Of each operation for each person."""


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[str, Any]]]:
    """Where the server is for the one person at the machine, and for a viewer with a token."""
    held = make_small_library(tmp_path_factory.mktemp("schema"))
    with Accounts.open(held.library) as accounts:
        accounts.add("boss", "correct horse battery", "admin")
        accounts.add("viewer", "correct horse battery", "viewer")
        token = accounts.make_token("viewer", "test")
    alone = walled(ServeOptions(library=held.library, browse=(held.videos,)))
    many = walled(ServeOptions(library=held.library, host="0.0.0.0"))
    with serving(alone) as one, serving(many) as other:
        yield {"everybody": (one, {}), "viewer": (other, {"Authorization": f"Bearer {token}"})}


@functools.cache
def document() -> dict[str, Any]:
    """What the server says of itself."""
    return create(ServeOptions(library=Path("none"))).openapi()


@functools.cache
def schema() -> Any:
    """The same, as schemathesis reads it."""
    return schemathesis.openapi.from_dict(document())


def operations() -> list[tuple[str, str]]:
    """Every method and path of the document."""
    return [(m.upper(), path) for path, ways in document()["paths"].items() for m in ways]


@pytest.mark.parametrize("who", ["everybody", "viewer"])
@pytest.mark.parametrize(("method", "path"), operations())
def test_what_is_made_up_from_the_document_is_answered_as_it_says(
    addresses: dict[str, tuple[str, Any]], who: str, method: str, path: str
) -> None:
    if (method, path) == ("POST", "/v1/jobs") and who == "everybody":
        pytest.skip("would index for each example")
    address, headers = addresses[who]
    operation = schema()[path][method]

    @given(case=operation.as_strategy())
    @settings(
        max_examples=EXAMPLES,
        phases=[Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Any) -> None:
        answer = case.call(base_url=address, headers=headers, timeout=60)
        if answer.status_code == 503:
            assert answer.headers["content-type"][0].startswith("application/problem+json")
            return
        case.validate_response(answer, checks=CHECKS)

    ask()


CHECKS = [
    schemathesis.checks.not_a_server_error,
    *(
        getattr(checks, name)
        for name in (
            "status_code_conformance",
            "content_type_conformance",
            "response_schema_conformance",
            "response_headers_conformance",
        )
    ),
]
