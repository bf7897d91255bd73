"""``kinolex datasets``: what it prints for people and for programs, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer.main

from kinolex.cli.datasets import app
from kinolex.datasets.dataset import datasets
from kinolex.datasets.records import read
from kinolex.errors import UsageError


def run(*words: str) -> int:
    """The exit code of a call; the verb alone, as its group calls it."""
    command: Any = typer.main.get_command(app)
    with command.make_context("datasets", list(words)) as context:
        return int(context.command.invoke(context))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    place = tmp_path / "in" / "charades_sta_test.txt"
    place.write_text("AB 0 4##person sits\nCD 5 3##person sits\nCD 1 2##\x1b[31mred\n")
    return tmp_path / "in"


def test_list_names_every_data_set_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("list") == 0
    out = capsys.readouterr().out
    for name, one in datasets().items():
        (line,) = (line for line in out.splitlines() if f" {name} " in line)
        assert line.strip().startswith("*") == bool(one.reader)


def test_list_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("list", "--json") == 0
    found = {one["name"]: one for one in json.loads(capsys.readouterr().out)}
    assert set(found) == set(datasets())
    assert found["qvhighlights"]["splits"][1]["records"] == 1550
    assert found["lsmdc"]["loader"] is False


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


def test_check_of_what_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", "lsmdc", str(tmp_path)) == 1
    assert "test-1k: missing lsmdc.test-1k.jsonl" in capsys.readouterr().out
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
