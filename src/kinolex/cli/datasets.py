"""``kinolex datasets``: list, check, convert. Nothing is downloaded."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kinolex.cli.lazy import given, verb
from kinolex.cli.options import AsJson
from kinolex.cli.out import draws, put, put_json, say, tidy, width
from kinolex.cli.times import count
from kinolex.errors import UsageError

if TYPE_CHECKING:
    from kinolex.datasets.checks import Composed, FileCheck, Overlap, Report, SplitCheck
    from kinolex.datasets.dataset import Dataset
    from kinolex.datasets.statistics import Spread, Statistics

app = verb()

HEAD = ("", "data set", "for", "splits", "licence", "defects", "what it is")
LEAST = {"for": 28, "splits": 14, "licence": 16, "what it is": 30}
"""Columns that are cut where the terminal is narrow, and how narrow they may become."""

Name = Annotated[str, typer.Argument(metavar="NAME", help="One of `kinolex datasets list`.")]
Where = Annotated[Path, typer.Argument(metavar="FOLDER", help="Where its annotation files lie.")]


@app.callback(no_args_is_help=True)
def datasets() -> None:
    """List benchmarks, check their annotation files, convert them to one form."""


@app.command("list")
def list_datasets(as_json: AsJson = False) -> int:
    """List the data sets that are known: splits, licence, what is wrong with them."""
    from kinolex.datasets.dataset import datasets as known

    found = known().values()
    if as_json:
        from kinolex.evaluation.result import plain

        put_json([plain(one.to_dict()) for one in found])
        return 0
    rows = [_row(one) for one in found]
    narrow = draws(sys.stdout) or "COLUMNS" in os.environ
    for line in _fitting(rows, width()) if narrow else _aligned([HEAD, *rows]):
        put(line)
    say("* = has a loader. `kinolex datasets list --json` tells more: files, hashes, defects.")
    return 0


@app.command("check")
def check(name: Name, folder: Where, as_json: AsJson = False) -> int:
    """Say what of a data set is in a folder, and what is wrong with it.

    Files are hashed; splits are counted against the published sizes; videos that two splits share,
    repeated texts and windows outside their video are named. Exit code 1 where splits are missing,
    3 where something is not what was published.
    """
    from kinolex.datasets.checks import check as check_it
    from kinolex.datasets.dataset import find

    one = find(name)
    report = check_it(one, folder)
    if as_json:
        from kinolex.evaluation.result import plain

        put_json(plain(report.to_dict()))
    else:
        for line in _report(one, report):
            put(tidy_lines(line))
    return 3 if not report.sound else 0 if report.complete else 1


@app.command("convert")
def convert(
    context: typer.Context,
    name: Name,
    folder: Where,
    to: Annotated[
        Path, typer.Argument(metavar="OUT.jsonl", help="The file to write; .jsonl.gz packs it.")
    ],
    split: Annotated[
        list[str] | None,
        typer.Option("--split", metavar="SPLIT", help="Only this one; may be repeated."),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Write the records of a data set as JSON lines, the same for all data sets.

    Without --split all splits are written whose files are there; exit code 1 where some are not.
    """
    from kinolex.datasets import records
    from kinolex.datasets.dataset import find

    one = find(name)
    there = [each.name for each in one.splits if not one.missing(folder, each.name)]
    # Where nothing is there, the first split says what is missing.
    wanted = list(dict.fromkeys(split or there or [one.splits[0].name]))
    _demand_other(one, folder, to)
    loaded = [one.load(folder, each) for each in wanted]
    written = records.write((record for each in loaded for record in each), to)
    left = [] if split else [each.name for each in one.splits if each.name not in wanted]
    if as_json:
        put_json({"file": str(to), "records": written, "splits": wanted, "missing": left})
    elif not given(context).quiet:
        said = f"Wrote {count(written, 'record')} of {', '.join(wanted)} to {tidy(str(to))}."
        say(said + (f" Not there: {', '.join(left)}." if left else ""))
    return 1 if left else 0


