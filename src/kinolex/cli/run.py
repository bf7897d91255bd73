"""Run a call and turn whatever ends it into one sentence and an exit code."""

from __future__ import annotations

import os
import sys
import traceback
import warnings
from collections.abc import Sequence
from typing import Any, TextIO

from kinolex.errors import KinolexError

__all__ = ["STOPPED", "run", "sentence_of"]

STOPPED = 130
"""Exit code after Ctrl-C, as shells expect it."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; every error is one sentence on stderr.

    ``--debug`` shows the traceback instead. A reader that goes away (``| head``) ends the call
    quietly.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    _speak_bytes()
    try:
        with warnings.catch_warnings():
            if not _debug(words):
                warnings.showwarning = _warn
            code = _call(words)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        _hush()
        return 0
    except KeyboardInterrupt:
        print("kinolex: stopped; nothing half-done is left behind.", file=sys.stderr)  # noqa: T201
        return STOPPED
    except Exception as error:
        if _debug(words):
            traceback.print_exc()
        else:
            print(f"kinolex: {sentence_of(error)}", file=sys.stderr)  # noqa: T201
        return int(getattr(error, "exit_code", 3))


def _warn(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Say a warning of kinolex in one sentence; those of other packages are for ``--debug``."""
    if f"{os.sep}kinolex{os.sep}" in filename:
        print(f"kinolex: {_line(str(message))}", file=sys.stderr)  # noqa: T201


def _call(words: list[str]) -> int:
    from kinolex.cli.app import command

    group = command()
    # Completion requests of the shell come through the environment; only `main` answers them.
    if "_KINOLEX_COMPLETE" in os.environ:
        group.main(args=list(words), prog_name="kinolex")
    exit_type, help_type = _endings()
    try:
        with group.make_context("kinolex", list(words) or ["--help"]) as context:
            result = group.invoke(context)
    except exit_type as ending:
        return int(ending.exit_code)
    except help_type as ending:
        print(ending.format_message())  # noqa: T201
        return 2
    return result if isinstance(result, int) else 0


def _endings() -> tuple[Any, Any]:
    """The exceptions that are no errors: an asked-for exit, and a group without a verb."""
    import typer

    usage = typer.BadParameter.__mro__[1]
    module = sys.modules[usage.__module__]
    return typer.Exit, getattr(module, "NoArgsIsHelpError", ())


def _debug(words: Sequence[str]) -> bool:
    return "--debug" in words or os.environ.get("KINOLEX_DEBUG", "") not in ("", "0")


def sentence_of(error: BaseException) -> str:
    """What happened and what to do, in one line without a traceback.

    Examples
    --------
    >>> sentence_of(ValueError("odd"))
    'something went wrong inside kinolex (ValueError: odd); run again with --debug to see where.'
    """
    if isinstance(error, KinolexError):
        return _line(str(error))
    message = getattr(error, "format_message", None)
    if callable(message):
        return _line(f"{_stop(message())} {_see(error)}")
    if isinstance(error, OSError) and error.strerror:
        place = f": {error.filename}" if error.filename else ""
        return _line(f"{error.strerror}{place} (run again with --debug to see where).")
    what = f"{type(error).__name__}: {error}".rstrip(": ")
    return _line(
        f"something went wrong inside kinolex ({what}); run again with --debug to see where."
    )


def _see(error: BaseException) -> str:
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "kinolex"
    return f"See `{path} --help`."


def _stop(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _line(text: str) -> str:
    return " ".join(text.split())


def _speak_bytes() -> None:
    """Let file names that are no valid text through unchanged, and never fail on a character."""
    for stream in (sys.stdout, sys.stderr):
        encoding = (getattr(stream, "encoding", "") or "").lower().replace("-", "")
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="surrogateescape" if encoding == "utf8" else "backslashreplace")


def _hush() -> None:
    """Point stdout at nothing, so that closing it at exit does not complain."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        sys.stdout = None
