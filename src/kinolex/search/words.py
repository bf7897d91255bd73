"""What a word is, and when two words are the same: folding, splitting, stems, marks.

Works for scripts with and without spaces: runs of Han, Kana, Hangul, Thai and the like are matched
by overlapping pairs of characters, as no dictionary is at hand.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import category

from kinolex.library.folding import fold, is_unspaced, words_of

__all__ = [
    "LIGHT_WORDS",
    "STOP_WORDS",
    "Token",
    "contains_phrase",
    "coverage",
    "fold",
    "informative",
    "marks",
    "phrase_marks",
    "stem",
    "stems_of",
    "tokens",
]

_STOP = """
    a about after again all also am an and any are as at be because been before being below
    between both but by can could did do does doing don down during each few for from further had
    has have having he her here hers herself him himself his how i if in into is it its itself just
    me more most my myself no nor not now of off on once only or other our ours ourselves out over
    own re s same she should so some such t than that the their theirs them themselves then there
    these they this those through to too under until up us very was we were what when where which
    while who whom whose why will with would you your yours yourself yourselves"""
STOP_WORDS = frozenset(_STOP.split())
"""English words that carry no content of their own."""

_LIGHT = """
    clip clips scene scenes video videos moment moments footage part show shows showing shown
    find search see seen look looking say says said saying tell tells talk talks talking speak
    speaks mention mentions explain explains someone somebody something people person man woman
    thing things get gets go goes going make makes one two slide slides screen page picture pictures
    photo title film movie camera shot shots frame"""
LIGHT_WORDS = frozenset(_LIGHT.split())
"""Words of questions about videos that say little; they count for a third."""

# Letters, digits and the marks of scripts that write vowels as marks (dandas are punctuation).
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u0900-\u0963\u0966-\u0dff\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece"
    "\u102b-\u103e\u1056-\u1059\u105e-\u1060\u1062-\u1064\u1067-\u106d\u1071-\u1074"
    "\u1082-\u108d\u108f\u109a-\u109d\u17b4-\u17d3\u17dd\u200c\u200d\u3099\u309a"
)
_WORD = re.compile(rf"(?:[^\W_]|[{_MARKS}])+")
_ASCII = re.compile("[a-z0-9]+")
_VOWELS = frozenset("aeiouy")


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text: folded ``text``, and its half-open characters in the original."""

    text: str
    start: int
    end: int


@lru_cache(maxsize=65536)
def _folded(chunk: str) -> str:
    return "".join(words_of(chunk))


def tokens(text: str, *, singles: bool = False) -> list[Token]:
    """Split a text into words; unspaced scripts into overlapping pairs of characters.

    Parameters
    ----------
    text : str
    singles : bool
        Also give each character of unspaced scripts, so that a question of one ("cat" in Chinese)
        is found inside longer stretches.

    Examples
    --------
    >>> [t.text for t in tokens("Don't panic: 東京駅 Café")]
    ['don', 't', 'panic', '東京', '京駅', 'cafe']
    """
    found: list[Token] = []
    for word in _WORD.finditer(text):
        chunk = word[0]
        if chunk.isascii():
            found.append(Token(chunk.lower(), word.start(), word.end()))
            continue
        for start, end, unspaced in _stretches(chunk, word.start()):
            if unspaced:
                found.extend(_pairs(text, start, end, singles=singles))
            else:
                found.append(Token(_folded(text[start:end]), start, end))
    return [token for token in found if token.text]


def _stretches(chunk: str, offset: int) -> Iterable[tuple[int, int, bool]]:
    """Stretches of a chunk that do or do not write spaces, with their places in the text."""
    at = 0
    for unspaced, group in itertools.groupby(chunk, key=is_unspaced):
        end = at + len(list(group))
        yield offset + at, offset + end, unspaced
        at = end


