"""Derived arrays in ``cache/``: one space's vectors in one file that can be memory-mapped.

A manifest (``manifest.json``) names the files of the present state and says what they were made
of. It is replaced atomically and last; rows that a manifest counts are never changed in place, so
that readers of an older manifest go on undisturbed. Deleting ``cache/`` loses nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from kinolex.library.lock import FileLock

LISTS = "lists.npz"
"""Inverted lists of large tables (`kinolex.library.lists`)."""

KEPT = ".npy"
"""Ending of small arrays that depend on the space alone (`Arrays.kept`)."""

__all__ = ["KEPT", "LISTS", "Arrays", "Entry", "Layout", "Piece", "sweep"]

_FORMAT = 1
_WAIT = 20.0
_SNAPSHOT = 60.0
"""Seconds that a reader's snapshot may be behind the arrays."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One video's share: ``token`` changes whenever its rows do."""

    video: str
    token: str
    rows: int


@dataclass(frozen=True, slots=True)
class Layout:
    """What a table is made of: a pure function of the library's state."""

    space: str
    kind: Literal["frames", "passages"]
    dimensions: int
    entries: tuple[Entry, ...]

    @property
    def rows(self) -> int:
        """All rows."""
        return sum(entry.rows for entry in self.entries)


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows of one video: vectors float16 (n, d), times float64 (n,), passages int64 (n,)."""

    vectors: npt.NDArray[np.float16]
    times: npt.NDArray[np.float64]
    passages: npt.NDArray[np.int64]


Read = Callable[[Entry], Piece]


@dataclass(frozen=True, slots=True)
class _Manifest:
    format: int
    space: str
    kind: str
    dimensions: int
    stamp: list[Any]
    rows: int
    name: str
    entries: list[list[Any]]

    def layout(self) -> Layout:
        """The state that the files hold."""
        kind: Literal["frames", "passages"] = "frames" if self.kind == "frames" else "passages"
        entries = tuple(Entry(str(v), str(t), int(n)) for v, t, n in self.entries)
        return Layout(self.space, kind, self.dimensions, entries)


class Arrays:
    """The arrays of one space.

    Parameters
    ----------
    cache : Path
        The library's ``cache/``.
    space, kind : str
        Which vectors.
    """

    def __init__(self, cache: Path, space: str, kind: str) -> None:
        plain = re.sub(r"[^A-Za-z0-9.@-]+", "_", space)[:60]
        digest = hashlib.sha256(space.encode("utf-8", "replace")).hexdigest()[:8]
        self.folder = cache / f"{kind}-{plain}-{digest}"

    def fresh(self, stamp: tuple[int, str]) -> tuple[Layout, Piece] | None:
        """The stored arrays, if they were made for exactly this commit of the library."""
        manifest = self._manifest()
        if manifest is None or manifest.stamp != list(stamp):
            return None
        return self._map(manifest)

    def refresh(self, layout: Layout, stamp: tuple[int, str], read: Read) -> Piece:
        """Bring the arrays to a state, reusing what is there; in memory if they cannot be kept.

        Parameters
        ----------
        layout : Layout
            The wanted state.
        stamp : (int, str)
            The commit that it belongs to.
        read : callable
            Gives the rows of an entry that is not stored yet.
        """
        try:
            with self._alone() as alone:
                if alone:
                    return self._update(layout, stamp, read)
        except OSError:
            pass
        return _in_memory(layout, read)

    def kept(
        self, name: str, make: Callable[[], npt.NDArray[np.float32]]
    ) -> npt.NDArray[np.float32]:
        """A small float32 array: read, or made and written where that is possible."""
        path = self.folder / f"{name}{KEPT}"
        try:
            found = np.load(path, allow_pickle=False)
            if found.dtype == np.float32 and np.isfinite(found).all():
                return np.asarray(found)
        except (OSError, ValueError, EOFError):
            pass
        made = np.asarray(make(), np.float32)
        beside = self.folder / f"{name}.{os.getpid()}.new"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with beside.open("wb") as file:
                np.save(file, made, allow_pickle=False)
                _flush(file)
            beside.replace(path)
        except OSError:
            with suppress(OSError):
                beside.unlink()
        return made

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        """Only one process writes at a time; another waits, then does without."""
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.folder / "lock")
        until = time.monotonic() + _WAIT
        taken = lock.take()
        while not taken and time.monotonic() < until:
            time.sleep(0.02)
            taken = lock.take()
        try:
            yield taken
        finally:
            lock.release()

    def _update(self, layout: Layout, stamp: tuple[int, str], read: Read) -> Piece:
        old = self._manifest()
        held = self._map(old) if old is not None else None
        if old is not None and held is not None and held[0] == layout:
            self._replace(layout, stamp, old.name)
            return held[1]
        if old is not None and held is not None and self._ahead(old, stamp):
            return _older(layout, *held, read)
        name = os.urandom(6).hex()
        if old is not None and held is not None and _grows(held[0], layout):
            name = old.name
            self._write(name, layout, _places(held[0]), held[1], read, held[0])
        else:
            before = held[0] if held is not None else None
            pieces = held[1] if held is not None else None
            self._write(name, layout, _places(before), pieces, read, None)
        manifest = self._replace(layout, stamp, name)
        self._sweep(name)
        found = self._map(manifest)
        if found is None:
            raise OSError("the arrays just written cannot be read")
        return found[1]

    def _ahead(self, old: _Manifest, stamp: tuple[int, str]) -> bool:
        """Whether another process has just brought the arrays to a later commit than ours.

        An older manifest with a higher number is that of a library restored from a backup.
        """
        age = time.time() - (self.folder / "manifest.json").stat().st_mtime
        return bool(old.stamp[0] > stamp[0]) and age < _SNAPSHOT

    def _write(
        self,
        name: str,
        layout: Layout,
        places: dict[tuple[str, str], int],
        held: Piece | None,
        read: Read,
        grown: Layout | None,
    ) -> None:
        """Write rows, times and passages; only what is new behind ``grown``."""
        skip = len(grown.entries) if grown is not None else 0
        first = grown.rows if grown is not None else 0
        times, passages = [], []
        if grown is not None and held is not None:
            times, passages = [held.times], [held.passages]
        with self._file(name, "rows").open("r+b" if grown is not None else "wb") as file:
            file.seek(first * layout.dimensions * 2)
            file.truncate()
            for entry in layout.entries[skip:]:
                place = places.get((entry.video, entry.token))
                if place is None or held is None:
                    piece = read(entry)
                else:
                    part = slice(place, place + entry.rows)
                    piece = Piece(held.vectors[part], held.times[part], held.passages[part])
                file.write(np.ascontiguousarray(piece.vectors, "<f2").data)
                times.append(piece.times)
                passages.append(piece.passages)
            _flush(file)
        self._small(name, layout, "times", _joined(times, "<f8"))
        self._small(name, layout, "passages", _joined(passages, "<i8"))

    def _small(self, name: str, layout: Layout, what: str, values: npt.NDArray[Any]) -> None:
        # Named by their length as well, so that a growing table never rewrites a file in use.
        with self._file(f"{name}-{layout.rows}", what).open("wb") as file:
            file.write(values.data)
            _flush(file)

    def _file(self, name: str, what: str) -> Path:
        return self.folder / f"{name}.{what}"

    def _replace(self, layout: Layout, stamp: tuple[int, str], name: str) -> _Manifest:
        manifest = _Manifest(
            _FORMAT,
            layout.space,
            layout.kind,
            layout.dimensions,
            list(stamp),
            layout.rows,
            name,
            [[e.video, e.token, e.rows] for e in layout.entries],
        )
        beside = self.folder / f"manifest.{os.getpid()}.new"
        with beside.open("w", encoding="utf-8") as file:
            json.dump(asdict(manifest), file, separators=(",", ":"))
            _flush(file)
        beside.replace(self.folder / "manifest.json")
        return manifest

    def _sweep(self, name: str) -> None:
        """Delete files of older states; where a reader still maps them (Windows), later."""
        for path in self.folder.iterdir():
            mine = path.name.startswith(name) or path.name in ("manifest.json", "lock", LISTS)
            if not mine and path.suffix != KEPT:
                try:
                    path.unlink()
                except OSError:
                    continue

    def _manifest(self) -> _Manifest | None:
        try:
            said = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
            manifest = _Manifest(**said)
            manifest.layout()
        except (OSError, ValueError, TypeError, KeyError):
            return None
        return manifest if manifest.format == _FORMAT else None

    def _map(self, manifest: _Manifest) -> tuple[Layout, Piece] | None:
        """Memory-map the files of a manifest; None if they are not what it says."""
        layout = manifest.layout()
        count, dimensions = manifest.rows, manifest.dimensions
        if count != layout.rows:
            return None
        small = f"{manifest.name}-{count}"
        try:
            vectors = _mapped(self._file(manifest.name, "rows"), "<f2", count * dimensions)
            times = np.fromfile(self._file(small, "times"), "<f8")
            passages = np.fromfile(self._file(small, "passages"), "<i8")
        except (OSError, ValueError):
            return None
        if len(times) != count or len(passages) not in (0, count):
            return None
        if not np.isfinite(times).all():  # a damaged disk; made anew from the database
            return None
        return layout, Piece(vectors.reshape(count, dimensions), times, passages)


def _flush(file: Any) -> None:
    # The manifest must never reach the disk before what it names.
    file.flush()
    os.fsync(file.fileno())


def _mapped(path: Path, dtype: str, count: int) -> npt.NDArray[Any]:
    if path.stat().st_size < count * np.dtype(dtype).itemsize:
        raise ValueError("shorter than its manifest says")
    if not count:
        return np.empty(0, dtype)
    return np.memmap(path, dtype, "r", shape=(count,))


def _joined(parts: Sequence[npt.NDArray[Any]], dtype: str) -> npt.NDArray[Any]:
    return np.concatenate([np.empty(0, dtype), *parts]).astype(dtype)


def _places(layout: Layout | None) -> dict[tuple[str, str], int]:
    """First row of every entry."""
    found: dict[tuple[str, str], int] = {}
    row = 0
    for entry in layout.entries if layout is not None else ():
        found[entry.video, entry.token] = row
        row += entry.rows
    return found


def _grows(old: Layout, new: Layout) -> bool:
    """Whether the new state only adds rows behind the old one."""
    return (
        old.dimensions == new.dimensions
        and len(old.entries) > 0
        and new.entries[: len(old.entries)] == old.entries
    )


def _older(layout: Layout, later: Layout, held: Piece, read: Read) -> Piece:
    """A state a little before the stored one: its first rows, or else put together in memory."""
    if _grows(layout, later):
        first = slice(0, layout.rows)
        return Piece(held.vectors[first], held.times[first], held.passages[first])
    places = _places(later)

    def kept_or_read(entry: Entry) -> Piece:
        place = places.get((entry.video, entry.token))
        if place is None:
            return read(entry)
        part = slice(place, place + entry.rows)
        return Piece(held.vectors[part], held.times[part], held.passages[part])

    return _in_memory(layout, kept_or_read)


def sweep(cache: Path, keep: Iterable[Path]) -> None:
    """Delete the arrays of spaces that are no longer used."""
    wanted = set(keep)
    for folder in cache.iterdir() if cache.is_dir() else ():
        if folder not in wanted:
            shutil.rmtree(folder, ignore_errors=True)


def _in_memory(layout: Layout, read: Read) -> Piece:
    """The same arrays without a disk."""
    vectors = np.empty((layout.rows, layout.dimensions), np.float16)
    times, passages = [], []
    row = 0
    for entry in layout.entries:
        piece = read(entry)
        vectors[row : row + entry.rows] = piece.vectors
        row += entry.rows
        times.append(piece.times)
        passages.append(piece.passages)
    return Piece(vectors, _joined(times, "<f8"), _joined(passages, "<i8"))