def _demand_other(one: Dataset, folder: Path, to: Path) -> None:
    """Refuse to write over a file that is read."""
    from kinolex.datasets.folder import Folder

    own = [folder / f"{one.name}.{each.name}.jsonl{end}" for each in one.splits
           for end in ("", ".gz")]  # fmt: skip
    places = [place for file in one.files for place in Folder(folder, one.files).places(file)]
    for place in (*own, *places):
        if place.exists() and to.exists() and place.samefile(to):
            raise UsageError(f"{to} is a file of the data set itself.", hint="Choose another name.")


def _row(one: Dataset) -> tuple[str, ...]:
    return (
        "*" if one.reader else "",
        one.name,
        one.task,
        folded_names([each.name for each in one.splits]),
        one.licence or "not stated",
        str(len(one.defects)),
        one.title,
    )


def folded_names(names: Sequence[str], room: int = 24) -> str:
    """The first names that fit, and how many more there are.

    Examples
    --------
    >>> folded_names(["train", "val", "test"])
    'train, val, test'
    >>> folded_names(["train", "val", *(f"unseen-test-{n}" for n in range(14))])
    'train, val, +14'
    """
    shown = [
        name for at, name in enumerate(names) if at == 0 or len(", ".join(names[: at + 1])) <= room
    ]
    left = len(names) - len(shown)
    return ", ".join([*shown, f"+{left}"] if left else shown)


def _aligned(table: list[tuple[str, ...]]) -> list[str]:
    from kinolex.cli.models import aligned

    return aligned(table)


def _fitting(rows: list[tuple[str, ...]], room: int) -> list[str]:
    """A table as wide as the terminal: columns are left out from the right, then cut.

    Examples
    --------
    >>> row = ("*", "msvd", "text-to-video retrieval", "train, val, test", "-", "2", "MSVD")
    >>> for line in _fitting([row], 54):
    ...     print(line)
         data set  for                      splits
      *  msvd      text-to-video retrieval  train, val, t…
    """
    from kinolex.cli.lines import cells, cut

    table = [HEAD, *rows]
    widths = [max(cells(row[i]) for row in table) for i in range(len(HEAD))]
    least = [min(wide, LEAST.get(name, wide)) for name, wide in zip(HEAD, widths, strict=True)]
    shown = len(HEAD)
    while shown > 2 and sum(least[:shown]) + 2 * shown > room:
        shown -= 1
    spare = room - sum(least[:shown]) - 2 * shown
    while spare > 0 and least[:shown] != widths[:shown]:
        for i in range(shown):  # what is left is shared out
            if spare > 0 and least[i] < widths[i]:
                least[i] += 1
                spare -= 1
    return _aligned([tuple(map(cut, row[:shown], least)) for row in table])


def tidy_lines(line: str) -> str:
    """A line that keeps its indent but cannot steer the terminal.

    Examples
    --------
    >>> tidy_lines("    two  words")
    '    two words'
    """
    return " " * (len(line) - len(line.lstrip(" "))) + tidy(line)


def _report(one: Dataset, report: Report) -> Iterator[str]:
    """A report as lines."""
    yield f"{one.title} ({one.name}) in {report.folder}"
    if report.files:
        yield "Files"
        yield from map(_file, report.files)
    yield "Splits"
    for split in report.splits:
        yield from _split(split)
    if report.overlaps:
        yield "Between splits"
        yield from map(_overlap, report.overlaps)
    if one.defects:
        yield "Known defects"
        yield from (f"  {defect}" for defect in one.defects)
    if one.unverified:
        yield f"Not verified: {one.unverified}"


def _file(file: FileCheck) -> str:
    told = {
        "published": "as published",
        "changed": f"CHANGED: {file.sha256} instead of {file.published}",
        "there": "there; no hash is published",
        "missing": "missing, not needed" if file.optional else "missing",
        "unreadable": "CANNOT BE READ",
    }
    return f"  {file.name}: {told[file.state]}"


