"""Questions over one's own library, and probes without labels, for ``kinolex evaluate``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from kinolex.cli.evaluate_files import read_input, setting
from kinolex.cli.options import opened
from kinolex.errors import UsageError

if TYPE_CHECKING:
    from kinolex.evaluation.protocols.library import Asked
    from kinolex.evaluation.result import Result
    from kinolex.moments import Span

__all__ = ["over_library", "without_labels"]


_ASKED = ("caption", "moment", "highlight")


def over_library(context: typer.Context, file: Path) -> Result:
    """Ask the questions of a file, and judge the answers."""
    from kinolex.evaluation.protocols.library import library_answers

    lines = read_input("questions", file)
    if not isinstance(lines, list):
        raise UsageError(f"{file} has no questions.", hint="Write one JSON object a line.")
    with opened(context, read_only=True) as library:
        truth = [_asked(library, number, line) for number, line in _merged(lines)]
        answers = [library.search(one.text, **one.more) for one in truth]
    return library_answers(truth, answers)


def without_labels(
    context: typer.Context,
    names: Sequence[str],
    sample: int | None,
    seed: int,
    settings: Sequence[str],
) -> dict[str, Result]:
    """Try the library by probes that need no labels."""
    from kinolex.benchmark.unlabelled import run
    from kinolex.cli.live import shown

    options = dict(map(setting, settings))
    for name in options.keys() & {"library", "names", "sample", "seed", "progress"}:
        raise UsageError(f"{name} is set by an option of its own, not by --set.")
    with opened(context, read_only=True) as library, shown() as progress:
        return run(library, names, sample=sample, seed=seed, progress=progress, **options)


def _merged(lines: Sequence[Any]) -> list[tuple[int, Any]]:
    """Lines as they are, with their numbers; records of a data set as questions.

    A record names one video: records of the same text are one question with several answers.
    """
    questions: dict[int | str, tuple[int, Any]] = {}
    for number, line in enumerate(lines, 1):
        if not isinstance(line, dict) or "video" not in line or not _text(line):
            questions[number] = (number, line)
            continue
        if line.get("kind", "caption") not in _ASKED:
            raise UsageError(
                f"Line {number} is a {line['kind']} record, which asks nothing of a library.",
                hint=f"Records of {', '.join(_ASKED)} are questions.",
            )
        try:
            windows = [(float(a), float(b)) for a, b in line.get("windows") or ()]
        except (TypeError, ValueError):
            raise UsageError(f"The windows of line {number} are no pairs of seconds.") from None
        spans = [{"start": a, "end": b} for a, b in windows] or [{}]
        asked = questions.setdefault(line["text"], (number, {"text": line["text"], "moments": []}))
        asked[1]["moments"] += [{"video": line["video"], **span} for span in spans]
    return list(questions.values())


def _text(line: Any) -> bool:
    return isinstance(line.get("text"), str)


def _asked(library: Any, number: int, line: Any) -> Asked:
    """A question of the file; videos by id, path or name."""
    from kinolex.evaluation.protocols.library import Asked

    known = {"text": str, "moments": list, "image": str, "like": str}
    if (
        not isinstance(line, dict)
        or line.keys() - known
        or not all(isinstance(value, known[key]) for key, value in line.items())
        or not line.keys() & {"text", "image", "like"}
    ):
        raise UsageError(
            f"The question of line {number} cannot be understood.",
            hint='Write {"text": ..., "moments": [{"video": ..., "start": ..., "end": ...}]}.',
        )
    moments = tuple(_moment(library, number, one) for one in line.get("moments", ()))
    more = {key: line[key] for key in ("image", "like") if key in line}
    return Asked(line.get("text", ""), moments, more)


def _moment(library: Any, number: int, one: Any) -> tuple[str, Span | None]:
    """Id of a video and the span in it, None for the whole of it."""
    from kinolex.moments import Span

    try:
        name = str(one["video"])
        spanned = "start" in one or "end" in one
        span = Span(float(one["start"]), float(one["end"])) if spanned else None
    except (KeyError, TypeError, ValueError) as error:
        why = f"it has no {error}" if isinstance(error, KeyError) else str(error)
        raise UsageError(
            f"A moment of line {number} cannot be understood: {why}.",
            hint='Write {"video": ..., "start": ..., "end": ...}.',
        ) from error
    video = library.video(name)
    if span is not None and span.start >= video.duration:
        raise UsageError(
            f"A moment of line {number} begins at {span.start:g} s; {name} ends at"
            f" {video.duration:.6g} s."
        )
    return video.id, span
