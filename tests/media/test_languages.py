"""Language tags."""

from __future__ import annotations

import pytest

from kinolex.media.languages import language_code


@pytest.mark.parametrize(
    ("tag", "code"),
    [("eng", "en"), ("EN", "en"), ("ger", "de"), ("deu", "de"), ("de-AT", "de"), ("pt_BR", "pt"),
     ("zho", "zh"), ("chi", "zh"), ("cmn", "zh"), ("und", ""), ("", ""), (None, ""), ("tlh", "tlh"),
     ("mul", ""), ("fre", "fr"), ("\x00", ""), ("ukr", "uk"), ("12", "")],
)  # fmt: skip
def test_codes(tag, code):
    assert language_code(tag) == code


def test_codes_are_fixed_points():
    assert all(language_code(language_code(tag)) == language_code(tag) for tag in ("eng", "jpn"))
