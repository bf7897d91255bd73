from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kinolex.cli.marks import excerpt, plain_marks, tidied

words = st.lists(st.text("abcdefgäж中 \n\t", min_size=1, max_size=9), max_size=40).map(" ".join)


@st.composite
def marked_texts(draw: st.DrawFn) -> tuple[str, list[tuple[int, int]]]:
    text = draw(words)
    cuts = st.integers(0, len(text))
    pairs = draw(st.lists(st.tuples(cuts, cuts), max_size=4))
    return text, [(min(p), max(p)) for p in pairs]


@given(marked_texts(), st.integers(6, 80))
def test_an_excerpt_fits_and_comes_from_the_text(
    given_text: tuple[str, list[tuple[int, int]]], limit: int
) -> None:
    text, marks = given_text
    found = excerpt(text, marks, limit)
    assert len(found.text) <= limit
    core = found.text.removeprefix("… ").removesuffix(" …")
    assert core in " ".join(text.split())
    assert all(0 <= a < b <= len(found.text) for a, b in found.marks)
    assert list(found.marks) == sorted(found.marks)


@given(marked_texts())
def test_tidying_keeps_exactly_the_marked_letters(
    given_text: tuple[str, list[tuple[int, int]]],
) -> None:
    text, marks = given_text
    found = tidied(text, marks)
    inside = {i for a, b in marks for i in range(a, b)}
    wanted = "".join(c for i, c in enumerate(text) if i in inside and not c.isspace())
    kept = "".join(found.text[a:b] for a, b in found.marks)
    assert "".join(kept.split()) == wanted


def test_a_cut_shows_the_first_mark() -> None:
    text = "so " * 50 + "here is the ball " + "so " * 50
    start = text.index("ball")
    found = excerpt(text, [(start, start + 4)], 30)
    (mark,) = found.marks
    assert found.text[slice(*mark)] == "ball"
    assert found.text.startswith("… ")
    assert found.text.endswith(" …")


def test_words_without_spaces_are_cut_all_the_same() -> None:
    found = excerpt("映画の題名について" * 20, [(90, 92)], 20)
    assert len(found.text) <= 20
    assert [found.text[a:b] for a, b in found.marks] == ["映画"]


def test_marks_in_plain_text_are_brackets_and_never_nested() -> None:
    assert plain_marks(tidied("red ball", [(0, 5), (4, 8)])) == "[red ball]"
