"""The word channels: what is heard, what is read, and what is meant.

``python -m benchmarks.words --shared DIR`` measures

- *speech*: word error rate over the clips of ``speech_clips`` (each alone; all in one file with
  pauses between them; each in noise of 10 dB) and processor seconds a second of sound, beside
  faster-whisper's own call with its own voice activity;
- *screen*: share of words read and processor seconds a slide, beside rapidocr as it comes;
- *paraphrases*: from one Flickr8k caption of the 1,000 test pictures find the other four of its
  picture among all 5,000, by sentence vectors, by BM25, by both, and by a guess.

Word error rate: (substitutions + deletions + insertions) / words of the truth, after both sides
went through `normal`: lower case, no punctuation, hyphens open, titles and contractions written
out, numbers in words.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.harness import Table
from kinolex.encoders.registry import load_screen, load_speech, load_words
from kinolex.errors import ModelMissingError
from kinolex.media.types import SoundPiece
from kinolex.settings import Settings

RATE = 16000
ONES = re.findall(
    "[a-z]+",
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
    " fifteen sixteen seventeen eighteen nineteen",
)
TENS = re.findall("[a-z]+", "zero ten twenty thirty forty fifty sixty seventy eighty ninety")
WRITTEN_OUT = {
    r"\bmr\b": "mister",
    r"\bmrs\b": "missus",
    r"\bdr\b": "doctor",
    r"\bst\b": "saint",
    r"\bwon't\b": "will not",
    r"\bcan't\b": "can not",
    r"n't\b": " not",
    r"'re\b": " are",
    r"'ve\b": " have",
    r"'ll\b": " will",
    r"'m\b": " am",
    r"'d\b": " would",
    r"\b(it|that|he|she|what|there)'s\b": r"\1 is",
}


def normal(text: str) -> list[str]:
    """The words of a text as they are compared."""
    text = text.lower().replace("’", "'").replace("-", " ")
    for pattern, words in WRITTEN_OUT.items():
        text = re.sub(pattern, words, text)
    text = re.sub(r"\d+", lambda found: f" {in_words(int(found[0]))} ", text)
    return re.sub(r"[^a-z ]", "", re.sub(r"[.,;:!?]", " ", text)).split()


def in_words(number: int) -> str:
    """A whole number in English words."""
    for size, name in ((1_000_000, "million"), (1000, "thousand"), (100, "hundred")):
        if number >= size:
            rest = f" {in_words(number % size)}" if number % size else ""
            return f"{in_words(number // size)} {name}{rest}"
    if number < 20:
        return ONES[number]
    return TENS[number // 10] + (f" {ONES[number % 10]}" if number % 10 else "")


def errors(truth: Sequence[str], said: Sequence[str]) -> int:
    """Least number of substitutions, deletions and insertions (Levenshtein)."""
    row = list(range(len(said) + 1))
    for i, word in enumerate(truth, 1):
        above, row = row, [i]
        for j, other in enumerate(said, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (word != other)))
    return row[-1]


def read_wave(path: Path) -> np.ndarray:
    """A 16 kHz mono WAV as float32."""
    import wave

    with wave.open(str(path)) as file:
        if (file.getframerate(), file.getnchannels(), file.getsampwidth()) != (RATE, 1, 2):
            raise SystemExit(f"{path} is not 16 kHz, mono, 16 bit")
        data = file.readframes(file.getnframes())
    return np.frombuffer(data, np.int16).astype(np.float32) / 32768


Transcribe = Callable[[np.ndarray], str]


def ours(encoder: Any) -> Transcribe:
    """Kinolex, fed as it is fed in an index: pieces of 30 s."""

    def transcribe(sound: np.ndarray) -> str:
        size = 30 * RATE
        pieces = (SoundPiece(i / RATE, sound[i : i + size]) for i in range(0, len(sound), size))
        return " ".join(p.text for p in encoder.transcribe(pieces, language="en"))

    return transcribe


def plain(encoder: Any) -> Transcribe:
    """The same weights by faster-whisper's own call, voice activity included."""

    def transcribe(sound: np.ndarray) -> str:
        segments, _ = encoder._model.transcribe(
            sound, beam_size=1, vad_filter=True, language="en", word_timestamps=True
        )
        return " ".join(s.text for s in segments)

    return transcribe


