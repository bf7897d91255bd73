"""Fixtures of the media tests."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest


@pytest.fixture
def as_nobody() -> Callable[[Path], contextlib.AbstractContextManager[None]]:
    """Within ``with as_nobody(folder):`` file permissions hold, even where root runs the tests."""

    @contextlib.contextmanager
    def less(folder: Path) -> Iterator[None]:
        if not hasattr(os, "geteuid") or os.geteuid() != 0:
            yield
            return
        opened = {}
        for place in (folder, *folder.parents):
            mode = stat.S_IMODE(place.stat().st_mode)
            if not mode & stat.S_IXOTH or not mode & stat.S_IROTH:
                opened[place] = mode
                place.chmod(mode | 0o055)
        os.seteuid(65534)
        try:
            yield
        finally:
            os.seteuid(0)
            for place, mode in opened.items():
                place.chmod(mode)

    return less


@pytest.fixture(scope="session")
def ffmpeg() -> Callable[..., bytes]:
    """Run the ``ffmpeg`` program, an oracle of its own; gives its standard output."""
    program = shutil.which("ffmpeg")
    if program is None:
        pytest.skip("needs the ffmpeg program")

    def run(*arguments: str | Path) -> bytes:
        command = [program, "-v", "error", "-nostdin", "-y", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout

    return run
