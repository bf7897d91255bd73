"""Text as the word index sees it: folded to plain words with one space between them.

Case, accents, width and punctuation do not count. Scripts that put no spaces between words (Han,
Kana, Thai, Lao, Khmer, Myanmar) and Hangul, whose particles stick to words, are split into single
characters, so that any contiguous piece can be found as a phrase.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["fold", "is_unspaced", "words_of"]

_ASCII = re.compile(r"[a-z0-9]+")
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua9e0-\ua9ff\uaa60-\uaa7f\uac00-\ud7a3\uf900-\ufaff"
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff]"
)
_LETTERS = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "ı": "i",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "ŋ": "n",
        "ŧ": "t",
        "\u0640": "",  # Arabic tatweel only stretches a word
        "\u0671": "\u0627",  # alef with wasla, which has no decomposition
        "\u06cc": "\u064a",  # Farsi yeh
        "\u0649": "\u064a",  # alef maksura, often written for yeh
        "\u06a9": "\u0643",  # keheh
    }
)


def is_unspaced(word: str) -> bool:
    """Whether a folded word is one character of a script that is split into characters."""
    return bool(_UNSPACED.match(word))


def _is_accent(character: str) -> bool:
    """Marks that fold away: accents and vowel points, never vowel signs, viramas or dakuten."""
    order = unicodedata.combining(character)
    return 10 <= order <= 35 or 200 <= order <= 240


def _kind(character: str) -> str:
    """``w`` part of a word, ``m`` mark on the character before, ``s`` symbol, `` `` the rest."""
    category = unicodedata.category(character)
    if "\ufe00" <= character <= "\ufe0f":
        return " "
    if category[0] in "LN":
        return "w"
    if category[0] == "M":
        return "m"
    return "s" if category == "So" else " "


def words_of(text: str) -> list[str]:
    """Folded words of a text, in order.

    Parameters
    ----------
    text : str
        Any text, valid Unicode or not.

    Examples
    --------
    >>> words_of("Don't STOP: Crème brûlée, ﬁve!")
    ['don', 't', 'stop', 'creme', 'brulee', 'five']
    >>> words_of("天气 good")
    ['天', '气', 'good']
    """
    if text.isascii():
        return _ASCII.findall(text.lower())
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    plain = "".join(c for c in plain if not _is_accent(c)).translate(_LETTERS)
    words: list[str] = []
    word = ""
    for character in unicodedata.normalize("NFC", plain):
        kind = _kind(character)
        if kind == "m" and word:
            word += character
            continue
        alone = kind == "s" or _UNSPACED.match(character) is not None
        if word and (alone or kind != "w" or is_unspaced(word) or _kind(word[0]) == "s"):
            words.append(word)
            word = ""
        if kind in "ws":
            word += character
    return [*words, word] if word else words


def fold(text: str) -> str:
    """Folded words with one space between them; equal for texts that count as the same.

    Examples
    --------
    >>> fold("Über-Größe") == fold("uber grosse")
    True
    """
    return " ".join(words_of(text))
