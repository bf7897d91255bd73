"""A cache of features: every video decoded once, then read in batches through memory maps.

A cache is a folder. ``cache.json`` says what it is; ``videos.jsonl`` and ``texts.jsonl`` have one
line an item, and each kind of vector lies in one file of float16 without header, item after item:
``frames``, ``patches``, ``sound``, ``context``, ``sentences``, ``words``
(``kinolex.lab.features/1``). A cache for training end to end (``kinolex.lab.pixels/1``) holds
``pixels`` instead of frames, bytes of 3 x side x side, and ``ids`` instead of sentences, the
numbers of tokens. A line is written when its rows are on the disk (`kinolex.lab.rows`), so that
what was interrupted goes on where it stopped.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from kinolex.encoders.matcher import evenly
from kinolex.errors import UsageError
from kinolex.lab.matchers.base import Sizes, Texts, Videos
from kinolex.lab.rows import Form, Rows, forms, items

__all__ = ["PIXELS", "SCHEMA", "Cache", "Writer"]

SCHEMA, PIXELS = "kinolex.lab.features/1", "kinolex.lab.pixels/1"
"""Caches of vectors, and of pixels and tokens."""

Array = npt.NDArray[Any]


class Writer:
    """Writes a cache, or goes on with one.

    Parameters
    ----------
    place : path-like
        The folder; made where it is not there.
    model : str
        Whose vectors they are. A cache holds those of one model.
    dimensions : int
        Of the space that frames and texts share. With pixels that of sound and context; 0: neither.
    patches : int
        Of each frame; 0: none.
    words, sound, context : bool
        Whether texts come with words, and videos with pieces of sound and with vectors of the
        clips around them.
    pixels : int
        Side of the pictures that are kept instead of frames' vectors; 0: vectors are kept.
    tokens : mapping, optional
        Of a cache of pixels, what `kinolex.lab.tokenizing.told` says of its tokens.

    Raises
    ------
    UsageError
        If the folder holds a cache of something else, or cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> with Writer(folder.name, model="toy", dimensions=2) as to:
    ...     to.add_video("v", np.eye(2))
    ...     to.add_text("a dog", np.ones(2))
    >>> Cache(folder.name).videos(["v"]).frames.tolist()
    [[[1.0, 0.0], [0.0, 1.0]]]
    >>> folder.cleanup()
    """

    def __init__(
        self,
        place: Path | str,
        *,
        model: str,
        dimensions: int,
        patches: int = 0,
        words: bool = False,
        sound: bool = False,
        context: bool = False,
        pixels: int = 0,
        tokens: Mapping[str, Any] | None = None,
    ) -> None:
        self.place = Path(place)
        self.about: dict[str, Any] = {
            "schema": SCHEMA,
            "model": model,
            "dimensions": dimensions,
            "patches": patches,
            "words": words,
            "sound": sound,
            "context": context,
        }
        if pixels:
            self.about |= {"schema": PIXELS, "pixels": pixels, "tokens": dict(tokens or {})}
            if patches or words:
                raise UsageError("Patches and words are vectors: no cache of pixels holds them.")
        try:
            self.place.mkdir(parents=True, exist_ok=True)
            self._claim()
            self._sides = {
                "videos": Rows(self.place, "videos", forms(self.about, "videos")),
                "texts": Rows(self.place, "texts", forms(self.about, "texts")),
            }
        except OSError as error:
            raise UsageError(
                f"{self.place} cannot be written: {error.strerror or error}."
            ) from error

    def _claim(self) -> None:
        card = self.place / "cache.json"
        if card.exists():
            there = _about(self.place)
            if there != self.about:
                differs = [n for n in self.about if there.get(n) != self.about[n]]
                raise UsageError(
                    f"{self.place} is a cache with another {' and '.join(differs)}.",
                    hint="Name another folder.",
                )
            return
        part = card.with_suffix(".part")
        part.write_text(json.dumps(self.about) + "\n", encoding="utf-8")
        os.replace(part, card)

    def has_video(self, name: str) -> bool:
        """Whether it is there already."""
        return name in self._sides["videos"].names

    def has_text(self, text: str) -> bool:
        """Whether it is there already."""
        return text in self._sides["texts"].names

    def add_video(
        self,
        name: str,
        frames: Array | None = None,
        patches: Array | None = None,
        *,
        sound: Array | None = None,
        context: Array | None = None,
        pixels: Array | None = None,
    ) -> None:
        """Add a video; one that is there already is left as it is.

        Parameters
        ----------
        name : str
            As records call it.
        frames : ndarray, shape (frames, dimensions), optional
            At least one.
        patches : ndarray, shape (frames, patches, dimensions), optional
        sound, context : ndarray, shape (pieces, dimensions), optional
        pixels : ndarray of uint8, shape (frames, 3, side, side), optional
            Instead of frames; at least one.
        """
        given = {"frames": frames, "patches": patches, "pixels": pixels}
        given |= {"sound": sound, "context": context}
        self._sides["videos"].add(name, {n: one for n, one in given.items() if one is not None})

    def add_text(
        self,
        text: str,
        sentence: Array | None = None,
        words: Array | None = None,
        *,
        ids: Array | None = None,
    ) -> None:
        """Add a text: its vector (dimensions,), and its words (words, dimensions) where known.

        In a cache of pixels: the numbers of its tokens (tokens,), begin and end included.
        """
        given = {"sentences": None if sentence is None else np.asarray(sentence)[None]}
        given |= {"words": words, "ids": ids}
        self._sides["texts"].add(text, {n: one for n, one in given.items() if one is not None})

    def flush(self) -> None:
        """Put on the disk what was added."""
        for side in self._sides.values():
            side.flush()

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for side in self._sides.values():
            side.close()


def _about(place: Path) -> dict[str, Any]:
    try:
        value = json.loads((place / "cache.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{place} is no cache of features.", hint="Make one with `kinolex features`."
        ) from error
    if not isinstance(value, dict) or value.get("schema") not in (SCHEMA, PIXELS):
        raise UsageError(f"{place} is no cache of the form {SCHEMA} or {PIXELS}.")
    return value


class Cache:
    """A cache to read; nothing is in memory but names.

    Parameters
    ----------
    place : path-like
    frames, words : int
        At most, of a video and of a text; more frames (pieces of sound, clips around) are spread
        evenly, more words cut off.

    Raises
    ------
    UsageError
        If it is no cache, or files are shorter than its lists say.
    """

    def __init__(self, place: Path | str, *, frames: int = 12, words: int = 32) -> None:
        self.place = Path(place)
        self.about = _about(self.place)
        self.most_frames, self.most_words = frames, words
        self._maps: dict[str, Array] = {}
        self._offsets: dict[str, npt.NDArray[np.intp]] = {}
        self._videos, self._texts = self._side("videos"), self._side("texts")

    def _side(self, side: Literal["videos", "texts"]) -> dict[str, int]:
        held = items(self.place / f"{side}.jsonl")
        for name, form in forms(self.about, side).items():
            counts = (one.counts[name] for one in held)
            self._offsets[name] = np.cumsum([0, *counts], dtype=np.intp)
            self._maps[name] = self._map(name, form)
        return {one.name: at for at, one in enumerate(held)}

    def _map(self, name: str, form: Form) -> Array:
        shape = int(self._offsets[name][-1]), form.width
        if not shape[0]:
            return np.zeros(shape, form.type)
        place = self.place / f"{name}.{form.kind}"
        try:
            return np.memmap(place, form.type, "r", shape=shape)
        except (OSError, ValueError) as error:
            raise UsageError(
                f"{place} is missing or too short.",
                hint="Make the cache again, in another folder.",
            ) from error

    @property
    def dimensions(self) -> int:
        """Of the space that frames and texts share; 0 where neither has a vector."""
        return int(self.about["dimensions"])

    @property
    def pixels(self) -> int:
        """Side of the pictures that are kept instead of vectors; 0: vectors are kept."""
        return int(self.about.get("pixels", 0))

    @property
    def tokens(self) -> dict[str, Any]:
        """What a cache of pixels knows of its tokens; see `kinolex.lab.tokenizing.told`."""
        return dict(self.about.get("tokens", {}))

    @property
    def sizes(self) -> Sizes:
        """What batches look like at most."""
        return Sizes(self.dimensions, self.most_frames, int(self.about["patches"]), self.most_words)

    @property
    def gives(self) -> frozenset[str]:
        """What matchers may need and find here; see `kinolex.lab.matchers.base.Needs`."""
        return frozenset(set(self._maps) - {"sentences", "ids"})

    def video_names(self) -> list[str]:
        """In their order on the disk."""
        return list(self._videos)

    def texts_held(self) -> list[str]:
        """In their order on the disk."""
        return list(self._texts)

    def missing(self, videos: Sequence[str], texts: Sequence[str]) -> tuple[list[str], list[str]]:
        """Those that are not here, each once."""
        return (
            [one for one in dict.fromkeys(videos) if one not in self._videos],
            [one for one in dict.fromkeys(texts) if one not in self._texts],
        )

    def videos(self, names: Sequence[str]) -> Videos:
        """Videos by name, padded to the longest.

        A cache of pixels gives them as they are, bytes, and frames without any number.
        """
        rows = self._rows(self._videos, names, "video")
        spans = self._spans("pixels" if self.pixels else "frames", rows, self.most_frames)
        mask = _mask(spans)
        if self.pixels:
            shape = (*mask.shape, 3, self.pixels, self.pixels)
            seen = self._padded("pixels", spans, mask, torch.uint8).view(shape)
            found = {"frames": torch.zeros(*mask.shape, 0), "pixels": seen}
        else:
            found = {"frames": self._padded("frames", spans, mask)}
        if "patches" in self._maps:
            shape = (*mask.shape, int(self.about["patches"]), self.dimensions)
            found["patches"] = self._padded("patches", spans, mask).view(shape)
        for name in {"sound", "context"} & set(self._maps):
            pieces = self._spans(name, rows, self.most_frames)
            found[name] = self._padded(name, pieces, _mask(pieces))
        return Videos(mask=mask, **found)

    def texts(self, texts: Sequence[str]) -> Texts:
        """Texts as they are written in the records, with words padded to the longest.

        Tokens of a text that is cut keep its last one, which stands for the text in CLIP.
        """
        rows = self._rows(self._texts, texts, "text")
        if self.pixels:
            spans = self._cut("ids", rows)
            for span, end in zip(spans, self._offsets["ids"][rows + 1], strict=True):
                span[-1] = end - 1
            mask = _mask(spans)
            ids = self._padded("ids", spans, mask, torch.int64)[..., 0]
            return Texts(torch.zeros(len(rows), 0), mask=mask, ids=ids)
        sentences = torch.from_numpy(np.ascontiguousarray(self._maps["sentences"][rows])).float()
        if "words" not in self._maps:
            return Texts(sentences)
        spans = self._cut("words", rows)
        mask = _mask(spans)
        return Texts(sentences, self._padded("words", spans, mask), mask)

    def _cut(self, name: str, rows: npt.NDArray[np.intp]) -> list[npt.NDArray[np.intp]]:
        starts, ends = self._offsets[name][rows], self._offsets[name][rows + 1]
        each = zip(starts, ends, strict=True)
        return [np.arange(first, min(end, first + self.most_words)) for first, end in each]

    def _rows(
        self, known: Mapping[str, int], wanted: Sequence[str], what: str
    ) -> npt.NDArray[np.intp]:
        try:
            return np.array([known[one] for one in wanted], dtype=np.intp)
        except KeyError as error:
            raise UsageError(
                f"{self.place} has no {what} {error}.",
                hint="Run `kinolex features` with these records again.",
            ) from error

    def _spans(
        self, name: str, rows: npt.NDArray[np.intp], most: int
    ) -> list[npt.NDArray[np.intp]]:
        offsets = self._offsets[name]
        return [
            first + evenly(end - first, most)
            for first, end in zip(offsets[rows].tolist(), offsets[rows + 1].tolist(), strict=True)
        ]

    def _padded(
        self, name: str, spans: Sequence[Array], mask: Tensor, kind: torch.dtype = torch.float32
    ) -> Tensor:
        held = self._maps[name]
        rows = np.concatenate(spans) if spans else np.empty(0, np.intp)
        # Torch widens halves ten times as fast as NumPy.
        taken = torch.from_numpy(np.ascontiguousarray(held[rows])).to(kind)
        if len(taken) == mask.numel():
            return taken.view(*mask.shape, held.shape[1])
        found = torch.zeros(*mask.shape, held.shape[1], dtype=kind)
        found[mask] = taken
        return found


def _mask(spans: Sequence[Array]) -> Tensor:
    lengths = [len(one) for one in spans]
    most = max(lengths, default=1)
    return torch.arange(most) < torch.tensor(lengths, dtype=torch.long)[:, None]
