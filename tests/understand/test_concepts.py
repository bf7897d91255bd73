"""Things taught by name, and found by it: planted scenes, naive means, two encoders."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from kinolex.errors import KinolexError, NotFoundError, QueryError, UsageError
from kinolex.library.records import ChannelData, FrameBlock, Stamp
from kinolex.moments import Answer, Span
from kinolex.search.engine import Engine
from kinolex.search.parse import parse
from kinolex.understand.concepts import Lesson, forget, name_of, teach
from tests.search.conftest import ColourEncoder

if TYPE_CHECKING:
    from tests.search.conftest import Shelf

SCENES = ["grey"] * 20 + ["red"] * 10 + ["grey"] * 20 + ["blue"] * 10


class Turned(ColourEncoder):
    """A newer encoder of the same colours, whose vectors mean something else."""

    version = "2"

    def _unit(self, rgb: object) -> np.ndarray:
        return super()._unit(rgb)[:, ::-1].copy()  # type: ignore[arg-type]


def asked(shelf: Shelf, text: str, encoder: ColourEncoder | None = None) -> Answer:
    return Engine(shelf.store, picture=encoder or ColourEncoder()).answer(parse(text))


def places(answer: Answer) -> list[tuple[str, float, float]]:
    return [(m.video.title, m.start, m.end) for m in answer.moments]


def taught(
    shelf: Shelf, name: str, encoder: ColourEncoder | None = None, **lesson: object
) -> object:
    engine = Engine(shelf.store, picture=encoder or ColourEncoder())
    return teach(shelf.store, engine, name, Lesson(**lesson))  # type: ignore[arg-type]


def rows(shelf: Shelf, name: str, first: int, last: int) -> np.ndarray:
    (video,) = shelf.store.find_videos(name)
    found = shelf.store.frames_of(video, "colour@1")
    assert found is not None
    return found[1][first:last].astype(np.float64)


def test_a_taught_thing_is_found_where_it_is(plain_shelf: Shelf) -> None:
    plain_shelf.video("a.mp4", colours=SCENES)
    plain_shelf.video("b.mp4", colours=["grey"] * 30 + ["red"] * 8 + ["grey"] * 22)
    with pytest.raises(QueryError, match="no concept @rex"):
        asked(plain_shelf, "@rex")
    taught(plain_shelf, "Rex", like=["a.mp4#t=21,24"])
    found = places(asked(plain_shelf, "@REX"))
    assert {title for title, _, _ in found} == {"a.mp4", "b.mp4"}
    for title, start, end in found:
        low = 20 if title == "a.mp4" else 30
        assert low - 1 <= start < end <= low + 11
    forget(plain_shelf.store, "REX")
    with pytest.raises(QueryError, match="no concept @rex"):
        asked(plain_shelf, "@rex")


def test_it_is_the_mean_of_unit_examples(plain_shelf: Shelf) -> None:
    """Each example counts the same, however many frames it has; against float64."""
    plain_shelf.video("a.mp4", colours=SCENES)
    engine = Engine(plain_shelf.store, picture=ColourEncoder())
    lesson = Lesson(like=["a.mp4#t=20,29", "a.mp4#t=50,51"])
    teach(plain_shelf.store, engine, "x", lesson)
    means = [rows(plain_shelf, "a.mp4", 20, 29).mean(axis=0), rows(plain_shelf, "a.mp4", 50, 51)[0]]
    total = sum(m / np.sqrt((m**2).sum()) for m in means)
    found = engine.frames().table.of_span("\0@x", Span(0, 1))
    assert np.allclose(found, total / np.sqrt((total**2).sum()), atol=1e-3)


def test_a_concept_is_a_part_of_a_sum(plain_shelf: Shelf) -> None:
    """Half red and half blue is nearer to the sum than either alone."""
    encoder = ColourEncoder()
    video = plain_shelf.video("a.mp4", duration=80)
    names = ["grey"] * 40 + ["red"] * 12 + ["red blue"] * 12 + ["grey"] * 16
    vectors = encoder.encode_words(names).astype(np.float16)
    block = FrameBlock(np.arange(80, dtype=np.int64) * 1000, vectors)
    plain_shelf.store.commit_channel(
        video, ChannelData(Stamp("picture", "colour", "1"), frames=block)
    )
    taught(plain_shelf, "rex", like=["a.mp4#t=41,50"])
    alone = asked(plain_shelf, "@rex")
    assert 39 <= alone.moments[0].start <= 41
    both = asked(plain_shelf, "@rex blue")
    assert 51 <= both.moments[0].start <= 53
    assert [(p.kind, p.value) for p in both.query.parts] == [("words", "blue"), ("concept", "rex")]
    assert "@rex: like what was taught as rex" in both.query.notes


def test_what_it_is_not_counts_against(plain_shelf: Shelf) -> None:
    """Red and yellow were taught as one; told that red is not meant, only yellow is left."""
    colours = ["grey"] * 60 + ["red"] * 6 + ["blue"] * 40 + ["yellow"] * 6 + ["grey"] * 60
    plain_shelf.video("a.mp4", colours=colours, duration=172)
    taught(plain_shelf, "warm", like=["a.mp4#t=61,64", "a.mp4#t=107,110"])
    found = asked(plain_shelf, "@warm")
    assert {s < 80 for _, s, _ in places(found)} == {True, False}
    taught(plain_shelf, "warm", unlike=["a.mp4#t=64,66"])
    found = asked(plain_shelf, "@warm")
    assert {s < 80 for _, s, _ in places(found)} == {False}


def test_pictures_and_words_teach_too(plain_shelf: Shelf, tmp_path: Path) -> None:
    plain_shelf.video("a.mp4", colours=SCENES)
    Image.new("RGB", (8, 8), (0, 0, 255)).save(tmp_path / "blue.png")
    taught(plain_shelf, "sea", images=[str(tmp_path / "blue.png")])
    taught(plain_shelf, "ball", words="a red ball")
    for name, low in (("sea", 50), ("ball", 20)):
        (only,) = places(asked(plain_shelf, f"@{name}"))
        assert low - 1 <= only[1] < only[2] <= low + 11


def test_teaching_again_adds_and_the_same_replaces(plain_shelf: Shelf) -> None:
    plain_shelf.video("a.mp4", colours=SCENES)
    taught(plain_shelf, "rex", like=["a.mp4#t=21,24"], words="a dog")
    taught(plain_shelf, "REX", like=["a.mp4#t=21,24", "a.mp4#t=51,52"])
    (kept,) = plain_shelf.store.concepts()
    assert (kept.name, len(kept.examples), kept.words) == ("rex", 2, "a dog")
    taught(plain_shelf, "rex", unlike=["a.mp4#t=51,52"])
    (kept,) = plain_shelf.store.concepts()
    assert [e.wanted for e in kept.examples] == [True, False]


def test_a_newer_encoder_looks_again_where_it_can(plain_shelf: Shelf, tmp_path: Path) -> None:
    """Spans from the library's frames, pictures from their files; else it is said."""
    video = plain_shelf.video("a.mp4", colours=SCENES)
    Image.new("RGB", (8, 8), (255, 0, 0)).save(tmp_path / "red.png")
    taught(plain_shelf, "span", like=["a.mp4#t=21,24"])
    taught(plain_shelf, "file", images=[str(tmp_path / "red.png")])
    newer = Turned()
    vectors = newer.encode_words(SCENES).astype(np.float16)
    block = FrameBlock(np.arange(60, dtype=np.int64) * 1000, vectors)
    plain_shelf.store.commit_channel(
        video, ChannelData(Stamp("picture", "colour", "2"), frames=block)
    )
    for text in ("@span", "@file"):
        (only,) = places(asked(plain_shelf, text, newer))
        assert 19 <= only[1] < only[2] <= 31
    (tmp_path / "red.png").unlink()
    with pytest.raises(QueryError, match=r"@file was taught with colour@1, but .* colour@2"):
        asked(plain_shelf, "@file", newer)


