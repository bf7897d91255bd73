"""``kinolex collections``: lists of spans by name."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kinolex.cli.lazy import given, verb
from kinolex.cli.options import AsJson, opened
from kinolex.cli.out import put, put_json, say, tidy
from kinolex.cli.spans import fragment_of, meant, place_text
from kinolex.cli.times import count, length
from kinolex.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from kinolex.library.kept import Collection

app = verb()

Name = Annotated[str, typer.Argument(metavar="NAME", help="Name or id of a collection.")]
Spans = Annotated[
    list[str] | None,
    typer.Argument(metavar="SPAN", help='"VIDEO#t=10,15", or a whole video.', show_default=False),
]

_Span = tuple[str, float, float, str]


@app.callback(invoke_without_command=True)
def collections(context: typer.Context) -> int:
    """Keep lists of spans by name."""
    return 0 if context.invoked_subcommand else list_collections(context)


@app.command("list")
def list_collections(context: typer.Context, as_json: AsJson = False) -> int:
    """List all collections: name, spans, length."""
    with opened(context, read_only=True) as library:
        found = library.kept.collections()
    if as_json:
        put_json([one.to_dict() for one in found])
    else:
        for one in found:
            whole = sum(item.end - item.start for item in one.items)
            put(f"{one.name}\t{count(len(one.items), 'span')}\t{length(whole)}")
    if not found and not given(context).quiet:
        say("There is no collection yet: `kinolex collections add NAME SPAN` makes one.")
    return 0 if found else 1


@app.command("show")
def show(
    context: typer.Context,
    name: Name,
    uris: Annotated[
        bool, typer.Option("--uris", help="Print media fragments only: PATH#t=START,END.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Show the spans of a collection: number, time, file, note."""
    with opened(context, read_only=True) as library:
        one: Collection = library.kept.collection(name)
        paths = {video.id: video.path for video in library.videos()}
    if as_json:
        put_json(one.to_dict())
        return 0
    for number, item in enumerate(one.items, 1):
        if uris:
            put(fragment_of(paths, item.video, item.start, item.end))
            continue
        where = tidy(paths.get(item.video, f"{item.video} (not in the library)"))
        row = (str(number), place_text(item.start, item.end), where, tidy(item.note))
        put("\t".join(row).rstrip())
    if not one.items and not given(context).quiet:
        say("It is empty: `kinolex collections add NAME SPAN` puts something into it.")
    return 0 if one.items else 1


@app.command("add")
def add(
    context: typer.Context,
    name: Name,
    spans: Spans = None,
    source: Annotated[
        str,
        typer.Option(
            "--from", metavar="FILE", help="The moments of a `search --json`; - reads stdin."
        ),
    ] = "",
    note: Annotated[str, typer.Option(metavar="TEXT", help="A note on each of them.")] = "",
    as_json: AsJson = False,
) -> int:
    """Add spans to a collection; it is made when there is none of that name.

    All moments of a search: kinolex search WORDS --json | kinolex collections add NAME --from -
    """
    with opened(context, read_only=False) as library:
        items = [_item(library, span, note) for span in spans or ()]
        read = _read(source) if source else []
        items += [(video, start, end, note or said) for video, start, end, said in read]
        one = _put(library.kept, name, items)
    if as_json:
        put_json(one.to_dict())
    elif not given(context).quiet:
        say(f"{one.name} holds {count(len(one.items), 'span')}.")
    return 0


def _put(kept: Any, name: str, items: list[Any]) -> Collection:
    """Add to the collection, or make it."""
    from kinolex.library.kept_records import alike

    known = kept.collections()
    if any(name == one.id or alike(name) == alike(one.name) for one in known):
        found: Collection = kept.add_items(kept.collection(name).id, items)
    else:
        found = kept.collect(name, items)
    return found


@app.command("remove")
def remove(
    context: typer.Context,
    name: Name,
    spans: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SPAN",
            help="A span, a video for all its spans, or the number that `show` gives.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Take spans out of a collection."""
    if not spans:
        raise UsageError(
            "No SPAN is given.", hint="`kinolex collections delete NAME` forgets a whole one."
        )
    with opened(context, read_only=False) as library:
        one: Collection = library.kept.collection(name)
        unwanted = [id for span in spans for id in _items_meant(library, one, span)]
        left = library.kept.remove_items(one.id, unwanted)
    if as_json:
        put_json(left.to_dict())
    elif not given(context).quiet:
        say(f"{left.name} holds {count(len(left.items), 'span')}.")
    return 0


@app.command("delete")
def delete(context: typer.Context, name: Name) -> int:
    """Forget a collection; the videos stay."""
    with opened(context, read_only=False) as library:
        one = library.kept.collection(name)
        library.kept.remove_collection(one.id)
    if not given(context).quiet:
        say(f"Forgot {one.name}.")
    return 0


def _item(library: Any, what: str, note: str) -> _Span:
    video, span = meant(library, what)
    return (video.id, *((span.start, span.end) if span else (0.0, video.duration)), note)


def _items_meant(library: Any, one: Collection, what: str) -> list[str]:
    """Ids of the items that a number, a span or a video means."""
    if what.isascii() and what.isdigit() and 1 <= int(what) <= len(one.items):
        return [one.items[int(what) - 1].id]
    video, span = meant(library, what)
    found = [
        item.id
        for item in one.items
        if item.video == video.id
        and (span is None or max(abs(item.start - span.start), abs(item.end - span.end)) < 0.001)
    ]
    if not found:
        raise NotFoundError(
            f"{one.name} does not hold {tidy(what)}.", hint="See `kinolex collections show NAME`."
        )
    return found


def _read(place: str) -> list[_Span]:
    """The spans of a search's JSON, or of a collection's."""
    try:
        text = sys.stdin.read() if place == "-" else Path(place).read_text("utf-8")
        value = json.loads(text)
        if "items" in value:
            return [(i["video"], i["start"], i["end"], i.get("note", "")) for i in value["items"]]
        return [(m["video"]["id"], m["start"], m["end"], "") for m in value["moments"]]
    except OSError as error:
        raise NotFoundError(f"--from {place} cannot be read: {error.strerror}.") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UsageError(
            f"--from {place} holds no moments.", hint="Give what `kinolex search --json` prints."
        ) from error
