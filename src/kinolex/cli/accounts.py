"""``kinolex accounts``: who may ask a served library."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kinolex.cli.lazy import given, verb
from kinolex.cli.options import AsJson, opened, place_of
from kinolex.cli.out import put, put_json, say, tidy
from kinolex.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from kinolex.library.records import Root
    from kinolex.serve.accounts import Accounts, Person, Token
    from kinolex.serve.audit import Entry

app = verb()

Name = Annotated[str, typer.Argument(metavar="NAME", help="Whose account; case does not count.")]
RoleName = Annotated[
    str, typer.Argument(metavar="ROLE", help="viewer, editor or admin.", show_default=False)
]
Folders = Annotated[
    list[str] | None,
    typer.Option("--root", metavar="FOLDER", help="See only this folder; repeat for several."),
]
FromStdin = Annotated[
    bool,
    typer.Option("--password-stdin", help="Read the password from the first line of stdin."),
]


@app.callback(no_args_is_help=True)
def accounts() -> None:
    """Say who may ask a served library: people, roles, passwords, tokens.

    A server that only this machine can reach needs no accounts. A viewer looks and searches, an
    editor also changes the library, an admin also its people.
    """


@app.command("list")
def list_people(context: typer.Context, as_json: AsJson = False) -> int:
    """List everybody with an account; exit code 1 when there is nobody."""
    found: list[Person] = []
    if _there(context):
        with _accounts(context) as known:
            found = known.people()
    names = _root_names(context)
    if as_json:
        rows = [{"name": p.name, "role": p.role, "roots": _listed(p.roots)} for p in found]
        put_json(rows)
    else:
        for person in found:
            put(person_line(person, names))
    if not found and not given(context).quiet:
        say("There are no accounts yet: `kinolex accounts add NAME --role admin` makes one.")
    return 0 if found else 1


@app.command("add")
def add(
    context: typer.Context,
    name: Name,
    role: Annotated[str, typer.Option(metavar="ROLE", help="viewer, editor or admin.")] = "viewer",
    root: Folders = None,
    password_stdin: FromStdin = False,
) -> int:
    """Make an account; the password is asked for."""
    from kinolex.serve.people import checked_name, checked_role

    checked_name(name)
    wanted = checked_role(role)
    roots = _roots_of(context, root) if root else None
    password = password_from(name, from_stdin=password_stdin)
    with _accounts(context, "add", name) as known:
        person = known.add(name, password, wanted, roots)
    _done(context, f"{person.name} is {person.role} now.")
    return 0


@app.command("password")
def password(context: typer.Context, name: Name, password_stdin: FromStdin = False) -> int:
    """Give somebody a new password; every session of theirs ends, tokens go on."""
    with _accounts(context) as known:
        if known.person(name) is None:
            raise NotFoundError(
                f"There is no account {name!r}.", hint="See `kinolex accounts list`."
            )
    new = password_from(name, from_stdin=password_stdin)
    with _accounts(context, "password", name) as known:
        known.change(name, password=new)
        tokens = len(known.tokens(name))
    _done(context, f"{name} has a new password; every session has ended.")
    if tokens:
        _done(context, f"{tokens} of their tokens go on: see `kinolex accounts tokens {name}`.")
    return 0


@app.command("role")
def role(context: typer.Context, name: Name, role: RoleName) -> int:
    """Change somebody's role; every session of theirs ends."""
    from kinolex.serve.people import checked_role

    wanted = checked_role(role)
    with _accounts(context, "role", f"{name} {wanted}") as known:
        person = known.change(name, role=wanted)
    _done(context, f"{person.name} is {person.role} now.")
    return 0


@app.command("roots")
def roots(
    context: typer.Context,
    name: Name,
    folders: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FOLDER]...", help="The only folders that they see."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every folder, also later ones.")] = False,
    none: Annotated[bool, typer.Option("--none", help="No folder at all.")] = False,
) -> int:
    """Change which folders somebody sees."""
    if bool(folders) + every + none != 1:
        raise UsageError("Say which folders: FOLDER..., or --all, or --none.")
    wanted = None if every else _roots_of(context, folders or ())
    with _accounts(context, "roots", name) as known:
        person = known.change(name, roots=wanted)
    _done(context, person_line(person, _root_names(context)))
    return 0


@app.command("remove")
def remove(context: typer.Context, name: Name) -> int:
    """Remove an account with its sessions and tokens."""
    with _accounts(context, "remove", name) as known:
        known.remove(name)
    _done(context, f"{name} has no account any more.")
    return 0


@app.command("token")
def token(
    context: typer.Context,
    name: Name,
    label: Annotated[str, typer.Option(metavar="WORDS", help="What it is for.")],
    role: Annotated[
        str, typer.Option(metavar="ROLE", help="At most this role; that of NAME by default.")
    ] = "",
    days: Annotated[
        int, typer.Option(metavar="N", help="How long it is good; 0 is for ever.")
    ] = 365,
) -> int:
    """Make an API token for a program; it is shown this once."""
    from kinolex.serve.people import checked_role

    wanted = checked_role(role) if role else None
    with _accounts(context, "token", name) as known:
        secret = known.make_token(name, label, role=wanted, days=days or None)
    put(secret)
    _done(context, "It is not shown again. Programs send it as Authorization: Bearer TOKEN.")
    return 0


