"""Synthetic clips with exactly known content: the oracle of every test that decodes something.

`make_clip` writes one file with burned-in frame numbers, scenes, sound tracks, subtitles,
rotation and the other oddities that real files have; `make_slides` a narrated talk; `speak` says
a sentence through espeak-ng. The same arguments give the same frames, everywhere.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from kinolex.media.types import Chapter, Cue
from kinolex.testing.looks import Picture, draw, read_number, stamp_number
from kinolex.testing.tracks import SoundTrack, TrackWriter, subtitle_packets

if TYPE_CHECKING:
    import av
    from av.container import OutputContainer
    from av.video.stream import VideoStream

__all__ = ["Clip", "SoundTrack", "make_clip", "make_slides", "read_number", "speak"]

Scenes = Sequence[tuple[float, str]]
ALPHA = {"yuva420p", "rgba", "bgra", "argb", "ya8", "yuva444p10le"}
STILL_CODECS = {"gif", "mjpeg", "png", "prores_ks", "rawvideo", "ffv1"}


@dataclass(frozen=True, kw_only=True)
class Clip:
    """Everything about one synthetic clip; `make_clip` writes it.

    Attributes
    ----------
    seconds, fps : float
        Length and rate of the pictures. When ``scenes`` is given their sum is the length.
    size : (int, int)
        Width and height **as shown** (after rotation and stretching).
    scenes : sequence of (seconds, look)
        What is to be seen; looks as in `kinolex.testing.looks`. Default: ``"moving"``.
    codec : str
        Picture encoder (``libx264``, ``libx265``, ``mpeg4``, ``mpeg2video``, ``libvpx-vp9``,
        ``prores_ks``, ``gif``, ...).
    gop, bframes : int
        Frames between key frames; B-frames in a row. No key frames are put elsewhere.
    numbers : bool
        Burn the frame number in; `read_number` reads it.
    pts : sequence of int, optional
        Rising presentation times in ``time_base`` (variable rate); sets the number of frames.
    start : float
        Seconds added to every time (sound and subtitles too).
    sound : str, Path or sequence of SoundTrack, optional
        ``"tone"``, ``"silence"``, a WAV file, or tracks with language, default flag, delay.
    subtitles : sequence of Cue
        Embedded subtitles: one track for each language that the cues have.
    subtitle_codec : str
        ``mov_text``, ``srt``, ``ass`` or ``webvtt``; default: what the container takes.
    rotation : {0, 90, 180, 270}
        Degrees clockwise that a player must turn the pictures (display matrix).
    sar : Fraction
        Shape of a coded pixel, width / height.
    pixel_format : str
        Of the encoder. With alpha, the upper right quarter is fully transparent.
    interlaced : bool
        Code as interlaced.
    chapters, metadata
        Of the container; ``{"creation_time": "2021-05-04T10:00:00Z", "title": "..."}``.
    options, container_options : mapping
        Passed on to encoder and muxer.
    """

    seconds: float = 2.0
    fps: float | Fraction = 24
    size: tuple[int, int] = (320, 240)
    scenes: Scenes = ()
    codec: str = "libx264"
    gop: int = 48
    bframes: int = 2
    numbers: bool = True
    pts: Sequence[int] | None = None
    time_base: Fraction = Fraction(1, 1000)
    start: float = 0.0
    sound: str | Path | Sequence[SoundTrack] | None = None
    subtitles: Sequence[Cue] = ()
    subtitle_codec: str = ""
    rotation: int = 0
    sar: Fraction = Fraction(1)
    pixel_format: str = "yuv420p"
    interlaced: bool = False
    chapters: Sequence[Chapter] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    container_options: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def rate(self) -> Fraction:
        """Frames a second, exact."""
        return Fraction(self.fps).limit_denominator(1001)

    @cached_property
    def acts(self) -> Scenes:
        """The scenes, never empty."""
        return self.scenes or ((self.seconds, "moving"),)

    @cached_property
    def times(self) -> tuple[Sequence[int], Fraction]:
        """Presentation times of all frames before ``start`` is added, and their unit."""
        if self.pts is not None:
            return tuple(self.pts), self.time_base
        return range(max(1, round(sum(s for s, _ in self.acts) * self.rate))), 1 / self.rate

    @property
    def coded_size(self) -> tuple[int, int]:
        """Width and height before rotation and stretching."""
        width, height = self.size
        if self.rotation in (90, 270):
            width, height = height, width
        return round(width / self.sar), height

    def look(self, time: float) -> str:
        """What is to be seen ``time`` seconds after the first frame."""
        end = 0.0
        for seconds, look in self.acts:
            end += seconds
            if time < end - 1e-9:
                return look
        return self.acts[-1][1]

    def picture(self, index: int) -> Picture:
        """Draw frame ``index`` as it is coded: turned back and squeezed.

        Returns
        -------
        numpy.ndarray
            (height, width, 3) uint8 RGB of `coded_size`.
        """
        times, unit = self.times
        time = float((times[index] - times[0]) * unit)
        picture = draw(self.look(time), self.size, index)
        if self.numbers:
            stamp_number(picture, index)
        picture = np.ascontiguousarray(np.rot90(picture, self.rotation // 90))
        if (picture.shape[1], picture.shape[0]) != self.coded_size:
            from PIL import Image

            picture = np.asarray(Image.fromarray(picture).resize(self.coded_size))
        return picture


def make_clip(path: Path | str, **options: Any) -> Path:
    """Write a clip; the extension of ``path`` chooses the container.

    Parameters
    ----------
    path : Path or str
        ``.mp4``, ``.mkv``, ``.webm``, ``.mov``, ``.avi``, ``.ts``, ``.mxf``, ``.gif``, ...
    **options
        The attributes of `Clip`.

    Returns
    -------
    Path
        ``path``. Reading frame ``i`` back gives number ``i`` at ``pts[i]`` (or ``i / fps``).

    Examples
    --------
    >>> import tempfile
    >>> place = Path(tempfile.mkdtemp()) / "clip.mp4"
    >>> make_clip(place, scenes=[(0.25, "red"), (0.25, "blue")], sound="tone").exists()
    True
    """
    import av

    path, clip = Path(path), Clip(**options)
    muxer = {"fflags": "+bitexact", **clip.container_options}
    with av.open(str(path), "w", container_options=muxer) as out:
        out.metadata.update(clip.metadata)
        if clip.chapters:
            out.set_chapters([_chapter(i, c) for i, c in enumerate(clip.chapters)])
        video = _video_stream(out, clip)
        tracks = [TrackWriter(out, t, path, clip.start) for t in _tracks(clip.sound)]
        for packet in subtitle_packets(out, path, clip.subtitles, clip.subtitle_codec, clip.start):
            out.mux(packet)
        _write(out, video, clip, tracks)
    return path


def _write(out: OutputContainer, video: VideoStream, clip: Clip, tracks: list[TrackWriter]) -> None:
    """Interleave pictures and sound in order of time."""
    times, unit = clip.times
    shift = round(Fraction(clip.start) / unit)
    for index, at in enumerate(times):
        for track in tracks:
            track.write_until(float(at * unit))
        frame = _frame(clip, index)
        frame.pts = at + shift
        frame.time_base = unit
        out.mux(video.encode(frame))
    for track in tracks:
        track.write_until(float((times[-1] - times[0]) * unit + 1 / clip.rate))
        track.close()
    out.mux(video.encode(None))


def _frame(clip: Clip, index: int) -> av.VideoFrame:
    import av

    picture = clip.picture(index)
    if clip.pixel_format not in ALPHA:
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
    else:
        alpha = np.full((*picture.shape[:2], 1), 255, np.uint8)
        alpha[: picture.shape[0] // 2, picture.shape[1] // 2 :] = 0
        frame = av.VideoFrame.from_ndarray(np.dstack([picture, alpha]), format="rgba")
    return frame.reformat(format=clip.pixel_format)


def _video_stream(out: OutputContainer, clip: Clip) -> VideoStream:
    options = {**_encoder_options(clip), **clip.options}
    stream = cast("VideoStream", out.add_stream(clip.codec, rate=clip.rate, options=options))
    context: Any = stream.codec_context
    context.width, context.height = clip.coded_size
    context.pix_fmt = clip.pixel_format
    context.time_base = clip.times[1]
    if clip.sar != 1:
        context.sample_aspect_ratio = clip.sar
    if clip.rotation:
        stream.set_display_rotation(-clip.rotation)
    return stream


def _encoder_options(clip: Clip) -> dict[str, str]:
    """Quality high enough for the numbers, speed before size, key frames only where asked."""
    options = {"g": str(clip.gop), "bf": "0" if clip.codec in STILL_CODECS else str(clip.bframes)}
    if clip.codec in ("libx264", "libx265"):
        options |= {"preset": "veryfast", "crf": "20"}
    if clip.codec == "libx264":
        # Without the macroblock tree, whose choices are not the same on every run of every build.
        options |= {"sc_threshold": "0", "mbtree": "0"}
    if clip.codec == "libx265":
        options["x265-params"] = "log-level=none:scenecut=0"
    if clip.codec == "libvpx-vp9":
        options |= {"deadline": "realtime", "cpu-used": "8", "crf": "20", "b": "0", "bf": "0"}
    if clip.codec in ("mpeg4", "mpeg2video"):
        options |= {"qmin": "2", "qmax": "5", "b": "4000000", "sc_threshold": "1000000000"}
    if clip.interlaced:
        options["flags"] = "+ildct+ilme"
    return options


def _tracks(sound: str | Path | Sequence[SoundTrack] | None) -> list[SoundTrack]:
    if sound is None:
        return []
    if isinstance(sound, (str, Path)):
        return [SoundTrack(sound)]
    return list(sound)


def _chapter(index: int, chapter: Chapter) -> Any:
    return {
        "id": index,
        "start": round(chapter.span.start * 1000),
        "end": round(chapter.span.end * 1000),
        "time_base": Fraction(1, 1000),
        "metadata": {"title": chapter.title},
    }


def speak(text: str, path: Path | str, *, voice: str = "en", words_a_minute: int = 150) -> bool:
    """Say ``text`` into a WAV file through espeak-ng.

    Parameters
    ----------
    text : str
        What to say.
    path : Path or str
        The WAV file to write.
    voice : str
        A voice of espeak-ng, such as ``en``, ``de`` or ``en-us``.
    words_a_minute : int
        Speed.

    Returns
    -------
    bool
        False, and no file, where espeak-ng is not installed or refuses.
    """
    program = shutil.which("espeak-ng") or shutil.which("espeak")
    if program is None:
        return False
    command = [program, "-v", voice, "-s", str(words_a_minute), "-w", str(path), "--stdin"]
    done = subprocess.run(command, input=text.encode(), capture_output=True, check=False)
    return done.returncode == 0 and Path(path).is_file()


def make_slides(
    path: Path | str,
    slides: Sequence[tuple[float, str]],
    *,
    narration: Sequence[str] = (),
    size: tuple[int, int] = (640, 360),
    fps: float = 10,
    **more: Any,
) -> Path:
    r"""Write a talk: one slide of words after the other, narrated where espeak-ng is present.

    Parameters
    ----------
    path : Path or str
        The clip to write.
    slides : sequence of (seconds, text)
        How long each slide stays and what it says (``\n`` breaks lines).
    narration : sequence of str
        What is said over each slide (shorter is padded with silence, longer is cut off). Without
        espeak-ng the clip is silent.
    size, fps, more
        As in `make_clip` (no frame numbers unless asked for).

    Returns
    -------
    Path
        ``path``.
    """
    path = Path(path)
    sound = path.with_name(path.stem + ".narration.wav")
    texts = [*narration, *[""] * len(slides)]
    spoken = [_spoken(text, s, sound) for (s, _), text in zip(slides, texts, strict=False)]
    if any(piece is not None for piece in spoken):
        quiet = [np.zeros(round(s * 22050), np.float32) for s, _ in slides]
        pieces = [q if p is None else p for p, q in zip(spoken, quiet, strict=True)]
        more.setdefault("sound", [SoundTrack(samples=np.concatenate(pieces), rate=22050)])
    more.setdefault("numbers", False)
    scenes = [(seconds, "text:" + text) for seconds, text in slides]
    return make_clip(path, scenes=scenes, size=size, fps=fps, **more)


def _spoken(text: str, seconds: float, place: Path) -> npt.NDArray[np.float32] | None:
    """Samples at 22,050 Hz of exactly ``seconds``, or None without espeak-ng."""
    from kinolex.testing.tracks import read_wav

    if not text or not speak(text, place):
        return None
    samples, rate = read_wav(place)
    place.unlink()
    wanted = round(seconds * 22050)
    if rate != 22050:
        at = np.arange(round(len(samples) * 22050 / rate)) * rate / 22050
        samples = np.interp(at, np.arange(len(samples)), samples).astype(np.float32)
    return np.pad(samples[:wanted], (0, max(0, wanted - len(samples))))
