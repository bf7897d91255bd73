"""A picture model's text side that reads the token vectors of a sentence encoder.

Small picture models need no text tower of their own: one inference of the sentence encoder that
passages use already serves both, and a head of a few layers turns its token vectors into the space
of the pictures. Such a folder holds ``textual/sentences.json``, which names the sentence encoder's
card and the most tokens the head reads, and ``textual/model.onnx`` with the inputs
``token_vectors`` (n, t, d) float32 and ``attention_mask`` (n, t) float32.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from kinolex.encoders import runtime
from kinolex.encoders.protocols import Vectors
from kinolex.encoders.tokens import read_json
from kinolex.errors import EncoderError
from kinolex.settings import Settings

__all__ = ["SentenceSide", "TokenEncoder", "sentences_of"]


class TokenEncoder(Protocol):
    """A sentence encoder that also gives one vector a token."""

    def encode_tokens(self, texts: Sequence[str], *, query: bool = False) -> list[Vectors]:
        """Of each text (tokens, d) float32."""
        ...


def sentences_of(folder: Path) -> tuple[str, int]:
    """Name of the sentence encoder that a folder's text side stands on, and tokens read.

    ("", 0) where the text side stands alone.

    Raises
    ------
    EncoderError
        If the file that names it is damaged.
    """
    path = folder / "textual" / "sentences.json"
    if not path.is_file():
        return "", 0
    found = read_json(path)
    name, longest = found.get("words"), found.get("tokens")
    if not (isinstance(name, str) and name and isinstance(longest, int) and longest > 0):
        raise EncoderError(f'The file {path} needs "words" (a name) and "tokens" (a number).')
    return name, longest


class SentenceSide:
    """Texts to vectors of the picture space, through a sentence encoder.

    Parameters
    ----------
    model : Path
        The head.
    longest : int
        Tokens of a text that are read.
    encoder : TokenEncoder
    settings : Settings
    """

    def __init__(
        self, model: Path, longest: int, encoder: TokenEncoder, settings: Settings
    ) -> None:
        self._session = runtime.session(model, settings)
        inputs = {i.name for i in self._session.get_inputs()}
        if inputs != {"token_vectors", "attention_mask"}:
            raise EncoderError(
                f"The head {model} reads {sorted(inputs)}, not token_vectors and attention_mask."
            )
        self._longest, self._encoder = longest, encoder

    def encode(self, texts: Sequence[str]) -> Vectors:
        """(n, dimensions) float32, not normalised; each text by itself, so that none matters."""
        rows = [self._one(tokens[: self._longest]) for tokens in self._tokens(texts)]
        return np.concatenate(rows)

    def _tokens(self, texts: Sequence[str]) -> list[npt.NDArray[np.float32]]:
        # One by one: a sentence encoder quantised on the fly would let neighbours matter.
        return [self._encoder.encode_tokens([text], query=True)[0] for text in texts]

    def _one(self, tokens: npt.NDArray[np.float32]) -> Vectors:
        given = {"token_vectors": tokens[None], "attention_mask": np.ones((1, len(tokens)), "f4")}
        try:
            return np.asarray(self._session.run(None, given)[0], np.float32)
        except Exception as error:  # onnxruntime raises its own classes, without a common base
            first = (str(error).strip().splitlines() or [""])[0][:200]
            raise EncoderError(f"The head of the text side could not run: {first}.") from error
