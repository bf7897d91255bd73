"""Speech to words with times, by Whisper.

Radford et al. 2022 (arXiv:2212.04356), run by faster-whisper on CTranslate2. The model hears
windows of packed speech (`kinolex.encoders.speech_windows`), each on its own, so that a mistake
in one does not talk the next into it, and always greedily or by beam, never by chance: the same
sound gives the same words.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kinolex.encoders.protocols import Sound, SpokenPassage, SpokenWord
from kinolex.encoders.speech_activity import VoiceActivity
from kinolex.encoders.speech_text import (
    collapse_loops,
    ends_sentence,
    is_loop,
    joined,
    split_sentences,
    units,
)
from kinolex.encoders.speech_windows import Window, windows
from kinolex.errors import EncoderError, ModelMissingError
from kinolex.moments import Span
from kinolex.settings import Settings

if TYPE_CHECKING:
    from kinolex.encoders.cards import Card

__all__ = ["WhisperEncoder", "load"]

_DOUBTFUL = -1.0
"""Mean log probability of a segment below which it is read again, with more care."""
_HOPELESS = -1.3
"""Mean log probability below which it is noise read as words."""
_FASTEST = 10.0
"""Words a second that nobody speaks, but that a model writes over noise."""
_SURE = 0.8
_ASK_WINDOWS = 3
_ASK_AGAIN = 20
_TRY = 3


@dataclass(frozen=True, slots=True)
class _Heard:
    """A word in the track's time with what is known of the segment around it."""

    word: SpokenWord
    confidence: float
    language: str


class WhisperEncoder:
    """A `kinolex.encoders.protocols.SpeechEncoder` over a CTranslate2 Whisper folder.

    Parameters
    ----------
    name, version : str
        As on its card.
    folder : Path
        Holds ``model.bin``, ``config.json``, ``tokenizer.json`` and the vocabulary.
    compute_type : str
        As CTranslate2 names it; ``int8`` suits every CPU.
    beam : int
        Beams of the first try; a doubtful window is read again with five.
    settings : Settings, optional
        Threads and device (``cuda``, or else the CPU).

    Raises
    ------
    ModelMissingError
        If the package faster-whisper is not installed.
    EncoderError
        If the folder holds no such model.
    """

    def __init__(
        self,
        name: str,
        version: str,
        folder: Path,
        *,
        compute_type: str = "int8",
        beam: int = 1,
        settings: Settings | None = None,
    ) -> None:
        self._name, self._version, self._beam = name, version, beam
        self._folder, self._compute_type = folder, compute_type
        self._settings = settings or Settings()
        _demand(folder)

    @cached_property
    def _model(self) -> Any:
        """The model, read into memory when something is first heard: that takes seconds."""
        return _whisper(self._folder, self._compute_type, self._settings)

    @property
    def name(self) -> str:
        """Name of its card."""
        return self._name

    @property
    def version(self) -> str:
        """Version of weights and preprocessing."""
        return self._version

    @property
    def languages(self) -> frozenset[str]:
        """Codes of the languages that it knows."""
        return frozenset(self._model.supported_languages)

    def transcribe(self, pieces: Iterable[Sound], *, language: str = "") -> Iterator[SpokenPassage]:
        """Transcribe consecutive pieces of one track in bounded memory, in order of time.

        Parameters
        ----------
        pieces : iterable of Sound
            16 kHz mono float32, each with its start in seconds.
        language : str
            ISO 639-1 code when it is known; else a multilingual model listens for it.

        Yields
        ------
        SpokenPassage
            Sentences or breaths; nothing where nobody speaks. Spans come from word times.

        Raises
        ------
        EncoderError
            If the model does not know the language.
        """
        if language and language not in self.languages:
            raise EncoderError(
                f"The speech model {self._name} does not understand the language {language!r}.",
                hint="Choose a multilingual one, for example `--speech whisper-base`.",
            )
        ear = _Ear(self._model, language)
        open_words: list[_Heard] = []
        last = 0.0
        for window in windows(pieces, VoiceActivity()):
            heard = [h for h in self._hear(window, ear) if _owned(h.word, window, last)]
            last = heard[-1].word.end if heard else last
            ready, open_words = _finished(open_words + heard)
            yield from _passages(ready)
        yield from _passages(open_words)

    def _hear(self, window: Window, ear: _Ear) -> list[_Heard]:
        """The believable words of one window."""
        readings = {code: self._read(window, code, self._beam) for code in ear.languages(window)}
        language = max(readings, key=lambda code: _quality(readings[code]))
        ear.trust(language)
        segments = readings[language]
        if any(_doubtful(s) for s in segments):
            again = self._read(window, language, max(5, self._beam))
            segments = max(segments, again, key=_quality)
        return [
            heard
            for segment in segments
            if _believable(segment, window)
            for heard in _words(segment, window, language)
        ]

    def _read(self, window: Window, language: str, beam: int) -> list[Any]:
        segments, _ = self._model.transcribe(
            window.samples,
            language=language,
            beam_size=beam,
            temperature=0.0,
            condition_on_previous_text=False,
            word_timestamps=True,
        )
        return list(segments)


def load(card: Card, folder: Path, settings: Settings | None = None) -> WhisperEncoder:
    """Load the speech model of a card from the folder that holds its files.

    Raises
    ------
    ModelMissingError
        If the package faster-whisper is not installed.
    EncoderError
        If the folder does not hold such a model.
    """
    return WhisperEncoder(
        card.name,
        card.version,
        folder,
        compute_type=str(card.preprocessing.get("compute_type", "int8")),
        beam=int(card.preprocessing.get("beam", 1)),
        settings=settings,
    )


