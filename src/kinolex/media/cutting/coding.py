"""Coding pieces of films anew: H.264 and AAC, exact to the frame."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from kinolex.errors import MediaError
from kinolex.media.cutting.copying import muxer_options
from kinolex.media.cutting.film import Film, Shown
from kinolex.media.cutting.fitting import Fitting, even
from kinolex.media.cutting.plan import CutPlan, Piece
from kinolex.media.cutting.track import LAYOUTS, RATES, Track, sound_from
from kinolex.media.types import AudioStream

if TYPE_CHECKING:
    from av import VideoFrame

__all__ = ["code"]

OPTIONS = {"preset": "veryfast", "crf": "18", "rc-lookahead": "20", "bf": "0"}
"""Hardly to be told from the source, at a speed that two slow cores bear. Without B-frames, since
MP4 says how long the packet that is stored last is shown, which then is the last picture."""
FINEST = 90_000
"""Ticks a second where the film's own time base is finer than MP4 can say."""
MOST_TRACKS = 16
STEP = Fraction(1)
"""Seconds between two reports."""


def code(plan: CutPlan) -> Iterator[float]:
    """Write the pieces of a plan; gives seconds as they are done.

    A clip keeps the times of its frames, also at a variable rate, and all its sound tracks. A reel
    has one rate and size and one track. Interlaced pictures are deinterlaced, rotated ones turned
    upright, pixels made square, more than 8 bits become 8.

    Raises
    ------
    MediaError
        If a file cannot be read, or has neither picture nor sound there.
    """
    import av

    options = muxer_options(plan.container)
    with av.open(plan.to, "w", format=plan.container, container_options=options) as out:
        coder = _Coder(out, plan)
        for piece in plan.pieces:
            yield from coder.add(piece)
        coder.close()


@dataclass
class _Coder:
    """Writes one file, piece by piece; ``at`` is where it ends by now, in seconds."""

    out: Any
    plan: CutPlan
    at: Fraction = field(default=Fraction(0), init=False)
    _video: Any = field(default=None, init=False)
    _tracks: list[Track] = field(default_factory=list, init=False)
    _opened: bool = field(default=False, init=False)
    _lengths: dict[int, int] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        films = [p.info.video for p in self.plan.pieces if p.info.video is not None]
        self.rate = Fraction((films[0].fps if films else 0) or 25).limit_denominator(1001)
        self.size = even((films[0].width, films[0].height)) if films else (0, 0)
        unit = films[0].time_base if films and not self.plan.reel else 1 / self.rate
        self.unit = unit if unit.denominator <= FINEST * 10 else Fraction(1, FINEST)

    def add(self, piece: Piece) -> Iterator[float]:
        """Write one piece."""
        film = Film(piece, self.plan.threads)
        told, begun = Fraction(0), False
        for shown in self._pictures(piece, film):
            if not begun:
                self._begin(piece, film.base, shown.frame)
                begun = True
            for track in self._tracks:
                track.until(self.at + shown.start)
            self._picture(shown)
            if shown.end >= told + STEP:
                told = shown.end
                yield float(self.at + told)
        if not begun:
            self._begin(piece, film.base, None)
        yield from self._sound(told, self._length(film))
        self.at += self._length(film)

    def _sound(self, told: Fraction, length: Fraction) -> Iterator[float]:
        """Write the sound that is left, in steps."""
        while True:
            told = min(told + STEP, length)
            for track in self._tracks:
                track.until(self.at + told)
            yield float(self.at + told)
            if told == length:
                return

    def _length(self, film: Film) -> Fraction:
        """A piece of a reel lasts whole frames, so that sound and picture stay together."""
        return self._count(film) / self.rate if self.plan.reel and self.size[0] else film.length

    def _count(self, film: Film) -> int:
        return max(1, round(film.length * self.rate))

    def _pictures(self, piece: Piece, film: Film) -> Iterator[Shown]:
        video = piece.info.video
        if not self.plan.reel:
            return Fitting(video).fit(film) if video is not None else iter(())
        if not self.size[0]:
            return iter(())
        fitted = Fitting(video, self.size).fit(film) if video is not None else iter(())
        return self._on_grid(fitted, film)

    def _on_grid(self, pictures: Iterable[Shown], film: Film) -> Iterator[Shown]:
        """One picture for every frame of the reel: the one that is to be seen at its middle."""
        step, number, last = 1 / self.rate, 0, None
        for shown in pictures:
            last = shown.frame
            while (number + Fraction(1, 2)) * step < shown.end and number < self._count(film):
                yield Shown(number * step, (number + 1) * step, last)
                number += 1
        last = last if last is not None else _black(self.size)
        while number < self._count(film):
            yield Shown(number * step, (number + 1) * step, last)
            number += 1

    def _begin(self, piece: Piece, base: Fraction, frame: VideoFrame | None) -> None:
        """Open the file with its first picture, and turn to the piece's sound."""
        sounds = piece.info.audio[:MOST_TRACKS]
        if not self._opened:
            self._open(frame, sounds)
        chosen: list[AudioStream | None] = [*sounds]
        if self.plan.reel:
            chosen = [next((s for s in sounds if s.default), sounds[0] if sounds else None)]
        for track, sound in zip(self._tracks, chosen, strict=False):
            source = (
                sound_from(piece.info, sound, float(base), track.rate, track.layout)
                if sound is not None
                else None
            )
            track.begin(source, base)

    def _open(self, frame: VideoFrame | None, sounds: tuple[AudioStream, ...]) -> None:
        self._opened = True
        if frame is not None:
            self._video = self._video_stream(frame)
        if self.plan.reel and any(piece.info.audio for piece in self.plan.pieces):
            self._tracks = [Track(self.out, 48000, "stereo")]
        elif not self.plan.reel:
            self._tracks = [
                Track(
                    self.out,
                    sound.sample_rate if sound.sample_rate in RATES else 48000,
                    LAYOUTS.get(sound.channels, "stereo"),
                    sound.language,
                )
                for sound in sounds
            ]
        if self._video is None and not self._tracks:
            name = self.plan.pieces[0].info.path.rpartition("/")[2]
            raise MediaError(f"{name} has nothing to show there.", reason="no-streams", stage="cut")

    def _video_stream(self, frame: VideoFrame) -> Any:
        stream = self.out.add_stream("libx264", rate=self.rate, options=dict(OPTIONS))
        context = stream.codec_context
        context.width, context.height = frame.width, frame.height
        context.pix_fmt = "yuv420p"
        context.time_base = self.unit
        context.thread_count = self.plan.threads
        for name in ("color_range", "color_primaries", "color_trc", "colorspace"):
            setattr(context, name, getattr(frame, name))
        return stream

    def _picture(self, shown: Shown) -> None:
        frame = shown.frame
        frame.time_base = self.unit
        frame.pts = round((self.at + shown.start) / self.unit)
        self._lengths[frame.pts] = max(1, round((self.at + shown.end) / self.unit) - frame.pts)
        self._mux(self._video.encode(frame))

    def _mux(self, packets: Iterable[Any]) -> None:
        """Write coded pictures with how long each is shown, which matters for the last."""
        for packet in packets:
            packet.duration = self._lengths.pop(packet.pts, 0)
            self.out.mux(packet)

    def close(self) -> None:
        """Write what the encoders still hold."""
        for track in self._tracks:
            track.close()
        if self._video is not None:
            self._mux(self._video.encode(None))


def _black(size: tuple[int, int]) -> VideoFrame:
    import av
    import numpy as np

    picture = np.zeros((size[1], size[0], 3), np.uint8)
    return av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p")
