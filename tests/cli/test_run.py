from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kinolex import __version__
from kinolex.cli import main
from kinolex.cli.run import sentence_of
from kinolex.errors import LibraryBusyError, NotFoundError


def ends(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(words)
    said = capsys.readouterr()
    return code, said.out, said.err


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert ends(capsys, "--version") == (0, f"kinolex {__version__}\n", "")
    assert ends(capsys, "version") == (0, f"kinolex {__version__}\n", "")


def test_without_words_the_help_comes(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = ends(capsys)
    assert (code, err) == (0, "")
    assert "search" in out


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["serch"], "Did you mean search?"),
        (["index", "--onyl", "speech"], "--onyl"),
        (["search", "cup", "--chanel", "speech"], "Did you mean --channel?"),
        (["search", "cup", "--limit", "many"], "--limit"),
        (["show"], "VIDEO"),
    ],
)
def test_wrong_calls_are_one_sentence_and_two(
    capsys: pytest.CaptureFixture[str], words: list[str], part: str
) -> None:
    code, out, err = ends(capsys, *words)
    assert (code, out) == (2, "")
    assert err.startswith("kinolex: ")
    assert part in err
    assert err.count("\n") == 1
    assert "--help" in err


def test_known_errors_say_what_and_what_to_do() -> None:
    error = NotFoundError("No video\nis called 'x'.", hint="See `kinolex list`.")
    assert sentence_of(error) == "No video is called 'x'. See `kinolex list`."
    assert LibraryBusyError("").exit_code == 3


def test_unknown_errors_are_one_sentence_too() -> None:
    assert sentence_of(RuntimeError("a\nb")) == (
        "something went wrong inside kinolex (RuntimeError: a b); "
        "run again with --debug to see where."
    )
    full = OSError(28, "No space left on device", "/disk/library.sqlite")
    assert sentence_of(full).startswith("No space left on device: /disk/library.sqlite")


@pytest.mark.parametrize("words", [["version", "--debug"], ["--debug", "version"]])
def test_debug_may_stand_anywhere(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    assert ends(capsys, *words)[0] == 0


def shell(*words: str, **options: object) -> subprocess.CompletedProcess[bytes]:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    return subprocess.run(
        [sys.executable, "-m", "kinolex", *words], capture_output=True, env=env, **options
    )


def test_a_traceback_comes_only_with_debug(tmp_path: Path) -> None:
    (tmp_path / "library.sqlite").write_bytes(b"this is no database" * 100)
    short = shell("status", "--library", str(tmp_path))
    assert short.returncode == 3
    assert short.stderr.count(b"\n") == 1
    long = shell("--debug", "status", "--library", str(tmp_path))
    assert long.returncode == 3
    assert b"Traceback" in long.stderr
    assert b"Traceback" not in short.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="pipes break differently there")
def test_a_reader_that_goes_away_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    done = subprocess.run(
        [sys.executable, "-m", "kinolex", "--help"],
        stdout=writing,
        stderr=subprocess.PIPE,
        env=env,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")
