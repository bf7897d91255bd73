"""Where models lie on this machine: found, put together from installed packages, verified.

Nothing here touches the network; `kinolex.encoders.pull` does, and only when asked by name. A
model lies in ``MODELS/NAME`` (see `kinolex.settings.models_folder`) with a ``kinolex-model.json``
that records source, revision and hashes, or it is used in place inside an installed data-only
package, whose code is never imported.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib.util
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kinolex.encoders.cards import Card, File, Package, Source, known_cards
from kinolex.encoders.hashes import remembered_sha256, sha256_of
from kinolex.errors import EncoderError, ModelMissingError, NotFoundError
from kinolex.settings import models_folder

__all__ = ["Checked", "Verified", "find_card", "is_hub", "present", "pull", "resolve", "verify"]

MANIFEST = "kinolex-model.json"


@dataclass(frozen=True, slots=True)
class Checked:
    """One file that was hashed: what it has, and what it should have ("" = never recorded)."""

    path: str
    size: int
    sha256: str
    expected: str

    @property
    def ok(self) -> bool:
        """Whether the hash is the expected one."""
        return bool(self.expected) and self.sha256 == self.expected


@dataclass(frozen=True, slots=True)
class Verified:
    """What ``kinolex models verify`` found.

    ``pinned`` is false where the hashes could only be recorded at the first pull.
    """

    name: str
    folder: str
    source: str
    revision: str
    pinned: bool
    files: tuple[Checked, ...]

    @property
    def ok(self) -> bool:
        """Whether every file has its hash."""
        return all(f.ok for f in self.files)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        files = [asdict(f) | {"ok": f.ok} for f in self.files]
        return asdict(self) | {"ok": self.ok, "files": files}


def find_card(name: str) -> Card:
    """The card of a name, or a made one for ``hf:owner/repository[@revision][#variant]``.

    ``hf:`` may be left out.

    Raises
    ------
    NotFoundError
        If there is no such card.
    """
    if name in known_cards():
        return known_cards()[name]
    if is_hub(name):
        return _hub_card(name if name.startswith("hf:") else f"hf:{name}")
    raise NotFoundError(
        f"There is no model called {name!r}.", hint="`kinolex models list` shows them."
    )


def is_hub(name: str) -> bool:
    """Whether a name means a repository of the hub: with ``hf:``, or plainly unless it is a path.

    Examples
    --------
    >>> is_hub("hf:a/b"), is_hub("immich-app/ViT-B-32__openai"), is_hub("./models/clip")
    (True, True, False)
    """
    plain = re.fullmatch(r"[A-Za-z0-9][\w.-]*/[\w.-]+(@[\w.-]+)?(#\w+)?", name)
    return name.startswith("hf:") or (plain is not None and not Path(name.split("#")[0]).exists())


def _hub_card(name: str) -> Card:
    rest, _, variant = name[3:].partition("#")
    repository, _, revision = rest.partition("@")
    parts = repository.split("/")
    if len(parts) != 2 or not all(p and p.strip(".") == p for p in parts) or "\\" in name:
        raise NotFoundError(f"{name!r} is not of the form hf:owner/repository.")
    return Card(
        name=name,
        kind="picture",
        title=repository,
        licence="see its page on the hub",
        sources=(Source("hub", repository=repository, revision=revision or "main"),),
        preprocessing={"variant": variant} if variant else {},
    )


def place_of(name: str) -> Path:
    """The folder of a model of this name, whether or not it is there."""
    safe = name.replace(":", "--").replace("/", "--").replace("@", "--").replace("#", "--")
    return models_folder() / safe


def present(card: Card) -> bool:
    """Whether a model can be loaded now, without hashing or assembling anything."""
    return _pulled(card) is not None or any(_installed(s) is not None for s in card.sources)


def resolve(model: Card | str | Path) -> Path | None:
    """Where a model lies now; never downloads.

    Parameters
    ----------
    model : Card, str or Path
        A card, its name, ``hf:owner/repository`` that was pulled before, or a folder.

    Returns
    -------
    Path or None
        Its folder (a program's own path for ``tesseract``), or None when it is not here. A model
        whose files come from several installed packages is put together in the models folder
        the first time.

    Raises
    ------
    EncoderError
        If files are here but damaged, or the models folder cannot be written.
    NotFoundError
        If there is no card of that name.
    """
    if isinstance(model, Path):
        return model if model.is_dir() else None
    if isinstance(model, str):
        folder = Path(model).expanduser()
        if folder.is_dir():
            return folder
        model = find_card(model)
    folder_or_none = _pulled(model)
    if folder_or_none is not None:
        _check_pulled(model, folder_or_none)
        return folder_or_none
    for source in model.sources:
        found = _installed(source)
        if found is not None:
            return _from_installed(model, source, found)
    return None


def pull(model: Card | str, **options: Any) -> Path:
    """See `kinolex.encoders.pull.pull`: the only way anything is ever downloaded."""
    from kinolex.encoders.pull import pull as pull_it

    return pull_it(model, **options)


def _pulled(card: Card) -> Path | None:
    """The folder in the models folder, if every file that it should have is there."""
    folder = place_of(card.name)
    if not folder.is_dir():
        return None
    manifest = read_manifest(folder)
    if manifest:
        whole = all((folder / f["path"]).is_file() for f in manifest["files"])
        return folder if whole else None
    listed = [s.files for s in card.sources if s.files]  # somebody put the files there by hand
    if not listed:
        return folder
    return (
        folder if any(all((folder / f.to).is_file() for f in files) for files in listed) else None
    )


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """What was recorded when the model was put here, or None.

    Raises
    ------
    EncoderError
        If the record is damaged.
    """
    path = folder / MANIFEST
    if not path.is_file():
        return None
    try:
        given: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return given if [f["path"] for f in given["files"]] else None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EncoderError(
            f"The record {path} of a pulled model is damaged.", hint=f"Delete {folder}, pull again."
        ) from error


def write_manifest(
    folder: Path, card: Card, source: Source, revision: str, files: Iterable[tuple[str, str]]
) -> None:
    """Record in the folder where its files come from; ``files`` are (path, sha256)."""
    record = {
        "schema": "kinolex.model/1",
        "name": card.name,
        "source": source.title,
        "revision": revision,
        "pinned": source.pinned,
        "when": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "files": [
            {"path": path, "size": (folder / path).stat().st_size, "sha256": value}
            for path, value in files
        ],
    }
    (folder / MANIFEST).write_text(json.dumps(record, indent=1), encoding="utf-8")


def _check_pulled(card: Card, folder: Path) -> None:
    manifest = read_manifest(folder)
    expected = {f["path"]: f["sha256"] for f in manifest["files"]} if manifest else {}
    for path, value in expected.items():
        _expect(card, folder / path, value)


def _expect(card: Card, path: Path, sha256: str) -> None:
    if remembered_sha256(path) != sha256:
        raise EncoderError(
            f"The file {path} of {card.name} is damaged or changed (wrong sha256).",
            hint=f"Run `kinolex models pull {card.name} --force`.",
        )


def package_root(module: str) -> Path | None:
    """The folder that holds an installed top-level module, found without importing it."""
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        return None
    if spec is None:
        return None
    places = list(spec.submodule_search_locations or [])
    return Path(places[0]).parent if places else None


def _installed(source: Source) -> dict[str, Path] | None:
    """Root of every package (or "" for a module or program) of a source, if all are here."""
    if source.kind == "program":
        found = shutil.which(source.program)
        return {"": Path(found)} if found else None
    if source.kind == "module":
        root = package_root(source.module)
        if root is None:
            return None
        folder = root / source.module / source.folder
        there = not source.folder or all((folder / file.to).is_file() for file in source.files)
        return {"": folder} if there else None
    if source.kind == "hub":
        return None
    roots = {p.name: installed_root(p, source) for p in source.packages}
    whole = {name: root for name, root in roots.items() if root is not None}
    return whole if len(whole) == len(roots) else None


def installed_root(package: Package, source: Source) -> Path | None:
    """Where a data-only package is installed with the files of the source, or None."""
    root = package_root(package.module)
    if root is None:
        return None
    parts = [p.path for f in source.files for p in f.parts if p.package == package.name]
    return root if all((root / path).is_file() for path in parts) else None


def _from_installed(card: Card, source: Source, roots: Mapping[str, Path]) -> Path:
    if source.kind in ("module", "program"):
        for file in source.files:
            if file.sha256:
                _expect(card, roots[""] / file.to, file.sha256)
        return roots[""]
    folder = _in_place(source, roots)
    if folder is not None:
        for file in source.files:
            _expect(card, folder / file.to, file.sha256)
        return folder
    with fresh_folder(card) as made:
        for file in source.files:
            gather(file, made, roots)
            _expect(card, made / file.to, file.sha256)
        write_manifest(made, card, source, "", [(f.to, f.sha256) for f in source.files])
        return settle(made, card)


def _in_place(source: Source, roots: Mapping[str, Path]) -> Path | None:
    """The one folder that already has every file under its right name, if there is one."""
    folders = set()
    for file in source.files:
        path = roots[file.parts[0].package] / file.parts[0].path
        if len(file.parts) != 1 or not path.as_posix().endswith("/" + file.to):
            return None
        folders.add(Path(path.as_posix()[: -len(file.to) - 1]))
    return folders.pop() if len(folders) == 1 else None


def gather(file: File, folder: Path, roots: Mapping[str, Path], *, link: bool = True) -> None:
    """Put one file into a folder: joined from its parts, or linked (else copied) from its one."""
    target = folder / file.to
    target.parent.mkdir(parents=True, exist_ok=True)
    places = [roots[p.package] / p.path for p in file.parts]
    if len(places) == 1:
        if link:
            with contextlib.suppress(OSError, NotImplementedError):
                target.symlink_to(places[0])
                return
        shutil.copyfile(places[0], target)
        return
    with target.open("wb") as out:
        for place in places:
            with place.open("rb") as part:
                shutil.copyfileobj(part, out, 1 << 20)


@contextlib.contextmanager
def fresh_folder(card: Card) -> Any:
    """A temporary folder beside the models, gone when the block ends unless it was settled.

    Raises
    ------
    EncoderError
        If the models folder cannot be written.
    """
    try:
        models_folder().mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=".part-", dir=models_folder()))
    except OSError as error:
        raise EncoderError(
            f"The models folder {models_folder()} cannot be written ({error.strerror}).",
            hint="Set KINOLEX_MODELS to a folder that can.",
        ) from error
    try:
        yield made
    except OSError as error:
        raise EncoderError(
            f"{card.name} could not be written to {models_folder()} ({error.strerror or error}).",
        ) from error
    finally:
        shutil.rmtree(made, ignore_errors=True)


def settle(made: Path, card: Card) -> Path:
    """Give a finished folder its name in one step; the first of two that finish together wins."""
    target = place_of(card.name)
    os.chmod(made, 0o755)
    for _ in range(3):
        with contextlib.suppress(OSError):
            os.rename(made, target)  # fails when the target is there and not empty
            return target
        if _pulled(card) is not None:
            return target
        shutil.rmtree(target, ignore_errors=True)
    raise EncoderError(f"{target} is in the way and cannot be replaced.")


def verify(model: Card | str) -> Verified:
    """Hash every file of a model that is here, and compare with its card and its record.

    Raises
    ------
    ModelMissingError
        If it is not here.
    NotFoundError
        If there is no such model.
    """
    card = model if isinstance(model, Card) else find_card(model)
    folder = _pulled(card)
    if folder is not None:
        return _verify_folder(card, folder)
    for source in card.sources:
        roots = _installed(source)
        if roots is not None:
            return _verify_installed(card, source, roots)
    raise ModelMissingError(
        f"{card.name} is not on this machine.", hint=f"Run `kinolex models pull {card.name}`."
    )


def _verify_folder(card: Card, folder: Path) -> Verified:
    manifest = read_manifest(folder) or {}
    source = next((s for s in card.sources if s.title == manifest.get("source")), card.sources[0])
    expected = {f.to: f.sha256 for f in source.files if f.sha256}
    expected = {f["path"]: f["sha256"] for f in manifest.get("files", ())} | expected
    paths = list(expected) or [f.to for f in source.files]
    checked = [_checked(folder / p, p, expected.get(p, "")) for p in paths]
    return Verified(
        card.name,
        str(folder),
        manifest.get("source", "put there by hand"),
        manifest.get("revision", ""),
        all(f.sha256 for f in source.files) and bool(source.files),
        tuple(checked),
    )


def _verify_installed(card: Card, source: Source, roots: Mapping[str, Path]) -> Verified:
    checked = []
    for file in source.files:
        for part in file.parts:
            place = roots[part.package] / part.path
            expected = part.sha256 or (file.sha256 if len(file.parts) == 1 else "")
            checked.append(_checked(place, part.path, expected or sha256_of(place)))
    folder = next(iter(roots.values()))
    return Verified(card.name, str(folder), source.title, "", source.pinned, tuple(checked))


def _checked(place: Path, path: str, expected: str) -> Checked:
    if not place.is_file():
        return Checked(path, 0, "", expected)
    return Checked(path, place.stat().st_size, sha256_of(place), expected)
