"""The formats: how one is added, found by name or suffix, and written to a file.

Examples
--------
>>> formats()["srt"].title
'SubRip subtitles'
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kinolex.errors import UsageError
from kinolex.export.place import beside, demand_free, present_path
from kinolex.export.request import Clip, Exported, Options
from kinolex.registries import load_all, nearest

__all__ = ["Format", "Writer", "export", "exporter", "find", "format_of", "formats"]

Writer = Callable[[Sequence[Clip], Path, Options], tuple[str, ...]]
"""Writes clips to a file and gives notes; it may raise any error of `kinolex.errors`."""

ORDER = ("clip", "reel", "srt", "vtt", "transcript", "chapters-vtt", "chapters-ffmetadata",
         "chapters-youtube", "edl", "fcpxml", "otio", "csv", "json", "iiif")  # fmt: skip
"""How people meet them; formats of other packages come after."""

_known: dict[str, Format] = {}


@dataclass(frozen=True, slots=True)
class Format:
    """One export format.

    Parameters
    ----------
    name, title : str
        What to call it, and what it is.
    suffix : str
        Of its files.
    media_type : str
        IANA media type, or the usual one.
    write : callable
        See `Writer`.
    several : bool
        Whether one file holds several clips.
    one_video : bool
        Whether all clips must be of the same video.
    reads : bool
        Whether the video files themselves are read.
    more : mapping of str to str
        Other suffixes that a file may have, and their media types.
    """

    name: str
    title: str
    suffix: str
    media_type: str
    write: Writer
    several: bool = True
    one_video: bool = False
    reads: bool = False
    more: Mapping[str, str] = field(default_factory=dict, hash=False)

    def type_of(self, path: Path) -> str:
        """The media type of a file of this format, by its suffix."""
        return self.more.get(path.suffix.lower(), self.media_type)


def exporter(
    name: str,
    *,
    title: str,
    suffix: str,
    media_type: str,
    several: bool = True,
    one_video: bool = False,
    reads: bool = False,
    more: Mapping[str, str] | None = None,
) -> Callable[[Writer], Writer]:
    r"""Make a function a format; the parameters are those of `Format`.

    A file in ``kinolex/export/formats/`` is found by itself; another package names the module of
    its format as an entry point ``kinolex.exports``.

    Examples
    --------
    >>> @exporter("names", title="Names, one a line", suffix=".names", media_type="text/plain")
    ... def names(clips, to, options):
    ...     to.write_text("".join(f"{clip.label}\n" for clip in clips))
    ...     return ()
    >>> del _known["names"]
    """

    def add(write: Writer) -> Writer:
        _known[name] = Format(
            name, title, suffix, media_type, write, several, one_video, reads, more or {}
        )
        return write

    return add


def formats() -> Mapping[str, Format]:
    """Every format by name: those of kinolex, and those of packages.

    A package that fails costs a warning and its own formats, nothing else.
    """
    _load()
    places = {name: number for number, name in enumerate(ORDER)}
    return dict(sorted(_known.items(), key=lambda item: (places.get(item[0], 99), item[0])))


@functools.cache
def _load() -> None:
    load_all("kinolex.export.formats", "kinolex.exports", "formats")


def find(name: str) -> Format:
    """The format of a name.

    Raises
    ------
    UsageError
        If there is none, with the nearest name.
    """
    known = formats()
    if name in known:
        return known[name]
    meant = nearest(name.lower(), known)
    raise UsageError(
        f"There is no export format {name!r}.{meant}", hint=f"Choose from {', '.join(known)}."
    )


def format_of(path: Path, *, several: bool = False) -> str:
    """The format that a file's name asks for, or "" where it could be none.

    Examples
    --------
    >>> [format_of(Path(p)) for p in ("a.edl", "a.chapters.vtt", "a.VTT", "a.mp4", "a.x")]
    ['edl', 'chapters-vtt', 'vtt', 'clip', '']
    >>> format_of(Path("a.mp4"), several=True)
    'reel'
    """
    name = path.name.lower()
    fits = [
        (len(suffix), format.name)
        for format in formats().values()
        for suffix in (format.suffix, *format.more)
        if name.endswith(suffix) and (format.several or not several)
    ]
    longest = max((length for length, _ in fits), default=0)
    return next((fit for length, fit in fits if length == longest), "")


def export(name: str, clips: Sequence[Clip], to: Path, options: Options | None = None) -> Exported:
    """Write clips to a file in one of the `formats`.

    The file appears when it is whole: until then its content grows under another name beside it.
    A file that is there already is replaced, unless it is one of the videos themselves.

    Parameters
    ----------
    name : str
        Of the format.
    clips : sequence of Clip
        What to export, in order.
    to : Path
        The file to write; its folder must exist.
    options : Options, optional
        How.

    Raises
    ------
    UsageError
        If there are no clips, no such format, too many clips or videos for it, or ``to`` cannot
        be written.
    NotFoundError
        If a video file that must be read is not there.
    MediaError
        If a video file cannot be read.
    StoppedError
        If ``options.stop`` said so; no file is left.
    """
    format, to, options = find(name), Path(to), options or Options()
    _demand_fit(format, clips, options)
    demand_free(to, [path for clip in clips for path in (clip.video.path, *clip.video.paths)])
    if format.reads:
        for clip in clips:
            present_path(clip.video)
    options.go_on()
    with beside(to) as part:
        notes = format.write(clips, part, options)
    return Exported(to, format.type_of(to), tuple(dict.fromkeys(notes)))


def _demand_fit(format: Format, clips: Sequence[Clip], options: Options) -> None:
    if not clips:
        raise UsageError("There is nothing to export.", hint='Name spans, such as "VIDEO#t=10,15".')
    if len(clips) > 1 and not format.several:
        raise UsageError(
            f"The format {format.name} takes one span a file, and {len(clips)} are given.",
            hint="Name a folder to get one file each, or choose the format reel.",
        )
    if format.one_video and len({clip.video.id for clip in clips}) > 1:
        raise UsageError(
            f"The format {format.name} is about one video, and the spans are from several.",
            hint="Export each video by itself.",
        )
    if not 0 <= options.pad < float("inf"):
        raise UsageError(f"Handles cannot be {options.pad} s long.", hint="Give 0 or more.")
    for clip in clips:
        clip.padded(options.pad)
