"""What changed on disk since the last run: stat first, content only where needed.

A file is known by its content (`kinolex.media.fingerprint`), so a moved, renamed or copied file
is recognised without any model. Nothing is ever deleted here; files that are gone are marked.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kinolex.errors import MediaError
from kinolex.library.records import FileState, Root
from kinolex.media.fingerprint import fingerprint
from kinolex.media.scan import Found, scan
from kinolex.media.subtitles import sidecars
from kinolex.media.subtitles.sidecars import SUFFIXES

__all__ = ["Changes", "Problem", "compare", "found_files", "sidecar_signature"]


@dataclass(frozen=True, slots=True)
class Problem:
    """A path that cannot even be scanned: it becomes a failure row."""

    relative: str
    reason: str
    message: str


@dataclass(slots=True)
class Changes:
    """What a scan of one root found, by relative path.

    ``unchanged`` need nothing; ``fresh`` are new or changed contents (with their fingerprints);
    ``known`` have a content that the library knows already (moved, renamed or copied);
    ``gone`` are no longer there; ``problems`` cannot be read.
    """

    root: Root
    unchanged: list[FileState] = field(default_factory=list)
    fresh: list[FileState] = field(default_factory=list)
    known: list[FileState] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    replaced: list[tuple[str, str]] = field(default_factory=list)


def sidecar_signature(path: Path) -> str:
    """Names, sizes and times of the subtitle files beside ``path``, as one comparable text."""
    parts = []
    for sidecar in sidecars(path):
        try:
            stat = sidecar.stat()
        except OSError:
            continue
        parts.append(f"{sidecar.name}:{stat.st_size}:{stat.st_mtime_ns}")
    return "|".join(sorted(parts))


def _subtitle_folders() -> Callable[[Path], bool]:
    """Whether a folder holds any subtitle file: each folder is looked at once a scan."""
    known: dict[Path, bool] = {}

    def holds(folder: Path) -> bool:
        if folder not in known:
            try:
                known[folder] = any(n.lower().endswith(SUFFIXES) for n in os.listdir(folder))
            except OSError:
                known[folder] = False
        return known[folder]

    return holds


def found_files(root: Root, only: Iterable[Path] | None) -> Iterator[Found]:
    """Everything under a root that looks like media, or just the files named."""
    if only is None:
        yield from scan(root.path)
    else:
        for path in only:
            if path.is_dir():
                # A directory named like a video is for its parent's scan to judge.
                yield from (found for found in scan(path.parent) if found.path == path)
            elif os.path.lexists(path):
                try:
                    yield from scan(path)
                except MediaError as error:  # a link to nowhere, or to itself
                    yield Found(path, error=error)


def compare(
    root: Root,
    known: dict[str, FileState],
    has_video: Callable[[str], bool],
    *,
    only: Collection[Path] | None = None,
    redo: bool = False,
) -> Changes:
    """Compare a root on disk with what the library knows of it.

    Parameters
    ----------
    root : Root
        A root whose folder is present.
    known : dict
        The library's `FileState` of each relative path.
    has_video : callable
        Whether a content is in the library.
    only : collection of Path, optional
        Look at these files alone; only they can be gone.
    redo : bool
        Read every content again, even where size and time are unchanged.
    """
    changes = Changes(root)
    seen: set[str] = set()
    subtitled = _subtitle_folders()
    for found in found_files(root, only):
        relative = found.path.relative_to(root.path).as_posix()
        seen.add(relative)
        if found.error is not None:
            changes.problems.append(Problem(relative, found.error.reason, str(found.error)))
            continue
        signature = sidecar_signature(found.path) if subtitled(found.path.parent) else ""
        before = known.get(relative)
        _place(changes, found, relative, before, has_video, redo=redo, signature=signature)
    looked_at = None if only is None else {p.relative_to(root.path).as_posix() for p in only}
    changes.gone = [
        relative
        for relative, state in known.items()
        if relative not in seen
        and not state.missing
        and (looked_at is None or relative in looked_at)
    ]
    return changes


def _place(
    changes: Changes,
    found: Found,
    relative: str,
    before: FileState | None,
    has_video: Callable[[str], bool],
    *,
    redo: bool,
    signature: str,
) -> None:
    """Put one readable file where it belongs."""
    same = (
        before is not None
        and before.size == found.size
        and before.mtime_ns == found.mtime_ns
        and not redo
    )
    try:
        content = before.video if same and before else fingerprint(found.path)
    except MediaError as error:
        changes.problems.append(Problem(relative, error.reason, str(error)))
        return
    state = FileState(
        changes.root.id,
        relative,
        found.size,
        found.mtime_ns,
        content,
        sidecars=signature,
    )
    if before and before.video and before.video != content:
        changes.replaced.append((relative, before.video))
    if same and before and not before.missing and before.sidecars == signature:
        changes.unchanged.append(state)
    elif has_video(content):
        changes.known.append(state)
    else:
        changes.fresh.append(state)
