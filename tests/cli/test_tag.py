"""``kinolex tag``, and ``search --tag``, on a copy of the real library."""

from __future__ import annotations

import json

import pytest

from kinolex.cli import main
from tests.cli.places import Place
from tests.cli.test_teach import own

__all__ = ["own"]

Capture = pytest.CaptureFixture[str]


def call(capsys: Capture, *words: str) -> tuple[int, str, str]:
    code = main(words)
    said = capsys.readouterr()
    return code, said.out, said.err


def test_tag_list_search_remove(own: Place, capsys: Capture) -> None:
    assert call(capsys, "tag") == (
        1, "", "Nothing is tagged yet: `kinolex tag VIDEO NAME` does it.\n",
    )  # fmt: skip
    code, out, err = call(capsys, "tag", "frog talk", "Pond", "cups")
    assert (code, out, err) == (0, "", "Tagged frog talk: Pond, cups.\n")
    assert call(capsys, "tag", f"{own.frog}#t=5,8", "frog", "--quiet") == (0, "", "")
    assert call(capsys, "tag", "bike", "CUPS", "--json")[0] == 0
    assert call(capsys, "tag")[1] == "cups\t2 videos\nfrog\t1 video\nPond\t1 video\n"
    assert json.loads(call(capsys, "tag", "--json")[1]) == {"cups": 2, "frog": 1, "Pond": 1}
    assert call(capsys, "tag", "frog talk")[1] == ("Pond\twhole\ncups\twhole\nfrog\t0:05–0:08\n")
    assert "frog" not in call(capsys, "tag", "frog talk#t=1,2")[1]
    code, out, _ = call(capsys, "search", "frog", "--tag", "POND", "--tag", "cups", "--json")
    answer = json.loads(out)
    assert (code, answer["query"]["filters"]) == (0, {"tags": ["POND", "cups"]})
    assert answer["searched"]["videos"] == 1
    code, out, err = call(capsys, "search", "frog", "--tag", "meadow")
    assert (code, out) == (1, "")
    assert err == (
        "Nothing found: no video passes the limits (tagged meadow). "
        "See `kinolex tag` for all tags.\n"
    )
    code, out, _ = call(capsys, "tag", "frog talk", "FROG", "pond", "--remove", "--json")
    assert (code, [t["name"] for t in json.loads(out)]) == (0, ["frog", "Pond"])
    assert call(capsys, "tag", "frog talk")[1] == "cups\twhole\n"
    assert call(capsys, "tag", "frog talk", "cups", "--remove")[2] == (
        "Took away frog talk: cups.\n"
    )
    assert call(capsys, "tag", "frog talk")[0] == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nobody", "x"), "No video is called"),
        (("frog talk", "a\nb"), "control characters"),
        (("frog talk", "x", "--remove"), "not tagged x"),
        (("frog talk", "--remove"), "--remove needs a tag"),
        (("frog talk#t=90,95", "x"), "only 9"),
        (("frog talk", " "), "is empty"),
    ],
)
def test_wrong_calls(own: Place, capsys: Capture, words: tuple[str, ...], said: str) -> None:
    code, out, err = call(capsys, "tag", *words)
    assert (code, out) == (2, "")
    assert said in err
    assert call(capsys, "tag")[0] == 1
    assert call(capsys, "search", "x", "--tag", "")[0] == 2
