"""What a word is, and when two words are the same: folding, splitting, stems, marks.

Works for scripts with and without spaces: runs of Han, Kana, Hangul, Thai and the like are matched
by overlapping pairs of characters, as no dictionary is at hand.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

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
    thing things get gets go goes going make makes one two"""
LIGHT_WORDS = frozenset(_LIGHT.split())
"""Words of questions about videos that say little; they count for a third."""

_WORD = re.compile(r"[^\W_]+(?:['’.][^\W_]+)*")
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+"
)
_VOWELS = frozenset("aeiouy")


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text: folded ``text``, and its half-open characters in the original."""

    text: str
    start: int
    end: int


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    spread = unicodedata.normalize("NFKD", character.casefold())
    return "".join(c for c in spread if not unicodedata.combining(c)).casefold()


def fold(text: str) -> str:
    """Fold case, accents and widths, so that "Café" equals "CAFE".

    Examples
    --------
    >>> fold("Ｃafé ÜBER")
    'cafe uber'
    """
    return "".join(map(_fold_character, text))


def tokens(text: str) -> list[Token]:
    """Split a text into words; unspaced scripts into overlapping pairs of characters.

    Examples
    --------
    >>> [t.text for t in tokens("Don't panic: 東京駅 v2.0")]
    ["don't", 'panic', '東京', '京駅', 'v2.0']
    """
    found: list[Token] = []
    for word in _WORD.finditer(text):
        at = word.start()
        for run in _UNSPACED.finditer(text, word.start(), word.end()):
            if run.start() > at:
                found.append(Token(_word(text[at : run.start()]), at, run.start()))
            found.extend(_pairs(text, run.start(), run.end()))
            at = run.end()
        if at < word.end():
            found.append(Token(_word(text[at : word.end()]), at, word.end()))
    return [token for token in found if token.text]


def _word(text: str) -> str:
    return fold(text).replace("’", "'").strip("'.")


def _pairs(text: str, start: int, end: int) -> Iterable[Token]:
    if end - start == 1:
        yield Token(fold(text[start:end]), start, end)
    for at in range(start, end - 1):
        yield Token(fold(text[at : at + 2]), at, at + 2)


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
    if not word.isascii() or not word.isalpha():
        word = word.removesuffix("'s")
        if not word.isascii() or len(word) < 4:
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
    """Character ranges of ``text`` whose stems were asked for, in order, touching ones joined.

    Examples
    --------
    >>> marks("Cups of cups!", {"cup"})
    ((0, 4), (8, 12))
    """
    return _joined((t.start, t.end) for t in tokens(text) if stem(t.text) in asked)


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
    for token in tokens(text):
        if _UNSPACED.fullmatch(text, token.start, token.end):
            seen = out[-1].end if out else -1
            for at in range(max(token.start, seen), token.end):
                out.append(Token(fold(text[at]), at, at + 1))
        else:
            out.append(token)
    return out


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


def contains_phrase(text: str, phrases: Sequence[str]) -> bool:
    """Whether every phrase stands in the text."""
    return all(phrase_marks(text, phrase) for phrase in phrases)
