"""Every other verb against a real library, judged by what is really in the files."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import kinolex
from kinolex.cli import main
from kinolex.errors import KinolexError, UsageError
from tests.cli.places import Place, make_videos

Capture = pytest.CaptureFixture[str]


def call(capsys: Capture, *words: str) -> tuple[int, str, str]:
    code = main(words)
    said = capsys.readouterr()
    return code, said.out, said.err


def test_indexing_again_has_nothing_to_do(place: Place) -> None:
    done = place.run("index", "--only", "picture,speech,title")
    assert "0 videos indexed" in done.stdout
    assert "The library holds 2 videos" in done.stdout


def test_index_events_are_json_lines(place: Place, tmp_path: Path) -> None:
    make_videos(tmp_path / "videos")
    done = place.run(
        "index", str(tmp_path / "videos"), "--json", "--only", "title,speech",
        "--library", str(tmp_path / "library"),
    )  # fmt: skip
    events = [json.loads(line) for line in done.stdout.splitlines()]
    kinds = [event["kind"] for event in events]
    assert done.returncode == 1
    assert kinds[-1] == "done"
    assert {"scan", "commit", "failure"} <= set(kinds)
    (failure,) = [event for event in events if event["kind"] == "failure"]
    assert failure["reason"] == "empty"


def test_index_of_nothing_or_of_the_wrong_place(tmp_path: Path, capsys: Capture) -> None:
    assert call(capsys, "index")[0] == 2
    code, out, err = call(capsys, "index", str(tmp_path / "no such folder"))
    assert (code, out) == (2, "")
    assert "no such folder" in err
    assert call(capsys, "index", str(tmp_path), "--every", "0")[0] == 2
    assert call(capsys, "index", str(tmp_path), "--only", "smell")[0] == 2


@pytest.mark.parametrize("words", [["index"], ["watch"], ["remove", "--yes"]])
def test_an_empty_path_is_not_the_current_folder(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    library, videos = own(tmp_path)
    monkeypatch.chdir(videos)
    code, out, err = call(capsys, *words, "")
    assert (code, out) == (2, "")
    assert err.splitlines()[-1].startswith("kinolex: ")
    with kinolex.open(library) as opened:
        assert len(opened.videos()) == 2
        with pytest.raises(KinolexError):
            opened.remove("")
        with pytest.raises(KinolexError):
            opened.add("")
        assert len(opened.videos()) == 2


def test_channels_from_python_are_checked(tmp_path: Path) -> None:
    library, videos = own(tmp_path)
    with kinolex.open(library) as opened:
        opened.add(videos, only="speech")
        assert {s.channel for s in opened.states("frog talk")} == {"title", "speech"}
        with pytest.raises(UsageError, match="no channel 'smell'"):
            opened.add(videos, only=["smell"])


@pytest.mark.parametrize("verb", [["status"], ["search", "x"], ["list"], ["failures"], ["prune"]])
def test_a_file_is_no_library(tmp_path: Path, capsys: Capture, verb: list[str]) -> None:
    (tmp_path / "file").write_text("no library")
    code, out, err = call(capsys, *verb, "--library", str(tmp_path / "file"))
    assert (code, out) == (2, "")
    assert "is a file, not a folder" in err
    assert "is a file" in call(capsys, "doctor", "--library", str(tmp_path / "file"))[1]


def test_a_file_that_failed_before_is_named_as_such(place: Place) -> None:
    done = place.run("index", str(place.videos / "empty.mp4"))
    assert "1 failed before (`kinolex retry` tries again)" in done.stdout
    assert "unchanged" not in done.stdout


def test_a_warning_is_one_sentence(place: Place) -> None:
    done = place.run("index", "--only", "picture,speech,title", "--device", "nope")
    lines = [line for line in done.stderr.splitlines() if "'nope' is not there" in line]
    assert len(lines) == 1
    assert lines[0].startswith("kinolex: The device")
    assert "UserWarning" not in done.stderr


def test_a_folder_with_only_bad_files_is_a_failure(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "videos").mkdir()
    (tmp_path / "videos" / "bad.mp4").write_bytes(b"")
    code, out, err = call(capsys, "index", str(tmp_path / "videos"), "--only", "title", "--plain")
    assert code == 3
    assert "1 failed" in out
    assert "bad.mp4: not indexed" in err


def test_status_counts_what_is_there(here: Place, capsys: Capture) -> None:
    _, out, err = call(capsys, "status", "--json")
    found = json.loads(out)
    assert err == ""
    assert found["agree"] is True
    assert (found["videos"], found["paths"], found["failed"]) == (2, 2, 1)
    assert found["duration"] == pytest.approx(13, abs=0.3)
    assert found["channels"]["picture"] == 2
    assert found["disk"] > 10_000
    _, text, _ = call(capsys, "status")
    assert "2 videos (13 s)" in text
    assert "kinolex failures" in text


def test_status_of_an_empty_library(tmp_path: Path, capsys: Capture) -> None:
    code, out, _ = call(capsys, "status", "--library", str(tmp_path))
    assert code == 0
    assert "is empty" in out


def test_list_names_every_video(here: Place, capsys: Capture) -> None:
    _, out, _ = call(capsys, "list", "--json")
    assert [v["path"] for v in json.loads(out)] == sorted([str(here.frog), str(here.bike)])
    _, out, _ = call(capsys, "list", "--paths", "bike")
    assert out.splitlines() == [str(here.bike)]
    _, out, err = call(capsys, "list")
    assert [row.split("\t")[1] for row in out.splitlines()] == ["0:09", "0:04"]
    assert "2 videos, 13 s" in err
    assert call(capsys, "list", "zebra")[0] == 1


def test_show_tells_what_is_known(here: Place, capsys: Capture) -> None:
    code, out, _ = call(capsys, "show", "frog talk.mp4")
    assert code == 0
    assert str(here.frog) in out
    assert "160 × 96" in out
    assert "searchable (2 passages by" in out
    _, out, _ = call(capsys, "show", "bike", "--json")
    found = json.loads(out)
    assert found["video"]["path"] == str(here.bike)
    assert found["video"]["recorded"].startswith("2021-05-04")
    assert {c["channel"] for c in found["channels"]} >= {"picture", "title"}


def test_show_a_span_and_the_transcript(here: Place, capsys: Capture) -> None:
    _, out, _ = call(capsys, "show", "frog talk.mp4", "--transcript")
    assert [line.split()[0] for line in out.splitlines()] == ["0:01–0:04", "0:05–0:08"]
    _, out, _ = call(capsys, "show", "frog talk.mp4#t=5,6")
    assert "pond" in out
    assert "third cup" not in out
    assert call(capsys, "show", "bike", "--transcript")[0] == 1


def test_show_shots(here: Place, capsys: Capture) -> None:
    _, out, _ = call(capsys, "show", "frog talk.mp4", "--json")
    shots = json.loads(out)["shots"]
    assert [start for start, _ in shots] == pytest.approx([0, 3, 6], abs=0.15)
    _, out, _ = call(capsys, "show", "frog talk.mp4", "--shots")
    assert len(out.splitlines()) == 3


def test_a_still_is_the_picture_of_that_time(here: Place, capsys: Capture, tmp_path: Path) -> None:
    from PIL import Image

    place = tmp_path / "still.jpg"
    code, out, err = call(capsys, "show", "frog talk.mp4#t=7,8", "--still", str(place))
    assert (code, out) == (0, "")
    assert "0:07.0" in err
    red, green, blue = Image.open(io.BytesIO(place.read_bytes())).convert("RGB").getpixel((40, 30))
    assert blue > 150 > max(red, green)
    assert call(capsys, "show", "frog talk.mp4", "--still", str(tmp_path))[0] == 2


def test_a_still_needs_a_folder_that_is_there(here: Place, capsys: Capture, tmp_path: Path) -> None:
    code, _, err = call(capsys, "show", "frog", "--still", str(tmp_path / "no" / "x.jpg"))
    assert code == 2
    assert "There is no folder" in err


def test_an_unknown_video_is_one_sentence(here: Place, capsys: Capture) -> None:
    code, out, err = call(capsys, "show", "zebra")
    assert (code, out) == (2, "")
    assert "zebra" in err
    assert err.count("\n") == 1


def test_failures_say_why(here: Place, capsys: Capture) -> None:
    code, out, _ = call(capsys, "failures", "--json")
    (failure,) = json.loads(out)
    assert code == 1
    assert {"path", "stage", "reason", "tries", "message"} <= set(failure)
    assert failure["path"] == str(here.videos / "empty.mp4")
    assert failure["reason"] == "empty"
    _, out, err = call(capsys, "failures")
    assert "empty" in out
    assert "1 failure" in err


def own(tmp_path: Path) -> tuple[str, Path]:
    videos = tmp_path / "videos"
    make_videos(videos)
    assert main(["index", str(videos), "--only", "title", "--quiet"]) == 1
    return os.environ["KINOLEX_LIBRARY"], videos


def test_retry_tries_again_and_succeeds_once_the_file_is_good(
    tmp_path: Path, capsys: Capture
) -> None:
    from kinolex.testing.clips import make_clip

    _, videos = own(tmp_path)
    capsys.readouterr()
    assert call(capsys, "retry", "--quiet")[0] == 3
    _, out, _ = call(capsys, "failures", "--json")
    assert json.loads(out)[0]["tries"] == 2
    make_clip(videos / "empty.mp4", scenes=[(2.0, "cyan")], size=(96, 64), fps=5)
    assert call(capsys, "retry", str(videos / "empty.mp4"))[0] == 0
    assert call(capsys, "failures") == (0, "", "No failures.\n")
    assert call(capsys, "retry")[0] == 0


def test_remove_asks_first_and_never_touches_files(tmp_path: Path, capsys: Capture) -> None:
    _, videos = own(tmp_path)
    capsys.readouterr()
    code, out, err = call(capsys, "remove", "bike")
    assert (code, out) == (2, "")
    assert "This forgets 1 video" in err
    assert "--yes" in err
    code, out, _ = call(capsys, "remove", "bike", "--yes")
    assert (code, out) == (0, "Forgot 1 video. No file was touched.\n")
    assert len(json.loads(call(capsys, "list", "--json")[1])) == 1
    code, out, _ = call(capsys, "remove", str(videos), "--yes", "--json")
    assert json.loads(out) == {"removed": [str(videos / "frog talk.mp4")]}
    assert json.loads(call(capsys, "status", "--json")[1])["videos"] == 0
    assert (videos / "trips" / "bike.mp4").is_file()
    assert call(capsys, "remove", "bike", "--yes")[0] == 2


def test_prune_lists_first(tmp_path: Path, capsys: Capture) -> None:
    _, videos = own(tmp_path)
    (videos / "trips" / "bike.mp4").unlink()
    main(["index", "--only", "title", "--quiet"])
    capsys.readouterr()
    code, out, err = call(capsys, "prune")
    assert code == 0
    assert "bike.mp4" in out
    assert "kinolex prune --apply" in err
    assert len(json.loads(call(capsys, "list", "--json")[1])) == 2
    _, out, _ = call(capsys, "prune", "--json")
    assert json.loads(out)["applied"] is False
    assert call(capsys, "prune", "--yes")[0] == 0
    assert len(json.loads(call(capsys, "list", "--json")[1])) == 1
    assert "Nothing to prune" in call(capsys, "prune")[2]


def test_doctor_checks_the_library_too(here: Place, capsys: Capture) -> None:
    _, out, _ = call(capsys, "doctor", "--json")
    states = {c["name"]: c["state"] for c in json.loads(out)["checks"] if c["group"] == "library"}
    assert states["integrity"] == "ok"
    assert states["counts"] == "ok"


def until(process: subprocess.Popen[str], kinds: set[str]) -> dict[str, object]:
    """The first event of one of these kinds."""
    assert process.stdout is not None
    for line in process.stdout:
        event: dict[str, object] = json.loads(line)
        if event["kind"] in kinds:
            return event
    raise AssertionError(process.stderr.read() if process.stderr else "")


def started(place: Place, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "kinolex", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=place.environment(),
    )


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_keeps_what_is_whole_and_says_how_to_go_on(place: Place, tmp_path: Path) -> None:
    from kinolex.testing.clips import make_clip

    videos, library = tmp_path / "my videos", str(tmp_path / "library")
    videos.mkdir()
    for number, colour in enumerate(("red", "green", "blue")):
        make_clip(videos / f"{number}.mp4", scenes=[(2.0, colour)], size=(96, 64), fps=5)
    words = ["index", str(videos), "--only", "picture,title", "--library", library]
    process = started(place, *words, "--json")
    until(process, {"start"})
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert f"kinolex index '{videos}'" in err
    assert "Traceback" not in err
    assert place.run(*words).returncode == 0
    found = json.loads(place.run("status", "--json", "--library", library).stdout)
    assert (found["videos"], found["done"], found["channels"]["picture"]) == (3, 3, 3)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_watch_indexes_what_comes(place: Place, tmp_path: Path) -> None:
    pytest.importorskip("watchfiles")
    videos, library = tmp_path / "videos", str(tmp_path / "library")
    make_videos(videos)
    (videos / "empty.mp4").unlink()
    process = started(place, "watch", str(videos), "--json", "--library", library)
    until(process, {"done"})
    time.sleep(0.5)
    (videos / "frog talk.mp4").rename(videos / "toad talk.mp4")
    make_again = videos / "later.mp4"
    make_again.write_bytes((videos / "trips" / "bike.mp4").read_bytes() + b"\0" * 64)
    until(process, {"done"})
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Stopped watching" in err
    listed = place.run("list", "--json", "--library", library).stdout
    assert {Path(v["path"]).name for v in json.loads(listed)} == {
        "toad talk.mp4",
        "bike.mp4",
        "later.mp4",
    }


def test_watching_needs_a_folder(here: Place, capsys: Capture) -> None:
    assert call(capsys, "watch", str(here.frog))[0] == 2


def test_a_bad_link_keeps_no_other_failure_from_being_tried(
    tmp_path: Path, capsys: Capture
) -> None:
    library, videos = own(tmp_path)
    (videos / "text.mp4").write_text("no film")
    (videos / "link.mp4").symlink_to("nowhere")
    (videos / "round.mp4").symlink_to("round.mp4")
    assert call(capsys, "index", "--only", "title", str(videos), "--library", str(library))[0] == 1
    (videos / "text.mp4").write_bytes(
        (videos / "trips" / "bike.mp4").read_bytes() + b"\0\0\0\x08free"
    )
    code, out, err = call(capsys, "retry", "--library", str(library))
    assert "There is no" not in err
    assert code == 1, out + err
    left = {Path(f.path).name: f.tries for f in kinolex.open(library).failures()}
    assert "text.mp4" not in left
    assert left["link.mp4"] == left["round.mp4"] == 2


def test_each_copy_of_a_bad_file_is_a_failure(tmp_path: Path, capsys: Capture) -> None:
    library, videos = own(tmp_path)
    for name in ("p.mp4", "q.mp4"):
        (videos / name).write_text("no film")

    def failed() -> set[str]:
        call(capsys, "index", "--only", "title", str(videos), "--library", str(library))
        return {Path(f.path).name for f in kinolex.open(library).failures()}

    assert {"p.mp4", "q.mp4"} <= failed()
    (videos / "p.mp4").unlink()
    assert "p.mp4" not in failed()
    assert "q.mp4" in failed()


def test_only_what_cannot_be_done_is_no_success(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    library, videos = own(tmp_path)
    monkeypatch.setenv("KINOLEX_MODELS", str(tmp_path / "no models"))
    monkeypatch.setattr("kinolex.encoders.sources._installed", lambda source: None)
    words = ("index", str(videos), "--library", str(library), "--only", "picture")
    for _ in range(2):
        code, _, err = call(capsys, *words)
        assert code == 1
        assert "Without pictures" in err


def test_one_argument_is_the_whole_question(tmp_path: Path, capsys: Capture) -> None:
    library, _ = own(tmp_path)
    for words in (["-zebra cups"], ["cups", "-zebra"], ["--", "-zebra cups"]):
        code, out, err = call(capsys, "search", "--library", str(library), "--json", *words)
        assert code in (0, 1), err
        assert json.loads(out)["query"]["excluded"] == ["zebra"]


def test_a_name_may_hold_a_fragment(tmp_path: Path, capsys: Capture) -> None:
    library, videos = own(tmp_path)
    odd = (videos / "trips" / "bike.mp4").rename(videos / "a#t=1,2.mp4")
    assert call(capsys, "index", "--only", "title", str(videos), "--library", str(library))[0] <= 1
    code, out, _ = call(capsys, "show", str(odd), "--json", "--library", str(library))
    assert code == 0
    assert json.loads(out)["video"]["path"] == str(odd)
