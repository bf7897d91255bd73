"""What `kinolex.api.Library` exports: spans of its videos, with all that it knows of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from kinolex.errors import NotFoundError, UsageError
from kinolex.export.request import Clip, Exported, Options
from kinolex.export.wanted import Wanted, wanted_of
from kinolex.library.store import Store
from kinolex.moments import Moment, Span, Video

__all__ = ["Exporting", "Spans"]

PathLike_ = str | PathLike[str]
One = str | PathLike[str] | Moment | Clip | Wanted
Spans = One | Sequence[One]
"""A media fragment (``VIDEO#t=10,15``; a bare VIDEO is all of it), a moment, a clip; or several."""


class Exporting:
    """Methods of `kinolex.api.Library` that write files for editors and players."""

    if TYPE_CHECKING:

        def _need(self) -> Store: ...
        def _part(self, what: str) -> tuple[Video, Span | None]: ...
        def video(self, what: PathLike_) -> Video: ...  # noqa: D102

    def clips(self, spans: Spans, *, pad: float = 0.0) -> list[Clip]:
        """Spans with what the library knows of them: file facts, words, shots.

        Parameters
        ----------
        spans : str, Moment, Clip, or several
            Media fragments (``VIDEO#t=10,15``; a bare VIDEO means all of it), moments of an
            answer, or clips, of which only what is missing is filled in.
        pad : float
            Seconds around each span whose words are wanted too.

        Raises
        ------
        NotFoundError
            If a video is not known.
        UsageError
            If a span lies outside of its video.
        """
        several = [spans] if isinstance(spans, (str, PathLike, Moment, Clip, Wanted)) else spans
        store = self._need()
        with store.snapshot():
            return [self._filled(store, self._clip(store, one), pad) for one in several]

    def export(
        self,
        spans: Spans,
        format: str = "",
        to: PathLike_ = "",
        *,
        pad: float = 0.0,
        title: str = "kinolex",
        exact: bool = False,
        drop_frame: bool | None = None,
        sources: Sequence[str] = (),
        base_url: str = "",
        stop: Callable[[], bool] | None = None,
    ) -> Exported:
        """Write spans to a file for an editor, a player or a program.

        Parameters
        ----------
        spans : str, Moment, Clip, or several
            As in `clips`.
        format : str
            ``clip``, ``reel``, ``srt``, ``vtt``, ``transcript``, ``chapters-vtt``,
            ``chapters-ffmetadata``, ``chapters-youtube``, ``edl``, ``fcpxml``, ``otio``, ``csv``,
            ``json``, ``iiif``; default: as the suffix of ``to`` says.
        to : path-like
            The file; it is replaced. In a folder (default: the current one) a name that is free is
            taken.
        pad, title, exact, drop_frame, sources, base_url, stop
            See `kinolex.export.request.Options`.

        Returns
        -------
        Exported
            The file, and remarks on how it was made.

        Raises
        ------
        UsageError
            If the format cannot take these spans, or ``to`` cannot be written.
        NotFoundError
            If a video, or a file that must be read, is not there.
        MediaError
            If a file cannot be read.
        StoppedError
            If ``stop`` said so; no file is left.
        """
        from kinolex.export.place import file_name, free
        from kinolex.export.registry import export, find, format_of

        words = (sources,) if isinstance(sources, str) else tuple(sources)
        options = Options(pad, title, exact, drop_frame, words, base_url, stop)
        clips = self.clips(spans, pad=max(0.0, pad))
        path = Path(to).expanduser()
        name = format or format_of(path, several=len(clips) > 1)
        if not name:
            raise UsageError("No format is named.", hint="See `kinolex export --formats`.")
        suffix = find(name).suffix
        if not str(to) or path.is_dir():
            path = free(path / file_name(clips, suffix, title), suffix) if clips else path / "none"
        return export(name, clips, path, options)

    def _clip(self, store: Store, one: One) -> Clip:
        if isinstance(one, Clip):
            return one
        if isinstance(one, Moment):
            wanted = wanted_of(one)
            return _as_clip(store.video(one.video.id) or one.video, wanted)
        if isinstance(one, Wanted):
            return _as_clip(self._named(store, one), one)
        video, span = self._part(str(one))
        return Clip(video, span or _whole(video), name=video.title)

    def _named(self, store: Store, wanted: Wanted) -> Video:
        """The video of a moment that came as text: by its id, else by its path."""
        found = store.video(wanted.video) if wanted.video else None
        if found is not None:
            return found
        if not wanted.path:
            raise NotFoundError(
                f"No video has the id {wanted.video!r}.", hint="See `kinolex list`."
            )
        return self.video(wanted.path)

    def _filled(self, store: Store, clip: Clip, pad: float) -> Clip:
        """A clip with record, words and shots, where it has none."""
        span = clip.padded(pad)
        words, shots = clip.passages, clip.shots
        if not words:
            known = store.passages_of(clip.video.id)
            words = tuple(p for p in known if p.span.overlap(span) > 0)
        if not shots:
            shots = tuple(s for s in store.shots_of(clip.video.id) if s.overlap(span) > 0)
        record = clip.record or store.video_record(clip.video.id)
        return Clip(clip.video, clip.span, clip.name, clip.note, clip.score, record, words, shots)


def _as_clip(video: Video, wanted: Wanted) -> Clip:
    """A clip of a moment; its name is the video's title."""
    start, end = max(0.0, wanted.start), wanted.end
    if video.duration > 0:
        end = min(end, video.duration)
    if end <= start:
        raise UsageError(
            f"The span from {wanted.start:.3f} to {wanted.end:.3f} s lies outside of "
            f"{video.title or video.id}, which is {video.duration:.3f} s long."
        )
    return Clip(video, Span(start, end), video.title or wanted.title, wanted.note, wanted.score)


def _whole(video: Video) -> Span:
    if video.duration <= 0:
        raise UsageError(f"{video.title or video.id} has no length.", hint="Name a span of it.")
    return Span(0.0, video.duration)
