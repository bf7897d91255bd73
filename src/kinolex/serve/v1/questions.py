"""A question as it comes over HTTP, and the `kinolex.moments.Query` that it means.

Nothing in it is ever taken for a path: pictures are named by the id that their upload gave, videos
by id or name, folders by name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
)

from kinolex.errors import QueryError, UsageError
from kinolex.moments import Part, Query, Video
from kinolex.moments import Span as VideoSpan
from kinolex.registries import nearest
from kinolex.search.parse import parse

__all__ = [
    "Filters",
    "PictureOf",
    "Question",
    "Summand",
    "demand_known",
    "filters_of",
    "query_of",
    "question_of",
    "several",
    "span_in",
    "video_name",
]

MOST = 1000
"""Moments of one question that can be paged through."""

_Made = TypeVar("_Made", bound=BaseModel)

PictureOf = Callable[[str], Path]
"""Where the picture of an id lies; raises NotFoundError."""

_PATH = re.compile(r"^(?:[/\\~]|[A-Za-z]:[/\\])")


def no_path(name: str) -> str:
    """A name that is no path on the server.

    Raises
    ------
    ValueError
        If it begins like one.

    Examples
    --------
    >>> no_path("holiday/beach")
    'holiday/beach'
    """
    if _PATH.match(name) or ".." in re.split(r"[/\\]", name) or "\0" in name:
        raise ValueError("name it by id or by name, not by a path on the server")
    return name


Name = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(no_path)]
Weight = Annotated[float, Field(ge=-100, le=100, allow_inf_nan=False)]
Seconds = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
PictureId = Annotated[
    str,
    Field(
        pattern=r"^([0-9a-f]{32}|data:image/[a-z.+-]+;base64,[A-Za-z0-9+/]+=*)$",
        max_length=28_000_000,
        description="Id from `POST /v1/pictures`, or the picture itself as a `data:` URL.",
    ),
]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Span(_Model):
    """A span of an indexed video; the whole video without ``start`` and ``end``."""

    video: Name = Field(description="Id or name of a video.")
    start: Seconds | None = None
    end: Seconds | None = None

    def fragment(self) -> str:
        """The media fragment that means it."""
        if self.start is None and self.end is None:
            return self.video
        end = "" if self.end is None else f",{self.end:.3f}"
        return f"{self.video}#t={self.start or 0:.3f}{end}"


class Summand(_Model):
    """One part of a sum: words, a picture, a span or a taught concept, with its weight."""

    kind: Literal["words", "image", "span", "concept"]
    value: str | Span = Field(description="Words, picture id, media fragment or span, or name.")
    weight: Weight = 1.0


class Filters(_Model):
    """What the question is limited to; every filter is exact."""

    videos: list[Name] = Field(default=[], max_length=1000)
    folder: str = Field(default="", max_length=1000)
    after: str = Field(default="", max_length=40, examples=["2024", "2024-05-01"])
    before: str = Field(default="", max_length=40)
    min_length: Seconds | None = None
    max_length: Seconds | None = None
    language: str = Field(default="", max_length=35)
    tags: list[Annotated[str, Field(min_length=1, max_length=200)]] = Field(
        default=[], max_length=50
    )


class Page(_Model):
    """Which part of the answer is wanted."""

    size: int = Field(default=20, ge=1, le=200)
    number: int = Field(default=1, ge=1, le=1000, description="Where no cursor is given.")
    cursor: str | None = Field(default=None, max_length=2000)


def _page(given: Any) -> Any:
    """A page may be its number, from 1, of pages of the usual size."""
    if isinstance(given, int) and not isinstance(given, bool):
        return {"number": given}
    return given


class Question(_Model):
    """Words, a picture, a span, or a sum of them; at least one."""

    text: str = Field(default="", max_length=10_000, examples=['a red cup "lid" -dog'])
    image: PictureId | list[PictureId] | None = None
    span: str | Span | list[str | Span] | None = Field(
        default=None, description='Like this moment: `{"video": ..., "start": 1, "end": 4}`.'
    )
    sums: list[Summand] = Field(default=[], max_length=20)
    channels: list[Literal["picture", "speech", "screen", "title"]] | None = None
    filters: Filters = Filters()
    group_by: Literal["moment", "video"] = "moment"
    sort: Literal["score", "video", "newest", "oldest"] = "score"
    page: Annotated[Page, BeforeValidator(_page)] = Page()


def video_name(name: str) -> str:
    """As `no_path`, with a sentence for people.

    Raises
    ------
    QueryError
        If it begins like a path.
    """
    try:
        return no_path(name)
    except ValueError:
        raise QueryError(
            "A path on the server cannot be asked for.", hint="Name a video by its id or name."
        ) from None


def span_in(video: Video, start: float | None, end: float | None) -> VideoSpan:
    """A span of a video, from its start or to its end where that is not given.

    Raises
    ------
    UsageError
        If it is empty, or begins behind the video's end.

    Examples
    --------
    >>> span_in(Video("ab" * 16, "/v/walk.mp4", "A walk", 60.0), 50.0, 90.0)
    Span(start=50.0, end=60.0)
    """
    first, last = start or 0.0, video.duration if end is None else end
    if first >= last:
        raise UsageError(f"A span must end after it begins: {first:.3f} to {last:.3f} s does not.")
    if first >= video.duration:
        raise UsageError(
            f"The video has no such span: it is {video.duration:.3f} s long.",
            hint="start must lie inside the video.",
        )
    return VideoSpan(first, min(last, video.duration))


def question_of(**given: Any) -> Question:
    """A question whose parts came in an address, checked like one that came as JSON.

    Raises
    ------
    QueryError
        If a part cannot be.

    Examples
    --------
    >>> question_of(text="dog").text
    'dog'
    """
    return _checked(Question, given)


def demand_known(given: Iterable[str], known: Iterable[str]) -> None:
    """Nothing, where every parameter of an address is known: one that is not would do nothing.

    Raises
    ------
    QueryError
        With the nearest name.

    Examples
    --------
    >>> demand_known(["q"], ["q", "channel"])
    """
    names = list(known)
    for name in given:
        if name not in names:
            meant = nearest(name, names)
            raise QueryError(
                f"There is no parameter {name[:50]!r}.{meant}",
                hint=f"Known are {', '.join(names)}.",
            )


def filters_of(**given: Any) -> Filters:
    """As `question_of`, of filters alone."""
    return _checked(Filters, given)


def _checked(model: type[_Made], given: dict[str, Any]) -> _Made:
    try:
        return model(**given)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"] if isinstance(part, str))
        why = str(first["msg"]).removeprefix("Value error, ")
        raise QueryError(f"{where}: {why[:1].lower()}{why[1:]}."[:500]) from None


def _fragment(span: str | Span) -> str:
    return span.fragment() if isinstance(span, Span) else video_name(span)


def several(value: Any) -> list[Any]:
    """What may be given once, several times or not at all, as a list.

    Examples
    --------
    >>> several("a"), several(None)
    (['a'], [])
    """
    return [] if value is None else list(value) if isinstance(value, list) else [value]


def query_of(asked: Question, picture: PictureOf, *, limit: int = MOST) -> Query:
    """The parsed query that a question means.

    Parameters
    ----------
    asked : Question
    picture : callable
        Where the picture of an id lies.
    limit : int
        Most moments wanted.

    Raises
    ------
    QueryError
        If nothing is asked, or it cannot be understood.
    NotFoundError
        If a picture is not known (any more).
    """
    f = asked.filters
    found = parse(
        asked.text,
        images=[picture(one) for one in several(asked.image)],
        like=[_fragment(one) for one in several(asked.span)],
        channels=asked.channels,
        videos=f.videos,
        folder=f.folder,
        after=f.after or None,
        before=f.before or None,
        min_length=f.min_length,
        max_length=f.max_length,
        language=f.language,
        limit=limit,
        group=asked.group_by,
        tags=f.tags,
        parts=[_summand(one, picture) for one in asked.sums],
    )
    for name in (*found.filters.videos, found.filters.folder):
        video_name(name)
    return found


def _summand(one: Summand, picture: PictureOf) -> Part:
    value = _fragment(one.value) if isinstance(one.value, Span) or one.kind == "span" else one.value
    if not isinstance(value, str) or not value.strip():
        raise QueryError("A part of the sum is empty.", hint="Give it a value.")
    if one.kind == "image":
        value = str(picture(value))
    return Part(one.kind, value.removeprefix("@") if one.kind == "concept" else value, one.weight)
