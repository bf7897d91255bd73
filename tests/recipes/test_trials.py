"""Settings of a trial are changed by name, those of a stage too."""

import pytest

pytest.importorskip("torch", reason="the recipe needs torch")
pytest.importorskip("efficientnet_lite_pytorch", reason="the recipe needs its backbone")
trials = pytest.importorskip("recipes.starter.trials")
from recipes.starter.settings import Trial  # noqa: E402


def test_a_setting_and_a_setting_of_a_stage():
    trial = trials.changed(trials.changed(Trial(), "dimensions=384"), "second.top=1e-4")
    assert trial.dimensions == 384
    assert trial.second.top == 1e-4
    assert trial.first == Trial().first
    assert trials.changed(trial, "loss=sigmoid").loss == "sigmoid"


@pytest.mark.parametrize("change", ["size=3", "first.size=3", "=1"])
def test_a_setting_that_is_not_there_is_one_sentence(change):
    with pytest.raises(SystemExit, match="no setting"):
        trials.changed(Trial(), change)
