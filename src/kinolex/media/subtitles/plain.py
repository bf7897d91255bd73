"""Plain words out of marked-up subtitle lines.

What is left are the words as they are read aloud: no tags, no codes, no drawings, one space
between words. Line breaks become spaces, but nothing between two characters of a script that is
written without spaces (a Chinese sentence may be broken anywhere). Parsers keep line breaks, since
rolling captions are told by their lines; `one_line` is the last step.
"""

from __future__ import annotations

import html
import re

__all__ = ["one_line", "plain_ass", "plain_srt", "plain_vtt"]

# Only what subtitle files really use: "x < y and y > z" is no tag.
_HTML_TAG = re.compile(
    r"</?(?:i|b|u|s|c|v|p|em|strong|font|span|div|lang|ruby|rt|rb|rp|a|tt|small|big|sup|sub)"
    r"(?:[\s.=][^<>]*)?/?>",
    re.IGNORECASE,
)
_BREAK_TAG = re.compile(r"<\s*br\s*/?>", re.IGNORECASE)
_RUBY_NOTE = re.compile(r"<rt(?:[\s.][^<>]*)?>.*?</rt>", re.IGNORECASE | re.DOTALL)
_VTT_TAG = re.compile(r"</?[A-Za-z0-9][^<>]*>|</>")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_CODES = re.compile(r"\{[^{}]*\}")
_SRT_CODES = re.compile(r"\{\\[^{}]*\}|\{[yYcCfFsSpPoO]:[^{}]*\}")
_DRAWING = re.compile(r"\{[^{}]*\\p[1-9][^{}]*\}.*?(?=\{[^{}]*\\p0[^{}]*\}|\Z)", re.DOTALL)
# Marks of direction and joining that are never seen, and the byte order mark.
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u00ad]")
# What terminals obey (ECMA-48): colours, and links with their address.
_ESCAPE = re.compile("\x1b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\x07\x1b]*(?:\x07|\x1b\\\\)?)")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uff01-\uff60\U00020000-\U0003ffff"
)
_UNSPACED_BREAK = re.compile(f"(?<=[{_UNSPACED}])[ \t]*\n[ \t]*(?=[{_UNSPACED}])")


def plain_srt(text: str) -> str:
    r"""Without the HTML-like tags and ``{\an8}`` codes that SubRip files carry.

    Examples
    --------
    >>> plain_srt("{\\an8}<font color='#fff'>1 < 2</font> &amp; <i>so on</i><br>again")
    '1 < 2 & so on\nagain'
    """
    text = _BREAK_TAG.sub("\n", _SRT_CODES.sub("", text))
    return _unescape(_HTML_TAG.sub("", _RUBY_NOTE.sub("", text)))


def plain_vtt(text: str) -> str:
    """Without WebVTT's tags (voices, classes, ruby, times), entities resolved (W3C WebVTT, 4.2).

    Examples
    --------
    >>> plain_vtt("<v Ann>Salt &amp; <00:00:01.000><c.loud>pepper</c>")
    'Salt & pepper'
    """
    text = _BREAK_TAG.sub("\n", _RUBY_NOTE.sub("", text))
    return _unescape(_VTT_TAG.sub("", text))


def plain_ass(text: str) -> str:
    r"""Without SubStation Alpha's override codes and drawings.

    Examples
    --------
    >>> plain_ass("{\\i1}Two{\\i0}\\Nlines{\\p1}m 0 0 l 9 9{\\p0}")
    'Two\nlines'
    """
    text = _CODES.sub("", _DRAWING.sub("", text))
    return text.replace("\\N", "\n").replace("\\n", "\n").replace("\\h", " ")


def one_line(text: str) -> str:
    r"""One line with single spaces.

    Examples
    --------
    >>> one_line(" Good \n morning "), one_line("今日は\n天気")
    ('Good morning', '今日は天気')
    """
    text = _CONTROL.sub(" ", _INVISIBLE.sub("", _ESCAPE.sub("", text)))
    return " ".join(_UNSPACED_BREAK.sub("", text).split())


def _unescape(text: str) -> str:
    return _ENTITY.sub(lambda match: html.unescape(match[0]), text) if "&" in text else text
