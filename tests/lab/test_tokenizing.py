from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from kinolex.encoders.tokens import Tokens
from kinolex.errors import UsageError
from kinolex.lab.tokenizing import ids_of, learnt, rule_of, told

TEXTS = ["A red car passes the house.", "a Red house", "the car", "a red car"] * 3


def test_words_that_are_often_said_are_one_token_and_the_end_is_highest(tmp_path: Path) -> None:
    words = learnt(tmp_path / "tokenizer.json", TEXTS)
    about = told(tmp_path / "tokenizer.json", words)
    numbers = Tokenizer.from_file(str(tmp_path / "tokenizer.json")).get_vocab()
    red, car = ids_of(words, ["red", "CAR"])
    assert [len(red), len(car)] == [3, 3]
    assert red[1] == numbers["Ġred"]
    assert {red[0], car[0]} == {numbers["<begin>"]}
    assert {red[-1], car[-1]} == {numbers["<end>"]} == {max(numbers.values())}
    assert (about["end"], about["vocabulary"]) == (red[-1], red[-1] + 1)
    assert about["pad_id"] == numbers["<pad>"]
    whole = (tmp_path / "tokenizer.json").read_bytes()
    assert about["sha256"] == hashlib.sha256(whole).hexdigest()


@pytest.mark.parametrize("text", ["", "Straße, 日本 🎬", "a\nb", "x" * 500])
def test_any_text_can_be_read(tmp_path: Path, text: str) -> None:
    words = learnt(tmp_path / "tokenizer.json", TEXTS)
    (ids,) = ids_of(words, [text])
    assert 2 <= len(ids) <= 77
    assert ids[-1] == told(tmp_path / "tokenizer.json", words)["end"]
    assert len(set(map(tuple, ids_of(words, [text, text + "!"])))) == 2 or len(ids) == 77


def test_it_is_learnt_once_and_the_same_in_every_process(tmp_path: Path) -> None:
    learnt(tmp_path / "one.json", TEXTS)
    before = (tmp_path / "one.json").read_bytes()
    learnt(tmp_path / "one.json", ["something else entirely"] * 9)
    assert (tmp_path / "one.json").read_bytes() == before
    call = (
        "import sys; from pathlib import Path; from kinolex.lab.tokenizing import learnt;"
        f"learnt(Path(sys.argv[1]), {TEXTS!r})"
    )
    subprocess.run([sys.executable, "-c", call, str(tmp_path / "two.json")], check=True)
    assert (tmp_path / "two.json").read_bytes() == before


def test_what_is_told_is_enough_to_read_again(tmp_path: Path) -> None:
    place = tmp_path / "tokenizer.json"
    words = learnt(place, TEXTS)
    again = Tokens(place, rule_of(told(place, words)))
    for one, other in zip(ids_of(words, TEXTS), ids_of(again, TEXTS), strict=True):
        assert one.tolist() == other.tolist()


def test_another_tokeniser_is_not_taken_for_ours(tmp_path: Path) -> None:
    from tests.lab.backbone.test_loading import tokenizer

    tokenizer(tmp_path)
    with pytest.raises(UsageError, match="has no token <pad>"):
        learnt(tmp_path / "tokenizer.json", TEXTS)
    with pytest.raises(UsageError, match="cannot be written"):
        learnt(tmp_path / "tokenizer.json" / "file" / "x.json", TEXTS)
