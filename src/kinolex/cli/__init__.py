"""The command line: parse, call, print; nothing else.

Start reading at `kinolex.cli.app` (the verbs and the global options), then any verb: `index` or
`search`. What people see is drawn by pure functions (`tables`, `live`, `plain`, `sentences`,
`times`), so that it can be tested as text. Each verb is a module that is imported only when it is
called: ``kinolex --help`` imports none of them.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit code (the entry point ``kinolex``).

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after ``kinolex``; those of this process by default.

    Returns
    -------
    int
        0 done, 1 nothing found or partly done, 2 the call is wrong, 3 failure, 130 stopped with
        Ctrl-C.
    """
    from kinolex.cli.run import run

    return run(arguments)
