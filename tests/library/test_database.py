from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kinolex.errors import (
    KinolexError,
    LibraryError,
    LibraryReadOnlyError,
    LibraryTooNewError,
)
from kinolex.library.database import FILE, stored, unstored
from kinolex.library.schema import migrations
from kinolex.library.store import Store
from tests.library.samples import add_video, frames, said, video_id


def made(folder: Path) -> Path:
    with Store.open(folder, write=True) as store:
        add_video(store, 1, frames(20), said("hello there"))
    return folder


@pytest.mark.parametrize("write", [False, True])
@pytest.mark.parametrize(
    "content", [b"no database at all" * 100, b"SQLite format 3\0" + b"\7" * 900]
)
def test_a_file_of_another_kind(folder: Path, content: bytes, write: bool) -> None:
    folder.mkdir()
    (folder / FILE).write_bytes(content)
    with pytest.raises(LibraryError, match=r"damaged|not a kinolex library"):
        Store.open(folder, write=write)
    assert (folder / FILE).read_bytes() == content


@pytest.mark.parametrize("write", [False, True])
def test_a_database_of_another_program_is_left_alone(folder: Path, write: bool) -> None:
    folder.mkdir()
    other = sqlite3.connect(folder / FILE)
    other.execute("CREATE TABLE mine (a)")
    other.commit()
    other.close()
    before = (folder / FILE).read_bytes()
    with pytest.raises(LibraryError, match="another program"):
        Store.open(folder, write=write)
    assert (folder / FILE).read_bytes() == before


@pytest.mark.parametrize("write", [False, True])
def test_a_library_of_a_newer_version(folder: Path, write: bool) -> None:
    made(folder)
    raw = sqlite3.connect(folder / FILE)
    raw.execute(f"PRAGMA user_version = {max(migrations()) + 1}")
    raw.close()
    with pytest.raises(LibraryTooNewError, match="newer kinolex"):
        Store.open(folder, write=write)


def test_a_damaged_library(folder: Path) -> None:
    made(folder)
    file = folder / FILE
    data = bytearray(file.read_bytes())
    data[4096 : len(data)] = b"\xff" * (len(data) - 4096)
    file.write_bytes(data)
    with pytest.raises(LibraryError, match="damaged"):
        read_all(folder)


def read_all(folder: Path) -> None:
    with Store.open(folder) as store:
        list(store.videos())
        store.counts()


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(LibraryError, match="is a file"):
        Store.open(tmp_path / "file", write=True)


READ = """
import json, os, sys
from pathlib import Path
from kinolex.errors import KinolexError
from kinolex.library.fulltext import MatchQuery
from kinolex.library.store import Store

def look(folder):
    with Store.open(folder) as store:
        table = store.vectors("toy@1", "frames")
        table.search(table.sample(1), 1)
        hits = store.match(MatchQuery(words=("hello",)))
        found = [store.counts().videos, len(table), len(hits)]
    try:
        Store.open(folder, write=True).close()
    except KinolexError as error:
        found.append(type(error).__name__)
    return found

# Once with all rights, as the interpreter's own files may be closed to others.
look(Path(sys.argv[2]))
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
print(json.dumps(look(Path(sys.argv[1]))))
"""


