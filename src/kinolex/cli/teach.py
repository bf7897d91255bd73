"""``kinolex teach``: keep a thing by name, list what was taught, forget it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from kinolex.cli.lazy import given, verb
from kinolex.cli.options import AsJson, opened
from kinolex.cli.out import put, put_json, say, tidy
from kinolex.cli.times import count
from kinolex.errors import UsageError

if TYPE_CHECKING:
    from kinolex.library.concepts import Concept

app = verb()

Several = list[str] | None


@app.command("teach")
def teach(
    context: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="Letters, digits, - and _; case does not count.",
            show_default=False,
        ),
    ] = "",
    like: Annotated[
        Several,
        typer.Option(metavar="SPAN", help='A span that shows it: "VIDEO#t=1,2.5".'),
    ] = None,
    image: Annotated[Several, typer.Option(metavar="FILE", help="A picture that shows it.")] = None,
    not_like: Annotated[
        Several,
        typer.Option("--not-like", metavar="SPAN", help="A span, or a picture, that does not."),
    ] = None,
    text: Annotated[
        str, typer.Option(metavar="WORDS", help="A description, looked for beside the examples.")
    ] = "",
    forget: Annotated[bool, typer.Option("--forget", help="Forget it.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="List what was taught.")] = False,
    as_json: AsJson = False,
) -> int:
    """Keep a thing by name, so that @NAME finds it.

    After kinolex teach rex --like "walk.mp4#t=12,15" ask kinolex search "@rex on the beach".
    Teaching a name again adds examples. The library must be indexed for pictures.
    """
    lesson = bool(like or image or not_like or text)
    if list_ == bool(name):
        raise UsageError(
            "--list goes without a NAME." if list_ else "No NAME is given.",
            hint='Write `kinolex teach NAME --like "VIDEO#t=10,15"`, or `kinolex teach --list`.',
        )
    if (list_ or forget) and (lesson or (list_ and forget)):
        raise UsageError(f"{'--list' if list_ else '--forget'} goes alone.")
    quiet = given(context).quiet
    if list_:
        return _list(context, as_json=as_json, quiet=quiet)
    with opened(context, read_only=False) as library:
        if forget:
            library.forget(name)
            if as_json:
                put_json({"forgotten": name.removeprefix("@")})
            elif not quiet:
                say(f"Forgot {name}.")
            return 0
        for option, values in {"--like": like, "--image": image, "--not-like": not_like}.items():
            if any(not value.strip() for value in values or ()):
                raise UsageError(f"{option} is empty.", hint="Leave it out, or say what is meant.")
        found = library.teach(
            name, like=like or (), images=image or (), unlike=not_like or (), words=text
        )
    if as_json:
        put_json(found.to_dict())
    elif not quiet:
        say(f"@{found.name}: {what_of(found)}. Find it with `kinolex search @{found.name}`.")
    return 0


def _list(context: typer.Context, *, as_json: bool, quiet: bool) -> int:
    with opened(context, read_only=True) as library:
        found = library.concepts()
    if as_json:
        put_json([concept.to_dict() for concept in found])
    else:
        for concept in found:
            put(f"@{concept.name}\t{tidy(what_of(concept))}\t{' '.join(concept.spaces)}".rstrip())
    if not found and not quiet:
        say('Nothing was taught yet: `kinolex teach NAME --like "VIDEO#t=10,15"` does it.')
    return 0 if found else 1


def what_of(concept: Concept) -> str:
    """What a concept was taught with.

    Examples
    --------
    >>> from kinolex.library.concepts import Concept, Example
    >>> seen = [Example("span", f"v#t={n},9", "toy@1", b"", n != 3) for n in (1, 2, 3)]
    >>> what_of(Concept("rex", tuple(seen), "a brown dog"))
    '2 spans, not 1 span, “a brown dog”'
    """
    said = []
    for wanted in (True, False):
        for kind, noun in (("span", "span"), ("image", "picture")):
            number = sum(e.kind == kind and e.wanted == wanted for e in concept.examples)
            said += [f"{'' if wanted else 'not '}{count(number, noun)}"] if number else []
    said += [f"“{concept.words}”"] if concept.words else []
    return ", ".join(said)
