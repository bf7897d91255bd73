from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from kinolex.export.registry import export
from kinolex.export.request import Options
from kinolex.testing.exporters import HOSTILE, check_exporter, hostile_clip
from tests.export.readers import same_as_golden
from tests.export.samples import BOAT, DRONE, HARBOUR, ISLAND, ROPE, STREET, without

BASE = "https://films.example/iiif"


def check_manifest(manifest: dict[str, Any]) -> None:
    """What IIIF Presentation 3.0 demands (sections 3 and 5) of what is used here."""
    assert manifest["@context"] == "http://iiif.io/api/presentation/3/context.json"
    assert next(iter(manifest)) == "@context"
    ids: list[str] = []
    kinds = {"Manifest": "Canvas", "Canvas": "AnnotationPage", "AnnotationPage": "Annotation"}

    def walk(resource: dict[str, Any], kind: str) -> None:
        assert resource["type"] == kind
        assert re.match(r"https?://[^\s#]+$", resource["id"]), "an HTTP URI without a fragment"
        ids.append(resource["id"])
        if kind in ("Manifest", "Canvas"):
            label = resource["label"]
            assert all(
                isinstance(v, list) and all(isinstance(s, str) for s in v) for v in label.values()
            )
        if kind == "Canvas":
            assert ("width" in resource) == ("height" in resource)
            assert resource["duration"] > 0
        for page in resource.get("annotations", []):
            walk(page, "AnnotationPage")
            assert all(a["motivation"] != "painting" for a in page["items"])
        for item in resource.get("items", []):
            walk(item, kinds[kind])

    walk(manifest, "Manifest")
    assert len(ids) == len(set(ids)), "ids are unique"


def test_promises() -> None:
    check_exporter("iiif")


def test_golden(tmp_path: Path) -> None:
    (note,) = same_as_golden(
        tmp_path, "iiif", "clips.iiif.json", [BOAT, ISLAND, STREET], base_url=BASE
    )
    assert note.startswith("Media are expected at")


def test_what_the_specification_demands(tmp_path: Path) -> None:
    done = export(
        "iiif", [BOAT, ISLAND, ROPE], tmp_path / "a.iiif.json", Options(base_url=BASE + "/")
    )
    manifest = json.loads(done.path.read_bytes())
    check_manifest(manifest)
    harbour, drone = manifest["items"]
    assert (harbour["duration"], harbour["width"], drone["label"]) == (
        120.0,
        1920,
        {"none": ["Drone"]},
    )
    painting = harbour["items"][0]["items"][0]
    assert (painting["motivation"], painting["target"]) == ("painting", harbour["id"])
    assert painting["body"]["id"] == f"{BASE}/media/{HARBOUR.id}.mp4"
    targets = [a["target"] for a in harbour["annotations"][0]["items"]]
    assert targets[:2] == [f"{harbour['id']}#t=10,15", f"{harbour['id']}#t=62.48,70"]
    assert drone["annotations"][0]["items"][0]["target"] == f"{drone['id']}#t=2.002,12.012"


def test_without_a_base_the_files_are_named_and_a_note_says_so(tmp_path: Path) -> None:
    done = export("iiif", [without(ISLAND, "video")], tmp_path / "a.iiif.json")
    body = json.loads(done.path.read_bytes())["items"][0]["items"][0]["items"][0]["body"]
    assert (body["id"], body["type"]) == ("file:///C:/Films/Drone%20%231.mov", "Sound")
    assert "give base_url" in done.notes[0]
    assert DRONE.path not in done.path.read_text()


def test_hostile_words_keep_it_valid(tmp_path: Path) -> None:
    for words in HOSTILE:
        done = export(
            "iiif", [hostile_clip(BOAT, words)], tmp_path / "a.json", Options(title=words)
        )
        check_manifest(json.loads(done.path.read_bytes()))
