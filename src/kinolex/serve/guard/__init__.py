"""The guards before every answer, each pure ASGI: streams and cancellation pass through them.

Start reading at `guarded`, which puts them into order; then `hosts`, `forwarded`, `headers`,
`bodies`, `who`, `csrf` and `rates`, one concern each. `failures` is the last net. None opens a
file, or makes a path of anything that a request says.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from kinolex.serve.guard.asgi import address_of, person_of
from kinolex.serve.guard.bodies import MOST, Bodies, Pace
from kinolex.serve.guard.csrf import Csrf
from kinolex.serve.guard.failures import Failures
from kinolex.serve.guard.forwarded import Forwarded
from kinolex.serve.guard.headers import Headers
from kinolex.serve.guard.hosts import Hosts, Targets
from kinolex.serve.guard.rates import Rates, Visits, kind_of
from kinolex.serve.guard.who import OPEN, Who
from kinolex.serve.limits import Limits
from kinolex.serve.problems import AsPage

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Scope

    from kinolex.serve.accounts import Accounts

__all__ = [
    "Bodies",
    "Csrf",
    "Failures",
    "Forwarded",
    "Headers",
    "Hosts",
    "Pace",
    "Rates",
    "Targets",
    "Visits",
    "Who",
    "address_of",
    "guarded",
    "person_of",
]


def guarded(
    app: ASGIApp,
    accounts: Accounts | None,
    *,
    hosts: Iterable[str] = (),
    any_address: bool = False,
    proxies: Iterable[str] = (),
    most: int = MOST,
    larger: Mapping[str, int] | None = None,
    pace: Pace | None = None,
    limits: Limits | None = None,
    kind: Callable[[Scope], str] = kind_of,
    open_paths: Iterable[str] = OPEN,
    folders: Callable[[], Iterable[Path]] = tuple,
    as_page: AsPage | None = None,
) -> ASGIApp:
    """An app with every guard before it, in the order that each needs.

    Parameters
    ----------
    app : ASGI application
        What is guarded.
    accounts : Accounts, optional
        None where no accounts are demanded (`kinolex.serve.binding.check_binding` says whether).
    hosts, any_address
        See `Hosts`.
    proxies
        See `Forwarded`.
    most, larger, pace
        See `Bodies`.
    limits : Limits, optional
        ``Limits()`` with accounts and ``Limits.alone()`` without by default.
    kind
        See `Rates`.
    open_paths
        See `Who`.
    folders, as_page
        See `Failures`.
    """
    limits = limits or (Limits() if accounts is not None else Limits.alone())
    key = os.urandom(32) if accounts is None else accounts.key("csrf")
    # From the inside out: the last one here is the first to see a request.
    app = Rates(app, limits, kind=kind)
    app = Csrf(app, key)
    app = Who(app, accounts, open_paths=open_paths)
    app = Bodies(app, most, larger=larger, pace=pace)
    app = Visits(app, limits.visits)
    app = Hosts(app, hosts, any_address=any_address)
    app = Targets(app)
    app = Failures(app, folders=folders, as_page=as_page)
    app = Headers(app)
    return Forwarded(app, proxies)
