"""Loading by name, folder or preference, and the one command when a model is missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kinolex.encoders import registry
from kinolex.encoders.cards import Card, known_cards
from kinolex.encoders.protocols import PictureEncoder
from kinolex.encoders.sources import place_of
from kinolex.errors import EncoderError, ModelMissingError, NotFoundError, UsageError
from kinolex.settings import Settings
from kinolex.testing.encoders import check_encoder
from kinolex.testing.models import make_picture_model

LOADERS = {
    "words": registry.load_words,
    "speech": registry.load_speech,
    "screen": registry.load_screen,
    "picture": registry.load_picture,
}


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KINOLEX_MODELS", str(tmp_path / "models"))
    for name in ("PICTURE", "WORDS", "SPEECH", "SCREEN", "LANGUAGE"):
        monkeypatch.delenv(f"KINOLEX_{name}", raising=False)
    return tmp_path / "models"


def test_a_missing_picture_model_says_the_one_command(models: Path) -> None:
    with pytest.raises(ModelMissingError) as caught:
        registry.load_picture("siglip2-b16-256")
    assert caught.value.hint == (
        "Run `kinolex models pull siglip2-b16-256` or give --picture FOLDER."
    )
    assert registry.load_picture().name == "starter"  # it is always here
    with pytest.raises(ModelMissingError, match="kinolex models pull openclip-vit-l14"):
        registry.load_picture("openclip-vit-l14")


def test_a_folder_given_or_set(tmp_path: Path, models: Path) -> None:
    folder = make_picture_model(tmp_path / "colours")
    for made in (
        registry.load_picture(str(folder)),
        registry.load_picture(settings=Settings(picture=str(folder))),
        registry.load_picture(str(folder), Settings(picture="openclip-vit-b32")),
    ):
        assert isinstance(made, PictureEncoder)
        assert made.name == "colours"
        check_encoder(made)


def test_the_preferred_one_of_those_present(models: Path) -> None:
    """Made models under the names of real cards, as if somebody had put them there by hand."""
    for name in ("openclip-vit-l14", "openclip-vit-b32"):
        card = known_cards()[name]
        make_picture_model(place_of(name), dimensions=card.dimensions)
    assert registry.available("picture") == [
        "openclip-vit-b32",
        "openclip-vit-l14",
        "starter",
        "starter-plus",
    ]
    assert registry.load_picture().name == "openclip-vit-b32"
    assert registry.load_picture("openclip-vit-l14").dimensions == 768


def test_a_model_of_another_kind_is_refused(models: Path) -> None:
    with pytest.raises(EncoderError, match="is a words model, not a picture model"):
        registry.load_picture("all-minilm-l6-v2")


def test_neither_card_nor_folder(models: Path) -> None:
    with pytest.raises(NotFoundError, match="siglip2-b16-256"):
        registry.load_picture("siglip3")
    with pytest.raises(NotFoundError):
        registry.load_words("/no/such/folder")
    with pytest.raises(ModelMissingError, match="models pull hf:a/b"):
        registry.load_picture("hf:a/b")


def test_speech_follows_the_language(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def nowhere(card: Card) -> None:
        asked.append(card.name)

    monkeypatch.setattr(registry, "resolve", nowhere)
    for language, first in (("", "whisper-tiny.en"), ("en", "whisper-tiny.en")):
        with pytest.raises(ModelMissingError, match=first.replace(".", r"\.")):
            registry.load_speech(settings=Settings(language=language))
    asked.clear()
    with pytest.raises(ModelMissingError, match=r"'de'.*pull whisper-base"):
        registry.load_speech(settings=Settings(language="de"))
    assert asked == ["whisper-base", "whisper-small"]


def test_missing_extras_and_programs_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "resolve", lambda card: None)
    with pytest.raises(ModelMissingError, match=r"kinolex\[screen\]"):
        registry.load_screen("rapidocr")
    with pytest.raises(ModelMissingError, match="Install the program tesseract"):
        registry.load_screen("tesseract")


def test_an_encoder_from_outside_is_loaded_by_its_own_function(
    tmp_path: Path, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "outside_encoders.py").write_text(
        "import numpy as np\n"
        "class Hashes:\n"
        "    name, version, dimensions = 'hashes', '1', 8\n"
        "    def encode_words(self, texts, *, query=False):\n"
        "        rows = np.zeros((len(texts), 8), np.float32)\n"
        "        for row, text in zip(rows, texts):\n"
        "            row[sum(text.encode()) % 8] = 1\n"
        "        return rows\n"
        "def load(card, folder, settings):\n"
        "    assert folder.is_dir()\n"
        "    return Hashes()\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    card = Card("hashes", "words", "H", "MIT", (), loader="outside_encoders:load")
    place_of("hashes").mkdir(parents=True)
    monkeypatch.setattr(registry, "known_cards", lambda: {"hashes": card})
    monkeypatch.setattr(registry, "find_card", lambda name: card)
    made = registry.load_words("hashes")
    check_encoder(made)
    assert np.array_equal(registry.load_words().encode_words(["a"]), made.encode_words(["a"]))


@pytest.mark.parametrize(
    ("kind", "name"),
    [(c.kind, c.name) for c in known_cards().values() if c.kind in LOADERS],
)
def test_every_registered_encoder_that_is_here_keeps_its_protocol(kind: str, name: str) -> None:
    if name not in registry.available(kind):
        pytest.skip(f"{name} is not on this machine")
    try:
        made = LOADERS[kind](name, Settings(threads=2))  # type: ignore[operator]
    except ModelMissingError as error:
        pytest.skip(str(error))
    check_encoder(made)
    assert made.name == name


def test_a_speech_model_is_not_asked_for_a_language_that_it_does_not_know():
    try:
        registry.load_speech("whisper-tiny.en")
    except ModelMissingError as error:
        pytest.skip(str(error))
    with pytest.raises(UsageError, match="does not know the language 'de'"):
        registry.load_speech("whisper-tiny.en", Settings(language="de"))


def test_a_variant_of_a_folder_is_chosen_by_name(tmp_path: Path, models: Path) -> None:
    made = make_picture_model(tmp_path / "clip")
    vision = next(p for p in made.rglob("*.onnx") if "visual" in str(p) or "vision" in str(p))
    text = next(p for p in made.rglob("*.onnx") if "text" in str(p))
    for path in (vision, text):
        name = path.name.replace(".onnx", "_int8.onnx")
        path.with_name(name).write_bytes(path.read_bytes())
        path.unlink()
    assert registry.load_picture(f"{made}#int8").name == "clip"
    with pytest.raises(EncoderError, match="missing"):
        registry.load_picture(f"{made}#fp16")


def test_a_hub_id_needs_no_prefix(tmp_path: Path, models: Path) -> None:
    with pytest.raises(ModelMissingError, match="hf:immich-app/ViT-B-32__openai") as caught:
        registry.load_picture("immich-app/ViT-B-32__openai")
    assert "models pull" in str(caught.value.hint)
    make_picture_model(place_of("hf:immich-app/tiny"))
    assert registry.load_picture("immich-app/tiny").name == "hf:immich-app/tiny"
