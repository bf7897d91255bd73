"""Opening a file with FFmpeg, and saying why when that fails.

Only files of this machine are ever read: a playlist that names other files or addresses is
refused, whatever its name ends with.
"""

from __future__ import annotations

import errno
import functools
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kinolex.errors import MediaError
from kinolex.media.files import look, refusal

if TYPE_CHECKING:
    from av.codec.hwaccel import HWAccel
    from av.container import InputContainer

__all__ = ["only_stream", "open_media", "ratio", "readable", "stop_if_gone"]

REFUSED = {"hls", "dash", "concat", "sdp", "rtp", "rtsp", "imf", "ffmetadata", "lavfi", "vobsub",
           "image2", "webm_dash_manifest", "avisynth", "vapoursynth"}  # fmt: skip
"""Formats that are lists of other files or addresses, or scripts."""
LISTS = (b"#EXTM3U", b"ffconcat", b";FFMETADATA", b"# VobSub index", b"v=0", b"[playlist]",
         b"<MPD", b"<ASX", b"<asx", b"<smil", b"RTSPtext", b"SMILtext")  # fmt: skip
"""How such lists begin."""

HEAD = 64
MOVIE_BOXES = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot", b"styp", b"moof"}
GONE = {errno.EIO, errno.ENXIO, errno.ENODEV, errno.ESTALE, errno.EBADF, errno.ETIMEDOUT,
        errno.ENOTCONN}  # fmt: skip
"""What the system says of a disk that fails. FFmpeg's own "-1" for damage looks like EPERM."""


@contextmanager
def open_media(
    path: Path | str, stage: str = "probe", hwaccel: HWAccel | None = None
) -> Iterator[InputContainer]:
    """Open a media file for reading.

    Parameters
    ----------
    path : Path or str
        The file; made absolute, so that a name such as ``http:x`` is never taken for an address.
    stage : str
        Of the `MediaError`.
    hwaccel : av.codec.hwaccel.HWAccel, optional
        Hardware decoding.

    Raises
    ------
    MediaError
        ``missing``, ``not-a-file``, ``empty``, ``unreadable``, ``truncated`` or ``not-media``.
    """
    import av

    path = Path(path).absolute()
    look(path, stage)
    try:
        container = av.open(
            str(path),
            container_options={"protocol_whitelist": "file", "format_whitelist": _allowed()},
            hwaccel=hwaccel,
            **_lenient(av.__version__),
        )
    except (av.FFmpegError, OSError, ValueError) as error:
        raise why_not(path, stage) from error
    with container:
        yield container


def _lenient(version: str) -> dict[str, Any]:
    """How PyAV is told to keep tags that are no UTF-8; from version 19 on it does so unasked."""
    return {} if int(version.split(".")[0]) >= 19 else {"metadata_errors": "surrogateescape"}


def ratio(value: Any) -> Fraction | None:
    """A rational number of PyAV as a `fractions.Fraction`; None where it is none.

    PyAV 19 has a type of its own for them, which nothing else understands.

    Examples
    --------
    >>> ratio(Fraction(2, 6)), ratio(None)
    (Fraction(1, 3), None)
    """
    if value is None or not value.denominator:
        return None
    return Fraction(int(value.numerator), int(value.denominator))


def readable(tag: str) -> str:
    r"""A tag with replacement characters for bytes that are no UTF-8.

    Examples
    --------
    >>> readable("caf\udce9")
    'caf\ufffd'
    """
    return tag.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


@functools.cache
def _allowed() -> str:
    """The formats that may be opened: a list is refused before FFmpeg opens what it names."""
    import av

    return ",".join(sorted(av.formats_available - REFUSED))


def only_stream(container: InputContainer, index: int) -> Any:
    """Give one stream; the demuxer then skips all others without reading their data."""
    from av.stream import Discard

    for stream in container.streams:
        stream.discard = Discard.default if stream.index == index else Discard.all
    return container.streams[index]


def stop_if_gone(path: Path, error: Exception, stage: str) -> None:
    """Raise where a disk fails while a file is read: that must not look like a film that ends.

    Parameters
    ----------
    path : Path
        The file.
    error : Exception
        What the demuxer said (decoders never touch the disk).
    stage : str
        Of the `MediaError`.

    Raises
    ------
    MediaError
        ``unreadable``.
    """
    if isinstance(error, OSError) and error.errno in GONE:
        raise MediaError(
            f"{path.name} cannot be read any further: {error.strerror or error}.",
            reason="unreadable",
            stage=stage,
            hint="Check the disk, then run `kinolex retry`.",
        ) from error


def why_not(path: Path, stage: str) -> MediaError:
    """The `MediaError` for a file that FFmpeg did not open.

    What FFmpeg says is not asked: damage that a demuxer calls "-1" would read as "not permitted".
    """
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError as failed:
        return refusal(path, failed, stage)
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(LISTS):
        return MediaError(
            f"{path.name} is a playlist, not media.",
            reason="not-media",
            stage=stage,
            hint="Index the files that it names.",
        )
    if head[4:8] in MOVIE_BOXES:
        return MediaError(
            f"{path.name} is cut off or damaged: its index (the moov box) is missing.",
            reason="truncated",
            stage=stage,
            hint="Copy it again from where it came from.",
        )
    if head[:4] in (b"\x1aE\xdf\xa3", b"RIFF", b"OggS", b"FLV\x01"):
        return MediaError(
            f"{path.name} starts like media but breaks off before its first stream.",
            reason="truncated",
            stage=stage,
            hint="Copy it again from where it came from.",
        )
    return MediaError(
        f"{path.name} is not media: no known format begins like this.",
        reason="not-media",
        stage=stage,
    )