@app.command("tokens")
def tokens(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Only those of NAME.", show_default=False)
    ] = "",
    as_json: AsJson = False,
) -> int:
    """List tokens, without their secrets; exit code 1 when there is none."""
    found: list[Token] = []
    if _there(context):
        with _accounts(context) as known:
            found = known.tokens(name or None)
    if as_json:
        put_json([each.to_dict() for each in found])
    else:
        for each in found:
            put(token_line(each))
    if not found and not given(context).quiet:
        say("There are no tokens: `kinolex accounts token NAME --label WORDS` makes one.")
    return 0 if found else 1


@app.command("revoke")
def revoke(
    context: typer.Context,
    id: Annotated[str, typer.Argument(metavar="ID", help="The token's id, from `tokens`.")],
) -> int:
    """End a token for good."""
    with _accounts(context, "revoke", id) as known:
        ended = known.revoke(id)
    _done(context, f"The token {tidy(ended.label)!r} of {ended.person} is no good any more.")
    return 0


@app.command("audit")
def audit(
    context: typer.Context,
    limit: Annotated[int, typer.Option(metavar="N", help="At most so many entries.")] = 50,
    before: Annotated[
        int, typer.Option(metavar="ID", help="Only older ones than this entry.", show_default=False)
    ] = 0,
    as_json: AsJson = False,
) -> int:
    """Show who did what through the server, newest first."""
    from kinolex.serve.audit import Audit

    found: list[Entry] = []
    place = Path(place_of(context)).expanduser()
    if Audit.exist(place):
        with Audit.open(place) as log:
            found = log.entries(limit, before or None)
    if as_json:
        put_json([entry.to_dict() for entry in found])
    else:
        for entry in found:
            put(entry_line(entry))
    if not found and not given(context).quiet:
        say("Nothing is in the audit log.")
    return 0 if found else 1


def password_from(name: str, *, from_stdin: bool) -> str:
    """A new password: typed twice without being seen, or the first line of stdin.

    Raises
    ------
    UsageError
        If it is not good, the two differ, or nobody is there to type it.
    """
    from getpass import getpass

    from kinolex.serve.passwords import checked_password

    if from_stdin:
        return checked_password(name, sys.stdin.readline().rstrip("\r\n"))
    if not sys.stdin.isatty():
        raise UsageError(
            "Nobody is here to type a password.", hint="Give it on stdin with --password-stdin."
        )
    first = checked_password(name, getpass(f"New password for {tidy(name)}: "))
    if getpass("The same again: ") != first:
        raise UsageError("The two passwords differ.", hint="Try again.")
    return first


def person_line(person: Person, roots: dict[str, str]) -> str:
    r"""One person as a line: name, role, what they see.

    Examples
    --------
    >>> from kinolex.serve.people import Person
    >>> person_line(Person("anna", "viewer", frozenset({"r1"})), {"r1": "/films"})
    'anna\tviewer\t/films'
    """
    seen = "every folder"
    if person.roots is not None:
        named = sorted(roots.get(root, f"(unknown folder {root})") for root in person.roots)
        seen = ", ".join(tidy(name) for name in named) or "no folder"
    return f"{person.name}\t{person.role}\t{seen}"


def token_line(token: Token) -> str:
    """One token as a line: id, person, label, role, when it ends, when it was last used."""
    ends = f"until {_day(token.ends)}" if token.ends is not None else "for ever"
    used = f"used {_day(token.used)}" if token.used is not None else "never used"
    role = token.role or "role of the person"
    return "\t".join((token.id, token.person, tidy(token.label), role, ends, used))


def entry_line(entry: Entry) -> str:
    """One entry of the audit log as a line."""
    when = entry.at.astimezone().isoformat(" ", "seconds")
    who = entry.person or "-"
    said = (entry.action, entry.what or "-", entry.outcome, entry.address or "-")
    return "\t".join((str(entry.id), when, who, *said))


def _day(seconds: float) -> str:
    return dt.datetime.fromtimestamp(seconds).astimezone().date().isoformat()


def _there(context: Any) -> bool:
    from kinolex.serve.accounts import Accounts

    return Accounts.exist(Path(place_of(context)))


@contextmanager
def _accounts(context: Any, action: str = "", what: str = "") -> Iterator[Accounts]:
    """The accounts of this call's library; what is done to them is written down."""
    from kinolex.errors import KinolexError
    from kinolex.serve.accounts import Accounts
    from kinolex.serve.audit import Audit

    place = Path(place_of(context)).expanduser()
    outcome = "ok"
    try:
        with Accounts.open(place) as found:
            yield found
    except KinolexError:
        outcome = "refused"
        raise
    finally:
        if action and place.is_dir():
            with Audit.open(place) as log:
                log.record("", f"accounts {action}", what, outcome, "command line")


def _done(context: Any, sentence: str) -> None:
    if not given(context).quiet:
        say(sentence)


def _library_roots(context: Any) -> list[Root]:
    with opened(context, read_only=True) as library:
        found: list[Root] = library.roots()
        return found


def _root_names(context: Any) -> dict[str, str]:
    return {root.id: str(root.path) for root in _library_roots(context)}


def _roots_of(context: Any, folders: Sequence[str]) -> Collection[str]:
    """Ids of roots by their folders.

    Raises
    ------
    NotFoundError
        If a folder is not one that was indexed as such.
    """
    known = _library_roots(context)
    ids = []
    for folder in folders:
        real = Path(folder).expanduser().resolve()
        match = [root.id for root in known if root.id == folder or root.path == real]
        if not match:
            names = ", ".join(tidy(str(root.path)) for root in known) or "none yet"
            raise NotFoundError(
                f"{tidy(folder)} is not a folder of this library.", hint=f"There are: {names}."
            )
        ids += match
    return ids


def _listed(roots: Collection[str] | None) -> list[str] | None:
    return None if roots is None else sorted(roots)
