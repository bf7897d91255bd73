"""Classes that a person names, read from a file, and their vectors by prompt ensembles.

Of a class without prompts of its own several sentences are encoded (`TEMPLATES`), and the mean of
their unit vectors, of unit length again, stands for it: A. Radford et al., "Learning transferable
visual models from natural language supervision" (CLIP), ICML 2021, section 3.1.4.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kinolex.encoders.protocols import WordsEncoder
from kinolex.errors import NotFoundError, UsageError
from kinolex.progress import Event, Listener, silent

__all__ = [
    "MOST",
    "TEMPLATES",
    "Class",
    "class_vectors",
    "name_key",
    "named",
    "read_classes",
    "with_article",
]

MOST = 10_000
"""Classes that are accepted at most."""

TEMPLATES = (
    "{}",
    "a photo of {}",
    "a video of {}",
    "a still from a film that shows {}",
    "a picture of {} in the scene",
    "a close-up of {}",
)
"""Sentences around a class, which is put in with its article."""

_BYTES = 16_000_000
_WORDS = """
    a an any her his its many my no one our several some that the their these this those three two
    your"""
_DETERMINERS = frozenset(_WORDS.split())
_TOGETHER = 256

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Class:
    """A class: what it is called, and the prompts that describe it (none: `TEMPLATES`)."""

    name: str
    prompts: tuple[str, ...] = ()

    def sentences(self) -> tuple[str, ...]:
        """What is encoded for it; ``{}`` in a prompt is its name.

        Examples
        --------
        >>> Class("dog").sentences()[:2], Class("dog", ("an old {}",)).sentences()
        (('a dog', 'a photo of a dog'), ('an old dog',))
        """
        if self.prompts:
            return tuple(prompt.replace("{}", self.name) for prompt in self.prompts)
        return tuple(template.replace("{}", with_article(self.name)) for template in TEMPLATES)


def with_article(name: str) -> str:
    """A class as it stands in a sentence: with an article where English wants one.

    None before names with a determiner, proper names, plurals, doings and other alphabets.

    Examples
    --------
    >>> [with_article(n) for n in ("dog", "old car", "a cat", "Paris", "dogs", "people talking")]
    ['a dog', 'an old car', 'a cat', 'Paris', 'dogs', 'people talking']
    """
    words = name.split()
    plain = bool(re.fullmatch(r"[a-z][a-z' -]*", name))
    if not plain or words[0] in _DETERMINERS or any(w.endswith("ing") for w in words):
        return name
    if re.search(r"[^siu]s$", words[-1]) or words[-1] in ("people", "men", "women", "children"):
        return name
    vowel = re.match(r"(?!uni|use|one|eu)[aeiou]|hour|honest", words[0])
    return f"{'an' if vowel else 'a'} {name}"


def read_classes(source: str | PathLike[str] | Sequence[Any] | Mapping[str, Any]) -> list[Class]:
    """Classes from a file, a list of names, or names with their prompts.

    Parameters
    ----------
    source : path-like, sequence or mapping
        A file: one class a line (``name``, or ``name: prompt | prompt``; ``#`` begins a comment
        line), or JSON: ``["a", "b"]`` or ``{"a": ["prompt", ...]}``. Or such a list or mapping.

    Raises
    ------
    NotFoundError
        If there is no such file.
    UsageError
        If it cannot be read, names nothing, names something twice, or more than `MOST` things.

    Examples
    --------
    >>> read_classes({"dog": ["a dog", "a puppy"], "cat": []})
    [Class(name='dog', prompts=('a dog', 'a puppy')), Class(name='cat', prompts=())]
    """
    if isinstance(source, (str, PathLike)):
        place = str(source)
        return _checked(_of_text(_text_of(Path(source).expanduser()), place), place)
    return _checked(_of_json(source, "classes"), "classes")


def _text_of(path: Path) -> str:
    if path.is_dir():
        raise UsageError(
            f"{path} is a folder, not a file of classes.", hint="Folders go to --examples."
        )
    if not path.exists():
        raise NotFoundError(f"There is no file {path}.", hint="It holds one class a line.")
    if not path.is_file() and not path.is_fifo():
        raise UsageError(f"{path} is no file of classes.", hint="It holds one class a line.")
    if path.stat().st_size > _BYTES:
        raise UsageError(
            f"{path} is too long for a file of classes (at most {_BYTES // 1_000_000} MB)."
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{path} cannot be read as text ({error}).", hint="Write one class a line, in UTF-8."
        ) from error
    if "\0" in text:
        raise UsageError(f"{path} is no text.", hint="Write one class a line, in UTF-8.")
    return text


def _of_text(text: str, place: str) -> list[Class]:
    bracketed = re.match(r"""\s*\[[^][{}"',]+\]""", text)  # a class such as [music]
    if place.endswith(".json") or (text.lstrip()[:1] in ("[", "{") and not bracketed):
        try:
            return _of_json(json.loads(text, object_pairs_hook=_Pairs), place)
        except (ValueError, RecursionError) as error:
            raise UsageError(
                f"{place} is no JSON ({error}).",
                hint='Write ["a", "b"], or one class a line in a text file.',
            ) from error
    lines = (line.strip() for line in text.splitlines())
    return [_of_line(line) for line in lines if line and not line.startswith("#")]


def _of_line(line: str) -> Class:
    """``name`` or ``name: prompt | prompt``; a colon inside a word belongs to it."""
    name, *rest = re.split(r":(?=\s|$)", line, maxsplit=1)
    prompts = (" ".join(p.split()) for p in "".join(rest).split("|"))
    return Class(" ".join(name.split()), tuple(p for p in prompts if p))


@dataclass(frozen=True, slots=True)
class _Pairs:
    """A JSON object with all its keys, so that one that is there twice is not lost."""

    pairs: list[tuple[str, Any]]


def _written(*texts: str) -> bool:
    """Whether texts are characters, not halves of some."""
    try:
        return bool("".join(texts).encode() or True)
    except UnicodeEncodeError:
        return False


def _of_json(value: Any, place: str) -> list[Class]:
    if isinstance(value, str) or not isinstance(value, (_Pairs, Iterable)):
        raise UsageError(
            f"{place} holds one value, not classes.",
            hint='Write ["a", "b"] or {"a": ["prompt", "prompt"]}.',
        )
    if isinstance(value, _Pairs):
        pairs = value.pairs
    else:
        pairs = [*(value.items() if isinstance(value, Mapping) else ((n, ()) for n in value))]
    found = []
    for name, prompts in pairs:
        several = [prompts] if isinstance(prompts, str) else prompts or ()
        good = isinstance(several, Sequence) and all(isinstance(p, str) for p in several)
        if not isinstance(name, str) or not good or not _written(name, *several):
            raise UsageError(
                f"{place} holds {name!r}: {prompts!r}, which is no class.",
                hint='Write ["a", "b"] or {"a": ["prompt", "prompt"]}.',
            )
        kept = (" ".join(p.split()) for p in several)
        found.append(Class(" ".join(name.split()), tuple(p for p in kept if p)))
    return found


def _checked(classes: list[Class], place: str) -> list[Class]:
    if not classes:
        raise UsageError(f"{place} names no class.", hint="Write one a line.")
    if any(not one.name for one in classes):
        raise UsageError(f"{place} holds a class without a name.")
    if len(classes) > MOST:
        raise UsageError(f"{place} names {len(classes):,} classes; at most {MOST:,} are possible.")
    for one, other in pairwise(sorted(classes, key=lambda c: name_key(c.name))):
        if name_key(one.name) == name_key(other.name):
            raise UsageError(f'{place} names the class "{one.name}" twice.')
    return classes


def name_key(name: str) -> str:
    """What two names share that are the same to a person: case and accents as written do not count.

    macOS writes the accents of file names as letters of their own.

    Examples
    --------
    >>> name_key("Cafe\N{COMBINING ACUTE ACCENT}") == name_key("café")
    True
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def named(classes: Sequence[Class]) -> dict[str, int]:
    """Places of classes by their names as `name_key` gives them."""
    return {name_key(one.name): place for place, one in enumerate(classes)}


def class_vectors(
    classes: Sequence[Class], encoder: WordsEncoder, progress: Listener = silent
) -> Vectors:
    """Prompt ensembles: of each class the mean of its sentences' unit vectors, of unit length.

    ``progress`` hears of sentences, where they are many.

    Returns
    -------
    (k, d) float32
    """
    sentences = [one.sentences() for one in classes]
    flat = [sentence for several in sentences for sentence in several]
    rows = []
    for first in range(0, len(flat), _TOGETHER):
        if len(flat) > _TOGETHER:
            progress(Event("step", stage="words of the classes", done=first, total=len(flat)))
        rows.append(encoder.encode_words(flat[first : first + _TOGETHER], query=True))
    starts = np.cumsum([0, *(len(several) for several in sentences)])[:-1]
    sums = np.add.reduceat(np.concatenate(rows), starts, axis=0)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    return np.asarray(sums / np.maximum(lengths, 1e-12), np.float32)
