"""``kinolex label`` on real clips with a real (small) encoder: planted colours at known times."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kinolex.cli import main
from kinolex.cli.label import ending, rows, span_lines, summary_lines
from kinolex.cli.lines import cells, text_of
from kinolex.moments import Span, Video
from kinolex.understand.labels import Label, Labels, LabelSpan
from tests.cli.places import Place

Capture = pytest.CaptureFixture[str]


def call(capsys: Capture, *words: str) -> tuple[int, str, str]:
    code = main(["label", *words])
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.fixture
def classes(tmp_path: Path) -> str:
    (tmp_path / "classes.txt").write_text("# colours\nred\nblue\nyellow: yellow | bright yellow\n")
    return str(tmp_path / "classes.txt")


def test_what_is_shown_when(here: Place, capsys: Capture, classes: str) -> None:
    code, out, err = call(capsys, "frog talk.mp4", "--classes", classes)
    found = [line.split("\t") for line in out.splitlines()]
    assert code == 0
    assert [(row[3], row[4]) for row in found] == [
        ("red", str(here.frog)),
        ("blue", str(here.frog)),
    ]
    assert found[0][:2] == ["0:00.0", "0:03.0"]
    assert found[1][:2] == ["0:06.0", "0:09.0"]
    assert all(float(row[2]) > 0.5 for row in found)
    assert "2 spans in 9 s of frog talk; none of these: 3" in err
    assert call(capsys, "frog talk.mp4", "--classes", classes, "--quiet")[2] == ""


def test_json_and_options(here: Place, capsys: Capture, classes: str) -> None:
    code, out, err = call(
        capsys, f"{here.frog}#t=1,7.5", "--classes", classes, "--json", "--top", "2"
    )
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert (found["schema"], found["start"], found["end"]) == ("kinolex.labels/1", 1.0, 7.5)
    assert len(found["classes"]) == 2
    assert [(s["name"], s["start"], s["end"]) for s in found["spans"]] == [
        ("red", 1.0, 3.0), ("blue", 6.0, 7.5)
    ]  # fmt: skip
    assert 0 < found["none"] < 1
    code, out, _ = call(capsys, str(here.bike), "--classes", classes, "--json", "--no-none")
    assert json.loads(out)["none"] is None
    assert call(capsys, "bike", "--classes", classes, "--threshold", "1")[:2] == (1, "")


def test_none_of_these_is_exit_code_1(here: Place, capsys: Capture, tmp_path: Path) -> None:
    (tmp_path / "c").write_text("cyan\nmagenta")
    code, out, err = call(capsys, "bike", "--classes", str(tmp_path / "c"))
    assert (code, out) == (1, "")
    assert err == "None of these classes is to be seen in 4 s of bike.\n"


def test_examples(here: Place, capsys: Capture, tmp_path: Path) -> None:
    for name, colour in (("hot", (250, 10, 5)), ("cold", (5, 0, 240))):
        (tmp_path / "examples" / name).mkdir(parents=True)
        for number in range(3):
            picture = np.full((20, 30, 3), colour, np.uint8) // (1 + number % 2)
            place = tmp_path / "examples" / name / f"{number}.png"
            Image.fromarray(picture.astype(np.uint8)).save(place)
    code, out, _ = call(capsys, "frog talk", "--examples", str(tmp_path / "examples"))
    named = [line.split("\t")[3] for line in out.splitlines()]
    assert (code, named) == (0, ["hot", "cold"])


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["frog talk"], "No classes are given. Name a file"),
        (["frog talk", "--classes", "none.txt"], "There is no file none.txt"),
        (["frog talk", "--examples", "none"], "There is no folder none"),
        (["nobody.mp4", "--classes", "CLASSES"], "No video is called 'nobody.mp4'"),
        (["nobody.mp4#t=1,2", "--classes", "CLASSES"], "No video is called 'nobody.mp4'"),
        (["frog talk#t=50,60", "--classes", "CLASSES"], "only 9 s long"),
        (["frog talk", "--classes", "CLASSES", "--threshold", "2"], "from 0 to 1"),
        (["frog talk", "--classes", "CLASSES", "--top", "0"], "1 or more"),
    ],
)
def test_wrong_calls_are_one_sentence(
    here: Place, capsys: Capture, classes: str, words: list[str], says: str
) -> None:
    code, out, err = call(capsys, *(classes if w == "CLASSES" else w for w in words))
    assert (code, out) == (2, "")
    assert says in err
    assert len(err.splitlines()) == 1


def test_a_library_without_pictures_names_the_command(
    tmp_path: Path, capsys: Capture, classes: str, here: Place
) -> None:
    library = str(tmp_path / "library")
    assert call(capsys, "bike", "--classes", classes, "--library", library)[0] == 2
    main(["index", str(here.bike), "--only", "title", "--library", library, "--quiet"])
    capsys.readouterr()
    code, out, err = call(capsys, "bike", "--classes", classes, "--library", library)
    assert (code, out) == (2, "")
    assert "No pictures are indexed. Run `kinolex index --only picture`" in err


def test_lines_fit_and_names_cannot_steer_the_terminal() -> None:
    video = Video("a" * 32, "/v/a\n.mp4", "a", 70.0)
    found = Labels(
        video, Span(0, 70),
        (Label("a very long name of a class \x1b[31m 映画", 0.91, 0.5), Label("cup", 0.2, 0.01)),
        0.25, (LabelSpan(Span(2, 65), "cup \x1b[2J", 0.8),),
    )  # fmt: skip
    for columns in (30, 80):
        for line in summary_lines(found, columns) + span_lines(found, columns):
            assert cells(text_of(line)) <= columns
            assert "\x1b" not in text_of(line)
    assert "50% of the time" in text_of(summary_lines(found, 80)[0])
    assert text_of(span_lines(found, 80)[0]) == "      0:02–1:05   80%  cup �[2J"
    assert rows(found) == ["0:02.0\t1:05.0\t0.80\tcup �[2J\t/v/a .mp4"]
    assert ending(found) == "1 span in 1 min 10 s of a; none of these: 25%."


def test_labelling_decodes_nothing(here: Place, classes: str) -> None:
    call = f"main(['label', 'bike', '--classes', {classes!r}])"
    code = f"import sys; from kinolex.cli import main; print({call}, 'av' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=here.environment(),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.stdout.splitlines()[-1] == "0 False", done.stderr
