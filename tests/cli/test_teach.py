"""``kinolex teach`` and ``@NAME`` on a copy of the real library."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from PIL import Image

from kinolex.cli import main
from tests.cli.places import Place

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def own(here: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A copy, as teaching changes it."""
    shutil.copytree(here.library, tmp_path / "library")
    monkeypatch.setenv("KINOLEX_LIBRARY", str(tmp_path / "library"))
    return Place(tmp_path / "library", here.videos, here.model)


def call(capsys: Capture, *words: str) -> tuple[int, str, str]:
    code = main(words)
    said = capsys.readouterr()
    return code, said.out, said.err


def test_teach_search_list_forget(own: Place, capsys: Capture) -> None:
    code, out, err = call(capsys, "teach", "Wall", "--like", f"{own.frog}#t=3.5,5.5")
    assert (code, out) == (0, "")
    assert err == "@wall: 1 span. Find it with `kinolex search @wall`.\n"
    code, out, err = call(capsys, "search", "@wall", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["query"]["parts"] == [{"kind": "concept", "value": "wall", "weight": 1.0}]
    (moment,) = found["moments"]
    assert (moment["video"]["path"], moment["start"], moment["end"]) == (str(own.frog), 3.0, 6.0)
    code, out, err = call(capsys, "search", "@wall")
    assert "Understood: @wall: like what was taught as wall." in err
    code, out, err = call(capsys, "teach", "--list")
    assert (code, err) == (0, "")
    assert out.startswith("@wall\t1 span\t")
    code, out, _ = call(capsys, "teach", "--list", "--json")
    (told,) = json.loads(out)
    assert [e["kind"] for e in told["examples"]] == ["span"]
    assert call(capsys, "teach", "wall", "--forget") == (0, "", "Forgot wall.\n")
    assert call(capsys, "teach", "wall", "--text", "a wall")[0] == 0
    assert call(capsys, "teach", "@wall", "--forget", "--json")[:2] == (
        0,
        '{"forgotten": "wall"}\n',
    )
    assert call(capsys, "teach", "--list")[0] == 1
    code, out, err = call(capsys, "search", "@wall")
    assert (code, out) == (2, "")
    assert "There is no concept @wall. None was taught yet" in err
    assert call(capsys, "search", '"@wall"')[0] == 1


def test_pictures_words_and_what_it_is_not(own: Place, capsys: Capture, tmp_path: Path) -> None:
    Image.new("RGB", (20, 20), (0, 0, 250)).save(tmp_path / "blue.png")
    code, out, _ = call(
        capsys, "teach", "sea", "--image", str(tmp_path / "blue.png"), "--text", "blue",
        "--not-like", "bike.mp4#t=1,2", "--json",
    )  # fmt: skip
    told = json.loads(out)
    assert (code, told["name"], told["words"]) == (0, "sea", "blue")
    assert {(e["kind"], e["wanted"]) for e in told["examples"]} == {
        ("image", True),
        ("span", False),
    }
    code, out, _ = call(capsys, "search", "@sea", "--json")
    best = json.loads(out)["moments"][0]
    assert (best["start"], best["end"]) == (6.0, 9.0)


def test_another_process_finds_it(own: Place) -> None:
    assert own.run("teach", "wall", "--like", "frog talk.mp4#t=3.5,5.5").returncode == 0
    done = own.run("search", "@wall", "--uris")
    assert done.stdout == f"{own.frog}#t=3,6\n"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "No NAME is given"),
        (["--list", "x"], "--list goes without a NAME"),
        (["--list", "--like", "bike"], "--list goes alone"),
        (["--list", "--forget"], "--list goes alone"),
        (["x", "--forget", "--text", "a"], "--forget goes alone"),
        (["x"], "Nothing is said of @x"),
        (["x y", "--text", "a"], "no name for a concept"),
        (["x", "--like", " "], "--like is empty"),
        (["x", "--like", "nobody.mp4#t=1,2"], "No indexed video is called nobody.mp4"),
        (["x", "--image", "none.png"], "There is no picture none.png"),
        (["x", "--not-like", "bike.mp4"], "Only what @x is not is known"),
        (["x", "--forget"], "There is no concept @x"),
    ],
)
def test_wrong_calls_are_one_sentence(
    own: Place, capsys: Capture, words: list[str], says: str
) -> None:
    code, out, err = call(capsys, "teach", *words)
    assert (code, out) == (2, "")
    assert says in err
    assert len(err.splitlines()) == 1


def test_no_library_is_made_by_teaching(tmp_path: Path, capsys: Capture) -> None:
    library = tmp_path / "none"
    code, _, err = call(capsys, "teach", "x", "--text", "a", "--library", str(library))
    assert code == 2
    assert "kinolex index FOLDER" in err
    assert call(capsys, "teach", "--list", "--library", str(library))[0] == 1
    assert call(capsys, "teach", "x", "--forget", "--library", str(library))[0] == 2
    assert call(capsys, "search", "@x", "--library", str(library))[0] == 2
    assert not library.exists()
