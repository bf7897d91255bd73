"""Model cards: one JSON file says everything that kinolex knows about a model.

A card is data: adding a model means adding ``cards/NAME.json``, nothing else. The schema, by
example (every key but ``name``, ``kind``, ``title``, ``licence`` and ``sources`` may be absent)::

    {
      "name": "all-minilm-l6-v2",        # lower case, unique; the file's name
      "kind": "words",                   # picture, words, speech, screen or voice
      "title": "all-MiniLM-L6-v2, int8", # for people
      "about": "One sentence.",
      "licence": "Apache-2.0",           # SPDX where there is one
      "languages": ["en"],               # ISO 639-1; "mul" = many, the list is in ``about``
      "dimensions": 384,                 # 0 where nothing becomes a vector
      "rank": 10,                        # lower is preferred when no name is given
      "extra": "speech",                 # the kinolex extra whose package runs it
      "loader": "package.module:load",   # only for encoders from outside kinolex
      "preprocessing": {...},            # free form, read by the loader of its kind (below)
      "sources": [...]                   # tried in order by ``kinolex models pull``
    }

A **source** is one of::

    {"kind": "hub", "repository": "owner/name", "revision": "<40 hex digits, or a branch>",
     "megabytes": 23.0, "files": [...], "patterns": ["visual/*"], "ignore": ["*.armnn"]}
    {"kind": "package", "megabytes": 21.0, "files": [...],
     "packages": [{"name": "x-model", "version": "1.0.0", "sha256": "<of its wheel>",
                   "module": "x_model", "megabytes": 21.0}]}
    {"kind": "module", "module": "rapidocr", "folder": "", "files": [...]}  # inside a package
    {"kind": "program", "program": "tesseract"}                # on the PATH

and a **file** says under which name it lies in the model's folder, and where it comes from::

    {"to": "model.onnx", "sha256": "...", "size": 22928619,
     "parts": [{"package": "x-model", "path": "x_model/model.onnx", "sha256": "..."}]}

``parts`` are joined in order; a hub or module file with one part of the same name needs none.
Where a hub file has no ``sha256`` (or files come by ``patterns``), its hash is recorded at the
first pull, and ``kinolex models verify`` compares with that record: trust on first use, said
plainly. A ``revision`` that is a branch name is resolved and recorded at the first pull too.

``preprocessing`` by kind: *words* ``model``, ``tokenizer`` (file names), ``pooling`` ("mean",
"cls", "output"), ``max_tokens``, ``query_prefix``, ``passage_prefix``; *picture* whatever should
override the files of the folder (`kinolex.encoders.preprocess.PictureRule`,
`kinolex.encoders.tokens.TextRule`), and ``variant`` ("", "fp16", ...); *speech* ``compute_type``,
``beam``; *screen* and *voice* nothing.
"""

from __future__ import annotations

import functools
import importlib.metadata
import json
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from kinolex.errors import EncoderError

__all__ = [
    "Card",
    "File",
    "Package",
    "Part",
    "Source",
    "cards_folder",
    "known_cards",
    "read_card",
    "read_cards",
]

Kind = Literal["picture", "words", "speech", "screen", "voice"]
KINDS: tuple[str, ...] = ("picture", "words", "speech", "screen", "voice")

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*\Z")
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_COMMIT = re.compile(r"[0-9a-f]{40}\Z")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a file: ``path`` inside the hub repository, the wheel, or the module."""

    path: str
    package: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """One file of a model's folder: name there, hash, bytes, and what it is joined from."""

    to: str
    parts: tuple[Part, ...]
    sha256: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Package:
    """One data-only distribution of the package index; ``sha256`` is of its wheel."""

    name: str
    version: str
    sha256: str
    module: str
    megabytes: float = 0.0


@dataclass(frozen=True, slots=True)
class Source:
    """One place a model comes from; see the module's docstring for the four kinds."""

    kind: Literal["hub", "package", "module", "program"]
    files: tuple[File, ...] = ()
    megabytes: float = 0.0
    repository: str = ""
    revision: str = "main"
    patterns: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    packages: tuple[Package, ...] = ()
    module: str = ""
    folder: str = ""
    program: str = ""

    @property
    def pinned(self) -> bool:
        """Whether what it gives can never change: a full commit, or wheels with their hashes."""
        return self.kind == "package" or bool(_COMMIT.match(self.revision))

    @property
    def title(self) -> str:
        """Where from, for people."""
        if self.kind == "hub":
            return f"hub {self.repository}"
        if self.kind == "package":
            return "package " + " + ".join(f"{p.name}=={p.version}" for p in self.packages)
        return f"package {self.module}" if self.kind == "module" else f"program {self.program}"


