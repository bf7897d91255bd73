"""Fingerprints: equal for equal bytes, different for any change that a recorder could make."""

from __future__ import annotations

import hashlib
import os
import socket
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinolex.errors import MediaError
from kinolex.media.fingerprint import PIECE, fingerprint, full_hash

posix = pytest.mark.skipif(os.name != "posix", reason="needs pipes and permissions")


def _big(folder: Path, size: int = 10 * PIECE + 17) -> tuple[Path, bytearray]:
    content = bytearray(hashlib.shake_256(b"film").digest(size))
    path = folder / "film.mp4"
    path.write_bytes(content)
    return path, content


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=1, max_size=400), st.binary(min_size=1, max_size=400))
def test_small_files_agree_exactly_when_their_bytes_do(tmp_path_factory, one, two):
    folder = tmp_path_factory.mktemp("pair")
    (folder / "a.mp4").write_bytes(one)
    (folder / "b.mkv").write_bytes(two)
    same = fingerprint(folder / "a.mp4") == fingerprint(folder / "b.mkv")
    assert same == (one == two)


def test_it_is_32_hexadecimal_characters_and_survives_moving(tmp_path):
    path, _ = _big(tmp_path)
    before = fingerprint(path)
    moved = path.rename(tmp_path / "other name ü.mov")
    assert fingerprint(moved) == before
    assert len(before) == 32
    assert set(before) <= set("0123456789abcdef")


@pytest.mark.parametrize("where", ["head", "middle", "tail"])
def test_a_change_in_head_middle_or_tail_is_seen(tmp_path, where):
    path, content = _big(tmp_path)
    before = fingerprint(path)
    at = {"head": PIECE - 1, "middle": len(content) // 2, "tail": len(content) - PIECE}[where]
    content[at] ^= 1
    path.write_bytes(content)
    assert fingerprint(path) != before


def test_a_change_of_size_alone_is_seen(tmp_path):
    path, other = tmp_path / "a.mp4", tmp_path / "b.mp4"
    path.write_bytes(bytes(10 * PIECE))
    other.write_bytes(bytes(10 * PIECE + 2))
    assert fingerprint(path) != fingerprint(other)


@pytest.mark.parametrize("size", [1, PIECE, 3 * PIECE - 1, 3 * PIECE, 4 * PIECE])
def test_every_byte_counts_up_to_three_pieces(tmp_path, size):
    path, content = _big(tmp_path, size)
    before = fingerprint(path)
    content[size // 3] ^= 0x80
    path.write_bytes(content)
    assert (fingerprint(path) != before) == (size <= 3 * PIECE)


def test_it_equals_the_documented_recipe(tmp_path):
    path, content = _big(tmp_path)
    size = len(content)
    middle = (size - PIECE) // 2
    recipe = hashlib.blake2b(size.to_bytes(8, "big"), digest_size=16, person=b"kinolex-1")
    recipe.update(content[:PIECE] + content[middle : middle + PIECE] + content[-PIECE:])
    assert fingerprint(path) == recipe.hexdigest()


def test_full_hash_is_sha_256(tmp_path):
    path, content = _big(tmp_path)
    assert full_hash(path) == hashlib.sha256(content).hexdigest()


def test_times_of_access_apart_nothing_changes(tmp_path):
    path, content = _big(tmp_path)
    before = path.stat()
    fingerprint(path)
    full_hash(path)
    after = path.stat()
    assert (after.st_mtime_ns, after.st_ctime_ns, after.st_size) == (
        before.st_mtime_ns,
        before.st_ctime_ns,
        before.st_size,
    )
    assert path.read_bytes() == content


@pytest.mark.parametrize("read", [fingerprint, full_hash])
class TestRefusals:
    def _reason(self, read, path: Path) -> str:
        with pytest.raises(MediaError) as caught:
            read(path)
        assert caught.value.stage == "scan"
        assert path.name in caught.value.message
        return caught.value.reason

    def test_missing(self, read, tmp_path):
        assert self._reason(read, tmp_path / "gone.mp4") == "missing"

    def test_below_a_file(self, read, tmp_path):
        (tmp_path / "file").write_bytes(b"x")
        assert self._reason(read, tmp_path / "file" / "film.mp4") == "missing"

    def test_folder(self, read, tmp_path):
        (tmp_path / "film.mp4").mkdir()
        assert self._reason(read, tmp_path / "film.mp4") == "not-a-file"

    def test_empty(self, read, tmp_path):
        (tmp_path / "film.mp4").touch()
        assert self._reason(read, tmp_path / "film.mp4") == "empty"

    @posix
    def test_pipe_without_a_writer_does_not_block(self, read, tmp_path):
        os.mkfifo(tmp_path / "film.mp4")
        assert self._reason(read, tmp_path / "film.mp4") == "not-a-file"

    @posix
    def test_device(self, read):
        assert self._reason(read, Path("/dev/zero")) == "not-a-file"

    @posix
    def test_socket(self, read, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)  # the full path may be too long for a socket's name
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind("film.mp4")
            assert self._reason(read, tmp_path / "film.mp4") == "not-a-file"

    @posix
    def test_forbidden(self, read, tmp_path, as_nobody):
        path, _ = _big(tmp_path)
        path.chmod(0)
        with as_nobody(tmp_path):
            assert self._reason(read, path) == "unreadable"

    def test_impossible_name(self, read):
        with pytest.raises(MediaError) as caught:
            read(Path("a\0b.mp4"))
        assert caught.value.reason == "unreadable"

    @pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
    def test_disk_that_fails_while_reading(self, read):
        # Reading another process's memory from offset 0 is an I/O error; its size is 0, though,
        # so that the refusal already names it as empty. Both are clear errors.
        assert self._reason(read, Path("/proc/self/mem")) in ("unreadable", "empty")
