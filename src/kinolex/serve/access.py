"""Who asks, and whether they may: what every route depends on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request

from kinolex.serve.people import ForbiddenError, Person, Role
from kinolex.serve.place import Place

__all__ = ["Admin", "At", "Editor", "Viewer", "needs", "person_of", "place_of"]


def person_of(request: Request) -> Person:
    """The person of a request, as the guard found out."""
    found: Person | None = request.scope.get("state", {}).get("person")
    if found is None:
        # Without the guard nobody is known, and nothing may be seen.
        raise ForbiddenError("It is not known who asks.", hint="Log in.")
    return found


def place_of(request: Request) -> Place:
    """The server's library and threads."""
    found: Place = request.app.state.place
    return found


def needs(role: Role, *, writes: bool = False) -> Callable[[Request], Person]:
    """Make a dependency that gives the person, or refuses.

    Parameters
    ----------
    role : {"viewer", "editor", "admin"}
        What it takes.
    writes : bool
        Whether a server started with ``--read-only`` refuses.
    """

    def allowed(request: Request) -> Person:
        person = person_of(request)
        if not person.may(role):
            raise ForbiddenError(
                f"This needs the role {role}.", hint="Ask an admin of this library."
            )
        if writes and place_of(request).options.read_only:
            raise ForbiddenError(
                "This server was started with --read-only.", hint="Nothing can be changed here."
            )
        return person

    return allowed


At = Annotated[Place, Depends(place_of)]
Viewer = Annotated[Person, Depends(needs("viewer"))]
Editor = Annotated[Person, Depends(needs("editor", writes=True))]
Admin = Annotated[Person, Depends(needs("admin", writes=True))]
