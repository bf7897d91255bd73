from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from kinolex.cli import main
from kinolex.cli.checks import CHANNEL_KINDS, PACKAGES, Check, all_checks
from kinolex.cli.doctor import check_lines
from kinolex.cli.lines import text_of
from tests.cli.places import Place


def test_everything_is_looked_at(tmp_path: Path) -> None:
    checks = list(all_checks(tmp_path))
    names = {check.name for check in checks}
    assert set(PACKAGES) | set(CHANNEL_KINDS) | {"Python", "SQLite", "library"} <= names
    assert all(check.command for check in checks if check.state == "missing")


def test_versions_are_those_that_are_imported(tmp_path: Path) -> None:
    import numpy

    found = {check.name: check.detail for check in all_checks(tmp_path)}
    assert found["numpy"] == numpy.__version__
    assert found["SQLite"].startswith(sqlite3.sqlite_version)


def test_a_damaged_library_is_found(tmp_path: Path) -> None:
    (tmp_path / "library.sqlite").write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    checks = [c for c in all_checks(tmp_path) if c.group == "library"]
    assert any(check.state == "wrong" for check in checks)


def test_vectors_that_no_encoder_here_fits_are_told(here: Place, tmp_path: Path) -> None:
    """As after an update that brings another version of the encoder."""
    place = tmp_path / "library"
    shutil.copytree(here.library, place)
    assert not [c for c in all_checks(place) if (c.group, c.name) == ("library", "picture")]
    with sqlite3.connect(place / "library.sqlite") as connection:
        changed = "UPDATE blocks SET space = 'before@000000000000' WHERE kind = 'frames'"
        assert connection.execute(changed).rowcount
    connection.close()
    (check,) = (c for c in all_checks(place) if (c.group, c.name) == ("library", "picture"))
    assert (check.state, check.command) == ("missing", "kinolex index --only picture")
    assert "were indexed with before@000000000000" in check.detail


def test_json_is_alone_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["doctor", "--json"])
    said = capsys.readouterr()
    found = json.loads(said.out)
    assert code == (0 if found["well"] else 1)
    assert {"group", "name", "state", "detail", "command"} == set(found["checks"][0])


def test_each_missing_thing_has_its_command_at_the_end() -> None:
    checks = [
        Check("extras", "speech", "missing", "needed for speech", 'pip install "kinolex[speech]"'),
        Check("library", "library", "info", "none yet", "kinolex index FOLDER"),
    ]
    assert [text_of(line) for line in check_lines(checks)] == [
        "extras",
        "  – speech   needed for speech",
        "library",
        "  · library  none yet",
        "What to do",
        '  pip install "kinolex[speech]"  for extras: speech',
    ]
    assert text_of(check_lines([Check("a", "b", "ok", "c")])[-1]) == "All is well."
