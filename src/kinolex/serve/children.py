"""The end of a child process whose output nobody reads any more."""

from __future__ import annotations

import asyncio

__all__ = ["ended"]

_PIECE = 64 * 1024


async def ended(child: asyncio.subprocess.Process) -> None:
    """Wait until a child is gone, throwing away what it still says.

    `asyncio.subprocess.Process.wait` alone waits for the end of its pipes too, and a pipe of which
    more than twice its limit lies unread is not looked at any more: it would wait for ever, even
    for a child that was killed.

    Parameters
    ----------
    child : Process
        Nobody else may be reading its output.

    Examples
    --------
    >>> async def chatty() -> int | None:
    ...     child = await asyncio.create_subprocess_exec("yes", stdout=asyncio.subprocess.PIPE)
    ...     await asyncio.sleep(0.1)
    ...     child.kill()
    ...     await ended(child)
    ...     return child.returncode
    >>> asyncio.run(chatty())
    -9
    """
    if child.stdout is not None:
        while await child.stdout.read(_PIECE):
            pass
    await child.wait()
