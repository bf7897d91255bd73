from __future__ import annotations

import base64

import pytest

from kinolex.errors import NotFoundError, UsageError
from kinolex.serve.accounts import Accounts
from tests.serve.conftest import Clock

GOOD = "seven green kites"


def test_a_token_is_its_person_with_its_roots(accounts: Accounts) -> None:
    anna = accounts.add("anna", GOOD, "editor", {"r1"})
    secret = accounts.make_token("anna", "  night\tscript ")
    assert secret.startswith("knx_")
    assert len(base64.urlsafe_b64decode(secret[4:] + "=")) == 32
    assert accounts.token(secret) == anna
    (known,) = accounts.tokens("ANNA")
    assert (known.label, known.role, known.person) == ("night script", None, "anna")
    accounts.change("anna", roots=set())
    again = accounts.token(secret)
    assert again is not None
    assert again.roots == frozenset()


def test_secrets_that_are_none(accounts: Accounts) -> None:
    accounts.add("anna", GOOD)
    secret = accounts.make_token("anna", "x")
    session = accounts.start_session("anna")
    for wrong in ("", "knx_", secret[:-1], secret + "x", secret[4:], session, "knx_\ud800"):
        assert accounts.token(wrong) is None
    assert accounts.session(secret) is None  # nor is a token a session


def test_it_ends_when_it_should(accounts: Accounts, clock: Clock) -> None:
    accounts.add("anna", GOOD)
    short, ever = (
        accounts.make_token("anna", "a", days=1),
        accounts.make_token("anna", "b", days=None),
    )
    clock.now += 86399
    assert accounts.token(short) is not None
    clock.now += 1
    assert accounts.token(short) is None
    clock.now += 1e9
    assert accounts.token(ever) is not None


def test_use_is_noted_and_revoking_ends_it(accounts: Accounts, clock: Clock) -> None:
    accounts.add("anna", GOOD)
    accounts.add("ben", GOOD)
    secret, other = accounts.make_token("anna", "a"), accounts.make_token("ben", "b")
    assert accounts.tokens("anna")[0].used is None
    accounts.token(secret)
    assert accounts.tokens("anna")[0].used == clock.now
    accounts.revoke(accounts.tokens("anna")[0].id)
    assert accounts.token(secret) is None
    assert accounts.token(other) is not None
    with pytest.raises(NotFoundError):
        accounts.revoke("gone")


def test_tokens_outlive_a_new_password(accounts: Accounts) -> None:
    accounts.add("anna", GOOD)
    secret = accounts.make_token("anna", "a")
    accounts.change("anna", password="eight blue boats")
    assert accounts.token(secret) is not None


@pytest.mark.parametrize("label", ["", "  ", "x" * 101, "a\x1b[31m", "a\u202eb"])
def test_labels_that_cannot_be_read(accounts: Accounts, label: str) -> None:
    accounts.add("anna", GOOD)
    with pytest.raises(UsageError, match="label"):
        accounts.make_token("anna", label)


@pytest.mark.parametrize("days", [0, -1, 3651])
def test_days_that_make_no_sense(accounts: Accounts, days: int) -> None:
    accounts.add("anna", GOOD)
    with pytest.raises(UsageError, match="days"):
        accounts.make_token("anna", "a", days=days)
