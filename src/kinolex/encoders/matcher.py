"""`OnnxMatcher`: a matcher that was trained in the lab, applied without torch.

A matcher judges a stretch of several frames beside a sentence, where an encoder judges one frame.
It is a folder with ``matcher.json`` and three ONNX files that follow the three steps of
`kinolex.lab.matchers.base.Matcher`:

``video.onnx``
    ``frames`` float32 (v, f, d), zeros where the mask is False, and ``mask`` bool (v, f), to what
    is stored of v stretches; ``f`` is ``frames`` of the card.
``text.onnx``
    ``sentences`` float32 (t, d) to what is stored of t sentences.
``score.onnx``
    What is stored of both sides, named ``text_...`` and ``video_...``, to ``scores`` (t, v).

``matcher.json`` (``kinolex.matcher/1``) says in which space frames and sentences have to be
(``NAME@VERSION`` of a picture encoder), what unrelated pairs score, and who made it from what. The
lab writes such folders (`kinolex matchers export`); anybody else may.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kinolex.encoders import runtime
from kinolex.encoders.hashes import remembered_sha256
from kinolex.errors import EncoderError
from kinolex.settings import Settings

__all__ = [
    "CARD",
    "SCHEMA",
    "SIDES",
    "MatcherCard",
    "OnnxMatcher",
    "evenly",
    "read_matcher",
    "stretches",
]

SCHEMA = "kinolex.matcher/1"
CARD = "matcher.json"
SIDES = ("text.onnx", "video.onnx", "score.onnx")
"""Files beside the card."""

MOST_FRAMES, MOST_DIMENSIONS = 4096, 65536
"""What a card may ask for."""

MOST_NUMBERS = 1 << 22
"""Numbers in one stretch, frames times dimensions; memory is laid out for many stretches."""

_MOST_CARD = 1 << 20
_MOST_DEEP = 16
_WORDS = ("name", "matcher", "title", "paper", "kind", "space")

Stored = Mapping[str, npt.NDArray[Any]]
"""What is stored of several texts, or of several stretches: arrays with these in first place."""


@dataclass(frozen=True, slots=True)
class MatcherCard:
    """What ``matcher.json`` says.

    Parameters
    ----------
    name : str
        Of this one, for tables.
    matcher, title, paper, kind : str
        Of its kind: pooled, late or conditioned.
    space : str
        Of the frames and sentences that it was trained on, as `kinolex.search` names it.
    dimensions, frames : int
        Of a vector; of a stretch at most.
    cosine : bool
        Whether scores lie in [-1, 1]; they are judged by their `numpy.arctanh` then.
    mean, deviation : float
        Of its scores of unrelated pairs (if ``cosine``, of their arctanh), on the captions that
        picked the checkpoint.
    shift : float
        How many standard scores above `kinolex.search.likeness.picture_line` its own line lies.
    agreement : float
        Largest difference of its scores from those of the lab, when it was written.
    files : mapping of str to str
        SHA-256 of each file of `SIDES`.
    more : mapping
        For people: settings, figures on validation.
    """

    name: str
    matcher: str
    title: str
    paper: str
    kind: str
    space: str
    dimensions: int
    frames: int
    cosine: bool
    mean: float
    deviation: float
    shift: float
    agreement: float
    files: Mapping[str, str]
    more: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"schema": SCHEMA, **asdict(self)}


def read_matcher(folder: Path) -> MatcherCard:
    """Read the card of a matcher and check that its files are those that it was written with.

    Raises
    ------
    EncoderError
        If there is none, it is not understood, or a file is missing or another one.
    """
    try:
        card = _card(folder)
        for name in SIDES:
            if not (folder / name).is_file():
                raise EncoderError(f"The file {folder / name} is missing.")
            if remembered_sha256(folder / name) != card.files.get(name):
                raise EncoderError(
                    f"{folder / name} is not the file that {CARD} speaks of.",
                    hint="Export the matcher again.",
                )
    except OSError as error:
        why = error.strerror or error
        raise EncoderError(f"The matcher at {folder} cannot be read: {why}.") from error
    return card


def _card(folder: Path) -> MatcherCard:
    if not (folder / CARD).is_file():
        raise EncoderError(
            f"{folder} holds no matcher: there is no {CARD}.",
            hint="`kinolex matchers export` writes such a folder.",
        )
    try:
        if (folder / CARD).stat().st_size > _MOST_CARD:
            raise ValueError("it is larger than any card")
        given = json.loads((folder / CARD).read_text(encoding="utf-8"))
        if not isinstance(given, dict) or given.pop("schema", "") != SCHEMA:
            raise ValueError(f"it is not of the form {SCHEMA}")
        card = MatcherCard(**given)
        _check(card)
    except (ValueError, TypeError) as error:
        raise EncoderError(f"{folder / CARD} is not understood: {error}.") from error
    except RecursionError as error:
        raise EncoderError(f"{folder / CARD} is not understood: it is nested too deep.") from error
    return card


def _check(card: MatcherCard) -> None:
    words = [getattr(card, name) for name in _WORDS]
    if not all(isinstance(one, str) and one.isprintable() for one in words):
        raise ValueError(f"{', '.join(_WORDS)} must be texts of one line")
    numbers = (card.mean, card.deviation, card.shift, card.agreement)
    if not all(_finite(one) for one in numbers):
        raise ValueError("mean, deviation, shift and agreement must be numbers")
    if not isinstance(card.cosine, bool):
        raise ValueError("cosine must be true or false")
    if card.deviation <= 0:
        raise ValueError("the deviation must be above 0")
    for name, most in (("frames", MOST_FRAMES), ("dimensions", MOST_DIMENSIONS)):
        value = getattr(card, name)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= most:
            raise ValueError(f"{name} must be a whole number from 1 to {most}")
    if card.frames * card.dimensions > MOST_NUMBERS:
        raise ValueError(f"a stretch would have more than {MOST_NUMBERS} numbers")
    if not isinstance(card.files, dict) or not isinstance(card.more, dict):
        raise ValueError("files and more must be objects")
    if _deeper(card.more, _MOST_DEEP):
        raise ValueError("it is nested too deep")


def _finite(value: object) -> bool:
    """Whether it is a number that arithmetic holds for."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return abs(value) < 1e30  # false for no number, too


