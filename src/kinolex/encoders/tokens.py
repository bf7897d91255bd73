"""Words to token numbers, as a picture model's text side was trained: cleaning, length, padding.

Padding matters: SigLIP reads its padding, so a wrong pad token or length moves every vector far
off without any error. Texts are always padded to the full context.
"""

from __future__ import annotations

import json
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from kinolex.errors import EncoderError

__all__ = ["TextRule", "Tokens", "clean_text", "from_open_clip", "from_transformers", "overridden"]

Clean = Literal["none", "whitespace", "lower", "canonicalize"]

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_LETTERS_PER_TOKEN = 40  # far above any language: bounds the work on a pasted book


@dataclass(frozen=True, slots=True)
class TextRule:
    """How a text becomes tokens.

    Parameters
    ----------
    context : int
        Number of tokens that the model reads; longer texts lose their end, never the end token.
    pad_id : int
        Token number that fills the rest.
    clean : {"none", "whitespace", "lower", "canonicalize"}
        What happens before the tokenizer, see `clean_text`.
    end_id : int
        Token that must close every text though the tokenizer does not add it; -1 for none.
    """

    context: int
    pad_id: int
    clean: Clean = "whitespace"
    end_id: int = -1


def clean_text(text: str, how: Clean) -> str:
    """Clean a text: collapse spaces; lower case too; or remove punctuation as well (SigLIP).

    Examples
    --------
    >>> clean_text("  A  man, running! ", "canonicalize")
    'a man running'
    >>> clean_text(" A  man ", "whitespace")
    'A man'
    """
    if how == "none":
        return text
    if how == "canonicalize":
        text = text.replace("_", " ").translate(_PUNCTUATION)
    text = " ".join(text.split())
    return text if how == "whitespace" else text.lower()


class Tokens:
    """A tokenizer with its rule.

    Parameters
    ----------
    path : Path
        The ``tokenizer.json``.
    rule : TextRule
        What to do around it.

    Raises
    ------
    EncoderError
        If the file is missing or is no tokenizer.
    """

    def __init__(self, path: Path, rule: TextRule) -> None:
        self.rule = rule
        self._tokenizer = open_tokenizer(path)
        self._tokenizer.no_padding()
        room = rule.context - (1 if rule.end_id >= 0 else 0)
        self._tokenizer.enable_truncation(max_length=room)

    def encode(self, texts: Sequence[str]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Token numbers and attention mask of texts; two (n, context) int64 arrays."""
        ids = np.full((len(texts), self.rule.context), self.rule.pad_id, np.int64)
        mask = np.zeros_like(ids)
        for row, text in enumerate(texts):
            cut = text[: self.rule.context * _LETTERS_PER_TOKEN]
            found = self._tokenizer.encode(clean_text(cut, self.rule.clean)).ids
            if self.rule.end_id >= 0:
                found = [*found, self.rule.end_id]
            ids[row, : len(found)] = found
            mask[row, : len(found)] = 1
        return ids, mask


def open_tokenizer(path: Path) -> Any:
    """Open a ``tokenizer.json``.

    Raises
    ------
    EncoderError
        If it is missing or is none.
    """
    from tokenizers import Tokenizer

    if not path.is_file():
        raise EncoderError(f"The tokenizer {path} is missing.")
    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises bare Exception
        raise EncoderError(f"The tokenizer {path} cannot be read: {error}.") from error


def from_open_clip(folder: Path, config: Mapping[str, Any]) -> TextRule:
    """The rule of Immich's layout: open_clip's ``config.json`` beside ``textual/``.

    Raises
    ------
    EncoderError
        If the files do not say how to pad.
    """
    text = config.get("text_cfg") or {}
    clean = (text.get("tokenizer_kwargs") or {}).get("clean", "whitespace")
    settings = read_json(folder / "tokenizer_config.json", needed=False)
    tokenizer = open_tokenizer(folder / "tokenizer.json")
    if text.get("no_causal_mask") and not text.get("hf_tokenizer_name"):
        pad_id = 0  # open_clip's own tokenizer pads with 0, and this text side sees the padding
    else:
        pad_id = _pad_id(tokenizer, settings, text, 0)
    return TextRule(int(text.get("context_length", 77)), pad_id, _known(clean))


def from_transformers(folder: Path, config: Mapping[str, Any]) -> TextRule:
    """The rule of the transformers layout: ``config.json`` and the tokenizer's files.

    Raises
    ------
    EncoderError
        If the files do not say how to pad.
    """
    text = config.get("text_config") or {}
    settings = read_json(folder / "tokenizer_config.json", needed=False)
    tokenizer = open_tokenizer(folder / "tokenizer.json")
    siglip = "siglip" in str(config.get("model_type", ""))
    longest = settings.get("model_max_length", 0)
    stated = int(longest) if 0 < longest <= 4096 else (64 if siglip else 77)
    context = int(text.get("max_position_embeddings", stated))
    clean: Clean = "lower" if siglip or settings.get("do_lower_case") else "whitespace"
    if settings.get("tokenizer_class") == "SiglipTokenizer":
        clean = "canonicalize"  # the first SigLIP never saw punctuation
    end_id = -1
    if settings.get("add_eos_token"):
        end = tokenizer.token_to_id(_content(settings.get("eos_token", "")))
        if end is not None and tokenizer.encode("a").ids[-1:] != [end]:
            end_id = end
    return TextRule(
        min(context, stated),
        _pad_id(tokenizer, settings, text, 1 if siglip else 0),
        clean,
        end_id,
    )


def overridden(rule: TextRule, given: Mapping[str, Any], context: int = 0) -> TextRule:
    """A rule with what a card, or the fixed length of the model's input, says differently."""
    clean = _known(given.get("clean", "lower" if given.get("lower") else rule.clean))
    return TextRule(
        context or int(given.get("context", rule.context)),
        int(given.get("pad_id", rule.pad_id)),
        clean,
        rule.end_id,
    )


def _pad_id(
    tokenizer: Any, settings: Mapping[str, Any], text: Mapping[str, Any], default: int
) -> int:
    """Number of the padding token, from whichever file names it."""
    named = _content(settings.get("pad_token") or "")
    found = tokenizer.token_to_id(named) if named else None
    if found is not None:
        return int(found)
    if tokenizer.padding:
        return int(tokenizer.padding["pad_id"])
    return int(text.get("pad_token_id", default))


def _content(token: Any) -> str:
    """A token's text: written plainly, or as an object with ``content``."""
    return str(token.get("content", "")) if isinstance(token, Mapping) else str(token)


def _known(clean: Any) -> Clean:
    if clean not in ("none", "whitespace", "lower", "canonicalize"):
        raise EncoderError(f"The text cleaning {clean!r} is not known.")
    return clean  # type: ignore[no-any-return]


def read_json(path: Path, *, needed: bool = True) -> dict[str, Any]:
    """Read a JSON object; {} for a missing file that is not needed.

    Raises
    ------
    EncoderError
        If it is missing though needed, or is no JSON object.
    """
    if not path.is_file() and not needed:
        return {}
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise EncoderError(f"The file {path} is missing.") from error
    except ValueError as error:
        raise EncoderError(f"The file {path} is not JSON: {error}.") from error
    if not isinstance(given, dict):
        raise EncoderError(f"The file {path} is not a JSON object.")
    return given
