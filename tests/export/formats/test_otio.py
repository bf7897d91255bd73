from __future__ import annotations

import builtins
import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from kinolex.errors import UsageError
from kinolex.export.registry import export
from kinolex.export.request import Options
from kinolex.testing.exporters import check_exporter
from tests.export.samples import BOAT, GOLDEN, ISLAND, NIGHT, ROPE, STREET, clip, without

otio = pytest.importorskip("opentimelineio", reason="needs kinolex[nle]")


def written(tmp_path: Path, clips: list[Any], **options: Any) -> Any:
    done = export("otio", clips, tmp_path / "a.otio", Options(**options))
    return otio.adapters.read_from_file(str(done.path))


def test_promises() -> None:
    check_exporter("otio")


def test_golden(tmp_path: Path) -> None:
    """Compared as values: the package may add keys and order them as it likes."""
    done = export("otio", [BOAT, ISLAND, STREET], tmp_path / "a.otio")
    golden = otio.adapters.read_from_file(str(GOLDEN / "clips.otio"))
    assert otio.adapters.read_from_file(str(done.path)).is_equivalent_to(golden)
    assert "Clips of 3 rates" in done.notes[0]


def test_linked_picture_and_sound(tmp_path: Path) -> None:
    timeline = written(tmp_path, [BOAT, ROPE], title="Harbour")
    (pictures,), (sounds,) = timeline.video_tracks(), timeline.audio_tracks()
    assert timeline.name == "Harbour"
    for picture, sound in zip(pictures, sounds, strict=True):
        assert picture.source_range == sound.source_range
        assert picture.media_reference.is_equivalent_to(sound.media_reference)
        links = [c.metadata["Resolve_OTIO"]["Link Group ID"] for c in (picture, sound)]
        assert links[0] == links[1]
    assert pictures.duration() == sounds.duration() == otio.opentime.RationalTime(313, 25)


def test_times_in_the_files_own_frames(tmp_path: Path) -> None:
    timeline = written(tmp_path, [ISLAND, BOAT])
    island, boat = timeline.video_tracks()[0]
    assert island.source_range.start_time.rate == 30000 / 1001
    assert island.source_range.start_time.to_timecode() == "01:00:00;00"
    assert island.source_range.end_time_exclusive().to_timecode() == "01:00:10;00"
    assert boat.source_range.start_time.to_timecode() == "10:00:10:00"
    assert boat.available_range().start_time.to_timecode() == "10:00:00:00"
    assert boat.available_range().duration.to_seconds() == 120
    assert timeline.global_start_time.to_timecode() == "01:00:00;00"
    for one in (island, boat):
        assert one.available_range().contains(one.source_range)


def test_gaps_where_a_stream_is_missing(tmp_path: Path) -> None:
    timeline = written(tmp_path, [without(BOAT, "video"), ISLAND])
    pictures, sounds = timeline.video_tracks()[0], timeline.audio_tracks()[0]
    assert [type(x).__name__ for x in pictures] == ["Gap", "Clip"]
    assert [type(x).__name__ for x in sounds] == ["Clip", "Gap"]
    for one, other in zip(pictures, sounds, strict=True):
        assert one.duration() == other.duration()
    assert not written(tmp_path, [ISLAND]).audio_tracks()


def test_files_are_named_by_uris(tmp_path: Path) -> None:
    urls = [c.media_reference.target_url for c in written(tmp_path, [ISLAND, STREET]).find_clips()]
    assert urls[0] == "file:///C:/Films/Drone%20%231.mov"
    assert unquote(urlsplit(urls[1]).path) == NIGHT.path


def test_a_wished_kind_of_timecode(tmp_path: Path) -> None:
    plain = written(tmp_path, [ISLAND], drop_frame=False)
    assert plain.global_start_time.value == 108_000
    assert written(tmp_path, [clip(NIGHT, 1, 2)]).global_start_time.value == 86_400


def test_scores_and_notes_are_metadata(tmp_path: Path) -> None:
    (boat,) = written(tmp_path, [BOAT]).video_tracks()[0]
    assert boat.metadata["kinolex"] == {
        "video": BOAT.video.id, "note": BOAT.note, "score": 0.8125
    }  # fmt: skip
    assert json.loads((tmp_path / "a.otio").read_text())["OTIO_SCHEMA"] == "Timeline.1"


def test_without_the_package_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without_package(name: str, *rest: Any) -> Any:
        if name == "opentimelineio":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without_package)
    with pytest.raises(UsageError, match=r"pip install \"kinolex\[nle\]\""):
        export("otio", [BOAT], tmp_path / "a.otio")