def _deeper(value: object, than: int) -> bool:
    """Whether lists and objects lie in each other more often.

    Examples
    --------
    >>> _deeper({"a": [[1]]}, 3), _deeper({"a": [[1]]}, 2)
    (False, True)
    """
    if not isinstance(value, (dict, list)):
        return False
    held = value.values() if isinstance(value, dict) else value
    return than == 0 or any(_deeper(one, than - 1) for one in held)


class OnnxMatcher:
    """A matcher's three graphs, each opened when it is first needed.

    Parameters
    ----------
    folder : Path
    settings : Settings, optional
        Device and threads.

    Raises
    ------
    EncoderError
        If the folder holds no matcher, or a damaged one.
    """

    def __init__(self, folder: Path, settings: Settings | None = None) -> None:
        self.folder = folder
        self.card = read_matcher(folder)
        self._settings = settings
        self._sessions: dict[str, Any] = {}

    def texts(self, sentences: npt.NDArray[np.float32]) -> Stored:
        """What is stored of sentences, float32 (t, d)."""
        return self._stored("text", len(sentences), {"sentences": sentences})

    def videos(self, frames: npt.NDArray[np.float32], mask: npt.NDArray[np.bool_]) -> Stored:
        """What is stored of stretches, float32 (v, frames of the card, d) and bool (v, frames)."""
        return self._stored("video", len(frames), {"frames": frames, "mask": mask})

    def score(self, texts: Stored, videos: Stored) -> npt.NDArray[np.float32]:
        """Scores of all pairs, (t, v).

        Raises
        ------
        EncoderError
            If the graph gives something else, or what is no number.
        """
        given = {**_named("text", texts), **_named("video", videos)}
        found = self._run("score.onnx", given, "").get("scores")
        wanted = tuple(len(next(iter(side.values()), ())) for side in (texts, videos))
        fits = isinstance(found, np.ndarray) and found.dtype.kind == "f" and found.shape == wanted
        if not fits or found is None:
            raise EncoderError(
                f"{self.folder / 'score.onnx'} does not give one score for each pair.",
                hint="Export the matcher again.",
            )
        if not np.isfinite(found).all():
            raise EncoderError(
                f"The matcher {self.card.name} gives scores that are no numbers.",
                hint="Search without it, or train and export it again.",
            )
        return found

    def _stored(self, side: str, count: int, given: Stored) -> Stored:
        found = self._run(f"{side}.onnx", given, side)
        for name, one in found.items():
            fits = isinstance(one, np.ndarray) and one.dtype.kind in "biuf"
            if not fits or one.shape[:1] != (count,):
                raise EncoderError(
                    f"{self.folder / side}.onnx gives no {name} for each of {count}.",
                    hint="Export the matcher again.",
                )
        return found

    def _run(self, name: str, given: Stored, prefix: str) -> dict[str, npt.NDArray[Any]]:
        if name not in self._sessions:
            self._sessions[name] = runtime.session(self.folder / name, self._settings)
        opened = self._sessions[name]
        # A graph has no input that it does not look at, such as the mask of a plain maximum.
        wanted = {one.name for one in opened.get_inputs()}
        try:
            arrays = opened.run(None, {n: one for n, one in given.items() if n in wanted})
        except Exception as error:  # onnxruntime raises its own classes, without a common base
            first = (str(error).strip().splitlines() or [""])[0][:200]
            raise EncoderError(f"{self.folder / name} cannot be run: {first}.") from error
        names = (one.name.removeprefix(f"{prefix}_") for one in opened.get_outputs())
        return dict(zip(names, arrays, strict=True))


def _named(side: str, stored: Stored) -> dict[str, npt.NDArray[Any]]:
    return {f"{side}_{name}": one for name, one in stored.items()}


def evenly(count: int, most: int) -> npt.NDArray[np.intp]:
    """Which of ``count`` frames are taken where ``most`` fit: spread evenly, in order.

    Examples
    --------
    >>> evenly(7, 3).tolist(), evenly(2, 3).tolist()
    ([1, 3, 5], [0, 1])
    """
    if count <= most:
        return np.arange(count)
    return ((np.arange(most) + 0.5) * count / most).astype(np.intp)


def stretches(
    rows: npt.NDArray[np.floating[Any]], spans: Sequence[npt.NDArray[np.intp]], most: int
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    """Frames of several stretches as a matcher takes them: padded with zeros, and their mask.

    Parameters
    ----------
    rows : ndarray, shape (n, d)
        Vectors of frames.
    spans : sequence of ndarray of intp
        Which rows each stretch has, in order; at most ``most``.
    most : int

    Examples
    --------
    >>> frames, mask = stretches(np.eye(2), [np.array([1])], 2)
    >>> frames.tolist(), mask.tolist()
    ([[[0.0, 1.0], [0.0, 0.0]]], [[True, False]])
    """
    lengths = np.array([len(one) for one in spans], np.intp)
    mask = np.arange(most) < lengths[:, None]
    frames = np.zeros((len(spans), most, rows.shape[1]), np.float32)
    if len(spans):
        frames[mask] = rows[np.concatenate(spans)]
    return frames, mask
