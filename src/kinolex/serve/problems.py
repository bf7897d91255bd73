"""What went wrong, over HTTP: problem details of RFC 9457, or a small page for browsers.

A detail is one sentence of `kinolex.errors`; never a traceback, and never where something lies on
this machine.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from kinolex.errors import (
    KinolexError,
    LibraryBusyError,
    LibraryError,
    LibraryReadOnlyError,
    MediaError,
    ModelMissingError,
    NotFoundError,
    QueryError,
    UsageError,
)
from kinolex.serve.people import ForbiddenError

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send

__all__ = [
    "AsPage",
    "BusyError",
    "NotNowError",
    "Problem",
    "problem",
    "problem_of",
    "send_problem",
    "unfit",
    "wants_page",
    "without_paths",
    "writable",
]

MEDIA_TYPE = "application/problem+json"


class NotNowError(KinolexError):
    """What is asked for does not go with the state that things are in."""


class BusyError(KinolexError):
    """The server does as much of this as it can."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem, as RFC 9457 has it.

    ``type`` is a URI that names the kind (``about:blank``: the status says it all); ``hint`` says
    what to do about it; ``headers`` go with the answer (``Retry-After`` ...).

    Examples
    --------
    >>> Problem(404, "Not found", "No video is called 'x'.").to_dict()["status"]
    404
    """

    status: int
    title: str
    detail: str = ""
    type: str = "about:blank"
    hint: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, hash=False)

    def to_dict(self) -> dict[str, Any]:
        """The members of the JSON object."""
        members = {
            "type": self.type,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "hint": self.hint,
        }
        return {name: value for name, value in members.items() if value}

    def to_json(self) -> bytes:
        """The JSON object; letters that are no text are escaped."""
        return json.dumps(self.to_dict()).encode("ascii")


AsPage = Callable[["Scope", Problem], str]
"""Draws a problem as a whole HTML page; put into ``scope["state"]["as_page"]`` by the app."""


def plain_page(scope: Scope, found: Problem) -> str:
    """The page where the app has none of its own; without scripts, styles and links out."""
    lines = "".join(f"<p>{html.escape(text)}</p>" for text in (found.detail, found.hint) if text)
    title = html.escape(found.title)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f'<h1>{title}</h1>{lines}<p><a href="/">Back to the start</a></p></html>'
    )


def wants_page(scope: Scope) -> bool:
    """Whether who asks would rather see a page: a browser that goes to an address does.

    Compares the weights that ``Accept`` gives to ``text/html`` and to JSON (RFC 9110, 12.5.1).

    Examples
    --------
    >>> wants_page({"headers": [(b"accept", b"text/html,application/json;q=0.9")]})
    True
    >>> wants_page({"headers": [(b"accept", b"*/*")]})
    False
    """
    weights = {b"text/html": 0.0, b"application/json": 0.0, b"application/problem+json": 0.0}
    accept = b",".join(value for name, value in scope["headers"] if name == b"accept")
    for part in accept.split(b","):
        kind, *parameters = (each.strip().lower() for each in part.split(b";"))
        if kind in weights:
            weights[kind] = max(weights[kind], _weight(parameters))
    page = weights.pop(b"text/html")
    return page > max(weights.values())


def _weight(parameters: Iterable[bytes]) -> float:
    for each in parameters:
        if re.fullmatch(rb"q=[01](\.\d{0,3})?", each):
            return float(each[2:])
    return 1.0


def problem(
    status: int,
    title: str = "",
    detail: str = "",
    *,
    type: str = "about:blank",
    hint: str = "",
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem as an answer of Starlette.

    Parameters
    ----------
    status : int
        HTTP status.
    title : str
        The kind in a few words, the same each time; that of the status when empty.
    detail : str
        This time, in one sentence.
    type : str
        URI of the kind.
    hint : str
        What to do about it.
    headers : mapping, optional
        More headers.
    """
    from starlette.responses import Response

    found = Problem(status, title or _phrase(status), detail, type, hint, headers or {})
    return Response(found.to_json(), status, dict(found.headers), MEDIA_TYPE)


async def send_problem(scope: Scope, receive: Receive, send: Send, found: Problem) -> None:
    """Answer with a problem, in pure ASGI: as a page where a browser asks for one."""
    body, kind = found.to_json(), MEDIA_TYPE
    if wants_page(scope):
        draw: AsPage = scope.get("state", {}).get("as_page") or plain_page
        body, kind = draw(scope, found).encode("utf-8", "replace"), "text/html; charset=utf-8"
    headers = [
        (b"content-type", kind.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"vary", b"accept"),
        *(
            (name.lower().encode(), value.encode("latin-1"))
            for name, value in found.headers.items()
        ),
    ]
    await send({"type": "http.response.start", "status": found.status, "headers": headers})
    body = b"" if scope["method"] == "HEAD" else body
    await send({"type": "http.response.body", "body": body})


_KINDS: tuple[tuple[type[KinolexError], int, str, str], ...] = (
    # From the narrow to the wide: the first that fits counts.
    (QueryError, 422, "query", "The question cannot be understood"),
    (UsageError, 400, "usage", "The call is wrong"),
    (ForbiddenError, 403, "forbidden", "Not allowed"),
    (NotFoundError, 404, "not-found", "Not found"),
    (NotNowError, 409, "not-now", "Not now"),
    (BusyError, 503, "overloaded", "Busy"),
    (ModelMissingError, 503, "model-missing", "A model is missing"),
    (MediaError, 422, "media", "The file cannot be read"),
    (LibraryBusyError, 409, "busy", "The library is being written"),
    (LibraryReadOnlyError, 403, "read-only", "The library is read-only"),
    (LibraryError, 503, "library", "The library cannot be used"),
    (KinolexError, 500, "failure", "This could not be done"),
)


