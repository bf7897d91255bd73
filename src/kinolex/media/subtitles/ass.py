"""SubStation Alpha (``.ass``, ``.ssa``): the dialogue lines of the events section."""

from __future__ import annotations

from kinolex.media.subtitles.plain import plain_ass
from kinolex.media.subtitles.raw import RawCue, seconds

__all__ = ["parse_ass"]

_FIELDS = "layer,start,end,style,name,marginl,marginr,marginv,effect,text".split(",")  # noqa: SIM905


def parse_ass(text: str) -> list[RawCue]:
    r"""Cues of the ``Dialogue:`` lines, fields in the order that ``Format:`` says.

    Examples
    --------
    >>> parse_ass("[Events]\nFormat: Start, End, Text\nDialogue: 0:00:01.00,0:00:02.00,Hi, you")
    [RawCue(start=1.0, end=2.0, text='Hi, you')]
    """
    cues: list[RawCue] = []
    fields = _FIELDS
    section = "[events]"  # a fragment without headers is nothing but events
    for line in text.splitlines():
        line = line.strip()
        if line.startswith("[") and line.endswith("]"):
            section = line.lower()
        kind, _, rest = line.partition(":")
        if section != "[events]" or not rest:
            continue
        if kind.lower() == "format":
            fields = [field.strip().lower() for field in rest.split(",")]
        elif kind.lower() == "dialogue":
            cues.extend(_dialogue(rest, fields))
    return cues


def _dialogue(rest: str, fields: list[str]) -> list[RawCue]:
    values = dict(zip(fields, rest.split(",", len(fields) - 1), strict=False))
    start, end = seconds(values.get("start", "")), seconds(values.get("end", ""))
    words = plain_ass(values.get("text", "")).strip()
    return [RawCue(start, end, words)] if start is not None and words else []
