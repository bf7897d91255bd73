"""The conformance suite must notice what is wrong with an exporter."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from kinolex.errors import UsageError
from kinolex.export import registry
from kinolex.export.registry import exporter
from kinolex.export.request import Clip, Options
from kinolex.testing.exporters import check_exporter

Notes = tuple[str, ...]
Write = Callable[[Sequence[Clip], Path, Options], Notes]


@pytest.fixture(autouse=True)
def _own() -> Iterator[None]:
    registry.formats()
    known = dict(registry._known)
    yield
    registry._known.clear()
    registry._known.update(known)


def add(write: Write, **card: str) -> None:
    given = {"title": "A", "suffix": ".a", "media_type": "x/a", **card}
    exporter("mine", **given)(write)  # type: ignore[arg-type]


def good(clips: Sequence[Clip], to: Path, options: Options) -> Notes:
    to.write_text(f"{clips[0].span} {clips[0].label!a}")
    return ("It is done.",)


def test_a_good_one_passes() -> None:
    add(good)
    check_exporter("mine")
    with pytest.raises(UsageError, match="no export format"):
        check_exporter("none")


numbers = itertools.count()


def different(clips: Sequence[Clip], to: Path, options: Options) -> Notes:
    to.write_text(str(next(numbers)))
    return ()


def careless(clips: Sequence[Clip], to: Path, options: Options) -> Notes:
    to.write_text(clips[0].label)
    return ()


def binary(clips: Sequence[Clip], to: Path, options: Options) -> Notes:
    to.write_bytes(clips[0].label.encode("utf-8", "surrogatepass"))
    return ()


def leaving(clips: Sequence[Clip], to: Path, options: Options) -> Notes:
    (to.parent / "rubbish").write_text("x")
    return good(clips, to, options)


def touching(clips: Sequence[Clip], to: Path, options: Options) -> Notes:
    with open(clips[0].video.path, "ab") as file:
        file.write(b"x")
    return good(clips, to, options)


def chatting(clips: Sequence[Clip], to: Path, options: Options) -> Notes:
    good(clips, to, options)
    return ("no full stop",)


@pytest.mark.parametrize(
    ("write", "error", "says"),
    [
        (different, AssertionError, "the same clips must give the same file"),
        (careless, UnicodeEncodeError, "surrogates"),
        (binary, AssertionError, "is no UTF-8"),
        (leaving, AssertionError, "nothing but the file"),
        (touching, AssertionError, "the video must stay"),
        (chatting, AssertionError, "a note is one sentence"),
    ],
)
def test_what_is_wrong_is_said(write: Write, error: type[Exception], says: str) -> None:
    add(write)
    with pytest.raises(error, match=says):
        check_exporter("mine")


@pytest.mark.parametrize(
    ("card", "says"),
    [
        ({"title": " "}, "needs a title"),
        ({"suffix": "a"}, "begins with a dot"),
        ({"media_type": "a"}, "no media type"),
    ],
)
def test_its_card(card: dict[str, str], says: str) -> None:
    add(good, **card)
    with pytest.raises(AssertionError, match=says):
        check_exporter("mine")
