"""The speech stage: one sound pass feeds voice activity and transcription, in bounded pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from kinolex.encoders.protocols import SpeechEncoder
from kinolex.library.records import Passage
from kinolex.media.types import SoundPiece

__all__ = ["spoken_passages"]


def _watched(pieces: Iterable[SoundPiece], moved: Callable[[float], None]) -> Iterator[SoundPiece]:
    for piece in pieces:
        yield piece
        moved(piece.end)


def spoken_passages(
    pieces: Iterable[SoundPiece],
    encoder: SpeechEncoder,
    *,
    duration: float,
    language: str = "",
    moved: Callable[[float], None],
) -> tuple[Passage, ...]:
    """Transcribe one track; passages lie inside the video, in order of time.

    Parameters
    ----------
    pieces : iterable of SoundPiece
        Consecutive pieces of the track.
    encoder : SpeechEncoder
        What turns sound into words.
    duration : float
        Of the video, seconds.
    language : str, optional
        ISO 639-1; empty lets the encoder decide.
    moved : callable
        Told the time reached, in seconds.
    """
    passages = []
    for spoken in encoder.transcribe(_watched(pieces, moved), language=language):
        if spoken.span.start >= duration or not spoken.text.strip():
            continue
        passages.append(
            Passage(
                spoken.span.within(duration),
                spoken.text.strip(),
                "speech",
                language=spoken.language,
                confidence=spoken.confidence,
                words=tuple((w.start, w.end, w.text) for w in spoken.words),
            )
        )
    return tuple(passages)
