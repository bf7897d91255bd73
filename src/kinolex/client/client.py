"""`connect` and `Client`."""

from __future__ import annotations

from types import TracebackType

from kinolex.client.asking import Asking
from kinolex.client.keeping import Keeping
from kinolex.client.looking import Looking
from kinolex.client.transport import Transport
from kinolex.client.working import Working
from kinolex.moments import Video

__all__ = ["Client", "connect"]


def connect(url: str, token: str | None = None, *, timeout: float = 60.0) -> Client:
    """Talk to a server; nothing is sent until something is asked.

    Parameters
    ----------
    url : str
        Where it is: ``http://127.0.0.1:7860``.
    token : str, optional
        Where the server has accounts: who asks.
    timeout : float
        Seconds without a sign of the server after which a call fails.

    Raises
    ------
    UsageError
        If httpx is missing (``pip install 'kinolex[client]'``), or the address is none.

    Examples
    --------
    >>> with connect("http://127.0.0.1:7860") as client:  # doctest: +SKIP
    ...     for moment in client.search("a red cup"):
    ...         print(moment.video.title, moment.start, moment.end)
    """
    return Client(Transport(url, token, timeout=timeout))


class Client(Asking, Looking, Working, Keeping):
    """A server, and the questions that it answers; made by `connect`.

    One thread at a time. Errors are those of `kinolex.errors`: `QueryError` and `UsageError` for
    wrong calls (also where whoever asks may not), `NotFoundError`, `LibraryBusyError` ...; a plain
    `KinolexError` where the server cannot be reached.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._videos: dict[str, Video] = {}

    def __repr__(self) -> str:
        return f"Client({self.url!r})"

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def url(self) -> str:
        """Where the server is."""
        return self._transport.url

    def close(self) -> None:
        """End the connection."""
        self._transport.close()
