"""Choose how spans are cut out of a curve, honestly: leave one clip out.

For every clip the rule is chosen on the other clips and measured on this one; the mean of these is
the figure to believe. The rule that ships is the one chosen on all clips. Only the picture channel
takes part: given the right clip, the first span of each written moment that has neither speech nor
screen text; and which clip comes first among all.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.harness import Table
from benchmarks.quality_clips import Asked, questions
from kinolex.encoders.registry import load_picture
from kinolex.library.store import Store
from kinolex.moments import Part, Span
from kinolex.search.cache import Cache
from kinolex.search.curves import curve
from kinolex.search.pictures import FrameTable, ask
from kinolex.search.spans import RULE, Found, Rule, spans_of

RULES = [
    Rule(levels, power, base, drop)
    for levels, power, base, drop in itertools.product(
        ((0.35, 0.5, 0.65, 0.8), (0.2, 0.35, 0.5), (0.5, 0.65, 0.8)),
        (0.3, 0.5, 0.7, 0.9),
        (0.3, 0.5, 0.8),
        (0.5, 1.0, 2.0),
    )
]
HEATS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0)


@dataclass(frozen=True)
class Seen:
    """A question's scores in every clip."""

    asked: Asked
    values: dict[str, npt.NDArray[np.float64]]


class Clips:
    """The frames of the clips, and each question's curve in each."""

    def __init__(self, library: Path, clips: Path, encoder: str) -> None:
        with Store.open(library) as store:
            self._read(store, clips, encoder)

    def _read(self, store: Store, clips: Path, encoder: str) -> None:
        made = load_picture(encoder)
        cache = Cache(store)
        cache.refresh()
        table = cache.frames(f"{made.name}@{made.version}", made)
        videos = {Path(v.path).name: v for v in store.videos()}
        self.length = {name: v.duration for name, v in videos.items()}
        self.shots = {name: store.shots_of(v.id) for name, v in videos.items()}
        rows = {name: _rows(table, v.id) for name, v in videos.items()}
        self.times = {name: table.table.times[r] for name, r in rows.items()}
        _, moments = questions(clips)
        self.seen = []
        for one in moments:
            if one.kind != "picture":
                continue
            part = Part("words", one.text)
            asked = ask([part], table, made, lambda fragment: ("", Span(0, 1)))
            values = {
                n: asked.background.standard(table.table.scores(asked.vector, r))
                for n, r in rows.items()
            }
            self.seen.append(Seen(one, values))

    def spans(self, one: Seen, name: str, rule: Rule) -> list[Found]:
        """Spans of a clip, best first."""
        made = curve(self.times[name], one.values[name], self.length[name], self.shots[name])
        return spans_of(made, -np.inf, 3, rule)


def _rows(table: FrameTable, video: str) -> npt.NDArray[np.int64]:
    place = table.table.video_ids.index(video)
    return np.arange(table.table.starts[place], table.table.starts[place + 1])


def scores(clips: Clips, rule: Rule) -> npt.NDArray[np.float64]:
    """IoU of the first span given the clip, a question."""
    found = []
    for one in clips.seen:
        spans = clips.spans(one, one.asked.files[0], rule)
        assert one.asked.span is not None
        found.append(spans[0].span.iou(one.asked.span) if spans else 0.0)
    return np.array(found)


def firsts(clips: Clips, rule: Rule) -> npt.NDArray[np.float64]:
    """Whether the right clip comes first, a question."""
    found = []
    for one in clips.seen:
        best = {
            n: max((f.score for f in clips.spans(one, n, rule)), default=-np.inf)
            for n in one.values
        }
        found.append(max(best, key=best.__getitem__) == one.asked.files[0])
    return np.array(found, float)


def worth(ious: npt.NDArray[np.float64]) -> float:
    """What rules are compared by: both recalls and the mean."""
    return float(np.mean(ious >= 0.3) + np.mean(ious >= 0.5) + np.mean(ious))


def main(arguments: Sequence[str] | None = None) -> None:
    """Choose and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--library", type=Path, required=True, help="holds the real clips")
    parser.add_argument("--picture", default="starter")
    given = parser.parse_args(arguments)
    clips = Clips(given.library, given.shared / "data" / "real_clips", given.picture)
    owners = np.array([one.asked.files[0] for one in clips.seen])
    cut = {rule: scores(clips, rule) for rule in RULES}
    table = Table("spans")
    _report(table, "as it ships", scores(clips, RULE))
    left = np.zeros(len(owners))
    for name in sorted(set(owners)):
        rest = owners != name
        best = max(cut, key=lambda rule: worth(cut[rule][rest]))
        left[~rest] = cut[best][~rest]
    _report(table, "leave one clip out", left)
    best = max(cut, key=lambda rule: worth(cut[rule]))
    _report(table, "chosen on all (optimistic)", cut[best])
    heats = {heat: firsts(clips, Rule(*_shape(RULE), heat)) for heat in HEATS}
    for heat, found in heats.items():
        table.add(f"right clip first, heat {heat}", float(found.mean()), "share")
    for name in sorted(set(owners)):
        rest = owners != name
        chosen = max(heats, key=lambda heat: heats[heat][rest].mean())
        left[~rest] = heats[chosen][~rest]
    table.add("right clip first, heat by leaving one clip out", float(left.mean()), "share")
    print(table)
    print(best)


def _shape(rule: Rule) -> tuple[tuple[float, ...], float, float, float]:
    return rule.levels, rule.power, rule.base, rule.drop


def _report(table: Table, label: str, ious: npt.NDArray[np.float64]) -> None:
    for level in (0.3, 0.5):
        table.add(f"{label}: R1@{level}", float(np.mean(ious >= level)), "share")
    table.add(f"{label}: mean IoU", float(ious.mean()))


if __name__ == "__main__":
    main()
