"""What a person sees: the real command line in a real (pseudo) terminal."""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.places import Place, make_videos

pty = pytest.importorskip("pty")
termios = pytest.importorskip("termios")

COLOUR = re.compile(r"\x1b\[[0-9;]*\b(3[0-7]|4[0-7]|9[0-7]|38|48)(?=[;m])")
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def seen(
    place: Place, *words: str, width: int = 100, answer: bytes = b"", **environment: str
) -> tuple[int, str]:
    """Exit code and everything that the terminal was sent."""
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (40, width))
    base = {k: v for k, v in place.environment().items() if k not in ("NO_COLOR", "COLUMNS")}
    process = subprocess.Popen(
        [sys.executable, "-m", "kinolex", *words],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**base, "TERM": "xterm-256color", **environment},
        close_fds=True,
    )
    os.close(slave)
    os.write(master, answer)
    taken = b""
    last = time.monotonic() + 100
    while time.monotonic() < last:
        if select.select([master], [], [], 0.2)[0]:
            try:
                piece = os.read(master, 65536)
            except OSError:
                break
            if not piece:
                break
            taken += piece
    os.close(master)
    return process.wait(timeout=20), taken.decode()


def rows(sent: str) -> list[str]:
    return ESCAPE.sub("", sent).replace("\r", "").splitlines()


def test_moments_are_drawn_in_colour_within_the_width(place: Place) -> None:
    code, sent = seen(place, "search", "pond", width=70)
    assert code == 0
    assert COLOUR.search(sent)
    assert any("━" in row and "0:05–0:08" in row for row in rows(sent))
    assert any("“A frog lives in the pond" in row for row in rows(sent))
    assert all(len(row) <= 70 for row in rows(sent))


def test_no_color_is_respected_and_marks_stay(place: Place) -> None:
    code, sent = seen(place, "search", "pond", NO_COLOR="1")
    assert code == 0
    assert not COLOUR.search(sent)
    assert "\x1b[1;7mpond" in sent


def test_a_dumb_terminal_gets_plain_columns(place: Place) -> None:
    _, sent = seen(place, "search", "pond", TERM="dumb")
    assert "\x1b" not in sent
    assert "\t" in sent


def test_weak_moments_stand_below_the_line(place: Place) -> None:
    code, sent = seen(place, "search", "xylophone", "--channel", "speech")
    assert code == 1
    text = "\n".join(rows(sent))
    assert "Nothing found. Searched 2 videos" in text
    assert text.count("Below the line") == (1 if "━" in text else 0)


def test_indexing_draws_bars_and_takes_them_down(place: Place, tmp_path: Path) -> None:
    make_videos(tmp_path / "videos")
    library = str(tmp_path / "library")
    words = ["index", str(tmp_path / "videos"), "--only", "picture,title", "--library", library]
    code, sent = seen(place, *words)
    assert code == 1
    text = "\n".join(rows(sent))
    assert "Looking for videos" in text
    assert "empty.mp4: not indexed at" in text
    assert "2 videos indexed, 1 failed" in text
    assert sent.count("\x1b[?25l") == sent.count("\x1b[?25h") == 1


def test_doctor_is_drawn(place: Place) -> None:
    _, sent = seen(place, "doctor")
    assert "✓" in sent
    assert COLOUR.search(sent)


def test_videos_are_listed_in_columns(place: Place) -> None:
    code, sent = seen(place, "list", width=80)
    assert code == 0
    assert any(row.startswith("     0:09  frog talk") for row in rows(sent))
    assert all(len(row) <= 80 for row in rows(sent))


def test_nobody_is_forgotten_without_a_yes(place: Place) -> None:
    code, sent = seen(place, "remove", "bike", answer=b"n\n")
    assert code == 1
    assert "Go on? [y/N]" in sent
    assert "Nothing was changed." in sent
    assert "bike" in place.run("list", "--paths").stdout


def test_a_long_transcript_is_wrapped_below_its_words(place: Place) -> None:
    _, sent = seen(place, "show", "frog talk.mp4", "--transcript", width=40)
    assert rows(sent)[:2] == [
        "      0:01–0:04  Now we put the red ball",
        " " * 17 + "under the third cup.",
    ]
