"""The error tree: every error that a user can cause is one clear sentence.

A message says what happened, why, and what to do. The command line prints it and leaves with
``exit_code``; only ``--debug`` shows the traceback. Nothing else in kinolex raises bare
``Exception``.
"""

from __future__ import annotations

__all__ = [
    "EncoderError",
    "KinolexError",
    "LibraryBusyError",
    "LibraryError",
    "LibraryReadOnlyError",
    "LibraryTooNewError",
    "MediaError",
    "ModelMissingError",
    "NotFoundError",
    "QueryError",
    "StoppedError",
    "UsageError",
]


class KinolexError(Exception):
    """Base of all errors that kinolex raises on purpose.

    Parameters
    ----------
    message : str
        One sentence: what, and why.
    hint : str, optional
        What to do about it.

    Examples
    --------
    >>> print(KinolexError("No library here.", hint="Run `kinolex index FOLDER`."))
    No library here. Run `kinolex index FOLDER`.
    """

    exit_code = 3

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class UsageError(KinolexError):
    """The call itself is wrong (exit code 2)."""

    exit_code = 2


class QueryError(UsageError):
    """A question cannot be understood."""


class StoppedError(KinolexError):
    """Whoever asked does not wait for the answer any more."""


class NotFoundError(KinolexError):
    """A named thing (a video, a folder, a model) is not known (exit code 2)."""

    exit_code = 2


class MediaError(KinolexError):
    """A file cannot be read as media.

    Parameters
    ----------
    message : str
        One sentence for people.
    reason : str
        A short stable word for programs: ``empty``, ``not-media``, ``truncated``, ``no-streams``,
        ``unreadable``, ``not-a-file``, ``damaged``, ``too-slow``, ``too-big``, ``crashed``,
        ``missing``; ``unwritable``: a new file, not the one that is read.
    stage : str
        Where it happened: ``scan``, ``probe``, ``decode``, ``sound``, ``subtitles``, ``cut``.
    """

    def __init__(self, message: str, *, reason: str, stage: str = "probe", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.reason = reason
        self.stage = stage

    def __reduce__(self) -> tuple[object, ...]:
        return (_media_error, (self.message, self.reason, self.stage, self.hint))


def _media_error(message: str, reason: str, stage: str, hint: str) -> MediaError:
    """Rebuild a `MediaError` on the other side of a process boundary."""
    return MediaError(message, reason=reason, stage=stage, hint=hint)


class EncoderError(KinolexError):
    """A model's files are wrong, damaged or do not fit their card."""


class ModelMissingError(EncoderError):
    """A model or its optional package is not on this machine.

    Attributes
    ----------
    hint : str
        The one command that brings it.
    """


class LibraryError(KinolexError):
    """The library on disk cannot be used."""


class LibraryBusyError(LibraryError):
    """Another process is writing to the library."""


class LibraryReadOnlyError(LibraryError):
    """The library, or the disk under it, cannot be written."""


class LibraryTooNewError(LibraryError):
    """A newer kinolex wrote the library."""
