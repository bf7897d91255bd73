"""What ``kinolex doctor`` looks at: small checks that never download and never change a thing."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import platform
import re
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from kinolex._version import __version__

if TYPE_CHECKING:
    from kinolex.api import Library

__all__ = ["Check", "all_checks"]

State = Literal["ok", "missing", "wrong", "info"]

PACKAGES = (
    "av",
    "faiss-cpu",
    "huggingface_hub",
    "numpy",
    "onnxruntime",
    "Pillow",
    "platformdirs",
    "py3langid",
    "pydantic",
    "pydantic-settings",
    "rich",
    "tokenizers",
    "typer",
)
EXTRAS = {
    "speech": ("faster_whisper", "faster-whisper", "speech in videos without subtitles"),
    "screen": ("rapidocr", "rapidocr", "words on the screen"),
    "watch": ("watchfiles", "watchfiles", "`kinolex watch`"),
    "serve": ("fastapi", "fastapi", "`kinolex serve` and `kinolex mcp`"),
    "client": ("httpx", "httpx", "the Python client of the HTTP API"),
    "nle": ("opentimelineio", "opentimelineio", "exports to OTIO"),
}
CHANNEL_KINDS = {
    "picture": "pictures cannot be searched",
    "words": "words are found as they are spelt, not by their meaning, and the starter's "
    "pictures cannot be asked in words",
    "speech": "only subtitles are searched, not speech",
    "screen": "words on the screen are not searched",
}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    ``state``: ``ok``; ``missing`` (a channel or verb does not work, ``command`` brings it);
    ``wrong`` (broken); ``info`` (nice to know). ``group`` names the section.
    """

    group: str
    name: str
    state: State
    detail: str = ""
    command: str = ""

    def to_dict(self) -> dict[str, str]:
        """Plain values for JSON."""
        return asdict(self)


def all_checks(library: Path) -> Iterator[Check]:
    """Every check in reading order; one that breaks becomes a ``wrong`` row itself."""
    groups: tuple[tuple[str, Callable[[], Iterator[Check]]], ...] = (
        ("installation", installation),
        ("extras", extras),
        ("models", models),
        ("hardware", hardware),
        ("programs", programs),
        ("library", lambda: library_checks(library)),
    )
    for group, run in groups:
        try:
            yield from run()
        except Exception as error:  # a doctor that dies of the illness helps nobody
            yield Check(group, group, "wrong", f"{type(error).__name__}: {error}")


def installation() -> Iterator[Check]:
    """Python, kinolex and what it depends on, with versions."""
    supported = (3, 11) <= sys.version_info[:2] < (3, 14)
    python = platform.python_version()
    yield Check(
        "installation",
        "Python",
        "ok" if supported else "wrong",
        f"{python} on {platform.system()} {platform.machine()}"
        + ("" if supported else "; kinolex needs 3.11, 3.12 or 3.13"),
    )
    yield Check("installation", "kinolex", "ok", __version__)
    for package in PACKAGES:
        try:
            version = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            yield Check("installation", package, "wrong", "not installed", f"pip install {package}")
        else:
            yield Check("installation", package, "ok", version)
    yield _full_text()


def _full_text() -> Check:
    """Whether SQLite can search words and parts of words."""
    with sqlite3.connect(":memory:") as connection:
        try:
            connection.execute("CREATE VIRTUAL TABLE t USING fts5(x, tokenize='trigram')")
        except sqlite3.OperationalError as error:
            return Check("installation", "SQLite", "wrong", f"{sqlite3.sqlite_version}: {error}")
    return Check("installation", "SQLite", "ok", f"{sqlite3.sqlite_version} with full text")


def extras() -> Iterator[Check]:
    """Optional packages, and what is missing without them."""
    for extra, (module, package, use) in EXTRAS.items():
        if importlib.util.find_spec(module) is None:
            command = f'pip install "kinolex[{extra}]"'
            yield Check("extras", extra, "missing", f"needed for {use}", command)
        else:
            version = importlib.metadata.version(package)
            yield Check("extras", extra, "ok", f"{package} {version}")


