"""The same from Python, on real clips with subtitles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import kinolex
from kinolex.api import Library
from kinolex.errors import NotFoundError, QueryError, UsageError
from kinolex.export.request import Clip
from kinolex.export.wanted import Wanted
from kinolex.moments import Evidence, Moment, Span
from tests.cli.places import make_videos
from tests.export.readers import read_vtt
from tests.media.cutting.films import seen


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("shelf")
    make_videos(base / "videos")
    with kinolex.open(base / "library") as library:
        library.add(base / "videos", only=["title", "speech"])
    return base


@pytest.fixture
def library(shelf: Path) -> Iterator[Library]:
    with kinolex.open(shelf / "library", read_only=True) as opened:
        yield opened


def test_clips_know_what_the_library_knows(library: Library, shelf: Path) -> None:
    frog, bike = library.clips(["frog talk.mp4#t=0.5,4.5", "bike"])
    assert (frog.video.path, frog.span) == (str(shelf / "videos" / "frog talk.mp4"), Span(0.5, 4.5))
    assert frog.record is not None
    assert (frog.record.fps, frog.record.info["video"], frog.record.info["audio"]) == (
        10,
        "h264",
        [],
    )
    said = [p for p in frog.passages if p.source == "subtitle"]
    assert [p.text for p in said] == ["Now we put the red ball under the third cup."]
    assert (bike.span, bike.name) == (Span(0, 4), "bike")
    (wider,) = library.clips("frog talk.mp4#t=0.5,4.5", pad=1)
    assert len([p for p in wider.passages if p.source == "subtitle"]) == 2


def test_moments_and_clips(library: Library) -> None:
    video = library.video("frog talk")
    moment = Moment(video, Span(1, 4), 0.9, 1, (Evidence("speech", 0.9, 2.0, "red ball"),))
    (clip,) = library.clips(moment)
    assert (clip.video, clip.span, clip.score) == (video, Span(1, 4), 0.9)
    assert (clip.name, clip.note) == ("frog talk", "speech 90%: red ball")
    (own,) = library.clips(Clip(video, Span(1, 2), "Mine", shots=(Span(0, 3),)))
    assert (own.name, own.shots, own.record is not None) == ("Mine", (Span(0, 3),), True)
    stranger = replace(video, id="00" * 16)
    (clip,) = library.clips(replace(moment, video=stranger))
    assert (clip.video, clip.record) == (stranger, None)


def test_moments_that_came_as_text(library: Library) -> None:
    video = library.video("frog talk")
    for wanted in (
        Wanted(video.id, "", 1, 2),
        Wanted(video.id, "/moved/elsewhere.mp4", 1, 2),
        Wanted("", video.path, 1, 2),
        Wanted("00" * 16, video.path, 1, 2),
    ):
        assert library.clips([wanted])[0].video == video
    (clip,) = library.clips(Wanted(video.id, "", 8, 99))
    assert clip.span == Span(8, 9)
    with pytest.raises(UsageError, match="lies outside of frog talk"):
        library.clips(Wanted(video.id, "", 10, 99))
    with pytest.raises(NotFoundError, match="No video has the id"):
        library.clips(Wanted("00" * 16, "", 1, 2))


def test_export_to_a_file_a_folder_and_here(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = library.export("frog talk.mp4#t=1,5.5", to=tmp_path / "words.vtt")
    assert [c.text[:10] for c in read_vtt(done.path.read_bytes())] == ["Now we put", "A frog liv"]
    first = library.export("bike#t=1,2", "edl", tmp_path)
    second = library.export("bike#t=1,2", "edl", str(tmp_path))
    assert [d.path.name for d in (first, second)] == [
        "bike 0.01-0.02.edl",
        "bike 0.01-0.02 (2).edl",
    ]
    monkeypatch.chdir(tmp_path)
    here = library.export(["bike", "frog talk"], "csv", title="Both")
    assert here.path == Path("Both.csv")
    assert here.path.is_file()


def test_a_clip_cut_from_a_library(library: Library, tmp_path: Path) -> None:
    done = library.export("frog talk.mp4#t=1,2", "clip", tmp_path, pad=0.5, exact=True)
    assert len(seen(done.path).numbers) == 20
    assert done.path.name == "frog talk 0.01-0.02.mp4"


def test_wrong_calls(library: Library, tmp_path: Path) -> None:
    for call, error, says in (
        (("bike", "", tmp_path / "a.x"), UsageError, "No format is named"),
        (("bike", "xyz", tmp_path / "a.x"), UsageError, "no export format 'xyz'"),
        (("nobody", "srt", tmp_path), NotFoundError, "No video is called 'nobody'"),
        (("bike#t=50,60", "srt", tmp_path), QueryError, "only 4 s long"),
        (([], "srt", tmp_path), UsageError, "nothing to export"),
        (("bike", "srt", library.video("bike").path), UsageError, "never overwritten"),
    ):
        with pytest.raises(error, match=says):
            library.export(*call)  # type: ignore[arg-type]
    with pytest.raises(NotFoundError, match="no library"):
        kinolex.open(tmp_path / "none").export("bike", "srt", tmp_path)
    assert list(tmp_path.iterdir()) == []
