"""Settings of one training, read from one small TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
)

from kinolex.errors import UsageError
from kinolex.lab.losses.base import find as find_loss
from kinolex.registries import nearest

__all__ = ["Backbone", "Data", "Head", "Optimiser", "Settings", "read"]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Data(_Table):
    """What is trained on."""

    cache: str = Field(default="", description="Folder of `kinolex features`.")
    records: str = Field(
        default="", description="JSONL of captions (kinolex.records/1) with splits."
    )
    partly: bool = Field(
        default=False, description="Go on without videos that the cache does not hold."
    )
    train: str = Field(default="train", description='Split to train on; "": all records.')
    validation: str = Field(
        default="val", description='Split that picks the checkpoint; "": `hold_out` of the films.'
    )
    hold_out: float = Field(
        default=0.1, gt=0, lt=1, description="Share of the films that is held out."
    )
    frames: int = Field(default=12, ge=1, description="Of a video, at most, spread evenly.")
    words: int = Field(default=32, ge=1, description="Of a text, at most.")
    texts_per_video: int = Field(default=1, ge=1, description="Captions of each video in a batch.")
    mixing: float = Field(
        default=0.0, ge=0, le=1, description="Chance that a pair is mixed (FSMMDA)."
    )
    teachers: tuple[str, ...] = Field(
        default=(),
        description="NPY files of scores, (texts, videos) of the training split in order.",
    )


class Head(_Table):
    """A learnt linear map of frames and one of texts, before the matcher."""

    kind: Literal["none", "linear"] = Field(default="none", description="`none` or `linear`.")
    dimensions: int = Field(default=0, ge=0, description="Of the new space; 0: as many as before.")


class Backbone(_Table):
    """What looks at pixels and reads tokens, where the cache holds these."""

    source: str = Field(
        default="",
        alias="from",
        description='Published weights: a folder, or OpenAI\'s file; "": a new one by its width.',
    )
    width: int = Field(default=0, ge=0, description="Of both towers of a new one.")
    layers: int = Field(default=4, ge=1, description="Of each tower of a new one.")
    heads: int = Field(default=0, ge=0, description="Of its layers; 0: one for 32 of the width.")
    patch: int = Field(default=16, ge=1, description="Side of its patches in pixels.")
    dimensions: int = Field(default=0, ge=0, description="Of its space; 0: its width.")
    train: Literal["all", "none", "picture", "text"] = Field(
        default="all", description="Towers that are learnt: `all`, `none`, `picture`, `text`."
    )
    save_memory: bool = Field(
        default=False, description="Compute layers again for the gradient, not keep them."
    )

    @model_serializer(mode="wrap")
    def _named(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Under the names that are read."""
        found: dict[str, Any] = plain(self)
        return {"from": found.pop("source", found.get("from")), **found}

    def check(self) -> None:
        """Refuse sizes of weights that have theirs."""
        usual = type(self)()
        for name in ("width", "layers", "heads", "patch", "dimensions"):
            if self.source and getattr(self, name) != getattr(usual, name):
                raise UsageError(
                    f"backbone.{name} is that of the weights {self.source}.",
                    hint="Leave it out, or leave `from` out for a new backbone.",
                )


class Optimiser(_Table):
    """AdamW and how long."""

    epochs: int = Field(default=10, ge=1, description="Times that every video is seen.")
    steps: int = Field(default=0, ge=0, description="Stop after so many instead; 0: whole epochs.")
    batch: int = Field(default=64, ge=2, description="Videos in one contrast, over all processes.")
    pieces: int = Field(
        default=0,
        ge=0,
        description="Videos at a time through the model (gradient caching); 0: all.",
    )
    accumulate: int = Field(default=1, ge=1, description="Batches whose gradients are averaged.")
    rate: float = Field(default=1e-3, gt=0, description="Learning rate at its highest.")
    rates: dict[str, float] = Field(
        default_factory=dict, description="Other rates by the beginning of parameter names."
    )
    decay: float = Field(default=0.01, ge=0, description="Weight decay, of matrices only.")
    warmup: float = Field(default=0.1, ge=0, lt=1, description="Share of the steps until `rate`.")
    clip: float = Field(default=1.0, ge=0, description="Norm of the gradient at most; 0: any.")
    bf16: bool = Field(default=False, description="Compute in bfloat16, keep weights in float32.")
    ema: float = Field(default=0.0, ge=0, lt=1, description="Decay of a moving average; 0: none.")


