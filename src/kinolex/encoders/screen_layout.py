"""The order in which people read the lines of a picture.

A picture is cut where nothing is written: into columns where both sides are running text, else
into an upper and a lower part, until lines are left (recursive XY cut; Nagy and Seth 1984).
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from kinolex.encoders.protocols import ScreenLine

__all__ = ["hull", "reading_order"]

Box = tuple[float, float, float, float]

_COLUMN_GAP = 0.02
_RUNNING_TEXT = 12


def reading_order(lines: Sequence[ScreenLine]) -> list[ScreenLine]:
    """Sort the lines of one picture.

    Parameters
    ----------
    lines : sequence of ScreenLine
        In any order; the result does not depend on it.

    Returns
    -------
    list of ScreenLine
        The same lines: columns of text from left to right, rows from top to bottom, what stands
        in one row from left to right.

    Examples
    --------
    >>> right = ScreenLine("b", (0.5, 0.1, 0.2, 0.1), 1.0)
    >>> left = ScreenLine("a", (0.1, 0.1, 0.2, 0.1), 1.0)
    >>> [line.text for line in reading_order([right, left])]
    ['a', 'b']
    """
    return _ordered(sorted(lines, key=lambda line: (line.box, line.text, line.confidence)))


def hull(boxes: Sequence[Box]) -> Box:
    """The smallest box (left, top, width, height) that holds all of them.

    Examples
    --------
    >>> hull([(0.0, 0.0, 0.25, 0.25), (0.5, 0.5, 0.25, 0.25)])
    (0.0, 0.0, 0.75, 0.75)
    """
    left, top = min(b[0] for b in boxes), min(b[1] for b in boxes)
    right, bottom = max(b[0] + b[2] for b in boxes), max(b[1] + b[3] for b in boxes)
    return left, top, right - left, bottom - top


def _ordered(lines: list[ScreenLine]) -> list[ScreenLine]:
    if len(lines) < 2:
        return lines
    columns = _cut(lines, 0, _COLUMN_GAP)
    if columns and all(_running(side) for side in columns):
        return _ordered(columns[0]) + _ordered(columns[1])
    # Lines of one row overlap a little with the next row: only their middles are kept apart.
    parts = _cut(lines, 1, 0.0)
    if parts:
        return _ordered(parts[0]) + _ordered(parts[1])
    if columns and _taller_than_one_row(lines):
        return _ordered(columns[0]) + _ordered(columns[1])
    return _rows(lines)


def _cut(
    lines: Sequence[ScreenLine], axis: int, least: float
) -> tuple[list[ScreenLine], list[ScreenLine]] | None:
    """Split at the widest gap along an axis (0 across, 1 down), if it is wider than ``least``."""
    shrink = 0.25 if axis else 0.0

    def low(line: ScreenLine) -> float:
        return line.box[axis] + shrink * line.box[axis + 2]

    ordered = sorted(lines, key=low)
    reach, best, where = float("-inf"), least, 0
    for i, line in enumerate(ordered):
        if i and low(line) - reach > best:
            best, where = low(line) - reach, i
        reach = max(reach, line.box[axis] + (1 - shrink) * line.box[axis + 2])
    return (ordered[:where], ordered[where:]) if where else None


def _running(lines: Sequence[ScreenLine]) -> bool:
    """Whether lines are text to be read downwards, not the cells of a table."""
    return len(lines) > 1 and median(len(line.text) for line in lines) >= _RUNNING_TEXT


def _taller_than_one_row(lines: Sequence[ScreenLine]) -> bool:
    return hull([line.box for line in lines])[3] > 1.8 * median(line.box[3] for line in lines)


def _rows(lines: Sequence[ScreenLine]) -> list[ScreenLine]:
    """Lines that no gap separates: by their middles into rows, each from left to right."""
    waiting = sorted(lines, key=lambda line: line.box[1] + line.box[3] / 2)
    ordered: list[ScreenLine] = []
    while waiting:
        first = waiting[0].box
        bottom = first[1] + first[3]
        row = [line for line in waiting if line.box[1] + line.box[3] / 2 <= bottom]
        ordered += sorted(row, key=lambda line: line.box[0])
        waiting = waiting[len(row) :]
    return ordered
