"""Work on the server: index runs and exports."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from kinolex.client.jobs import Job
from kinolex.client.questions import Spans, several, spans_body
from kinolex.client.records import Folder, Root
from kinolex.client.saving import saved_to
from kinolex.errors import KinolexError

if TYPE_CHECKING:
    from kinolex.client.transport import Transport

__all__ = ["Working"]

PAUSE = 0.5


class Working:
    """Methods of `Client` that let the server work."""

    if TYPE_CHECKING:
        _transport: Transport

    def roots(self) -> list[Root]:
        """Folders of the library."""
        told = self._transport.json("GET", "/v1/roots")["roots"]
        return [Root(r["id"], r["name"], r["path"], r["present"]) for r in told]

    def folders(self, folder: str | Folder = "") -> list[Folder]:
        """Folders of the server that can be added; those below one, where it is given."""
        name = folder.id if isinstance(folder, Folder) else folder
        path = f"/v1/folders/{quote(name, safe='')}" if name else "/v1/folders"
        told = self._transport.json("GET", path)["folders"]
        return [Folder(one["id"], one["name"]) for one in told]

    def index(
        self,
        folder: str | Folder = "",
        *,
        roots: str | Root | Sequence[str | Root] | None = None,
        only: str | Sequence[str] = (),
        redo: bool = False,
        retry: bool = False,
    ) -> Job:
        """Begin an index run; it goes on without this client.

        Parameters
        ----------
        folder : str or Folder
            One more folder to add, from `folders`.
        roots : str, Root, or several, optional
            Only these; without them and without ``folder`` everything.
        only : str or sequence of str
            Channels to fill; all when empty.
        redo : bool
            Do them again even where they are up to date.
        retry : bool
            Try failed files again instead.
        """
        named = [roots] if isinstance(roots, Root) else several(roots)
        body = {
            "roots": [one.id if isinstance(one, Root) else one for one in named],
            "folder": (folder.id if isinstance(folder, Folder) else folder) or None,
            "only": several(only),
            "redo": redo,
            "retry": retry,
        }
        return Job(self._transport, self._transport.json("POST", "/v1/jobs", json=body))

    def jobs(self) -> list[Job]:
        """Index runs of the server since it was started, newest first."""
        told = self._transport.json("GET", "/v1/jobs")["jobs"]
        return [Job(self._transport, one) for one in told]

    def job(self, name: str) -> Job:
        """One index run by its id."""
        told = self._transport.json("GET", f"/v1/jobs/{quote(name, safe='')}")
        return Job(self._transport, told)

    def formats(self) -> list[dict[str, str]]:
        """What can be exported: ``name``, ``title``, ``suffix``, ``media_type``."""
        return list(self._transport.json("GET", "/v1/exports/formats")["formats"])

    def export(
        self,
        spans: Spans,
        format: str,
        to: str | PathLike[str] = "",
        *,
        pad: float = 0.0,
        title: str = "",
        exact: bool = False,
        drop_frame: bool | None = None,
        sources: Sequence[str] = (),
        patience: float = 600.0,
    ) -> Path:
        """Let the server export spans, and fetch the file.

        Parameters
        ----------
        spans : str, Moment, Video, (id, start, end), or several
            What to export, in order.
        format : str
            One of `formats`.
        to : path-like
            A file, which is replaced; or a folder (default: the current one).
        pad, title, exact, drop_frame, sources
            As for ``Library.export``.
        patience : float
            Seconds after which waiting ends.

        Raises
        ------
        UsageError
            If there is no such format, or it cannot take these spans.
        KinolexError
            If it failed, or took too long; then the server gives it up.
        """
        body: dict[str, Any] = {
            "format": format,
            "spans": spans_body(spans),
            "pad": pad,
            "exact": exact,
            "drop_frame": drop_frame,
            "sources": list(sources),
        }
        told = self._transport.json(
            "POST", "/v1/exports", json=body | ({"title": title} if title else {})
        )
        own = f"/v1/exports/{told['id']}"
        try:
            told = self._done(own, told, patience)
        except BaseException:  # also Ctrl-C: the server must not go on for nobody
            with contextlib.suppress(KinolexError):
                self._transport.send("DELETE", own)
            raise
        if told["state"] != "done":
            error = told["error"]
            raise KinolexError(error["title"], hint=error["hint"])
        with self._transport.stream(f"{own}/file") as response:
            return saved_to(to, told["file"], response.iter_bytes())

    def _done(self, own: str, told: dict[str, Any], patience: float) -> dict[str, Any]:
        """What is told of an export when it is no longer under way."""
        until = time.monotonic() + patience
        while told["state"] == "running":
            if time.monotonic() > until:
                raise KinolexError(
                    f"The export is not done after {patience:.0f} s.", hint="Export fewer spans."
                )
            time.sleep(PAUSE)
            told = self._transport.json("GET", own)
        return told
