"""``kinolex collections`` on a copy of the real library."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.places import Place
from tests.cli.test_tag import Capture, call, own

__all__ = ["own"]


def test_add_show_remove_delete(own: Place, capsys: Capture) -> None:
    code, out, err = call(capsys, "collections")
    assert (code, out) == (1, "")
    assert "no collection yet" in err
    frog = f"{own.frog}#t=1,4"
    assert call(capsys, "collections", "add", "Best of", frog, "bike", "--note", "nice") == (
        0, "", "Best of holds 2 spans.\n",
    )  # fmt: skip
    assert call(capsys, "collections", "add", "best OF", "frog talk#t=5,8", "--quiet")[2] == ""
    assert call(capsys, "collections")[1] == "Best of\t3 spans\t10 s\n"
    code, out, _ = call(capsys, "collections", "show", "best of")
    assert out == (
        f"1\t0:01–0:04\t{own.frog}\tnice\n2\t0:00–0:04\t{own.bike}\tnice\n3\t0:05–0:08\t{own.frog}\n"
    )
    code, out, _ = call(capsys, "collections", "show", "best of", "--uris")
    assert out.splitlines() == [frog, f"{own.bike}#t=0,4", f"{own.frog}#t=5,8"]
    code, out, _ = call(capsys, "collections", "show", "best of", "--json")
    told = json.loads(out)
    assert next((i["start"], i["end"], i["note"]) for i in told["items"]) == (1.0, 4.0, "nice")
    assert call(capsys, "collections", "remove", "best of", "2")[2] == "Best of holds 2 spans.\n"
    assert call(capsys, "collections", "remove", "best of", frog)[0] == 0
    code, out, _ = call(capsys, "collections", "remove", "best of", "frog talk", "--json")
    assert json.loads(out)["items"] == []
    assert call(capsys, "collections", "show", "best of")[0] == 1
    assert call(capsys, "collections", "delete", "best of") == (0, "", "Forgot Best of.\n")
    assert call(capsys, "collections", "list", "--json")[:2] == (1, "[]\n")


def test_from_a_search_and_from_another_collection(own: Place, tmp_path: Path) -> None:
    found = own.run("search", "red ball", "--json").stdout
    done = own.run("collections", "add", "cups", "--from", "-", "--json", input=found)
    assert done.returncode == 0, done.stderr
    moments = json.loads(found)["moments"]
    assert [(i["start"], i["end"], i["video"]) for i in json.loads(done.stdout)["items"]] == [
        (m["start"], m["end"], m["video"]["id"]) for m in moments
    ]
    (tmp_path / "cups.json").write_text(done.stdout)
    done = own.run("collections", "add", "again", "--from", str(tmp_path / "cups.json"), "bike")
    assert done.stderr == f"again holds {len(moments) + 1} spans.\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "nothing"), "no collection 'nothing'"),
        (("delete", "nothing"), "no collection 'nothing'"),
        (("remove", "x", "1"), "no collection 'x'"),
        (("remove", "x"), "No SPAN"),
        (("add", "x", "nobody"), "No video is called"),
        (("add", "\x1b[1m", "bike"), "control characters"),
        (("add", "x", "--from", "nowhere.json"), "cannot be read"),
        (("add", "x", "--from", "wrong.json"), "holds no moments"),
        (("add", "x", "--from", "odd.json"), "A span needs"),
    ],
)
def test_wrong_calls(
    own: Place, capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...], said: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    Path("wrong.json").write_text("[1, 2]")
    Path("odd.json").write_text('{"moments": [{"video": {"id": "v"}, "start": 3, "end": 1}]}')
    code, out, err = call(capsys, "collections", *words)
    assert (code, out) == (2, "")
    assert said in err
    assert call(capsys, "collections")[0] == 1


def test_videos_that_are_gone_stay_in_it(own: Place, capsys: Capture) -> None:
    call(capsys, "collections", "add", "c", "bike")
    call(capsys, "remove", "bike", "--yes")
    code, out, _ = call(capsys, "collections", "show", "c")
    assert code == 0
    assert "(not in the library)" in out
