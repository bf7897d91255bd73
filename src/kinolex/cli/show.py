"""``kinolex show``: what is known about a video or a span of it."""

from __future__ import annotations

import contextlib
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kinolex.cli.lazy import verb
from kinolex.cli.options import AsJson, opened
from kinolex.cli.out import draws, put, put_json, say, tidy, width
from kinolex.cli.status import writer_of
from kinolex.cli.times import clock, count, length, span_text
from kinolex.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from kinolex.library.records import ChannelState, Passage
    from kinolex.moments import Span, Video

app = verb()

TECHNICAL = (
    "compatible_brands",
    "creation_time",
    "encoder",
    "handler_name",
    "language",
    "major_brand",
    "minor_version",
    "title",
    "vendor_id",
)
"""What containers say of themselves; `--json` shows it, people need not read it."""

SPOKEN = ("speech", "subtitle")


What = Annotated[
    str,
    typer.Argument(metavar="VIDEO", help='Name, path or id; or a span of it: "VIDEO#t=10,15".'),
]
Transcript = Annotated[bool, typer.Option("--transcript", help="Print what is said, with times.")]
Screen = Annotated[
    bool, typer.Option("--screen", help="Print the words on the screen, with times.")
]
Shots = Annotated[bool, typer.Option("--shots", help="Print the shots.")]
Still = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="Write the kept picture nearest to the span's start as JPEG."
    ),
]


@app.command("show")
def show(
    context: typer.Context,
    what: What,
    transcript: Transcript = False,
    screen: Screen = False,
    shots: Shots = False,
    still: Still = None,
    as_json: AsJson = False,
) -> int:
    """Show what is known about a video, or about a span of it."""
    with opened(context, read_only=True) as library:
        video, fragment = _meant(library, what)
        span = fragment.span(video.duration) if fragment != _whole(fragment) else None
        if still is not None:
            _write_still(library, video, fragment.start, still)
        sources = [*(SPOKEN if transcript else ()), *(("screen",) if screen else ())]
        passages = library.passages(video.id, sources=sources or None, span=span)
        cuts = [s for s in library.shots(video.id) if span is None or s.overlap(span) > 0]
        states = library.states(video.id)
    if as_json:
        put_json(as_dict(video, states, passages, cuts, span))
    elif transcript or screen or shots:
        _print_parts(passages if sources else [], cuts if shots else [])
        return 0 if (sources and passages) or (shots and cuts) else 1
    elif still is None:
        for line in (*about(video, states, cuts), *_inside(passages, span)):
            put(line)
    return 0


def _meant(library: Any, what: str) -> tuple[Video, Any]:
    """The video and the part of it: names may hold ``#t=`` themselves."""
    from kinolex.search.fragments import Fragment, parse_fragment

    with contextlib.suppress(NotFoundError):
        return library.video(what), Fragment(what)
    fragment = parse_fragment(what)
    return library.video(fragment.video), fragment


def _whole(fragment: Any) -> Any:
    """The same video without a span."""
    return type(fragment)(fragment.video)


def _write_still(library: Any, video: Video, time: float, place: Path) -> None:
    picture = library.still(video.id, time)
    if picture is None:
        raise NotFoundError(
            f"No picture of {tidy(video.title)} was kept.",
            hint="Run `kinolex index` with a picture model and without --no-stills.",
        )
    if place.is_dir():
        raise UsageError(f"--still {place} is a folder.", hint="Name a file, such as still.jpg.")
    if not place.absolute().parent.is_dir():
        raise UsageError(f"There is no folder {place.parent} for --still.", hint="Make it first.")
    place.write_bytes(picture)
    say(f"Wrote the picture nearest to {clock(time, tenths=True)} to {place}.")


