from __future__ import annotations

import importlib
import inspect
import os
import subprocess
import sys

import pytest

from kinolex.cli import main
from kinolex.cli.app import VERBS, command


@pytest.mark.parametrize("name", list(VERBS))
def test_a_verb_begins_with_its_line_of_the_overview(name: str) -> None:
    found = command().get_command(None, name)
    inner = getattr(found, "commands", None)
    if inner is None:
        assert inspect.cleandoc(found.help).splitlines()[0] == VERBS[name]
    else:
        assert inner


@pytest.mark.parametrize("name", list(VERBS))
def test_every_verb_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    said = capsys.readouterr().out
    assert "Usage: kinolex" in said
    assert "\x1b" not in said


def test_global_options_are_taken_before_and_after_the_verb() -> None:
    for name in VERBS:
        found = command().get_command(None, name)
        for one in (getattr(found, "commands", None) or {name: found}).values():
            options = {option for parameter in one.params for option in parameter.opts}
            assert {"--library", "--quiet", "--debug"} <= options, name


def test_no_single_letter_option_can_eat_an_excluded_word() -> None:
    found = command().get_command(None, "search")
    options = {option for parameter in found.params for option in parameter.opts}
    assert all(option.startswith("--") for option in options if option.startswith("-"))


@pytest.mark.skipif("coverage" in sys.modules, reason="measuring imports more than kinolex does")
def test_help_imports_no_verb_and_nothing_heavy() -> None:
    """What must not be imported, instead of a time that depends on the machine."""
    seen = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "kinolex", "--help"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
    ).stderr
    modules = {line.rpartition("|")[2].strip() for line in seen.splitlines()}
    assert "kinolex.cli.app" in modules
    heavy = {"rich", "numpy", "pydantic", "av", "onnxruntime", "faiss", "sqlite3", "PIL"}
    assert not heavy & modules
    assert not {f"kinolex.cli.{name}" for name in VERBS} & modules
    assert "kinolex.api" not in modules


def test_modules_are_named_like_their_verbs() -> None:
    for name in VERBS:
        assert hasattr(importlib.import_module(f"kinolex.cli.{name}"), "app")
