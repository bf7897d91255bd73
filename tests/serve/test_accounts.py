from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import argon2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kinolex.errors import LibraryError, LibraryTooNewError, NotFoundError, UsageError
from kinolex.serve.accounts import EVERYBODY, Accounts, Person
from kinolex.serve.passwords import Passwords
from tests.serve.conftest import Clock

GOOD = "seven green kites"


def test_an_account_and_its_password(accounts: Accounts) -> None:
    assert not accounts.any()
    anna = accounts.add("Anna", GOOD, "editor", {"r1", "r2"})
    assert anna == Person("Anna", "editor", frozenset({"r1", "r2"}))
    assert accounts.any()
    assert accounts.check("anna", GOOD) == anna
    assert accounts.check(" ANNA", GOOD) == anna
    for wrong in ("", GOOD + " ", GOOD.upper(), "x" * 5000, "\ud800", "a\0b"):
        assert accounts.check("Anna", wrong) is None
    assert accounts.check("nobody", GOOD) is None
    assert accounts.people() == [anna]


def test_one_name_is_one_account_however_it_is_written(accounts: Accounts) -> None:
    accounts.add("Zoë", GOOD)
    for same in ("zoë", "ZOË", "Zoe\u0308", " Zoë "):
        with pytest.raises(UsageError, match="already"):
            accounts.add(same, GOOD)
    assert accounts.check("zoe\u0308", GOOD) is not None


@pytest.mark.parametrize(
    "name", ["", " ", "a b", "a\nb", "a/b", "../x", "-x", ".x", "a" * 65, "a\u202eb", "a\0", "<b>"]
)
def test_names_that_could_be_taken_for_something_else(accounts: Accounts, name: str) -> None:
    with pytest.raises(UsageError):
        accounts.add(name, GOOD)


def test_nothing_that_opens_a_door_is_stored(accounts: Accounts, tmp_path: Path) -> None:
    accounts.add("anna", GOOD)
    secrets = [accounts.start_session("anna"), accounts.make_token("anna", "script"), GOOD]
    stored = b"".join(p.read_bytes() for p in tmp_path.iterdir())
    for secret in secrets:
        assert secret.encode() not in stored
    assert b"$argon2id$" in stored


def test_the_defaults_are_argon2id_as_rfc_9106_recommends() -> None:
    hashed = Passwords().hash(GOOD)
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    argon2.PasswordHasher().verify(hashed, GOOD)  # the reference implementation agrees


def test_an_unknown_name_costs_a_verification_too(tmp_path: Path) -> None:
    calls: list[str] = []

    class Counting(argon2.PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:
            calls.append(str(hash))
            return super().verify(hash, password)

    hasher = Counting(time_cost=1, memory_cost=8, parallelism=1)
    with Accounts.open(tmp_path, passwords=Passwords(hasher)) as accounts:
        accounts.add("anna", GOOD)
        assert accounts.check("anna", "wrong") is None
        assert accounts.check("nobody", "wrong") is None
    known, unknown = (argon2.extract_parameters(each) for each in calls)
    assert known == unknown  # the same work, not only the same call


def test_nobodys_password_opens_nothing(tmp_path: Path, quick: Passwords) -> None:
    with Accounts.open(tmp_path, passwords=quick) as accounts:
        assert accounts.check("nobody", "nobody has this password") is None


def test_an_old_hash_is_made_anew_at_login(tmp_path: Path, quick: Passwords) -> None:
    with Accounts.open(tmp_path, passwords=quick) as accounts:
        accounts.add("anna", GOOD)
    newer = argon2.PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    with Accounts.open(tmp_path, passwords=Passwords(newer)) as accounts:
        assert accounts.check("anna", "wrong") is None
        before = _hash(tmp_path)
        assert accounts.check("anna", GOOD) is not None
        after = _hash(tmp_path)
        assert accounts.check("anna", GOOD) is not None
        assert _hash(tmp_path) == after
    assert "t=1" in before
    assert "m=16,t=2" in after


def _hash(folder: Path) -> str:
    connection = sqlite3.connect(folder / "accounts.sqlite")
    (found,) = connection.execute("SELECT password FROM people").fetchone()
    connection.close()
    return str(found)


def test_changes_end_sessions_where_they_should(accounts: Accounts) -> None:
    accounts.add("boss", GOOD, "admin")
    accounts.add("anna", GOOD, "editor")
    secret = accounts.start_session("anna")
    accounts.change("anna", roots={"r1"})
    assert accounts.session(secret) == Person("anna", "editor", frozenset({"r1"}))
    accounts.change("anna", role="viewer")
    assert accounts.session(secret) is None
    secret = accounts.start_session("anna")
    accounts.change("anna", password="eight blue boats")
    assert accounts.session(secret) is None
    assert accounts.check("anna", GOOD) is None
    assert accounts.check("anna", "eight blue boats") is not None
    assert accounts.session(accounts.start_session("boss")) is not None


def test_a_removed_person_leaves_nothing(accounts: Accounts) -> None:
    accounts.add("anna", GOOD, roots={"r1"})
    session, token = accounts.start_session("anna"), accounts.make_token("anna", "x")
    accounts.remove("ANNA")
    assert accounts.session(session) is None
    assert accounts.token(token) is None
    assert accounts.tokens() == []
    accounts.add("anna", GOOD, roots=set())
    assert accounts.person("anna") == Person("anna", "viewer", frozenset())
    assert accounts.session(session) is None


def test_the_last_admin_stays(accounts: Accounts) -> None:
    accounts.add("boss", GOOD, "admin")
    accounts.add("anna", GOOD)
    with pytest.raises(UsageError, match="only admin"):
        accounts.remove("boss")
    with pytest.raises(UsageError, match="only admin"):
        accounts.change("boss", role="editor")
    accounts.change("anna", role="admin")
    accounts.remove("boss")
    accounts.remove("anna")  # nobody is left who would need one
    assert not accounts.any()


def test_an_admin_cannot_be_kept_from_a_root(accounts: Accounts) -> None:
    with pytest.raises(UsageError, match="every root"):
        accounts.add("boss", GOOD, "admin", {"r1"})
    accounts.add("anna", GOOD, "editor", {"r1"})
    with pytest.raises(UsageError, match="every root"):
        accounts.change("anna", role="admin")
    assert accounts.change("anna", role="admin", roots=None).sees("r2")


def test_wrong_calls_are_sentences(accounts: Accounts) -> None:
    with pytest.raises(UsageError, match="no role"):
        accounts.add("anna", GOOD, "king")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="several ids"):
        accounts.add("anna", GOOD, "viewer", "r1")
    for call in (accounts.remove, accounts.start_session):
        with pytest.raises(NotFoundError):
            call("nobody")
    with pytest.raises(NotFoundError):
        accounts.change("nobody", role="viewer")


