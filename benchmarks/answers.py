"""Quality of answers on real clips: right moment first, and "nothing found" when nothing is there.

A library is indexed from the clips by the engine itself (speech, screen text, names of files), then
asked:

- *spoken*, *screen text*: the written question of each moment in which something is said or shown,
  and the questions of these kinds over the whole set. Right: the first moment is in the right clip
  and overlaps the written one with an intersection over union of at least 0.3.
- *title*: the written title of each clip, which the library does not know (it knows file names such
  as ``sam2_juggle.mp4``). Right: the first moment overlaps the whole clip so.
- *as said or shown*: the words themselves instead of a question about them.
- *absent*: 100 plausible questions about things in none of the clips (``absent.txt``; never used
  to choose a constant). Right: nothing found. The 100 with which the constants of
  `kinolex.search.calibrate` were fitted are shown apart. (The other questions of these clips were
  among that fit's 492 right pairs.)

Beside them stand guesses that ignore the question: any span the library knows of, at random (mean
over 200 seeds), and the one span that would be right most often.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import kinolex
from benchmarks.harness import Table
from kinolex.library.store import Store
from kinolex.moments import Moment, Span

IOU = 0.3
SEEDS = 200


@dataclass(frozen=True)
class Asked:
    """A question with its right answers."""

    kind: str
    text: str
    truths: tuple[tuple[str, Span], ...]

    def right(self, file: str, span: Span) -> bool:
        """Whether a moment is right."""
        return any(name == file and span.iou(truth) >= IOU for name, truth in self.truths)


def questions(clips: Path) -> list[Asked]:
    """All questions that have an answer."""
    rows = [json.loads(line) for line in (clips / "clips.jsonl").open(encoding="utf-8")]
    found: list[Asked] = []
    for row in rows:
        whole = Span(0, row["seconds"])
        found.append(Asked("title", row["title"], ((row["file"], whole),)))
        for moment in row["moments"]:
            span = Span(moment["start"], min(moment["end"], row["seconds"]))
            for key, kind in (("speech", "spoken"), ("screen_text", "screen text")):
                if key in moment:
                    truth = ((row["file"], span),)
                    found.append(Asked(kind, moment["query"], truth))
                    found.append(Asked("as said or shown", moment[key], truth))
    by_file = {row["file"]: row for row in rows}
    for one in json.loads((clips / "queries_by_group.json").read_text(encoding="utf-8")):
        if one["kind"] in ("speech", "screen_text"):
            kind = "spoken" if one["kind"] == "speech" else "screen text"
            truths = tuple(_moment_of(one, by_file[clip]) for clip in one["clips"])
            found.append(Asked(kind, one["query"], truths))
    return found


def _moment_of(question: dict[str, str], clip: dict[str, object]) -> tuple[str, Span]:
    """The clip's moment whose written words share most words with the question."""
    asked = set(question["query"].lower().split())
    moments = [m for m in clip["moments"] if question["kind"] in m]
    best = max(moments, key=lambda m: len(asked & set(m[question["kind"]].lower().split())))
    return clip["file"], Span(best["start"], min(best["end"], clip["seconds"]))


def absent(name: str = "absent.txt") -> list[str]:
    """The questions that have none."""
    lines = Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def known_spans(library: Path) -> list[tuple[str, Span]]:
    """Every span that the library could answer with: passages, titles and shots."""
    found: list[tuple[str, Span]] = []
    with Store.open(library) as store:
        for video in store.videos():
            spans = {p.span for p in store.passages_of(video.id)} | set(store.shots_of(video.id))
            found += [(Path(video.path).name, span) for span in sorted(spans)]
    return found


def guesses(asked: Sequence[Asked], spans: Sequence[tuple[str, Span]]) -> tuple[float, float]:
    """Share that is right by chance, and with the best constant."""
    drawn = []
    for seed in range(SEEDS):
        rng = random.Random(seed)
        drawn.append(statistics.mean(q.right(*rng.choice(spans)) for q in asked))
    constant = max(statistics.mean(q.right(*span) for q in asked) for span in spans)
    return statistics.mean(drawn), constant


def first(library: kinolex.Library, text: str) -> Moment | None:
    """The first moment; exact words in quotation marks are not meant."""
    answer = library.search(text.replace('"', " "))
    return answer.moments[0] if answer.moments else None


def measure(folder: Path, clips: Path, verbose: bool) -> Table:
    """Ask everything."""
    table = Table("answers on real clips")
    asked = questions(clips)
    hits: dict[str, list[bool]] = defaultdict(list)
    empty: dict[str, int] = defaultdict(int)
    with kinolex.open(folder, read_only=True) as library:
        for q in asked:
            moment = first(library, q.text)
            right = bool(moment) and q.right(Path(moment.video.path).name, moment.span)
            hits[q.kind].append(right)
            empty[q.kind] += moment is None
            if verbose and not right:
                print(f"  {q.kind}: {q.text!r} gave {moment.uri if moment else 'nothing'}")
        shares = [_nothing(library, name, verbose) for name in ("absent.txt", "absent_fitted.txt")]
    spans = known_spans(folder)
    for kind, right in _with_all(hits):
        same = [q for q in asked if q.kind == kind or kind == "spoken, screen text and title"]
        same = [q for q in same if q.kind in ("spoken", "screen text", "title") or q.kind == kind]
        chance, constant = guesses(same, spans)
        nothing = sum(n for k, n in empty.items() if k == kind)
        note = f"{sum(right)} of {len(right)}" + (f", {nothing} nothing found" if nothing else "")
        table.add(f"{kind}: first moment right", statistics.mean(right), "share", note=note)
        table.add(f"{kind}: any span at random", chance, "share", note=f"mean of {SEEDS} seeds")
        table.add(f"{kind}: best constant span", constant, "share")
    table.add("absent: nothing found", shares[0], "share", note="100 questions, held out")
    table.add("absent, fitted with: nothing found", shares[1], "share", note="100 questions")
    table.add("absent: a guess that always answers", 0.0, "share")
    return table


def _nothing(library: kinolex.Library, name: str, verbose: bool) -> float:
    """Share of absent questions that are answered so."""
    asked = absent(name)
    wrong = [(text, moment) for text in asked if (moment := first(library, text))]
    for text, moment in wrong if verbose else ():
        print(f"  {name}: {text!r} gave {moment.uri} ({moment.score:.2f})")
    return 1 - len(wrong) / len(asked)


def _with_all(hits: dict[str, list[bool]]) -> Iterator[tuple[str, list[bool]]]:
    yield from hits.items()
    kinds = ("spoken", "screen text", "title")
    yield "spoken, screen text and title", [h for k in kinds for h in hits[k]]


def main(arguments: Sequence[str] | None = None) -> None:
    """Index (unless a library is given), ask, print, save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, required=True, help="folder with data/real_clips")
    parser.add_argument("--library", type=Path, help="a library that already holds the clips")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--verbose", action="store_true", help="show what went wrong")
    given = parser.parse_args(arguments)
    clips = given.shared / "data" / "real_clips"
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.library or Path(scratch) / "library"
        if given.library is None:
            started = time.perf_counter()
            with kinolex.open(folder) as library:
                print(library.add(clips, stills=False))
            print(f"indexed in {time.perf_counter() - started:.0f} s")
        table = measure(folder, clips, given.verbose)
    print(table)
    print(f"\n{table.save(given.json)}")


if __name__ == "__main__":
    main()
