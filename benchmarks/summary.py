"""The pages that show what was measured: ``benchmarks/results/README.md`` and the table in README.

``python -m benchmarks.summary`` writes both from ``benchmarks/results/*.json``.
"""

from __future__ import annotations

import re
from pathlib import Path

from benchmarks.harness import RESULTS, Row, load

README = Path(__file__).resolve().parents[1] / "README.md"
_PLACE = re.compile(r"(<!-- measured:[^\n]*-->\n).*?(<!-- /measured -->)", re.DOTALL)

CHOSEN = {
    "ingest": (
        "720p: wall / ((decode cpu + encode cpu) / 2)",
        "1080p: wall / ((decode cpu + encode cpu) / 2)",
        "720p: OpenCV loop wall / ours",
        "720p: the same if both cores were always busy",
        "1080p: OpenCV loop wall / ours",
        "1080p: the same if both cores were always busy",
        "1080p slides: OpenCV loop wall / ours",
        "1080p: speed",
    ),
    "decode": (
        "720p, B-frames: wall / ffmpeg",
        "720p, B-frames, none referred to: wall / ffmpeg",
        "720p, no B-frames: wall / ffmpeg",
        "1080p, B-frames: wall / ffmpeg",
        "1080p, B-frames, none referred to: wall / ffmpeg",
        "1080p, no B-frames: wall / ffmpeg",
    ),
    "long_file": (
        "3 h file: peak memory",
        "peak of the last third / of the middle third",
    ),
    "passes": (
        "first / whole",
        "again after moving and renaming all",
        "model calls of that",
        "size an hour, without stills",
        "size an hour, with stills",
        "size an hour of the cache beside it",
    ),
    "search": (
        "whole answer, new question",
        "ten nearest frames: kinolex, exact",
        "ten nearest frames: kinolex, inverted lists",
        "ten nearest frames: numpy float32",
        "ten nearest frames: LanceDB, exact",
        "ten nearest frames: LanceDB, IVF-PQ",
        "cold `kinolex search`",
    ),
    "serve": (
        "Python, one thread: p50",
        "HTTP, 1 client: p50",
        "HTTP, 1 client / Python, one thread: p50",
        "HTTP, 1 plain client (http.client) / Python, one thread: p50",
        "HTTP, 8 clients: p50",
        "HTTP, 50 clients: p50",
        "HTTP, 50 clients: throughput",
        "HTTP, 50 clients / Python, one thread: throughput",
        "20000 mixed requests: resident memory",
        "20000 mixed requests: last / first",
        "start page: first paint",
        "start page: asked for before first paint",
        "2-hour video page: transcript shown and film ready",
    ),
    "evaluation": (
        "ranks 10,000 x 10,000: ours / argsort",
        "ranks 10,000 x 10,000: memory, ours / argsort",
        "ranks 1,000 x 1,000,000: ours / argsort",
        "ranks 1,000 x 1,000,000: memory, ours / argsort",
        "ten TREC measures: ours / pytrec_eval",
        "ten TREC measures: ours / ranx",
        "QVHighlights val: plain loops / ours",
    ),
    "world": (
        "both, train, difficulty 0.5, 96 x 96",
        "both, val, difficulty 0.5, 96 x 96",
    ),
    "lab-world": (
        "order, text to video: clip4clip-seq-transf",
        "order, text to video: mean-pooling",
        "one of eight clips, R@1: x-pool",
        "one of eight clips, R@1: mean-pooling",
        "several events, R@1: uatvr",
        "several events, R@1: mean-pooling",
    ),
    "lab-costs": (
        "ViT-B/32: plain / TempMe",
        "1000 x 1000: x-pool / glscl",
        "a question about 1000 videos: x-pool / prompt-switch",
        "x-pool 1000 x 1000, memory: in pieces of 256 x 256",
        "x-pool 1000 x 1000, memory: all at once",
        "mean-pooling: throughput, ours / plain",
        "x-pool: throughput, ours / plain",
        "video-colbert: throughput, ours / plain",
    ),
    "lab-flickr8k": (
        "one frame: linear head to 64: t2v R@1 before",
        "one frame: linear head to 64: t2v R@1",
        "one frame: linear head to 64: t2v R@1 gained a CPU-minute",
    ),
    "quality": (
        "a frame on one core, as decoded",
        "an hour of video, 360p, pictures: this encoder",
        "the same, ViT-B/32 / this encoder",
        "Flickr8k test: text to picture R@1",
        "Flickr8k test: text to picture R@10",
        "ImageNet sample: class name top-5",
        "picture alone: 32 group questions, MRR",
        "all channels: 32 group questions, MRR",
        "calibrated, three best frames: 32 group questions, MRR",
        "standard score, three best frames: 28 group questions about what is seen, MRR",
        "picture alone, 94 moment questions: right video first",
        "rule of spans left out, picture alone, 94 moment questions: R1@0.3 given the video",
        "rule of spans left out, picture alone, 94 moment questions: R1@0.5 given the video",
        "picture alone: present or absent, area under the curve",
        "chance of the best picture, as shipped: calibration error",
        "labels, 26 clips, 25 classes: right class first",
    ),
    "quality-plus": (
        "a frame on one core, as decoded",
        "an hour of video, 360p, pictures: this encoder",
        "the same, ViT-B/32 / this encoder",
        "Flickr8k test: text to picture R@1",
        "Flickr8k test: text to picture R@10",
        "calibrated, three best frames: 32 group questions, MRR",
        "picture alone, 94 moment questions: right video first",
        "rule of spans left out, picture alone, 94 moment questions: R1@0.5 given the video",
        "picture alone: present or absent, area under the curve",
    ),
    "words": (
        "speech: whisper-tiny.en, 12 clips",
        "speech: whisper-tiny.en (faster-whisper alone), 12 clips",
        "speech: whisper-tiny.en, one 66 s file",
        "speech: whisper-tiny.en (faster-whisper alone), one 66 s file",
        "paraphrases: all-minilm-l6-v2 vectors, R@1",
        "paraphrases: BM25, R@1",
        "paraphrases: all-minilm-l6-v2 vectors, R@10",
        "paraphrases: BM25, R@10",
    ),
    "answers": (
        "spoken, screen text and title: first moment right",
        "spoken, screen text and title: any span at random",
        "spoken, screen text and title: best constant span",
        "absent: nothing found",
    ),
    "startup": (
        "import kinolex",
        "kinolex --help",
        "installed size, base",
        "installed size, [all,offline]",
    ),
}


