"""Finding media files: fast, in natural order, and without opening what need not be opened.

Files are known by extension. What looks like a video and is none (a folder, a pipe, an empty
file, a broken link) is found too, with its error, so that nobody wonders where it went; what is
no footage at all (hidden files, thumbnails, render caches, half downloads) is passed over.
"""

from __future__ import annotations

import os
import re
import stat
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kinolex.errors import MediaError
from kinolex.media.files import kind_of, look, refusal
from kinolex.media.sniff import is_footage

__all__ = [
    "AUDIO",
    "EXTENSIONS",
    "IMAGES",
    "VIDEO",
    "Found",
    "is_media_name",
    "media_files",
    "scan",
]

_VIDEO = (
    ".3g2 .3gp .3gpp .asf .avi .braw .divx .dv .f4v .flv .h264 .h265 .hevc .insv .ivf .m1v"
    " .m2t .m2ts .m2v .m4v .mj2 .mjpeg .mjpg .mk3d .mkv .mod .mov .mp4 .mpe .mpeg .mpg .mpv .mts"
    " .mxf .nut .ogm .ogv .ogx .qt .r3d .rm .rmvb .tod .tp .trp .ts .vob .webm .wmv .wtv .xvid"
    " .y4m .yuv4mpeg"
)
_AUDIO = (
    ".aac .ac3 .aif .aifc .aiff .amr .ape .au .awb .caf .dts .eac3 .flac .m4a .m4b .mka .mp2 .mp3"
    " .mpc .oga .ogg .opus .ra .spx .tta .w64 .wav .weba .wma .wv"
)

VIDEO = frozenset(_VIDEO.split())
"""Extensions of video files."""

AUDIO = frozenset(_AUDIO.split())
"""Extensions of sound files."""

IMAGES = frozenset((".gif", ".webp", ".apng"))
"""Extensions of pictures that may move; only those that do are footage."""

EXTENSIONS = VIDEO | AUDIO | IMAGES

_SKIPPED = frozenset(
    (
        "$recycle.bin",
        "@eadir",  # Synology thumbnails
        "@recycle",
        "#recycle",
        "#snapshot",
        "__macosx",
        "adobe premiere pro audio previews",
        "adobe premiere pro preview files",
        "adobe premiere pro video previews",
        "cacheclip",  # DaVinci Resolve
        "found.000",
        "lost+found",
        "media cache",
        "media cache files",
        "node_modules",
        "proxymedia",  # DaVinci Resolve
        "recycler",
        "render files",  # Final Cut Pro
        "system volume information",
    )
)
"""Folders (lower case) that hold copies, thumbnails and rubbish, never anybody's footage."""

_DIGITS = re.compile(r"(\d+)")
_CLOUD_ONLY_WINDOWS = 0x0040_0000  # FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS
_CLOUD_ONLY_MAC = 0x4000_0000  # SF_DATALESS


@dataclass(frozen=True, slots=True)
class Found:
    """A media file, or (with ``error``) what only looks like one. Times as in `os.stat_result`."""

    path: Path
    size: int = 0
    mtime_ns: int = 0
    error: MediaError | None = None


def is_media_name(name: str) -> bool:
    """Whether a file of that name is footage by its extension and not hidden.

    Examples
    --------
    >>> is_media_name("Film.MOV"), is_media_name("._Film.MOV"), is_media_name("Film.mov.part")
    (True, False, False)
    """
    return not name.startswith(".") and os.path.splitext(name)[1].lower() in EXTENSIONS


def media_files(folder: Path) -> Iterator[Path]:
    """Paths of the media files under a folder, problems left out; see `scan`."""
    return (found.path for found in scan(folder) if found.error is None)


def scan(place: Path) -> Iterator[Found]:
    """Media files and problems under a folder, or one file whatever its extension.

    A folder's own files come first, then its folders, both in natural order (``clip 2`` before
    ``clip 10``). Each real folder is visited once, however many links lead to it, and by its
    real place if that lies under ``place``.

    Raises
    ------
    MediaError
        If ``place`` itself is missing or unreadable.
    """
    place = Path(place)
    try:
        found = os.stat(place)
    except (OSError, ValueError) as error:
        raise refusal(place, error, "scan") from error
    if stat.S_ISDIR(found.st_mode):
        yield from _Walk(str(place)).found()
    else:
        yield _one_file(place)