@dataclass(frozen=True, slots=True)
class Card:
    """What kinolex knows about one model; see the module's docstring for the JSON."""

    name: str
    kind: Kind
    title: str
    licence: str
    sources: tuple[Source, ...]
    about: str = ""
    languages: tuple[str, ...] = ()
    dimensions: int = 0
    rank: int = 100
    extra: str = ""
    loader: str = ""
    preprocessing: Mapping[str, Any] = field(default_factory=dict)
    version: str = "1"

    @property
    def download_mb(self) -> float:
        """Size in MB of the first source that is a download; 0 where there is nothing to pull."""
        return next((s.megabytes for s in self.sources if s.kind in ("hub", "package")), 0.0)

    def speaks(self, language: str) -> bool:
        """Whether it is made for a language (ISO 639-1); an empty code asks for nothing.

        Examples
        --------
        >>> Card("a", "speech", "A", "MIT", (), languages=("en",)).speaks("de")
        False
        """
        return not language or "mul" in self.languages or language.lower() in self.languages

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; the sources by their titles."""
        return {
            "name": self.name,
            "kind": self.kind,
            "title": self.title,
            "about": self.about,
            "licence": self.licence,
            "languages": list(self.languages),
            "dimensions": self.dimensions,
            "download_mb": self.download_mb,
            "sources": [s.title for s in self.sources],
            "extra": self.extra,
        }


def cards_folder() -> Path:
    """The folder of the cards that ship with kinolex."""
    return Path(__file__).parent / "cards"


def read_cards(folder: Path) -> dict[str, Card]:
    """Read every card of a folder, by name, in the order in which they are preferred.

    Raises
    ------
    EncoderError
        If a card is not valid; the sentence names the file and the key.

    Examples
    --------
    >>> read_cards(cards_folder())["all-minilm-l6-v2"].dimensions
    384
    """
    cards = [read_card(path) for path in sorted(folder.glob("*.json"))]
    return {c.name: c for c in sorted(cards, key=lambda c: (KINDS.index(c.kind), c.rank, c.name))}


@functools.cache
def known_cards() -> Mapping[str, Card]:
    """Every card: those of kinolex, and those of packages with an entry point ``kinolex.encoders``.

    The entry point names a folder of cards, a `Card`, several, or a function that gives one of
    these; such a card says in ``loader`` which function (card, folder, settings) loads it. A
    package that fails costs a warning and its own cards, nothing else.

    Examples
    --------
    >>> list(known_cards())[0]
    'siglip2-b16-256'
    """
    cards = read_cards(cards_folder())
    for entry in importlib.metadata.entry_points(group="kinolex.encoders"):
        try:
            given = entry.load()
            given = given() if callable(given) else given
            if isinstance(given, (str, Path)):
                given = read_cards(Path(given)).values()
            for card in [given] if isinstance(given, Card) else list(given):
                cards.setdefault(card.name, card)
        except Exception as error:  # whatever a foreign package raises
            warnings.warn(f"The encoders of {entry.value} are left out: {error}", stacklevel=2)
    return cards


def read_card(path: Path) -> Card:
    """Read one card.

    Raises
    ------
    EncoderError
        If the file cannot be read or is not a valid card.
    """
    try:
        card = _card(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EncoderError(f"The model card {path.name} is not valid: {error}.") from error
    if card.name != path.stem:
        raise EncoderError(f"The model card {path.name} calls itself {card.name!r}.")
    return card


def _card(given: dict[str, Any]) -> Card:
    unknown = set(given) - set(Card.__slots__)
    if unknown:
        raise ValueError(f"unknown keys {sorted(unknown)}")
    if not _NAME.match(given["name"]):
        raise ValueError(f"bad name {given['name']!r}")
    if given["kind"] not in KINDS:
        raise ValueError(f"kind {given['kind']!r} is none of {', '.join(KINDS)}")
    rest = {k: v for k, v in given.items() if k not in ("sources", "languages")}
    return Card(
        **rest,
        sources=tuple(_source(s) for s in given["sources"]),
        languages=tuple(given.get("languages", ())),
    )


def _source(given: dict[str, Any]) -> Source:
    if given["kind"] not in ("hub", "package", "module", "program"):
        raise ValueError(f"source kind {given['kind']!r}")
    rest = {k: v for k, v in given.items() if k not in ("files", "packages", "patterns", "ignore")}
    source = Source(
        **rest,
        files=tuple(_file(f) for f in given.get("files", ())),
        packages=tuple(Package(**p) for p in given.get("packages", ())),
        patterns=tuple(given.get("patterns", ())),
        ignore=tuple(given.get("ignore", ())),
    )
    _check(source)
    return source


def _file(given: dict[str, Any]) -> File:
    parts: Sequence[dict[str, Any]] = given.get("parts") or [{"path": given["to"]}]
    rest = {k: v for k, v in given.items() if k != "parts"}
    return File(**rest, parts=tuple(Part(**p) for p in parts))


def _check(source: Source) -> None:
    """Refuse paths that leave the folder, hashes that are none, and parts without a package."""
    for file in source.files:
        for path in (file.to, source.folder, *(p.path for p in file.parts)):
            if path.startswith(("/", "\\")) or ".." in Path(path).parts or ":" in path:
                raise ValueError(f"path {path!r} leaves the folder")
        for value in (file.sha256, *(p.sha256 for p in file.parts)):
            if value and not _SHA256.match(value):
                raise ValueError(f"{value!r} is not a sha256")
    if source.kind == "package":
        known = {p.name for p in source.packages}
        if not all(_SHA256.match(p.sha256) for p in source.packages):
            raise ValueError("a package needs the sha256 of its wheel")
        if not all(f.sha256 and all(p.package in known for p in f.parts) for f in source.files):
            raise ValueError("a file of a package needs a sha256 and a known package")
