"""``kinolex datasets``: what it prints for people and for programs, and its exit codes."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import subprocess
import sys
import termios
from pathlib import Path
from typing import Any

import pytest
import typer.main

from kinolex.cli.datasets import app
from kinolex.datasets import dataset as registry
from kinolex.datasets.dataset import Split, datasets, described
from kinolex.datasets.records import read
from kinolex.errors import UsageError


def run(*words: str) -> int:
    """The exit code of a call; the verb alone, as its group calls it."""
    command: Any = typer.main.get_command(app)
    with command.make_context("datasets", list(words)) as context:
        return int(context.command.invoke(context))


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a data set of which only the facts are known."""
    datasets()
    monkeypatch.setattr(registry, "_known", dict(registry._known))
    splits = (Split("all", "other"),)
    return described("told", title="Told", task="play", citation="None.", splits=splits).name


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    place = tmp_path / "in" / "charades_sta_test.txt"
    place.write_text("AB 0 4##person sits\nCD 5 3##person sits\nCD 1 2##\x1b[31mred\n")
    return tmp_path / "in"


def test_list_names_every_data_set_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    assert run("list") == 0
    out = capsys.readouterr().out
    lines = {line.strip("* ").split()[0]: line for line in out.splitlines()[1:]}
    assert list(lines) == list(datasets())
    assert lines[told].split()[:2] == [told, "play"]
    for name, one in datasets().items():
        assert lines[name].strip().startswith("*") == bool(one.reader)
        assert one.title in lines[name]


@pytest.mark.parametrize("columns", [20, 40, 80, 120, 200])
def test_a_terminal_shows_whole_names_and_no_line_is_broken(columns: int) -> None:
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (40, columns))
    environment = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "NO_COLOR")}
    words = [sys.executable, "-m", "kinolex", "datasets", "list"]
    with subprocess.Popen(
        words, stdout=slave, stderr=subprocess.DEVNULL, env=environment | {"TERM": "xterm"}
    ) as process:
        os.close(slave)
        taken = b""
        with contextlib.suppress(OSError):  # the end of a terminal
            while piece := os.read(master, 65536):
                taken += piece
    os.close(master)
    assert process.returncode == 0
    lines = taken.decode().splitlines()
    names = [line.strip("* ").split()[0] for line in lines[1:]]
    assert names == list(datasets())
    assert max(map(len, lines)) <= max(columns, 5 + max(map(len, names)))


def test_a_pipe_gets_no_blanks_and_folded_splits(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    assert run("list") == 0
    whole = capsys.readouterr().out.splitlines()
    monkeypatch.setenv("COLUMNS", "80")
    assert run("list") == 0
    narrow = capsys.readouterr().out.splitlines()
    assert max(map(len, narrow)) <= 80
    assert [line.split()[:2] for line in narrow] == [line.split()[:2] for line in whole]
    assert not any(line != line.rstrip() for line in (*whole, *narrow))
    [line] = [one for one in whole if " adverbs " in one]
    splits = [one.name for one in datasets()["adverbs"].splits]
    assert f"  {splits[0]}, +{len(splits) - 1}  " in line
    [line] = [one for one in whole if " vinoground " in one]
    assert ", +" not in line


def test_list_for_programs(capsys: pytest.CaptureFixture[str], told: str) -> None:
    assert run("list", "--json") == 0
    found = {one["name"]: one for one in json.loads(capsys.readouterr().out)}
    assert set(found) == set(datasets())
    assert found["qvhighlights"]["splits"][1]["records"] == 1550
    assert (found["lsmdc"]["loader"], found[told]["loader"]) == (True, False)


def test_check_says_what_is_wrong(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", "charades-sta", str(folder)) == 3
    out = capsys.readouterr().out
    assert "charades_sta_test.txt: CHANGED" in out
    assert "train: missing charades_sta_train.txt" in out
    assert "2 videos, 3 records (PUBLISHED: 1,334 videos, 3,720 records)" in out
    assert "1 text for several videos (2): 'person sits' (2)" in out
    assert "1 window without length or backwards" in out
    assert "3 windows in videos of unknown length" in out
    assert "\x1b" not in out
    assert run("check", "charades-sta", str(folder), "--json") == 3
    assert json.loads(capsys.readouterr().out)["splits"][1]["state"] == "differs"


def test_check_of_what_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], told: str
) -> None:
    assert run("check", "lsmdc", str(tmp_path)) == 1
    assert "missing LSMDC16_challenge_1000_publictect.csv" in capsys.readouterr().out
    assert run("check", told, str(tmp_path)) == 1
    assert "all: missing told.all.jsonl" in capsys.readouterr().out
    with pytest.raises(UsageError, match="Did you mean lsmdc"):
        run("check", "lsdmc", str(tmp_path))


