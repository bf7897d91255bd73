"""``kinolex tag``: tag videos or spans of them, take tags away, list them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from kinolex.cli.lazy import given, verb
from kinolex.cli.options import AsJson, opened
from kinolex.cli.out import put, put_json, say, tidy
from kinolex.cli.spans import meant, place_text
from kinolex.cli.times import count
from kinolex.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from kinolex.library.kept import Tag
    from kinolex.moments import Span

app = verb()


@app.command("tag")
def tag(
    context: typer.Context,
    what: Annotated[
        str,
        typer.Argument(
            metavar="VIDEO",
            help='Name, path or id; or a span of it: "VIDEO#t=10,15".',
            show_default=False,
        ),
    ] = "",
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME", help="Tags; case does not count.", show_default=False),
    ] = None,
    remove: Annotated[
        bool,
        typer.Option("--remove", help="Take these tags away; of a video, from its spans too."),
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Tag videos or spans of them, or list tags.

    Without NAME the tags of the video are listed, without VIDEO all tags with the number of their
    videos. Then kinolex search WORDS --tag NAME looks in these videos only.
    """
    if remove and not names:
        raise UsageError("--remove needs a tag.", hint="Write `kinolex tag VIDEO NAME --remove`.")
    quiet = given(context).quiet
    with opened(context, read_only=not names) as library:
        if not what:
            return _all(library, as_json=as_json, quiet=quiet)
        video, span = meant(library, what)
        if not names:
            return _of_video(library, video.id, span, as_json=as_json, quiet=quiet)
        if remove:
            changed = _remove(library, video.id, span, names)
        else:
            changed = [library.kept.tag(video.id, name, *_edges(span)) for name in names]
    if as_json:
        put_json([one.to_dict() for one in changed])
    elif not quiet:
        said = ", ".join(dict.fromkeys(one.name for one in changed))
        say(f"{'Took away' if remove else 'Tagged'} {tidy(video.title)}: {said}.")
    return 0


def _edges(span: Span | None) -> tuple[float | None, float | None]:
    return (None, None) if span is None else (span.start, span.end)


def _all(library: Any, *, as_json: bool, quiet: bool) -> int:
    names: dict[str, int] = library.kept.tag_names()
    if as_json:
        put_json(names)
    else:
        for name, videos in names.items():
            put(f"{name}\t{count(videos, 'video')}")
    if not names and not quiet:
        say("Nothing is tagged yet: `kinolex tag VIDEO NAME` does it.")
    return 0 if names else 1


def _of_video(library: Any, video: str, span: Span | None, *, as_json: bool, quiet: bool) -> int:
    """Tags of a video; of a span, those that hold for it or a part of it."""
    from kinolex.moments import Span as Of

    tags: list[Tag] = [
        one
        for one in library.kept.tags(video)
        if span is None
        or one.start is None
        or one.end is None
        or span.overlap(Of(one.start, one.end)) > 0
    ]
    if as_json:
        put_json([one.to_dict() for one in tags])
    else:
        for one in tags:
            put(f"{one.name}\t{place_text(one.start, one.end)}")
    if not tags and not quiet:
        say("It has no tags: `kinolex tag VIDEO NAME` gives it one.")
    return 0 if tags else 1


def _remove(library: Any, video: str, span: Span | None, names: list[str]) -> list[Tag]:
    """Take tags away; nothing is, where one of them is not there."""
    from kinolex.library.kept_records import alike

    gone: list[Tag] = []
    tags: list[Tag] = library.kept.tags(video)
    for name in names:
        found = [
            one
            for one in tags
            if alike(one.name) == alike(name)
            and (span is None or (one.start, one.end) == _edges(span))
        ]
        if not found:
            raise NotFoundError(f"It is not tagged {tidy(name)}.", hint="See `kinolex tag VIDEO`.")
        gone += found
    unique = {one.id: one for one in gone}
    for id in unique:
        library.kept.untag(id)
    return list(unique.values())
