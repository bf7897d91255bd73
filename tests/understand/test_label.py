"""Planted scenes with known times: what is labelled, where, and what is left alone."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pytest

from kinolex.errors import ModelMissingError, NotFoundError, UsageError
from kinolex.library.records import ChannelData, FrameBlock, Stamp
from kinolex.moments import Span, Video
from kinolex.progress import Event
from kinolex.search.engine import Engine
from kinolex.understand.classes import Class
from kinolex.understand.examples import examples_in
from kinolex.understand.label import Wanted, label
from kinolex.understand.labels import LABELS_SCHEMA, Labels
from tests.search.conftest import ColourEncoder

if TYPE_CHECKING:
    from tests.search.conftest import Shelf

SCENES = ["red"] * 10 + ["grey"] * 20 + ["blue"] * 12 + ["grey"] * 18
CUTS = [(0.0, 9.7), (9.7, 29.7), (29.7, 41.7), (41.7, 60.0)]
COLOURED = ("red", "blue", "green", "yellow", "white")
COLOURS = tuple(Class(name) for name in ("red", "blue", "yellow"))


def video_of(shelf: Shelf, name: str) -> Video:
    (found,) = shelf.store.find_videos(name)
    video = shelf.store.video(found)
    assert video is not None
    return video


def labelled(
    shelf: Shelf, encoder: ColourEncoder, name: str = "a.mp4", span: Span | None = None, **how: Any
) -> Labels:
    wanted = Wanted(**{"classes": COLOURS, **how})
    engine = Engine(shelf.store, picture=encoder)
    found = label(shelf.store, engine, video_of(shelf, name), wanted, span)
    edges = [(s.span.start, s.span.end) for s in found.spans]
    low, high = found.span.start, found.span.end
    assert all(low <= a < b <= high for a, b in edges)
    assert all(b <= c for (_, b), (c, _) in pairwise(edges))
    assert all(0 <= value <= 1 for c in found.classes for value in (c.probability, c.share))
    assert all(0 < s.probability <= 1 for s in found.spans)
    return found


def said(found: Labels) -> list[tuple[str, float, float]]:
    return [(s.name, s.span.start, s.span.end) for s in found.spans]


def test_planted_scenes_are_found_and_the_rest_is_none(
    plain_shelf: Shelf, colour_encoder: ColourEncoder
) -> None:
    plain_shelf.video("a.mp4", colours=SCENES, shots=CUTS)
    found = labelled(plain_shelf, colour_encoder)
    assert said(found) == [("red", 0.0, 9.7), ("blue", 29.7, 41.7)]
    assert all(s.probability > 0.8 for s in found.spans)
    assert [c.name for c in found.classes] == ["red", "blue", "yellow"] or [
        c.name for c in found.classes
    ] == ["blue", "red", "yellow"]
    shares = {c.name: c.share for c in found.classes}
    assert shares["red"] == pytest.approx(9.7 / 60, abs=0.03)
    assert shares["blue"] == pytest.approx(12 / 60, abs=0.03)
    assert found.none == pytest.approx(38.3 / 60, abs=0.05)
    assert found.classes[-1].probability < 0.3
    assert (found.span, found.notes) == (Span(0, 60), ())


def test_without_cuts_the_edge_is_half_way(
    plain_shelf: Shelf, colour_encoder: ColourEncoder
) -> None:
    plain_shelf.video("a.mp4", colours=SCENES)
    edges = [edge for _, *pair in said(labelled(plain_shelf, colour_encoder)) for edge in pair]
    assert edges == pytest.approx([0, 9.5, 29.5, 41.5], abs=1.01)  # smoothed over neighbours


def test_a_shot_of_one_frame_keeps_its_label(
    plain_shelf: Shelf, colour_encoder: ColourEncoder
) -> None:
    """Between cuts nothing is smoothed away; the same flash without cuts is doubted."""
    flash = ["grey"] * 20 + ["red"] + ["grey"] * 39
    plain_shelf.video("a.mp4", colours=flash, shots=[(0, 19.5), (19.5, 20.5), (20.5, 60)])
    plain_shelf.video("b.mp4", colours=[*flash[1:], "grey"])
    cut = labelled(plain_shelf, colour_encoder)
    assert said(cut) == [("red", 19.5, 20.5)]
    uncut = labelled(plain_shelf, colour_encoder, "b.mp4")
    assert cut.spans[0].probability > 0.99 > uncut.spans[0].probability + 0.02


def test_none_of_these_is_an_answer(plain_shelf: Shelf, colour_encoder: ColourEncoder) -> None:
    plain_shelf.video("a.mp4", colours=SCENES, shots=CUTS)
    absent = (Class("yellow"), Class("green"))
    found = labelled(plain_shelf, colour_encoder, classes=absent)
    assert found.nothing_found
    assert found.none is not None
    assert found.none > 0.9
    forced = labelled(plain_shelf, colour_encoder, classes=absent, none=False)
    assert forced.none is None
    assert sum(s.span.duration for s in forced.spans) == pytest.approx(60)
    assert sum(c.share for c in forced.classes) == pytest.approx(1)


def test_another_video_of_the_library_does_not_leak_in(
    plain_shelf: Shelf, colour_encoder: ColourEncoder
) -> None:
    plain_shelf.video("b.mp4", colours=["yellow"] * 60)
    plain_shelf.video("a.mp4", colours=SCENES, shots=CUTS)
    assert {s[0] for s in said(labelled(plain_shelf, colour_encoder))} == {"red", "blue"}
    assert said(labelled(plain_shelf, colour_encoder, "b.mp4")) == [("yellow", 0.0, 60.0)]


def test_a_span_alone(plain_shelf: Shelf, colour_encoder: ColourEncoder) -> None:
    plain_shelf.video("a.mp4", colours=SCENES, shots=CUTS)
    found = labelled(plain_shelf, colour_encoder, span=Span(4, 35.25))
    assert said(found) == [("red", 4.0, 9.7), ("blue", 29.7, 35.25)]
    assert found.span == Span(4, 35.25)
    between = labelled(plain_shelf, colour_encoder, span=Span(3.2, 3.4))
    assert said(between) == [("red", 3.2, 3.4)]


def test_threshold_and_top(plain_shelf: Shelf, colour_encoder: ColourEncoder) -> None:
    plain_shelf.video("a.mp4", colours=SCENES, shots=CUTS)
    assert said(labelled(plain_shelf, colour_encoder, threshold=1.0)) == []
    found = labelled(plain_shelf, colour_encoder, top=1)
    assert len(found.classes) == 1
    assert len(found.spans) == 2


def test_words_that_the_encoder_does_not_know(
    plain_shelf: Shelf, colour_encoder: ColourEncoder
) -> None:
    plain_shelf.video("a.mp4", colours=SCENES, shots=CUTS)
    found = labelled(plain_shelf, colour_encoder, classes=(Class("zebra"), Class("red")))
    assert said(found) == [("red", 0.0, 9.7)]
    assert found.notes == ("The picture encoder does not know: zebra.",)
    forced = labelled(
        plain_shelf, colour_encoder, classes=(Class("zebra"), Class("red")), none=False
    )
    assert said(forced) == [("red", 0.0, 60.0)]
    with pytest.raises(UsageError, match="knows none of these classes"):
        labelled(plain_shelf, colour_encoder, classes=(Class("zebra"),))


class Stylish(ColourEncoder):
    """As CLIP does, it finds "a photo of" a thing in every picture, whatever the thing."""

    def encode_words(self, texts: Sequence[str], *, query: bool = False) -> npt.NDArray[np.float32]:
        rows = super().encode_words(texts, query=query)
        rows[:, 3] += [0.5 * bool(re.search("photo|video|film|scene|close-up", t)) for t in texts]
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def test_what_prompts_add_to_every_class_is_no_evidence(plain_shelf: Shelf) -> None:
    """The background is that of general questions put in the same sentences."""
    plain_shelf.video("a.mp4", colours=["grey"] * 40)
    wanted = Wanted(tuple(map(Class, COLOURED)))
    video, top = video_of(plain_shelf, "a.mp4"), []
    for encoder in (Stylish(), ColourEncoder()):
        found = label(plain_shelf.store, Engine(plain_shelf.store, picture=encoder), video, wanted)
        top.append(found.classes[0].probability)
        shutil.rmtree(plain_shelf.store.path / "cache")  # as the encoders share their name
    assert top[0] < 1.5 * top[1]


def test_prompts_say_what_a_name_means(plain_shelf: Shelf, colour_encoder: ColourEncoder) -> None:
    plain_shelf.video("a.mp4", colours=SCENES, shots=CUTS)
    classes = (Class("Liverpool", ("red shirts",)), Class("Chelsea", ("blue", "blue shirts")))
    found = labelled(plain_shelf, colour_encoder, classes=classes)
    assert [s[0] for s in said(found)] == ["Liverpool", "Chelsea"]


def test_examples_alone(plain_shelf: Shelf, colour_encoder: ColourEncoder, examples: Path) -> None:
    plain_shelf.video("a.mp4", colours=SCENES, shots=CUTS)
    given = examples_in(examples)
    found = labelled(plain_shelf, colour_encoder, classes=(), examples=given)
    assert said(found) == [("red", 0.0, 9.7), ("blue", 29.7, 41.7)]
    both = labelled(
        plain_shelf, colour_encoder, classes=(Class("red"), Class("blue")), examples=given
    )
    assert said(both) == said(found)


def test_every_folder_of_examples_is_heard_of(
    plain_shelf: Shelf, colour_encoder: ColourEncoder, examples: Path
) -> None:
    plain_shelf.video("a.mp4", colours=SCENES, shots=CUTS)
    heard: list[Event] = []
    wanted = Wanted(examples=examples_in(examples))
    engine = Engine(plain_shelf.store, picture=colour_encoder)
    label(plain_shelf.store, engine, video_of(plain_shelf, "a.mp4"), wanted, None, heard.append)
    assert [(e.kind, e.stage, e.done, e.total) for e in heard] == [
        ("step", "examples", 0, 2),
        ("step", "examples", 1, 2),
    ]


def test_examples_mend_a_name_that_words_get_wrong(
    plain_shelf: Shelf, colour_encoder: ColourEncoder, examples: Path
) -> None:
    """Two names that the encoder takes for the same thing are told apart by their pictures."""
    plain_shelf.video("a.mp4", colours=SCENES, shots=CUTS)
    (examples / "red").rename(examples / "Liverpool")
    (examples / "blue").rename(examples / "Chelsea")
    classes = (Class("Liverpool", ("white",)), Class("Chelsea", ("white",)))
    alone = labelled(plain_shelf, colour_encoder, classes=classes, none=False)
    assert {s[0] for s in said(alone)} == {"Liverpool"}  # a tie
    found = labelled(
        plain_shelf, colour_encoder, classes=classes, examples=examples_in(examples), none=False
    )
    at = {time: s.name for s in found.spans for time in (5, 35) if s.span.contains(time)}
    assert at == {5: "Liverpool", 35: "Chelsea"}


def test_the_weight_of_examples_is_obeyed(
    plain_shelf: Shelf, colour_encoder: ColourEncoder, examples: Path
) -> None:
    """Pictures in the wrong folders: words alone (0) are right, examples alone are wrong."""
    plain_shelf.video("a.mp4", colours=SCENES, shots=CUTS)
    (examples / "red").rename(examples / "other")
    (examples / "blue").rename(examples / "red")
    (examples / "other").rename(examples / "blue")
    how: dict[str, Any] = {
        "classes": (Class("red"), Class("blue")), "examples": examples_in(examples), "none": False
    }  # fmt: skip
    first = [labelled(plain_shelf, colour_encoder, alpha=a, **how).spans[0] for a in (0.0, 1e6)]
    assert [one.name for one in first] == ["red", "blue"]


def test_what_is_not_indexed_is_said_with_the_command(
    plain_shelf: Shelf, colour_encoder: ColourEncoder
) -> None:
    plain_shelf.video("a.mp4")
    with pytest.raises(NotFoundError, match="kinolex index --only picture"):
        labelled(plain_shelf, colour_encoder)
    plain_shelf.video("b.mp4", colours=["red"] * 9)
    with pytest.raises(
        NotFoundError, match=r"no pictures of .*a\.mp4.*kinolex index --only picture"
    ):
        labelled(plain_shelf, colour_encoder)
    with pytest.raises(ModelMissingError, match="colour"):
        label(
            plain_shelf.store, Engine(plain_shelf.store), video_of(plain_shelf, "b.mp4"),
            Wanted(COLOURS),
        )  # fmt: skip


def test_a_coarse_look_is_named(plain_shelf: Shelf, colour_encoder: ColourEncoder) -> None:
    video = plain_shelf.video("a.mp4")
    vectors = colour_encoder.encode_words(["red"] * 3 + ["grey"] * 9).astype(np.float16)
    block = FrameBlock(np.arange(12, dtype=np.int64) * 5000, vectors)
    data = ChannelData(Stamp("picture", "colour", "1"), partial=True, frames=block)
    plain_shelf.store.commit_channel(video, data)
    found = labelled(plain_shelf, colour_encoder)
    assert found.notes == ("Only a coarse look was taken yet: `kinolex index` goes on.",)


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"classes": ()}, "No classes"),
        ({"threshold": 1.5}, "from 0 to 1"),
        ({"threshold": float("nan")}, "from 0 to 1"),
        ({"top": 0}, "1 or more"),
        ({"alpha": -1.0}, "0 or more"),
    ],
)
def test_wrong_options_are_a_sentence(how: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        Wanted(**{"classes": COLOURS, **how})


def test_json_is_as_documented(plain_shelf: Shelf, colour_encoder: ColourEncoder) -> None:
    plain_shelf.video("a.mp4", colours=SCENES, shots=CUTS)
    found = json.loads(json.dumps(labelled(plain_shelf, colour_encoder).to_dict()))
    assert found["schema"] == LABELS_SCHEMA == "kinolex.labels/1"
    assert found["spans"][0] == {
        "start": 0.0, "end": 9.7, "name": "red", "probability": found["spans"][0]["probability"],
    }  # fmt: skip
    page = Path(__file__).parents[2] / "docs" / "labels-json.md"
    if not page.is_file():
        pytest.skip("the documentation is not beside the tests")
    text = page.read_text("utf-8")
    for part in (found, found["video"], found["classes"][0], found["spans"][0]):
        assert all(f"`{key}`" in text for key in part)


def test_letters_that_an_encoder_of_english_does_not_know() -> None:
    """The English sentences around a class do not make it known; prompts of its own may."""
    from kinolex.encoders.registry import load_picture
    from kinolex.understand.label import _readable

    english = load_picture("starter")
    assert _readable(Class("dog"), english)
    for name in ("\u72d7", "\u0441\u043e\u0431\u0430\u043a\u0430", "!!!", "\U0001f436"):
        assert not _readable(Class(name), english)
    assert _readable(Class("\u72d7", ("a dog",)), english)


@pytest.mark.parametrize("odd", [{"threshold": "a"}, {"threshold": None}, {"alpha": "x"}])
def test_options_that_are_no_numbers_are_a_sentence(odd: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="must be"):
        Wanted(COLOURS, **odd)