def rows() -> list[tuple[str, Row]]:
    """The chosen rows of the results that are there, with the name of their benchmark."""
    found = []
    for name, wanted in CHOSEN.items():
        path = RESULTS / f"{name}.json"
        if path.exists():
            by_name = {row.what: row for row in load(path).rows}
            found += [(name, by_name[what]) for what in wanted if what in by_name]
    return found


def table() -> str:
    """The table for README."""
    lines = ["| | what | median | aim | note |", "| --- | --- | ---: | --- | --- |"]
    last = ""
    for name, row in rows():
        value = f"{row.value:.3g}" if row.value < 1000 else f"{row.value:.0f}"
        shown = "" if name == last else name
        lines.append(f"| {shown} | {row.what} | {value} {row.unit} | {row.aim} | {row.note} |")
        last = name
    return "\n".join(lines) + "\n"


def readme(text: str) -> str:
    """README with the table in its place."""
    return _PLACE.sub(lambda found: f"{found[1]}\n{table()}\n{found[2]}", text)


def main() -> None:
    """Write both pages."""
    README.write_text(readme(README.read_text(encoding="utf-8")), encoding="utf-8")
    tables = [load(path) for path in sorted(RESULTS.glob("*.json"))]
    lines = ["# Measured", "", "`make bench` writes this page.", *map(str, tables)]
    (RESULTS / "README.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