class _Ear:
    """Listens for the language until it is sure, and again from time to time."""

    def __init__(self, model: Any, language: str) -> None:
        self._model = model
        self._fixed = language or ("" if model.model.is_multilingual else "en")
        self._chances: dict[str, float] = {}
        self._asked = self._heard = 0

    def languages(self, window: Window) -> list[str]:
        """The language of the next window, or several where only reading it can tell."""
        if self._fixed:
            return [self._fixed]
        self._heard += 1
        if self._heard % _ASK_AGAIN == 0:
            self._chances, self._asked = {}, 0
        if self._asked < _ASK_WINDOWS and max(self._mean().values(), default=0.0) < _SURE:
            self._listen(window)
        chances = self._mean()
        best = sorted(chances, key=lambda code: chances[code], reverse=True)
        return best[: 1 if chances[best[0]] >= _SURE else _TRY]

    def trust(self, language: str) -> None:
        """Take the language in which a window made most sense for that of the next ones."""
        if not self._fixed and self._mean()[language] < _SURE:
            self._chances[language] += self._asked

    def _listen(self, window: Window) -> None:
        for code, chance in self._model.detect_language(audio=window.samples)[2]:
            self._chances[code] = self._chances.get(code, 0.0) + chance
        self._asked += 1

    def _mean(self) -> dict[str, float]:
        return {code: total / self._asked for code, total in self._chances.items()}


def _demand(folder: Path) -> None:
    """Refuse at once what could not be opened later."""
    if importlib.util.find_spec("faster_whisper") is None:
        raise ModelMissingError(
            "Speech needs the package faster-whisper, which is not installed.",
            hint='Run `pip install "kinolex[speech]"`.',
        )
    # Without its tokenizer the package would go and download one.
    missing = [f for f in ("model.bin", "config.json", "tokenizer.json") if not _has(folder, f)]
    if missing:
        raise EncoderError(f"The speech model in {folder} lacks {', '.join(missing)}.")


def _whisper(folder: Path, compute_type: str, settings: Settings) -> Any:
    from faster_whisper import WhisperModel

    cuda = settings.device == "cuda"
    try:
        return WhisperModel(
            str(folder),
            device="cuda" if cuda else "cpu",
            compute_type="int8_float16" if cuda and compute_type == "int8" else compute_type,
            cpu_threads=settings.threads,
            local_files_only=True,
        )
    except (RuntimeError, ValueError) as error:
        raise EncoderError(f"The speech model in {folder} cannot be loaded: {error}.") from error


def _has(folder: Path, name: str) -> bool:
    return (folder / name).is_file()


def _doubtful(segment: Any) -> bool:
    return bool(segment.avg_logprob < _DOUBTFUL or is_loop(segment.text))


def _quality(segments: Sequence[Any]) -> float:
    """Mean log probability of a reading, a loop counted as the worst."""
    lengths = [len(s.tokens) for s in segments]
    if not segments:
        return _DOUBTFUL
    scores = [-10.0 if is_loop(s.text) else s.avg_logprob for s in segments]
    return float(np.average(scores, weights=lengths))


def _believable(segment: Any, window: Window) -> bool:
    """Whether a segment is speech: by the model's own doubt and by voice activity under it."""
    words = segment.words or ()
    if not words or segment.avg_logprob < _HOPELESS:
        return False
    if segment.no_speech_prob > 0.6 and segment.avg_logprob < _DOUBTFUL / 2:
        return False
    speech = np.mean([window.speech(word.start, word.end) for word in words])
    seconds = max(words[-1].end - words[0].start, 0.01)
    return bool(speech >= 0.3 and (len(words) < 4 or len(words) / seconds <= _FASTEST))


def _words(segment: Any, window: Window, language: str) -> list[_Heard]:
    """Words of a segment at their times in the track, without loops."""
    confidence = float(min(1.0, np.exp(segment.avg_logprob)))
    kept = collapse_loops(segment.words, key=lambda word: tuple(units(word.word)))
    if is_loop("".join(word.word for word in kept)):
        return []
    heard = []
    for word in kept:
        start, end = window.span(float(word.start), float(word.end))
        spoken = SpokenWord(start, end, word.word, float(word.probability))
        heard.append(_Heard(spoken, confidence, language))
    return heard


def _owned(word: SpokenWord, window: Window, last: float) -> bool:
    """Whether the window may keep a word that a neighbour may have heard too."""
    middle = (word.start + word.end) / 2
    return middle < window.until and (not window.seam or middle >= last)


def _finished(heard: list[_Heard]) -> tuple[list[_Heard], list[_Heard]]:
    """What ends with a sentence, and the words after it, which may go on in the next window."""
    ends = [i for i, h in enumerate(heard) if ends_sentence(h.word.text)]
    cut = ends[-1] + 1 if ends else 0
    # A speaker who never ends a sentence is cut off after a minute, to bound memory.
    if len(heard) - cut > 200:
        cut = len(heard)
    return heard[:cut], heard[cut:]


def _passages(heard: Sequence[_Heard]) -> Iterator[SpokenPassage]:
    known = {id(h.word): h for h in heard}
    for words in split_sentences([h.word for h in heard]):
        about = [known[id(word)] for word in words]
        text = joined(words)
        if not units(text):
            continue
        start = words[0].start
        yield SpokenPassage(
            Span(start, max(words[-1].end, start + 0.02)),
            text,
            tuple(replace(word, text=word.text.strip()) for word in words),
            about[0].language,
            float(np.mean([h.confidence for h in about])),
        )
