from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.errors import UsageError
from kinolex.export.registry import export
from kinolex.export.request import Options
from kinolex.export.timecode import DROPPING, SMPTE_RATES
from kinolex.testing.exporters import check_exporter
from tests.export.readers import read_edl, same_as_golden
from tests.export.samples import BOAT, DRONE, HARBOUR, ISLAND, NIGHT, ROPE, STREET, clip, without

NTSC = Fraction(30000, 1001)
MINUTE = clip(DRONE, 60.06, 70.07, "Second minute")


def test_promises() -> None:
    check_exporter("edl")


def test_golden_25(tmp_path: Path) -> None:
    assert same_as_golden(tmp_path, "edl", "25.edl", [BOAT, ROPE], title="Harbour") == ()


def test_golden_drop_frame(tmp_path: Path) -> None:
    assert same_as_golden(tmp_path, "edl", "2997df.edl", [ISLAND, MINUTE]) == ()


def test_golden_non_drop(tmp_path: Path) -> None:
    notes = same_as_golden(tmp_path, "edl", "2997ndf.edl", [ISLAND, MINUTE], drop_frame=False)
    assert "the whole list is non-drop" in notes[0]


def test_golden_film(tmp_path: Path) -> None:
    later = clip(NIGHT, 30.03, 40.04, "Later")
    assert same_as_golden(tmp_path, "edl", "23976.edl", [STREET, later]) == ()


def test_golden_of_three_rates(tmp_path: Path) -> None:
    notes = same_as_golden(tmp_path, "edl", "mixed.edl", [STREET, ISLAND, BOAT])
    assert "clips of 25, 29.97 are conformed" in notes[0]


def test_read_by_another_reader(tmp_path: Path) -> None:
    done = export("edl", [ISLAND, MINUTE], tmp_path / "a.edl", Options(title="A\nB"))
    title, drop, cuts = read_edl(done.path.read_bytes(), NTSC)
    assert (title, drop) == ("A B", True)
    # The file starts two seconds before one o'clock: 107,832 frames in drop-frame.
    assert [c.source for c in cuts] == [(107_892, 108_192), (109_632, 109_932)]
    assert [c.record for c in cuts] == [(107_892, 108_192), (108_192, 108_492)]
    assert cuts[0].comments == {"FROM CLIP NAME": "Island", "SOURCE FILE": DRONE.path}


rates = st.sampled_from([r for r in SMPTE_RATES if r != Fraction(48000, 1001)])
spans = st.lists(st.tuples(st.integers(0, 10**5), st.integers(1, 5000)), min_size=1, max_size=8)


@given(rates, st.booleans(), spans)
def test_frames_come_back_exactly(
    tmp_path_factory: pytest.TempPathFactory,
    rate: Fraction,
    wish: bool,
    frames: list[tuple[int, int]],
) -> None:
    video = replace(NIGHT, fps=float(rate), duration=1e5)
    clips = [
        clip(video, round(float(a / rate), 3), round(float((a + n) / rate), 3)) for a, n in frames
    ]
    to = tmp_path_factory.mktemp("edl") / "a.edl"
    done = export("edl", clips, to, Options(drop_frame=wish))
    _, drop, cuts = read_edl(done.path.read_bytes(), rate)
    assert drop == (wish and rate in DROPPING)
    assert [c.source for c in cuts] == [(a, a + n) for a, n in frames]
    for before, after in pairwise(cuts):
        assert before.record[1] == after.record[0]
    for cut in cuts:
        assert cut.record[1] - cut.record[0] == cut.source[1] - cut.source[0]


def test_channels(tmp_path: Path) -> None:
    clips = [BOAT, without(BOAT, "audio"), without(BOAT, "video")]
    done = export("edl", clips, tmp_path / "a.edl")
    assert [c.channels for c in read_edl(done.path.read_bytes(), Fraction(25))[2]] == [
        "AA/V", "V", "AA"
    ]  # fmt: skip


def test_reels_are_short_and_one_a_video(tmp_path: Path) -> None:
    paths = (
        "/a/Harbour walk.mp4",
        "/b/harbour-walk.mov",
        "/夜.mp4",
        "/ax.mp4",
        "/ax (2).mp4",
        "/昼.mp4",
    )
    videos = [replace(HARBOUR, id=f"{n}" * 32, path=path) for n, path in enumerate(paths)]
    clips = [clip(video, 0, 1) for video in (*videos, videos[0])]
    done = export("edl", clips, tmp_path / "a.edl")
    reels = [c.reel for c in read_edl(done.path.read_bytes(), Fraction(25))[2]]
    assert reels == ["HARBOUR", "HARBOUR2", "REEL", "REEL2", "AX_2", "REEL3", "HARBOUR"]


def test_three_digits_number_the_events(tmp_path: Path) -> None:
    export("edl", [BOAT] * 999, tmp_path / "a.edl")
    with pytest.raises(UsageError, match="at most 999 events, not 1000"):
        export("edl", [BOAT] * 1000, tmp_path / "b.edl")
    assert not (tmp_path / "b.edl").exists()
