"""``kinolex export`` on a real library: files, folders, pipes, and what goes wrong."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from kinolex.cli import main
from tests.cli.places import Place
from tests.export.readers import read_edl, read_vtt
from tests.media.cutting.films import seen

Capture = pytest.CaptureFixture[str]


def call(capsys: Capture, *words: str) -> tuple[int, str, str]:
    code = main(["export", *words])
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_good_name_here_and_nothing_overwritten(here: Place, capsys: Capture) -> None:
    for name in ("frog talk 0.01-0.04.srt", "frog talk 0.01-0.04 (2).srt"):
        code, out, err = call(capsys, "frog talk.mp4#t=1,4", "--format", "srt")
        assert (code, out, err) == (0, f"{name}\n", "")
        assert "red ball" in Path(name).read_text()


def test_the_format_by_the_suffix(here: Place, capsys: Capture) -> None:
    code, out, _ = call(
        capsys, "frog talk.mp4#t=1,4", "bike#t=1,2", "--to", "a.edl", "--title", "T"
    )
    assert (code, out) == (0, "a.edl\n")
    title, drop, cuts = read_edl(Path("a.edl").read_bytes(), 25)  # type: ignore[arg-type]
    assert (title, drop, len(cuts)) == ("T", False, 2)


def test_clips_one_file_each(here: Place, capsys: Capture) -> None:
    spans = ["frog talk.mp4#t=1,2", "frog talk.mp4#t=5,6.5", "bike#t=1,2"]
    code, out, err = call(capsys, *spans, "--format", "clip", "--to", "clips/", "--exact")
    names = [Path(line).name for line in out.splitlines()]
    assert (code, len(err.splitlines())) == (0, 3)
    assert names == ["frog talk 0.01-0.02.mp4", "frog talk 0.05-0.06.mp4", "bike 0.01-0.02.mp4"]
    assert [len(seen(Path("clips") / name).numbers) for name in names] == [10, 15, 10]
    code, out, _ = call(capsys, *spans[:2], "--format", "clip", "--quiet")
    assert sorted(os.listdir()) == ["clips", *out.splitlines()]


def test_a_reel_with_handles(here: Place, capsys: Capture) -> None:
    spans = ["frog talk.mp4#t=1,2", "bike#t=1,2"]
    code, _, err = call(capsys, *spans, "--to", "reel.mp4", "--pad", "0.5s")
    assert (code, err[:15]) == (0, "2 clips, 4.00 s")
    assert seen(Path("reel.mp4")).numbers == [*range(5, 25), *range(5, 25)]


def test_from_a_search(here: Place, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["search", "red ball", "--channel", "speech", "--json"]) == 0
    answer = capsys.readouterr().out
    Path("answer.json").write_text(answer)
    found = json.loads(answer)["moments"]
    code, out, _ = call(capsys, "--from", "answer.json", "--format", "json", "--json")
    (told,) = json.loads(out)["files"]
    assert code == 0
    assert set(told) == {"file", "bytes", "media_type", "notes"}
    clips = json.loads(Path(told["file"]).read_bytes())["clips"]
    assert [(c["video"]["id"], c["start"], c["score"]) for c in clips] == [
        (m["video"]["id"], m["start"], m["score"]) for m in found
    ]
    assert "speech" in clips[0]["note"]
    stdin = io.TextIOWrapper(io.BytesIO(b"bike#t=1,2\n" + str(here.frog).encode() + b"#t=1,4\n"))
    monkeypatch.setattr("sys.stdin", stdin)
    code, _, _ = call(capsys, "--from", "-", "--to", "words.vtt")
    # The bike lasts a second; the words follow it.
    assert [(c.start, c.end) for c in read_vtt(Path("words.vtt").read_bytes())] == [(1000, 4000)]


def test_words_of_some_sources(here: Place, capsys: Capture) -> None:
    code, _, err = call(capsys, "frog talk", "--to", "a.srt", "--source", "speech")
    assert (code, Path("a.srt").read_text()) == (0, "")
    assert err == "No words of speech are known in these spans: the file holds none.\n"


def test_formats(capsys: Capture) -> None:
    code, out, _ = call(capsys, "--formats")
    assert code == 0
    assert out.splitlines()[0] == "clip\t.mp4\tClip, as a film"
    assert len(out.splitlines()) == len(json.loads(call(capsys, "--formats", "--json")[1])) == 14


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "There is nothing to export."),
        (["frog talk"], "No format is named."),
        (["frog talk", "--to", "a.xyz"], "No format is named by the suffix of a.xyz."),
        (["frog talk", "--format", "strt"], "Did you mean srt?"),
        (["nobody", "--format", "srt"], "No video is called 'nobody'."),
        (["frog talk#t=5,1", "--format", "srt"], "before it starts"),
        (["frog talk", "--format", "srt", "--pad", "x"], "--pad 'x' is not a length."),
        (["--from", "none.json", "--format", "srt"], "none.json cannot be read"),
        (["--from", os.devnull, "--format", "srt"], "holds no spans."),
        (["frog talk", "bike", "--format", "clip", "--to", "a.mp4"], "takes one span a file"),
        (["frog talk", "bike", "--format", "chapters-vtt"], "about one video"),
        (["frog talk", "--to", "none/a.srt"], "There is no folder none."),
        (["frog talk", "--format", "clip", "--to", "FROG"], "never overwritten"),
    ],
)
def test_wrong_calls_are_one_sentence(
    here: Place, capsys: Capture, words: list[str], says: str
) -> None:
    code, out, err = call(capsys, *(str(here.frog) if w == "FROG" else w for w in words))
    assert (code, out) == (2, "")
    assert says in err
    assert len(err.splitlines()) == 1
    assert os.listdir() == []


def test_a_file_that_is_gone(here: Place, capsys: Capture) -> None:
    moved = here.bike.with_suffix(".away")
    here.bike.rename(moved)
    try:
        code, _, err = call(capsys, "bike#t=1,2", "--format", "clip")
        assert (code, "The file of bike is not there" in err) == (2, True)
        assert call(capsys, "bike#t=1,2", "--format", "edl")[0] == 0
    finally:
        moved.rename(here.bike)
