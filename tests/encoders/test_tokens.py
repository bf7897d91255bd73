"""Token rules: cleaning, the end token, truncation, and the padding that SigLIP reads."""

from __future__ import annotations

import json
import string
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from kinolex.encoders import tokens
from kinolex.encoders.tokens import TextRule, Tokens, clean_text
from kinolex.errors import EncoderError

VOCABULARY = {"<pad>": 0, "</s>": 1, "<s>": 2, "<unk>": 3, "a": 4, "red": 5, "dog": 6, "!": 7}


def write(folder: Path, *, end: bool = True, padding: int | None = None, **config: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    made = Tokenizer(models.WordLevel(VOCABULARY, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    if end:
        made.post_processor = processors.TemplateProcessing(
            single="$A </s>", special_tokens=[("</s>", 1)]
        )
    if padding is not None:
        made.enable_padding(pad_id=padding, pad_token="<pad>", length=128)
    made.enable_truncation(5)  # what the file says of lengths must not count
    made.save(str(folder / "tokenizer.json"))
    if config:
        (folder / "tokenizer_config.json").write_text(json.dumps(config))
    return folder / "tokenizer.json"


def test_ids_and_mask_fill_the_context(tmp_path: Path) -> None:
    made = Tokens(write(tmp_path, padding=0), TextRule(8, 0))
    ids, mask = made.encode(["a red  dog", "", "cat"])
    assert ids.tolist() == [
        [4, 5, 6, 1, 0, 0, 0, 0],
        [1, 0, 0, 0, 0, 0, 0, 0],
        [3, 1, 0, 0, 0, 0, 0, 0],
    ]
    assert mask.sum(axis=1).tolist() == [4, 1, 2]
    assert ids.dtype == np.int64


def test_a_long_text_keeps_its_end_token(tmp_path: Path) -> None:
    made = Tokens(write(tmp_path), TextRule(6, 0))
    ids, mask = made.encode(["red " * 5000])
    assert ids.tolist() == [[5, 5, 5, 5, 5, 1]]
    assert mask.all()


def test_a_tokenizer_that_forgets_the_end_token_is_helped(tmp_path: Path) -> None:
    path = write(tmp_path, end=False, add_eos_token=True, eos_token="</s>", pad_token="<pad>")
    rule = tokens.from_transformers(tmp_path, {"model_type": "siglip"})
    assert rule.end_id == 1
    ids, _ = Tokens(path, tokens.overridden(rule, {"context": 4})).encode(["red dog red dog", "a"])
    assert ids.tolist() == [[5, 6, 5, 1], [4, 1, 0, 0]]


@pytest.mark.parametrize(
    ("config", "text", "padding", "expected"),
    [
        ({"pad_token": "</s>"}, {}, None, 1),
        ({"pad_token": {"content": "<pad>"}}, {}, None, 0),
        ({"pad_token": None}, {"pad_token_id": 5}, None, 5),
        ({"pad_token": "no such"}, {}, 2, 2),
        ({}, {}, None, 1),  # SigLIP pads with its end token if nobody says otherwise
    ],
)
def test_the_padding_token_is_found(
    tmp_path: Path,
    config: dict[str, Any],
    text: dict[str, Any],
    padding: int | None,
    expected: int,
) -> None:
    write(tmp_path, padding=padding, **config)
    rule = tokens.from_transformers(tmp_path, {"model_type": "siglip", "text_config": text})
    assert rule.pad_id == expected


@pytest.mark.parametrize(
    ("kind", "config", "context", "clean"),
    [
        ("siglip", {"model_max_length": 64}, 64, "lower"),
        ("siglip2", {"model_max_length": 1e30}, 64, "lower"),
        ("siglip", {"tokenizer_class": "SiglipTokenizer"}, 64, "canonicalize"),
        ("clip", {"model_max_length": 77}, 77, "whitespace"),
        ("clip", {"model_max_length": 77, "do_lower_case": True}, 77, "lower"),
        ("clip", {}, 77, "whitespace"),
    ],
)
def test_length_and_case_of_a_family(
    tmp_path: Path, kind: str, config: dict[str, Any], context: int, clean: str
) -> None:
    write(tmp_path, **config)
    rule = tokens.from_transformers(tmp_path, {"model_type": kind})
    assert (rule.context, rule.clean) == (context, clean)


def test_open_clip_says_it_in_its_config(tmp_path: Path) -> None:
    write(tmp_path, pad_token="</s>")
    plain = tokens.from_open_clip(tmp_path, {"text_cfg": {"context_length": 77}})
    assert plain == TextRule(77, 1, "whitespace")
    siglip = tokens.from_open_clip(
        tmp_path,
        {"text_cfg": {"context_length": 64, "tokenizer_kwargs": {"clean": "canonicalize"}}},
    )
    assert siglip == TextRule(64, 1, "canonicalize")
    seen = tokens.from_open_clip(tmp_path, {"text_cfg": {"no_causal_mask": True}})
    assert seen.pad_id == 0  # MobileCLIP's text side looks at the padding, which is 0


def test_a_card_and_a_fixed_input_override(tmp_path: Path) -> None:
    rule = TextRule(77, 1, "whitespace")
    assert tokens.overridden(rule, {"lower": True, "pad_id": 0}) == TextRule(77, 0, "lower")
    assert tokens.overridden(rule, {"context": 64}).context == 64
    assert tokens.overridden(rule, {"context": 64}, 32).context == 32
    with pytest.raises(EncoderError, match="cleaning"):
        tokens.overridden(rule, {"clean": "with soap"})


@given(st.text())
def test_canonical_text_is_lower_without_punctuation_and_stable(text: str) -> None:
    once = clean_text(text, "canonicalize")
    assert clean_text(once, "canonicalize") == once
    assert not set(once) & set(string.punctuation)
    assert once == " ".join(once.split())


@given(st.text())
def test_other_cleaning(text: str) -> None:
    assert clean_text(text, "none") == text
    assert clean_text(text, "whitespace").split() == text.split()
    assert clean_text(text, "lower") == clean_text(text, "whitespace").lower()


def test_missing_and_broken_files_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="missing"):
        tokens.open_tokenizer(tmp_path / "tokenizer.json")
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(EncoderError, match="cannot be read"):
        tokens.open_tokenizer(tmp_path / "tokenizer.json")
    with pytest.raises(EncoderError, match="missing"):
        tokens.read_json(tmp_path / "none.json")
    assert tokens.read_json(tmp_path / "none.json", needed=False) == {}
    for text in ("{", "[]"):
        (tmp_path / "x.json").write_text(text)
        with pytest.raises(EncoderError, match="JSON"):
            tokens.read_json(tmp_path / "x.json")


def test_the_real_sentence_tokenizer_is_a_tokenizer() -> None:
    from kinolex.encoders.sources import resolve

    folder = resolve("all-minilm-l6-v2")
    if folder is None:
        pytest.skip("all-minilm-l6-v2 is not on this machine")
    made = Tokens(folder / "tokenizer.json", TextRule(16, 0))
    ids, _ = made.encode(["the cup with the ball"])
    assert ids[0, 0] == 101
    assert 102 in ids[0]
