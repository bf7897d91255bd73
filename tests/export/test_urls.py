from __future__ import annotations

import os
from pathlib import PurePosixPath, PureWindowsPath
from urllib.parse import unquote_to_bytes, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.export.urls import file_url

WINDOWS = [
    r"C:\Films\a b.mp4",
    r"d:\Kühe & 100%\#1;?.mov",
    r"Z:\x.mkv",
    r"\\nas\share name\a.mp4",
    r"\\10.0.0.1\films\夜\b.mp4",
]


@pytest.mark.parametrize("path", WINDOWS)
def test_windows_paths_as_the_standard_library_writes_them(path: str) -> None:
    assert file_url(path) == file_url(PureWindowsPath(path)) == PureWindowsPath(path).as_uri()


def test_windows_paths_written_out_by_hand() -> None:
    assert file_url("C:/Films/a.mp4") == "file:///C:/Films/a.mp4"
    assert file_url("\\\\?\\C:\\very long\\a.mp4") == "file:///C:/very%20long/a.mp4"
    assert file_url("\\\\?\\UNC\\nas\\films\\a.mp4") == "file://nas/films/a.mp4"
    assert file_url("C:\\\ud83d.mp4") == "file:///C:/%3F.mp4"


@given(st.binary(max_size=40).filter(lambda raw: b"\0" not in raw))
def test_posix_paths_come_back_as_the_same_bytes(raw: bytes) -> None:
    path = "/" + raw.decode("utf-8", "surrogateescape").lstrip("/")
    url = file_url(path)
    assert url.isascii()
    assert not set(url) & set(' #?<>"\\%%') - {"%"}
    parts = urlsplit(url)
    assert (parts.scheme, parts.netloc) == ("file", "")
    assert unquote_to_bytes(parts.path) == path.encode("utf-8", "surrogateescape")


@pytest.mark.skipif(os.name != "posix", reason="asks the library for POSIX names")
def test_posix_paths_as_the_standard_library_writes_them() -> None:
    for path in ("/films/Harbour walk #1?.mp4", "/夜/50%;a=b,c:d.mkv", "/caf\udce9.mp4"):
        assert file_url(path) == PurePosixPath(path).as_uri()
