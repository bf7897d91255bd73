from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from kinolex.errors import NotFoundError, QueryError, UsageError
from kinolex.understand.classes import Class
from kinolex.understand.examples import Folder, encoded, examples_in, in_order

if TYPE_CHECKING:
    from tests.search.conftest import ColourEncoder


def test_subfolders_are_classes_and_only_pictures_count(examples: Path) -> None:
    (examples / ".hidden").mkdir()
    (examples / "readme.txt").write_text("not a class")
    (examples / "red" / ".0.png").write_bytes(b"")
    found = examples_in(examples)
    assert [one.name for one in found] == ["blue", "red"]
    assert [[p.name for p in one.pictures] for one in found] == [["0.png", "1.png", "2.png"]] * 2


def test_wrong_folders_are_a_sentence(tmp_path: Path, examples: Path) -> None:
    with pytest.raises(NotFoundError, match="no folder"):
        examples_in(tmp_path / "none")
    (tmp_path / "file").write_text("dog")
    with pytest.raises(UsageError, match=r"is a file, not a folder.*--classes"):
        examples_in(tmp_path / "file")
    (tmp_path / "bare").mkdir()
    with pytest.raises(UsageError, match="no subfolders"):
        examples_in(tmp_path / "bare")
    (examples / "Red").mkdir()
    (examples / "Red" / "0.png").write_bytes((examples / "red" / "0.png").read_bytes())
    with pytest.raises(UsageError, match="has the class Red twice, also as red"):
        examples_in(examples)
    (examples / "Red" / "0.png").unlink()
    (examples / "Red").rmdir()
    (examples / "videos").mkdir()
    (examples / "videos" / "a.mp4").write_bytes(b"x")
    with pytest.raises(UsageError, match=r"no picture in .*videos.* not videos"):
        examples_in(examples)


def test_the_order_is_that_of_the_classes(examples: Path) -> None:
    found = examples_in(examples)
    assert [f.name for f in in_order(found, [Class("Red"), Class("blue")])] == ["red", "blue"]
    with pytest.raises(UsageError, match="no examples of green and examples of blue, which is no"):
        in_order(found, [Class("red"), Class("green")])
    (examples / "red").rename(examples / "caf\u00e9")
    (first, _) = in_order(examples_in(examples), [Class("CAFE\u0301"), Class("blue")])
    assert first.name == "caf\u00e9"
    with pytest.raises(UsageError, match="no examples of green\\. "):
        in_order(found, [Class("red"), Class("green"), Class("blue")])


def test_vectors_are_those_of_each_picture(
    tmp_path: Path, examples: Path, colour_encoder: ColourEncoder
) -> None:
    (folder,) = [f for f in examples_in(examples) if f.name == "red"]
    many = Folder("red", folder.pictures * 6)  # more than are encoded at once
    wanted = [colour_encoder.encode_pictures([np.asarray(Image.open(p))])[0] for p in many.pictures]
    assert np.allclose(encoded(many, colour_encoder), wanted)
    (tmp_path / "bad.png").write_bytes(b"no picture")
    with pytest.raises(QueryError, match=r"bad\.png cannot be read"):
        encoded(Folder("x", (tmp_path / "bad.png",)), colour_encoder)
