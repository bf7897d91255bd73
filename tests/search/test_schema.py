"""Real answers against the published schema, by a small validator of the keywords it uses."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from kinolex.moments import CHANNELS, SEARCH_SCHEMA
from kinolex.search.engine import Engine
from kinolex.search.parse import parse

if TYPE_CHECKING:
    from tests.search.conftest import ColourEncoder, Shelf, StemEncoder

SCHEMA = json.loads((files("kinolex.search") / "schema.json").read_text("utf-8"))
TYPES = {
    "object": dict, "array": list, "string": str, "boolean": bool, "integer": int,
    "number": (int, float), "null": type(None),
}  # fmt: skip
KNOWN = {
    "$schema", "$id", "$defs", "$ref", "title", "description", "type", "const", "enum",
    "properties", "required", "additionalProperties", "propertyNames", "items", "minItems",
    "maxItems", "minLength", "pattern", "minimum", "maximum", "exclusiveMinimum",
}  # fmt: skip


def problems(value: Any, schema: dict[str, Any], at: str = "$") -> list[str]:
    """What is wrong with a value, by JSON Schema 2020-12."""
    unknown = set(schema) - KNOWN
    assert not unknown, f"the validator does not know {unknown}"
    found: list[str] = []
    if ref := schema.get("$ref"):
        found += problems(value, SCHEMA["$defs"][ref.rsplit("/", 1)[1]], at)
    if "const" in schema and value != schema["const"]:
        found.append(f"{at} is not {schema['const']}")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{at}: {value!r} is none of {schema['enum']}")
    if wanted := schema.get("type"):
        names = [wanted] if isinstance(wanted, str) else wanted
        right = any(isinstance(value, TYPES[n]) for n in names)
        if not right or (isinstance(value, bool) and "boolean" not in names):
            return [*found, f"{at}: {value!r} is no {wanted}"]
    if isinstance(value, dict):
        found += object_problems(value, schema, at)
    if isinstance(value, list):
        low, high = schema.get("minItems", 0), schema.get("maxItems", len(value))
        found += [] if low <= len(value) <= high else [f"{at} has {len(value)} items"]
        for i, item in enumerate(value):
            found += problems(item, schema.get("items", {}), f"{at}[{i}]")
    if isinstance(value, str):
        short = len(value) < schema.get("minLength", 0)
        odd = "pattern" in schema and not re.search(schema["pattern"], value)
        found += [f"{at}: {value!r} does not fit"] if short or odd else []
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        low, high = schema.get("minimum", value), schema.get("maximum", value)
        inside = low <= value <= high and value > schema.get("exclusiveMinimum", value - 1)
        found += [] if inside else [f"{at}: {value} is out of range"]
    return found


def object_problems(value: dict[str, Any], schema: dict[str, Any], at: str) -> list[str]:
    found = [f"{at} lacks {key}" for key in schema.get("required", ()) if key not in value]
    listed = schema.get("properties", {})
    more = schema.get("additionalProperties", True)
    for key, item in value.items():
        found += problems(key, schema.get("propertyNames", {}), f"{at}({key})")
        if key in listed:
            found += problems(item, listed[key], f"{at}.{key}")
        elif more is False:
            found.append(f"{at}.{key} is not known")
        elif isinstance(more, dict):
            found += problems(item, more, f"{at}.{key}")
    return found


def test_real_answers_fit(
    shelf: Shelf, colour_encoder: ColourEncoder, stem_encoder: StemEncoder, tmp_path: Path
) -> None:
    engine = Engine(shelf.store, picture=colour_encoder, words=stem_encoder)
    questions = [
        parse("red ball"),
        parse('"red ball" cup -dog after:2020 in a.mp4', min_length=1, language="en"),
        parse("volcano yellow purple"),
        parse("red", channels="picture,speech", group="video", limit=2),
    ]
    assert not any(problems(engine.answer(q).to_dict(), SCHEMA) for q in questions)
    shelf.video("a.mp4", title="A", speech=[(0, 5, "a red ball"), (9, 12, "red cup")],
                screen=[(2, 8, "RED")], colours=["grey"] * 50 + ["red"] * 9)  # fmt: skip
    Image.new("RGB", (4, 4), (255, 0, 0)).save(tmp_path / "red.png")
    questions.append(parse("red", images=str(tmp_path / "red.png"), like="a.mp4#t=1,2"))
    answers = [json.loads(json.dumps(engine.answer(q).to_dict())) for q in questions]
    for answer in answers:
        assert problems(answer, SCHEMA) == []
    assert any(a["moments"] for a in answers)
    assert any(a["nothing_found"] for a in answers)


def test_the_validator_sees_what_is_wrong(shelf: Shelf, stem_encoder: StemEncoder) -> None:
    shelf.video("a.mp4", title="A", speech=[(0, 5, "a red ball")])
    good = Engine(shelf.store, words=stem_encoder).answer(parse("red ball")).to_dict()
    for path, value in [
        (("schema",), "kinolex.search/2"),
        (("moments", 0, "score"), 1.5),
        (("moments", 0, "rank"), 0),
        (("moments", 0, "video", "size"), 1),
        (("query", "filters", "after"), "soon"),
        (("searched", "channels", "smell"), 1),
        (("nothing_found",), 0),
    ]:
        bad = json.loads(json.dumps(good))
        place = bad
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value
        assert problems(bad, SCHEMA), path


def test_names_agree_with_the_code() -> None:
    assert SCHEMA["$id"] == SEARCH_SCHEMA == SCHEMA["properties"]["schema"]["const"]
    assert tuple(SCHEMA["$defs"]["channel"]["enum"]) == CHANNELS


@pytest.mark.parametrize("name", ["required", "properties"])
def test_the_page_names_every_key(name: str) -> None:
    page = Path(__file__).parents[2] / "docs" / "search-json.md"
    if not page.is_file():
        pytest.skip("the documentation is not beside the tests")
    text = page.read_text("utf-8")
    places = [SCHEMA, SCHEMA["properties"]["query"], SCHEMA["properties"]["searched"],
              SCHEMA["$defs"]["moment"], SCHEMA["$defs"]["evidence"]]  # fmt: skip
    for place in places:
        assert all(f"`{key}`" in text for key in place[name]), place.get("title")
