"""Texts as token vectors of the frozen sentence encoder, each computed once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

LONGEST = 40
"""Tokens of a text that are read; captions have 12."""

DIMENSIONS = 384


class Texts:
    """Token vectors of many texts, side by side.

    Parameters
    ----------
    texts : sequence of str
        Distinct.
    vectors : (tokens, 384) float16
    starts : (texts + 1,) int64
    """

    def __init__(
        self, texts: Sequence[str], vectors: npt.NDArray[np.float16], starts: npt.NDArray[np.int64]
    ) -> None:
        self.place = {text: i for i, text in enumerate(texts)}
        self.vectors, self.starts = torch.from_numpy(vectors), torch.from_numpy(starts)
        sums = np.add.reduceat(vectors, starts[:-1], axis=0, dtype=np.float32)
        self.means = torch.from_numpy(sums / np.diff(starts)[:, None].astype(np.float32))

    def ids(self, texts: Iterable[str]) -> list[int]:
        """Places of texts."""
        return [self.place[text] for text in texts]

    def tokens(self, ids: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Token vectors, (n, longest, 384) float32, and a mask (n, longest) that is True inside."""
        rows = torch.as_tensor(ids)
        first, last = self.starts[rows], self.starts[rows + 1]
        lengths = last - first
        steps = torch.arange(int(lengths.max()))
        mask = steps[None] < lengths[:, None]
        found = self.vectors[torch.where(mask, first[:, None] + steps, 0)].float()
        return found * mask[..., None], mask


def encoded(texts: Iterable[str], folder: Path, name: str) -> Texts:
    """Encode texts; those that were encoded before are read."""
    from kinolex.encoders.registry import load_words

    wanted = list(dict.fromkeys(texts))
    listed, stored = folder / f"{name}.json", folder / f"{name}.npz"
    known: dict[str, npt.NDArray[np.float16]] = {}
    if stored.exists() and listed.exists():
        before = json.loads(listed.read_text("utf-8"))
        with np.load(stored) as kept:
            vectors, starts = kept["vectors"], kept["starts"]
        if before == wanted:
            return Texts(wanted, vectors, starts)
        known = {t: vectors[starts[i] : starts[i + 1]] for i, t in enumerate(before)}
    new = [text for text in wanted if text not in known]
    encoder = load_words("all-minilm-l6-v2")
    for first in range(0, len(new), 4096):
        some = new[first : first + 4096]
        for text, tokens in zip(some, encoder.encode_tokens(some), strict=True):
            known[text] = tokens[:LONGEST].astype(np.float16)
    pieces = [known[text] for text in wanted]
    starts = np.cumsum([0, *(len(p) for p in pieces)], dtype=np.int64)
    vectors = np.concatenate(pieces)
    folder.mkdir(parents=True, exist_ok=True)
    listed.unlink(missing_ok=True)
    np.savez(stored, vectors=vectors, starts=starts)
    listed.write_text(json.dumps(wanted), "utf-8")
    return Texts(wanted, vectors, starts)
