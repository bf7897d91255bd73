from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from kinolex.export.registry import export
from kinolex.export.request import Options
from kinolex.export.words import one_line
from kinolex.testing.exporters import HOSTILE, check_exporter, hostile_clip
from tests.export.readers import same_as_golden
from tests.export.samples import BOAT, DRONE, HARBOUR, ISLAND, NIGHT, ROPE, STREET, clip, without


def time(text: str) -> Fraction:
    assert text.endswith("s")
    return Fraction(text[:-1])


def read(path: Path) -> ET.Element:
    raw = path.read_bytes()
    assert raw.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n')
    root = ET.fromstring(raw)
    check_document(root)
    return root


def check_document(root: ET.Element) -> None:
    """What Apple's reference says of the elements that are used."""
    assert (root.tag, root.get("version")) == ("fcpxml", "1.10")
    assert [child.tag for child in root] == ["resources", "library"]
    ids = {e.get("id"): e for e in root.find("resources") or ()}
    assert None not in ids
    for asset in root.iter("asset"):
        assert [child.tag for child in asset] == ["media-rep"]
        assert asset[0].get("src", "").startswith("file://")
        assert (asset.get("format") in ids) == (asset.get("hasVideo") == "1")
    sequence = next(root.iter("sequence"))
    frame = time(ids[sequence.get("format")].get("frameDuration", ""))
    at = time(sequence.get("tcStart", ""))
    for one in next(root.iter("spine")):
        assert one.tag == "asset-clip"
        asset = ids[one.get("ref")]
        start, length = time(one.get("start", "")), time(one.get("duration", ""))
        assert time(one.get("offset", "")) == at, "clips lie end to end"
        assert at % frame == 0
        assert length % frame == 0, "edits lie on frames"
        assert time(asset.get("start", "")) <= start
        assert (
            start + length <= time(asset.get("start", "")) + time(asset.get("duration", "")) + frame
        )
        at += length
    assert at - time(sequence.get("tcStart", "")) == time(sequence.get("duration", ""))


def test_promises() -> None:
    check_exporter("fcpxml")


def test_golden(tmp_path: Path) -> None:
    (note,) = same_as_golden(tmp_path, "fcpxml", "clips.fcpxml", [BOAT, ISLAND, STREET])
    assert "clips of 23.976, 29.97 are conformed" in note


@pytest.mark.parametrize(
    "clips",
    [[BOAT, ROPE], [ISLAND, clip(DRONE, 60.06, 70.07)], [STREET, clip(NIGHT, 30.03, 40.04)]],
    ids=["25", "29.97", "23.976"],
)
def test_the_same_edit_as_opentimelineio_reads(tmp_path: Path, clips: list[Any]) -> None:
    otio = pytest.importorskip("opentimelineio", reason="needs kinolex[nle]")
    root = read(export("fcpxml", clips, tmp_path / "a.fcpxml").path)
    done = export("otio", clips, tmp_path / "a.otio")
    timeline = otio.adapters.read_from_file(str(done.path))
    assets = {a.get("id"): a for a in root.iter("asset")}
    formats = {f.get("id"): f for f in root.iter("format")}
    track = timeline.video_tracks()[0]
    for ours, theirs in zip(next(root.iter("spine")), track, strict=True):
        asset = assets[ours.get("ref")]
        frame = time(formats[asset.get("format")].get("frameDuration", ""))
        assert ours.get("name") == theirs.name
        assert asset[0].get("src") == theirs.media_reference.target_url
        assert time(ours.get("start", "")) / frame == theirs.source_range.start_time.value
        assert time(ours.get("duration", "")) / frame == theirs.source_range.duration.value
        available = theirs.available_range()
        assert time(asset.get("start", "")) / frame == available.start_time.value
        assert time(asset.get("duration", "")) / frame == available.duration.value
        assert float(1 / frame) == available.duration.rate
    first = time(next(root.iter("sequence")).get("tcStart", ""))
    assert float(first) == pytest.approx(timeline.global_start_time.to_seconds())


def test_frame_durations_are_rational_and_sound_is_linked(tmp_path: Path) -> None:
    root = read(export("fcpxml", [ISLAND, BOAT], tmp_path / "a.fcpxml").path)
    drone, harbour = root.iter("asset")
    assert {f.get("frameDuration") for f in root.iter("format")} == {"1001/30000s", "1/25s"}
    assert (drone.get("hasVideo"), drone.get("hasAudio")) == ("1", None)
    assert (harbour.get("hasVideo"), harbour.get("hasAudio")) == ("1", "1")
    sequence = next(root.iter("sequence"))
    assert sequence.get("tcFormat") == "DF"
    assert len(list(next(root.iter("spine")))) == 2


def test_one_asset_a_file_and_sound_alone(tmp_path: Path) -> None:
    root = read(export("fcpxml", [BOAT, ROPE, BOAT], tmp_path / "a.fcpxml").path)
    assert len(list(root.iter("asset"))) == 1
    root = read(export("fcpxml", [without(BOAT, "video")], tmp_path / "a.fcpxml").path)
    (asset,) = root.iter("asset")
    assert (asset.get("hasVideo"), asset.get("format"), asset.get("hasAudio")) == (None, None, "1")


def test_an_odd_rate_is_conformed(tmp_path: Path) -> None:
    from dataclasses import replace

    odd = clip(replace(HARBOUR, fps=29.85, metadata={}), 1, 5)
    read(export("fcpxml", [odd], tmp_path / "a.fcpxml", Options(pad=0.5)).path)


def test_hostile_words_come_back(tmp_path: Path) -> None:
    for words in HOSTILE:
        done = export("fcpxml", [hostile_clip(BOAT, words)], tmp_path / "a.fcpxml")
        (one,) = next(read(done.path).iter("spine"))
        assert one.get("name") == one_line(words)
        assert one.findtext("note") == one_line(words)
