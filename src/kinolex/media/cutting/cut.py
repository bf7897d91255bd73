"""The way of one cut: copy packets where that is exact enough, else code anew."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

from kinolex.errors import MediaError
from kinolex.media.cutting.coding import code
from kinolex.media.cutting.copying import copy, starts_well
from kinolex.media.cutting.keys import CannotCopyError, window
from kinolex.media.cutting.plan import Cut, CutPlan

__all__ = ["cut"]


_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES)


def cut(plan: CutPlan) -> Iterator[Cut]:
    """Write the file of a plan; gives progress, and last how it was made.

    Raises
    ------
    MediaError
        If a file cannot be read, or the new one cannot be written (reason ``unwritable``).
    """
    try:
        yield from _cut(plan)
    except OSError as error:  # FFmpeg's are, too, where the system says why
        if error.errno not in _FULL:
            raise
        why = os.strerror(error.errno).lower()
        raise MediaError(
            f"The film cannot be written: {why}.",
            reason="unwritable",
            stage="cut",
            hint="Make room, or choose another place.",
        ) from error


def _cut(plan: CutPlan) -> Iterator[Cut]:
    why = ""
    if plan.copy and not plan.reel and len(plan.pieces) == 1:
        try:
            yield from _copied(plan)
            return
        except CannotCopyError as error:
            why = str(error)
    done = 0.0
    for done in code(plan):
        yield Cut(done)
    yield Cut(done, "code", why=why)


def _copied(plan: CutPlan) -> Iterator[Cut]:
    piece = plan.pieces[0]
    found = window(piece, plan.container)
    for done in copy(plan, found):
        yield Cut(done)
    if not starts_well(Path(plan.to)):
        raise CannotCopyError("the copy would not begin with a whole picture")
    yield Cut(
        found.end - found.start,
        "copy",
        before=piece.span.start - found.start,
        after=found.end - piece.span.end,
    )
