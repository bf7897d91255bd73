"""Choose how spans are cut out of a curve, honestly: leave one clip out.

For every clip the rule is chosen on the other clips and measured on this one; the mean of these is
the figure to believe; `benchmarks.quality` has it for all channels too. The rule that ships is
chosen in the same way on all clips, each number by itself. Only the picture channel takes part:
given the right clip, the first span of each written moment that has neither speech nor screen text;
and which clip comes first among all.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.harness import Table
from benchmarks.quality_clips import Asked, holds_clips, questions
from benchmarks.quality_curves import Clips, Values
from kinolex.search.spans import RULE, Rule

NUMBERS = (
    ((0.35, 0.5, 0.65, 0.8), (0.5, 0.65, 0.8), (0.65, 0.8, 0.9), (0.8, 0.9)),
    (0.3, 0.5, 0.8, 0.95),
    (0.25, 0.5, 1.0, 2.0),
)
"""Levels, base and drop that are tried."""

RULES = [Rule(levels=a, base=b, drop=c) for a, b, c in itertools.product(*NUMBERS)]
"""What length counts is no threshold and not chosen: the root, as in white noise. Chosen too, it
would be 0.3, which is one to three questions of 78 better and cuts what a video shows throughout
into pieces: "a dog" of a clip with a dog from end to end."""

HEATS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0)


@dataclass(frozen=True)
class Seen:
    """A question's standard scores in every clip, as spans are cut out of them."""

    asked: Asked
    values: Values


def scores(clips: Clips, seen: Sequence[Seen], rule: Rule) -> npt.NDArray[np.float64]:
    """IoU of the first span given the clip, a question."""
    found = []
    for one in seen:
        spans = clips.spans(one.values, one.asked.files[0], rule)
        assert one.asked.span is not None
        found.append(spans[0].span.iou(one.asked.span) if spans else 0.0)
    return np.array(found)


def tried(
    clips: Clips, seen: Sequence[Seen]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.str_]]:
    """IoU of every question by each of `RULES` (rules, questions), and the clip of each."""
    ious = np.array([scores(clips, seen, rule) for rule in RULES])
    return ious, np.array([one.asked.files[0] for one in seen])


def firsts(clips: Clips, seen: Sequence[Seen], rule: Rule) -> npt.NDArray[np.float64]:
    """Whether the right clip comes first, a question."""
    found = []
    for one in seen:
        best = {
            n: max((f.score for f in clips.spans(one.values, n, rule)), default=-np.inf)
            for n in one.values
        }
        found.append(max(best, key=best.__getitem__) == one.asked.files[0])
    return np.array(found, float)


def worth(ious: npt.NDArray[np.float64]) -> float:
    """What rules are compared by: both recalls and the mean."""
    return float(np.mean(ious >= 0.3) + np.mean(ious >= 0.5) + np.mean(ious))


def by_each(worths: npt.NDArray[np.float64]) -> int:
    """Place of the rule each of whose numbers is best over all rules that have it.

    The best single one of hundreds of rules is the best by luck as well; a mean over many is less.

    Parameters
    ----------
    worths : (rules,) float64
        In the order of `RULES`.

    Examples
    --------
    >>> worths = np.zeros([len(some) for some in NUMBERS])
    >>> worths[1, 2, :] = 0.1
    >>> worths[3, 3, 3] = 0.3
    >>> RULES[by_each(worths.ravel())].levels, RULES[by_each(worths.ravel())].base
    ((0.5, 0.65, 0.8), 0.8)
    """
    shape = tuple(map(len, NUMBERS))
    table = worths.reshape(shape)
    axes = range(len(shape))
    best = [int(table.mean(axis=tuple(b for b in axes if b != a)).argmax()) for a in axes]
    return int(np.ravel_multi_index(best, shape))


def chosen_without(
    ious: npt.NDArray[np.float64],
    owners: npt.NDArray[np.str_],
    choose: Callable[[npt.NDArray[np.float64]], int],
) -> dict[str, int]:
    """Of every clip, place of the rule that the questions about all other clips choose.

    Parameters
    ----------
    ious : (rules, questions) float64
    owners : (questions,) str
        Clip of each.
    choose : callable
        From what each rule is worth to the place of one.
    """
    return {
        name: choose(np.array([worth(row[owners != name]) for row in ious]))
        for name in sorted(set(owners))
    }


def left_out(
    ious: npt.NDArray[np.float64],
    owners: npt.NDArray[np.str_],
    choose: Callable[[npt.NDArray[np.float64]], int],
) -> npt.NDArray[np.float64]:
    """IoU of every question by the rule that the questions of other clips choose.

    Takes what `chosen_without` takes.
    """
    chosen = chosen_without(ious, owners, choose)
    return np.array([ious[chosen[name], i] for i, name in enumerate(owners)])


def main(arguments: Sequence[str] | None = None) -> None:
    """Choose and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--library", type=Path, required=True, help="holds the real clips")
    parser.add_argument("--picture", default="starter")
    given = parser.parse_args(arguments)
    holds_clips(parser, given.shared / "data" / "real_clips", given.library)
    clips = Clips(given.library, given.picture)
    _, moments = questions(given.shared / "data" / "real_clips")
    asked = [one for one in moments if one.kind == "picture"]
    seen = [Seen(one, clips.scores(one.text).unpopular) for one in asked]
    ious, owners = tried(clips, seen)
    table = Table("spans")
    _report(table, "as it ships", scores(clips, seen, RULE))
    whole = np.array([worth(row) for row in ious])
    for label, choose in (
        ("the best rule", lambda worths: int(worths.argmax())),
        ("each number by itself", by_each),
    ):
        _report(table, f"{label}, leave one clip out", left_out(ious, owners, choose))
        _report(table, f"{label}, chosen on all (optimistic)", ious[choose(whole)])
        print(f"{label}, on all: {RULES[choose(whole)]}")
    heats = {heat: firsts(clips, seen, replace(RULE, heat=heat)) for heat in HEATS}
    for heat, found in heats.items():
        table.add(f"right clip first, heat {heat}", float(found.mean()), "share")
    left = np.zeros(len(owners))
    for name in sorted(set(owners)):
        rest = owners != name
        chosen = max(heats, key=lambda heat: heats[heat][rest].mean())
        left[~rest] = heats[chosen][~rest]
    table.add("right clip first, heat by leaving one clip out", float(left.mean()), "share")
    print(table)


def _report(table: Table, label: str, ious: npt.NDArray[np.float64]) -> None:
    for level in (0.3, 0.5):
        table.add(f"{label}: R1@{level}", float(np.mean(ious >= level)), "share")
    table.add(f"{label}: mean IoU", float(ious.mean()))


if __name__ == "__main__":
    main()
