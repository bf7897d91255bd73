from __future__ import annotations

from pathlib import Path

from kinolex.export.registry import export
from kinolex.export.request import Clip, Options
from kinolex.media.probe import probe
from kinolex.moments import Span, Video
from kinolex.testing.clips import make_clip
from kinolex.testing.exporters import check_exporter
from tests.export.readers import ffmpeg
from tests.media.cutting.films import clicks, heard, seen


def video(path: Path, letter: str) -> Video:
    return Video(letter * 32, str(path), path.stem, probe(path).duration)


def test_promises() -> None:
    check_exporter("reel")


def test_clips_in_their_order_with_sound_in_step(tmp_path: Path) -> None:
    a = video(make_clip(tmp_path / "a.mp4", seconds=3, fps=25, size=(160, 120),
                        sound=[clicks(1.2)]), "a")  # fmt: skip
    b = video(make_clip(tmp_path / "b.mp4", seconds=3, fps=25, size=(160, 120)), "b")
    clips = [Clip(b, Span(2.0, 2.4)), Clip(a, Span(1.0, 1.4)), Clip(b, Span(0.0, 0.4))]
    done = export("reel", clips, tmp_path / "reel.mp4")
    assert done.notes == ("3 clips, 1.20 s, re-encoded in the size and at the rate of the first.",)
    assert seen(done.path).numbers == [*range(50, 60), *range(25, 35), *range(10)]
    times, _ = heard(done.path)
    assert len(times) == 1
    assert abs(times[0] - 0.6) < 0.01
    told = ffmpeg(
        "-show_entries", "stream=codec_name,nb_frames,duration", "-of", "csv=p=0", done.path,
        program="ffprobe",
    )  # fmt: skip
    assert told.split() == ["h264,1.200000,30", *told.split()[1:]]
    assert told.split()[1].startswith("aac,1.200")


def test_handles_are_part_of_it(tmp_path: Path) -> None:
    a = video(make_clip(tmp_path / "a.mp4", seconds=3, fps=25, size=(160, 120)), "a")
    done = export("reel", [Clip(a, Span(1.0, 1.4))], tmp_path / "reel.mkv", Options(pad=0.2))
    assert seen(done.path).numbers == list(range(20, 40))
    assert done.notes[0].startswith("One clip, 0.80 s")
