"""Fixtures of the media tests."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kinolex.media.guard import Guard


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


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six seconds, 144 numbered frames, with sound."""
    from kinolex.testing.clips import make_clip

    path = tmp_path_factory.mktemp("film") / "film.mp4"
    return make_clip(path, seconds=6, size=(160, 120), sound="tone")


@pytest.fixture(scope="module")
def guard() -> Iterator[Guard]:
    """One for all tests: whatever a test does to its child, the next test must not notice."""
    with Guard() as one:
        yield one


@pytest.fixture
def gone() -> Callable[[int], bool]:
    """Whether a process has ended, within ten seconds (or only waits to be reaped by another)."""

    def ended(pid: int) -> bool:
        for _ in range(200):
            try:
                state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
            except (FileNotFoundError, ProcessLookupError):
                return True
            if state in "ZX":
                return True
            time.sleep(0.05)
        return False

    return ended
