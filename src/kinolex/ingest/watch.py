"""Watch folders: wait until something changes and has come to rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from kinolex.errors import ModelMissingError

__all__ = ["changes"]


def changes(folders: Sequence[Path], *, settle_ms: int = 2000) -> Iterator[set[Path]]:
    """Yield the changed paths each time the folders have been quiet for ``settle_ms``.

    Raises
    ------
    ModelMissingError
        If the optional package is not installed.
    """
    try:
        from watchfiles import watch
    except ImportError as error:
        raise ModelMissingError(
            "Watching needs an extra package that is not installed.",
            hint="Run `pip install 'kinolex[watch]'`.",
        ) from error
    for batch in watch(*folders, debounce=settle_ms, step=250, raise_interrupt=True):
        paths = {Path(place) for _, place in batch}
        # The marker is ours: writing it is no news.
        news = {p for p in paths if p.name != ".kinolex-root"}
        if news:
            yield news
