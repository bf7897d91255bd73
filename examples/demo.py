"""The demo: make a few videos, index them, ask ten questions, check the answers.

Run it with ``make demo``. It writes ``demo/videos`` and ``demo/library`` below the current folder
and leaves both, so that you can go on asking. It ends with a non-zero code when an answer is
wrong. Every channel is used for which this machine has a model; the questions for the others are
left out, and it says so.

Pictures are searched with the starter encoder, which ships with kinolex, in shapes drawn on the
spot; where the development data lies beside the repository, in three real clips too (those whose
licence is clear).
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import kinolex
from kinolex.cli.tables import result_lines
from kinolex.encoders.registry import cards
from kinolex.encoders.sources import present
from kinolex.media.types import Chapter
from kinolex.moments import Span
from kinolex.progress import Event
from kinolex.testing.clips import make_clip, make_slides

PLACE = Path("demo")


@dataclass(frozen=True)
class Question:
    """What is asked and what must come first: a file and a time inside it (empty: nothing)."""

    channel: str
    text: str
    video: str = ""
    at: float = 0.0


QUESTIONS = (
    Question("speech", '"boiling point"', "chemistry.mp4", 4),
    Question("speech", "how hot must water be before it turns into steam", "chemistry.mp4", 4),
    Question("speech", "which animals sleep through the winter", "nature.mp4", 12),
    Question("screen", "quarterly revenue", "meeting.mp4", 4),
    Question("screen", "hiring plan", "meeting.mp4", 14),
    Question("title", "summer holiday at the lake", "Summer holiday at the lake 2023.mp4", 2),
    Question("title", "the lighthouse", "Summer holiday at the lake 2023.mp4", 7),
    Question("picture", "a red circle", "shapes.mp4", 2),
    Question("picture", "a green triangle", "shapes.mp4", 6),
    Question("picture", "a blue circle", "shapes.mp4", 10),
    Question("speech", "kangaroo boxing championship"),
)
REAL = {
    "sam2_dog_fetch.mp4": ("a dog", 5),
    "sam2_coffee.mp4": ("pouring coffee", 1),
    "sam2_juggle.mp4": ("a soccer ball", 7),
}
"""Clips under Apache-2.0 (see their list), and what to ask about their pictures."""

SUBTITLES = """1
00:00:01,000 --> 00:00:07,500
Water boils at one hundred degrees; we call this the boiling point.

2
00:00:08,000 --> 00:00:15,000
Below zero degrees it freezes and becomes ice.
"""


def make_videos(folder: Path) -> None:
    """Render the handful of clips: slides, narration, subtitles, chapters, moving shapes."""
    folder.mkdir(parents=True, exist_ok=True)
    make_clip(folder / "chemistry.mp4", scenes=[(16, "gradient")], numbers=False)
    (folder / "chemistry.srt").write_text(SUBTITLES, encoding="utf-8")
    make_slides(
        folder / "nature.mp4",
        [(10, "Spring"), (10, "Winter")],
        narration=[
            "In spring the birds come back and build their nests.",
            "In winter bears and hedgehogs hibernate until it gets warm.",
        ],
    )
    make_slides(
        folder / "meeting.mp4",
        [(10, "Quarterly revenue\nup twelve percent"), (10, "Hiring plan\nfour engineers")],
    )
    make_clip(
        folder / "Summer holiday at the lake 2023.mp4",
        scenes=[(5, "purple"), (5, "orange")],
        numbers=False,
        chapters=[Chapter(Span(0, 5), "Swimming"), Chapter(Span(5, 10), "The lighthouse")],
    )
    make_clip(
        folder / "shapes.mp4",
        scenes=[
            (4, "shape:red circle on white"),
            (4, "shape:green triangle on white"),
            (4, "shape:blue circle on white"),
        ],
        numbers=False,
    )


def real_clips(folder: Path) -> tuple[Question, ...]:
    """Copy the real clips where they are at hand; the questions about them."""
    shared = Path(os.environ.get("KINOLEX_SHARED", Path(__file__).parents[2] / "shared"))
    found = []
    for name, (text, at) in REAL.items():
        clip = shared / "data" / "real_clips" / name
        if clip.is_file():
            shutil.copy(clip, folder)
            found.append(Question("picture", text, name, at))
    return tuple(found)


def available(library: kinolex.Library) -> dict[str, int]:
    """Channels that hold anything, with the number of videos."""
    return {c: n for c, n in library.status().channels.items() if n}


def right(question: Question, answer: kinolex.Answer) -> bool:
    """Whether the first moment is the wanted one."""
    if not question.video:
        return answer.nothing_found
    if answer.nothing_found:
        return False
    first = answer.moments[0]
    return Path(first.video.path).name == question.video and first.span.contains(question.at)


def show(event: Event) -> None:
    """One line for what matters."""
    if event.kind == "commit":
        print(f"  {Path(event.path).name}: {event.stage} searchable")
    elif event.kind in ("failure", "notice"):
        print(f"  {event.message}")


def spoken_possible(videos: Path) -> bool:
    """Whether the narration could be rendered (espeak-ng)."""
    import av

    with av.open(str(videos / "nature.mp4")) as file:
        return bool(file.streams.audio)


def ask(
    library: kinolex.Library, videos: Path, known: dict[str, int], questions: Sequence[Question]
) -> int:
    """Ask every question whose channel is there; the number of wrong answers."""
    wrong = 0
    for number, question in enumerate(questions, 1):
        needs_voice = question.video == "nature.mp4"
        if question.channel not in known or (needs_voice and not spoken_possible(videos)):
            print(
                f"\n{number}. {question.text}\n   left out: this machine lacks {question.channel}"
            )
            continue
        options = {"channels": ["picture"]} if question.channel == "picture" else {}
        answer = library.search(question.text, limit=3, **options)  # type: ignore[arg-type]
        good = right(question, answer)
        wrong += not good
        print(f"\n{number}. {question.text}   [{'right' if good else 'WRONG'}]")
        if answer.nothing_found:
            print("   Nothing found.")
        for line in result_lines(answer.moments, 96):
            print("   " + "".join(text for text, _ in line))
    return wrong


def main() -> int:
    """Run the demo; 0 when every answer is right."""
    started = time.monotonic()
    shutil.rmtree(PLACE, ignore_errors=True)
    videos, place = PLACE / "videos", PLACE / "library"
    print("Rendering five videos ...")
    make_videos(videos)
    questions = (*QUESTIONS, *real_clips(videos))
    print(f"  {time.monotonic() - started:.0f} s\nIndexing ...")
    library = kinolex.open(place)
    report = library.add(videos, listener=show)
    print(f"  {report.done} videos in {report.seconds:.0f} s, {report.failed} failures")
    known = available(library)
    if not present(cards()["all-minilm-l6-v2"]):
        known.pop("picture", None)  # its words stand on the sentence encoder
    wrong = ask(library, videos, known, questions)
    print(f"\n{'All answers are right' if not wrong else f'{wrong} answers are WRONG'}", end="")
    print(f" ({time.monotonic() - started:.0f} s in all).")
    print("Go on asking:")
    print(f'  .venv/bin/kinolex search --library {place} "hedgehogs"')
    return 1 if wrong or report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
