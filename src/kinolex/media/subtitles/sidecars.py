"""Subtitle files that lie beside a video: which belong to it, and what they say.

``Film.mp4`` has ``Film.srt``, ``Film.en.srt``, ``Film.eng.forced.srt``, ``Film.mp4.srt``, whatever
the case; ``Film.part2.srt`` belongs to another film.
"""

from __future__ import annotations

import functools
import os
import time
import unicodedata
from pathlib import Path

from kinolex.errors import MediaError
from kinolex.media.files import open_regular, refusal
from kinolex.media.languages import known_language
from kinolex.media.subtitles.ass import parse_ass
from kinolex.media.subtitles.encoding import decoded
from kinolex.media.subtitles.raw import RawCue
from kinolex.media.subtitles.srt import parse_srt
from kinolex.media.subtitles.tidy import tidy
from kinolex.media.subtitles.transcripts import looks_like_transcript, parse_transcript
from kinolex.media.subtitles.vtt import parse_vtt
from kinolex.media.types import Cue

__all__ = ["LIMIT", "SUFFIXES", "read_sidecar", "sidecar_language", "sidecars"]

LIMIT = 20_000_000
"""Bytes of the largest subtitle file that is read."""

SUFFIXES = (".srt", ".vtt", ".ass", ".ssa", ".json")
"""Extensions of subtitle files, best first."""

_PARSERS = {".srt": parse_srt, ".vtt": parse_vtt, ".ass": parse_ass, ".ssa": parse_ass}
_FLAGS = frozenset(
    (
        *("forced", "foreign", "sdh", "cc", "hi", "default", "auto", "asr", "full", "orig"),
        *("subs", "subtitle", "subtitles", "captions", "transcript", "transcription"),
    )
)
_PEEK = 64 * 1024
# Two seconds: FAT stores no finer times, so a younger listing may be out of date unseen.
_SETTLED_SECONDS = 3.0


def sidecars(path: Path) -> list[Path]:
    """Subtitle files that belong to the video at ``path``, those for everybody first.

    JSON is listed only if its beginning looks like a transcript. The folder's listing is
    remembered while the folder does not change, so asking for each of 100,000 videos is cheap.
    """
    path = Path(path)
    groups = _listing(str(path.parent))
    mine = {
        name: tokens
        for key in {_folded(path.stem), _folded(path.name)}
        for name, tokens in groups.get(key, ())
        if _are_marks(tokens)
    }
    found = [path.with_name(name) for name in sorted(mine, key=lambda n: _order(n, mine[n]))]
    return [sidecar for sidecar in found if _believable(sidecar)]


def read_sidecar(path: Path) -> list[Cue]:
    """The cues of a subtitle file or transcript; its encoding is guessed, its faults forgiven.

    Raises
    ------
    MediaError
        Stage ``subtitles``: ``too-big``, ``not-media`` (no subtitles in it), or as
        `kinolex.media.fingerprint.fingerprint`.
    """
    path = Path(path)
    text = decoded(_content(path))
    language = sidecar_language(path)
    if path.suffix.lower() == ".json":
        try:
            raw, named = parse_transcript(text)
        except ValueError as error:
            raise _no_subtitles(path, f"it cannot be understood ({error})") from error
        return tidy(raw, language or known_language(named))
    raw = _parsed(path, text)
    if not raw and text.strip() and not text.lstrip("\ufeff \n\r").startswith("WEBVTT"):
        raise _no_subtitles(path, "no line in it has a time")
    return tidy(raw, language)


def sidecar_language(path: Path) -> str:
    """ISO 639-1 code written into a subtitle file's name, "" if none.

    Examples
    --------
    >>> sidecar_language(Path("Film.eng.forced.srt")), sidecar_language(Path("Film.srt"))
    ('en', '')
    """
    for token in reversed(_folded(path.stem).split(".")[1:]):
        code = known_language(token)
        # "hi" after another code means "hearing impaired".
        if code and not (token == "hi" and _language_before(path)):
            return code
        if token not in _FLAGS:
            return ""
    return ""


def _language_before(path: Path) -> bool:
    tokens = _folded(path.stem).split(".")[1:]
    at = tokens.index("hi")
    return at > 0 and bool(known_language(tokens[at - 1]))


def _parsed(path: Path, text: str) -> list[RawCue]:
    """By content where it is plain, since many files carry the wrong extension."""
    start = text[:2000].lstrip("\ufeff \n\r\t")
    if start.startswith("WEBVTT"):
        return parse_vtt(text)
    if start.lower().startswith("[script info]"):
        return parse_ass(text)
    return _PARSERS.get(path.suffix.lower(), parse_srt)(text) or parse_srt(text)


def _content(path: Path) -> bytes:
    file, size = open_regular(path, "subtitles")
    with file:
        if size > LIMIT:
            raise MediaError(
                f"{path.name} is too large for subtitles ({size // 1_000_000} MB).",
                reason="too-big",
                stage="subtitles",
            )
        try:
            return file.read(LIMIT) or b""
        except OSError as error:
            raise refusal(path, error, "subtitles") from error


def _no_subtitles(path: Path, why: str) -> MediaError:
    return MediaError(
        f"{path.name} holds no subtitles: {why}.", reason="not-media", stage="subtitles"
    )


_Groups = dict[str, list[tuple[str, tuple[str, ...]]]]


def _listing(folder: str) -> _Groups:
    """Subtitle files of a folder by everything that may be their video's name."""
    try:
        changed = os.stat(folder or ".").st_mtime_ns
    except OSError:
        return {}
    if time.time() - changed / 1e9 < _SETTLED_SECONDS:
        return _read_listing(folder)
    return _remembered(folder, changed)


@functools.lru_cache(maxsize=8)
def _remembered(folder: str, changed: int) -> _Groups:
    return _read_listing(folder)


def _read_listing(folder: str) -> _Groups:
    groups: _Groups = {}
    try:
        names = os.listdir(folder or ".")
    except OSError:
        return {}
    for name in names:
        # The cheap question first: a folder of a thousand videos is asked a thousand times.
        if not name.lower().endswith(SUFFIXES) or name.startswith("."):
            continue
        stem, suffix = os.path.splitext(name)
        if suffix.lower() not in SUFFIXES:
            continue
        parts = _folded(stem).split(".")
        # The name may end before any of the last tokens: "a.b.en" is for "a.b.en", "a.b", "a".
        for count in range(min(len(parts) - 1, 4) + 1):
            cut = len(parts) - count
            groups.setdefault(".".join(parts[:cut]), []).append((name, tuple(parts[cut:])))
    return groups


def _are_marks(tokens: tuple[str, ...]) -> bool:
    return all(token in _FLAGS or known_language(token) for token in tokens)


def _order(name: str, tokens: tuple[str, ...]) -> tuple[object, ...]:
    partial = any(token in ("forced", "foreign") for token in tokens)
    suffix = os.path.splitext(name)[1].lower()
    return partial, len(tokens), SUFFIXES.index(suffix), name


def _believable(path: Path) -> bool:
    if path.suffix.lower() != ".json":
        return not path.is_dir()
    try:
        file, _ = open_regular(path, "subtitles")
        with file:
            return looks_like_transcript(file.read(_PEEK).decode("utf-8", "replace"))
    except (MediaError, OSError):
        return False


def _folded(name: str) -> str:
    """Names as people compare them: macOS writes accents apart, Windows ignores case."""
    return unicodedata.normalize("NFC", name).casefold()
