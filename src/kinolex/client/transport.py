"""Asking a server: the token, the idempotency key, what is tried again, and what becomes an error.

A request that failed before its answer was whole may have been carried out. GET does no harm when
it is sent again; a POST carries an ``Idempotency-Key``, by which the server knows it again
(draft-ietf-httpapi-idempotency-key-header-07). Both are tried again when the connection fails, and
nothing else is.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any

from kinolex.client.problems import error_of
from kinolex.errors import KinolexError, UsageError

if TYPE_CHECKING:
    import httpx

__all__ = ["Transport"]

TRIES = 3
PAUSE = 0.25
"""Seconds before the second try; twice as long before each one after."""


class Transport:
    """A connection to a server.

    Parameters
    ----------
    url : str
        Where the server is: ``http://127.0.0.1:7860``.
    token : str, optional
        Who asks.
    timeout : float
        Seconds without a sign of the server.

    Raises
    ------
    UsageError
        If httpx is missing, or the address is none.
    """

    def __init__(self, url: str, token: str | None = None, *, timeout: float = 60.0) -> None:
        try:
            import httpx
        except ModuleNotFoundError as missing:
            raise UsageError(
                "The client needs httpx.", hint="Run `pip install 'kinolex[client]'`."
            ) from missing
        if not url.startswith(("http://", "https://")):
            raise UsageError(
                f"{url!r} is no address of a server.", hint="Write it like http://127.0.0.1:7860."
            )
        headers = {"Accept": "application/json, application/problem+json;q=0.9, */*;q=0.1"}
        if token:
            if not (token.isascii() and token.isprintable()) or " " in token:
                raise UsageError("This token is none.", hint="Copy it again, without spaces.")
            headers["Authorization"] = f"Bearer {token}"
        self.url = url.rstrip("/")
        self._httpx = httpx
        try:
            self._client = httpx.Client(base_url=self.url, headers=headers, timeout=timeout)
        except (ValueError, httpx.InvalidURL) as error:
            raise UsageError(f"{url!r} is no address of a server: {error}.") from error

    def __enter__(self) -> Transport:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the connection."""
        self._client.close()

    def send(self, method: str, path: str, *, bad: tuple[int, ...] = (), **given: Any) -> Any:
        """Send a request, and again while the connection fails and that is safe.

        Parameters
        ----------
        method, path : str
            What is asked.
        bad : tuple of int
            Statuses that are no success but answers.
        **given
            ``json``, ``params``, ``content``, ``headers`` as httpx takes them.

        Returns
        -------
        httpx.Response

        Raises
        ------
        KinolexError
            What the server says is wrong; or that it cannot be reached.
        """
        if method == "POST":
            given["headers"] = {
                # Said also where there is no body: a server takes a bare POST for a form.
                "Content-Type": "application/json",
                **given.get("headers", {}),
                "Idempotency-Key": str(uuid.uuid4()),
            }
        tries = TRIES if method in ("GET", "POST") else 1
        for number in range(1, tries + 1):
            try:
                response = self._client.request(method, path, **given)
            except self._httpx.TransportError as error:
                if number == tries or not self._connection_failed(error):
                    raise self._unreachable(error) from error
            else:
                # The first try may still be going on: its answer comes with the same key.
                if number == tries or not (number > 1 and _still_going_on(response)):
                    return self._good(response, bad)
            time.sleep(PAUSE * 2 ** (number - 1))
        raise AssertionError("unreachable")

    def json(self, method: str, path: str, **given: Any) -> Any:
        """The JSON that a request is answered with."""
        response = self.send(method, path, **given)
        try:
            return response.json()
        except ValueError as error:
            raise self._stranger() from error

    @contextmanager
    def stream(self, path: str, *, patient: bool = False, **given: Any) -> Iterator[httpx.Response]:
        """An answer piece by piece; ``patient`` waits for the next one for as long as it takes."""
        if patient:
            timeout = self._client.timeout.as_dict() | {"read": None}
            given["timeout"] = self._httpx.Timeout(**timeout)
        try:
            with self._client.stream("GET", path, **given) as response:
                if not response.is_success:
                    response.read()
                    raise error_of(response)
                yield response
        except self._httpx.TransportError as error:
            raise self._unreachable(error) from error

    def _good(self, response: httpx.Response, bad: tuple[int, ...]) -> httpx.Response:
        if not response.is_success and response.status_code not in bad:
            raise error_of(response)
        return response

    def _connection_failed(self, error: Exception) -> bool:
        return isinstance(error, (self._httpx.NetworkError, self._httpx.RemoteProtocolError))

    def _unreachable(self, error: Exception) -> KinolexError:
        if isinstance(error, self._httpx.TimeoutException):
            return KinolexError(
                f"{self.url} does not answer in time.", hint="Give connect() a longer timeout."
            )
        return KinolexError(
            f"{self.url} cannot be reached: {str(error) or type(error).__name__}.",
            hint="Is `kinolex serve` running there?",
        )

    def _stranger(self) -> KinolexError:
        return KinolexError(
            f"What answers at {self.url} is no kinolex server.", hint="Check address and port."
        )


def _still_going_on(response: httpx.Response) -> bool:
    """Whether a server says that the first request with this key is not answered yet."""
    kind = response.headers.get("content-type", "")
    if response.status_code != 409 or not kind.startswith("application/problem+json"):
        return False
    return bool(response.json().get("title") == "Still being done")
