"""When does a score mean "this is shown"? Fitted on pictures that training never saw.

Libraries are put together from held-out pictures, and asked for things that are in them and things
that are not. Of each question's best picture three numbers are kept: its standard score less the
line that the best of so many unrelated pictures hardly reaches, its raw cosine, and 1. A logistic
regression whose two weights may not be negative tells right answers from wrong ones; divided by
the slope of `kinolex.search.likeness.picture_chance` it is the encoder's ``calibration.json``.

Asked are the captions of the dev split and of another source, and the names of classes that no
label of training named. A caption's picture is taken out of every second library. That a library
may hold another picture which the caption fits too makes some "absent" ones wrong: they pull the
chances down a little, which is the cautious side.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from recipes.starter import pictures
from recipes.starter.pictures import Labelled
from recipes.starter.prepare import Sets, label_forms
from recipes.starter.regression import Outcome, fit

SIZES = (60, 200, 600)
"""Pictures in the libraries."""

ROUNDS = 3


def write(sets: Sets, bank: Sequence[Labelled], out: Path) -> None:
    """Write ``background.npy`` and ``calibration.json`` into a model's folder."""
    from kinolex.encoders.picture import OnnxPictures

    encoder = OnnxPictures("starter", out)
    rows = encoded(encoder, bank)
    np.save(out / "background.npy", rows.astype(np.float16))
    found = outcomes(encoder, sets, rows)
    fitted = fit(found)
    (out / "calibration.json").write_text(json.dumps(fitted, indent=1) + "\n", "utf-8")
    print(f"calibration from {len(found)} questions: {fitted}")


def encoded(encoder: object, some: Sequence[Labelled]) -> npt.NDArray[np.float32]:
    """Vectors of pictures by the encoder that ships."""
    found, batch = [], []
    for image in pictures.read(list(some)):
        batch.append(np.asarray(image))
        if len(batch) == 32:
            found.append(encoder.encode_pictures(batch))  # type: ignore[attr-defined]
            batch = []
    if batch:
        found.append(encoder.encode_pictures(batch))  # type: ignore[attr-defined]
    return np.concatenate(found)


def outcomes(encoder: object, sets: Sets, bank: npt.NDArray[np.float32]) -> list[Outcome]:
    """Ask libraries of held-out pictures."""
    rng = np.random.default_rng(11)
    pool = [*sets.dev, *sets.far, *sets.unknown]
    seen = encoded(encoder, pool)
    asked = _questions(pool, rng)
    texts = list(dict.fromkeys(text for text, _ in asked))
    told = dict(zip(texts, encoder.encode_words(texts, query=True), strict=True))  # type: ignore[attr-defined]
    found = []
    for text, right in asked:
        for size in SIZES:
            present = rng.random() < 0.5
            others = rng.permutation([i for i in range(len(pool)) if i not in right])
            held = [rng.choice(sorted(right))] if present else []
            library = np.array([*held, *others[: max(2, min(size, len(pool) // 2) - len(held))]])
            found.append(_outcome(told[text], seen[library], bank, present))
    return found


def _questions(
    pool: Sequence[Labelled], rng: np.random.Generator
) -> list[tuple[str, frozenset[int]]]:
    """Texts with the pictures that they are right for: one caption a picture, labels thrice."""
    found = []
    by_label: dict[str, set[int]] = {}
    for i, one in enumerate(pool):
        if one.label:
            by_label.setdefault(one.label, set()).add(i)
        else:
            found.append((str(rng.choice(one.captions)), frozenset((i,))))
    for label, right in by_label.items():
        found += [(f, frozenset(right)) for f in label_forms(label) for _ in range(ROUNDS)]
    return found


def _outcome(
    question: npt.NDArray[np.float32],
    library: npt.NDArray[np.float32],
    bank: npt.NDArray[np.float32],
    present: bool,
) -> Outcome:
    from kinolex.search.likeness import picture_background, picture_line

    cosines = library @ question
    background = picture_background(bank @ question, cosines, len(library))
    best = int(np.argmax(cosines))
    above = float(background.standard(cosines[best])) - picture_line(len(library))
    return Outcome(above, float(cosines[best]), present and best == 0)
