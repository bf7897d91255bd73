"""Opening a file with FFmpeg, and saying why when that fails.

Only files of this machine are ever read: a playlist that names other files or addresses is
refused, whatever its name ends with.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kinolex.errors import MediaError
from kinolex.media.files import look

if TYPE_CHECKING:
    from av.codec.hwaccel import HWAccel
    from av.container import InputContainer

__all__ = ["IO_ERRORS", "only_stream", "open_media"]

REFUSED = {"hls", "dash", "concat", "sdp", "rtp", "rtsp", "imf", "ffmetadata", "lavfi"}
"""Formats that are lists of other files or addresses."""

HEAD = 64
MOVIE_BOXES = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot", b"styp", b"moof"}
IO_ERRORS = (OSError,)
"""What FFmpeg raises for a disk that fails, as against damaged contents."""


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
            metadata_errors="replace",
            container_options={"protocol_whitelist": "file"},
            hwaccel=hwaccel,
        )
    except (av.FFmpegError, OSError, ValueError) as error:
        raise why_not(path, error, stage) from error
    with container:
        if REFUSED & set(container.format.name.split(",")):
            raise MediaError(
                f"{path.name} is a playlist ({container.format.name}), not media.",
                reason="not-media",
                stage=stage,
                hint="Index the files that it names.",
            )
        yield container


def only_stream(container: InputContainer, index: int) -> Any:
    """Give one stream; the demuxer then skips all others without reading their data."""
    from av.stream import Discard

    for stream in container.streams:
        stream.discard = Discard.default if stream.index == index else Discard.all
    return container.streams[index]


def why_not(path: Path, error: Exception, stage: str) -> MediaError:
    """The `MediaError` for what FFmpeg said when it opened ``path``."""
    if isinstance(error, PermissionError):
        return MediaError(
            f"{path.name} may not be read by this user.",
            reason="unreadable",
            stage=stage,
            hint="Change its permissions, then run `kinolex retry`.",
        )
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError as failed:
        text = failed.strerror or str(failed)
        return MediaError(f"{path.name} cannot be read: {text}.", reason="unreadable", stage=stage)
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
