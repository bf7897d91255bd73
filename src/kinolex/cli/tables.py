"""What a search answers with, laid out for people (a terminal) and for pipes (plain columns)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kinolex.cli.lines import Line, bar, cells, cut, fit, marked, pad, place
from kinolex.cli.marks import excerpt, plain_marks, tidied
from kinolex.cli.out import tidy
from kinolex.cli.times import clock, span_text
from kinolex.moments import Evidence, Moment

__all__ = ["CHANNEL_STYLES", "labels", "moment_lines", "plain_row", "result_lines"]

CHANNEL_STYLES = {
    "picture": "green",
    "speech": "cyan",
    "screen": "yellow",
    "title": "magenta",
}
INDENT = 5
NARROW = 72


def labels(channels: Iterable[str]) -> Line:
    """Channel names as small coloured labels, a space apart.

    Examples
    --------
    >>> labels(["speech", "title"])
    [('speech', 'cyan'), (' ', ''), ('title', 'magenta')]
    """
    line: Line = []
    for channel in channels:
        line += [(" ", "")] if line else []
        line.append((channel, CHANNEL_STYLES.get(channel, "blue")))
    return line


def result_lines(moments: Sequence[Moment], width: int, *, weak: bool = False) -> list[Line]:
    """All moments of an answer, best first; a path is named once while it stays the same."""
    times = max((cells(_times(m)) for m in moments), default=0)
    lines: list[Line] = []
    before = ""
    for moment in moments:
        lines += moment_lines(
            moment, width, times=times, path=moment.video.path != before, weak=weak
        )
        before = moment.video.path
    return [fit(line, width) for line in lines]


def moment_lines(
    moment: Moment, width: int, *, times: int = 0, path: bool = True, weak: bool = False
) -> list[Line]:
    """One moment: rank, score, time, title and channels; then the words; then the path.

    Parameters
    ----------
    moment : Moment
        What was found.
    width : int
        Columns of the terminal; no line is wider.
    times : int
        Columns to keep for the time, so that moments stand below each other.
    path : bool
        Whether to name the file.
    weak : bool
        Draw it dimmed: it is below the line.
    """
    narrow = width < NARROW
    tags = labels(moment.channels)
    used = sum(cells(text) for text, _ in tags)
    head: Line = [
        (f"{moment.rank:>3}  ", "dim"),
        *bar(moment.score, 4 if narrow else 8, "dim" if weak else "green"),
        ("  ", ""),
        (pad(_times(moment), times), "dim" if weak else "bold cyan"),
        ("  ", ""),
    ]
    room = width - sum(cells(text) for text, _ in head) - (0 if narrow else used + 2)
    title = cut(tidy(moment.video.title), max(8, room))
    head.append((pad(title, room + 2) if not narrow else title, "dim" if weak else "bold"))
    lines = [head if narrow else head + tags]
    if narrow:
        lines.append([(" " * INDENT, ""), *tags])
    lines += [[(" " * INDENT, ""), *words] for words in _words(moment, width - INDENT, weak=weak)]
    if path:
        short = place(moment.video.path, width - INDENT)
        lines.append([(" " * INDENT, ""), (short, "dim")])
    return lines


def _times(moment: Moment) -> str:
    return span_text(moment.start, moment.end)


def _telling(moment: Moment) -> list[Evidence]:
    """The passages worth showing: one a channel, the title only when there is nothing else."""
    best: dict[str, Evidence] = {}
    for piece in moment.evidence:
        if piece.text.strip() and piece.channel not in best:
            best[piece.channel] = piece
    said = [piece for channel, piece in best.items() if channel != "title"]
    shown = tidy(moment.video.title)
    titles = [p for p in best.values() if p.channel == "title" and tidy(p.text) != shown]
    return said[:2] or titles[:1]


def _words(moment: Moment, room: int, *, weak: bool) -> list[Line]:
    lines: list[Line] = []
    for piece in _telling(moment):
        quote = piece.channel == "speech"
        limit = room - (2 if quote else 0)
        wide = cells(piece.text) / max(1, len(piece.text))
        words = excerpt(piece.text, piece.marks, max(12, int(limit / max(1.0, wide))))
        line = marked(words, "dim" if weak else "")
        lines.append([("“", "dim"), *line, ("”", "dim")] if quote else line)
    return lines


def plain_row(moment: Moment) -> str:
    """One moment as tab-separated columns that stay the same whatever the terminal.

    Rank, score, start, end, channels (comma-separated), path, words with ``[marks]``.
    """
    # Unlike the table, these columns name no title: the words that matched in it are said.
    said = _telling(moment) or [piece for piece in moment.evidence if piece.text.strip()]
    words = plain_marks(tidied(said[0].text, said[0].marks)) if said else ""
    columns = (
        str(moment.rank),
        f"{moment.score:.2f}",
        clock(moment.start, tenths=True),
        clock(moment.end, tenths=True),
        ",".join(moment.channels),
        tidy(moment.video.path),
        words,
    )
    return "\t".join(columns)
