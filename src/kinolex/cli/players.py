"""Which player is here, and how it is told where to start."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable

from kinolex.errors import KinolexError

__all__ = ["PLAYERS", "play", "player_command"]

PLAYERS: dict[str, Callable[[str, float], list[str]]] = {
    "mpv": lambda path, start: ["mpv", f"--start={start:.3f}", "--", path],
    "vlc": lambda path, start: ["vlc", f"--start-time={start:.3f}", path],
    "ffplay": lambda path, start: ["ffplay", "-loglevel", "error", "-ss", f"{start:.3f}", path],
}
"""Players that can start at a time, best first."""

OPENERS = {"darwin": "open", "linux": "xdg-open", "win32": "start"}
"""What opens a file in whatever the person likes best; these cannot be told a time."""


def player_command(
    path: str,
    start: float,
    *,
    find: Callable[[str], str | None] = shutil.which,
    platform: str = sys.platform,
) -> list[str]:
    """The command that plays a file, from ``start`` seconds on where the player can.

    Parameters
    ----------
    path : str
        The video, absolute.
    start : float
        Seconds from its beginning.
    find : callable
        Finds a program's place by name, or gives None.
    platform : str
        As `sys.platform` names it.

    Raises
    ------
    KinolexError
        If there is no player.

    Examples
    --------
    >>> player_command("/v/a.mp4", 62.5, find=lambda name: name if name == "mpv" else None)
    ['mpv', '--start=62.500', '--', '/v/a.mp4']
    """
    for name, build in PLAYERS.items():
        if find(name):
            return build(path, max(0.0, start))
    if platform == "win32":
        return ["cmd", "/c", "start", "", path]
    opener = OPENERS["darwin" if platform == "darwin" else "linux"]
    if find(opener):
        return [opener, path]
    raise KinolexError("There is no player here.", hint="Install mpv, VLC or ffplay.")


def play(path: str, start: float) -> None:
    """Play a file and wait until the player is closed.

    Raises
    ------
    KinolexError
        If the file is not there, or no player is, or it fails.
    """
    if not os.path.exists(path):
        raise KinolexError(f"{path} is not there.", hint="Is its disk connected?")
    command = player_command(path, start)
    try:
        code = subprocess.run(command, check=False).returncode
    except OSError as error:
        raise KinolexError(f"{command[0]} cannot be started: {error.strerror}.") from error
    if code not in (0, 130):
        raise KinolexError(f"{command[0]} could not play {path} (it ended with {code}).")
