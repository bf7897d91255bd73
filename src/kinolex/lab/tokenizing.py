"""Texts to token numbers for training end to end: a backbone's tokeniser, or one of the captions.

A cache of pixels holds the ``tokenizer.json`` that its numbers come from, so that what is trained
on it can read new texts.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kinolex.encoders.tokens import TextRule, Tokens, open_tokenizer
from kinolex.errors import UsageError

__all__ = ["FILE", "ids_of", "learnt", "rule_of", "told"]

FILE = "tokenizer.json"
MOST, CONTEXT = 4096, 77
"""Of a tokeniser that is learnt from captions: tokens that it has, and that a text has, at most."""

_OWN = "<pad>", "<begin>", "<end>"
"""Behind all others, so that the end has the highest number, as in CLIP."""


def learnt(place: Path, texts: Iterable[str]) -> Tokens:
    """The tokeniser at a place; where there is none, one is learnt from texts and written there.

    Pairs of bytes that often stand together become one token (byte-level BPE: Sennrich, Haddow and
    Birch, ACL 2016, arXiv:1508.07909), so that any text of any language can be read.

    Parameters
    ----------
    place : Path
        The ``tokenizer.json``.
    texts : iterable of str
        Not looked at where the file is there.
    """
    if not place.is_file():
        _write(place, _made(texts))
    return Tokens(place, TextRule(CONTEXT, _number(place, _OWN[0])))


def _made(texts: Iterable[str]) -> str:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

    made = Tokenizer(models.BPE())
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(
        vocab_size=MOST - len(_OWN), min_frequency=2, initial_alphabet=letters, show_progress=False
    )
    made.train_from_iterator(texts, trainer)
    made.add_special_tokens(list(_OWN))
    numbers = [(one, made.token_to_id(one)) for one in _OWN[1:]]
    made.post_processor = processors.TemplateProcessing(
        single=f"{_OWN[1]} $A {_OWN[2]}", special_tokens=numbers
    )
    text: str = made.to_str()
    return text


def _write(place: Path, text: str) -> None:
    """Whole or not at all."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        part = place.with_suffix(".part")
        part.write_text(text, encoding="utf-8")
        os.replace(part, place)
    except OSError as error:
        raise UsageError(f"{place} cannot be written: {error.strerror or error}.") from error


def _number(place: Path, token: str) -> int:
    found = open_tokenizer(place).token_to_id(token)
    if found is None:
        raise UsageError(
            f"{place} has no token {token}: it was not learnt here.",
            hint="Name the folder that it comes from with --backbone.",
        )
    return int(found)


def told(place: Path, words: Tokens) -> dict[str, Any]:
    """What a cache says of its tokens: the file's hash, the rule, and numbers that a tower needs.

    ``vocabulary`` is how many numbers there are, ``end`` the token that closes every text; -1:
    none does.
    """
    known = open_tokenizer(place).get_vocab(with_added_tokens=True)
    last = {int(one[-1]) for one in ids_of(words, ("a", "two words"))}
    return {
        "sha256": hashlib.sha256(place.read_bytes()).hexdigest(),
        **asdict(words.rule),
        "vocabulary": max(known.values()) + 1,
        "end": last.pop() if len(last) == 1 else -1,
    }


def rule_of(about: Mapping[str, Any]) -> TextRule:
    """The rule in what `told` says."""
    return TextRule(**{name: about[name] for name in TextRule.__slots__})


def ids_of(words: Tokens, texts: Iterable[str]) -> list[npt.NDArray[np.int64]]:
    """Numbers of the tokens of each text, begin and end included, padding left out."""
    numbers, mask = words.encode(list(texts))
    return [one[there > 0] for one, there in zip(numbers, mask, strict=True)]
