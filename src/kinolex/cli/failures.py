"""``kinolex failures``: what could not be indexed, and why."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from kinolex.cli.lazy import verb
from kinolex.cli.options import AsJson, opened
from kinolex.cli.out import put, put_json, say, tidy
from kinolex.cli.times import count

if TYPE_CHECKING:
    from kinolex.library.records import Failure

app = verb()


@app.command("failures")
def failures(context: typer.Context, as_json: AsJson = False) -> int:
    """List files that could not be indexed, and why.

    They are tried again when they change, or with `kinolex retry`. Exit code 1 when there are any.
    """
    with opened(context, read_only=True) as library:
        found = library.failures()
    if as_json:
        put_json([asdict(failure) for failure in found])
    else:
        for failure in found:
            for line in failure_lines(failure):
                put(line)
        say(
            f"{count(len(found), 'failure')}; `kinolex retry` tries again."
            if found
            else "No failures."
        )
    return 1 if found else 0


def failure_lines(failure: Failure) -> list[str]:
    """The file, then where and why it failed and how often it was tried.

    Examples
    --------
    >>> from kinolex.library.records import Failure
    >>> for line in failure_lines(Failure("/v/a.mp4", "probe", "empty", "It is empty.", 2)):
    ...     print(line)
    /v/a.mp4
      empty (at probe, tried 2 times): It is empty.
    """
    tries = f", tried {count(failure.tries, 'time')}" if failure.tries > 1 else ""
    return [
        tidy(failure.path),
        f"  {failure.reason} (at {failure.stage}{tries}): {tidy(failure.message)}",
    ]
