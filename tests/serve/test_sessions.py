from __future__ import annotations

import sqlite3
from pathlib import Path

from kinolex.serve.accounts import Accounts
from kinolex.serve.sessions import ABSOLUTE, IDLE, MOST
from tests.serve.conftest import Clock

GOOD = "seven green kites"


def test_a_session_ends_without_use_and_in_any_case(accounts: Accounts, clock: Clock) -> None:
    accounts.add("anna", GOOD)
    idle, used = accounts.start_session("anna"), accounts.start_session("anna")
    began = clock.now
    while clock.now - began < ABSOLUTE - IDLE / 2:
        clock.now += IDLE / 2
        assert accounts.session(used) is not None
    assert accounts.session(idle) is None
    clock.now = began + ABSOLUTE
    assert accounts.session(used) is not None
    clock.now += 1
    assert accounts.session(used) is None


def test_the_last_moment_counts(accounts: Accounts, clock: Clock) -> None:
    accounts.add("anna", GOOD)
    secret = accounts.start_session("anna")
    clock.now += IDLE
    assert accounts.session(secret) is not None
    clock.now += IDLE + 1
    assert accounts.session(secret) is None


def test_secrets_are_long_and_never_the_same(accounts: Accounts) -> None:
    accounts.add("anna", GOOD)
    found = {accounts.start_session("anna") for _ in range(20)}
    assert len(found) == 20
    assert all(len(secret) == 43 for secret in found)  # 256 bits in base64url


def test_ending_one_ends_one_and_ending_all_ends_all(accounts: Accounts) -> None:
    accounts.add("anna", GOOD)
    accounts.add("ben", GOOD)
    one, two, other = (accounts.start_session(n) for n in ("anna", "anna", "ben"))
    accounts.end_session(one)
    accounts.end_session("no such secret")
    assert accounts.session(one) is None
    assert accounts.session(two) is not None
    accounts.end_sessions("ANNA")
    assert accounts.session(two) is None
    assert accounts.session(other) is not None


def test_sessions_of_one_person_are_bounded(
    accounts: Accounts, clock: Clock, tmp_path: Path
) -> None:
    accounts.add("anna", GOOD)
    secrets = []
    for _ in range(MOST + 10):
        clock.now += 1
        secrets.append(accounts.start_session("anna"))
    assert accounts.session(secrets[0]) is None
    assert accounts.session(secrets[-1]) is not None
    assert _rows(tmp_path) == MOST
    clock.now += ABSOLUTE * 2
    accounts.start_session("anna")
    assert _rows(tmp_path) == 1


def test_a_full_or_locked_file_shuts_nobody_out(
    accounts: Accounts, clock: Clock, tmp_path: Path
) -> None:
    accounts.add("anna", GOOD)
    secret = accounts.start_session("anna")
    clock.now += 3600  # its use is due to be written
    accounts._file._connection.execute("PRAGMA query_only = ON")
    assert accounts.session(secret) is not None


def _rows(folder: Path) -> int:
    connection = sqlite3.connect(folder / "accounts.sqlite")
    (count,) = connection.execute("SELECT count(*) FROM sessions").fetchone()
    connection.close()
    return int(count)
