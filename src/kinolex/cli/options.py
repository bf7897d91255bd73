"""Options that several verbs share, and what people may write in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from kinolex.errors import UsageError
from kinolex.moments import CHANNELS
from kinolex.registries import nearest

__all__ = ["AsJson", "Plain", "Yes", "channels_of", "opened", "place_of"]

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Plain = Annotated[
    bool, typer.Option("--plain", help="Plain lines instead of bars, in a terminal too.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def channels_of(values: Sequence[str]) -> tuple[str, ...]:
    """Channels that were named, repeated or with commas, each once.

    Raises
    ------
    UsageError
        If there is no such channel.

    Examples
    --------
    >>> channels_of(["speech,screen", "speech"])
    ('speech', 'screen')
    """
    names = [name.strip().lower() for value in values for name in value.split(",")]
    for name in names:
        if name and name not in CHANNELS:
            raise UsageError(
                f"There is no channel {name!r}.{nearest(name, CHANNELS)}",
                hint=f"Choose from {', '.join(CHANNELS)}.",
            )
    return tuple(dict.fromkeys(name for name in names if name))


def place_of(context: Any) -> str:
    """The library's folder, as the person would name it."""
    from kinolex.cli.lazy import given
    from kinolex.settings import default_library

    return given(context).library or str(default_library())


def opened(context: Any, *, read_only: bool, **changes: Any) -> Any:
    """Open the library of this call (`kinolex.api.open`), with changes of the settings."""
    from kinolex import api
    from kinolex.cli.lazy import given
    from kinolex.settings import settings_from

    settings = settings_from(**changes) if changes else None
    return api.open(given(context).library or None, read_only=read_only, settings=settings)
