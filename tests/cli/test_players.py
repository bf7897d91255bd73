from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from kinolex.cli.players import play, player_command
from kinolex.errors import KinolexError


def only(*names: str):
    return lambda name: f"/usr/bin/{name}" if name in names else None


def test_the_best_player_is_taken() -> None:
    assert player_command("/v/a.mp4", 5, find=only("ffplay", "vlc"))[:2] == [
        "vlc",
        "--start-time=5.000",
    ]
    assert player_command("/v/a.mp4", 5, find=only("ffplay"))[-3:] == ["-ss", "5.000", "/v/a.mp4"]


@pytest.mark.parametrize(("platform", "opener"), [("linux", "xdg-open"), ("darwin", "open")])
def test_without_a_player_the_system_decides(platform: str, opener: str) -> None:
    found = player_command("/v/a.mp4", 5, find=only(opener), platform=platform)
    assert found == [opener, "/v/a.mp4"]


def test_on_windows_start_opens_it() -> None:
    assert "start" in player_command("a.mp4", 5, find=only(), platform="win32")


def test_without_anything_one_sentence_says_so() -> None:
    with pytest.raises(KinolexError, match="no player here"):
        player_command("/v/a.mp4", 5, find=only(), platform="linux")


@pytest.mark.skipif(sys.platform == "win32", reason="shell script")
def test_the_player_is_started_with_file_and_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    video = tmp_path / "a b.mp4"
    video.write_bytes(b"x")
    script = tmp_path / "mpv"
    script.write_text('#!/bin/sh\nprintf "%s\\n" "$@" > "$0.log"\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    play(str(video), 2.5)
    assert (tmp_path / "mpv.log").read_text().splitlines() == ["--start=2.500", "--", str(video)]
    script.write_text("#!/bin/sh\nexit 3\n")
    with pytest.raises(KinolexError, match="ended with 3"):
        play(str(video), 2.5)


def test_a_missing_file_is_not_played() -> None:
    with pytest.raises(KinolexError, match="not there"):
        play("/no/such/file.mp4", 0)
