"""What the command line says in words: what was understood, found, searched and left out."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from kinolex.cli.out import tidy
from kinolex.cli.times import count, length
from kinolex.moments import Answer, Filters, Query, Searched
from kinolex.progress import Event

__all__ = [
    "command_line",
    "failure",
    "found",
    "left_out",
    "limits",
    "nothing_found",
    "searched_in",
    "stopped",
    "summary",
    "understood",
    "waiting",
]


def command_line(*words: str) -> str:
    """A command to copy, quoted for the shell.

    Examples
    --------
    >>> command_line("kinolex", "index", "/my videos")
    "`kinolex index '/my videos'`"
    """
    return f"`{shlex.join(words)}`"


def understood(query: Query, *, remarks: bool = True) -> str:
    """What was read out of a question beyond its words; empty when nothing was.

    Notes that are whole sentences are remarks about the search: they stand behind, or are left
    out where something else is going to say the same.

    Examples
    --------
    >>> understood(Query(raw="cup -ball", words="cup", excluded=("ball",)))
    'Understood: without “ball”.'
    """
    said = [f"exactly “{tidy(phrase)}”" for phrase in query.phrases]
    said += [f"without “{tidy(word)}”" for word in query.excluded]
    notes = [tidy(note) for note in query.notes]
    said += [note for note in notes if not note.endswith(".")]
    lines = [f"Understood: {'; '.join(said)}."] if said else []
    return " ".join([*lines, *(note for note in notes if note.endswith(".") and remarks)])


def limits(filters: Filters) -> str:
    """What a question is limited to, options included; empty without limits.

    Examples
    --------
    >>> limits(Filters(videos=("talk",), min_length=90))
    'in talk, videos of at least 1 min 30 s'
    """
    said = [f"in {tidy(video)}" for video in filters.videos]
    said += [f"in the folder {tidy(filters.folder)}"] if filters.folder else []
    if filters.after and filters.after == filters.before:
        said.append(f"recorded on {filters.after.isoformat()}")
    else:
        said += [f"recorded from {filters.after.isoformat()} on"] if filters.after else []
        said += [f"recorded until {filters.before.isoformat()}"] if filters.before else []
    if filters.min_length is not None:
        said.append(f"videos of at least {length(filters.min_length)}")
    if filters.max_length is not None:
        said.append(f"videos of at most {length(filters.max_length)}")
    said += [f"language {tidy(filters.language)}"] if filters.language else []
    said += [f"tagged {tidy(tag)}" for tag in filters.tags]
    return ", ".join(said)


def searched_in(searched: Searched) -> str:
    """Which videos and channels an answer rests on.

    Examples
    --------
    >>> searched_in(Searched(2, 95.0, {"speech": 2, "screen": 1}))
    '2 videos (1 min 35 s): speech, screen (1 of them)'
    """
    parts = [
        channel if covered >= searched.videos else f"{channel} ({covered} of them)"
        for channel, covered in searched.channels.items()
        if covered
    ]
    where = f"{count(searched.videos, 'video')} ({length(searched.duration)})"
    return f"{where}: {', '.join(parts)}" if parts else where


def waiting(searched: Searched) -> list[str]:
    """What is not indexed yet, if anything, and how to go on."""
    if not searched.pending:
        return []
    verb = "is" if searched.pending == 1 else "are"
    videos = count(searched.pending, "video")
    return [f"{videos} {verb} not completely indexed yet: run `kinolex index` to go on."]


def left_out(searched: Searched) -> list[str]:
    """What could not be searched, each with its reason or the one command that helps."""
    said = [f"{channel}: {tidy(why)}" for channel, why in searched.unavailable.items()]
    said += waiting(searched)
    if searched.failed:
        said.append(
            f"{count(searched.failed, 'file')} could not be indexed: see `kinolex failures`."
        )
    return said


def found(answer: Answer, seconds: float) -> str:
    """The line below a table of moments."""
    noun = "video" if answer.query.group == "video" else "moment"
    took = f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
    # Only what a command can bring is worth a word beside an answer.
    missing = ", ".join(c for c, why in answer.searched.unavailable.items() if "`" in why)
    without = f"; not {missing}: see `kinolex doctor`" if missing else ""
    return f"{count(len(answer), noun)} in {took}; searched {searched_in(answer.searched)}{without}"


def nothing_found(answer: Answer, library: str, *, empty: bool) -> list[str]:
    """Say that nothing was found, so that it can be believed: what was searched, what was not.

    Parameters
    ----------
    answer : Answer
        One with ``nothing_found``.
    library : str
        The library's folder.
    empty : bool
        Whether it holds no video at all.
    """
    searched = answer.searched
    if empty:
        return [
            f"Nothing found: the library {tidy(library)} is empty. "
            "Run `kinolex index FOLDER` first."
        ]
    if not searched.videos and answer.query.filters:
        names = " See `kinolex list` for all names." if answer.query.filters.videos else ""
        names += " See `kinolex tag` for all tags." if answer.query.filters.tags else ""
        passed = f"no video passes the limits ({limits(answer.query.filters)})"
        return [f"Nothing found: {passed}.{names}"]
    return [f"Nothing found. Searched {searched_in(searched)}.", *left_out(searched)]


def summary(done: int, failed: int, skipped: int, seconds: float, known: int = 0) -> str:
    """How a run of ``index`` or ``retry`` ended; ``known`` of the skipped files failed before.

    Examples
    --------
    >>> summary(3, 1, 12, 95)
    '3 videos indexed, 12 unchanged, 1 failed (see `kinolex failures`), in 1 min 35 s.'
    >>> summary(0, 0, 1, 2, known=1)
    '0 videos indexed, 1 failed before (`kinolex retry` tries again), in 2.0 s.'
    """
    parts = [f"{count(done, 'video')} indexed"]
    parts += [f"{skipped - known:,} unchanged"] if skipped > known else []
    parts += [f"{known:,} failed before (`kinolex retry` tries again)"] if known else []
    parts += [f"{failed:,} failed (see `kinolex failures`)"] if failed else []
    return f"{', '.join(parts)}, in {length(seconds)}."


def stopped(words: Sequence[str]) -> str:
    """How to go on after Ctrl-C."""
    return (
        "Stopped. What is whole is kept and can be searched; "
        f"run {command_line(*words)} again to go on."
    )


def failure(event: Event) -> str:
    """One failure in one line.

    Examples
    --------
    >>> failure(Event("failure", path="/v/a.mp4", stage="probe", reason="empty", message="Empty."))
    '/v/a.mp4: not indexed at probe (empty): Empty.'
    """
    where = f" at {event.stage}" if event.stage else ""
    why = f" ({event.reason})" if event.reason else ""
    return f"{tidy(event.path)}: not indexed{where}{why}: {tidy(event.message)}"
