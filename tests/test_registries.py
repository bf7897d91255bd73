"""What all registries share."""

from __future__ import annotations

import importlib.metadata
import sys
from pathlib import Path

import pytest

from kinolex.registries import load_all, nearest


def test_a_package_that_fails_costs_a_warning_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "things_of_ours"
    package.mkdir()
    (package / "__init__.py").write_text("SEEN = []\n")
    (package / "one.py").write_text("import things_of_ours as t\nt.SEEN.append('one')\n")
    for name, body in (
        ("broken", "raise RuntimeError('no such luck')\n"),
        ("good", "import things_of_ours as t\nt.SEEN.append('theirs')\n"),
    ):
        (tmp_path / f"{name}_of_theirs.py").write_text(body)
        about = tmp_path / f"{name}-1.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
        (about / "entry_points.txt").write_text(f"[things]\n{name} = {name}_of_theirs\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert len(importlib.metadata.entry_points(group="things")) == 2
    with pytest.warns(UserWarning, match="The things of broken_of_theirs are left out: no such"):
        load_all("things_of_ours", "things", "things")
    assert sorted(sys.modules["things_of_ours"].SEEN) == ["one", "theirs"]


def test_what_was_meant() -> None:
    assert nearest("retreival", ["retrieval", "moments"]) == " Did you mean retrieval?"
    assert nearest("zzz", ["retrieval"]) == ""
