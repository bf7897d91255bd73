"""The 1,000 ImageNet classes in words: names, synonyms, what they are kinds of, and glosses.

Read from WordNet 3.0 (Debian's ``wordnet-base``; Fellbaum 1998), whose noun offsets are the
numbers in ImageNet's class ids.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PLACES = (Path("/usr/share/wordnet/data.noun"),)
LEVELS = 4
"""How far up hypernyms are taken: dog, canine, carnivore, mammal, but not entity."""

_EMPTY = {"entity", "physical entity", "object", "whole", "artifact", "living thing", "thing"}


@dataclass(frozen=True, slots=True)
class Synset:
    """One meaning: its words, its gloss without examples, and the meanings above it."""

    words: tuple[str, ...]
    gloss: str
    above: tuple[int, ...]


def synsets(path: Path | None = None) -> dict[int, Synset]:
    """All noun meanings by offset.

    Raises
    ------
    FileNotFoundError
        If WordNet is not installed.
    """
    found = path or next((p for p in PLACES if p.exists()), None)
    if found is None:
        raise FileNotFoundError("WordNet is missing: apt-get install wordnet-base")
    return dict(_parsed(found))


def _parsed(path: Path) -> Iterator[tuple[int, Synset]]:
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("  "):
            continue
        data, _, gloss = line.partition(" | ")
        parts = data.split()
        count = int(parts[3], 16)
        words = tuple(parts[4 + 2 * i].replace("_", " ") for i in range(count))
        rest = parts[4 + 2 * count + 1 :]
        above = tuple(
            int(rest[i + 1]) for i in range(0, len(rest) - 3, 4) if rest[i] in ("@", "@i")
        )
        yield int(parts[0]), Synset(words, re.sub(r"; \".*", "", gloss).strip(), above)


def class_texts(shared: Path) -> list[tuple[str, ...]]:
    """Texts of each ImageNet class in the standard order; the plain name first."""
    rows = json.loads((shared / "data/imagenet_sample/classes.json").read_text("utf-8"))
    known = synsets()
    return [_texts(row["name"], known, int(row["wnid"][1:])) for row in rows]


def _texts(name: str, known: dict[int, Synset], offset: int) -> tuple[str, ...]:
    own = known[offset]
    texts = [name, f"a photo of a {name}", *own.words, f"a {own.words[0]}"]
    level = list(own.above)
    for _ in range(LEVELS):
        for above in level:
            words = [w for w in known[above].words[:2] if w not in _EMPTY]
            texts += [f"{name}, a kind of {w}" for w in words[:1]] + words
        level = [up for above in level for up in known[above].above]
    texts += [own.gloss, f"{name}: {own.gloss}"]
    return tuple(dict.fromkeys(t for t in texts if t))