def test_a_taught_thing_outlives_its_video(plain_shelf: Shelf) -> None:
    gone = plain_shelf.video("a.mp4", colours=SCENES)
    plain_shelf.video("b.mp4", colours=["grey"] * 30 + ["red"] * 8 + ["grey"] * 22)
    taught(plain_shelf, "rex", like=["a.mp4#t=21,24"])
    plain_shelf.store.remove_video(gone)
    (only,) = places(asked(plain_shelf, "@rex"))
    assert only[0] == "b.mp4"


def test_no_encoder_is_needed_for_spans(plain_shelf: Shelf) -> None:
    plain_shelf.video("a.mp4", colours=SCENES)
    engine = Engine(plain_shelf.store)
    teach(plain_shelf.store, engine, "rex", Lesson(like=["a.mp4#t=21,24"]))
    assert engine.answer(parse("@rex")).moments


@pytest.mark.parametrize(
    ("name", "lesson", "says"),
    [
        ("a b", {"words": "x"}, "no name for a concept"),
        ("", {"words": "x"}, "no name for a concept"),
        ("-", {"words": "x"}, "no name for a concept"),
        ("rex", {}, "Nothing is said of @rex"),
        ("rex", {"words": "  "}, "Nothing is said of @rex"),
        ("rex", {"unlike": ["a.mp4#t=1,2"]}, "Only what @rex is not"),
        ("rex", {"like": ["none.mp4#t=1,2"]}, "No indexed video is called none.mp4"),
        ("rex", {"like": ["a.mp4#t=2,1"]}, "ends"),
        ("rex", {"like": ["a.mp4#t=90,99"]}, "only 60 s long"),
        ("rex", {"images": ["none.png"]}, "no picture none.png"),
        ("rex", {"like": [f"a.mp4#t={n / 100},30" for n in range(501)]}, "more than 500"),
    ],
)
def test_wrong_lessons_are_a_sentence_and_change_nothing(
    plain_shelf: Shelf, name: str, lesson: dict[str, object], says: str
) -> None:
    plain_shelf.video("a.mp4", colours=SCENES)
    before = plain_shelf.store.generation
    with pytest.raises(UsageError, match=says):
        taught(plain_shelf, name, **lesson)
    assert plain_shelf.store.generation == before


def test_without_pictures_there_is_the_command(plain_shelf: Shelf) -> None:
    plain_shelf.video("a.mp4")
    with pytest.raises(NotFoundError, match="kinolex index --only picture"):
        taught(plain_shelf, "rex", like=["a.mp4#t=1,2"])
    with pytest.raises(KinolexError, match="There is no concept @rex"):
        forget(plain_shelf.store, "rex")


def test_names() -> None:
    assert [name_of(n) for n in ("@Rex_2", "Käthe", "犬", "नाम", "a-b")] == [
        "rex_2", "käthe", "犬", "नाम", "a-b"
    ]  # fmt: skip
