from __future__ import annotations

from pathlib import Path

import pytest

from kinolex.cli.app import VERBS
from kinolex.cli.reference import reference

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"


def test_the_reference_is_up_to_date() -> None:
    if not PAGE.parent.is_dir():
        pytest.skip("the documentation is not here")
    assert PAGE.read_text(encoding="utf-8") == reference(), (
        "run `python -m kinolex.cli.reference > docs/commands.md`"
    )


def test_every_verb_is_in_it() -> None:
    text = reference()
    for name in VERBS:
        assert f"\n## kinolex {name}\n" in text


def test_options_have_values_and_tables_are_whole() -> None:
    text = reference()
    assert "| `--limit N` | At most so many moments. Default: 10. |" in text
    assert "VALUE" not in text
    for line in text.splitlines():
        if line.startswith("| "):
            assert line.replace("\\|", "").count("|") == 3, line
