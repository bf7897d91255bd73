"""The verbs, their one-line helps and the global options."""

from __future__ import annotations

from typing import Annotated

import typer
import typer.main

from kinolex.cli.lazy import LazyGroup, verb

__all__ = ["VERBS", "command"]

VERBS: dict[str, str] = {
    "index": "Index videos and folders, so that they can be searched.",
    "search": "Find moments by words, a picture, a span, or all together.",
    "label": "Say which of your classes a video shows, and when.",
    "teach": "Keep a thing by name, so that @NAME finds it.",
    "saved": "Keep questions by name, and see what is new in their answers.",
    "collections": "Keep lists of spans by name.",
    "tag": "Tag videos or spans of them, or list tags.",
    "serve": "Serve the pages, the HTTP API and the MCP server of a library.",
    "export": "Write spans of videos to files for editors and players.",
    "mcp": "Let an assistant search the library, through the Model Context Protocol.",
    "show": "Show what is known about a video, or about a span of it.",
    "list": "List the videos of the library.",
    "status": "Count what is indexed, and what is still missing.",
    "doctor": "Check this installation and the library; name what is missing.",
    "failures": "List files that could not be indexed, and why.",
    "retry": "Try failed files again.",
    "remove": "Forget videos or folders; the files themselves stay.",
    "prune": "Forget videos whose files are gone; lists them first.",
    "watch": "Index a folder, then keep up with its changes.",
    "models": "List, get and check models; nothing is downloaded but by `pull`.",
    "evaluate": "Compute numbers by a named protocol: of files, a model, or your own library.",
    "protocols": "List the ways to compute numbers, each named and versioned; show one exactly.",
    "datasets": "List benchmarks, check their annotation files, convert them to one form.",
    "world": "Draw clips of which everything is known: write, describe and look at them.",
    "features": "Decode videos once and keep their features, to train matchers on.",
    "train": "Train a matcher on kept features, as one settings file says.",
    "matchers": "List matchers of the lab, export trained ones for search, show exported ones.",
    "compare": "Put trained matchers side by side: figures over seeds, significance, cost.",
    "accounts": "Say who may ask a served library: people, roles, passwords, tokens.",
    "version": "Print the version.",
}
"""Every verb and its help, in the order of ``kinolex --help``."""

EPILOG = (
    "First `kinolex index FOLDER`, then `kinolex search WORDS`. "
    "Exit codes: 0 done, 1 nothing found or partly done, 2 wrong call, 3 failure."
)


class Verbs(LazyGroup):
    """The verbs of kinolex."""

    verbs = VERBS


def _version(value: bool) -> None:
    if value:
        from kinolex._version import __version__

        typer.echo(f"kinolex {__version__}")
        raise typer.Exit


def _root(
    library: Annotated[
        str,
        typer.Option(
            "--library",
            metavar="FOLDER",
            help="The library to use (else KINOLEX_LIBRARY, else the usual place).",
            show_default=False,
        ),
    ] = "",
    quiet: Annotated[
        bool, typer.Option("--quiet", help="Print only what was asked for, and errors.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the whole traceback of an error.")
    ] = False,
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=_version, is_eager=True),
    ] = False,
) -> None:
    """Find the moment: index your own videos, then ask in words, pictures or clips.

    Everything stays on this machine, and nothing is downloaded unless you ask for it by name.
    """


def command() -> LazyGroup:
    """Build the whole command line (verbs are imported when they are called)."""
    app = verb()
    app._add_completion = True
    app.callback(cls=Verbs, no_args_is_help=True, epilog=EPILOG)(_root)
    built = typer.main.get_command(app)
    if not isinstance(built, LazyGroup):
        raise TypeError("typer did not build a group")
    return built
