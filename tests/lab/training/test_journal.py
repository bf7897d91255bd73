from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kinolex.datasets import records
from kinolex.datasets.records import CaptionRecord
from kinolex.lab.training import journal
from kinolex.lab.training.journal import Journal
from kinolex.lab.training.running import train
from kinolex.lab.training.settings import read
from kinolex.progress import Event


def test_lines_are_objects_and_what_is_done_again_is_taken_out(tmp_path: Path) -> None:
    first = Journal(tmp_path)
    for step in (1, 2, 3):
        first.write(step, {"loss": step / 2, "validation": {"text to video": {"R@1": 0.5}}})
    first.close()
    again = Journal(tmp_path, after=2)
    again.write(3, {"loss": 9.0})
    again.close()
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [(one["step"], one["loss"]) for one in lines] == [(1, 0.5), (2, 1.0), (3, 9.0)]
    Journal(tmp_path).close()
    assert (tmp_path / "log.jsonl").read_text() == ""


def test_tensorboards_reader_gives_the_numbers_of_the_log(
    cache: tuple[Path, list[CaptionRecord]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real run, killed behind what it kept and gone on with: nothing is there twice."""
    reader = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    records.write(cache[1], tmp_path / "captions.jsonl")
    data = {"cache": str(cache[0]), "records": str(tmp_path / "captions.jsonl")}
    optimiser = {"epochs": 2, "batch": 12}
    given = read({"matcher": "mean-pooling", "data": data, "optimiser": optimiser})

    def kill(event: Event) -> None:
        if event.done == 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(given, tmp_path / "run", progress=kill)
    train(given, tmp_path / "run", resume=True)
    lines = (tmp_path / "run" / "log.jsonl").read_text().splitlines()
    wanted = {
        (name, one["step"]): value for one in map(json.loads, lines) for name, value in flat(one)
    }
    found = reader.EventAccumulator(
        str(tmp_path / "run" / "tensorboard"), size_guidance={reader.SCALARS: 0}
    )
    found.Reload()
    told = {
        (tag, event.step): event.value
        for tag in found.Tags()["scalars"]
        for event in found.Scalars(tag)
    }
    assert told.keys() == wanted.keys()
    assert sum(len(found.Scalars(tag)) for tag in found.Tags()["scalars"]) == len(wanted)
    for key, value in wanted.items():
        assert told[key] == pytest.approx(value, rel=1e-6), key
    assert ("loss", 8) in told
    assert ("validation/text to video/R@1", 8) in told


@pytest.mark.parametrize(("hold", "steps"), [(0.0, [1, 2]), (1e6, [])])
def test_tensorboard_gets_numbers_when_they_have_waited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hold: float, steps: list[int]
) -> None:
    reader = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    monkeypatch.setattr(journal, "HOLD", hold)

    def told() -> list[int]:
        found = reader.EventAccumulator(str(tmp_path / "tensorboard"))
        found.Reload()
        return [event.step for event in found.Scalars("loss")] if found.Tags()["scalars"] else []

    one = Journal(tmp_path)
    one.write(1, {"loss": 0.5})
    one.write(2, {"loss": 0.25})
    one._board.flush()
    assert told() == steps
    one.close()
    assert told() == [1, 2]


def flat(one: dict[str, Any], under: str = "") -> list[tuple[str, float]]:
    found = []
    for name, value in one.items():
        if isinstance(value, dict):
            found += flat(value, f"{under}{name}/")
        elif name != "step":
            found.append((under + name.replace(" ", "_"), value))
    return found
