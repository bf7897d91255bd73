"""The generated page of all matchers says what is true of them."""

from __future__ import annotations

import importlib.util
import inspect
import re
import sys
from pathlib import Path

import pytest
import torch

from kinolex.lab.matchers.base import find, matchers

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def page():
    spec = importlib.util.spec_from_file_location("matchers_page", DOCS / "matchers_page.py")
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up.
    sys.modules["matchers_page"] = module
    spec.loader.exec_module(module)
    torch.set_num_threads(1)
    return module


@pytest.fixture(scope="module")
def rows(page):
    return {row.name: row for row in page.rows()}


def test_the_page_is_up_to_date(page, rows):
    written = (DOCS / "matchers.md").read_text(encoding="utf-8")
    fresh = page.matchers_page(list(rows.values()))

    def without_costs(text):
        # Releases of torch multiply in different orders; the next test looks at costs.
        return [line.rsplit("|", 2)[0] if line[:3] == "| `" else line for line in text.splitlines()]

    assert without_costs(fresh) == without_costs(written), "run `make docs`"


def test_figures_of_the_page_are_those_of_arithmetic(rows):
    mean, best = rows["mean-pooling"], rows["max-pooling"]
    assert (mean.parameters, mean.stored, mean.cost) == (0, 512 * 4, 2 * 512)
    assert (best.parameters, best.cost) == (0, 2 * 512 * 12)
    assert rows["x-pool"].parameters == 5 * (512 * 512 + 512) + 3 * 2 * 512
    # Two blocks like X-Pool's, of which the biases of the keys are left out, and so do the costs.
    assert rows["tefal"].parameters == 2 * (rows["x-pool"].parameters - 512)
    assert rows["tefal"].cost == pytest.approx(2 * rows["x-pool"].cost, rel=0.05)


def test_the_table_is_markdown(page, rows):
    table = [line for line in page.matchers_page([rows["x-pool"]]).splitlines() if line[:1] == "|"]
    assert len(table) == 3
    assert {line.count("|") for line in table} == {9}
    assert table[2].startswith("| `x-pool` | Cosine of the sentence")


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0"), (12, "12"), (1024, "1 k"), (1.06e6, "1.1 M"), (334e6, "330 M"), (25.4e9, "25 G")],
)
def test_large_numbers_are_said_short(page, number, said):
    assert page._count(number) == said


@pytest.mark.parametrize("name", sorted(matchers()))
def test_a_docstring_says_what_it_follows_and_what_differs(name):
    """A paper, its equations or what stands for them, and what is not as there."""
    told = " ".join((inspect.getdoc(find(name)) or "").split())
    if "without a paper" in told:
        return
    assert re.search(r"arXiv:\d{4}\.\d{5}", told)
    assert "Differs:" in told
    code = re.search(r"[\w.-]+/[\w.-]+@[0-9a-f]{7}", told)
    assert code or re.search("equations? [0-9]", told) or "abstract" in told
