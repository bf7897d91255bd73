"""The language of a text, by py3langid (Lui and Baldwin 2012, langid.py).

A guess of a classifier that knows 97 languages; where a text is too short to tell, the answer is
"not known" rather than wrong.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

__all__ = ["language_of"]

_LETTERS = re.compile(r"[^\W\d_]+")
_NOISE = re.compile(r"\S+@\S+|https?://\S+|www\.\S+")
# Beyond this the answer no longer changes, only the time it takes.
_LONGEST = 2000
_VARIETIES = {"ary": "ar", "arz": "ar", "nb": "no", "nn": "no", "pcm": "en", "srl": "sr"}


def language_of(text: str, *, least: float = 0.5, letters: int = 10) -> str:
    """Tell the language of a text.

    Parameters
    ----------
    text : str
        A sentence or more; addresses in it are ignored.
    least : float
        Probability below which the answer is "not known".
    letters : int
        Letters below which the answer is "not known". A Chinese, Japanese, Korean or Thai letter
        counts as three.

    Returns
    -------
    str
        ISO 639-1 code, or "" when unsure.

    Examples
    --------
    >>> language_of("Wo ist der Bahnhof, und wann fährt der nächste Zug?")
    'de'
    >>> language_of("OK")
    ''
    """
    words = _LETTERS.findall(_NOISE.sub(" ", text[:_LONGEST]))
    if sum(_weight(word) for word in words) < letters:
        return ""
    sentence = " ".join(words)
    # Imported here: the model takes a tenth of a second to load.
    from py3langid import rank

    chances = _chances(rank(sentence), sentence)
    best = max(chances, key=lambda code: chances[code])
    return best if chances[best] >= least and len(best) == 2 else ""


def _weight(word: str) -> int:
    """Letters of a word, dense scripts counted thrice."""
    return sum(3 if "\u0e00" <= c <= "\u0e7f" or "\u3040" <= c <= "\ud7af" else 1 for c in word)


def _chances(ranked: Sequence[tuple[str, float]], sentence: str) -> dict[str, float]:
    """Chance of each language, spoken varieties counted with their language.

    The scores are log probabilities that sum over dependent features, so they grow too sure with
    the length; dividing by the root of the bytes undoes most of that.
    """
    softer = math.sqrt(len(sentence.encode()))
    best = max(score for _, score in ranked)
    chances: dict[str, float] = {}
    for code, score in ranked:
        code = _VARIETIES.get(code, code)
        chances[code] = chances.get(code, 0.0) + math.exp((score - best) / softer)
    total = sum(chances.values())
    return {code: chance / total for code, chance in chances.items()}