def read_as_nobody(folder: Path) -> list[object]:
    other = made(folder.parent / "other")
    done = subprocess.run(
        [sys.executable, "-c", READ, str(folder), str(other)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == 0, done.stderr
    found: list[object] = json.loads(done.stdout)
    return found


def open_up(folder: Path) -> None:
    for parent in folder.parents:
        if parent.stat().st_uid == os.getuid() and parent != Path(parent.anchor):
            parent.chmod(parent.stat().st_mode | 0o055)


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="needs POSIX permissions")
@pytest.mark.parametrize("log", [False, True])
def test_a_library_that_cannot_be_written(folder: Path, log: bool) -> None:
    """Read-only folder and file, with or without changes waiting in SQLite's log."""
    made(folder)
    keeper = sqlite3.connect(folder / FILE) if log else None
    if keeper:
        keeper.execute("SELECT * FROM library").fetchall()
        with Store.open(folder, write=True) as store:
            add_video(store, 2, said("hello again"))
    open_up(folder)
    for path in folder.iterdir():
        path.chmod(0o444)
    folder.chmod(0o555)
    try:
        found = read_as_nobody(folder)
    finally:
        folder.chmod(0o755)
        if keeper:
            keeper.close()
    assert found == [1 + log, 20, 1 + log, "LibraryReadOnlyError"]


def test_a_copy_on_a_read_only_disk(folder: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    made(folder)
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)]
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount")
    try:
        shutil.copytree(folder, disk / "library")
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        with Store.open(disk / "library") as store:
            assert store.counts().frames == 20
            assert len(store.vectors("toy@1", "frames")) == 20
        with pytest.raises(LibraryReadOnlyError):
            Store.open(disk / "library", write=True)
        with pytest.raises(LibraryReadOnlyError):
            Store.open(disk / "new", write=True)
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)]
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount")
    ballast = disk / "ballast"
    try:
        ballast.write_bytes(bytes(1 << 20))
        fill(disk / "library", ballast.unlink)
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def fill_up(store: Store, done: list[str]) -> None:
    for number in range(10_000):
        add_video(store, number)
        store.commit_channel(video_id(number), frames(300, number, 128))
        done.append(video_id(number))


def fill(folder: Path, make_room: Callable[[], object]) -> None:
    """Write until the disk is full; everything whole is still there, and work goes on."""
    done = []
    with Store.open(folder, write=True) as store:
        with pytest.raises(LibraryError, match=r"is full|could not be read or written"):
            fill_up(store, done)
        assert done
        check(store, done)
    with Store.open(folder) as store:
        check(store, done)
    make_room()
    with Store.open(folder, write=True) as store:
        store.remove_video(done[0])
        store.commit_channel(add_video(store, len(done)), frames(300, 1, 128))
        check(store, done[1:])


def check(store: Store, done: list[str]) -> None:
    assert {s.video for s in store.states()} >= set(done)
    for video in done[:3]:
        found = store.frames_of(video, "toy@1")
        assert found is not None
        assert len(found[1]) == 300
    table = store.vectors("toy@1", "frames")
    assert len(table) == store.counts().frames == 300 * len(store.states())


def test_a_full_database(store: Store) -> None:
    """The same without the right to mount: SQLite's own limit."""
    add_video(store, 1, frames(10))
    pages = store._db.one("PRAGMA page_count")
    assert pages is not None
    store._db.connection.execute(f"PRAGMA max_page_count = {pages[0] + 2}")
    with pytest.raises(LibraryError, match="is full") as caught:
        add_video(store, 2, frames(2000))
    assert "Nothing that was committed is lost" in caught.value.hint
    assert [s.video for s in store.states()] == [video_id(1)]
    store._db.connection.execute("PRAGMA max_page_count = 1000000")
    store.commit_channel(video_id(2), frames(2000))
    assert store.counts().frames == 2010


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX limits")
def test_a_file_size_limit(folder: Path) -> None:
    """Another way to run out of room: the shell's limit on files (in a child)."""
    script = (
        "import resource, signal, sys; from pathlib import Path\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "none = resource.getrlimit(resource.RLIMIT_FSIZE)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, none[1]))\n"
        "from tests.library.test_database import fill\n"
        "fill(Path(sys.argv[1]), lambda: resource.setrlimit(resource.RLIMIT_FSIZE, none))\n"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([os.getcwd(), *sys.path])}
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder)],
        capture_output=True,
        text=True,
        check=False,
        env=env,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr
    with Store.open(folder) as store:
        assert store._db.one("PRAGMA integrity_check") == ("ok",)


def test_a_shell_that_locks_the_library(store: Store, folder: Path) -> None:
    store._db.connection.execute("PRAGMA busy_timeout = 50")
    shell = sqlite3.connect(folder / FILE, isolation_level=None)
    shell.execute("BEGIN IMMEDIATE")
    with pytest.raises(KinolexError, match="locked by another program"):
        store.remember("a", 1)
    shell.execute("ROLLBACK")
    shell.close()
    store.remember("a", 1)


def test_names_that_are_not_unicode() -> None:
    name = os.fsdecode(b"caf\xe9.mp4")
    assert isinstance(stored(name), bytes)
    assert unstored(stored(name)) == name
    assert stored("café") == "café"