def problem_of(error: BaseException, folders: Iterable[Path] = ()) -> Problem:
    """What an error looks like from outside.

    Parameters
    ----------
    error : BaseException
        One of `kinolex.errors` says its own sentence; of any other nothing is told.
    folders : iterable of Path
        The library and its roots: they are cut out of sentences.

    Examples
    --------
    >>> problem_of(NotFoundError("There is no /home/anna/films/a.mp4."),
    ...            [Path("/home/anna/films")]).detail
    'There is no a.mp4.'
    >>> problem_of(KeyError("/etc/secret")).detail
    'Something went wrong inside; the log of the server says what.'
    """
    places = list(folders)
    for kind, status, word, title in _KINDS:
        if isinstance(error, kind):
            return Problem(
                status,
                title,
                without_paths(error.message, places),
                f"urn:kinolex:problem:{word}",
                without_paths(error.hint, places),
                {"Retry-After": "5"} if kind in (BusyError, LibraryBusyError) else {},
            )
    return Problem(
        500, _phrase(500), "Something went wrong inside; the log of the server says what."
    )


_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|\d+")


def unfit(error: Mapping[str, Any]) -> Problem:
    """What a request says that has not the form that it must have (an error of pydantic).

    Examples
    --------
    >>> unfit({"loc": ("query", "t"), "msg": "Input should be a number", "type": "x"}).detail
    't: input should be a number.'
    >>> unfit({"loc": ("path", "job"), "msg": "", "type": "string_pattern_mismatch"}).status
    404
    """
    place, *names = error["loc"]
    if place == "path" and names and str(error["type"]).startswith("string_"):
        hint = "Its id looks different: lists give ids."
        return Problem(404, "Not found", f"There is no such {names[-1]}.", hint=hint)
    if error["type"] == "json_invalid":
        why = error.get("ctx", {}).get("error", "")
        return Problem(422, "It cannot be understood", f"The body is no JSON: {why}."[:500])
    where = ".".join(str(name) for name in names if _NAME.fullmatch(str(name))) or str(place)
    why = str(error["msg"]).removeprefix("Value error, ")
    why = f"{why[:1].lower()}{why[1:]}" if why[1:2].islower() else why
    return Problem(422, "It cannot be understood", f"{where}: {why}."[:500])


@contextmanager
def writable() -> Iterator[None]:
    """Say in a sentence that the library's disk takes nothing more.

    Raises
    ------
    LibraryError
        Instead of any OSError inside.

    Examples
    --------
    >>> try:
    ...     with writable():
    ...         raise OSError(28, "No space left on device")
    ... except LibraryError as error:
    ...     print(error.message)
    Nothing can be written beside the library: no space left on device.
    """
    try:
        yield
    except OSError as error:
        why = (error.strerror or "it failed").lower()
        raise LibraryError(
            f"Nothing can be written beside the library: {why}.",
            hint="Make room on its disk, and let the server write into the library's folder.",
        ) from error


def without_paths(text: str, folders: Iterable[Path] = ()) -> str:
    """A sentence without absolute paths of this machine.

    What lies in one of the folders keeps its path relative to it; any other absolute path of this
    machine, known by its first folder, becomes an ellipsis.

    Examples
    --------
    >>> without_paths("/films/a b/c.mp4 is damaged.", [Path("/films")])
    'a b/c.mp4 is damaged.'
    >>> without_paths("Ask /v1/search?q=dog or read /etc/passwd.")
    'Ask /v1/search?q=dog or read ….'
    """
    for form in sorted({f for folder in folders for f in _forms(folder)}, key=len, reverse=True):
        if len(form) > 1:
            text = re.sub(rf"(?<![\w.-]){re.escape(form)}[/\\]", "", text)
            text = re.sub(rf"(?<![\w.-]){re.escape(form)}(?![\w-])", "…", text)
    return _ABSOLUTE.sub(_unless_address, text)


_ABSOLUTE = re.compile(r"(?:file://|(?<![\w:/.~-]))(?:/[^\s/'\"`,;:?)]+)+/?|\b[A-Za-z]:\\[^\s'\"]+")


def _unless_address(found: re.Match[str]) -> str:
    """An address of this server stays; a path that begins with a folder of this machine goes."""
    path = found[0].removeprefix("file://")
    if path.startswith("/"):
        first = path.split("/")[1]
        try:
            if not first.strip(".") or not Path(f"/{first.rstrip('.')}").exists():
                return found[0]
        except (OSError, ValueError):
            return "…"
    return "…" + ("." if path.endswith(".") else "")


def _forms(folder: Path) -> set[str]:
    """How a folder may be written in a sentence: as it is, with links followed, as a URI."""
    try:
        places = {str(folder), str(folder.absolute()), str(folder.resolve())}
    except OSError:
        places = {str(folder)}
    places |= {repr(place)[1:-1] for place in places}
    places |= {f"file://{quote(place)}" for place in places} | {quote(p) for p in places}
    return {place.rstrip("/\\") for place in places}


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Problem"
