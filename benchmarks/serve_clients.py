"""The clients of `benchmarks.serve`: a process of its own, so that they share no interpreter lock.

Each client keeps one connection and asks its next question as soon as the last one is answered.
`Clients` starts the process and hands it work, one line of JSON each; ``python -m
benchmarks.serve_clients ADDRESS`` is that process (httpx, one event loop).
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from benchmarks.harness import installed
from benchmarks.serve_server import REPOSITORY

TIMEOUT = 120.0
"""Seconds after which a client gives up, which is an error."""


@dataclass(frozen=True)
class Ask:
    """One request; ``json`` makes it a POST."""

    path: str
    json: dict[str, Any] | None = None


@dataclass(frozen=True)
class Asked:
    """What became of some requests, in the order in which they were answered.

    When each ended (seconds from the first), how long it took, what went wrong, bytes of all
    answers, and the answer itself where there was one request alone and it is JSON.
    """

    ended: tuple[float, ...]
    took: tuple[float, ...]
    errors: tuple[str, ...]
    size: int
    last: Any = None

    def rate(self, first: int) -> float:
        """Answers a second, counted from the end of the first few."""
        return (len(self.ended) - first) / (self.ended[-1] - self.ended[first - 1])


class Clients:
    """Clients of one server, in their own process.

    Parameters
    ----------
    address : str
        ``http://HOST:PORT``.
    """

    def __init__(self, address: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.serve_clients", address],
            cwd=REPOSITORY,
            env=installed(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(20)

    def ask(self, asks: Sequence[Ask], clients: int = 1) -> Asked:
        """Let so many clients share these requests; returns when all are answered.

        Raises
        ------
        RuntimeError
            If the clients' process ended.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        work = {"clients": clients, "asks": [[one.path, one.json] for one in asks]}
        self._process.stdin.write(json.dumps(work) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("The clients' process ended.")
        return Asked(**{k: tuple(v) if type(v) is list else v for k, v in json.loads(line).items()})


async def answer(client: Any, path: str, body: Any) -> tuple[Any, str]:
    """Ask; gives the response and what was wrong with it."""
    import httpx

    try:
        if body is None:
            response = await client.get(path)
        else:
            response = await client.post(path, json=body)
    except httpx.HTTPError as error:
        return None, f"{path}: {type(error).__name__} {error}"
    wrong = "" if response.status_code == 200 else f"{path}: status {response.status_code}"
    return response, wrong


async def together(client: Any, clients: int, asks: Sequence[Any]) -> dict[str, Any]:
    """Share requests between clients."""
    started = time.perf_counter()
    todo: Iterator[Any] = iter(asks)
    done: list[tuple[float, float]] = []
    errors: list[str] = []
    size, last = 0, None

    async def one() -> None:
        nonlocal size, last
        for path, body in todo:
            before = time.perf_counter()
            response, wrong = await answer(client, path, body)
            now = time.perf_counter()
            done.append((now - started, now - before))
            if wrong:
                errors.append(wrong)
            else:
                size += len(response.content)
                last = response

    await asyncio.gather(*(one() for _ in range(clients)))
    found = last.json() if len(asks) == 1 and last is not None and _is_json(last) else None
    return {
        "ended": [end for end, _ in done],
        "took": [took for _, took in done],
        "errors": errors,
        "size": size,
        "last": found,
    }


def _is_json(response: Any) -> bool:
    return str(response.headers.get("content-type", "")).startswith("application/json")


async def work(address: str) -> None:
    """Read work from the standard input until it ends."""
    import httpx

    limits = httpx.Limits(max_connections=None, max_keepalive_connections=64)
    loop = asyncio.get_running_loop()
    async with httpx.AsyncClient(
        base_url=address, limits=limits, timeout=TIMEOUT, trust_env=False
    ) as client:
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            given = json.loads(line)
            print(json.dumps(await together(client, given["clients"], given["asks"])), flush=True)


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1]))
