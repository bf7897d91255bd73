"""When does a score mean "this is shown"? Fitted on pictures that training never saw.

Libraries are put together from held-out pictures, and asked for things that are in them and things
that are not. Of each question's best picture three numbers are kept: its standard score less the
line that the best of so many unrelated pictures hardly reaches, its raw cosine, and 1. A logistic
regression whose two weights may not be negative tells right answers from wrong ones; divided by
the slope of `kinolex.search.likeness.picture_chance` it is the encoder's ``calibration.json``.

Captions of the dev split are asked of libraries that hold their picture, and of libraries of
another source, in which nothing fits. Names of classes that no label of training named are asked of
libraries of both sources, with and without pictures of their class. Where a caption's own picture
is there but another comes first, nobody knows whether that one fits too: left out.

Some pictures score high whatever is asked. So the mean vector of general questions is taken away
from each question first, ``popularity`` times; the background stays that of the question as it was
asked. That tells present from absent better and better, but from some point on the wrong pictures
come first: of a few values the likeliest is kept of those whose recall is within a standard error
of the best (the one-standard-error rule of Breiman et al. 1984).
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from kinolex.encoders.picture import OnnxPictures
from kinolex.search.calibrate import unpopular
from kinolex.search.likeness import GENERAL, Likeness, picture_background, picture_line
from recipes.starter import pictures
from recipes.starter.pictures import Labelled
from recipes.starter.prepare import Sets, label_forms
from recipes.starter.regression import Outcome, fit, likelihood

SIZES = (60, 200, 600)
"""Pictures in the libraries."""

POPULARITY = (0.0, 0.3, 0.6, 1.0, 1.4, 1.8, 2.2)

ROUNDS = 12
"""How often each form of a label is asked."""


def write(sets: Sets, bank: Sequence[Labelled], out: Path) -> None:
    """Write ``background.npy`` and ``calibration.json`` into a model's folder."""
    encoder = OnnxPictures("starter", out)
    rows = encoded(encoder, bank)
    np.save(out / "background.npy", rows.astype(np.float16))
    asked = questions(encoder, sets)
    first = {popularity: recalled(asked, popularity) for popularity in POPULARITY}
    least = lowest(max(first.values()), sum(not label for _, _, label in asked.questions))
    tried = {}
    for popularity in POPULARITY:
        found = outcomes(asked, rows, popularity)
        fitted = fit(found)
        value = likelihood(found, fitted)
        print(f"popularity {popularity}: {value:.4f}, R@1 {first[popularity]:.3f}, {fitted}")
        if first[popularity] >= least:
            tried[value] = {**fitted, "popularity": popularity}
    chosen = tried[max(tried)]
    (out / "calibration.json").write_text(json.dumps(chosen, indent=1) + "\n", "utf-8")


def lowest(best: float, count: int) -> float:
    """A share that is as good as the best, for all that so many questions can tell.

    >>> round(lowest(0.25, 1000), 4)
    0.2363
    """
    return best - math.sqrt(best * (1 - best) / max(1, count))


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


@dataclass(frozen=True)
class Asked:
    """Held-out pictures, and what is asked of them: vector, right pictures, is it a label."""

    seen: npt.NDArray[np.float32]
    near: int
    questions: list[tuple[npt.NDArray[np.float32], frozenset[int], bool]]
    general: npt.NDArray[np.float32]


def questions(encoder: object, sets: Sets) -> Asked:
    """Encode the held-out pictures and everything asked of them."""
    rng = np.random.default_rng(11)
    pool = [*sets.dev, *sets.unknown]
    near = len(sets.dev)
    asked = [
        (str(rng.choice(one.captions)), frozenset((i,)), False) for i, one in enumerate(sets.dev)
    ]
    for label in sorted({one.label for one in sets.unknown}):
        right = frozenset(near + i for i, one in enumerate(sets.unknown) if one.label == label)
        asked += [(form, right, True) for form in label_forms(label) for _ in range(ROUNDS)]
    texts = list(dict.fromkeys((*GENERAL, *(text for text, _, _ in asked))))
    told = dict(zip(texts, encoder.encode_words(texts, query=True), strict=True))  # type: ignore[attr-defined]
    general = np.stack([told[text] for text in GENERAL])
    rows = [(told[text], right, label) for text, right, label in asked]
    return Asked(encoded(encoder, pool), near, rows, general)


def recalled(asked: Asked, popularity: float) -> float:
    """Share of captions whose own picture comes first among the captioned ones; 0 without any."""
    known = [(vector, right) for vector, right, label in asked.questions if not label]
    if not known:
        return 0.0
    told = np.stack([unpopular(vector, asked.general, popularity) for vector, _ in known])
    best = (told @ asked.seen[: asked.near].T).argmax(axis=1)  # lengths do not change the order
    return float(np.mean([b in right for b, (_, right) in zip(best, known, strict=True)]))


def outcomes(asked: Asked, bank: npt.NDArray[np.float32], popularity: float) -> list[Outcome]:
    """Ask libraries put together from the pictures."""
    rng = np.random.default_rng(12)
    near, far = np.arange(asked.near), np.arange(asked.near, len(asked.seen))
    found = []
    for vector, right, label in asked.questions:
        less = unpopular(vector, asked.general, popularity)
        for size in SIZES:
            present = bool(rng.random() < 0.5)
            elsewhere = np.concatenate([near, far]) if label or not len(far) else far
            pool = near if present and not label else elsewhere
            others = rng.permutation([i for i in pool if i not in right])
            held = [int(rng.choice(sorted(right)))] if present else []
            library = np.array([*held, *others[: max(2, size - len(held))]])
            ground = picture_background(bank @ vector, asked.seen[library] @ vector, len(library))
            one = _outcome(asked.seen[library] @ less, ground, present)
            if label or one.right or not present:
                found.append(one)
    return found


def _outcome(scores: npt.NDArray[np.float32], ground: Likeness, present: bool) -> Outcome:
    """What the best picture scored, without its popularity, beside the question as asked."""
    best = int(np.argmax(scores))
    above = float(ground.standard(scores[best])) - picture_line(len(scores))
    return Outcome(above, float(scores[best]), present and best == 0)
