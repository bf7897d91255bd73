from __future__ import annotations

import json

import pytest

from kinolex.cli import live
from kinolex.cli.live import listening, shown
from kinolex.progress import Event, silent

FAILURE = Event("failure", path="/v/a.mp4", stage="probe", reason="empty", message="Empty.")


def test_json_events_go_to_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    with listening(as_json=True) as hear:
        hear(FAILURE)
        hear(Event("commit", path="/v/ä.mp4", stage="speech", items=3))
    said = capsys.readouterr()
    assert [json.loads(line) for line in said.out.splitlines()] == [
        FAILURE.to_dict(),
        {"kind": "commit", "path": "/v/ä.mp4", "stage": "speech", "items": 3},
    ]
    assert said.err == ""


def test_plain_lines_go_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    with listening() as hear:
        hear(FAILURE)
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "/v/a.mp4: not indexed at probe (empty): Empty.\n")


def test_quiet_tells_failures_only(capsys: pytest.CaptureFixture[str]) -> None:
    with listening(quiet=True) as hear:
        hear(Event("notice", message="No picture model."))
        hear(FAILURE)
    assert capsys.readouterr().err.count("\n") == 1


def test_bars_of_what_is_encoded_are_for_terminals_and_not_for_the_quiet(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    step = Event("step", stage="words of the classes", done=1, total=4)
    with shown() as hear:
        assert hear is silent
    monkeypatch.setattr(live, "draws", lambda stream: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    with shown(quiet=True) as hear:
        assert hear is silent
    with shown() as hear:
        hear(step)
    assert "words of the classes" in capsys.readouterr().err
