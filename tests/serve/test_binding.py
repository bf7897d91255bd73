from __future__ import annotations

import pytest

from kinolex.errors import UsageError
from kinolex.serve.accounts import Accounts
from kinolex.serve.binding import check_binding, hosts_for, is_loopback

HERE = ["localhost", "LOCALHOST", "127.0.0.1", "127.5.6.7", "::1", "[::1]", "::ffff:127.0.0.1"]
BEYOND = [
    "",
    "0.0.0.0",
    "::",
    "192.168.1.5",
    "8.8.8.8",
    "my-laptop",
    "localhost.evil",
    "127.0.0.1.x",
]


@pytest.mark.parametrize("host", HERE)
def test_here_nobody_needs_an_account(host: str) -> None:
    assert is_loopback(host)
    assert not check_binding(host, None)


@pytest.mark.parametrize("host", BEYOND)
def test_beyond_an_admin_is_demanded(host: str, accounts: Accounts) -> None:
    for known in (None, accounts):
        with pytest.raises(UsageError, match="no admin") as caught:
            check_binding(host, known)
        assert "`kinolex accounts add NAME --role admin`" in str(caught.value)
    accounts.add("anna", "seven green kites", "editor")
    with pytest.raises(UsageError):
        check_binding(host, accounts)
    accounts.add("boss", "seven green kites", "admin")
    assert check_binding(host, accounts)
    assert hosts_for(host, ("films.example",)) == (("films.example",), True)


@pytest.mark.parametrize("host", HERE)
def test_behind_a_proxy_here_is_everywhere(host: str, accounts: Accounts) -> None:
    with pytest.raises(UsageError, match="proxy"):
        check_binding(host, accounts, behind_proxy=True)
    accounts.add("boss", "seven green kites", "admin")
    assert check_binding(host, accounts, behind_proxy=True)
