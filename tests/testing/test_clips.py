"""The clip maker is an oracle: its own figures are checked against ffprobe."""

from __future__ import annotations

import json
import shutil
import subprocess
from fractions import Fraction

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from kinolex.media.types import Chapter, Cue
from kinolex.moments import Span
from kinolex.testing.clips import SoundTrack, make_clip, make_slides, read_number, speak
from kinolex.testing.looks import draw, stamp_number


def ffprobe(path):
    if shutil.which("ffprobe") is None:
        pytest.skip("needs ffprobe")
    command = ["ffprobe", "-v", "error", "-show_streams", "-show_format", "-show_chapters"]
    done = subprocess.run([*command, "-of", "json", str(path)], capture_output=True, check=True)
    return json.loads(done.stdout)


@given(
    number=st.integers(0, 65535),
    size=st.tuples(st.integers(80, 400), st.integers(48, 300)),
    scale=st.floats(0.6, 2.0),
    look=st.sampled_from(["red", "noise:3", "gradient", "moving", "text:Hello", "white", "black"]),
)
def test_number_survives_scaling(number, size, scale, look):
    picture = draw(look, size, 0)
    stamp_number(picture, number)
    other = (max(60, round(size[0] * scale)), max(40, round(size[1] * scale)))
    assert read_number(np.asarray(Image.fromarray(picture).resize(other))) == number


def test_no_number_is_an_error():
    with pytest.raises(ValueError, match="no frame number"):
        read_number(draw("red", (320, 240), 0))
    with pytest.raises(ValueError, match="16 bits"):
        stamp_number(draw("red", (320, 240), 0), 70000)


def test_clip_is_what_was_asked(tmp_path):
    cues = [Cue(Span(0.2, 1.0), "Hello", "eng"), Cue(Span(0.5, 1.4), "Hallo", "deu")]
    path = make_clip(
        tmp_path / "clip.mkv",
        fps=10,
        size=(320, 180),
        scenes=[(1, "red"), (1, "noise:4")],
        sound=[SoundTrack(language="eng"), SoundTrack(language="fra", default=True, delay=0.5)],
        subtitles=cues,
        chapters=[Chapter(Span(0, 1), "one"), Chapter(Span(1, 2), "two")],
        metadata={"title": "A title"},
    )
    told = ffprobe(path)
    kinds = [s["codec_type"] for s in told["streams"]]
    assert kinds == ["video", "audio", "audio", "subtitle", "subtitle"]
    assert [s.get("tags", {}).get("language") for s in told["streams"]] == [
        None,
        "eng",
        "fra",
        "eng",
        "deu",
    ]
    assert told["format"]["tags"]["title"] == "A title"
    assert [c["tags"]["title"] for c in told["chapters"]] == ["one", "two"]
    assert float(told["streams"][2]["start_time"]) == pytest.approx(0.5, abs=0.05)
    with av.open(str(path)) as file:
        numbers = [read_number(f.to_ndarray(format="rgb24")) for f in file.decode(video=0)]
    assert numbers == list(range(20))


def test_same_arguments_give_the_same_file(tmp_path):
    first = make_clip(tmp_path / "a.mp4", seconds=0.5, sound="tone")
    second = make_clip(tmp_path / "b.mp4", seconds=0.5, sound="tone")
    assert first.read_bytes() == second.read_bytes()


def test_rotation_and_shape_of_pixels(tmp_path):
    turned = make_clip(tmp_path / "turned.mp4", seconds=0.2, size=(240, 320), rotation=90)
    stream = ffprobe(turned)["streams"][0]
    assert (stream["width"], stream["height"]) == (320, 240)
    assert stream["side_data_list"][0]["rotation"] == -90
    squeezed = make_clip(tmp_path / "squeezed.mp4", seconds=0.2, sar=Fraction(2, 3))
    stream = ffprobe(squeezed)["streams"][0]
    assert (stream["width"], stream["sample_aspect_ratio"]) == (480, "2:3")


def test_variable_rate_keeps_its_times(tmp_path):
    pts = [0, 40, 80, 500, 1000, 1900]
    path = make_clip(tmp_path / "vfr.mp4", pts=pts)
    with av.open(str(path)) as file:
        assert [round(f.time * 1000) for f in file.decode(video=0)] == pts


def test_slides_are_narrated_where_possible(tmp_path):
    path = make_slides(
        tmp_path / "talk.mp4",
        [(1.5, "First slide"), (1.5, "Second\nslide")],
        narration=["This is the first slide"],
    )
    told = ffprobe(path)
    assert float(told["format"]["duration"]) == pytest.approx(3.0, abs=0.1)
    assert len(told["streams"]) == (2 if speak("one", tmp_path / "one.wav") else 1)
