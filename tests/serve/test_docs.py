"""The page about the HTTP API: every example is run, and must answer what the page shows."""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="needs kinolex[serve]")
pytest.importorskip("argon2", reason="needs kinolex[serve]")
httpx = pytest.importorskip("httpx", reason="needs kinolex[client]")
for program in ("curl", "bash"):
    if shutil.which(program) is None:
        pytest.skip(f"needs {program}", allow_module_level=True)

from kinolex.serve.accounts import Accounts  # noqa: E402
from kinolex.serve.options import ServeOptions  # noqa: E402
from kinolex.serve.wall import walled  # noqa: E402
from tests.serve.served import make_library, serving  # noqa: E402

DOCS = Path(__file__).resolve().parents[2] / "docs"
PUBLIC, PROTECTED = "http://localhost:7860", "https://films.example"
STABLE = {"type", "title", "status", "detail", "hint", "schema", "text", "source", "kind", "state"}
STABLE |= {"format", "nothing_found", "name", "start", "end", "phrases", "excluded", "unseen"}

PRELUDE = """
curl() { command curl -s -S -w '%{stderr}%{http_code}\\n' "$@"; }
python3() { "$PYTHON" "$@"; }
kinolex() { "$PYTHON" -m kinolex "$@"; }
"""


@dataclass
class Example:
    """A block of commands, the answer that the page shows, and what really came."""

    commands: str
    kind: str = ""
    shown: str = ""
    out: str = ""
    statuses: list[int] = field(default_factory=list)
    code: int = -1

    @property
    def name(self) -> str:
        """Its last command."""
        return re.sub(r"\s+", " ", self.commands)[:60]


def examples() -> list[Example]:
    """Those of the page, in order."""
    found: list[Example] = []
    text = (DOCS / "api.md").read_text("utf-8")
    for kind, body in re.findall(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        if kind == "sh":
            found.append(Example(body))
        else:
            assert not found[-1].kind, f"two answers to {found[-1].name}"
            found[-1].kind, found[-1].shown = kind, body
    return found


EXAMPLES = examples()


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[tuple[str, str]]]:
    """Run all in one shell; the routes that exist, and those that were asked."""
    base = tmp_path_factory.mktemp("api")
    held = make_library(base)
    with Accounts.open(held.library) as accounts:
        accounts.add("anna", "a long password of hers", "admin")
    open_to_all = ServeOptions(library=held.library, browse=(held.videos,))
    proxied = ServeOptions(library=held.library, proxies=("127.0.0.1",))
    with serving(walled(open_to_all)) as public, serving(walled(proxied)) as protected:
        script = PRELUDE
        for n, example in enumerate(EXAMPLES):
            commands = example.commands.replace(PUBLIC, public).replace(PROTECTED, protected)
            script += f"{{ {commands}\n}} > {n}.out 2> {n}.err\necho $? > {n}.code\n"
        given = {"PYTHON": sys.executable, "KINOLEX_LIBRARY": str(held.library)}
        folder = base / "shell"
        folder.mkdir()
        subprocess.run(
            ["bash", "-c", script], cwd=folder, env=os.environ | given, timeout=240, check=False
        )
        for n, example in enumerate(EXAMPLES):
            example.out = (folder / f"{n}.out").read_text("utf-8")
            said = (folder / f"{n}.err").read_text("utf-8")
            example.statuses = [int(line) for line in re.findall(r"^\d{3}$", said, re.MULTILINE)]
            example.code = int((folder / f"{n}.code").read_text())
        for film in ("from-three-seconds.mp4", "clip.mp4"):
            assert (folder / film).read_bytes()[4:8] == b"ftyp"
        metrics = httpx.get(f"{public}/metrics").text
        paths = httpx.get(f"{public}/v1/openapi.json").json()["paths"]
    asked = re.findall(r'kinolex_requests_total\{method="(\w+)",route="([^"]+)"', metrics)
    known = {(way.upper(), path) for path, ways in paths.items() for way in ways}
    return {"known": known, "asked": set(asked)}


def without_dots(text: str) -> Any:
    """The JSON of a shown answer; ``...`` says that there is more."""
    return json.loads(re.sub(r",?\s*\.\.\.(?=\s*[}\]])", "", text))


def compare(shown: Any, real: Any, where: str = "") -> None:
    """Whatever is shown must be there, of the same type; what never changes must be the same."""
    if isinstance(shown, dict):
        assert isinstance(real, dict), where
        for key, value in shown.items():
            assert key in real, f"{where}.{key} is not in the answer"
            if key in STABLE and not isinstance(value, dict):
                assert real[key] == value, f"{where}.{key}"
            compare(value, real[key], f"{where}.{key}")
    elif isinstance(shown, list):
        assert isinstance(real, list), where
        assert len(shown) <= len(real), where
        for n, each in enumerate(shown):
            compare(each, real[n], f"{where}[{n}]")
    elif isinstance(shown, bool) or isinstance(real, bool) or shown is None:
        assert shown == real, where
    elif isinstance(shown, (int, float)):
        assert isinstance(real, (int, float)), where
    else:
        assert isinstance(real, str), where


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.name)
def test_example(example: Example, ran: dict[str, Any]) -> None:
    assert example.code == 0
    *before, last = example.statuses or [200]
    assert all(status < 400 for status in before)
    if not example.kind:
        assert last < 400
        return
    first, _, shown = example.shown.partition("\n")
    assert last == int(first.removeprefix("// "))
    if example.kind == "jsonc":
        compare(without_dots(shown), json.loads(example.out))
    else:
        lines = example.out.splitlines()
        for wanted in shown.splitlines():
            assert any(fnmatch.fnmatchcase(line, wanted.replace("[", "[[]")) for line in lines), (
                wanted
            )


def test_every_resource_has_an_example(ran: dict[str, Any]) -> None:
    assert ran["known"] - ran["asked"] == set()


def test_pictures_are_there_and_small() -> None:
    named = re.findall(r"images/[\w-]+\.\w+", (DOCS / "serve.md").read_text("utf-8"))
    assert len(named) >= 5
    for name in named:
        assert (DOCS / name).stat().st_size < 300_000, name