def as_dict(
    video: Video,
    states: Sequence[ChannelState],
    passages: Sequence[Passage],
    shots: Sequence[Span],
    span: Span | None,
) -> dict[str, Any]:
    """Everything as plain values for JSON."""
    return {
        "video": {**video.to_dict(), "metadata": dict(video.metadata)},
        "span": [span.start, span.end] if span else None,
        "channels": [
            {"channel": s.channel, "state": s.state, "items": s.items, "encoder": writer_of(s)}
            for s in states
        ],
        "passages": [
            {
                "start": round(p.span.start, 3),
                "end": round(p.span.end, 3),
                "source": p.source,
                "text": p.text,
                "language": p.language,
                "confidence": round(p.confidence, 4),
                "box": [round(v, 4) for v in p.box] if p.box else None,
            }
            for p in passages
        ],
        "shots": [[round(s.start, 3), round(s.end, 3)] for s in shots],
    }


def about(video: Video, states: Sequence[ChannelState], shots: Sequence[Span]) -> list[str]:
    """What kind of video it is, where it lies, and what can be searched in it."""
    facts = [length(video.duration)]
    if video.width and video.height:
        facts.append(f"{video.width} × {video.height}")
    facts += [f"{video.fps:.4g} frames/s"] if video.fps else []
    facts += [f"language {video.language}"] if video.language else []
    facts += [count(len(shots), "shot")] if shots else []
    rows = [("id", video.id), ("what", ", ".join(facts))]
    if video.recorded:
        rows.append(("recorded", video.recorded.strftime("%Y-%m-%d %H:%M")))
    gone = "  (not there now)" if video.missing else ""
    rows += [("where", tidy(path) + gone) for path in video.paths or (video.path,)]
    tags = {k: v for k, v in sorted(video.metadata.items()) if v and k.lower() not in TECHNICAL}
    rows += [(tidy(key), tidy(value)) for key, value in tags.items()]
    rows += [(state.channel, state_text(state)) for state in states]
    wide = max(len(name) for name, _ in rows)
    return [tidy(video.title), *(f"  {name:<{wide}}  {value}" for name, value in rows)]


def state_text(state: ChannelState) -> str:
    """How far a channel of a video is.

    Examples
    --------
    >>> from kinolex.library.records import ChannelState
    >>> state_text(ChannelState("v", "speech", "speech:whisper@1:0", "done", 12))
    'searchable (12 passages by whisper@1)'
    """
    if state.state == "empty":
        return "nothing in it"
    items = count(state.items, "frame" if state.channel == "picture" else "passage")
    said = "searchable" if state.state == "done" else "partly searchable"
    return f"{said} ({items} by {writer_of(state)})"


def passage_text(passage: Passage, columns: int = 0, *, source: bool = False) -> str:
    """One passage with its time, and where its words are from when asked.

    Parameters
    ----------
    passage : Passage
        What is said or shown.
    columns : int
        Wrap below the words' own beginning; 0 keeps it on one line.
    source : bool
        Name the source.

    Examples
    --------
    >>> from kinolex.library.records import Passage
    >>> from kinolex.moments import Span
    >>> print(passage_text(Passage(Span(5, 8), "A frog lives here.", "speech"), 28))
          0:05–0:08  A frog
                     lives here.
    """
    origin = f"{passage.source:<8}  " if source else ""
    head = f"{span_text(passage.span.start, passage.span.end):>15}  {origin}"
    line = head + tidy(passage.text)
    if not columns:
        return line
    return textwrap.fill(line, columns, subsequent_indent=" " * len(head), drop_whitespace=True)


def _columns() -> int:
    return width() if draws(sys.stdout) else 0


def _print_parts(passages: Sequence[Passage], shots: Sequence[Span]) -> None:
    mixed = len({p.source in SPOKEN for p in passages}) > 1
    for passage in passages:
        put(passage_text(passage, _columns(), source=mixed))
    for number, shot in enumerate(shots, 1):
        put(f"{span_text(shot.start, shot.end):>15}  shot {number}")


def _inside(passages: Sequence[Passage], span: Span | None) -> list[str]:
    if span is None:
        return []
    head = f"In {span_text(span.start, span.end)}:"
    said = [p for p in passages if p.source != "title"]
    if not said:
        return [head + " no words."]
    return [head, *(passage_text(p, _columns(), source=True) for p in said)]
