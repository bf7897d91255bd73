from __future__ import annotations

import json
from pathlib import Path

import pytest

from kinolex.errors import UsageError
from kinolex.lab.training.settings import read

TOML = """
matcher = "mean-pooling"
seed = 3

[head]
kind = "linear"

[optimiser]
rate = 1e-4

[losses.max-margin]
weight = 0.5
margin = 0.2
"""


def test_a_small_file_is_enough(tmp_path: Path) -> None:
    (tmp_path / "some.toml").write_text(TOML)
    found = read(tmp_path / "some.toml", seed=7)
    assert (found.seed, found.title, found.optimiser.rate) == (7, "mean-pooling", 1e-4)
    assert found.losses == {"max-margin": {"weight": 0.5, "margin": 0.2}}
    assert read(found.model_dump()) == found
    weights = read({"matcher": "vop", "backbone": {"from": "F", "train": "text"}})
    assert weights.backbone.source == "F"
    assert json.loads(weights.model_dump_json())["backbone"]["from"] == "F"
    assert read(json.loads(weights.model_dump_json())) == weights


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"sead": 1}, r"no setting 'sead'\. Did you mean seed"),
        ({"optimiser": {"bach": 8}}, r"no setting 'optimiser\.bach'\. Did you mean batch"),
        ({"optimiser": {"batch": 1}}, r"setting 'optimiser\.batch' is wrong"),
        ({"losses": {"info-ncee": {}}}, "Did you mean info-nce"),
        ({"losses": {"max-margin": {"margn": 1}}}, "Did you mean margin"),
        (
            {"losses": {"max-margin": {"margin": "much"}}},
            "'margin' of the loss max-margin is wrong",
        ),
        ({"losses": {"info-nce": {"direction": "t2t"}}}, "'direction' of the loss info-nce is"),
        ({"losses": {"info-nce": {"weight": "x"}}}, "weight of the loss info-nce is no number"),
        ({"losses": {}}, "no loss"),
        ({"data": {"validation": "test"}}, "never picked on test"),
        ({"data": {"mixing": 0.5, "texts_per_video": 2}}, "Mixing makes pairs"),
        ({"matcher": None}, "'matcher' is wrong"),
        ({"backbone": {"form": "x"}}, r"'backbone\.form'\. Did you mean from"),
        ({"backbone": {"source": "x"}}, r"no setting 'backbone\.source'"),
        ({"backbone": {"from": "F", "width": 8}}, r"backbone\.width is that of the weights F"),
        ({"backbone": {"train": "some"}}, r"'backbone\.train' is wrong"),
    ],
)
def test_what_is_wrong_is_named(given: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read({"matcher": "mean-pooling", **given})


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read(tmp_path / "gone.toml")
    (tmp_path / "bad.toml").write_text("matcher = ")
    with pytest.raises(UsageError, match="is no TOML"):
        read(tmp_path / "bad.toml")
    with pytest.raises(UsageError, match="'matcher' is missing"):
        read({})
