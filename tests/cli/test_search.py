from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from kinolex.cli import main
from kinolex.cli.search import question
from tests.cli.places import Place

Capture = pytest.CaptureFixture[str]


def ask(capsys: Capture, *words: str) -> tuple[int, str, str]:
    code = main(["search", *words])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_json_is_one_object_in_the_documented_shape(here: Place, capsys: Capture) -> None:
    code, out, err = ask(capsys, "red", "ball", "--json")
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert {"query", "nothing_found", "weak", "searched", "timing", "moments"} <= set(found)
    assert found["nothing_found"] is False
    first = found["moments"][0]
    keys = {"rank", "score", "video", "start", "end", "channels", "evidence"}
    assert keys <= set(first)
    assert set(first["video"]) == {"id", "path", "title"}
    assert first["video"]["path"] == str(here.frog)
    assert first["start"] < 4 < first["end"] + 4


def test_a_pipe_gets_stable_columns(here: Place, capsys: Capture) -> None:
    code, out, err = ask(capsys, "pond")
    row = out.splitlines()[0].split("\t")
    assert code == 0
    assert len(row) == 7
    assert row[5] == str(here.frog)
    assert "[pond]" in row[6]
    assert "searched 2 videos" in err


def test_quiet_says_nothing_beside_the_answer(here: Place, capsys: Capture) -> None:
    code, out, err = ask(capsys, "pond", "--quiet")
    assert (code, err) == (0, "")
    assert out


def test_paths_are_absolute_and_unique(here: Place, capsys: Capture) -> None:
    code, out, _ = ask(capsys, "pond", "--paths")
    assert code == 0
    paths = out.splitlines()
    assert paths[0] == str(here.frog)
    assert len(paths) == len(set(paths))
    assert all(os.path.isabs(path) for path in paths)


@pytest.mark.parametrize("null", ["-0", "--null"])
def test_paths_may_end_with_nul(here: Place, capsys: Capture, null: str) -> None:
    _, out, _ = ask(capsys, "pond", "--paths", null)
    assert out.endswith("\0")
    assert "\n" not in out


def test_uris_are_media_fragments_that_can_be_asked_again(here: Place, capsys: Capture) -> None:
    _, out, _ = ask(capsys, "pond", "--uris")
    uri = out.splitlines()[0]
    assert uri.startswith(f"{here.frog}#t=")
    code, again, _ = ask(capsys, "--like", uri, "--json")
    assert code in (0, 1)
    assert json.loads(again)["query"]["parts"][0]["kind"] == "span"


def test_excluded_words_need_no_quoting(here: Place, capsys: Capture) -> None:
    _, out, _ = ask(capsys, "ball", "-cup", "--json")
    found = json.loads(out)
    assert found["query"]["excluded"] == ["cup"]
    assert all("cup" not in e["text"] for m in found["moments"] for e in m["evidence"])


def test_after_two_hyphens_everything_is_words(here: Place, capsys: Capture) -> None:
    _, out, _ = ask(capsys, "--json", "--", "pond", "--limit")
    assert "limit" in json.loads(out)["query"]["raw"]


def test_spaces_in_an_excluded_word_make_a_phrase() -> None:
    assert question(["a", "-b c", "-d"]) == 'a -"b c" -d'


def test_what_was_understood_is_echoed(here: Place, capsys: Capture) -> None:
    _, _, err = ask(capsys, "pond", "-cup")
    assert err.splitlines()[0] == "Understood: without “cup”."


def test_quiet_says_only_that_nothing_was_found(here: Place, capsys: Capture) -> None:
    code, out, err = ask(capsys, "xylophone", "--channel", "speech,screen", "--quiet")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert err.startswith("Nothing found.")


def test_nothing_found_is_said_and_is_code_one(here: Place, capsys: Capture) -> None:
    code, out, err = ask(capsys, "xylophone", "--channel", "speech")
    assert (code, out) == (1, "")
    assert "Nothing found. Searched 2 videos" in err
    code, out, _ = ask(capsys, "xylophone", "--channel", "speech", "--json")
    assert code == 1
    assert json.loads(out)["nothing_found"] is True


