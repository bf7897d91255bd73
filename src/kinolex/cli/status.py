"""``kinolex status``: counts that must agree, and what is still missing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from kinolex.cli.lazy import verb
from kinolex.cli.options import AsJson, opened, place_of
from kinolex.cli.out import put, put_json, say, tidy
from kinolex.cli.times import count, length, size
from kinolex.moments import CHANNELS

if TYPE_CHECKING:
    from kinolex.library.records import ChannelState, Counts, Root

app = verb()


@app.command("status")
def status(context: typer.Context, as_json: AsJson = False) -> int:
    """Count what is indexed, and what is still missing.

    Exit code 1 when something is waiting, partly done or failed; 3 when the counts disagree.
    """
    with opened(context, read_only=True) as library:
        counts, roots = library.status(), library.roots()
    place = place_of(context)
    encoders = encoders_of(_states(place))
    wrong = disagreements(counts)
    if as_json:
        put_json(as_dict(counts, roots, encoders, place, wrong))
    else:
        for line in status_lines(counts, roots, encoders, place):
            put(line)
    for sentence in wrong:
        say(sentence)
    if wrong:
        return 3
    return 1 if counts.pending or counts.partial or counts.failed else 0


def encoders_of(states: Iterable[ChannelState]) -> dict[str, dict[str, int]]:
    """For each channel, who wrote it: encoder and version, and in how many videos."""
    found: dict[str, dict[str, int]] = {}
    for state in states:
        writers = found.setdefault(state.channel, {})
        name = writer_of(state)
        writers[name] = writers.get(name, 0) + 1
    return found


def writer_of(state: ChannelState) -> str:
    """Name and version of the encoder that wrote a channel.

    Examples
    --------
    >>> from kinolex.library.records import ChannelState
    >>> writer_of(ChannelState("v", "speech", "speech:whisper@1:2f62ae76", "done", 12))
    'whisper@1'
    """
    if state.stamp is not None:
        return state.stamp.space
    return state.key.rpartition(":")[0].partition(":")[2] or state.key


def _states(place: str) -> list[ChannelState]:
    """All channels of all videos in one look; none where there is no library yet."""
    from kinolex.library.store import Store

    folder = Path(place).expanduser()
    if not (folder / "library.sqlite").is_file():
        return []
    with Store.open(folder) as store:
        return store.states()


def disagreements(counts: Counts) -> list[str]:
    """Sentences about numbers that do not agree with each other; none in a sound library.

    Examples
    --------
    >>> from kinolex.library.records import Counts
    >>> disagreements(Counts(3, 3, 0, 9.0, 1, 1, 0, 0, 0, 0, 0, 0))[0][:40]
    'The numbers disagree: 3 videos, but 1 do'
    """
    said = []
    total = counts.done + counts.partial + counts.pending
    if total != counts.videos:
        said.append(
            f"The numbers disagree: {count(counts.videos, 'video')}, but {counts.done:,} done + "
            f"{counts.partial:,} partly done + {counts.pending:,} waiting = {total:,}. "
            "Run `kinolex doctor`."
        )
    for channel, covered in counts.channels.items():
        if covered > counts.videos:
            said.append(
                f"The numbers disagree: {channel} covers {covered:,} of "
                f"{count(counts.videos, 'video')}. Run `kinolex doctor`."
            )
    return said


def as_dict(
    counts: Counts,
    roots: Sequence[Root],
    encoders: dict[str, dict[str, int]],
    place: str,
    wrong: Sequence[str],
) -> dict[str, Any]:
    """Everything as plain values for JSON."""
    return {
        "library": place,
        **{**asdict(counts), "channels": dict(counts.channels)},
        "encoders": encoders,
        "roots": [{"path": str(r.path), "present": r.present} for r in roots],
        "disk": disk(place),
        "agree": not wrong,
    }


def disk(place: str) -> int:
    """Bytes that the library's folder takes, caches included."""
    return sum(p.stat().st_size for p in Path(place).expanduser().rglob("*") if p.is_file())


def status_lines(
    counts: Counts, roots: Sequence[Root], encoders: dict[str, dict[str, int]], place: str
) -> list[str]:
    """The counts as sentences and a small table."""
    if not counts.videos and not roots:
        return [f"The library {tidy(place)} is empty. Run `kinolex index FOLDER` to begin."]
    lines = [
        f"{tidy(place)}: {count(counts.videos, 'video')} ({length(counts.duration)}) "
        f"at {count(counts.paths, 'path')}",
        f"  {counts.done:,} done, {counts.partial:,} partly done, {counts.pending:,} waiting, "
        f"{counts.failed:,} failed, {counts.missing:,} not there now",
    ]
    for channel in dict.fromkeys((*CHANNELS, *counts.channels)):
        covered = counts.channels.get(channel, 0)
        writers = ", ".join(encoders.get(channel, {}))
        by = f"  by {writers}" if writers else ""
        lines.append(f"  {channel:<8} {covered:>7,} of {count(counts.videos, 'video')}{by}")
    lines.append(
        f"  {count(counts.frames, 'frame')}, {count(counts.passages, 'passage')}, "
        f"{count(counts.stills, 'still')}; {size(disk(place))} on disk"
    )
    for root in roots:
        state = "" if root.present else "  (not connected; what is known of it is kept)"
        lines.append(f"  root {tidy(str(root.path))}{state}")
    if counts.pending or counts.partial:
        lines.append("Run `kinolex index` to go on.")
    if counts.failed:
        lines.append("Run `kinolex failures` to see what failed, and why.")
    return lines
