from __future__ import annotations

import io
import json
import os
import pty
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

pytest.importorskip("argon2", reason="needs kinolex[serve]")

from kinolex import api
from kinolex.cli import main
from kinolex.cli.accounts import entry_line, person_line
from kinolex.library.store import Store
from kinolex.serve.accounts import Accounts
from kinolex.serve.audit import Audit
from kinolex.serve.people import Person
from tests.cli.places import Place

GOOD = "seven green kites"


@pytest.fixture
def own(tmp_path: Path) -> Place:
    """A library with two roots and no videos."""
    library = tmp_path / "library"
    with Store.open(library, write=True) as store:
        for name in ("films", "family"):
            (tmp_path / name).mkdir()
            store.add_root(tmp_path / name)
    return Place(library, tmp_path / "films", tmp_path / "no-model")


@dataclass
class Call:
    """The command line in this process, with a stdin of its own."""

    own: Place
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    def __call__(self, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
        self.monkeypatch.setattr(sys, "stdin", io.StringIO(given))
        code = main(["--library", str(self.own.library), "accounts", *words])
        said = self.capsys.readouterr()
        assert "Traceback" not in said.err
        return subprocess.CompletedProcess(words, code, said.out, said.err)

    def made(self, name: str, *options: str) -> subprocess.CompletedProcess[str]:
        return self("add", name, *options, "--password-stdin", given=f"{GOOD}\n")


@pytest.fixture
def run(own: Place, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    return Call(own, capsys, monkeypatch)


def test_from_the_first_admin_to_the_audit_log(own: Place, run: Call) -> None:
    assert run("list").returncode == 1
    assert not (own.library / "accounts.sqlite").exists()  # looking makes nothing
    assert run.made("boss", "--role", "admin").returncode == 0
    films = str(own.videos)
    assert run.made("anna", "--role", "editor", "--root", films).returncode == 0
    assert run("list").stdout == f"anna\teditor\t{films}\nboss\tadmin\tevery folder\n"
    roots = {root.path: root.id for root in api.open(own.library).roots()}
    with Accounts.open(own.library) as accounts:
        assert accounts.check("anna", GOOD) == Person(
            "anna", "editor", frozenset({roots[own.videos]})
        )
    assert run("role", "anna", "viewer").returncode == 0
    family = str(own.videos.parent / "family")
    assert run("roots", "anna", films, family).returncode == 0
    rows = json.loads(run("list", "--json").stdout)
    assert rows[0] == {"name": "anna", "role": "viewer", "roots": sorted(roots.values())}
    new = run("password", "anna", "--password-stdin", given="eight blue boats\n")
    assert new.returncode == 0
    with Accounts.open(own.library) as accounts:
        assert accounts.check("anna", "eight blue boats") is not None
    assert run("remove", "anna").returncode == 0
    actions = [line.split("\t")[3] for line in run("audit").stdout.splitlines()]
    assert actions == [
        f"accounts {name}" for name in ("remove", "password", "roots", "role", "add", "add")
    ]
    for file in own.library.glob("a*.sqlite*"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_tokens(own: Place, run: Call) -> None:
    run.made("anna", "--role", "editor")
    done = run("token", "anna", "--label", "night script", "--days", "3", "--role", "viewer")
    secret = done.stdout.strip()
    assert secret.startswith("knx_")
    with Accounts.open(own.library) as accounts:
        assert accounts.token(secret) == Person("anna", "viewer")
    listed = run("tokens", "anna").stdout
    assert secret not in listed
    assert "night script" in listed
    (row,) = json.loads(run("tokens", "--json").stdout)
    assert run("revoke", row["id"]).returncode == 0
    assert run("tokens").returncode == 1
    assert run("revoke", row["id"]).returncode == 2
    above = run("token", "anna", "--label", "x", "--role", "admin")
    assert above.returncode == 2
    assert "cannot have the role admin" in above.stderr


@pytest.mark.parametrize(
    ("words", "given", "sentence"),
    [
        (["add", "anna"], "", "Nobody is here to type a password."),
        (["add", "anna", "--password-stdin"], "short\n", "at least 10"),
        (["add", "anna", "--password-stdin"], "annaannaanna\n", "fewer than four"),
        (["add", "annabella", "--password-stdin"], "annabella123\n", "name of the account"),
        (["add", "anna", "--role", "king", "--password-stdin"], f"{GOOD}\n", "no role 'king'"),
        (["add", "a/b", "--password-stdin"], f"{GOOD}\n", "cannot be the name"),
        (["add", "anna", "--root", "/nowhere", "--password-stdin"], f"{GOOD}\n", "not a folder of"),
        (["add", "anna", "--password", GOOD], "", "--password"),
        (["password", "nobody"], "", "no account 'nobody'"),
        (["remove", "nobody"], "", "no account 'nobody'"),
        (["roots", "nobody"], "", "Say which folders"),
        (["roots", "nobody", "--all", "--none"], "", "Say which folders"),
        (["token", "nobody"], "", "--label"),
        (["tell"], "", "tell"),
    ],
)
def test_wrong_calls_are_one_sentence(
    run: Call, words: list[str], given: str, sentence: str
) -> None:
    done = run(*words, given=given)
    assert done.returncode == 2
    assert done.stdout == ""
    assert sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert GOOD not in done.stderr or "--password" in words


def test_a_password_is_typed_twice_and_not_seen(own: Place) -> None:
    shown = typed(own, [GOOD, GOOD])
    assert "anna is admin now." in shown
    assert GOOD not in shown
    with Accounts.open(own.library) as accounts:
        assert accounts.check("anna", GOOD) is not None
        accounts.remove("anna")
    assert "The two passwords differ." in typed(own, [GOOD, GOOD + "x"])


def typed(own: Place, lines: list[str]) -> str:
    """Run `accounts add` in a terminal and type."""
    mine, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "kinolex", "accounts", "add", "anna", "--role", "admin"],
        env=own.environment(),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    ) as process:
        os.close(theirs)
        shown = b""
        for line in lines:
            asked = shown.count(b": ")
            while shown.count(b": ") == asked:
                shown += os.read(mine, 1000)
            os.write(mine, line.encode() + b"\n")
        try:
            while part := os.read(mine, 1000):
                shown += part
        except OSError:
            pass  # the end of a terminal on Linux
        process.wait(60)
    os.close(mine)
    return shown.decode()


def test_lines_are_lines(tmp_path: Path) -> None:
    with Audit.open(tmp_path) as audit:
        audit.record("a\tb", "c\nd", "", "ok", "")
        (entry,) = audit.entries()
    line = entry_line(entry)
    assert line.count("\t") == 6
    assert len(line.splitlines()) == 1
    odd = person_line(Person("anna", "viewer", frozenset({"r1", "gone"})), {"r1": "/a\nb"})
    assert odd == "anna\tviewer\t(unknown folder gone), /a b"
    assert person_line(Person("anna", "viewer", frozenset()), {}).endswith("no folder")
