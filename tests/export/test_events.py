from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from kinolex.export.events import conformed, events, labelled, timebase
from kinolex.export.material import material
from kinolex.export.request import Clip, Options
from kinolex.export.timecode import SMPTE_RATES, Timebase
from kinolex.moments import Span, Video
from tests.export.samples import BOAT, DRONE, HARBOUR, ISLAND, NIGHT, STREET, clip, without

NTSC = Fraction(30000, 1001)


def test_what_is_known_of_a_file() -> None:
    harbour = material(BOAT)
    assert (harbour.rate, harbour.first, harbour.frames) == (25, 900_000, 3000)
    assert (harbour.picture, harbour.sound, harbour.drop) == (True, True, False)
    drone = material(ISLAND)
    # An hour is 107,892 frames in drop-frame; two seconds before it are 60 fewer.
    assert (drone.rate, drone.first, drone.drop, drone.sound) == (NTSC, 107_892 - 60, True, False)
    assert material(STREET).label == ""
    assert material(Clip(Video("x", "/x.mp4", "", 10.0), Span(0, 1))).rate == 25


def test_a_timecode_that_does_not_fit_is_none() -> None:
    for label in ("10:00:00:29", "soon", "99:00:00:00", ""):
        odd = replace(HARBOUR, metadata={"timecode": label})
        assert material(clip(odd, 0, 1)).first == 0
    odd = replace(DRONE, metadata={"timecode": "00:01:00;00"})  # left out by drop-frame
    assert (material(clip(odd, 0, 1)).first, material(clip(odd, 0, 1)).drop) == (0, False)


def test_sound_alone() -> None:
    found = material(without(BOAT, "video"))
    assert (found.picture, found.sound) == (False, True)


@given(st.sampled_from(SMPTE_RATES), st.integers(0, 10**6), st.integers(1, 10**5))
def test_frames_come_back_from_seconds(rate: Fraction, first: int, count: int) -> None:
    video = replace(HARBOUR, duration=1e6, fps=float(rate), metadata={})
    span = (round(float(first / rate), 3), round(float((first + count) / rate), 3))
    (event,) = events([clip(video, *span)], Options())
    assert event.frames() == (first, count)


def test_a_span_shorter_than_a_frame_is_one_frame() -> None:
    (event,) = events([clip(HARBOUR, 1.0, 1.01)], Options())
    assert event.frames() == (25, 1)


def test_rate_and_kind_of_an_edit() -> None:
    assert timebase(events([BOAT, ISLAND], Options()), Options()) == Timebase(Fraction(25))
    assert timebase(events([ISLAND, BOAT], Options()), Options()) == Timebase(NTSC, True)
    plain = Options(drop_frame=False)
    assert timebase(events([ISLAND], plain), plain) == Timebase(NTSC)
    wished = Options(drop_frame=True)
    assert timebase(events([BOAT], wished), wished) == Timebase(Fraction(25))
    silent = without(ISLAND, "video")
    assert timebase(events([silent, STREET], Options()), Options()).rate == Fraction(24000, 1001)
    odd = clip(replace(NIGHT, fps=29.85), 0, 1)
    assert timebase(events([odd], Options()), Options()) == Timebase(NTSC)


def test_labels_stay_the_same_at_other_rates() -> None:
    (boat,) = events([BOAT], Options())
    film = Timebase(Fraction(24000, 1001))
    assert film.label(labelled(boat, film)) == "10:00:00:00"
    (island,) = events([ISLAND], Options())
    assert Timebase(NTSC, True).label(labelled(island, Timebase(NTSC, True))) == "00:59:58;00"
    assert Timebase(NTSC).label(labelled(island, Timebase(NTSC))) == "00:59:58:00"
    odd = clip(replace(HARBOUR, metadata={"timecode": "00:01:00:00"}), 0, 1)
    (event,) = events([odd], Options())
    assert Timebase(NTSC, True).label(labelled(event, Timebase(NTSC, True))) == "00:01:00;02"


def test_notes_on_one_rate_for_all() -> None:
    edit = events([BOAT, ISLAND, STREET], Options())
    (note,) = conformed(edit, Timebase(Fraction(25)), Options())
    assert "counts 25 frames" in note
    assert "23.976, 29.97 are conformed" in note
    (note,) = conformed(events([BOAT], Options()), Timebase(Fraction(25)), Options(drop_frame=True))
    assert note.startswith("Drop-frame timecode exists at 29.97")
    (note,) = conformed(events([ISLAND], Options()), Timebase(NTSC), Options())
    assert "the whole list is non-drop" in note
    assert conformed(events([ISLAND], Options()), Timebase(NTSC, True), Options()) == ()
