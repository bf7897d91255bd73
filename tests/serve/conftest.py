"""Accounts with a clock that tests move and hashes that cost little."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("starlette", reason="needs kinolex[serve]")
argon2 = pytest.importorskip("argon2", reason="needs kinolex[serve]")

from kinolex.serve.accounts import Accounts  # noqa: E402
from kinolex.serve.passwords import Passwords  # noqa: E402


class Clock:
    """Seconds that pass only when a test says so."""

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def quick() -> Passwords:
    return Passwords(argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def accounts(tmp_path: Path, clock: Clock, quick: Passwords) -> Iterator[Accounts]:
    with Accounts.open(tmp_path, clock=clock, passwords=quick) as found:
        yield found
