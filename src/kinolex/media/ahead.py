"""Make the next items of an iterator while the present one is looked at."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterable
from typing import TypeVar

__all__ = ["ahead"]

T = TypeVar("T")

_END = object()
_PATIENCE = 0.1
"""Seconds after which a maker that cannot go on looks whether it is still wanted."""


class _Failure:
    """What the maker raised, on its way to the one who asks."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


def ahead(items: Iterable[T], depth: int) -> Generator[T]:
    """The same items in the same order, made in a thread of their own, at most ``depth`` ahead.

    Worth it where making an item gives the interpreter free, as decoding does. What ``items``
    raises is raised here in its turn. Closing the generator ends the thread before it returns;
    until then nobody else may touch ``items``.

    Parameters
    ----------
    items : iterable
    depth : int
        Items that may wait, at least 1.

    Examples
    --------
    >>> list(ahead(range(5), 2))
    [0, 1, 2, 3, 4]
    """
    ready: queue.Queue[object] = queue.Queue(depth)
    over = threading.Event()

    def hand(item: object) -> bool:
        while not over.is_set():
            try:
                ready.put(item, timeout=_PATIENCE)
            except queue.Full:
                continue
            return True
        return False

    def make() -> None:
        try:
            for item in items:
                if not hand(item):
                    return
            hand(_END)
        except BaseException as error:
            hand(_Failure(error))

    maker = threading.Thread(target=make, name="ahead", daemon=True)
    maker.start()
    try:
        while (item := ready.get()) is not _END:
            if isinstance(item, _Failure):
                raise item.error
            yield item  # type: ignore[misc]
    finally:
        over.set()
        maker.join()
