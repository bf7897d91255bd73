"""One settings model: every knob, its default, and ``KINOLEX_...`` in the environment.

Read with `Settings()`; command-line options override the environment, which overrides defaults.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

__all__ = ["Settings", "default_library", "models_folder"]


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
        "cpu", description="Execution provider: cpu, cuda, coreml, openvino, or a provider's name."
    )
    hardware: Literal["off", "auto", "cuda", "vaapi", "videotoolbox", "qsv", "d3d11va"] = Field(
        "off", description="Hardware decoding, when asked for and present."
    )
    every: float = Field(1.0, gt=0, le=3600, description="Seconds between sampled frames.")
    picture: str = Field("", description="Picture encoder: a card's name or a folder.")
    words: str = Field("", description="Sentence encoder: a card's name or a folder.")
    speech: str = Field("", description="Speech model: a card's name or a folder.")
    screen: Literal["", "rapidocr", "tesseract"] = Field("", description="Screen text reader.")
    language: str = Field("", description="Language of speech and sound track (ISO 639-1).")
    stills: bool = Field(True, description="Keep a small JPEG of each sampled frame.")
    still_size: int = Field(320, ge=32, le=1920, description="Longer side of a still, pixels.")
    decode_memory_mb: int = Field(
        1500, ge=64, description="Memory budget of the decoding process, MB, before scaling."
    )
    decode_seconds: float = Field(
        60.0, gt=0, description="Time budget of a stage, seconds, before scaling with the file."
    )
