"""What a server refuses, as the errors that the library itself would raise.

Problem details after RFC 9457: the type says which error, else the status does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    import httpx

__all__ = ["error_of", "problem_error"]

_KINDS: dict[str, type[KinolexError]] = {
    "query": QueryError,
    "usage": UsageError,
    "forbidden": UsageError,
    "not-found": NotFoundError,
    "not-now": UsageError,
    "model-missing": ModelMissingError,
    "busy": LibraryBusyError,
    "read-only": LibraryReadOnlyError,
    "library": LibraryError,
}
_STATUS: dict[int, type[KinolexError]] = {
    400: UsageError,
    401: UsageError,
    403: UsageError,
    404: NotFoundError,
    405: UsageError,
    409: LibraryBusyError,
    413: UsageError,
    415: UsageError,
    422: QueryError,
}


def problem_error(status: int, told: dict[str, Any]) -> KinolexError:
    """The error that a problem means.

    Parameters
    ----------
    status : int
        HTTP status.
    told : dict
        Members of the problem; may be empty.

    Examples
    --------
    >>> problem_error(404, {"detail": "There is no such video.", "hint": "Look again."})
    NotFoundError('There is no such video.')
    >>> problem_error(503, {"type": "urn:kinolex:problem:model-missing", "title": "A model"})
    ModelMissingError('A model')
    """
    kind = str(told.get("type", "")).removeprefix("urn:kinolex:problem:")
    message = str(told.get("detail") or told.get("title") or f"The server answered {status}.")
    hint = str(told.get("hint", ""))
    if status == 401:
        hint = hint or "Give connect() a token: an admin makes one with `kinolex accounts`."
    if kind == "media":
        return MediaError(message, reason="unreadable", hint=hint)
    return (_KINDS.get(kind) or _STATUS.get(status) or KinolexError)(message, hint=hint)


def error_of(response: httpx.Response) -> KinolexError:
    """The error that an answer means; its body must have been read."""
    if response.is_redirect:
        return KinolexError(
            f"The server sends elsewhere ({response.headers.get('location', '')[:200]}).",
            hint="Connect to the address that it has.",
        )
    try:
        told = response.json()
    except ValueError:
        told = {}
    return problem_error(response.status_code, told if isinstance(told, dict) else {})
