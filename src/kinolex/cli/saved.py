"""``kinolex saved``: questions by name, and what is new in their answers."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kinolex.cli.lazy import given, verb
from kinolex.cli.options import AsJson, channels_of, opened
from kinolex.cli.out import put, put_json, say, tidy
from kinolex.cli.search import (
    After,
    Before,
    Channel,
    Folder,
    Group,
    Lang,
    Like,
    MaxLength,
    MinLength,
    SearchCommand,
    Tagged,
    Within,
    Words,
    group_of,
    no_blanks,
    question,
)
from kinolex.cli.search import show as show_answer
from kinolex.cli.times import count, seconds_of

if TYPE_CHECKING:
    from kinolex.library.kept import Saved

app = verb()

Name = Annotated[str, typer.Argument(metavar="NAME", help="Name or id of a saved search.")]


@app.callback(invoke_without_command=True)
def saved(context: typer.Context) -> int:
    """Keep questions by name, and see what is new in their answers."""
    return 0 if context.invoked_subcommand else list_saved(context)


@app.command("list")
def list_saved(context: typer.Context, as_json: AsJson = False) -> int:
    """List saved searches: name, moments in videos not seen before, question."""
    with opened(context, read_only=True) as library:
        found = library.kept.saved()
        unseen = library.unseen()
    if as_json:
        put_json([{**one.to_dict(), "unseen": unseen.get(one.id)} for one in found])
    else:
        for one in found:
            new = f"{unseen[one.id]} new" if one.id in unseen else "cannot be asked"
            put(f"{one.name}\t{new}\t{asked(one.question)}")
    if not found and not given(context).quiet:
        say("No search is saved yet: `kinolex saved add NAME WORDS` does it.")
    return 0 if found else 1


@app.command("add", cls=SearchCommand, context_settings={"ignore_unknown_options": True})
def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What to call it.")],
    text: Words = None,
    like: Like = None,
    within: Within = None,
    channel: Channel = None,
    after: After = "",
    before: Before = "",
    folder: Folder = "",
    min_length: MinLength = "",
    max_length: MaxLength = "",
    lang: Lang = "",
    tag: Tagged = None,
    group: Group = "moment",
    as_json: AsJson = False,
) -> int:
    """Keep a question by name; words and options are those of kinolex search."""
    no_blanks({"--like": like, "--in": within, "--channel": channel, "--tag": tag})
    with opened(context, read_only=False) as library:
        one: Saved = library.save_search(
            name,
            question(text or []),
            like=like,
            video=within,
            channels=channels_of(channel or ()),
            after=after,
            before=before,
            folder=folder,
            min_length=seconds_of(min_length, "--min-length") if min_length else None,
            max_length=seconds_of(max_length, "--max-length") if max_length else None,
            language=lang,
            tag=tag,
            group="video" if group_of(group) == "video" else "",
        )
    if as_json:
        put_json(one.to_dict())
    elif not given(context).quiet:
        say(f"Saved {one.name}: {asked(one.question)}.")
    return 0


@app.command("show")
def show(
    context: typer.Context,
    name: Name,
    peek: Annotated[bool, typer.Option("--peek", help="Leave what is new counted as new.")] = False,
    as_json: AsJson = False,
) -> int:
    """Ask a saved search; what it finds counts as seen from then on."""
    started = time.perf_counter()
    with opened(context, read_only=peek) as library:
        one = library.kept.find_saved(name)
        answer = library.saved_search(one.id)
        new = library.kept.unseen(one.id, [m.video.id for m in answer.moments])
        if not peek:
            library.kept.look(one.id, {m.video.id for m in answer.moments})
        empty = answer.nothing_found and not library.status().videos
    seconds = time.perf_counter() - started
    show_answer(context, answer, seconds, empty=empty, form="json" if as_json else "table")
    if answer.moments and not as_json and not given(context).quiet:
        say(f"{count(new, 'moment')} in videos that were not seen before.")
    return 1 if answer.nothing_found else 0


@app.command("delete")
def delete(context: typer.Context, name: Name) -> int:
    """Forget a saved search."""
    with opened(context, read_only=False) as library:
        one = library.kept.find_saved(name)
        library.kept.unsave(one.id)
    if not given(context).quiet:
        say(f"Forgot {one.name}.")
    return 0


def asked(question: Mapping[str, Any]) -> str:
    """A saved question in one line: its words, then what it is limited to.

    Examples
    --------
    >>> asked({"text": "red cup", "tag": ["beach"], "min_length": 90.0})
    'red cup, tag beach, min length 90'
    """
    said = [tidy(str(question["text"]))] if question.get("text") else []
    for key, value in question.items():
        if key != "text":
            values = value if isinstance(value, list) else [value]
            shown = (f"{v:g}" if isinstance(v, float) else tidy(str(v)) for v in values)
            said += [f"{key.replace('_', ' ')} {one}" for one in shown]
    return ", ".join(said)
