"""``docs/lab.md``: its tables are those of the code, its example runs as a package outside."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from kinolex.lab.losses.base import losses
from kinolex.lab.training.settings import Settings, read

PAGE = Path(__file__).parents[2] / "docs" / "lab.md"


@pytest.fixture
def page() -> str:
    if not PAGE.exists():
        pytest.skip("the documentation is not here")
    return PAGE.read_text(encoding="utf-8")


def settings_table() -> str:
    return "".join(rows(Settings, ""))


def rows(kind: type[BaseModel], under: str) -> list[str]:
    found = []
    for name, one in kind.model_fields.items():
        if isinstance(one.annotation, type) and issubclass(one.annotation, BaseModel):
            found += rows(one.annotation, f"{under}{name}.")
            continue
        usual: Any = one.get_default(call_default_factory=True)
        told = "" if one.is_required() else f"`{json.dumps(usual)}`"
        assert one.description, name
        found.append(f"| `{under}{one.alias or name}` | {told} | {one.description} |\n")
    return found


def losses_table() -> str:
    return "".join(
        f"| `{one.name}` | {', '.join(f'`{n}`' for n in one.takes)} | "
        f"{', '.join(f'`{n}` {json.dumps(v)}' for n, v in one.settings.items())} | {one.paper} |\n"
        for one in losses().values()
    )


def test_its_tables_are_those_of_the_code(page: str) -> None:
    assert settings_table() in page
    assert losses_table() in page


def test_its_settings_are_settings(page: str, tmp_path: Path) -> None:
    whole = re.search(r"```toml\n(matcher = .*?)```", page, re.DOTALL)
    more = re.search(r"```toml\n(\[losses.*?)```", page, re.DOTALL)
    assert whole
    assert more
    (tmp_path / "some.toml").write_text(whole[1] + more[1])
    assert list(read(tmp_path / "some.toml").losses) == ["info-nce", "teach-text"]


@pytest.mark.slow
def test_its_commands_train_end_to_end(page: str, tmp_path: Path) -> None:
    """Drawn clips, their pixels, a backbone from nothing: what it was trained on is found again."""
    commands = re.search(r"<!-- end to end: .*?```\n(.*?)```", page, re.DOTALL)
    toml = re.search(r"with `end\.toml`:\n\n```toml\n(.*?)```", page, re.DOTALL)
    assert commands
    assert toml
    (tmp_path / "end.toml").write_text(toml[1])
    read_by_programs = "kinolex compare runs/end --split train --pairs 0 --json"
    for line in (*commands[1].splitlines(), read_by_programs):
        found = subprocess.run(
            [sys.executable, "-m", *line.split()],
            cwd=tmp_path,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert found.returncode == 0, found.stderr
    there = json.loads(found.stdout)["rows"][0]["means"]["text to video"]
    assert there["counted"] == 180
    assert there["values"]["R@1"] > 0.5
    assert there["guess"]["R@1"] < 0.02


def test_its_lines_are_records(page: str, tmp_path: Path) -> None:
    from kinolex.datasets import records

    lines = re.search(r"```json\n(.*?)```", page, re.DOTALL)
    assert lines
    (tmp_path / "captions.jsonl").write_text(lines[1])
    assert [one.split for one in records.read(tmp_path / "captions.jsonl")] == ["train", "val"]


CALL = """
import torch
from kinolex.lab.matchers.base import Sizes, Texts, Videos, find
torch.manual_seed(0)
one = find("first-and-last")(Sizes(dimensions=4), bias=True)
assert type(one).__module__ == "my_package.first_and_last"
mask = torch.tensor([[True] * 3, [True, True, False]])
frames = torch.randn(2, 3, 4) * mask[..., None]
turned = torch.stack([frames[0].flip(0), torch.stack([*frames[1, :2].flip(0), frames[1, 2]])])
said = one.represent_text(Texts(torch.randn(2, 4)))
first, second = (one.score(said, one.represent_video(Videos(f, mask))) for f in (frames, turned))
assert (first - second).abs().min() > 1e-3, "it does not see the order"
shorter = one.represent_video(Videos(frames[1:, :2], mask[1:, :2]))
assert torch.allclose(one.score(said, shorter)[:, 0], first[:, 1], atol=1e-6)
"""


def test_its_matcher_is_found_in_another_package(page: str, tmp_path: Path) -> None:
    code = re.search(r"```python\n(.*?)```", page, re.DOTALL)
    entry = re.search(r'"kinolex\.matchers"\]\n(.*?)\n```', page, re.DOTALL)
    assert code
    assert entry
    package, about = tmp_path / "my_package", tmp_path / "my_package-1.dist-info"
    package.mkdir()
    about.mkdir()
    (package / "__init__.py").touch()
    (package / "first_and_last.py").write_text(code[1])
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: my-package\nVersion: 1\n")
    (about / "entry_points.txt").write_text(f"[kinolex.matchers]\n{entry[1].replace(chr(34), '')}")
    found = subprocess.run(
        [sys.executable, "-c", CALL],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    assert "left out" not in found.stderr
