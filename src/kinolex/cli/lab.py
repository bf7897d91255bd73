"""What the verbs of the lab share: they need torch, which nothing else does."""

from __future__ import annotations

import importlib.util

from kinolex.errors import ModelMissingError

__all__ = ["demand_torch"]


def demand_torch() -> None:
    """Say what is missing.

    Raises
    ------
    ModelMissingError
        In one sentence, with the command that brings it.
    """
    if importlib.util.find_spec("torch") is None:
        raise ModelMissingError(
            "The lab needs torch, which is not installed.", hint='pip install "kinolex[lab]"'
        )