def test_only_the_owner_can_read_the_files(accounts: Accounts, tmp_path: Path) -> None:
    accounts.add("anna", GOOD)
    files = sorted(tmp_path.iterdir())
    assert len(files) >= 2  # the log of changes lies beside it while it is open
    for file in files:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_a_file_that_others_could_read_is_tightened(tmp_path: Path, quick: Passwords) -> None:
    Accounts.open(tmp_path, passwords=quick).close()
    (tmp_path / "accounts.sqlite").chmod(0o644)
    Accounts.open(tmp_path, passwords=quick).close()
    assert stat.S_IMODE((tmp_path / "accounts.sqlite").stat().st_mode) == 0o600


def test_files_of_others_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "accounts.sqlite"
    file.write_bytes(b"not a database at all" * 100)
    with pytest.raises(LibraryError, match="damaged"):
        Accounts.open(tmp_path)
    file.unlink()
    other = sqlite3.connect(file)
    other.execute("CREATE TABLE t (x)")
    other.close()
    with pytest.raises(LibraryError, match="another program"):
        Accounts.open(tmp_path)
    file.unlink()
    Accounts.open(tmp_path).close()
    newer = sqlite3.connect(file)
    newer.execute("PRAGMA user_version = 99")
    newer.close()
    with pytest.raises(LibraryTooNewError):
        Accounts.open(tmp_path)


def test_keys_stay_and_differ(accounts: Accounts, tmp_path: Path) -> None:
    first = accounts.key("csrf")
    assert len(first) == 32
    with Accounts.open(tmp_path) as again:
        assert again.key("csrf") == first
        assert again.key("other") != first


ADD = """
import sys
from pathlib import Path
import argon2
from kinolex.serve.accounts import Accounts
from kinolex.serve.passwords import Passwords
quick = Passwords(argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
print("ready", flush=True)
sys.stdin.readline()
with Accounts.open(Path(sys.argv[1]), passwords=quick) as accounts:
    for n in range(20):
        accounts.add(f"{sys.argv[2]}{n}", "seven green kites")
        assert accounts.session(accounts.start_session(f"{sys.argv[2]}{n}"))
"""


def test_processes_at_once_lose_nothing(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    started = [
        subprocess.Popen(
            [sys.executable, "-c", ADD, str(tmp_path), letter],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for letter in "abc"
    ]
    for each in started:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    for each in started:
        # They make the file, migrate it and write to it at the same time.
        each.communicate("go\n", timeout=100)
    assert [each.returncode for each in started] == [0, 0, 0]
    with Accounts.open(tmp_path) as accounts:
        assert len(accounts.people()) == 60


def test_everybody_is_the_person_at_the_machine() -> None:
    assert EVERYBODY.may("admin")
    assert EVERYBODY.roots is None


ROLES = st.sampled_from(["viewer", "editor", "admin"])


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(ROLES, ROLES | st.none()), min_size=1, max_size=6))
def test_no_token_ever_may_more_than_its_person(
    accounts: Accounts, clock: Clock, steps: list[tuple[str, str | None]]
) -> None:
    order = ["viewer", "editor", "admin"]
    if accounts.person("boss") is None:
        accounts.add("boss", GOOD, "admin")
        accounts.add("anna", GOOD)
    made: list[tuple[str, str | None]] = []
    for own, wanted in steps:
        accounts.change("anna", role=own)  # type: ignore[arg-type]
        try:
            secret = accounts.make_token("anna", "t", role=wanted)  # type: ignore[arg-type]
            made.append((secret, wanted))
        except UsageError:
            assert wanted is not None
            assert order.index(wanted) > order.index(own)
        for secret, limit in made:
            person = accounts.token(secret)
            assert person is not None
            expected = min(order.index(own), order.index(limit or own))
            assert person.role == order[expected]