def _usual() -> dict[str, dict[str, Any]]:
    return {"info-nce": {}}


class Settings(_Table):
    """One training.

    Examples
    --------
    >>> Settings(matcher="mean-pooling").optimiser.batch
    64
    """

    matcher: str = Field(description="Name of a matcher, such as mean-pooling.")
    options: dict[str, Any] = Field(default_factory=dict, description="Settings of the matcher.")
    name: str = Field(default="", description="What tables call it; else the matcher's name.")
    seed: int = Field(default=0, ge=0, description="Of weights, order and all else drawn.")
    device: str = Field(default="cpu", description="cpu, or cuda (not tested).")
    data: Data = Data()
    backbone: Backbone = Backbone()
    head: Head = Head()
    optimiser: Optimiser = Optimiser()
    losses: dict[str, dict[str, Any]] = Field(
        default_factory=_usual,
        description="By name; each may have a `weight` beside its own settings.",
    )
    extra: dict[str, float] = Field(
        default_factory=dict, description="Weights of the matcher's own losses; else 1."
    )
    scale: float | None = Field(
        default=None, gt=0, description="Of scores; else that of the first loss."
    )
    learn_scale: bool = Field(default=True, description="Whether scale (and bias) are learnt.")
    negatives: Literal["gathered", "local"] = Field(
        default="gathered", description="`gathered`: of all processes; `local`: of each alone."
    )
    pick: str = Field(default="R@1 text to video", description="Rule that picks the checkpoint.")

    @property
    def title(self) -> str:
        """What tables call it."""
        return self.name or self.matcher

    def check(self) -> None:
        """Refuse what the model of settings cannot know to be wrong.

        Raises
        ------
        UsageError
            Unknown losses or settings of theirs; a test split that would pick the checkpoint.
        """
        if self.data.validation.lower().startswith("test"):
            raise UsageError(
                "A checkpoint is never picked on test.",
                hint='Set data.validation to another split, or to "" to hold some films out.',
            )
        self.backbone.check()
        if not self.losses:
            raise UsageError("There is no loss.", hint="Write [losses.info-nce].")
        for name, given in self.losses.items():
            find_loss(name).check({k: v for k, v in given.items() if k != "weight"})
            if not isinstance(given.get("weight", 1), (int, float)):
                raise UsageError(f"The weight of the loss {name} is no number.")
        if self.data.mixing and self.data.texts_per_video > 1:
            raise UsageError("Mixing makes pairs.", hint="Set data.texts_per_video to 1.")


def read(source: Path | str | Mapping[str, Any], **changes: Any) -> Settings:
    """Settings of a TOML file (or of a mapping), with some of them changed.

    Raises
    ------
    UsageError
        If it cannot be read, or a key or value is wrong: the key is named, and what is near it.

    Examples
    --------
    >>> read({"matcher": "mean-pooling", "optimiser": {"epochs": 3}}).optimiser.epochs
    3
    """
    given = dict(source) if isinstance(source, Mapping) else _toml(Path(source))
    try:
        found = Settings.model_validate({**given, **changes})
    except ValidationError as error:
        raise UsageError(_said(error)) from error
    found.check()
    return found


def _toml(place: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(place.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{place} cannot be read: {error.strerror or error}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{place} is no TOML: {error}.") from error


def _said(error: ValidationError) -> str:
    """The first thing that is wrong, in a sentence."""
    first = error.errors()[0]
    path = [str(one) for one in first["loc"]]
    name = ".".join(path)
    if first["type"] == "extra_forbidden":
        known = _known(path[:-1])
        return f"There is no setting {name!r}.{nearest(path[-1], known)}"
    if first["type"] == "missing":
        return f"The setting {name!r} is missing."
    return f"The setting {name!r} is wrong: {first['msg'][0].lower()}{first['msg'][1:]}."


def _known(tables: list[str]) -> list[str]:
    kind: Any = Settings
    for table in tables:
        kind = kind.model_fields[table].annotation
    return [one.alias or name for name, one in kind.model_fields.items()]
