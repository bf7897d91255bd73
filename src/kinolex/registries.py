"""What all registries share: how their members are found, and what is said of a wrong name.

Formats, protocols, measures and data sets each lie in a package with one file a member, which are
imported when somebody first asks; other packages name the modules of theirs as entry points.
"""

from __future__ import annotations

import difflib
import warnings
from collections.abc import Iterable

__all__ = ["load_all", "nearest"]


def load_all(package: str, group: str, what: str) -> None:
    """Import every module of a package, then what other packages bring.

    One of theirs that fails costs a warning and its own members, nothing else.

    Parameters
    ----------
    package : str
        Whose modules register something when they are imported.
    group : str
        Entry points of the same kind.
    what : str
        Plural of what they are, for the warning.
    """
    # Every start of the command line would wait for these.
    import importlib.metadata
    import pkgutil

    built_in = importlib.import_module(package)
    for module in pkgutil.iter_modules(built_in.__path__):
        importlib.import_module(f"{package}.{module.name}")
    for entry in importlib.metadata.entry_points(group=group):
        try:
            entry.load()
        except Exception as error:  # whatever a foreign package raises
            warnings.warn(f"The {what} of {entry.value} are left out: {error}", stacklevel=2)


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint at what was meant, to stand behind a sentence; empty where nothing is near.

    Examples
    --------
    >>> nearest("speach", ["speech", "title"])
    ' Did you mean speech?'
    >>> nearest("x", ["speech"])
    ''
    """
    close = difflib.get_close_matches(word, list(known), n=1)
    return f" Did you mean {close[0]}?" if close else ""
