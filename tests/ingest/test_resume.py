"""Kill -9 at any moment and run again: equal to a run that nobody disturbed.

At least sixty kill points: half of them right after the n-th progress event (so that every step
is met), half after a random time. ``KINOLEX_SOAK=1`` makes it six hundred.
"""

from __future__ import annotations

import gc
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import kinolex
from kinolex.progress import Event, silent

POINTS = 600 if os.environ.get("KINOLEX_SOAK") else 60

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(3600 if os.environ.get("KINOLEX_SOAK") else 900),
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork"),
]


def index(library: Path, videos: Path, model: Path, listener: Callable[[Event], None]) -> None:
    kinolex.open(library).add(
        videos, only=("title", "speech", "picture"), picture=str(model), listener=listener
    )


def content(library: Path) -> dict[str, object]:
    """Everything that matters, comparable: ids, paths, times, words, vectors."""
    from kinolex.library.store import Store

    found: dict[str, object] = {}
    with Store.open(library) as store:
        for video in sorted(store.videos(), key=lambda v: v.id):
            states = sorted((s.channel, s.key, s.state, s.items) for s in store.states(video.id))
            passages = sorted((p.span, p.text, p.source) for p in store.passages_of(video.id))
            vectors = []
            for space in store.spaces():
                if space.kind == "frames":
                    block = store.frames_of(video.id, space.name)
                    assert block is not None
                    vectors.append((space.name, block[0].tobytes(), np.asarray(block[1]).tobytes()))
            found[video.id] = (video.paths, states, passages, vectors, store.shots_of(video.id))
        counts = store.counts()
        found["counts"] = (
            counts.videos,
            counts.done,
            counts.frames,
            counts.passages,
            counts.stills,
        )
    return found


def in_child(work: Callable[[], None], kill_after: float | None = None) -> int:
    """Run in a forked process, killed after a while if asked; its wait status.

    Sessions that other tests left behind must not be collected in the fork: they would wait there
    for threads that only their own process has.
    """
    gc.collect()
    gc.freeze()
    pid = os.fork()
    if pid == 0:
        try:
            sys.stdout = sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115
            work()
        finally:
            os._exit(0)
    gc.unfreeze()
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(pid, signal.SIGKILL)
    return os.waitpid(pid, 0)[1]


class KillAt:
    """A listener that kills its own process at the n-th event."""

    def __init__(self, number: int) -> None:
        self.left = number

    def __call__(self, event: Event) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def test_killed_runs_end_like_undisturbed_ones(tmp_path, videos, toy_model):
    events: list[Event] = []
    started = time.monotonic()
    index(tmp_path / "whole", videos, toy_model, events.append)
    length = time.monotonic() - started
    wanted = content(tmp_path / "whole")
    assert wanted["counts"][0] == 3  # type: ignore[index]
    dice = random.Random(7)
    killed = 0
    quiet: Callable[[Event], None] = silent
    for point in range(POINTS):
        library = tmp_path / f"point{point}"
        again = partial(index, library, videos, toy_model)
        if point % 2:
            status = in_child(partial(again, quiet), dice.uniform(0, length))
        else:
            number = 1 + (point // 2) * len(events) // (POINTS // 2)
            status = in_child(partial(again, KillAt(number)))
        killed += os.WIFSIGNALED(status)
        assert in_child(partial(again, quiet)) == 0
        assert content(library) == wanted, f"differs after kill point {point}"
    # A time may fall after the end; events never do.
    assert killed >= POINTS // 2