def _split(split: SplitCheck) -> Iterator[str]:
    if split.state == "missing":
        yield f"  {split.name}: missing {split.problem}"
        return
    if split.state == "unreadable":
        yield f"  {split.name}: CANNOT BE READ: {split.problem}"
        return
    videos = f"{count(split.videos, 'video')}, " if split.videos else ""
    sizes = videos + count(split.records, "record")
    told = {
        "published": "as published",
        "there": "no size is published",
        "differs": "PUBLISHED: "
        + ", ".join(
            count(size, what)
            for size, what in (
                (split.published_videos, "video"),
                (split.published_records, "record"),
            )
            if size is not None
        ),
    }
    yield f"  {split.name}: {sizes} ({told[split.state]})"
    if split.repeated_ids:
        yield f"    {count(split.repeated_ids, 'record')} with an id that another has already"
    if split.statistics:
        yield from (f"    {line}" for line in _statistics(split.statistics))
    yield from _findings(split)


def _findings(split: SplitCheck) -> Iterator[str]:
    found = split.repeats
    if found and found.texts:
        shown = ", ".join(f"{text!r} ({videos})" for text, videos in found.examples)
        yield f"    {count(found.texts, 'text')} for several videos ({found.videos:,}): {shown}"
    if found and found.again:
        yield f"    {count(found.again, 'record')} with a text that the same video has already"
    if found and found.ceiling is not None and found.ceiling < 1:
        yield f"    so text-to-video R@1 without ties is at most {100 * found.ceiling:.2f} %"
    seen = split.windows
    if seen and seen.outside:
        over = f"by up to {seen.over:.2f} s"
        yield f"    {seen.outside:,} of {count(seen.count, 'window')} outside the video, {over}"
    if seen and seen.backwards:
        yield f"    {count(seen.backwards, 'window')} without length or backwards"
    if seen and seen.unknown:
        yield f"    {count(seen.unknown, 'window')} in videos of unknown length"
    if split.composed:
        yield from (f"    {line}" for line in _composed(split.composed))


def _composed(found: Composed) -> Iterator[str]:
    told = (
        (found.secret, "whose targets are secret"),
        (found.itself, "whose target is the reference itself"),
        (found.outside, "whose target is not in their own gallery"),
        (found.against, "with the reference and text of another, but other targets"),
    )
    for number, what in told:
        if number:
            yield f"{number:,} of {count(found.count, 'composed query', 'composed queries')} {what}"
    if found.examples:
        yield f"such as {', '.join(found.examples)}"


def _statistics(found: Statistics) -> Iterator[str]:
    if found.texts:
        yield (
            f"{count(found.texts, 'text')} ({found.different_texts:,} different), "
            f"{_spread(found.words)} words, vocabulary {found.vocabulary:,}"
        )
    if found.per_video and found.per_video.most > 1:
        yield f"{_spread(found.per_video)} records a video"
    if found.duration and found.hours is not None:
        yield f"videos of {_spread(found.duration)} s, {found.hours:.1f} h in all"
    if found.window_seconds:
        share = (
            f", {100 * found.window_share.mean:.0f} % of the video" if found.window_share else ""
        )
        yield f"windows of {_spread(found.window_seconds)} s{share}"
    if found.likeliest_answer is not None:
        share = f"{100 * found.likeliest_answer:.1f} %"
        yield f"always to choose one place among the options is right for {share}"
    if found.targets:
        gallery = f", {_spread(found.gallery)} in their own gallery" if found.gallery else ""
        yield f"{_spread(found.targets)} right answers a query{gallery}"
    if found.labels:
        yield f"{found.labels} class{'es' if found.labels > 1 else ''}"


def _spread(found: Spread | None) -> str:
    """The middle and the limits of a number.

    Examples
    --------
    >>> from kinolex.datasets.statistics import Spread
    >>> _spread(Spread.of([1, 2, 6]))
    '3.0 (1.0 to 6.0)'
    """
    return f"{found.mean:.1f} ({found.least:.1f} to {found.most:.1f})" if found else "?"


def _overlap(shared: Overlap) -> str:
    parts = [
        count(shared.videos, "video") if shared.videos else "",
        count(shared.sources, "source video") if shared.sources else "",
        count(shared.texts, "text") if shared.texts else "",
    ]
    shown = f": {', '.join(shared.examples)}" if shared.examples else ""
    return f"  {shared.one} and {shared.other} share {', '.join(filter(None, parts))}{shown}"