def test_limits_that_let_nothing_through(here: Place, capsys: Capture) -> None:
    code, _, err = ask(capsys, "pond", "--min-length", "1h")
    assert code == 1
    assert "no video passes the limits (videos of at least 1 h 00 min)" in err

    assert "Understood" not in err
    code, _, err = ask(capsys, "pond", "--in", "bik.mp4")
    assert (code, err.count("kinolex list")) == (1, 1)


def test_a_path_is_understood_from_where_the_person_stands(
    here: Place, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(here.videos.parent)
    for name in ("videos/frog talk.mp4", "./videos/frog talk.mp4", "videos/trips/../frog talk.mp4"):
        code, out, _ = ask(capsys, "pond", "--paths", "--in", name)
        assert (code, out) == (0, f"{here.frog}\n"), name
        code, out, err = ask(capsys, "--like", f"{name}#t=5,8@0.5", "--json")
        assert err == ""
        assert json.loads(out)["query"]["parts"] == [
            {"kind": "span", "value": f"{here.frog}#t=5,8", "weight": 0.5}
        ]
    assert main(["show", "videos/trips/bike.mp4"]) == 0
    assert str(here.bike) in capsys.readouterr().out


@pytest.mark.parametrize("option", ["--in", "--like", "--image", "--channel"])
def test_an_empty_value_widens_no_search(here: Place, capsys: Capture, option: str) -> None:
    code, out, err = ask(capsys, "pond", option, "")
    assert (code, out) == (2, "")
    assert f"{option} is empty" in err


def test_filters_are_exact(here: Place, capsys: Capture) -> None:
    for words in (
        ["--in", "bike"],
        ["--folder", str(here.videos / "trips")],
        ["--before", "2021", "--after", "2021-05"],
        ["--max-length", "0:05"],
    ):
        _, out, _ = ask(capsys, "yellow", "--json", *words)
        found = json.loads(out)
        paths = {m["video"]["path"] for m in (*found["moments"], *found["weak"])}
        assert paths <= {str(here.bike)}, words
        assert found["searched"]["videos"] == 1, words


def test_a_picture_is_a_question(here: Place, capsys: Capture, tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (64, 64), (255, 255, 0)).save(tmp_path / "yellow.png")
    _, out, _ = ask(capsys, "--image", str(tmp_path / "yellow.png"), "--json")
    found = json.loads(out)
    assert found["query"]["parts"][0]["kind"] == "image"
    assert found["searched"]["channels"] == {"picture": 2}
    # So small a library has no background to judge by: the yellow video comes first, or nothing.
    best = [*found["moments"], *found["weak"]]
    assert not best or best[0]["video"]["path"] == str(here.bike)


def test_an_empty_library_says_how_to_begin(tmp_path: Path, capsys: Capture) -> None:
    code, out, err = ask(capsys, "pond", "--library", str(tmp_path / "none"))
    assert (code, out) == (1, "")
    assert "is empty. Run `kinolex index FOLDER` first." in err
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--channel", "smell", "cup"],
        ["--after", "someday", "cup"],
        ["--min-length", "long", "cup"],
        ["--group", "colour", "cup"],
        ["--limit", "0", "cup"],
        ["--json", "--paths", "cup"],
        ["-0", "cup"],
        ["--like", "#t=3,2"],
    ],
)
def test_wrong_questions_are_one_sentence(here: Place, capsys: Capture, words: list[str]) -> None:
    code, out, err = ask(capsys, *words)
    assert (code, out) == (2, "")
    assert err.startswith("kinolex: ")
    assert err.count("\n") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="shell script")
def test_play_starts_at_the_moment(
    here: Place, capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "mpv"
    script.write_text('#!/bin/sh\nprintf "%s\\n" "$@" > "$0.log"\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    code, out, _ = ask(capsys, "pond", "--play", "--json")
    first = json.loads(out)["moments"][0]
    start, _, path = (tmp_path / "mpv.log").read_text().splitlines()
    assert code == 0
    assert float(start.removeprefix("--start=")) == pytest.approx(first["start"], abs=0.001)
    assert path == str(here.frog)
