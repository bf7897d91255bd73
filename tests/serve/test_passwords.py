from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.errors import UsageError
from kinolex.serve.passwords import Passwords, checked_password


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short",
        "ninechars",
        "aaaaaaaaaaaa",
        "abababababab",
        "AnnaLovelace",
        "annalovelace1815",
        "ecalevolanna",
        "password123!",
        "Password-2024",
        "1234567890",
        "qwertyuiop",
        "abcdefghijkl",
        "lkjihgfedcba",
        "kinolex2026",
        "x" * 1025,
    ],
)
def test_what_anybody_would_try_first_is_refused(password: str) -> None:
    with pytest.raises(UsageError):
        checked_password("AnnaLovelace", password)


@pytest.mark.parametrize(
    "password", ["seven green kites", "пять зелёных змеев", "七つの緑の凧が空を飛ぶ", "hT7#kq92Lm"]
)
def test_others_are_taken_as_they_are(password: str) -> None:
    assert checked_password("AnnaLovelace", password) == password


@given(st.text(min_size=1, max_size=50), st.text(max_size=50))
def test_only_the_same_text_verifies(quick: Passwords, one: str, other: str) -> None:
    hashed = quick.hash(one)
    assert quick.verify(hashed, one)
    assert quick.verify(hashed, other) == (one == other)


def test_a_broken_hash_verifies_nothing(quick: Passwords) -> None:
    for odd in ("", "$argon2id$", "x" * 100):
        assert not quick.verify(odd, "seven green kites")
