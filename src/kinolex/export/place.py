"""Where a file goes: good names, never over a video, whole or not at all."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from kinolex.errors import NotFoundError, UsageError
from kinolex.export.request import Clip
from kinolex.export.words import one_line
from kinolex.moments import Video

__all__ = ["beside", "demand_free", "file_name", "free", "present_path"]

_UNFIT = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f\ufffd]+')
_RESERVED = {"con", "prn", "aux", "nul", *(f"{p}{n}" for p in ("com", "lpt") for n in range(1, 10))}
_LONGEST = 100
"""Bytes of a name before its times and suffix: file systems hold 255."""


@contextmanager
def beside(to: Path) -> Iterator[Path]:
    """A name beside ``to`` to write to; on success it becomes ``to``, else it goes.

    The suffix is the same, since writers of films choose by it.

    Raises
    ------
    UsageError
        If the folder does not exist or may not be written to.
    """
    part = to.with_name(f".kinolex-{secrets.token_hex(6)}{to.suffix}")
    if not to.parent.is_dir():
        raise UsageError(f"There is no folder {to.parent}.", hint="Make it first.")
    try:
        try:
            part.touch(exist_ok=False)
            yield part
            os.replace(part, to)
        except OSError as error:
            if error.filename not in (None, str(part), str(to)):
                raise
            why = error.strerror or str(error)
            raise UsageError(
                f"{to} cannot be written: {why}.", hint="Choose another place with --to."
            ) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def demand_free(to: Path, videos: Iterable[str]) -> None:
    """Refuse a target that is a folder or one of the videos, under whatever name.

    Raises
    ------
    UsageError
        If it is.
    """
    if to.is_dir():
        raise UsageError(f"{to} is a folder, not a file.", hint="Name a file in it.")
    for video in videos:
        if video and _same(to, Path(video)):
            raise UsageError(
                f"{to} is the video itself, which is never overwritten.",
                hint="Choose another name.",
            )


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return os.path.abspath(one) == os.path.abspath(other)


def present_path(video: Video) -> Path:
    """The first of a video's places where a file lies.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    places = [Path(path) for path in (video.path, *video.paths) if path]
    for place in places:
        if place.is_file():
            return place
    raise NotFoundError(
        f"The file of {video.title or video.id} is not there: {video.path or 'no path is known'}.",
        hint="Connect its disk, or run `kinolex index` on the folder that it was moved to.",
    )


def file_name(clips: Sequence[Clip], suffix: str, title: str = "") -> str:
    """A good name for an export: of the video and the span, or of the title where there are many.

    Examples
    --------
    >>> from kinolex.moments import Span
    >>> clip = Clip(Video("ab" * 16, "/v/My: walk.mp4", "", 90.0), Span(70.5, 82))
    >>> file_name([clip], ".mp4"), file_name([clip, clip], ".edl", "Dogs?")
    ('My_ walk 1.10-1.22.mp4', 'Dogs_.edl')
    """
    if len(clips) == 1 and title in ("", "kinolex"):
        return f"{_safe(Path(clips[0].video.path).stem)} {_times(clips[0])}{suffix}"
    return f"{_safe(title or 'kinolex')}{suffix}"


def _times(clip: Clip) -> str:
    return "-".join(_minutes(time) for time in (clip.span.start, clip.span.end))


def _minutes(seconds: float) -> str:
    minutes, rest = divmod(int(seconds + 1e-6), 60)
    return f"{minutes}.{rest:02d}"


def _safe(name: str) -> str:
    """A name that every file system takes."""
    name = _UNFIT.sub("_", one_line(name))
    name = name.encode("utf-8")[:_LONGEST].decode("utf-8", "ignore").strip(" .")
    if name.split(".")[0].lower() in _RESERVED or not name or name.startswith("-"):
        name = f"_{name}"
    return name


def free(path: Path, suffix: str = "") -> Path:
    """The path, or with a number where it is taken: ``name (2).mp4``."""
    suffix = suffix or path.suffix
    stem, number, tried = path.name.removesuffix(suffix), 1, path
    while tried.exists() or tried.is_symlink():
        number += 1
        tried = path.with_name(f"{stem} ({number}){suffix}")
    return tried
