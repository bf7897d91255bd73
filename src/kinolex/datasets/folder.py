"""The files of a data set in a folder: found under any of their names, read, hashed."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kinolex.datasets.records import opened
from kinolex.errors import UsageError

__all__ = ["File", "Folder", "digest"]


@dataclass(frozen=True, slots=True)
class File:
    """One file that a data set is read from.

    Parameters
    ----------
    name : str
        As its authors call it. The file may also be there as ``also``, under ``path``, and each
        of these with ``.gz``. With a ``*`` it stands for many files, as ``GT/*.mat``.
    splits : tuple of str
        Splits that need it.
    also : tuple of str
        Other names that it goes by.
    sha256 : str, optional
        Of the bytes, unpacked where the file is gzipped.
    source : str, optional
        Public repository and commit, ``owner/name@commit``.
    path : str
        Where it lies in that repository.
    optional : bool
        Whether the splits can be read without it.
    """

    name: str
    splits: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    sha256: str | None = None
    source: str | None = None
    path: str = ""
    optional: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """All places in a folder where it may be, best first."""
        plain = (self.name, *self.also, *((self.path,) if self.path else ()))
        return tuple(name + end for name in dict.fromkeys(plain) for end in ("", ".gz"))

    @property
    def many(self) -> bool:
        """Whether it stands for many files.

        Examples
        --------
        >>> File("GT/*.mat").many, File("train.json").many
        (True, False)
        """
        return "*" in self.name

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "name": self.name,
            "splits": list(self.splits),
            "also": list(self.also),
            "sha256": self.sha256,
            "source": self.source,
            "path": self.path,
            "optional": self.optional,
        }


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that files of a data set lie in; what its loader reads from.

    Every error of reading is one sentence that names the file.
    """

    path: Path
    files: Sequence[File] = ()

    def place(self, file: File | str) -> Path | None:
        """Where a file lies (of many the first), or None."""
        return next(iter(self.places(file)), None)

    def places(self, file: File | str) -> list[Path]:
        """Where a file lies: one place, or all in order of those that a ``*`` stands for."""
        one = self._file(file) if isinstance(file, str) else file
        for name in one.names:
            found = sorted(self.path.glob(name)) if one.many else [self.path / name]
            # Copies from a Mac bring a hidden file along with each file.
            found = [place for place in found if place.is_file() and place.name[0] != "."]
            if found:
                return found
        return []

    def of(self, split: str) -> str:
        """The name of the one file that a split needs."""
        return next(one.name for one in self.files if split in one.splits and not one.optional)

    def has(self, name: str) -> bool:
        """Whether a file is there."""
        return self.place(name) is not None

    def text(self, name: str) -> str:
        """All of a text file."""
        place = self._demand(name)
        with readable(place), opened(place) as file:
            return file.read()

    def lines(self, name: str) -> Iterator[str]:
        """Lines of a text file, without their ends; empty ones are left out."""
        place = self._demand(name)
        with readable(place), opened(place) as file:
            for line in file:
                if line.strip():
                    yield line.rstrip("\r\n")

    def json(self, name: str) -> Any:
        """The value of a JSON file."""
        place = self._demand(name)
        with readable(place):
            return json.loads(self.text(name))

    def objects(self, name: str) -> Iterator[Any]:
        """Values of a JSONL file."""
        place = self._demand(name)
        for number, line in enumerate(self.lines(name), 1):
            with readable(place, f"line {number}"):
                value = json.loads(line)
            yield value

    def rows(self, name: str) -> Iterator[dict[str, str]]:
        """Rows of a CSV file with a header."""
        place = self._demand(name)
        with readable(place), opened(place) as file:
            yield from csv.DictReader(file, strict=True)

    def _demand(self, name: str) -> Path:
        place = self.place(name)
        if place is None:
            raise UsageError(f"{self.path} has no file {name}.")
        return place

    def _file(self, name: str) -> File:
        return next((one for one in self.files if one.name == name), File(name))


@contextmanager
def readable(place: Path, where: str = "") -> Iterator[None]:
    """Turn what goes wrong in reading a file into one sentence."""
    what = f"{place} ({where})" if where else str(place)
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UsageError(f"{what} is a damaged gzip file.", hint="Get it again.") from error
    except OSError as error:
        raise UsageError(f"{what} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{what} is not UTF-8 text.") from error
    except json.JSONDecodeError as error:
        raise UsageError(f"{what} is not JSON: {error}.") from error
    except csv.Error as error:
        raise UsageError(f"{what} is not CSV: {error}.") from error


def digest(place: Path) -> str:
    """SHA-256 of the bytes of a file, unpacked where it ends in ``.gz``.

    Raises
    ------
    UsageError
        If it cannot be read.
    """
    found = hashlib.sha256()
    with readable(place):
        opens: Any = gzip.open if place.suffix == ".gz" else open
        with opens(place, "rb") as file:
            while block := file.read(1 << 20):
                found.update(block)
    return found.hexdigest()
