"""Hardware decoding when asked for and present; otherwise a warning, and software."""

from __future__ import annotations

import warnings
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av.codec.hwaccel import HWAccel

__all__ = ["hardware_decoder"]

PREFERRED = ("cuda", "videotoolbox", "d3d11va", "qsv", "vaapi")
"""Order in which ``auto`` tries: what decodes most formats first."""


def hardware_decoder(wanted: str, codec: str) -> HWAccel | None:
    """Find a device that can decode.

    Parameters
    ----------
    wanted : str
        ``off``, ``auto``, or the name of a device type such as ``cuda``.
    codec : str
        The film's codec, such as ``h264``.

    Returns
    -------
    av.codec.hwaccel.HWAccel or None
        None means software; a `UserWarning` says why unless ``wanted`` is ``off``.
    """
    if wanted in ("off", ""):
        return None
    names = PREFERRED if wanted == "auto" else (wanted,)
    found = next((name for name in names if _works(name, codec)), None)
    if found is None:
        device = "no hardware decoder" if wanted == "auto" else f"no {wanted} device"
        warnings.warn(
            f"There is {device} for {codec} on this machine; decoding in software instead.",
            UserWarning,
            stacklevel=2,
        )
        return None
    from av.codec.hwaccel import HWAccel

    return HWAccel(found, allow_software_fallback=True)


@cache
def _works(name: str, codec: str) -> bool:
    """Whether a device of this type opens and knows the codec."""
    from av import FFmpegError
    from av.codec import Codec
    from av.codec.hwaccel import HWAccel, hwdevices_available

    if name not in hwdevices_available():
        return False
    try:
        HWAccel(name).create(Codec(codec, "r"))
    except (FFmpegError, OSError, ValueError, RuntimeError, NotImplementedError):
        return False
    return True
