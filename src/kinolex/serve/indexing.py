"""One index run for the server, as a child process: ``python -m kinolex.serve.indexing``.

The order is one line of JSON on standard input, events are lines of JSON on standard output. A
process of its own keeps the answers of the server quick, its memory small, and can be stopped at
any moment: what is whole stays, and the next run goes on from there.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from kinolex.errors import KinolexError
from kinolex.progress import Event

__all__ = ["main", "run"]


def _say(**said: Any) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


def run(order: dict[str, Any]) -> None:
    """Do an order, saying every event.

    Parameters
    ----------
    order : dict
        ``library``; ``paths`` (none: every root); ``only``, ``redo``, ``settings`` as in
        `kinolex.api.Library.add`; ``retry``: paths of failures to try again (none: all).
    """
    import kinolex
    from kinolex.settings import settings_from

    def listener(event: Event) -> None:
        _say(event=event.to_dict() | {"overall": event.overall, "eta": event.eta})

    settings = settings_from(**order.get("settings", {}))
    with kinolex.open(order["library"], settings=settings) as library:
        if order.get("retry") is not None:
            report = library.retry(order["retry"], listener=listener)
        else:
            report = library.add(
                *order.get("paths", ()),
                only=order.get("only", ()),
                redo=order.get("redo", False),
                listener=listener,
            )
    _say(
        report={
            "done": report.done,
            "failed": report.failed,
            "skipped": report.skipped,
            "seconds": round(report.seconds, 3),
            "missing": list(report.missing),
        }
    )


def main() -> int:
    """Do the one order that comes on standard input; exit code 3 for a failure."""
    order = json.loads(sys.stdin.readline())
    try:
        run(order)
    except KinolexError as error:
        _say(error={"title": error.message, "hint": error.hint, "kind": type(error).__name__})
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
