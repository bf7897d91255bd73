"""The child as a process: it leaves nothing behind, is nobody's __main__, and is never believed.

The "taken over" decoders are played by a few lines of Python, since nobody has a real exploit at
hand; everything else is the real child.
"""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import textwrap
import time
import warnings

import pytest

from kinolex.errors import KinolexError, MediaError
from kinolex.media.guard import Guard, process
from kinolex.media.types import PicturePlan
from kinolex.settings import Settings

linux = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc and Linux signals")

EVERY_FRAME = PicturePlan(every=0.01, picture_size=64, cuts=False)


class TestTraces:
    """What is left behind: nothing."""

    @linux
    def test_no_shared_memory_no_descriptors_no_processes(self, film, gone):
        def traces() -> tuple[set[str], int]:
            return set(os.listdir("/dev/shm")), len(os.listdir("/proc/self/fd"))

        with Guard() as guard:
            guard.probe(film)
        before = traces()
        pids = []
        for number in (None, signal.SIGKILL):
            with Guard() as guard:
                frames = guard.pictures(guard.probe(film), EVERY_FRAME)
                next(frames)
                pids.append(guard.pid)
                if number:
                    os.kill(guard.pid, number)
                    with pytest.raises(MediaError):
                        list(frames)
        guard = Guard()
        guard.probe(film)
        pids.append(guard.pid)
        del guard, frames
        gc.collect()
        assert all(map(gone, pids))
        time.sleep(0.3)  # the listeners close their ends
        assert traces() == before

    def _script(self, tmp_path, film, body: str, **more) -> subprocess.CompletedProcess[str]:
        """Run a program that uses a guard without the customary ``if __name__`` line."""
        script = tmp_path / "script.py"
        script.write_text(
            f"print('main ran')\nfrom pathlib import Path\nfilm = Path({str(film)!r})\n"
            "from kinolex.media.guard import Guard\n"
            "from kinolex.media.types import PicturePlan\n" + textwrap.dedent(body)
        )
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        return subprocess.run(
            [sys.executable, str(script)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env=environment,
            **more,
        )

    def test_the_callers_main_is_not_run_again_and_nothing_is_printed(
        self, tmp_path, film, odd_media
    ):
        done = self._script(
            tmp_path,
            film,
            f"""
            guard = Guard()
            for name in ("corrupted.mp4", "annex_b_partial.mp4", "no_initial_keyframe.ts"):
                info = guard.probe(Path({str(odd_media)!r}) / name)
                for _ in guard.pictures(info, PicturePlan(every=1.0)):
                    pass
            """,
        )
        assert (done.stdout, done.stderr, done.returncode) == ("main ran\n", "", 0)

    @linux
    def test_the_child_dies_with_a_killed_parent(self, tmp_path, film, gone):
        done = self._script(
            tmp_path,
            film,
            """
            import os, signal
            guard = Guard()
            frames = guard.pictures(guard.probe(film), PicturePlan(every=0.01))
            next(frames)
            print(guard.pid, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
            """,
        )
        assert done.returncode == -signal.SIGKILL
        assert gone(int(done.stdout.split()[-1]))

    @linux
    def test_a_fork_takes_a_child_of_its_own(self, tmp_path, film):
        done = self._script(
            tmp_path,
            film,
            """
            import os, warnings
            warnings.simplefilter("ignore")
            guard = Guard()
            info = guard.probe(film)
            first = guard.pid
            fork = os.fork()
            if fork == 0:
                same = guard.probe(film) == info and guard.pid != first
                guard.close()
                os._exit(0 if same else 1)
            print(os.waitpid(fork, 0)[1], guard.probe(film) == info, guard.pid == first)
            """,
        )
        assert done.stdout.split("\n")[1] == "0 True True", done.stderr

    @linux
    def test_ctrl_c_is_for_the_parent(self, guard, film):
        guard.probe(film)
        assert os.getsid(guard.pid) != os.getsid(0)
        os.kill(guard.pid, signal.SIGINT)
        pid = guard.pid
        assert guard.probe(film).video is not None
        assert guard.pid == pid


class TestTakenOver:
    """A decoder in the hands of a hostile file may write anything into the pipe."""

    HELLO = """
        import json, os, struct, sys, time
        def send(message, raw=None):
            body = raw if raw is not None else json.dumps(message).encode()
            os.write(1, struct.pack("<I", len(body)) + body)
        send({"kind": "hello", "job": 0})
        os.read(0, 65536)
        send({"kind": "begun", "job": 1})
    """

    def _answer(self, monkeypatch, film, body: str) -> MediaError:
        program = textwrap.dedent(self.HELLO) + textwrap.dedent(body)

        def spawn(arena, errors):
            return subprocess.Popen(
                [sys.executable, "-c", program],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                bufsize=0,
            )

        monkeypatch.setattr(process, "_spawn", spawn)
        with Guard(Settings(decode_seconds=2)) as guard, pytest.raises(MediaError) as caught:
            guard.probe(film)
        monkeypatch.undo()
        assert film.name in caught.value.message
        assert caught.value.stage == "probe"
        return caught.value

    @pytest.mark.parametrize(
        "body",
        [
            "send(None, raw=b'no json')",
            "os.write(1, b'\\xff' * 1000); time.sleep(60)",
            "send({'kind': 'item', 'job': 1, 'slot': 0, 'sizes': [], 'busy': 0, 'value': {}})",
            "send({'kind': 'item', 'job': 1, 'slot': 99, 'sizes': [], 'busy': 0, 'value': {}})",
            "send({'kind': 'item', 'job': 1, 'slot': 0, 'sizes': [9**9], 'busy': 0, 'value': 1})",
            "send({'kind': 'item', 'job': 1})",
            "send({'kind': 'item', 'job': 7})",
            "send({'kind': 'error', 'job': 1, 'message': 3})",
            "send({'kind': 'boo', 'job': 1})",
            "send({'kind': 'grow', 'job': 1, 'bytes': -1})",
            "sys.exit(0)",
        ],
    )
    def test_nonsense_is_a_crash_and_nothing_more(self, monkeypatch, film, body):
        assert self._answer(monkeypatch, film, body).reason == "crashed"

    def test_endless_memory_is_refused(self, monkeypatch, film):
        body = "send({'kind': 'grow', 'job': 1, 'bytes': 10**15}); time.sleep(60)"
        assert self._answer(monkeypatch, film, body).reason == "too-big"

    def test_a_flood_ends_with_the_budget(self, monkeypatch, film):
        body = "\nwhile True: send({'kind': 'warning', 'job': 1, 'text': 'x', 'category': 'int'})"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert self._answer(monkeypatch, film, body).reason in ("too-slow", "crashed")


def test_a_child_that_cannot_start_is_nobodys_file(film, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with Guard() as guard, pytest.raises(KinolexError) as caught:
        guard.probe(film)
    assert not isinstance(caught.value, MediaError)
    monkeypatch.undo()
    monkeypatch.setenv("PYTHONHOME", "/nowhere")
    monkeypatch.setattr(sys, "path", ["/nowhere"])
    with Guard() as guard, pytest.raises(KinolexError, match="does not start"):
        guard.probe(film)
