"""Where a server may listen without accounts: only where this machine alone can reach it."""

from __future__ import annotations

import ipaddress
import shlex
from typing import TYPE_CHECKING

from kinolex.errors import UsageError

if TYPE_CHECKING:
    from kinolex.serve.accounts import Accounts

__all__ = ["check_binding", "hosts_for", "is_loopback"]


def is_loopback(host: str) -> bool:
    """Whether an address to listen on can be reached from this machine alone.

    Other names than ``localhost`` are not looked up: what they mean can change.

    Examples
    --------
    >>> [is_loopback(h) for h in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "192.168.1.5", "")]
    [True, True, True, False, False, False]
    """
    bare = host.strip().lower().removeprefix("[").removesuffix("]")
    if bare == "localhost":
        return True
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def check_binding(
    host: str, accounts: Accounts | None, *, behind_proxy: bool = False, place: str = ""
) -> bool:
    """Whether accounts are demanded, and there is one to begin with.

    Parameters
    ----------
    host : str
        Address to listen on.
    accounts : Accounts, optional
        Those of the library, if it has any.
    behind_proxy : bool
        Whether a proxy on this machine or near hands requests on: then they come from anywhere.
    place : str
        The library, to be named in what is to be done.

    Returns
    -------
    bool
        False on loopback: whoever asks from this machine may do everything.

    Raises
    ------
    UsageError
        If accounts are demanded and there is no admin.

    Examples
    --------
    >>> check_binding("127.0.0.1", None)
    False
    """
    if is_loopback(host) and not behind_proxy:
        return False
    library = f"--library {shlex.quote(place)} " if place else ""
    people = accounts.people() if accounts is not None else []
    if not any(person.may("admin") for person in people):
        why = (
            f"a server on {host or 'every address'} can be reached from other machines"
            if not is_loopback(host)
            else "a proxy hands on requests from other machines"
        )
        raise UsageError(
            f"Accounts are needed, because {why}, and there is no admin yet.",
            hint=f"Make one: `kinolex {library}accounts add NAME --role admin`.",
        )
    return True


def hosts_for(host: str, names: tuple[str, ...] = ()) -> tuple[tuple[str, ...], bool]:
    """What to give to `kinolex.serve.guard.Hosts`: names, and whether every address is good.

    Examples
    --------
    >>> hosts_for("0.0.0.0", ("films.example",))
    (('films.example',), True)
    >>> hosts_for("127.0.0.1")
    ((), False)
    """
    return tuple(names), not is_loopback(host)
