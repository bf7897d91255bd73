from __future__ import annotations

import json

import pytest

from kinolex.errors import UsageError
from kinolex.evaluation.reporting import report
from kinolex.evaluation.result import Result

RAW = Result(
    "retrieval@1", {"R@1": 0.5, "MdR": 12.0}, counted=4, ties=2, guess={"R@1": 0.25},
    ceiling={"R@1": 0.75}, notes=("One text was left out.",),
)  # fmt: skip
NORMALISED = Result("retrieval@1", {"R@1": 0.9, "MdR": 1.0}, counted=4, normalised="dual-softmax")


def test_raw_and_normalised_are_never_in_one_table() -> None:
    text = report({"mine": RAW, "mine too": NORMALISED})
    first, second = text.split("\n\n")
    assert "mine too" not in first
    assert second.startswith("retrieval@1, scores normalised by dual-softmax")
    assert first.splitlines() == [
        "retrieval@1",
        "            R@1    MdR",
        "mine     0.5000  12.00",
        "guess    0.2500",
        "ceiling  0.7500",
        "4 counted, 2 tied",
        "One text was left out.",
    ]


def test_markdown_and_latex_have_every_cell() -> None:
    markdown = report({"a_b": RAW}, "markdown")
    assert "| a_b | 0.5000 | 12.00 |" in markdown
    assert "| --- | ---: | ---: |" in markdown
    latex = report({"a_b & 5%": RAW}, "latex")
    assert r"a\_b \& 5\% & 0.5000 & 12.00 \\" in latex
    assert latex.count(r"\begin{tabular}{lrr}") == 1


def test_json_is_everything() -> None:
    told = json.loads(report({"mine": RAW}, "json"))
    assert told["mine"]["guess"] == {"R@1": 0.25}
    assert told["mine"]["protocol"] == "retrieval@1"


def test_some_figures_and_what_is_not_a_number() -> None:
    one = Result("retrieval@1", {"R@1": float("nan"), "MdR": float("inf")})
    lines = report({"x": one}, names=["MdR", "R@1"]).splitlines()
    assert lines[1].split() == ["MdR", "R@1"]
    assert lines[2].split() == ["x", "inf", "nan"]


def test_nothing_to_report() -> None:
    with pytest.raises(UsageError, match="nothing to report"):
        report({})
    with pytest.raises(UsageError, match="no form"):
        report({"x": RAW}, "poem")  # type: ignore[arg-type]
