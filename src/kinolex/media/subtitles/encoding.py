"""The right letters out of bytes whose encoding nobody wrote down.

A byte order mark decides; then NUL bytes (UTF-16), then valid UTF-8. What remains is an old code
page: each candidate's reading is scored by how likely its letters are in the languages that are
written in it (`alphabets`), and the likeliest reading wins. ASCII says nothing either way, so it
is not scored.
"""

from __future__ import annotations

import codecs
import math
import re
from collections.abc import Mapping

from kinolex.media.subtitles.alphabets import PAGES, UNLIKELY, Page

__all__ = ["decoded", "guess_encoding"]

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 60_000
_UTF8_CHARACTER = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_HIGH = re.compile(rb"[\x80-\xff]")
_BROKEN = -14.0


def decoded(data: bytes) -> str:
    """The text of ``data``; characters that cannot be read become U+FFFD.

    Examples
    --------
    >>> decoded("Привет, мир!".encode("cp1251")), decoded("Größe".encode("latin-1"))
    ('Привет, мир!', 'Größe')
    """
    return data.decode(guess_encoding(data), errors="replace").removeprefix("\ufeff")


def guess_encoding(data: bytes) -> str:
    """Python's name of the likeliest encoding.

    Examples
    --------
    >>> guess_encoding(b"plain"), guess_encoding("日本語の字幕です".encode("shift_jis"))
    ('utf-8', 'cp932')
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name
    if b"\0" in data[:_SAMPLE]:
        return _utf_16_or_junk(data[:_SAMPLE])
    if _is_utf_8(data):
        return "utf-8"
    sample = _telling_lines(data)
    best = max(PAGES, key=lambda page: _score(sample, page))
    return best.encoding


def _utf_16_or_junk(sample: bytes) -> str:
    """NULs lie in the high bytes: line feeds, digits and arrows are ASCII in every language."""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if max(even, odd) > 4 * min(even, odd) + 2:
        return "utf-16-be" if even > odd else "utf-16-le"
    return "utf-8"


def _is_utf_8(data: bytes) -> bool:
    """Valid, or so nearly valid that only a cut or a stray byte spoils it."""
    try:
        data.decode("utf-8")
        return True
    except UnicodeDecodeError:
        good = sum(map(len, _UTF8_CHARACTER.findall(data)))
        return good > 20 * (len(_HIGH.findall(data)) - good)


def _telling_lines(data: bytes) -> bytes:
    """The first lines that are not plain ASCII: they alone tell encodings apart."""
    lines: list[bytes] = []
    size = 0
    for line in re.split(rb"[\r\n]+", data):
        if _HIGH.search(line):
            lines.append(line)
            size += len(line)
            if size > _SAMPLE:
                break
    return b"\n".join(lines)


def _score(sample: bytes, page: Page) -> float:
    """Mean log-likelihood of a high byte under the page's best language."""
    text = sample.decode(page.encoding, errors="replace")
    return max(_likelihood(text, page, language) for language in page.languages)


def _likelihood(text: str, page: Page, weights: Mapping[str, float]) -> float:
    total, count = 0.0, 0
    before = " "
    for character in text:
        if character > "\x7f":
            width = page.width(character)
            total += width * _letter(character, before, page, weights)
            count += width
        elif page.foreign and not page.double and before > "\x7f" and _letters(before, character):
            total += UNLIKELY  # Latin letters grown together with another script
        before = character
    return (total + page.prior) / count if count else -math.inf


def _letter(character: str, before: str, page: Page, weights: Mapping[str, float]) -> float:
    """Log-likelihood of one non-ASCII character (for each of its bytes)."""
    if character == "\ufffd" or "\x80" <= character < "\xa0" or "\ue000" <= character < "\uf900":
        return _BROKEN
    if character in page.marks:
        return page.marks[character]
    lower = character.lower()
    likelihood = weights.get(lower)
    if likelihood is None:
        likelihood = page.other(character)
    if page.foreign and not page.double and before.isascii() and _letters(before, character):
        likelihood += UNLIKELY
    if lower != character and before.isalpha() and before.islower():
        likelihood -= 4.0  # a capital inside a word
    return likelihood


def _letters(*characters: str) -> bool:
    return all(character.isalpha() for character in characters)
