"""What was said, as words with times: repeated-text loops taken out, sentences put together.

Pure functions on text and `SpokenWord`; no model here. Words come as Whisper writes them, with
the space in front (``" Hello"``), because languages without spaces have none.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from typing import TypeVar

from kinolex.encoders.protocols import SpokenWord

__all__ = ["collapse_loops", "compression_ratio", "is_loop", "joined", "split_sentences", "units"]

Item = TypeVar("Item")

_LONGEST_LOOP = 24
_ENDS = ".!?…。！？؟।"
_CLOSING = "\"'”’»)]」』"
_COMMAS = ",;:，、；：–—"
_NOT_ENDS = frozenset(
    ("mr", "mrs", "ms", "dr", "prof", "st", "vs", "etc", "fig", "jr", "sr", "e.g", "i.e")
)


def units(text: str) -> list[str]:
    """Split a text into what can repeat: its words, or its letters where there are no spaces.

    Examples
    --------
    >>> units("No, no!"), units("はいはい")
    (['no', 'no'], ['は', 'い', 'は', 'い'])
    """
    words = [bare for word in text.split() if (bare := _bare(word))]
    return words if len(words) > 1 or text.isascii() else list(_bare(text))


def compression_ratio(text: str) -> float:
    """Bytes of the text over bytes of it after zlib; high where it repeats itself."""
    data = text.encode()
    return len(data) / len(zlib.compress(data)) if data else 0.0


def is_loop(text: str, *, ratio: float = 2.4) -> bool:
    """Tell whether a text is what a stuck model writes: the same again and again.

    Examples
    --------
    >>> is_loop("and then " * 20), is_loop("No, no, no! We will never, never stop.")
    (True, False)
    """
    said = units(text)
    return compression_ratio(text) > ratio or 2 * len(collapse_loops(said)) < len(said)


def collapse_loops(
    items: Sequence[Item], key: Callable[[Item], object] = lambda item: item
) -> list[Item]:
    """Keep a run that repeats without end once; leave what people repeat ("no, no, no") alone.

    A run of one word counts from 5 repeats, of two to five words from 4, of more from 3.

    Parameters
    ----------
    items : sequence
        Words, in order.
    key : callable, optional
        What makes two of them the same.

    Returns
    -------
    list
        A subsequence of the items.

    Examples
    --------
    >>> collapse_loops("I am here you know you know you know you know yes".split())
    ['I', 'am', 'here', 'you', 'know', 'yes']
    """
    kept = list(items)
    while True:
        keys = [key(item) for item in kept]
        found = next((loop for i in range(len(keys)) if (loop := _loop_at(keys, i))), None)
        if found is None:
            return kept
        del kept[found[0] : found[1]]


def _loop_at(keys: Sequence[object], start: int) -> tuple[int, int] | None:
    """What to delete of a loop that begins at ``start``, as a range."""
    for size in range(1, min(_LONGEST_LOOP, (len(keys) - start) // 3) + 1):
        run = keys[start : start + size]
        end = start + size
        while keys[end : end + size] == run:
            end += size
        if (end - start) // size >= (5 if size == 1 else 4 if size < 6 else 3):
            return start + size, end
    return None


def split_sentences(
    words: Sequence[SpokenWord],
    *,
    gap: float = 1.0,
    longest: float = 12.0,
    shortest: float = 1.2,
) -> list[list[SpokenWord]]:
    """Split words into sentences or breaths.

    A passage ends where a sentence ends, where nobody speaks for ``gap`` seconds, and where it
    would last longer than ``longest`` seconds (then at the best comma or pause). A sentence
    shorter than ``shortest`` seconds ("Yes.") joins its neighbour where there is room.

    Parameters
    ----------
    words : sequence of SpokenWord
        In order of time.
    gap, longest, shortest : float
        Seconds.

    Returns
    -------
    list of list of SpokenWord
        The same words in the same order; no list is empty.
    """
    passages: list[list[SpokenWord]] = []
    for breath in _breaths(words, gap):
        sentences = _sentences(breath)
        joined_up = _joined_up(sentences, longest, shortest)
        passages += [part for sentence in joined_up for part in _halved(sentence, longest)]
    return passages


def joined(words: Sequence[SpokenWord]) -> str:
    """The words as one text, without double spaces."""
    return " ".join("".join(word.text for word in words).split())


def _breaths(words: Sequence[SpokenWord], gap: float) -> list[list[SpokenWord]]:
    breaths: list[list[SpokenWord]] = []
    for word in words:
        if breaths and word.start - breaths[-1][-1].end < gap:
            breaths[-1].append(word)
        else:
            breaths.append([word])
    return breaths


def _sentences(words: Sequence[SpokenWord]) -> list[list[SpokenWord]]:
    sentences: list[list[SpokenWord]] = [[]]
    for word in words:
        sentences[-1].append(word)
        if ends_sentence(word.text):
            sentences.append([])
    return [sentence for sentence in sentences if sentence]


def ends_sentence(word: str) -> bool:
    """Whether a sentence ends after this word (not after "Mr." or "J.").

    Examples
    --------
    >>> [ends_sentence(w) for w in ("end.", "Mr.", "J.", "why?'", "3.14", "终。")]
    [True, False, False, True, False, True]
    """
    bare = word.strip().rstrip(_CLOSING)
    if not bare or bare[-1] not in _ENDS:
        return False
    if bare[-1] != "." or bare.endswith("..."):
        return True
    stem = bare[:-1].strip(_CLOSING + "([{“‘«").lower()
    initial = len(stem) == 1 and stem.isascii() and stem.isalpha() and stem != "i"
    return bool(stem) and not initial and stem not in _NOT_ENDS


def _joined_up(
    sentences: Sequence[list[SpokenWord]], longest: float, shortest: float
) -> list[list[SpokenWord]]:
    """Short sentences put together with the one before, or the one after."""
    passages: list[list[SpokenWord]] = []
    for sentence in sentences:
        short = _seconds(sentence) < shortest or (passages and _seconds(passages[-1]) < shortest)
        if passages and short and sentence[-1].end - passages[-1][0].start <= longest:
            passages[-1] = passages[-1] + sentence
        else:
            passages.append(sentence)
    return passages


def _halved(words: list[SpokenWord], longest: float) -> list[list[SpokenWord]]:
    if len(words) < 2 or _seconds(words) <= longest:
        return [words]
    cut = max(range(1, len(words)), key=lambda i: _fitness(words, i))
    return _halved(words[:cut], longest) + _halved(words[cut:], longest)


def _fitness(words: Sequence[SpokenWord], cut: int) -> float:
    """How good it is to cut before word ``cut``: a pause, a comma, near the middle."""
    before, after = words[cut - 1], words[cut]
    total = _seconds(words) or 1.0
    off = abs((before.end + after.start) / 2 - (words[0].start + words[-1].end) / 2) / total
    comma = before.text.rstrip().endswith(tuple(_COMMAS))
    return max(0.0, after.start - before.end) + 0.5 * comma - 2.0 * off


def _seconds(words: Sequence[SpokenWord]) -> float:
    return words[-1].end - words[0].start


def _bare(word: str) -> str:
    return "".join(c for c in word.casefold() if c.isalnum())