def test_check_of_what_cannot_be_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "charades_sta_test.txt").write_text("nothing")
    assert run("check", "charades-sta", str(folder)) == 3
    assert "test: CANNOT BE READ:" in capsys.readouterr().out


def test_check_of_sets_that_share(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "captions_msvd.json").write_text('{"a_1_2": ["x", "x"], "a_3_4": ["x"]}')
    (tmp_path / "train_list.txt").write_text("a_1_2")
    (tmp_path / "val_list.txt").write_text("a_3_4")
    run("check", "msvd", str(tmp_path))
    out = capsys.readouterr().out
    assert "train and val share 1 source video, 1 text: a" in out
    assert "1 record with a text that the same video has already" in out


def test_convert(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    to = tmp_path / "out.jsonl"
    assert run("convert", "charades-sta", str(folder), str(to)) == 1  # train is not there
    assert "Wrote 3 records of test" in capsys.readouterr().err
    assert [one.video for one in read(to)] == ["AB", "CD", "CD"]
    words = ("convert", "charades-sta", str(folder), str(to), "--split", "test", "--json")
    assert run(*words) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {"file": str(to), "records": 3, "splits": ["test"], "missing": []}


def test_convert_keeps_what_is_there(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a file of the data set itself"):
        run("convert", "charades-sta", str(folder), str(folder / "charades_sta_test.txt"))
    to = tmp_path / "out.jsonl"
    to.write_text("old")
    with pytest.raises(UsageError, match=r"needs charades_sta_train\.txt"):
        run("convert", "charades-sta", str(folder), str(to), "--split", "train")
    (folder / "charades_sta_test.txt").write_text("AB 0 4##person sits\nnothing")
    with pytest.raises(UsageError, match="not in the form"):
        run("convert", "charades-sta", str(folder), str(to))
    assert to.read_text() == "old"
    with pytest.raises(UsageError, match="no folder"):
        run("convert", "charades-sta", str(folder / "none"), str(to))


def test_a_data_set_of_many_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "annotations" / "ego").mkdir(parents=True)
    for name in ("e01", "e02"):
        place = tmp_path / "annotations" / "ego" / f"{name}.csv"
        place.write_text(f"n,at,said\n1,0,I walk in {name}.\n2,5,I sit.\n")
    assert run("check", "videoset", str(tmp_path)) == 0
    out = capsys.readouterr().out
    assert "annotations/*/*.csv: there; no hash is published" in out
    assert "all: 2 videos, 4 records (no size is published)" in out
    assert "Not verified: The files were not at hand" in out
    with pytest.raises(UsageError, match="is a file of the data set itself"):
        run("convert", "videoset", str(tmp_path), str(place))
    to = tmp_path / "out.jsonl"
    assert run("convert", "videoset", str(tmp_path), str(to)) == 0
    assert [(one.kind, one.video) for one in read(to)] == [("moment", "e01")] * 2 + [
        ("moment", "e02")
    ] * 2


def test_check_of_composed_queries(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def pair(number: int, target: str) -> dict[str, Any]:
        members = {"id": 1, "members": ["a", "b", "c"]}
        return {"pairid": number, "reference": "a", "caption": "at night", "target_hard": target,
                "img_set": members}  # fmt: skip

    place = tmp_path / "cap.rc2.val.json"
    place.write_text(json.dumps([pair(1, "b"), pair(2, "c"), pair(3, "d")]))
    secret = pair(4, "b")
    del secret["target_hard"]
    (tmp_path / "cap.rc2.test1.json").write_text(json.dumps([secret]))
    assert run("check", "cirr", str(tmp_path)) == 3
    out = capsys.readouterr().out
    assert "1.0 (1.0 to 1.0) right answers a query, 2.0 (2.0 to 2.0) in their own gallery" in out
    assert "1 of 3 composed queries whose target is not in their own gallery" in out
    assert "3 of 3 composed queries with the reference and text of another, but other" in out
    assert "such as 3, 1, 2" in out
    assert "1 of 1 composed query whose targets are secret" in out
    assert "2 records with a text that the same video has already" in out
    assert run("convert", "cirr", str(tmp_path), str(tmp_path / "o.jsonl"), "--split", "test") == 0
    (found,) = read(tmp_path / "o.jsonl")
    assert (found.kind, found.video, found.split) == ("composed", "a", "test")
