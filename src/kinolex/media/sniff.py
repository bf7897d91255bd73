"""A look at the first bytes, for the few extensions that mean two things.

``.ts`` and ``.mts`` are camera files and TypeScript, ``.mod`` and ``.dts`` have their namesakes in
source trees; ``.gif``, ``.webp`` and ``.apng`` may be still pictures. Everything else is believed:
whether it decodes is the guard's business.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from kinolex.errors import MediaError
from kinolex.media.files import open_regular

__all__ = ["is_footage"]

_HEAD = 64 * 1024


def is_footage(path: Path) -> bool:
    """Whether a file may be footage; unreadable ones are, so that their error is told later."""
    judge = _JUDGES.get(path.suffix.lower())
    if judge is None:
        return True
    try:
        file, _ = open_regular(path)
        with file:
            head = file.read(_HEAD)
    except (MediaError, OSError):
        return True
    return judge(head)


def _is_no_text(head: bytes) -> bool:
    """Program text has no control bytes; a transport stream is full of them."""
    controls = sum(byte < 9 or 13 < byte < 32 for byte in head[:512])
    # Packets of 188 bytes that begin with "G", on cameras each after a time of four bytes.
    in_step = any(head[at::step][:3] == b"GGG" for at, step in ((0, 188), (4, 192)))
    return in_step or controls > 4


def _gif_moves(head: bytes) -> bool:
    """A loop, a picture that is shown for a stated time, or a second picture (GIF89a)."""
    if b"NETSCAPE2.0" in head or b"ANIMEXTS1.0" in head:
        return True
    at = 13 + _gif_colours(head, 10)
    pictures = 0
    while at < len(head) and pictures < 2:
        if head[at] == 0x21:  # an extension; 0xF9 holds the delay
            if head[at + 1 : at + 2] == b"\xf9" and head[at + 4 : at + 6] not in (b"\0\0", b""):
                return True
            at += 2
        elif head[at] == 0x2C:
            pictures += 1
            at += 11 + _gif_colours(head, at + 9)
        else:
            break
        while at < len(head) and head[at]:  # sub-blocks up to the empty one
            at += 1 + head[at]
        at += 1
    return pictures > 1


def _gif_colours(head: bytes, at: int) -> int:
    """Bytes of the colour table that the flags at ``at`` announce."""
    flags = head[at] if at < len(head) else 0
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _webp_moves(head: bytes) -> bool:
    """The animation bit of the extended header (RFC 9649, 2.7)."""
    return head[12:16] == b"VP8X" and len(head) > 20 and bool(head[20] & 0x02)


def _png_moves(head: bytes) -> bool:
    """An animation control chunk before the picture's data."""
    return b"acTL" in head


_JUDGES: dict[str, Callable[[bytes], bool]] = {
    ".dts": _is_no_text,
    ".mod": _is_no_text,
    ".mts": _is_no_text,
    ".ts": _is_no_text,
    ".gif": _gif_moves,
    ".webp": _webp_moves,
    ".apng": _png_moves,
}
