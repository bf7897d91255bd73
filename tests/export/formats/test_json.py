from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from kinolex.export.registry import export
from kinolex.testing.exporters import HOSTILE, check_exporter, hostile_clip
from tests.export.readers import same_as_golden
from tests.export.samples import BOAT, GOLDEN, ISLAND, STREET

SCHEMA = json.loads((files("kinolex.export") / "schema.json").read_text("utf-8"))


def validate(value: Any) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(value, SCHEMA, cls=jsonschema.Draft202012Validator)


def test_promises() -> None:
    check_exporter("json")


def test_golden(tmp_path: Path) -> None:
    assert same_as_golden(tmp_path, "json", "clips.json", [BOAT, ISLAND, STREET]) == ()


def test_the_golden_file_keeps_the_schema() -> None:
    validate(json.loads((GOLDEN / "clips.json").read_text("utf-8")))


def test_keys_are_those_of_the_schema(tmp_path: Path) -> None:
    found = json.loads(export("json", [BOAT], tmp_path / "a.json").path.read_bytes())
    (clip,) = found["clips"]
    definitions = SCHEMA["$defs"]
    assert set(found) == set(SCHEMA["required"]) == set(SCHEMA["properties"])
    for value, name in (
        (clip, "clip"), (clip["video"], "video"), (clip["passages"][0], "passage")
    ):  # fmt: skip
        assert (
            set(value) == set(definitions[name]["required"]) == set(definitions[name]["properties"])
        )


def test_hostile_words_come_back_unchanged(tmp_path: Path) -> None:
    for words in HOSTILE:
        done = export("json", [hostile_clip(BOAT, words)], tmp_path / "a.json")
        found = json.loads(done.path.read_bytes().decode("utf-8"))
        validate(found)
        assert found["clips"][0]["name"] == found["clips"][0]["passages"][0]["text"] == words
