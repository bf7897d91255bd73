from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kinolex.datasets import records
from kinolex.datasets.records import CaptionRecord
from kinolex.errors import UsageError
from kinolex.lab.training.running import splits, train
from kinolex.lab.training.settings import Data, Settings, read


def captions(films: int, clips: int) -> list[CaptionRecord]:
    return [
        CaptionRecord(
            id=f"{film}-{clip}", video=f"v{film}-{clip}", text="a", more={"film": f"f{film}"}
        )
        for film in range(films)
        for clip in range(clips)
    ]


def test_whole_films_are_held_out() -> None:
    given = captions(10, 3)
    data = Data(train="", validation="", hold_out=0.2)
    some, held = splits(given, data, seed=0)
    assert sorted(one.id for one in some + held) == sorted(one.id for one in given)
    films = [{one.more["film"] for one in side} for side in (some, held)]
    assert len(films[1]) == 2
    assert not films[0] & films[1]
    assert splits(given, data, seed=0)[1] == held
    assert any(splits(given, data, seed=n)[1] != held for n in (1, 2))


def test_one_film_cannot_be_held_out() -> None:
    with pytest.raises(UsageError, match="none can be held out"):
        splits(captions(1, 3), Data(train="", validation=""), seed=0)


def test_a_video_is_on_one_side() -> None:
    both = [CaptionRecord(id=split, video="v", text="a", split=split) for split in ("train", "val")]
    with pytest.raises(UsageError, match="must not be trained on"):
        splits(both, Data(), seed=0)


def settings(cache: tuple[Path, list[CaptionRecord]], **more: Any) -> Settings:
    place = cache[0].with_suffix(".jsonl")
    records.write(cache[1], place)
    data = {"cache": str(cache[0]), "records": str(place)}
    usual: dict[str, Any] = {"matcher": "mean-pooling", "head": {"kind": "linear"}, "data": data}
    return read({**usual, **more})


def test_refusals(cache: tuple[Path, list[CaptionRecord]], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="what to train on"):
        train(read({"matcher": "mean-pooling"}), tmp_path / "run")
    with pytest.raises(UsageError, match="Nothing is learnt"):
        train(settings(cache, head={"kind": "none"}, learn_scale=False), tmp_path / "run")
    with pytest.raises(UsageError, match="has no setting 'depth'"):
        train(settings(cache, options={"depth": 2}), tmp_path / "run")
    with pytest.raises(UsageError, match=r"no matcher 'mean-poling'.*Did you mean mean-pooling"):
        train(settings(cache, matcher="mean-poling"), tmp_path / "run")
    with pytest.raises(UsageError, match="needs teachers"):
        train(settings(cache, losses={"teach-text": {}}), tmp_path / "run")
    more = CaptionRecord(id="new", video="new", text="new", split="train")
    with pytest.raises(UsageError, match="lacks 1 videos and 1 texts"):
        train(settings((cache[0], [*cache[1], more])), tmp_path / "run")


def test_what_a_cache_lacks_is_left_out_where_settings_say_so(
    cache: tuple[Path, list[CaptionRecord]], tmp_path: Path
) -> None:
    text = cache[1][0].text
    given = [*cache[1], CaptionRecord(id="new", video="new", text=text, split="train")]
    with pytest.raises(UsageError, match=r"lacks 1 videos and 0 texts") as told:
        train(settings((cache[0], given)), tmp_path / "run")
    assert "data.partly" in str(told.value.hint)
    some = settings((cache[0], given), optimiser={"steps": 2, "batch": 4})
    whole = settings(cache, optimiser={"steps": 2, "batch": 4})
    records.write(given, Path(some.data.records))
    partly = some.model_copy(update={"data": some.data.model_copy(update={"partly": True})})
    found = train(partly, tmp_path / "partly")
    told = json.loads((tmp_path / "partly" / "result.json").read_text())
    assert told["left_out"] == ["new"]
    records.write(cache[1], Path(some.data.records))
    other = train(whole, tmp_path / "whole")
    assert {way: one.values for way, one in found.results.items()} == {
        way: one.values for way, one in other.results.items()
    }
    new = [CaptionRecord(id=s, video=s, text=text, split=s) for s in ("train", "val")]
    records.write([one for one in given if one.split != "val"] + new, Path(some.data.records))
    with pytest.raises(UsageError, match="nothing is left to validate on"):
        train(partly, tmp_path / "none")
