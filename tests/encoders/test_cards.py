"""Cards: those that ship are whole and honest, wrong ones are refused, others can add theirs."""

from __future__ import annotations

import importlib.metadata
import json
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.encoders import cards
from kinolex.encoders.cards import Card, known_cards, read_card, read_cards
from kinolex.errors import EncoderError

SHIPPED = read_cards(cards.cards_folder())

HUB: dict[str, Any] = {"kind": "hub", "repository": "a/b", "files": [{"to": "model.onnx"}]}


def a_card(**changes: Any) -> dict[str, Any]:
    card = {"name": "x", "kind": "words", "title": "X", "licence": "MIT", "sources": [HUB]}
    return card | changes


def written(folder: Path, card: dict[str, Any]) -> Path:
    path = folder / f"{card.get('name', 'x')}.json"
    path.write_text(json.dumps(card), encoding="utf-8")
    return path


@pytest.mark.parametrize("card", SHIPPED.values(), ids=list(SHIPPED))
def test_a_shipped_card_says_what_people_need(card: Card) -> None:
    assert card.title
    assert card.about.endswith(".")
    assert card.licence
    assert card.languages
    assert card.sources
    assert json.dumps(card.to_dict())
    if card.kind in ("picture", "words"):
        assert card.dimensions > 0
    for source in card.sources:
        if source.kind in ("hub", "package"):
            assert source.megabytes > 0
            assert source.files or source.patterns
        if source.kind == "package":
            assert all(f.sha256 and f.size for f in source.files)


def test_the_cards_that_were_promised_are_there() -> None:
    assert {
        "siglip2-b16-256",
        "siglip2-so400m-384",
        "openclip-vit-b32",
        "openclip-vit-l14",
        "mobileclip2-s0",
        "mobileclip2-s2",
        "xlm-roberta-vit-b32",
        "all-minilm-l6-v2",
        "multilingual-e5-small",
        "whisper-tiny.en",
        "whisper-base",
        "whisper-small",
        "rapidocr",
        "tesseract",
        "silero-vad",
    } <= set(SHIPPED)
    first = {card.kind: card.name for card in reversed(SHIPPED.values())}
    assert first["picture"] == "siglip2-b16-256"
    assert first["words"] == "all-minilm-l6-v2"
    assert first["speech"] == "whisper-tiny.en"


def test_research_only_models_are_never_recommended_first() -> None:
    for card in SHIPPED.values():
        if "research" in card.licence:
            better = [c for c in SHIPPED.values() if c.kind == card.kind and c.rank < card.rank]
            assert better


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "smell"},
        {"name": "X Y"},
        {"colour": "red"},
        {"sources": [{"kind": "torrent"}]},
        {"sources": [{"kind": "hub", "repository": "a/b", "files": [{"to": "../evil"}]}]},
        {"sources": [{"kind": "hub", "repository": "a/b", "files": [{"to": "/etc/passwd"}]}]},
        {"sources": [HUB | {"files": [{"to": "m", "sha256": "12"}]}]},
        {"sources": [HUB | {"files": [{"to": "m", "parts": [{"path": "a/../../b"}]}]}]},
        {
            "sources": [
                {
                    "kind": "package",
                    "packages": [{"name": "p", "version": "1", "sha256": "no", "module": "p"}],
                }
            ]
        },
        {"sources": [{"kind": "package", "packages": [], "files": [{"to": "m"}]}]},
    ],
)
def test_a_wrong_card_is_one_sentence(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(EncoderError, match="card"):
        read_card(written(tmp_path, a_card(**changes)))


def test_a_card_must_be_named_as_its_file(tmp_path: Path) -> None:
    path = written(tmp_path, a_card()).rename(tmp_path / "y.json")
    with pytest.raises(EncoderError, match="calls itself"):
        read_card(path)


@given(st.text(max_size=40))
def test_any_text_is_a_card_or_one_sentence(text: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.json"
        path.write_text(text, encoding="utf-8", errors="replace")
        with pytest.raises(EncoderError):
            read_card(path)


def test_pinned_means_a_full_commit_or_hashed_wheels(tmp_path: Path) -> None:
    branch = read_card(written(tmp_path, a_card())).sources[0]
    commit = read_card(written(tmp_path, a_card(sources=[HUB | {"revision": "a" * 40}]))).sources[0]
    assert (branch.pinned, commit.pinned) == (False, True)


def test_speaks() -> None:
    assert SHIPPED["whisper-tiny.en"].speaks("en")
    assert not SHIPPED["whisper-tiny.en"].speaks("de")
    assert SHIPPED["whisper-base"].speaks("de")
    assert SHIPPED["whisper-tiny.en"].speaks("")


class _Entries:
    """Entry points as an installed package declares them."""

    def __init__(self, *values: str) -> None:
        group = "kinolex.encoders"
        self.found = [
            importlib.metadata.EntryPoint(f"e{i}", v, group) for i, v in enumerate(values)
        ]

    def __call__(self, *, group: str) -> list[importlib.metadata.EntryPoint]:
        return [e for e in self.found if e.group == group]


def test_other_packages_add_cards_and_a_broken_one_costs_only_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "cards"
    folder.mkdir()
    written(folder, a_card(name="theirs", loader="their_encoders:load"))
    (tmp_path / "their_encoders.py").write_text(
        f"from pathlib import Path\nFOLDER = Path({str(folder)!r})\n"
        "def made():\n"
        "    from kinolex.encoders.cards import Card\n"
        "    return Card('made', 'words', 'Made', 'MIT', ())\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    entries = _Entries("their_encoders:FOLDER", "their_encoders:made", "no_such_module:x")
    monkeypatch.setattr(importlib.metadata, "entry_points", entries)
    known_cards.cache_clear()
    try:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            found = known_cards()
        assert {"theirs", "made", "siglip2-b16-256"} <= set(found)
        assert found["theirs"].loader == "their_encoders:load"
        assert len(said) == 1
        assert "no_such_module" in str(said[0].message)
    finally:
        known_cards.cache_clear()