def _characters(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Places of the characters of an unspaced stretch, each with the marks that belong to it."""
    firsts = [at for at in range(start, end) if at == start or category(text[at])[0] != "M"]
    return list(zip(firsts, [*firsts[1:], end], strict=True))


def _pairs(text: str, start: int, end: int, *, singles: bool) -> Iterable[Token]:
    places = _characters(text, start, end)
    if singles or len(places) == 1:
        for first, last in places:
            yield Token(_folded(text[first:last]), first, last)
    for (first, _), (_, last) in itertools.pairwise(places):
        yield Token(_folded(text[first:last]), first, last)


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Cut the common English endings of a folded word, so that "swirling" equals "swirl".

    A small rule set of our own, not a full stemmer: plurals, possessives, -ing, -ed, -er/-est are
    left alone where cutting would leave no vowel or fewer than three letters.

    Examples
    --------
    >>> [stem(w) for w in ("cups", "shuffled", "running", "cities", "boxes", "sing", "videos")]
    ['cup', 'shuffl', 'run', 'citi', 'box', 'sing', 'video']
    >>> stem("shuffle") == stem("shuffling")
    True
    """
    if not word.isascii() or not word.isalpha() or len(word) < 4:
        return word
    word = _singular(word)
    for ending in ("ing", "ed"):
        base = word.removesuffix(ending)
        if base != word and len(base) >= 3 and _VOWELS & set(base):
            return _undouble(base)
    if word.endswith("e") and len(word) > 3:
        word = word[:-1]
    if word.endswith("y") and len(word) > 3 and word[-2] not in _VOWELS:
        word = word[:-1] + "i"
    return word


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "i"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        return word[:-1]
    return word


def _undouble(base: str) -> str:
    if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "lsz":
        return base[:-1]
    if base.endswith("y") and base[-2] not in _VOWELS:
        return base[:-1] + "i"
    return base[:-1] if base.endswith("e") else base


def stems_of(text: str) -> frozenset[str]:
    """Stems of all words of a text; of unspaced scripts single characters too.

    Examples
    --------
    >>> sorted(stems_of("Two cups, one CUP"))
    ['cup', 'one', 'two']
    """
    if text.isascii():
        return frozenset(map(stem, _ASCII.findall(text.lower())))
    return frozenset(stem(token.text) for token in tokens(text, singles=True))


def informative(text: str) -> dict[str, float]:
    """The stems of a question that carry content, each with a weight before rarity.

    Stop words are left out unless nothing else is there ("to be or not to be").

    Examples
    --------
    >>> informative("a video of the red cups")
    {'video': 0.3, 'red': 1.0, 'cup': 1.0}
    """
    words = [t.text for t in tokens(text)]
    content = [w for w in words if w not in STOP_WORDS] or words
    return {stem(w): (0.3 if w in LIGHT_WORDS else 1.0) for w in content}


def coverage(
    asked: Mapping[str, float], stems: Collection[str], rarity: Mapping[str, float] | None = None
) -> float:
    """Share of a question's informative words that a passage holds, weighted by rarity.

    Parameters
    ----------
    asked : mapping
        From `informative`.
    stems : collection of str
        Stems of the passage (a set is fast).
    rarity : mapping, optional
        Weight of each stem (inverse document frequency); 1 where not given.

    Returns
    -------
    float
        In [0, 1]; 0 when nothing was asked.

    Examples
    --------
    >>> coverage({"red": 1.0, "cup": 1.0}, {"cup", "tabl"}, {"red": 1.0, "cup": 3.0})
    0.75
    """
    weights = {s: w * (rarity.get(s, 1.0) if rarity else 1.0) for s, w in asked.items()}
    whole = sum(weights.values())
    return sum(w for s, w in weights.items() if s in stems) / whole if whole else 0.0


def marks(text: str, asked: Collection[str]) -> tuple[tuple[int, int], ...]:
    """Character ranges of ``text`` whose stems were asked for, in order.

    Ranges that touch, or have only one mark of punctuation between them, are joined.

    Examples
    --------
    >>> marks("Cups of cups: 0.3!", {"cup", "0", "3"})
    ((0, 4), (8, 12), (14, 17))
    """
    found = _joined((t.start, t.end) for t in tokens(text, singles=True) if stem(t.text) in asked)
    out: list[tuple[int, int]] = []
    for start, end in found:
        if out and start - out[-1][1] == 1 and not text[start - 1].isspace():
            out[-1] = (out[-1][0], end)
        else:
            out.append((start, end))
    return tuple(out)


def _joined(ranges: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    out: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return tuple(out)


def _sequence(text: str) -> list[Token]:
    """Words in order, unspaced scripts as single characters: for contiguous matching."""
    out: list[Token] = []
    for word in _WORD.finditer(text):
        for start, end, unspaced in _stretches(word[0], word.start()):
            if unspaced:
                places = _characters(text, start, end)
                out += [Token(_folded(text[first:last]), first, last) for first, last in places]
            else:
                out.append(Token(_folded(text[start:end]), start, end))
    return [token for token in out if token.text]


def phrase_marks(text: str, phrase: str) -> tuple[tuple[int, int], ...]:
    """Where ``phrase`` stands in ``text``: contiguous words, case and accents folded, no stems.

    Examples
    --------
    >>> phrase_marks("Big Buck Bunny, BIG-BUCK", "big buck")
    ((0, 8), (16, 24))
    """
    wanted = [t.text for t in _sequence(phrase)]
    given = _sequence(text)
    n = len(wanted)
    if not n:
        return ()
    hits = (
        (given[i].start, given[i + n - 1].end)
        for i in range(len(given) - n + 1)
        if all(given[i + j].text == wanted[j] for j in range(n))
    )
    return _joined(hits)


def contains_phrase(text: str, phrase: str) -> bool:
    """Whether a phrase stands in a text, by the same rule as the library's full text.

    Examples
    --------
    >>> contains_phrase("Big-Buck Bunny", "buck bunny"), contains_phrase("Big Bunny", "big bun")
    (True, False)
    """
    wanted = fold(phrase)
    return bool(wanted) and f" {wanted} " in f" {fold(text)} "
