"""Letters out of answers, against the outputs of the public readers and by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.evaluation.protocols._choices_letters import (
    JOINED_PHRASES,
    PHRASES,
    by_priority,
    first_capital,
    in_order,
    lone_letter,
    smallest_last_place,
    strict_letter,
)
from tests.evaluation.golden import FOLDER, loaded, needed

TABLE = loaded("qa/mcq_parse_table.json") if FOLDER else []
WRITTEN = st.text(alphabet="ABCDabcd ().:,;'\"-_/\n17eEanswer is", max_size=30)


@needed
@pytest.mark.parametrize("case", TABLE, ids=lambda case: case["text"][:30])
def test_every_reader_agrees_with_the_table(case):
    said = case["text"]
    assert first_capital(said, "ABCD", JOINED_PHRASES) == case["videomme_official"]
    assert first_capital(said, "ABCDEF", PHRASES) == case["lmms_timescope_ABCDEF"]
    assert by_priority(said, "ABCD") == case["lmms_mcq_extract_ABCD"]
    right = [int(lone_letter(said) == one) for one in "ABCD"]
    assert right == case["lmms_mvbench_correct_if_gt_is_A_B_C_D"]


@needed
def test_the_table_is_there():
    assert len(TABLE) >= 25


@pytest.mark.parametrize(
    ("said", "letter"),
    [
        ("Best answer: C", "B"),
        ("Best option: D", "B"),
        ("The best option is A", "A"),
        ("Answer: D", "A"),
        ("The answer is D", "D"),
        ("The best option isThe correct option isC", "C"),
        ("nothing", ""),
        ("", ""),
    ],
)
def test_official_video_mme_with_its_missing_commas(said, letter):
    assert first_capital(said, "ABCD", JOINED_PHRASES) == letter


@pytest.mark.parametrize(
    ("said", "letter"),
    [
        ("A is wrong, so B", "A"),  # the start tells more than the end
        ("it must be B", "B"),
        ("not CAB", "B"),  # part of a word: only where all else fails, the last place
        ("see (A) or (C) there", "C"),
        ("see (A) or C) there", "A"),
        ("I see C: x, D. y there", "D"),
        ("the answer is not A but B maybe", "B"),
        ("the answer is bA then x", "A"),
        ("..B..", "B"),
        ("b", ""),
        (" \n", ""),
        ("!", ""),
    ],
)
def test_priority(said, letter):
    assert by_priority(said, "ABCD") == letter


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("E. cat", "E"),
        ("A.", "A"),
        ("a cat", "A"),
        ("F", "f"),
        ("10,000 (B)x", "10000 bx"),  # a figure with a comma: marks vanish instead of spaces
        ("x(B)y", "B"),
        ("", ""),
        ("." * 40 + "b", "B"),
        ("x." * 40 + "b", "B"),  # only 32 dots vanish, so that b stands alone
        ("x." * 30 + "b", "x" * 30 + "b"),
    ],
)
def test_lone_letter(said, read):
    assert lone_letter(said) == read


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("(B)", 1),
        ("B", 1),
        ("C. or A.", 2),  # the first of the last places
        ("A then B then A ", 1),
        ("I see CIA agents", 0),  # a letter before a space, even of a word
        ("I really think that it is the BLUE one", 1),
        ("it is blue", None),  # too short for the text of an option
        ("", None),
    ],
)
def test_smallest_last_place(said, place):
    assert smallest_last_place(said, ["the red one", "the blue one", "none"]) == place


@pytest.mark.parametrize(
    ("said", "letter"),
    [
        ("(A) x", "A"), ("(b", "B"), ("c)", "C"), ("d", "D"), ("D:", "D"), ("A, B", "A"),
        ("A man", ""), ("The", ""), (".", ""), ("(", ""), ("(bread", ""), ("1", ""),
    ],
)  # fmt: skip
def test_strict_letter(said, letter):
    assert strict_letter(said) == letter


def test_in_order_takes_the_alphabet_not_the_place():
    assert in_order("D or B", "ABCD") == "B"


@given(WRITTEN)
def test_readers_give_an_offered_letter_or_nothing(said):
    for letters in ("AB", "ABCD"):
        assert by_priority(said, letters) in (*letters, "")
        assert first_capital(said, letters, PHRASES) in (*letters, "")
        assert bool(by_priority(said, letters)) <= any(one in said for one in letters)
        assert bool(first_capital(said, letters, ())) == any(one in said for one in letters)


@given(WRITTEN)
def test_priority_as_a_naive_list_of_candidates(said):
    assert by_priority(said, "ABCD") == _naive(said)


def _naive(said):
    """The rule again: all forms in a list, sorted by priority and place, both falling."""
    bare = said.strip()
    for mark in (",", ".", "!", "?", ";", ":", "'", '"'):
        bare = bare.strip(mark)
    padded = f" {bare} "
    found = []
    for one in "ABCD":
        for form, rank in ((f"({one})", 6), (f"{one}.", 5), (f"{one}:", 4), (f"{one})", 3)):
            found.extend((rank, padded.rindex(form), one) for _ in range(form in padded))
        found.extend((2, padded.rindex(f"{one} "), one) for _ in range(f"{one} " in padded))
        where = padded.lower().find("answer is")
        if where >= 0 and one in padded[where + 9 :]:
            found.append((7, padded.index(one, where + 9), one))
        inner = padded.strip()
        if inner[:1] == one and not (len(inner) > 1 and inner[1].isalpha()):
            found.append((10, 0, one))
        if inner[-1:] == one and not (len(inner) > 1 and inner[-2].isalpha()):
            found.append((9, len(padded), one))
    if not found:
        found = [(0, padded.rindex(one), one) for one in "ABCD" if one in padded]
    return sorted(found)[-1][2] if found else ""