def speech(table: Table, folder: Path, settings: Settings) -> None:
    """Word error rates and cost of every speech model at hand."""
    clips = json.loads((folder / "transcripts.json").read_text(encoding="utf-8"))
    sounds = [read_wave(folder / clip["file"]) for clip in clips]
    truths = [normal(clip["text"]) for clip in clips]
    pause = np.zeros(RATE // 2, np.float32)
    long = np.concatenate([part for sound in sounds for part in (sound, pause)])
    random = np.random.default_rng(0)
    noisy = [_noisy(sound, random) for sound in sounds]
    for name in ("whisper-tiny.en", "whisper-base"):
        try:
            encoder = load_speech(name, settings)
        except ModelMissingError as error:
            print(f"left out: {error}")
            continue
        for side, transcribe in (("", ours(encoder)), (" (faster-whisper alone)", plain(encoder))):
            transcribe(sounds[0])
            for what, given, truth in (
                ("12 clips", sounds, truths),
                ("12 clips in 10 dB noise", noisy, truths),
                (
                    f"one {len(long) / RATE:.0f} s file",
                    [long],
                    [list(chain.from_iterable(truths))],
                ),
            ):
                _wer(table, f"{name}{side}, {what}", transcribe, given, truth)


def _noisy(sound: np.ndarray, random: np.random.Generator) -> np.ndarray:
    power = float((sound.astype(np.float64) ** 2).mean())
    hiss = random.standard_normal(len(sound)) * (power / 10) ** 0.5
    return (sound + hiss).astype(np.float32)


def _wer(
    table: Table,
    what: str,
    transcribe: Transcribe,
    sounds: Sequence[np.ndarray],
    truths: Sequence[list[str]],
) -> None:
    before = time.process_time()
    said = [normal(transcribe(sound)) for sound in sounds]
    spent = time.process_time() - before
    wrong = sum(errors(t, s) for t, s in zip(truths, said, strict=True))
    rate = 100 * wrong / sum(map(len, truths))
    seconds = sum(map(len, sounds)) / RATE
    table.add(f"speech: {what}", rate, "% WER", note=f"{spent / seconds:.3f} cpu s per s of sound")


SLIDE = [
    "Introduction to Gradient Descent",
    "Choose a learning rate of 0.001",
    "Compute the loss for each batch",
    "Update weights until convergence",
    "Backpropagation uses the chain rule",
    "See chapter 4, pages 112 to 130",
    "Total revenue 2024: $34.5M (+12%)",
    "contact: anna@example.org",
]


def slide(size: int, lines: Sequence[str], dark: bool) -> np.ndarray:
    """A 720p slide with letters of ``size`` pixels, as a JPEG of middling quality shows it."""
    import io

    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", (1280, 720), (40, 44, 52) if dark else (250, 250, 245))
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(size=size)
    for i, line in enumerate(lines):
        ink = (190, 198, 210) if dark else (10, 10, 10)
        draw.text((60, 30 + i * 680 / len(lines)), line, font=font, fill=ink)
    packed = io.BytesIO()
    image.save(packed, "JPEG", quality=50)
    return np.asarray(Image.open(packed).convert("RGB"))


def screen(table: Table, settings: Settings) -> None:
    """Words read and cost a slide."""
    small = [f"{a} - {b}" for a in SLIDE for b in SLIDE[:3]]
    pictures = [
        (slide(30, SLIDE, False), SLIDE),
        (slide(30, SLIDE, True), SLIDE),
        (slide(14, small, False), small),
        (slide(14, small, True), small),
    ]
    sides: dict[str, Callable[[np.ndarray], list[str]]] = {}
    for name in ("rapidocr", "tesseract"):
        try:
            reader = load_screen(name, settings)
        except ModelMissingError as error:
            print(f"left out: {error}")
            continue
        sides[name] = lambda picture, reader=reader: [n.text for n in reader.read(picture)]
        if name == "rapidocr":
            sides["rapidocr, again"] = sides["rapidocr"]
            sides["rapidocr (as it comes)"] = _rapidocr_as_it_comes(settings)
    for name, read in sides.items():
        _slides(table, name, read, pictures)


def _rapidocr_as_it_comes(settings: Settings) -> Callable[[np.ndarray], list[str]]:
    from rapidocr import RapidOCR

    threads = "EngineConfig.onnxruntime.intra_op_num_threads"
    engine = RapidOCR(params={"Global.log_level": "critical", threads: settings.threads})
    return lambda picture: list(engine(picture[:, :, ::-1]).txts or ())


def _slides(
    table: Table,
    name: str,
    read: Callable[[np.ndarray], list[str]],
    pictures: Sequence[tuple[np.ndarray, list[str]]],
) -> None:
    read(pictures[0][0][:64])
    found, all_words, wall = 0, 0, 0.0
    before = os.times()
    for picture, truth in pictures:
        if name.endswith("again"):
            read(picture)
            before_wall, before = time.perf_counter(), os.times() if not wall else before
        else:
            before_wall = time.perf_counter()
        words = Counter(" ".join(read(picture)).split())
        wall += time.perf_counter() - before_wall
        wanted = Counter(" ".join(truth).split())
        found += sum((words & wanted).values())
        all_words += sum(wanted.values())
    after = os.times()
    cpu = sum(after[:4]) - sum(before[:4])
    note = f"{wall / len(pictures):.2f} s a slide"
    if not name.endswith("again"):
        note += f", {cpu / len(pictures):.2f} cpu s"
    table.add(f"screen: {name}", 100 * found / all_words, "% of words", note=note)


def bm25(texts: Sequence[str], k1: float = 1.2, b: float = 0.75) -> np.ndarray:
    """Score every text as a question to every other (Robertson and Zaragoza 2009); (n, n)."""
    bags = [Counter(re.findall(r"\w+", text.lower())) for text in texts]
    index = {word: i for i, word in enumerate(dict.fromkeys(w for bag in bags for w in bag))}
    counts = np.zeros((len(texts), len(index)), np.float32)
    for row, bag in enumerate(bags):
        for word, count in bag.items():
            counts[row, index[word]] = count
    lengths = counts.sum(axis=1, keepdims=True)
    there = (counts > 0).sum(axis=0)
    rarity = np.log(1 + (len(texts) - there + 0.5) / (there + 0.5))
    weights = counts * (k1 + 1) / (counts + k1 * (1 - b + b * lengths / lengths.mean()))
    return (counts @ (weights * rarity).T).astype(np.float32)


def ranks(scores: np.ndarray) -> np.ndarray:
    """Rank from 1 of every column in its row, best first."""
    order = np.argsort(-scores, axis=1, kind="stable")
    found = np.empty_like(order)
    np.put_along_axis(found, order, np.arange(1, scores.shape[1] + 1)[None], axis=1)
    return found


def paraphrases(table: Table, folder: Path, settings: Settings) -> None:
    """From one caption to the other four of its picture."""
    rows = [json.loads(line) for line in (folder / "captions.jsonl").open(encoding="utf-8")]
    captions = [c for row in rows if row["split"] == "test" for c in row["captions"]]
    encoder = load_words("", settings)
    started = time.perf_counter()
    vectors = encoder.encode_words(captions)
    pace = len(captions) / (time.perf_counter() - started)
    meant, written = vectors @ vectors.T, bm25(captions)
    both = -(1.0 / (60 + ranks(meant)) + 1.0 / (60 + ranks(written)))
    random = np.random.default_rng(0)
    for name, scores, note in (
        (f"{encoder.name} vectors", meant, f"{pace:.0f} sentences a second"),
        ("BM25", written, ""),
        ("both (reciprocal ranks)", -both, ""),
        ("a guess", random.random(meant.shape, np.float32), ""),
    ):
        first, among, share = retrieval(scores)
        table.add(f"paraphrases: {name}, R@1", first, "%", note=note)
        table.add(f"paraphrases: {name}, R@10", among, "%", note=f"{share:.1f} % of the four")


def retrieval(scores: np.ndarray, group: int = 5) -> tuple[float, float, float]:
    """R@1, R@10 (any of the others), and the share of the others among the first ten; percent."""
    scores = scores.copy()
    np.fill_diagonal(scores, -np.inf)
    best = np.argsort(-scores, axis=1, kind="stable")[:, :10]
    right = best // group == np.arange(len(scores))[:, None] // group
    share = right.sum(axis=1).mean() / (group - 1)
    return 100 * right[:, 0].mean(), 100 * right.any(axis=1).mean(), 100 * share


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    shared = os.environ.get("KINOLEX_SHARED")
    parser.add_argument(
        "--shared",
        type=Path,
        default=shared and Path(shared),
        required=not shared,
        help="folder with data/speech_clips and data/flickr8k (or KINOLEX_SHARED)",
    )
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args(arguments)
    settings = Settings(threads=given.threads)
    table = Table("words: speech, screen text and paraphrases")
    speech(table, given.shared / "data" / "speech_clips", settings)
    screen(table, settings)
    paraphrases(table, given.shared / "data" / "flickr8k", settings)
    print(table)
    print(f"\n{table.save(given.json)}")


if __name__ == "__main__":
    main()
