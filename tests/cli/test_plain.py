from __future__ import annotations

import pytest

from kinolex.cli.plain import PAUSE, PlainLines, plain_line
from kinolex.progress import Event


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (Event("plan", total=2, seconds=95), "2 videos to do, 1 min 35 s of footage"),
        (Event("plan"), ""),
        (Event("skip", path="/v/a.mp4", reason="unchanged"), ""),
        (Event("start", path="/v/a.mp4", stage="speech"), ""),
        (
            Event("commit", path="/v/a.mp4", stage="picture", items=1),
            "/v/a.mp4: picture can be searched (1 frame)",
        ),
        (Event("commit", path="/v/a.mp4", stage="title"), "/v/a.mp4: title can be searched"),
        (Event("commit", path="/v/a.mp4", stage="screen"), "/v/a.mp4: screen done, nothing in it"),
        (Event("notice", message="No\x1b model."), "No\ufffd model."),
        (
            Event("failure", path="/v/a.mp4", stage="probe", reason="empty", message="Empty."),
            "/v/a.mp4: not indexed at probe (empty): Empty.",
        ),
    ],
)
def test_events_say_what_is_new(event: Event, line: str) -> None:
    assert plain_line(event) == line


def test_how_far_it_is_comes_now_and_then() -> None:
    lines: list[str] = []
    time = [100.0]
    listen = PlainLines(lines.append, lambda: time[0])
    step = Event("step", path="/v/a.mp4", stage="speech", done=5, total=10, overall=0.25, eta=100)
    for _ in range(30):
        listen(step)
        time[0] += PAUSE / 10
    assert lines == ["/v/a.mp4: speech 50 %; all 25 %, about 2 min left"] * 3