def _one_file(path: Path) -> Found:
    try:
        found = look(path)
    except MediaError as error:
        return Found(path, error=error)
    return Found(path, found.st_size, found.st_mtime_ns)


class _Walk:
    """One walk over the tree under ``top``: which folders were seen, which links wait."""

    def __init__(self, top: str) -> None:
        self._top = top
        self._seen: set[tuple[int, int]] = set()
        self._links: deque[str] = deque()

    def found(self) -> Iterator[Found]:
        """Everything: depth first, links to folders after all real ones."""
        waiting = [self._top]
        while waiting or self._links:
            here = waiting.pop() if waiting else self._links.popleft()
            inner: list[str] = []
            yield from self._listing(here, inner)
            waiting.extend(reversed(inner))

    def _listing(self, path: str, inner: list[str]) -> Iterator[Found]:
        """The media of one folder; its folders are appended to ``inner``."""
        try:
            about = os.stat(path)
            if (about.st_dev, about.st_ino) in self._seen:
                return
            self._seen.add((about.st_dev, about.st_ino))
            with os.scandir(path) as listing:
                entries = sorted(listing, key=_natural)
        except OSError as error:
            yield Found(Path(path), error=refusal(Path(path), error, "scan"))
            return
        if path != self._top and _is_library(entries):
            return
        for entry in entries:
            yield from self._entry(entry, inner)

    def _entry(self, entry: os.DirEntry[str], inner: list[str]) -> Iterator[Found]:
        name = entry.name
        if name.startswith(".") or name.lower() in _SKIPPED:
            return
        media = is_media_name(name)
        try:
            if entry.is_dir():
                (self._links if _is_link(entry) else inner).append(entry.path)
                if media:
                    yield _not_a_file(entry.path, stat.S_IFDIR)
            elif media:
                yield from _judge(entry)
        except OSError as error:
            if media:
                yield Found(Path(entry.path), error=refusal(Path(entry.path), error, "scan"))


def _is_link(entry: os.DirEntry[str]) -> bool:
    """Whether a folder's entry is a symbolic link or (Windows) a junction."""
    is_junction = getattr(entry, "is_junction", None)
    return entry.is_symlink() or bool(is_junction and is_junction())


def _is_library(entries: list[os.DirEntry[str]]) -> bool:
    """Whether a folder is a kinolex library and nothing else (some put one beside footage)."""
    names = [entry.name for entry in entries]
    return "library.sqlite" in names and not any(is_media_name(name) for name in names)


def _judge(entry: os.DirEntry[str]) -> Iterator[Found]:
    """A file with a media name: found, a problem, or no footage after all."""
    about = entry.stat()
    path = Path(entry.path)
    if not stat.S_ISREG(about.st_mode):
        yield _not_a_file(entry.path, about.st_mode)
    elif about.st_size == 0:
        yield _one_file(path)
    elif _only_in_the_cloud(about):
        yield Found(path, about.st_size, about.st_mtime_ns, _cloud_error(path))
    elif is_footage(path):
        yield Found(path, about.st_size, about.st_mtime_ns)


def _not_a_file(path: str, mode: int) -> Found:
    where = Path(path)
    return Found(
        where,
        error=MediaError(
            f"{where.name} is {kind_of(mode)}, not a file.", reason="not-a-file", stage="scan"
        ),
    )


def _only_in_the_cloud(about: os.stat_result) -> bool:
    """Whether reading the file would fetch it over the network, which nobody asked for."""
    windows = getattr(about, "st_file_attributes", 0) & _CLOUD_ONLY_WINDOWS
    return bool(windows or getattr(about, "st_flags", 0) & _CLOUD_ONLY_MAC)


def _cloud_error(path: Path) -> MediaError:
    return MediaError(
        f"{path.name} lies only in the cloud.",
        reason="unreadable",
        stage="scan",
        hint="Have your cloud program keep it on this machine, then run `kinolex retry`.",
    )


def _natural(entry: os.DirEntry[str]) -> tuple[list[str | int], str]:
    """Sort key: numbers by value, letters without case; the plain name decides ties."""
    parts: list[str | int] = list(_DIGITS.split(entry.name.casefold()))
    # Odd places hold the digits (str.isdecimal also covers digits of other scripts).
    parts[1::2] = [int(part) for part in parts[1::2]]
    return parts, entry.name
