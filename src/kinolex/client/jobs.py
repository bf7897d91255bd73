"""Index runs of a server: watched, paused, gone on with, cancelled."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kinolex.client.records import JobEvent
from kinolex.errors import KinolexError

if TYPE_CHECKING:
    from kinolex.client.transport import Transport

__all__ = ["ENDED", "Job", "events_of"]

ENDED = ("done", "failed", "cancelled")
TRIES = 5
PAUSE = 0.5
"""Seconds before a broken stream of events is gone on with."""


class Job:
    """One index run, as the server told of it last; `refresh` asks again.

    Parameters
    ----------
    transport : Transport
        The connection.
    told : mapping
        What the server says of the run.
    """

    def __init__(self, transport: Transport, told: Mapping[str, Any]) -> None:
        self._transport = transport
        self.told: Mapping[str, Any] = told

    def __repr__(self) -> str:
        return f"Job({self.id!r}, {self.state!r}, {self.overall:.0%})"

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.told["id"])

    @property
    def state(self) -> str:
        """``waiting``, ``running``, ``paused``, ``done``, ``failed`` or ``cancelled``."""
        return str(self.told["state"])

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self.state in ENDED

    @property
    def overall(self) -> float:
        """How far it is, from 0 to 1."""
        return float(self.told["overall"])

    @property
    def eta(self) -> float | None:
        """Seconds that are left, where that is known."""
        return None if self.told["eta"] is None else float(self.told["eta"])

    @property
    def failures(self) -> int:
        """Files that could not be done."""
        return int(self.told["failures"])

    @property
    def report(self) -> Mapping[str, Any] | None:
        """What was done, once it is done: ``done``, ``failed``, ``skipped``, ``seconds``."""
        return self.told["report"]  # type: ignore[no-any-return]

    @property
    def error(self) -> Mapping[str, Any] | None:
        """``title`` and ``hint``, where it failed."""
        return self.told["error"]  # type: ignore[no-any-return]

    def refresh(self) -> Job:
        """Ask how far it is."""
        self.told = self._transport.json("GET", f"/v1/jobs/{self.id}")
        return self

    def pause(self) -> Job:
        """End its process; what is whole stays, and can be searched."""
        self.told = self._transport.json("POST", f"/v1/jobs/{self.id}/pause")
        return self

    def resume(self) -> Job:
        """Go on where it was paused."""
        self.told = self._transport.json("POST", f"/v1/jobs/{self.id}/resume")
        return self

    def cancel(self) -> Job:
        """End it for good; what is whole stays."""
        self.told = self._transport.json("DELETE", f"/v1/jobs/{self.id}")
        return self

    def wait(self) -> Job:
        """Return when it is over."""
        for _ in self.events():
            pass
        return self.refresh()

    def events(self, after: int = 0) -> Iterator[JobEvent]:
        """Events as they come, until the run is over.

        A broken connection is made again, and goes on behind the last event.

        Parameters
        ----------
        after : int
            Number of the last event that is known already.

        Raises
        ------
        KinolexError
            If the server cannot be reached any more.
        """
        failed = 0
        while True:
            try:
                with self._transport.stream(
                    f"/v1/jobs/{self.id}/events",
                    patient=True,
                    headers={"Last-Event-ID": str(after), "Accept": "text/event-stream"},
                ) as response:
                    for event in events_of(response.iter_lines()):
                        after, failed = event.number, 0
                        yield event
                        if event.kind == "state" and event.told.get("state") in ENDED:
                            return
            except KinolexError as error:
                if type(error) is not KinolexError:  # the server's own answer
                    raise
                failed += 1
                if failed >= TRIES:
                    raise
                time.sleep(PAUSE * failed)
            else:
                return


def events_of(lines: Iterable[str]) -> Iterator[JobEvent]:
    """Server-sent events (WHATWG HTML, 9.2.6) whose data is JSON.

    Examples
    --------
    >>> [e.told for e in events_of(["id: 7", "event: step", 'data: {"done": 1}', "", ": ping"])]
    [{'done': 1}]
    """
    found: dict[str, list[str]] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(":")
            found.setdefault(name, []).append(value.removeprefix(" "))
            continue
        if "data" in found:
            number = int(found.get("id", ["0"])[-1])
            kind = found.get("event", ["message"])[-1]
            yield JobEvent(number, kind, json.loads("\n".join(found["data"])))
        found = {}
