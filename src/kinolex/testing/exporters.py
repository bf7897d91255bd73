"""`check_exporter`: does an export format keep its promises? For ours and for anybody else's.

Call it in a test; it raises `AssertionError` with one sentence at the first promise that is
broken. It checks form and manners (a whole file or none, the same again, hostile names and words,
clear refusals), not whether an editor understands the file: that is for the format's own test,
with a reader that kinolex did not write.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from kinolex.errors import KinolexError
from kinolex.export.registry import Format, export, find
from kinolex.export.request import Clip, Exported, Options
from kinolex.library.records import Passage, VideoRecord
from kinolex.moments import Span, Video

__all__ = ["HOSTILE", "check_exporter", "hostile_clip"]

HOSTILE = (
    "two\nlines\r\n\r\nand a blank one",
    "00:00:01.000 --> 00:00:02.000",
    "<b>bold</b> & <script>alert('x')</script> ]]> -- {\\an8}",
    "\x00\x1b[31m\x0b\ufffe\uffff\x85",
    "שלום \u202eعربي\u202c 你好 🎬",
    "lone \udce9\ud83d",
    "=cmd|' /C calc'!A0",
    '"quoted", comma; semicolon # hash \\ backslash',
    "WEBVTT",
    "../../../etc/passwd",
    "x" * 10_000,
)
"""Words that break careless writers."""


def check_exporter(name: str) -> None:
    """Check a format.

    Parameters
    ----------
    name : str
        As it is registered.

    Raises
    ------
    AssertionError
        At the first broken promise.
    """
    format = find(name)
    _check_card(format)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        clip = _clip(folder)
        _check_file(format, clip, folder)
        _check_hostile(format, clip, folder)
        _check_refusals(format, clip, folder)
        if format.several and not format.reads:
            many = [replace(clip, span=Span(t / 10, t / 10 + 0.5)) for t in range(12)]
            _written(format, many, folder / f"many{format.suffix}")


def hostile_clip(clip: Clip, words: str) -> Clip:
    """A clip whose every text is ``words``; its file stays where it is."""
    video = replace(clip.video, title=words, language=words[:8], metadata={"title": words})
    said = Passage(clip.span, words, "speech")
    return replace(clip, video=video, name=words, note=words, passages=(said,))


def _clip(folder: Path) -> Clip:
    """Two seconds of a real film with words."""
    from kinolex.testing.clips import make_clip

    path = make_clip(folder / "walk.mp4", seconds=2, size=(96, 64), fps=25, sound="tone")
    size = path.stat().st_size
    video = Video("ab" * 16, str(path), "A walk", 2.0, (str(path),), 96, 64, 25.0)
    record = VideoRecord(
        video.id, size, 2.0, "A walk", width=96, height=64, fps=25.0,
        info={"video": "h264", "audio": ["aac"]},
    )  # fmt: skip
    said = Passage(Span(0.5, 1.5), "mind the gap", "speech", "en")
    return Clip(video, Span(0.4, 1.6), "Gap", "why", 0.5, record, (said,), (Span(0, 2),))


def _check_card(format: Format) -> None:
    _require(bool(format.title.strip()), "a format needs a title")
    _require(format.suffix.startswith("."), "a suffix begins with a dot")
    _require("/" in format.media_type, f"{format.media_type!r} is no media type")


def _check_file(format: Format, clip: Clip, folder: Path) -> None:
    source = Path(clip.video.path)
    before, known = source.read_bytes(), set(folder.iterdir())
    to = folder / f"first{format.suffix}"
    done = _written(format, [clip], to)
    _require(done.path == to, "the file must be where it was asked for")
    _require(set(folder.iterdir()) - known == {to}, "nothing but the file may be left behind")
    _require(source.read_bytes() == before, "the video must stay as it is")
    told = done.to_dict()
    _require(
        told["file"] == to.name and told["bytes"] == to.stat().st_size,
        "to_dict must name the file and its size",
    )
    again = _written(format, [clip], folder / f"again{format.suffix}")
    if not format.reads:
        same = again.path.read_bytes() == to.read_bytes()
        _require(same, "the same clips must give the same file")
    to.write_bytes(b"old")
    _written(format, [clip], to)
    _require(to.read_bytes() != b"old", "a file that is there must be replaced")


def _check_hostile(format: Format, clip: Clip, folder: Path) -> None:
    for number, words in enumerate(HOSTILE):
        to = folder / f"hostile{number}{format.suffix}"
        _written(format, [hostile_clip(clip, words)], to, Options(title=words))
        if not format.reads:
            try:
                to.read_bytes().decode("utf-8")
            except UnicodeDecodeError:
                raise AssertionError(f"with {words[:20]!r} the file is no UTF-8") from None
        if format.reads:
            break  # it takes time, and no text of a clip enters a film


def _check_refusals(format: Format, clip: Clip, folder: Path) -> None:
    to = folder / f"refused{format.suffix}"
    gone = replace(clip, video=replace(clip.video, path=str(folder / "gone.mp4"), paths=()))
    late = replace(clip, span=Span(50, 60))
    video = Path(clip.video.path)
    refused: list[tuple[str, Sequence[Clip], Path]] = [
        ("no clips", [], to),
        ("a span behind the end", [late], to),
        ("the video itself as target", [clip], video),
        ("a folder as target", [clip], folder),
        ("a folder that is not there", [clip], folder / "none" / to.name),
    ]
    if format.reads:
        refused.append(("a file that is gone", [gone], to))
    if not format.several:
        refused.append(("two clips", [clip, clip], to))
    if format.one_video:
        other = replace(clip, video=replace(clip.video, id="cd" * 16))
        refused.append(("two videos", [clip, other], to))
    for what, clips, place in refused:
        _check_refused(lambda c=clips, p=place: export(format.name, c, p), what)  # type: ignore[misc]
        _require(not to.exists(), f"refusing {what} must leave no file")


def _check_refused(call: Callable[[], Any], what: str) -> None:
    try:
        call()
    except KinolexError as error:
        _require(len(str(error).splitlines()) == 1, f"the refusal of {what} must be one line")
        return
    raise AssertionError(f"{what} must be refused")


def _written(
    format: Format, clips: Sequence[Clip], to: Path, options: Options | None = None
) -> Exported:
    done = export(format.name, clips, to, options)
    _require(to.is_file(), "there must be a file")
    for note in done.notes:
        one = note.endswith(".") and "\n" not in note
        _require(one, f"a note is one sentence, not {note[:60]!r}")
    return done


def _require(kept: bool, sentence: str) -> None:
    if not kept:
        raise AssertionError(sentence)
