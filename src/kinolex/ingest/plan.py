"""What a video still needs: its channels' states against the encoders at hand.

A channel is stamped with encoder, version and the settings that change its result. Where the
stamp differs only in the sentence encoder, the words stay and only their vectors are made again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from kinolex.encoders.protocols import Encoder
from kinolex.ingest.models import Models
from kinolex.library.copies import SUBTITLES
from kinolex.library.records import ChannelState, Stamp
from kinolex.settings import Settings

__all__ = ["SUBTITLES", "Need", "Stamps", "needs"]

NOTHING = "none"


@dataclass(frozen=True, slots=True)
class Stamps:
    """The stamps that this run writes; None where a channel's encoder is not here."""

    title: Stamp
    picture: Stamp | None
    screen: Stamp | None
    speech: Stamp | None
    subtitles: Stamp

    def encoded(self) -> tuple[Stamp, ...]:
        """Stamps of the channels that encoders fill, where those are here."""
        return tuple(s for s in (self.picture, self.screen, self.speech) if s is not None)

    @classmethod
    def of(cls, settings: Settings, models: Models, channels: Collection[str]) -> Stamps:
        """Stamps of the chosen channels; loads their encoders."""
        words = models.words_space()
        every = {"every": settings.every}

        def stamp(channel: str, encoder: Encoder | None, **more: object) -> Stamp | None:
            if encoder is None or channel not in channels:
                return None
            return Stamp(channel, encoder.name, encoder.version, more)

        return cls(
            title=Stamp("title", "names", "1", {"words": words}),
            picture=stamp("picture", models.picture() if "picture" in channels else None, **every),
            screen=stamp(
                "screen", models.screen() if "screen" in channels else None, words=words, **every
            ),
            speech=stamp(
                "speech",
                models.speech() if "speech" in channels else None,
                words=words,
                language=settings.language,
            ),
            subtitles=Stamp("speech", SUBTITLES, "1", {"words": words}),
        )


@dataclass(frozen=True, slots=True)
class Need:
    """What one video still needs; ``embed`` names channels whose words only need vectors."""

    picture: bool = False
    screen: bool = False
    speech: bool = False
    preview: bool = False
    embed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.picture or self.screen or self.speech or bool(self.embed)


def _same_but_words(state: ChannelState, stamp: Stamp) -> bool:
    """Whether only the sentence encoder differs."""
    if state.stamp is None:
        return False
    ours = {k: v for k, v in stamp.settings.items() if k != "words"}
    theirs = {k: v for k, v in state.stamp.settings.items() if k != "words"}
    return (
        state.stamp.encoder == stamp.encoder
        and state.stamp.version == stamp.version
        and ours == theirs
    )


def _check(state: ChannelState | None, stamp: Stamp | None) -> str:
    """``done``, ``embed`` or ``do`` for one channel."""
    if stamp is None:
        return "done"
    if state is None or state.state == "partial":
        return "do"
    if state.key == stamp.key:
        return "done"
    if _same_but_words(state, stamp):
        # Losing the sentence encoder is no reason to throw its vectors away.
        return "embed" if stamp.settings.get("words") else "done"
    return "do"


def needs(
    states: Mapping[str, ChannelState],
    stamps: Stamps,
    *,
    film: bool,
    sound: bool,
    redo: Collection[str] = (),
) -> Need:
    """Compare one video's states with the stamps of this run.

    Parameters
    ----------
    states : mapping
        Channel to state.
    stamps : Stamps
        What this run would write.
    film, sound : bool
        What the file holds: without film no picture, without sound no speech.
    redo : collection of str
        Channels to do again in any case.
    """
    checks = {
        "title": "embed" if _check(states.get("title"), stamps.title) == "embed" else "done",
        "picture": _check(states.get("picture"), stamps.picture) if film else "done",
        "screen": _check(states.get("screen"), stamps.screen) if film else "done",
        "speech": "done",
    }
    spoken = states.get("speech")
    if spoken is not None and spoken.stamp is not None and spoken.stamp.encoder == SUBTITLES:
        checks["speech"] = "embed" if _check(spoken, stamps.subtitles) == "embed" else "done"
    elif sound:
        checks["speech"] = _check(spoken, stamps.speech)
    for stamp in stamps.encoded():
        fits = sound if stamp.channel == "speech" else film
        if stamp.channel in redo and fits:
            checks[stamp.channel] = "do"
    picture = checks["picture"] == "do"
    return Need(
        picture=picture,
        screen=checks["screen"] == "do",
        speech=checks["speech"] == "do",
        preview=picture and "picture" not in states,
        embed=tuple(c for c, check in checks.items() if check == "embed"),
    )
