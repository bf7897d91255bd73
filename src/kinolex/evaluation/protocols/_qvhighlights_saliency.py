"""Highlights by saliency, all queries, annotators and levels at once; `qvhighlights` says how."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from kinolex.errors import UsageError
from kinolex.evaluation.moments import Truth
from kinolex.evaluation.protocols._qvhighlights_windows import kept_sums

__all__ = ["average_precisions", "hits", "ratings"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]

_CLIP = 2.0
_ANNOTATORS = 3


def ratings(truth: Sequence[Truth]) -> tuple[Floats, Counts]:
    """Ratings, shape (n, clips, 3), 0 where nobody rated; and how many clips each video has."""
    for one in truth:
        _check(one)
    clips = np.array([int(one.duration / _CLIP) for one in truth])
    dense = np.zeros((len(truth), int(clips.max()), _ANNOTATORS))
    rows = np.repeat(np.arange(len(truth)), [len(one.clips) for one in truth])
    rated = [one.saliency.reshape(-1, _ANNOTATORS) for one in truth]
    dense[rows, np.concatenate([one.clips for one in truth])] = np.concatenate(rated)
    return dense, clips


def _check(one: Truth) -> None:
    clips = 0 if np.isnan(one.duration) else int(one.duration / _CLIP)
    if clips < 1:
        raise UsageError(
            f"Query {one.query!r} needs the duration of its video, at least one clip of 2 s.",
            hint="Leave the saliency out to evaluate moments only.",
        )
    if not len(one.clips):
        return
    if one.saliency.shape[1] != _ANNOTATORS:
        raise UsageError(
            f"Query {one.query!r} was rated by {one.saliency.shape[1]} people, not by 3.",
            hint="QVHighlights has three ratings a clip.",
        )
    if one.clips.min() < 0 or one.clips.max() >= clips:
        raise UsageError(
            f"Query {one.query!r} rates a clip outside its {clips} clips.",
            hint="Clips of 2 s are counted from 0.",
        )


def average_precisions(positive: Bools, clips: Counts, saliency: Sequence[Floats]) -> Floats:
    """Average precision, shape (n, judgements), of positives of shape (n, judgements, clips)."""
    width = positive.shape[2]
    scores = _cut(saliency, clips, width)
    order = np.argsort(-scores, axis=1, kind="stable")
    scores = np.take_along_axis(scores, order, axis=1)
    # A group of equal scores is one step; padding is the last group, and holds no positive.
    ends = np.ones((len(scores), 1, width), dtype=bool)
    ends[:, 0, :-1] = scores[:, :-1] != scores[:, 1:]
    found = np.cumsum(np.take_along_axis(positive, order[:, None], axis=2), axis=2, dtype=np.int32)
    at_ends = np.maximum.accumulate(found * ends, axis=2)
    steps = ends & (np.diff(at_ends, axis=2, prepend=0) > 0)
    precision = np.where(ends, found / np.arange(1, width + 1), 0.0)
    # From the lowest score up, as the published mean adds.
    best = np.maximum.accumulate(precision[..., ::-1], axis=2)
    areas: Floats = kept_sums(best, steps[..., ::-1]) / np.maximum(steps.sum(axis=2), 1)
    return areas


def _cut(saliency: Sequence[Floats], clips: Counts, width: int) -> Floats:
    """Scores cut or filled with 0 to the clips of the truth; -inf behind them."""
    out = np.where(np.arange(width) < clips[:, None], 0.0, -np.inf)
    counts = np.minimum([len(one) for one in saliency], clips)
    taken = [one[:count] for one, count in zip(saliency, counts, strict=True)]
    out[np.arange(width) < counts[:, None]] = np.concatenate(taken)
    return out


def hits(positive: Bools, clips: Counts, saliency: Sequence[Floats]) -> Bools:
    """Whether the clip of the highest score is positive, shape (n, judgements)."""
    first = np.array([int(one.argmax()) for one in saliency])
    inside = first < clips
    right: Bools = positive[np.arange(len(first)), :, np.where(inside, first, 0)]
    return right & inside[:, None]
