from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from kinolex.errors import NotFoundError, UsageError
from kinolex.export import registry
from kinolex.export.registry import export, exporter, find, format_of, formats
from kinolex.export.request import Clip, Exported, Options
from tests.export.samples import BOAT, GOLDEN, ISLAND

NAMES = ["clip", "reel", "srt", "vtt", "transcript", "chapters-vtt", "chapters-ffmetadata",
         "chapters-youtube", "edl", "fcpxml", "otio", "csv", "json", "iiif"]  # fmt: skip


@pytest.fixture
def own() -> Iterator[None]:
    """Formats that a test adds are gone after it."""
    known = dict(registry._known)
    yield
    registry._known.clear()
    registry._known.update(known)


def test_the_formats_and_their_order() -> None:
    assert list(formats()) == NAMES


def test_each_has_a_file_a_mirrored_test_and_a_suffix_of_its_own() -> None:
    here = Path(__file__).parent
    for format in formats().values():
        name = format.name.replace("-", "_")
        assert format.write.__module__ == f"kinolex.export.formats.{name}"
        test = here / "formats" / f"test_{name}.py"
        assert f'check_exporter("{format.name}")' in test.read_text("utf-8")
        assert "golden" in test.read_text("utf-8") or format.name == "reel"
    suffixes = [f.suffix for f in formats().values() if f.name != "reel"]
    assert len(suffixes) == len(set(suffixes))
    assert len(list(GOLDEN.iterdir())) >= len(suffixes)


def test_every_format_is_found_by_its_own_suffix() -> None:
    for format in formats().values():
        several = format.name == "reel"
        assert format_of(Path(f"a{format.suffix.upper()}"), several=several) == format.name
    assert format_of(Path("a.mov")) == "clip"
    assert format_of(Path("a.mov"), several=True) == "reel"
    assert format_of(Path("srt")) == format_of(Path("")) == ""


def test_an_unknown_name_says_the_nearest() -> None:
    with pytest.raises(
        UsageError, match=r"no export format 'chapters'\. Did you mean chapters-vtt"
    ):
        find("chapters")
    with pytest.raises(UsageError, match=r"'zzz'\. Choose from clip, reel"):
        find("zzz")


def test_wrong_calls_leave_nothing(tmp_path: Path) -> None:
    for name, clips, options, says in (
        ("srt", [], Options(), "nothing to export"),
        ("srt", [BOAT], Options(pad=-1), "cannot be -1 s"),
        ("srt", [BOAT], Options(pad=float("nan")), "cannot be nan s"),
        ("clip", [BOAT, BOAT], Options(), "takes one span a file"),
        ("chapters-vtt", [BOAT, ISLAND], Options(), "about one video"),
    ):
        with pytest.raises(UsageError, match=says):
            export(name, clips, tmp_path / "a.srt", options)
    with pytest.raises(NotFoundError, match=r"The file of Harbour walk is not there: /films"):
        export("reel", [BOAT], tmp_path / "a.mp4")
    assert list(tmp_path.iterdir()) == []


def test_a_format_that_fails_leaves_the_old_file(tmp_path: Path, own: None) -> None:
    @exporter("bad", title="Bad", suffix=".bad", media_type="x/bad")
    def bad(clips: Sequence[Clip], to: Path, options: Options) -> tuple[str, ...]:
        to.write_text("half")
        raise UsageError("No.")

    (tmp_path / "a.bad").write_text("old")
    with pytest.raises(UsageError, match="No"):
        export("bad", [BOAT], tmp_path / "a.bad")
    assert os.listdir(tmp_path) == ["a.bad"]
    assert (tmp_path / "a.bad").read_text() == "old"


def test_what_is_told(tmp_path: Path, own: None) -> None:
    @exporter("twice", title="T", suffix=".t", media_type="x/t", more={".u": "x/u"})
    def twice(clips: Sequence[Clip], to: Path, options: Options) -> tuple[str, ...]:
        to.write_text(options.title)
        return ("One.", "One.", "Two.")

    done = export("twice", [BOAT], tmp_path / "a.U", Options(title="abc"))
    assert done == Exported(tmp_path / "a.U", "x/u", ("One.", "Two."))
    assert done.to_dict() == {
        "file": "a.U", "bytes": 3, "media_type": "x/u", "notes": ["One.", "Two."]
    }  # fmt: skip


def test_packages_add_formats_and_a_broken_one_costs_its_own_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, own: None
) -> None:
    (tmp_path / "strange_package.py").write_text(
        "from kinolex.export.registry import exporter\n"
        "@exporter('strange', title='S', suffix='.strange', media_type='x/s')\n"
        "def strange(clips, to, options):\n"
        "    to.write_text('strange')\n"
        "    return ()\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    entries = [
        EntryPoint("broken", "no_such_package_at_all", "kinolex.exports"),
        EntryPoint("strange", "strange_package", "kinolex.exports"),
    ]
    asked = []
    monkeypatch.setattr(
        "importlib.metadata.entry_points", lambda group: asked.append(group) or entries
    )
    registry._load.cache_clear()
    try:
        with pytest.warns(UserWarning, match="no_such_package_at_all are left out"):
            known = formats()
        assert asked == ["kinolex.exports"]
        assert list(known)[:-1] == NAMES
        assert export("strange", [BOAT], tmp_path / "a.strange").path.read_text() == "strange"
    finally:
        registry._load.cache_clear()
