from __future__ import annotations

import json
from pathlib import Path

import pytest

from kinolex.errors import MediaError, UsageError
from kinolex.export.registry import export
from kinolex.export.request import Clip, Options
from kinolex.media.probe import probe
from kinolex.moments import Span, Video
from kinolex.testing.clips import make_clip
from kinolex.testing.exporters import check_exporter
from tests.export.readers import ffmpeg
from tests.media.cutting.films import seen

GOLDEN = Path(__file__).parents[1] / "golden" / "clip.ffprobe.json"


def clip_of(path: Path, start: float, end: float) -> Clip:
    info = probe(path)
    return Clip(Video("ab" * 16, str(path), path.stem, info.duration), Span(start, end))


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("film") / "film.mp4"
    return make_clip(place, seconds=6, size=(160, 120), gop=24, sound="tone")


def test_promises() -> None:
    check_exporter("clip")


def test_which_way_is_said(film: Path, tmp_path: Path) -> None:
    def note(start: float, end: float, **options: object) -> str:
        done = export("clip", [clip_of(film, start, end)], tmp_path / "a.mp4", Options(**options))  # type: ignore[arg-type]
        return " ".join(done.notes)

    assert note(2, 4) == "Stream copy: begins and ends as asked."
    assert note(2.5, 4) == (
        "Re-encoded, exact to the frame: the nearest key frame lies 0.50 s before the span."
    )
    assert note(2.5, 4, pad=1) == (
        "Stream copy: begins 0.50 s before the span (at a key frame) "
        "and ends 1.00 s after the span."
    )
    assert note(2, 4, exact=True) == "Re-encoded, exact to the frame."
    assert seen(tmp_path / "a.mp4").numbers == list(range(48, 96))


def test_exact_with_handles(film: Path, tmp_path: Path) -> None:
    export("clip", [clip_of(film, 2.5, 4)], tmp_path / "a.mp4", Options(pad=0.25, exact=True))
    assert seen(tmp_path / "a.mp4").numbers == list(range(54, 102))


def test_golden_as_ffprobe_sees_it(film: Path, tmp_path: Path) -> None:
    done = export("clip", [clip_of(film, 2.5, 4)], tmp_path / "a.mp4")
    told = ffmpeg(
        "-show_entries",
        "stream=codec_name,codec_type,width,height,pix_fmt,sample_aspect_ratio,nb_frames,"
        "r_frame_rate,sample_rate,channels,duration:format=format_name,nb_streams,duration",
        "-of", "json", done.path, program="ffprobe",
    )  # fmt: skip
    found = json.loads(told)
    found["streams"][1].pop("nb_frames")  # the encoder's padding may change
    golden = json.loads(GOLDEN.read_text("utf-8"))
    assert {"streams": found["streams"], "format": found["format"]} == golden


@pytest.mark.parametrize(
    ("name", "media", "boxes"),
    [("a.mov", "video/quicktime", "mov"), ("a.mkv", "video/x-matroska", "matroska"),
     ("a.MP4", "video/mp4", "mov,mp4")],
)  # fmt: skip
def test_other_containers(film: Path, tmp_path: Path, name: str, media: str, boxes: str) -> None:
    done = export("clip", [clip_of(film, 1, 3)], tmp_path / name)
    assert done.media_type == media
    assert probe(done.path).format.startswith(boxes)
    assert seen(done.path).numbers == list(range(24, 72))


def test_one_span_only(film: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="takes one span a file, and 2 are given"):
        export("clip", [clip_of(film, 1, 2), clip_of(film, 3, 4)], tmp_path / "a.mp4")


def test_a_file_that_is_no_film(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"not a film at all" * 100)
    video = Video("ab" * 16, str(tmp_path / "a.mp4"), "a", 10.0)
    with pytest.raises(MediaError):
        export("clip", [Clip(video, Span(1, 2))], tmp_path / "b.mp4")
    assert [p.name for p in tmp_path.iterdir()] == ["a.mp4"]


def test_a_file_that_became_shorter(film: Path, tmp_path: Path) -> None:
    long = Video("ab" * 16, str(film), "film", 100.0)
    with pytest.raises(UsageError, match=r"only 6\.000 s long"):
        export("clip", [Clip(long, Span(50, 60))], tmp_path / "b.mp4")


def test_names_that_are_no_text(film: Path, tmp_path: Path) -> None:
    odd = tmp_path / "caf\udce9 #1.mp4"
    odd.write_bytes(film.read_bytes())
    folder = tmp_path / "out \udce9"
    folder.mkdir()
    done = export("clip", [clip_of(odd, 1, 2)], folder / "a.mp4")
    assert len(seen(done.path).numbers) == 24
