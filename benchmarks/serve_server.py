"""The server that `benchmarks.serve` measures: a process of its own, started and read here.

``python -m benchmarks.serve_server LIBRARY PICTURE-MODEL`` is what ``kinolex serve`` runs, on a
free port and with limits that nobody reaches: programs that ask as fast as they can would otherwise
measure how they are refused. Pages are measured on ``kinolex serve`` itself.
"""

from __future__ import annotations

import collections
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.harness import installed

REPOSITORY = Path(__file__).resolve().parents[1]


@dataclass
class Server:
    """A server that answers."""

    address: str
    pid: int
    said: collections.deque[str] = field(repr=False)

    def memory(self) -> dict[str, float]:
        """Resident megabytes: ``all`` of the process, and ``own``, which no file stands behind."""
        text = Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8")
        found = dict(re.findall(r"^(\w+):\s+(\d+) kB$", text, re.MULTILINE))
        return {"all": int(found["VmRSS"]) / 1e3, "own": int(found["RssAnon"]) / 1e3}


def unlimited(library: Path, picture: str) -> list[str]:
    """The command of a server that refuses nobody."""
    return [sys.executable, "-m", "benchmarks.serve_server", str(library), picture]


def usual(library: Path) -> list[str]:
    """The command of a server as people start it; its encoder is named by the environment."""
    return [sys.executable, "-m", "kinolex", "serve", "--library", str(library), "--port", "0"]


@contextmanager
def serving(command: Sequence[str], picture: str) -> Iterator[Server]:
    """Start a server, wait until it answers, end it.

    Raises
    ------
    RuntimeError
        If it ends before it answers.
    """
    process = subprocess.Popen(
        list(command),
        cwd=REPOSITORY,
        env={**installed(), "KINOLEX_PICTURE": picture},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    said: collections.deque[str] = collections.deque(maxlen=50)
    try:
        for line in process.stdout:
            said.append(line)
            found = re.search(r"kinolex is at (\S+)/ ", line)
            if found:
                break
        else:
            raise RuntimeError(f"The server ended: {''.join(said)}")
        threading.Thread(target=said.extend, args=(process.stdout,), daemon=True).start()
        yield Server(found[1], process.pid, said)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until ended."""
    from kinolex.serve.limits import Limit, Limits
    from kinolex.serve.options import ServeOptions
    from kinolex.serve.running import serve
    from kinolex.settings import Settings

    library, picture = arguments or sys.argv[1:]
    many = Limit(1e6, 1_000_000)
    serve(
        ServeOptions(library=Path(library), port=0, settings=Settings(picture=picture)),
        say=lambda text: print(text, flush=True),
        limits=Limits(visits=many, everything=many, search=many, uploads=many),
    )


if __name__ == "__main__":
    main()
