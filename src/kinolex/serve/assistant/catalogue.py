"""The tools as an assistant meets them: what each is for, when to use it, what its ids mean."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from kinolex.serve.assistant import asked, told
from kinolex.serve.assistant.finding import search
from kinolex.serve.assistant.handing import export
from kinolex.serve.assistant.looking import open_video, stills, transcript
from kinolex.serve.assistant.visit import Visit

__all__ = ["INSTRUCTIONS", "TOOLS", "Tool"]

INSTRUCTIONS = """
kinolex finds moments in a person's own videos: what is seen, said, written on the screen, or
named. Ask `search` first; it gives moments with the id of a video, start and end in seconds, and
the evidence for each. Then look closer with `transcript`, `stills` or `open_video`, and hand spans
to an editor with `export`. When an answer says nothing_found, the library does not hold it: say so
instead of presenting the weak ones as hits. Name videos by id. Cite title, start and end.
""".strip()


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool. ``run`` is given the visit and arguments of the type ``arguments``."""

    name: str
    title: str
    about: str
    arguments: type[BaseModel]
    answer: type[BaseModel]
    run: Callable[[Visit, Any], Awaitable[BaseModel]]
    writes: bool = False


_SEARCH = """
Find moments in the videos by words, or by likeness to a moment that was found before. Use it for
every question about what the videos show or say. Each hit has `id` (of the moment, usable in
`like`), `video` (id for the other tools), `start` and `end` in seconds, a score from 0 to 1, and
the evidence: which channel matched, when, and the words. `nothing_found: true` is an honest
answer: the videos do not hold it, as far as `searched` reaches; then `weak` holds the best below
the line, which are no hits. Short, concrete words work best; ask again in other words before you
give up.
"""

_OPEN = """
What is known of one video: title, file, length, when it was recorded, which channels are indexed,
how many passages of words there are, and its chapters. Use it to learn what a video is before
reading its transcript.
"""

_TRANSCRIPT = """
The words of a video, or of a span of it, with their times: what is said, or the text on the screen
where nothing is said (or where `sources` asks for it). Long ones come in parts: while `cut` is
true, ask again with `cursor` set to `next` and the other arguments as before. Give start and end
of a moment, some seconds wider, to read what stands around it.
"""

_STILLS = """
Times of kept pictures in a span of a video, at most 8, evenly spread. The answer holds no
pictures: read the MCP resource at `uri` to see one, or give `link`, where there is one, to the
person.
"""

_EXPORT = """
Make a file of spans, in their order, for an editor or a program: edl, fcpxml or otio for cutting,
srt, vtt or transcript for the words, csv or json for tables, chapters-... for chapters. The answer
has the name of the file and its `uri`, an MCP resource to read; `link`, where there is one, is a
download for the person. Nothing in the library is changed.
"""

TOOLS: Mapping[str, Tool] = {
    tool.name: tool
    for tool in (
        Tool("search", "Find moments", _SEARCH, asked.SearchArguments, told.Found, search),
        Tool("open_video", "One video", _OPEN, asked.OpenArguments, told.Opened, open_video),
        Tool(
            "transcript",
            "Words of a span",
            _TRANSCRIPT,
            asked.TranscriptArguments,
            told.Transcript,
            transcript,
        ),
        Tool(
            "stills",
            "Pictures of a span",
            _STILLS,
            asked.StillsArguments,
            told.Stills,
            stills,
        ),
        Tool(
            "export",
            "Export spans",
            _EXPORT,
            asked.ExportArguments,
            told.Exported,
            export,
            writes=True,
        ),
    )
}
"""Every tool by name."""
