"""The model hub, through huggingface_hub: what a repository holds at a commit, and its files.

Used by `kinolex.encoders.pull` only. Every failure to reach it is one sentence
(`HubUnreachableError`), after a few seconds and not after minutes.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kinolex.encoders.cards import Source
from kinolex.errors import EncoderError

__all__ = ["HubFile", "HubUnreachableError", "Listing", "fetch", "listing"]

SECONDS = 8.0
"""How long to wait for the hub's first answer."""


class HubUnreachableError(EncoderError):
    """The hub, or the repository on it, did not answer."""


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file on the hub; ``sha256`` is known for large files only."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Listing:
    """What a repository holds at one commit."""

    repository: str
    commit: str
    files: tuple[HubFile, ...]


def listing(source: Source) -> Listing:
    """Ask the hub what a source holds, which also resolves a branch to a commit.

    Raises
    ------
    HubUnreachableError
        If there is no answer, or the answer is that it does not exist.
    """
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    from huggingface_hub import HfApi

    try:
        info = HfApi(endpoint=_endpoint()).model_info(
            source.repository, revision=source.revision, files_metadata=True, timeout=SECONDS
        )
    except Exception as error:  # the library's errors differ between its versions
        raise HubUnreachableError(_sentence(source, error)) from error
    files = [_file(s) for s in info.siblings or []]
    return Listing(source.repository, info.sha or source.revision, tuple(files))


def _file(sibling: Any) -> HubFile:
    return HubFile(sibling.rfilename, sibling.size or 0, sibling.lfs.sha256 if sibling.lfs else "")


def fetch(found: Listing, path: str, folder: Path) -> Path:
    """Download one file of a listing below a folder; gives its place.

    Raises
    ------
    HubUnreachableError
        If the download breaks off.
    """
    from huggingface_hub import hf_hub_download

    try:
        return Path(
            hf_hub_download(
                found.repository,
                path,
                revision=found.commit,
                local_dir=folder,
                endpoint=_endpoint(),
                etag_timeout=SECONDS,
            )
        )
    except Exception as error:  # as above
        raise HubUnreachableError(
            f"The download of {path} from {found.repository} broke off ({_reason(error)})."
        ) from error


def _endpoint() -> str | None:
    return os.environ.get("HF_ENDPOINT") or None


def _sentence(source: Source, error: Exception) -> str:
    status = getattr(getattr(error, "response", None), "status_code", None)
    if status in (401, 403):
        return f"The hub wants a login for {source.repository} (or does not know it)."
    if status == 404:
        return f"The hub does not know {source.repository} at {source.revision}."
    return f"The model hub cannot be reached ({_reason(error)})."


def _reason(error: Exception) -> str:
    text = str(error).strip().splitlines()
    return (text[0][:120] if text else "") or type(error).__name__
