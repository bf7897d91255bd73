"""The generated page of the lab's public Python says what its docstrings say."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def build():
    spec = importlib.util.spec_from_file_location("build", DOCS / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_up_to_date(build):
    written = (DOCS / "lab-python.md").read_text(encoding="utf-8")
    assert build.lab_reference() == written, "run `make docs`"


@pytest.mark.parametrize(
    "called",
    ["`Writer(", "`train(", "`load_model(", "`Trainer(", "`check_matcher(", "`Points(", "`loss("],
)
def test_what_the_guide_calls_is_on_it(called):
    assert f"### {called}" in (DOCS / "lab-python.md").read_text(encoding="utf-8")


def test_the_other_page_does_without_torch(build):
    assert not [name for name in build.MODULES if name.startswith("kinolex.lab")]
