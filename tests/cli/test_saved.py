"""``kinolex saved`` on a copy of the real library."""

from __future__ import annotations

import json

import pytest

from tests.cli.places import Place
from tests.cli.test_tag import Capture, call, own

__all__ = ["own"]


def test_add_list_show_delete(own: Place, capsys: Capture) -> None:
    assert call(capsys, "saved")[0] == 1
    code, out, err = call(
        capsys, "saved", "add", "Cups", "red", "ball", "-dog", "--channel", "speech",
        "--min-length", "0:05",
    )  # fmt: skip
    assert (code, out) == (0, "")
    assert err == "Saved Cups: red ball -dog, channels speech, min length 5.\n"
    assert call(capsys, "saved", "list")[1] == (
        "Cups\t1 new\tred ball -dog, channels speech, min length 5\n"
    )
    code, out, err = call(capsys, "saved", "show", "cups", "--peek")
    assert code == 0
    assert str(own.frog) in out
    assert err.endswith("1 moment in videos that were not seen before.\n")
    code, out, _ = call(capsys, "saved", "show", "cups", "--json")
    assert json.loads(out)["query"]["excluded"] == ["dog"]
    (told,) = json.loads(call(capsys, "saved", "list", "--json")[1])
    assert (told["name"], told["unseen"]) == ("Cups", 0)
    assert told["question"] == {"text": "red ball -dog", "channels": ["speech"], "min_length": 5.0}
    assert call(capsys, "saved", "delete", "CUPS") == (0, "", "Forgot Cups.\n")
    assert call(capsys, "saved", "list", "--json")[:2] == (1, "[]\n")


def test_what_cannot_be_asked_any_more_is_said(own: Place, capsys: Capture) -> None:
    call(capsys, "teach", "wall", "--text", "red")
    call(capsys, "saved", "add", "walls", "@wall")
    call(capsys, "teach", "wall", "--forget")
    assert call(capsys, "saved")[1] == "walls\tcannot be asked\t@wall\n"
    assert call(capsys, "saved", "show", "walls")[0] == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "nothing"), "no saved search 'nothing'"),
        (("delete", "nothing"), "no saved search 'nothing'"),
        (("add", "x"), "asks for nothing"),
        (("add", "", "red"), "is empty"),
        (("add", "x", "red", "--after", "someday"), "no date"),
        (("add", "x", "red", "--tag", ""), "--tag is empty"),
        (("add", "x", "red", "--imagine", "a.png"), "No such option"),
        (("add", "x", "red", "--group", "year"), "not possible"),
    ],
)
def test_wrong_calls(own: Place, capsys: Capture, words: tuple[str, ...], said: str) -> None:
    code, out, err = call(capsys, "saved", *words)
    assert (code, out) == (2, "")
    assert said in err
    assert call(capsys, "saved")[0] == 1


def test_a_question_that_finds_nothing_is_saved_all_the_same(own: Place, capsys: Capture) -> None:
    assert call(capsys, "saved", "add", "later", '"volcano"')[0] == 0
    assert call(capsys, "saved", "show", "later")[0] == 1
