"""``kinolex search``: ask, and print moments."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from kinolex.cli.lazy import given, verb
from kinolex.cli.options import AsJson, channels_of, opened, place_of
from kinolex.cli.out import draws, put, put_json, say, width
from kinolex.cli.sentences import found, nothing_found, understood, waiting
from kinolex.cli.tables import plain_row, result_lines
from kinolex.cli.times import seconds_of
from kinolex.errors import UsageError
from kinolex.registries import nearest

if TYPE_CHECKING:
    from kinolex.moments import Answer

app = verb()


class SearchCommand(TyperCommand):
    """Lets words like ``-ball`` through as words, but no misspelt ``--option``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Tell options from words that begin with a hyphen."""
        known = {name for p in self.params for name in (*p.opts, *p.secondary_opts)}
        known.add("--help")
        for number, word in enumerate(args):
            if word == "--":
                break
            name = word.partition("=")[0]
            if name.startswith("--") and name not in known:
                ctx.fail(f"No such option: {name}.{nearest(name, known)}")
            if word == "-0":
                args[number] = "--null"
        return super().parse_args(ctx, args)


Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="WORDS",
        help="Words; '\"exact words\"'; -excluded; @taught; dates and file names are understood.",
        show_default=False,
    ),
]
Image = Annotated[
    list[str] | None,
    typer.Option(metavar="FILE", help="A picture to look for; FILE@0.5 weighs it."),
]
Like = Annotated[
    list[str] | None,
    typer.Option(metavar="SPAN", help='A span to look for: "VIDEO#t=10,15"; SPAN@0.5 weighs it.'),
]
Within = Annotated[
    list[str] | None,
    typer.Option("--in", metavar="VIDEO", help="Only in this video (name, path or id)."),
]
Channel = Annotated[
    list[str] | None,
    typer.Option(metavar="CHANNEL", help="Only by picture, speech, screen or title."),
]
After = Annotated[
    str, typer.Option(metavar="DAY", help="Recorded on this day (month, year) or later.")
]
Before = Annotated[
    str, typer.Option(metavar="DAY", help="Recorded on this day (month, year) or earlier.")
]
Folder = Annotated[str, typer.Option(metavar="FOLDER", help="Only in this folder and below.")]
MinLength = Annotated[
    str, typer.Option(metavar="LENGTH", help="Videos at least this long: 90, 1:30, 2min.")
]
MaxLength = Annotated[str, typer.Option(metavar="LENGTH", help="Videos at most this long.")]
Lang = Annotated[str, typer.Option(metavar="CODE", help="Videos in this language: en, de, ...")]
Tagged = Annotated[
    list[str] | None,
    typer.Option("--tag", metavar="NAME", help="Only videos with this tag (`kinolex tag`)."),
]
Limit = Annotated[int, typer.Option(metavar="N", help="At most so many moments.")]
Group = Annotated[str, typer.Option(metavar="BY", help="moment, or video for one moment a video.")]
Matcher = Annotated[
    str,
    typer.Option(
        metavar="FOLDER", help="Let a matcher of `kinolex matchers export` judge the pictures."
    ),
]
AsPaths = Annotated[
    bool, typer.Option("--paths", help="Print file paths only, each once, best first.")
]
AsUris = Annotated[
    bool, typer.Option("--uris", help="Print media fragments only: PATH#t=START,END.")
]
Null = Annotated[
    bool,
    typer.Option("--null", help="End paths with NUL instead of a line end (also -0)."),
]
Play = Annotated[
    bool, typer.Option("--play", help="Play the first moment in the player that is here.")
]


@app.command("search", cls=SearchCommand, context_settings={"ignore_unknown_options": True})
def search(
    context: typer.Context,
    text: Words = None,
    image: Image = None,
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
    limit: Limit = 10,
    group: Group = "moment",
    matcher: Matcher = "",
    as_json: AsJson = False,
    paths: AsPaths = False,
    uris: AsUris = False,
    null: Null = False,
    play: Play = False,
) -> int:
    """Find moments by words, a picture, a span, or all together.

    Words may begin with a hyphen to be excluded: kinolex search cup -ball. Quote twice for exact
    words: kinolex search '"red ball"'. After -- nothing is an option. Nothing found is exit code 1.
    """
    started = time.perf_counter()
    no_blanks(
        {"--image": image, "--like": like, "--in": within, "--channel": channel, "--tag": tag}
    )
    with opened(context, read_only=True, **matcher_of(matcher)) as library:
        answer = library.search(
            question(text or []),
            image=image or None,
            like=like or None,
            channels=channels_of(channel or ()) or None,
            video=within or None,
            folder=folder,
            after=after or None,
            before=before or None,
            min_length=seconds_of(min_length, "--min-length") if min_length else None,
            max_length=seconds_of(max_length, "--max-length") if max_length else None,
            language=lang,
            tag=tag or None,
            limit=limit,
            group=group_of(group),
        )
        seconds = time.perf_counter() - started
        empty = answer.nothing_found and not library.status().videos
    show(context, answer, seconds, empty=empty, form=_form(as_json, paths, uris, null))
    if play and answer.moments:
        from kinolex.cli.players import play as play_file

        play_file(answer.moments[0].video.path, answer.moments[0].start)
    return 1 if answer.nothing_found else 0


def question(words: list[str]) -> str:
    """The question as one text; an excluded word that holds spaces is an excluded phrase.

    A single argument is the whole question.

    Examples
    --------
    >>> question(["cup", "-red ball"])
    'cup -"red ball"'
    >>> question(["-dog laion"])
    '-dog laion'
    """
    if len(words) == 1:
        return words[0]
    return " ".join(
        f'-"{word[1:]}"' if word.startswith("-") and " " in word and '"' not in word else word
        for word in words
    )


def no_blanks(given: dict[str, list[str] | None]) -> None:
    """Refuse empty values: an unset variable must not widen a search silently."""
    for option, values in given.items():
        if any(not value.strip() for value in values or ()):
            raise UsageError(f"{option} is empty.", hint="Leave it out, or say what is meant.")


def group_of(name: str) -> str:
    """What moments are grouped by, checked."""
    if name not in ("moment", "video"):
        raise UsageError(f"--group {name!r} is not possible.", hint="Choose moment or video.")
    return name


def matcher_of(folder: str) -> dict[str, str]:
    """The setting of a matcher that was named, checked; nothing where none was."""
    if not folder:
        return {}
    from kinolex.encoders.matcher import CARD

    if not (Path(folder).expanduser() / CARD).is_file():
        raise UsageError(
            f"--matcher {folder} is no matcher: it has no {CARD}.",
            hint="`kinolex matchers export` writes such a folder.",
        )
    return {"matcher": folder}


def _form(as_json: bool, paths: bool, uris: bool, null: bool) -> str:
    chosen = [n for n, v in {"json": as_json, "paths": paths, "uris": uris}.items() if v]
    if len(chosen) > 1:
        raise UsageError(f"--{chosen[0]} and --{chosen[1]} cannot be printed together.")
    if null and chosen not in (["paths"], ["uris"]):
        raise UsageError("--null goes with --paths or --uris.")
    return (chosen or ["table"])[0] + ("0" if null else "")


def show(context: Any, answer: Answer, seconds: float, *, empty: bool, form: str) -> None:
    """Print an answer.

    Parameters
    ----------
    context : Any
        Of the call.
    answer : Answer
    seconds : float
        What the search took, from the shell's side.
    empty : bool
        Whether the library holds no video at all.
    form : str
        ``table``, ``json``, ``paths`` or ``uris``, the last two also with a ``0`` for NUL.
    """
    if form == "json":
        put_json(answer.to_dict())
        return
    quiet = given(context).quiet
    note = understood(answer.query, remarks=bool(answer.searched.videos))
    if note and not quiet:
        say(note)
    if answer.nothing_found:
        lines = nothing_found(answer, place_of(context), empty=empty)
        for line in lines[:1] if quiet else lines:
            say(line)
        if answer.weak and form == "table" and not quiet:
            say("Below the line, and probably not it:")
            _weak(answer)
        return
    if form == "table":
        _table(answer)
        if not quiet:
            for line in (found(answer, seconds), *waiting(answer.searched)):
                say(line)
        return
    end = "\0" if form.endswith("0") else "\n"
    places = (m.video.path if form.startswith("paths") else m.uri for m in answer.moments)
    for line in dict.fromkeys(places):
        put(line, end=end)


def _table(answer: Answer) -> None:
    if draws(sys.stdout):
        from kinolex.cli.lines import draw

        draw(result_lines(answer.moments, width()), sys.stdout)
        return
    for moment in answer.moments:
        put(plain_row(moment))


def _weak(answer: Answer) -> None:
    """Weak moments go to stderr: they are no answer."""
    from kinolex.cli.lines import draw

    draw(result_lines(answer.weak, width(), weak=True), sys.stderr)
