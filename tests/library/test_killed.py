"""kill -9 at random moments: whole transactions, nothing else."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kinolex.library.store import Store
from tests.library.samples import WORDS, add_video, frames, said, video_id

WRITE = """
import sys
from pathlib import Path
from tests.library.samples import add_video, frames, said, video_id
from kinolex.library.store import Store
with Store.open(Path(sys.argv[1]), write=True) as store:
    start = len(list(store.videos()))
    print("go", flush=True)
    for number in range(start, start + 100_000):
        add_video(store, number)
        store.commit_channel(video_id(number), frames(40, number, partial=True))
        store.commit_channel(video_id(number), frames(200, number))
        store.commit_channel(video_id(number), said("one", "two", "three", vector=True))
        if number % 5 == 4:
            store.remove_video(video_id(number - 2))
            add_video(store, number - 2)
        store.vectors("toy@1", "frames")
"""


def write_and_kill(folder: Path, seconds: float) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", WRITE, str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "go\n"
    time.sleep(seconds)
    child.send_signal(signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    child.stdout.close()


def check(folder: Path) -> int:
    """Everything that is there is whole and agrees; gives the number of videos."""
    with Store.open(folder) as store:
        assert store._db.one("PRAGMA integrity_check") == ("ok",)
        store._db.connection.execute("PRAGMA query_only = OFF")
        for table in ("passage_words", "passage_trigrams"):
            sql = f"INSERT INTO {table} ({table}, rank) VALUES ('integrity-check', 1)"
            store._db.connection.execute(sql)
        states = store.states()
        wanted = {"done": 200, "partial": 40}
        for state in states:
            if state.channel == "picture":
                assert state.items == wanted[state.state]
                found = store.frames_of(state.video, "toy@1")
                number = int(state.video[:8], 16)
                data = frames(state.items, number).frames
                assert found is not None
                assert data is not None
                assert (found[1] == data.vectors).all()
                assert len(store.shots_of(state.video)) == state.items
                assert len(store.still_times(state.video)) == state.items
            else:
                assert [p.text for p in store.passages_of(state.video)] == ["one", "two", "three"]
        pictures = [s for s in states if s.channel == "picture"]
        counts = store.counts()
        table = store.vectors("toy@1", "frames")
        assert counts.frames == counts.stills == len(table) == sum(s.items for s in pictures)
        assert sorted(table.video_ids) == sorted(s.video for s in pictures)
        for place, video in enumerate(table.video_ids):
            rows = slice(int(table.starts[place]), int(table.starts[place + 1]))
            data = frames(rows.stop - rows.start, int(video[:8], 16)).frames
            assert data is not None
            assert (table.rows[rows] == data.vectors).all()
        assert counts.passages == len(store.vectors(WORDS, "passages"))
        return counts.videos


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_killed_at_random_moments(folder: Path) -> None:
    drawn = random.Random(5)
    before = 0
    for _ in range(12):
        write_and_kill(folder, drawn.uniform(0.0, 0.5))
        after = check(folder)
        assert after >= before
        before = after
    assert before > 0


READ_WHILE = """
import sys, threading
from pathlib import Path
import numpy as np
from kinolex.library.fulltext import MatchQuery
from kinolex.library.store import Store
stop = threading.Event()
threading.Thread(target=lambda: (sys.stdin.readline(), stop.set()), daemon=True).start()
rounds = 0
with Store.open(Path(sys.argv[1])) as store:
    while not stop.is_set():
        with store.snapshot():
            states = {(s.video, s.channel): s.items for s in store.states()}
            frames = store.vectors("toy@1", "frames")
            words = store.vectors("mini@1", "passages")
            hits = store.match(MatchQuery(words=("word",)), limit=100_000)
            counts = store.counts()
        size = dict(zip(frames.video_ids, np.diff(frames.starts), strict=True))
        said = dict(zip(words.video_ids, np.diff(words.starts), strict=True))
        assert size == {v: n for (v, c), n in states.items() if c == "picture"}, (size, states)
        assert said == {v: n for (v, c), n in states.items() if c == "speech"}
        assert size == said
        assert len(hits) == counts.passages == sum(said.values())
        assert sorted(h.passage for h in hits) == sorted(words.passages.tolist())
        assert counts.frames == counts.stills == len(frames)
        if len(frames):
            found, rows = frames.search(frames.sample(1), 1)
            assert abs(found[0, 0] - 1) < 0.01
        rounds += 1
print(rounds)
"""


@pytest.mark.slow
def test_readers_never_see_half(folder: Path) -> None:
    """Other processes read, and refresh the arrays, all the time while one writes."""
    with Store.open(folder, write=True) as store:
        readers = [
            subprocess.Popen(
                [sys.executable, "-c", READ_WHILE, str(folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=Path(__file__).parents[2],
            )
            for _ in range(2)
        ]
        number = 0
        until = time.monotonic() + 4
        while time.monotonic() < until:
            with store.batch():
                video = video_id(number % 12)
                if store.video_record(video) is None:
                    add_video(store, number % 12)
                rows = 50 + number % 7
                store.commit_channel(video, frames(rows, number))
                store.commit_channel(video, said(*["word"] * rows, vector=True, seed=number))
            number += 1
        for reader in readers:
            out, _ = reader.communicate("stop\n", timeout=60)
            assert reader.returncode == 0
            assert int(out) > 3
    assert number > 10
