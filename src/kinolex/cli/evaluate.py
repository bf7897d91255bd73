"""``kinolex evaluate``: a protocol over files, or one's own library over written questions."""

from __future__ import annotations

import gzip
import inspect
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kinolex.cli.lazy import verb
from kinolex.cli.options import opened
from kinolex.cli.out import put
from kinolex.errors import UsageError

if TYPE_CHECKING:
    from kinolex.evaluation.protocol import Protocol
    from kinolex.evaluation.protocols.library import Asked
    from kinolex.evaluation.result import Result

app = verb()

FORMS = ("table", "json", "markdown", "latex", "svg")


@app.command("evaluate")
def evaluate(
    context: typer.Context,
    protocol: Annotated[
        str,
        typer.Argument(metavar="PROTOCOL", help="Of `kinolex protocols list`.", show_default=False),
    ] = "",
    inputs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME=FILE",
            help="Its inputs, as `kinolex protocols show` names them: .json, .jsonl, .npy (also "
            ".gz), or TREC files for qrels and run.",
            show_default=False,
        ),
    ] = None,
    questions: Annotated[
        str,
        typer.Option(
            "--questions",
            metavar="FILE",
            help='Ask the library instead: JSONL, a question a line: {"text": ..., "moments": '
            '[{"video": ..., "start": ..., "end": ...}]}; no moments: nothing there answers. '
            "Records of `kinolex datasets convert` are questions too.",
        ),
    ] = "",
    measures: Annotated[
        list[str] | None,
        typer.Option("--measure", "-m", metavar="MEASURE", help="Such as nDCG@10; repeat it."),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="OPTION=JSON", help="An option of the protocol."),
    ] = None,
    form: Annotated[
        str, typer.Option("--form", metavar="FORM", help=f"One of {', '.join(FORMS)}.")
    ] = "table",
    as_json: Annotated[bool, typer.Option("--json", help="The same as --form json.")] = False,
) -> int:
    """Compute numbers by a named protocol, from files or over your own library.

    Every figure comes with its protocol, what it rests on, and what a guess reaches that ignores
    the query.
    """
    from kinolex.evaluation.reporting import report

    if form not in FORMS:
        raise UsageError(f"There is no form {form!r}.", hint=f"Choose {', '.join(FORMS)}.")
    if questions and (protocol or inputs):
        raise UsageError("--questions asks the library: name no protocol with it.")
    if questions:
        name, result = "this library", _over_library(context, Path(questions))
    elif protocol:
        name, result = "given", _over_files(protocol, inputs or [], measures or [], settings or [])
    else:
        raise UsageError(
            "Nothing to evaluate.", hint="Name a protocol and its files, or give --questions FILE."
        )
    put(report({name: result}, "json" if as_json else form))  # type: ignore[arg-type]
    return 0


def _over_files(name: str, inputs: list[str], measures: list[str], settings: list[str]) -> Result:
    from kinolex.evaluation.protocol import find

    found = find(name)
    known = inspect.signature(found.compute).parameters
    given: dict[str, Any] = {}
    for one in inputs:
        key, file = _pair(one, "NAME=FILE")
        _demand_known(found, key, known)
        given[key] = _read(key, Path(file))
    for one in settings:
        key, text = _pair(one, "OPTION=JSON")
        _demand_known(found, key, known)
        given[key] = _value(text)
    if measures:
        _demand_known(found, "measures", known)
        given["measures"] = tuple(measures)
    empty = inspect.Parameter.empty
    missing = [n for n, p in known.items() if p.default is empty and n not in given]
    missing = [n for n in missing if known[n].kind is not inspect.Parameter.VAR_KEYWORD]
    if missing:
        raise UsageError(
            f"{found.name} also needs {', '.join(missing)}.",
            hint=f"Write {missing[0]}=FILE; `kinolex protocols show {found.name}` tells more.",
        )
    try:
        return found(**given)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        why = f"there is no {error}" if isinstance(error, KeyError) else str(error)
        raise UsageError(
            f"The input has not the form that {found.name} takes: {why}.",
            hint=f"`kinolex protocols show {found.name}` says what that is.",
        ) from error


