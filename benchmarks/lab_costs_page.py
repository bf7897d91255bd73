"""The tables of ``docs/lab-costs.md``: ``python -m benchmarks.lab_costs_page`` writes them.

They stand between marks and come from ``benchmarks/results/lab-costs.json`` and
``lab-flickr8k.json``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from benchmarks.harness import RESULTS, Row, load

PAGE = RESULTS.parents[1] / "docs" / "lab-costs.md"
_PLACE = re.compile(r"(<!-- measured: ([a-z ]+) -->\n).*?(<!-- /measured -->)", re.DOTALL)

Rows = Mapping[str, Row]


def cell(row: Row | None, digits: int = 3) -> str:
    """A median with its spread; empty where nothing was measured."""
    if row is None:
        return ""

    def shown(value: float) -> str:
        return f"{value:.0f}" if abs(value) >= 10**digits else f"{value:#.{digits}g}".rstrip(".")

    if shown(row.low) == shown(row.high):
        return shown(row.value)
    return f"{shown(row.value)} ({shown(row.low)} to {shown(row.high)})"


def pivot(rows: Rows, heads: Sequence[str], lines: Mapping[str, Sequence[str]]) -> str:
    """A table: of each line its name, and the rows that its names of rows mean."""
    drawn = [f"| {' | '.join(heads)} |", f"| --- |{' ---: |' * (len(heads) - 1)}"]
    for name, wanted in lines.items():
        cells = [cell(rows.get(one)) for one in wanted]
        cells += [""] * (len(heads) - 1 - len(cells))
        drawn.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(drawn) + "\n"


def _names(rows: Rows, form: str) -> list[str]:
    """What stands at ``*`` in the names of rows of a form, in order."""
    before, after = form.split("*")
    return [
        what[len(before) : len(what) - len(after)]
        for what in rows
        if what.startswith(before) and what.endswith(after)
    ]


def towers(rows: Rows) -> str:
    """FLOPs and seconds a video, beside the plain tower."""
    lines = {}
    for title in (one.split(":")[0] for one in _names(rows, "*: plain: GFLOPs")):
        for name in _names(rows, f"{title}: *: GFLOPs"):
            lines[f"{title}: {name}"] = (
                f"{title}: {name}: GFLOPs",
                f"{title}: {name}: GFLOPs fewer than plain",
                f"{title}: {name}: tokens fewer at the end",
                f"{title}: {name}",
                f"{title}: plain / {name}",
                f"{title}: VoP / {name}",
            )
        lines[f"{title}: plain, there and back"] = ("", "", "", f"{title}: plain, there and back")
        back = f"{title}: TempMe, there and back"
        faster = f"{title}: plain / TempMe, there and back"
        lines[back] = ("", "", "", back, faster)
        if back not in rows:
            del lines[back], lines[f"{title}: plain, there and back"]
    heads = ("12 frames", "GFLOPs", "fewer than plain, %", "tokens fewer, %", "s a video",
             "times as fast as plain", "as VoP")  # fmt: skip
    return pivot(rows, heads, lines)


def scores(rows: Rows) -> str:
    """FLOPs a pair, seconds of a matrix."""
    lines = {
        f"`{name}`": (
            f"a pair: {name}: kFLOPs",
            f"a pair: {name} / glscl: FLOPs",
            f"1000 x 1000: {name}",
            f"1000 x 1000: x-pool / {name}",
        )
        for name in ("mean-pooling", *_names(rows, "a pair: *: kFLOPs"))
    }
    heads = (
        "matcher",
        "kFLOPs a pair",
        "over GLSCL's",
        "1,000 x 1,000, s",
        "X-Pool's seconds over",
    )
    return pivot(rows, heads, lines)


def queries(rows: Rows) -> str:
    """What is stored, and a new question."""
    lines = {
        f"`{name}`": (
            f"stored of a video: {name}",
            f"a question about 1000 videos: {name}",
            f"a question about 1000 videos: {name} / prompt-switch",
        )
        for name in _names(rows, "stored of a video: *")
    }
    heads = ("matcher", "stored of a video, KiB", "a question, ms", "over Prompt Switch's")
    return pivot(rows, heads, lines)


def memory(rows: Rows) -> str:
    """Megabytes beside those of what is stored."""
    title = "x-pool 1000 x 1000, memory: "
    lines = {name: (title + name,) for name in _names(rows, f"{title}*") if "/" not in name}
    return pivot(rows, ("X-Pool, 1,000 x 1,000", "MB"), lines)


def training(rows: Rows) -> str:
    """Milliseconds a step of three loops."""
    lines = {
        f"`{name}`": (
            *(f"{name}: {side}, a step" for side in ("ours", "plain", "in memory")),
            *(f"{name}: throughput, ours / {side}" for side in ("plain", "in memory")),
        )
        for name in _names(rows, "*: ours, a step")
    }
    read = "reading a batch with words: "
    lines["reading a batch alone"] = tuple(read + side for side in ("ours", "plain", "in memory"))
    heads = ("a step, ms", "ours", "plain", "in memory", "throughput, ours / plain",
             "ours / in memory")  # fmt: skip
    return pivot(rows, heads, lines)


def flickr(rows: Rows, part: str) -> str:
    """R@1 before and after training."""
    lines: dict[str, Sequence[str]] = {"guess": ("", f"{part}: guess: t2v R@1", "",
                                                 f"{part}: guess: v2t R@1")}  # fmt: skip
    for name in _names(rows, f"{part}: *, nothing trained: t2v R@1"):
        what = f"{part}: {name}, nothing trained"
        lines[f"{name}, nothing trained"] = ("", f"{what}: t2v R@1", "", f"{what}: v2t R@1")
    for name in _names(rows, f"{part}: the same of *: t2v R@1"):
        what = f"{part}: the same of {name}"
        lines[f"the same of {name}"] = ("", f"{what}: t2v R@1", "", f"{what}: v2t R@1")
    for name in _names(rows, f"{part}: *: training"):
        what = f"{part}: {name}"
        lines[name] = (
            f"{what}: t2v R@1 before",
            f"{what}: t2v R@1",
            f"{what}: v2t R@1 before",
            f"{what}: v2t R@1",
            f"{what}: training",
            f"{what}: t2v R@1 gained a CPU-minute",
        )
    heads = ("%", "text to video R@1 before", "after", "video to text R@1 before", "after",
             "training, CPU s", "t2v R@1 a CPU-minute")  # fmt: skip
    return pivot(rows, heads, lines)


TABLES: dict[str, tuple[str, Callable[[Rows], str]]] = {
    "towers": ("lab-costs", towers),
    "scores": ("lab-costs", scores),
    "queries": ("lab-costs", queries),
    "memory": ("lab-costs", memory),
    "training": ("lab-costs", training),
    "one frame": ("lab-flickr8k", lambda rows: flickr(rows, "one frame")),
    "windows": ("lab-flickr8k", lambda rows: flickr(rows, "windows")),
}
"""By what stands in the mark: the results, and how their table is drawn."""


def page(text: str) -> str:
    """The page with the tables of the results that are there."""

    def drawn(found: re.Match[str]) -> str:
        name, draw = TABLES[found[2]]
        rows = {row.what: row for row in load(RESULTS / f"{name}.json").rows}
        return f"{found[1]}\n{draw(rows)}\n{found[3]}"

    return _PLACE.sub(drawn, text)


def main() -> None:
    """Write it."""
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