def models() -> Iterator[Check]:
    """For each kind of model, those that are here; or the best one to get."""
    from kinolex.encoders.cards import known_cards
    from kinolex.encoders.sources import present

    cards = sorted(known_cards().values(), key=lambda card: (card.rank, card.name))
    for kind, without in CHANNEL_KINDS.items():
        here = [card.name for card in cards if card.kind == kind and present(card)]
        if here:
            yield Check("models", kind, "ok", ", ".join(here))
            continue
        best = next((card for card in cards if card.kind == kind), None)
        command = f"kinolex models pull {best.name}" if best else ""
        yield Check("models", kind, "missing", f"none is here: {without}", command)


def hardware() -> Iterator[Check]:
    """Where models can run, and which hardware decoders this build of FFmpeg knows."""
    import onnxruntime

    providers = [name.removesuffix("ExecutionProvider") for name in _providers(onnxruntime)]
    yield Check("hardware", "models run on", "ok", ", ".join(providers))
    from av.codec import hwaccel

    kinds = sorted(map(str, hwaccel.hwdevices_available()))
    detail = ", ".join(kinds) if kinds else "software only"
    yield Check("hardware", "decoding by", "info", detail)


def _providers(onnxruntime: Any) -> list[str]:
    return list(onnxruntime.get_available_providers())


def programs() -> Iterator[Check]:
    """Programs on the PATH that kinolex can use; it needs none of them."""
    from kinolex.cli.players import PLAYERS

    players = [name for name in PLAYERS if shutil.which(name)]
    detail = ", ".join(players) or "no player that can start at a time (mpv, VLC, ffplay)"
    yield Check("programs", "player", "info", detail)
    reader = shutil.which("tesseract")
    yield Check("programs", "tesseract", "info", reader or "not here; rapidocr reads screens")


def library_checks(place: Path) -> Iterator[Check]:
    """Whether the library can be read, is whole, and its numbers agree."""
    file = place / "library.sqlite"
    if place.is_file():
        why = f"{place} is a file, not a folder; choose another place with --library"
        yield Check("library", "library", "wrong", why)
        return
    if not file.is_file():
        detail = f"none at {place} yet"
        yield Check("library", "library", "info", detail, "kinolex index FOLDER")
        return
    yield Check("library", "place", "ok", str(place))
    yield _whole(file)
    from kinolex import api
    from kinolex.cli.status import disagreements

    with api.open(place, read_only=True) as library:
        counts = library.status()
        absent = [root for root in library.roots() if not root.present]
        strange = list(_strange(library))
    wrong = disagreements(counts)
    detail = "; ".join(wrong) or f"{counts.videos:,} videos, {counts.passages:,} passages"
    yield Check("library", "counts", "wrong" if wrong else "ok", detail)
    for root in absent:
        yield Check("library", "root", "info", f"{root.path} is not connected")
    yield from strange
    if counts.pending or counts.partial:
        waiting = counts.pending + counts.partial
        yield Check("library", "to do", "missing", f"{waiting:,} not finished", "kinolex index")


def _strange(library: Library) -> Iterator[Check]:
    """Vectors that no encoder here can be asked about: it is another one, or another version."""
    from kinolex.library.memory import CHOSEN
    from kinolex.search.encoders import QueryEncoders

    store = library._store()
    if store is None:
        return
    encoders = QueryEncoders(library.settings)
    encoders.choose(store.recall(CHOSEN, {}))
    for space in store.spaces():
        kind = "picture" if space.kind == "frames" else "words"
        found = getattr(encoders, kind)([space])
        if isinstance(found, str):
            command = re.search(r"`(kinolex [^`]+)`", found)
            detail = f"{space.rows:,} vectors of {space.name} cannot be searched: {found}"
            yield Check("library", kind, "missing", detail, command[1] if command else "")


def _whole(file: Path) -> Check:
    """SQLite's own check of every page and index, reading only."""
    connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)
    try:
        found = [str(row[0]) for row in connection.execute("PRAGMA quick_check(1000)")]
    except sqlite3.DatabaseError as error:
        found = [str(error)]
    finally:
        connection.close()
    if found == ["ok"]:
        return Check("library", "integrity", "ok", "every page is sound")
    return Check("library", "integrity", "wrong", "; ".join(found[:3]), "restore it from a backup")
