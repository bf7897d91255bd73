"""The log of a training: ``log.jsonl``, and TensorBoard's files where it is installed."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["Journal"]

HOLD = 1.0
"""Seconds that numbers wait for TensorBoard's own thread: waking it for every step would cost more
than small matchers' losses do. The log has them at once."""


class Journal:
    """One line a step and one a validation, each an object with ``step``.

    Parameters
    ----------
    folder : Path
    after : int
        Lines behind this step are of a part that is done again, and are taken out.
    """

    def __init__(self, folder: Path, after: int = 0) -> None:
        self._place = folder / "log.jsonl"
        kept = [line for line in self._lines() if _step(line) <= after] if after else []
        self._place.write_text("".join(kept), encoding="utf-8")
        self._file = self._place.open("a", encoding="utf-8")
        self._board = _board(folder, after)
        self._waiting: list[tuple[Any, int, float]] = []

    def _lines(self) -> list[str]:
        if not self._place.exists():
            return []
        return self._place.read_text(encoding="utf-8").splitlines(keepends=True)

    def write(self, step: int, values: Mapping[str, Any]) -> None:
        """Add a line; numbers go to TensorBoard too."""
        self._file.write(json.dumps({"step": step, **values}) + "\n")
        self._file.flush()
        if self._board is not None:
            now = time.time()
            self._waiting.append((_summary(_numbers(values)), step, now))
            if now - self._waiting[0][2] >= HOLD:
                self._hand_over()

    def _hand_over(self) -> None:
        for one in self._waiting:
            self._board.file_writer.add_summary(*one)
        self._waiting.clear()

    def close(self) -> None:
        """Close the files."""
        self._file.close()
        if self._board is not None:
            self._hand_over()
            self._board.close()


def _step(line: str) -> int:
    try:
        return int(json.loads(line)["step"])
    except (ValueError, KeyError):  # cut off by the end of the process
        return 1 << 62


def _numbers(values: Mapping[str, Any], under: str = "") -> list[tuple[str, float]]:
    found: list[tuple[str, float]] = []
    for name, value in values.items():
        if isinstance(value, Mapping):
            found += _numbers(value, f"{under}{name}/")
        elif isinstance(value, (int, float)):
            found.append((under + name.replace(" ", "_"), float(value)))
    return found


def _summary(numbers: list[tuple[str, float]]) -> Any:
    """All numbers of a step as one event: an event for each costs five times as much."""
    from torch.utils.tensorboard.summary import Summary

    return Summary(value=[Summary.Value(tag=tag, simple_value=one) for tag, one in numbers])


def _board(folder: Path, after: int) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return None
    place = str(folder / "tensorboard")
    return SummaryWriter(place, purge_step=after + 1, max_queue=10_000)
