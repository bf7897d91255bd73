"""Files are found under any of their names, and what is wrong with them is said."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import pytest

from kinolex.datasets.folder import File, Folder, digest
from kinolex.errors import UsageError

FILE = File("own.txt", ("test",), also=("other.txt",), path="data/deep.txt")


@pytest.mark.parametrize("name", ["own.txt", "own.txt.gz", "other.txt", "data/deep.txt.gz"])
def test_a_file_is_found_under_each_of_its_names(tmp_path: Path, name: str) -> None:
    folder = Folder(tmp_path, (FILE,))
    assert not folder.has("own.txt")
    place = tmp_path / name
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(gzip.compress(b"a\n\nb\r\n") if name.endswith("gz") else b"a\n\nb\r\n")
    assert folder.place("own.txt") == folder.place(FILE) == place
    assert list(folder.lines("own.txt")) == ["a", "b"]
    assert digest(place) == hashlib.sha256(b"a\n\nb\r\n").hexdigest()
    assert folder.of("test") == "own.txt"


def test_the_authors_name_goes_first(tmp_path: Path) -> None:
    for name in (*FILE.names[:2], "other.txt"):
        (tmp_path / name).write_text(name)
    assert Folder(tmp_path, (FILE,)).text("own.txt") == "own.txt"


def test_rows_objects_and_values(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('video,text\nv,"one, two"\n', encoding="utf-8-sig")
    (tmp_path / "a.jsonl").write_text('{"a": "x\u2028y"}\n[1]\n', encoding="utf-8")
    (tmp_path / "a.json").write_text('{"a": 1}')
    folder = Folder(tmp_path)
    assert list(folder.rows("a.csv")) == [{"video": "v", "text": "one, two"}]
    assert list(folder.objects("a.jsonl")) == [{"a": "x\u2028y"}, [1]]
    assert folder.json("a.json") == {"a": 1}


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    (tmp_path / "a.txt").write_bytes(b"\xff\xff")
    (tmp_path / "a.jsonl").write_text("{}\n{\n")
    (tmp_path / "a.csv").write_text('a\n"x"y\n')
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(b"abc" * 999)[:-9])
    with pytest.raises(UsageError, match=r"a\.txt is not UTF-8"):
        folder.text("a.txt")
    with pytest.raises(UsageError, match=r"line 2\) is not JSON"):
        list(folder.objects("a.jsonl"))
    with pytest.raises(UsageError, match="is not CSV"):
        list(folder.rows("a.csv"))
    with pytest.raises(UsageError, match="damaged gzip"):
        digest(tmp_path / "a.txt.gz")
    with pytest.raises(UsageError, match="has no file b"):
        folder.json("b.json")


def test_a_star_stands_for_many_files(tmp_path: Path) -> None:
    many = File("GT/*.mat", ("all",), also=("*.mat",))
    folder = Folder(tmp_path, (many,))
    assert folder.places(many) == []
    assert folder.place("GT/*.mat") is None
    (tmp_path / "c.mat").write_text("")
    assert folder.places("GT/*.mat") == [tmp_path / "c.mat"]
    (tmp_path / "GT" / "d.mat").mkdir(parents=True)
    for name in ("b.mat", "a.mat", "._a.mat", "a.txt"):
        (tmp_path / "GT" / name).write_text("")
    assert folder.places(many) == [tmp_path / "GT" / "a.mat", tmp_path / "GT" / "b.mat"]
    assert folder.place(many) == tmp_path / "GT" / "a.mat"