def _pair(text: str, like: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not sign or not key or not value:
        raise UsageError(f"{text!r} is not {like}.")
    return key, value


def _demand_known(found: Protocol, key: str, known: Any) -> None:
    if key not in known:
        raise UsageError(
            f"{found.name} has no input or option {key!r}.", hint=f"It has {', '.join(known)}."
        )


def _value(text: str) -> Any:
    """A JSON value; what is none is text."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _read(key: str, file: Path) -> Any:
    """The content of an input file, by what it is for and by its suffix."""
    try:
        raw = file.read_bytes()
        raw = gzip.decompress(raw) if file.suffix == ".gz" else raw
    except (OSError, EOFError) as error:
        why = getattr(error, "strerror", None) or error
        raise UsageError(f"{file} cannot be read: {why}.", hint="Name a file.") from error
    name = file.name.removesuffix(".gz")
    if key in ("qrels", "run") and not name.endswith((".json", ".jsonl")):
        from kinolex.evaluation.runs import read_qrels, read_run

        return read_qrels(file) if key == "qrels" else read_run(file)
    try:
        if name.endswith(".npy"):
            return _array(raw)
        text = raw.decode("utf-8-sig")
        if name.endswith(".jsonl"):
            return [json.loads(line) for line in text.splitlines() if line.strip()]
        return json.loads(text)
    except ValueError as error:
        raise UsageError(
            f"{file} is not what its name says: {error}.", hint="Give .json, .jsonl or .npy."
        ) from error


def _array(raw: bytes) -> Any:
    import io

    import numpy as np

    return np.load(io.BytesIO(raw), allow_pickle=False)


def _over_library(context: typer.Context, file: Path) -> Result:
    from kinolex.evaluation.protocols.library import library_answers

    lines = _read("questions", file)
    if not isinstance(lines, list):
        raise UsageError(f"{file} has no questions.", hint="Write one JSON object a line.")
    with opened(context, read_only=True) as library:
        truth = [_asked(library, n, line) for n, line in enumerate(_merged(lines), 1)]
        answers = [library.search(one.text, **one.more) for one in truth]
    return library_answers(truth, answers)


def _merged(lines: list[Any]) -> list[Any]:
    """Lines as they are; records of a data set (`kinolex datasets convert`) as questions.

    A record names one video: records of the same text are one question with several answers.
    """
    questions: dict[int | str, Any] = {}
    for number, line in enumerate(lines):
        if not isinstance(line, dict) or "video" not in line or "text" not in line:
            questions[number] = line
            continue
        windows = line.get("windows") or [None]
        moments = [
            {"video": line["video"]} | ({"start": w[0], "end": w[1]} if w else {}) for w in windows
        ]
        asked = questions.setdefault(line["text"], {"text": line["text"], "moments": []})
        asked["moments"] += moments
    return list(questions.values())


def _asked(library: Any, number: int, line: Any) -> Asked:
    """A question of the file; videos by id, path or name."""
    from kinolex.evaluation.protocols.library import Asked
    from kinolex.moments import Span

    known = {"text", "moments", "image", "like"}
    if (
        not isinstance(line, dict)
        or not isinstance(line.get("text", ""), str)
        or line.keys() - known
    ):
        raise UsageError(
            f"Question {number} cannot be understood.",
            hint='Write {"text": ..., "moments": [{"video": ..., "start": ..., "end": ...}]}.',
        )
    moments = []
    for one in line.get("moments", []):
        try:
            span = Span(float(one["start"]), float(one["end"])) if "start" in one else None
            name = str(one["video"])
        except (KeyError, TypeError, ValueError) as error:
            raise UsageError(
                f"A moment of question {number} cannot be understood: {error}.",
                hint='Write {"video": ..., "start": ..., "end": ...}.',
            ) from error
        moments.append((library.video(name).id, span))
    more = {key: line[key] for key in ("image", "like") if key in line}
    return Asked(line.get("text", ""), tuple(moments), more)
