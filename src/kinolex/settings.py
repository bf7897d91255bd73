"""One settings model: every knob, its default, and ``KINOLEX_...`` in the environment.

Read with `Settings()`; command-line options override the environment, which overrides defaults.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from kinolex.errors import UsageError

__all__ = ["Settings", "default_library", "models_folder", "settings_from"]


def default_library() -> Path:
    """The library when none is named: ``KINOLEX_LIBRARY``, else the platform's data directory."""
    given = os.environ.get("KINOLEX_LIBRARY")
    return Path(given).expanduser() if given else Path(platformdirs.user_data_dir("kinolex", False))


def models_folder() -> Path:
    """Where pulled models lie: ``KINOLEX_MODELS``, else the platform's cache directory."""
    given = os.environ.get("KINOLEX_MODELS")
    if given:
        return Path(given).expanduser()
    return Path(platformdirs.user_cache_dir("kinolex", False)) / "models"


class Settings(BaseSettings):
    """How kinolex works on this machine.

    Attributes are documented by their descriptions; each is also ``KINOLEX_<NAME>`` in the
    environment.

    Examples
    --------
    >>> Settings(every=0.5).every
    0.5
    """

    model_config = SettingsConfigDict(env_prefix="KINOLEX_", frozen=True, extra="ignore")

    threads: int = Field(
        default_factory=lambda: os.cpu_count() or 1,
        ge=1,
        le=1024,
        description="Threads that models and decoding may use.",
    )
    device: str = Field(
        default="cpu",
        description="Execution provider: cpu, cuda, coreml, openvino, or a provider's name.",
    )
    hardware: Literal["off", "auto", "cuda", "vaapi", "videotoolbox", "qsv", "d3d11va"] = Field(
        default="off", description="Hardware decoding, when asked for and present."
    )
    every: float = Field(default=1.0, gt=0, le=3600, description="Seconds between sampled frames.")
    picture: str = Field(default="", description="Picture encoder: a card's name or a folder.")
    words: str = Field(default="", description="Sentence encoder: a card's name or a folder.")
    matcher: str = Field(
        default="", description="Matcher that judges pictures: a folder of `kinolex matchers`."
    )
    speech: str = Field(default="", description="Speech model: a card's name or a folder.")
    screen: Literal["", "rapidocr", "tesseract"] = Field(
        default="", description="Screen text reader."
    )
    language: str = Field(default="", description="Language of speech and sound track (ISO 639-1).")
    stills: bool = Field(default=True, description="Keep a small JPEG of each sampled frame.")
    still_size: int = Field(
        default=320, ge=32, le=1920, description="Longer side of a still, pixels."
    )
    decode_memory_mb: int = Field(
        default=1500,
        ge=64,
        description="Memory budget of the decoding process, MB, before scaling.",
    )
    decode_seconds: float = Field(
        default=60.0,
        gt=0,
        description="Time budget of a stage, seconds, before scaling with the file.",
    )


def settings_from(base: Settings | None = None, **changes: Any) -> Settings:
    """Settings with changes; a wrong value is one sentence.

    Parameters
    ----------
    base : Settings, optional
        What to start from; default from the environment.
    **changes
        Fields to change.

    Raises
    ------
    UsageError
        If a field is unknown or a value does not fit, also one from the environment.

    Examples
    --------
    >>> settings_from(every=0).every
    Traceback (most recent call last):
    ...
    kinolex.errors.UsageError: The setting every cannot be 0: input should be greater than 0. ...
    """
    unknown = sorted(set(changes) - set(Settings.model_fields))
    if unknown:
        raise UsageError(
            f"There is no setting {unknown[0]!r}.",
            hint=f"Known settings: {', '.join(sorted(Settings.model_fields))}.",
        )
    try:
        given = base.model_dump() if base is not None else {}
        return Settings(**{**given, **changes})
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        why = str(first["msg"])
        raise UsageError(
            f"The setting {name} cannot be {first['input']!r}: {why[:1].lower()}{why[1:]}.",
            hint=f"It comes from an option or from KINOLEX_{name.upper()}.",
        ) from error
