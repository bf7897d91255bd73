"""The whole server: the application behind its guards, with accounts where they are demanded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kinolex.serve.accounts import Accounts
from kinolex.serve.app import create
from kinolex.serve.audit import Audit
from kinolex.serve.binding import check_binding, hosts_for
from kinolex.serve.guard import guarded
from kinolex.serve.limits import Limits
from kinolex.serve.login import Login, login_routes
from kinolex.serve.options import MOST_UPLOADED, ServeOptions
from kinolex.serve.pages import drawn_problem

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.types import ASGIApp

__all__ = ["walled"]


def walled(options: ServeOptions, *, limits: Limits | None = None) -> ASGIApp:
    """Make the server.

    Parameters
    ----------
    options : ServeOptions
    limits : Limits, optional
        How often somebody may ask; see `guarded` for what holds otherwise.

    Raises
    ------
    UsageError
        If it can be reached from elsewhere and there is no account to begin with.
    """
    known = Accounts.open(options.library) if Accounts.exist(options.library) else None
    behind = bool(options.proxies)
    demanded = check_binding(options.host, known, behind_proxy=behind, place=str(options.library))
    accounts = known if demanded else None
    audit = Audit.open(options.library) if accounts is not None else None
    app = create(options, audit=audit, at_end=[x.close for x in (known, audit) if x is not None])
    if accounts is not None and audit is not None:
        app.router.routes[:0] = login_routes(Login(accounts, audit))
    names, any_address = hosts_for(options.host, options.hosts)
    return guarded(
        app,
        accounts,
        hosts=names,
        any_address=any_address,
        proxies=options.proxies,
        # A question may bring its picture, whose base64 takes a third more.
        larger={"/v1/pictures": MOST_UPLOADED + 1, "/v1/search": MOST_UPLOADED * 7 // 5},
        limits=limits,
        folders=lambda: _folders(app, options),
        as_page=drawn_problem,
    )


def _folders(app: FastAPI, options: ServeOptions) -> list[Path]:
    """The library and its roots, whose paths no sentence may tell."""
    place = getattr(app.state, "place", None)
    return place.folders_known() if place is not None else [options.library]
