from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import kinolex
from kinolex.api import Library
from kinolex.encoders.registry import load_picture, sentences_missing
from kinolex.errors import KinolexError, NotFoundError, UsageError
from kinolex.library.kept import Kept
from kinolex.library.kept_file import KeptFile
from kinolex.library.kept_limited import LimitedKeptFile
from kinolex.moments import Answer
from kinolex.search.engine import Engine
from kinolex.search.parse import parse
from kinolex.testing.clips import make_clip
from tests.library.worlds import Film, World, build, film_id
from tests.search.conftest import ColourEncoder, StemEncoder

GREY = ("grey",) * 6
WORLD = World(
    films=(
        Film(
            (("a", "trips/lake.mp4"),),
            colours=(*GREY[:3], "red", "red", *GREY[:4]),
            speech=("we swim in the cold water", "the red ball floats", "and then we go home"),
            screen=("Boat rental", "No swimming"),
            recorded=dt.datetime(2024, 5, 1, 12),
        ),
        Film(
            (("a", "talk.mp4"), ("b", "hush/lecture.mp4")),
            colours=(*GREY, "blue", "blue"),
            speech=("water boils at a hundred degrees", "profits doubled in winter"),
            chapter="Boiling",
            language="en",
        ),
        Film(
            (("b", "hush.mp4"),),
            colours=("red",) * 9,
            speech=("hush the red ball and the cold water", "winter profits hush hush"),
            screen=("No swimming", "hush"),
            title="The lake",
            recorded=dt.datetime(2024, 5, 1, 13),
        ),
        *(
            Film((("b", f"hush {n}.mp4"),), ("green", "red", "blue"), (f"water {n} ball",) * 3)
            for n in range(8)
        ),
        Film((("a", "garden.mp4"),), ("green", "green", *GREY), ("roses and water",)),
        Film((("c", "hush sea.mp4"),), ("blue",) * 5, ("the sea is cold water",), breaks=True),
    ),
    bad=(("a", "broken.mp4"), ("b", "hush broken.mp4")),
    concepts=(
        ("buoy", "", ((0, True), (2, True), (12, False))),
        ("sea", "", ((12, True),)),
        ("glow", "red", ((2, True),)),
    ),
)
HIDDEN = film_id(2)
LAKE = film_id(0)

QUESTIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "words": ("cold water", {}),
    "words of many": ("the red ball in the water", {"limit": 3}),
    "one word": ("profits", {}),
    "hidden words": ("hush", {}),
    "phrase": ('"red ball"', {}),
    "phrase and words": ('swim "cold water"', {}),
    "two phrases": ('"cold water" "red ball"', {}),
    "exclusion": ("water -ball", {}),
    "exclusion of a phrase": ('red -"red ball"', {}),
    "nothing": ("giraffe trousers", {}),
    "colour": ("red", {"channels": ["picture"]}),
    "grey": ("grey", {"channels": ["picture"]}),
    "title": ("lecture", {"channels": ["title"]}),
    "place": ("trips", {}),
    "screen": ("swimming", {"channels": ["screen"]}),
    "by video": ("water", {"group": "video"}),
    "pictures by video": ("blue", {"group": "video", "channels": ["picture"]}),
    "folder": ("water", {"folder": "trips"}),
    "hidden folder": ("water", {"folder": "hush"}),
    "day": ("water", {"after": "2024-05-01", "before": "2024-05-01"}),
    "language": ("water", {"language": "en"}),
    "length": ("water", {"min_length": 5.0}),
    "one video": ("water", {"video": "talk"}),
    "hidden video": ("water", {"video": "hush"}),
    "tag": ("water", {"tag": "red things"}),
    "hidden tag": ("water", {"tag": "hush tag"}),
    "hidden id": ("water", {"video": HIDDEN}),
    "image": ("", {"image": "red.png"}),
    "image and words": ("water", {"image": "blue.png"}),
    "like": ("", {"like": f"{LAKE}#t=3,5"}),
    "like by name": ("", {"like": "talk.mp4#t=6,8"}),
    "sum": ("grey", {"like": [f"{LAKE}#t=3,5", "talk#t=6,8@-0.5"]}),
    "like a hidden video": ("", {"like": f"{HIDDEN}#t=0,2"}),
    "like a hidden name": ("", {"like": "hush#t=0,2"}),
    "like nothing": ("", {"like": "nothing#t=0,2"}),
    "concept": ("@buoy", {}),
    "concept and words": ("@buoy water", {}),
    "concept of words": ("@glow", {}),
    "hidden concept": ("@sea", {}),
    "no concept": ("@nothing", {}),
}

Ask = Callable[[Library], Any]


class Asked:
    """A library with the two tiny encoders."""

    def __init__(self, library: Library) -> None:
        self.library = library
        store = library._need()
        library._engine = Engine(store, picture=ColourEncoder(), words=StemEncoder())


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("limited")
    for name, colour in (("red", (255, 0, 0)), ("blue", (0, 0, 255))):
        Image.new("RGB", (16, 16), colour).save(folder / f"{name}.png")

    def encode(texts: list[str]) -> Any:
        return StemEncoder().encode_words(texts).astype(np.float16)

    def see(colours: list[str], number: int) -> Any:
        rows = ColourEncoder().encode_words(colours).astype(np.float64)
        rows += 0.02 * np.random.default_rng(number).normal(size=rows.shape)
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16)

    for library, roots in (("whole", "abc"), ("alone", "a")):
        build(WORLD, roots, folder / "videos", folder / library, encode=encode, see=see)
        _keep(folder / library, roots)
    return folder


def _keep(library: Path, roots: str) -> None:
    """Tags, collections, a saved search and corrections, as far as their videos are there."""
    there = [
        film_id(n) for n, film in enumerate(WORLD.films) if {r for r, _ in film.places} & set(roots)
    ]
    with Kept.open(library) as kept:
        for video in there:
            kept.tag(video, "red things" if video != HIDDEN else "hush tag")
            kept.correct(video, "screen", 0, 2, "old", "new" if video != HIDDEN else "hush new")
        kept.correct(film_id(1), "title", 0, 12, "talk", "never shown")
        kept.collect("empty")
        kept.collect("both", [(v, 1, 2, "a note") for v in there])
        if HIDDEN in there:
            kept.collect("hush list", [(HIDDEN, 1, 2, "hush")])
        kept.tag(LAKE, "lake")
        saved = kept.save("water", {"text": "cold water"})
        kept.look(saved.id, [LAKE])


@pytest.fixture(scope="module")
def seen(place: Path) -> Library:
    library = kinolex.open(place / "whole", roots=[place / "videos" / "a"])
    return Asked(library).library


@pytest.fixture(scope="module")
def alone(place: Path) -> Library:
    return Asked(kinolex.open(place / "alone", read_only=True)).library


@pytest.fixture(scope="module")
def whole(place: Path) -> Library:
    return Asked(kinolex.open(place / "whole", read_only=True)).library


def asked(library: Library, question: str) -> Any:
    """An answer as JSON without what is no answer, or the error's sentence."""
    text, options = QUESTIONS[question]
    try:
        return told(library.search(text, **options))
    except KinolexError as error:
        return str(error)


def told(answer: Answer) -> Any:
    assert set(answer.timing) == set(kinolex.moments.STEPS)
    exact = [(m.score, [e.score for e in m.evidence]) for m in (*answer.moments, *answer.weak)]
    flat = [number for score, more in exact for number in (score, *more)]
    return {k: v for k, v in answer.to_dict().items() if k not in ("timing", "generation")}, flat


def same(mine: Any, theirs: Any) -> bool:
    if isinstance(mine, str) or isinstance(theirs, str):
        return bool(mine == theirs)
    return bool(
        mine[0] == theirs[0]
        and len(mine[1]) == len(theirs[1])
        and np.allclose(mine[1], theirs[1], rtol=0, atol=1e-6)
    )


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_answer_is_that_of_a_library_of_these_roots_alone(
    seen: Library, alone: Library, place: Path, question: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place)
    mine, theirs = asked(seen, question), asked(alone, question)
    assert same(mine, theirs), (mine, theirs)
    if "hush" not in repr(QUESTIONS[question]):
        assert "hush" not in repr(mine)


def test_the_questions_find_things_and_differ_from_the_whole_library(
    seen: Library, whole: Library, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that the test above fails when nothing is limited."""
    monkeypatch.chdir(place)
    answers = {question: asked(seen, question) for question in QUESTIONS}
    found = [a for a in answers.values() if not isinstance(a, str) and a[0]["moments"]]
    assert len(found) > len(QUESTIONS) // 2
    differ = [q for q in QUESTIONS if not same(answers[q], asked(whole, q))]
    assert set(QUESTIONS) - set(differ) <= {"like nothing"}


def test_a_hidden_video_is_unknown_in_the_words_of_one_that_never_was(
    seen: Library, place: Path
) -> None:
    hidden = [HIDDEN, HIDDEN[:8], "hush.mp4", str(place / "videos" / "b" / "hush.mp4")]
    for ask in (
        lambda what: seen.video(what),
        lambda what: seen.passages(what),
        lambda what: seen.shots(f"{what}"),
        lambda what: seen.search(like=f"{what}#t=0,2"),
        lambda what: seen.label(what, classes=["red", "blue"]),
    ):
        sentences = set()
        for what in (*hidden, "never.mp4"):
            with pytest.raises(KinolexError) as caught:
                ask(what)
            sentences.add(str(caught.value).replace(what, "NAME"))
        assert len(sentences) == 1


# The facade

VIDEOS = ("lake", "talk.mp4", LAKE, film_id(1)[:10], "hush", HIDDEN, "garden", "sea")


def each(read: Callable[[Library, str], Any]) -> Ask:
    def every(library: Library) -> Any:
        found = []
        for what in VIDEOS:
            try:
                found.append(read(library, what))
            except KinolexError as error:
                found.append(str(error))
        return found

    return every


def made(library: Library) -> Any:
    """Everything that is kept, without ids and times."""
    kept = library.kept
    return (
        [(t.name, t.video) for t in kept.tags()],
        kept.tag_names(),
        [kept.tagged(name) for name in ("red things", "hush tag", "lake")],
        [(c.name, [(i.video, i.note) for i in c.items]) for c in kept.collections()],
        [(c.video, c.new) for c in kept.corrections() if c.source != "title"],
        [saved.question for saved in kept.saved()],
    )


def exported(library: Library, what: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        return library.export(what, "vtt", Path(folder, "words.vtt")).path.read_text()


def clips(library: Library, what: str) -> Any:
    return [
        replace(clip, passages=sorted((p.text, p.span) for p in clip.passages))
        for clip in library.clips(what, pad=1)
    ]


READS: dict[str, Ask] = {
    "answer": lambda lib: told(lib.answer(lib.search("water").query)),
    "clips": each(clips),
    "concepts": lambda lib: lib.concepts(),
    "corrections": lambda lib: [
        (c.video, c.new, p is None) for c, p in lib.corrections() if c.source != "title"
    ],
    "exists": lambda lib: lib.exists,
    "export": each(exported),
    "failures": lambda lib: [replace(f, at="") for f in lib.failures()],
    "kept": made,
    "label": each(lambda lib, what: lib.label(what, classes=["red", "blue", "green"])),
    "passages": each(
        lambda lib, what: sorted(
            (replace(p, id=0) for p in lib.passages(what)), key=lambda p: (p.span, p.source, p.text)
        )
    ),
    "prune": lambda lib: lib.prune(),
    "roots": lambda lib: lib.roots(),
    "saved_search": lambda lib: told(lib.saved_search("water")),
    "search": lambda lib: told(lib.search("cold water")),
    "shots": each(lambda lib, what: lib.shots(what)),
    "states": each(lambda lib, what: lib.states(what)),
    "status": lambda lib: replace(lib.status(), generation=0, bytes=0),
    "still": each(lambda lib, what: lib.still(what, 3.0)),
    "timeline": each(lambda lib, what: lib.timeline(what, parse("red water"))),
    "unseen": lambda lib: list(lib.unseen().values()),
    "video": each(lambda lib, what: lib.video(what)),
    "videos": lambda lib: lib.videos(),
}
NO_READS = {
    "add", "close", "correct", "forget", "look_at", "remove", "retry", "roots_allowed",
    "save_search", "teach", "uncorrect", "watch",
}  # fmt: skip


@pytest.mark.parametrize("name", READS)
def test_every_method_gives_what_a_library_of_these_roots_alone_gives(
    seen: Library, alone: Library, name: str
) -> None:
    assert READS[name](seen) == READS[name](alone)


def test_every_public_name_of_a_library_is_compared_or_writes() -> None:
    names = {name for name in dir(Library) if not name.startswith("_")}
    assert names == READS.keys() | NO_READS


@pytest.mark.parametrize(
    "write",
    [
        lambda lib: lib.add(lib.path.parent / "videos"),
        lambda lib: lib.remove("lake"),
        lambda lib: lib.prune(apply=True),
        lambda lib: lib.teach("cup", like=f"{LAKE}#t=0,2"),
        lambda lib: lib.forget("buoy"),
        lambda lib: next(lib.watch(lib.path.parent / "videos")),
    ],
)
def test_a_limited_library_is_for_reading(seen: Library, write: Ask) -> None:
    with pytest.raises(UsageError, match="read-only"):
        write(seen)


def test_what_people_keep_is_limited_and_for_reading(
    seen: Library, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "hush" not in repr(made(seen))
    assert "never shown" not in repr(seen.kept.corrections())  # of a title that is not there
    with pytest.raises(KinolexError, match="read-only"):
        seen.kept.tag(LAKE, "new")
    for table in ("tags", "items", "collections", "corrections", "saved", "seen"):
        with pytest.raises(KinolexError):
            seen.kept._file.all(f"SELECT * FROM main.{table}")
    monkeypatch.setattr(LimitedKeptFile, "_opened", KeptFile._opened)
    with kinolex.open(place / "whole", roots=[place / "videos" / "a"]) as again:
        assert "hush" in repr(made(again))


def test_roots_are_named_by_id_or_folder(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with kinolex.open(place / "whole") as library:
        assert library.roots_allowed is None
        ids = {root.path.name: root.id for root in library.roots()}
    monkeypatch.chdir(place / "videos")
    for name in (ids["b"], place / "videos" / "b", str(place / "videos" / "b"), "b"):
        with kinolex.open(place / "whole", roots=[name]) as library:
            assert library.roots_allowed == {ids["b"]}
            assert library.read_only
            assert len(library.videos()) == 10
    with kinolex.open(place / "whole", roots=[ids["a"], "b", "b"]) as library:
        assert library.roots_allowed == {ids["a"], ids["b"]}


def test_an_unknown_root_is_refused_in_a_sentence(place: Path, tmp_path: Path) -> None:
    for name in ("nothing", "", "0" * 32, str(place), place / "videos" / "a" / "trips"):
        with pytest.raises(NotFoundError, match="There is no root"):
            kinolex.open(place / "whole", roots=[name])
    with pytest.raises(NotFoundError, match="There is no root"):
        kinolex.open(tmp_path / "none", roots=[place / "videos" / "a"])
    with pytest.raises(UsageError, match="several roots"):
        kinolex.open(place / "whole", roots=str(place / "videos" / "a"))


def test_no_roots_see_nothing(place: Path, tmp_path: Path) -> None:
    for path in (place / "whole", tmp_path / "none"):
        with kinolex.open(path, roots=[]) as library:
            assert library.roots_allowed == frozenset()
            assert library.videos() == library.roots() == library.failures() == []
            assert library.search("water").nothing_found
            assert library.status().videos == 0


# End to end


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three folders of drawn clips, one of them also in another; indexed whole, and one alone."""
    folder = tmp_path_factory.mktemp("footage")
    for root, name, scenes in (
        ("a", "shapes", [(2, "shape:red circle on white"), (2, "shape:black square on white")]),
        ("a", "night", [(3, "gradient"), (2, "shape:green triangle on white")]),
        ("b", "hush", [(2, "shape:red circle on white"), (2, "noise:3")]),
        ("c", "hush too", [(2, "shape:blue square on white"), (2, "red")]),
    ):
        (folder / root).mkdir(exist_ok=True)
        make_clip(folder / root / f"{name}.mp4", scenes=scenes, fps=5, size=(160, 120))
    (folder / "b" / "hush hush.mp4").write_bytes((folder / "a" / "shapes.mp4").read_bytes())
    (folder / "a" / "night.srt").write_text(
        "1\n00:00:00,500 --> 00:00:02,000\nthe water is cold\n", encoding="utf-8"
    )
    (folder / "b" / "hush.srt").write_text(
        "1\n00:00:00,500 --> 00:00:02,000\nhush the water is cold\n", encoding="utf-8"
    )
    Image.new("RGB", (160, 120), (200, 20, 20)).save(folder / "red.png")
    only = ("title", "picture", "speech")
    with kinolex.open(folder / "alone") as alone, kinolex.open(folder / "whole") as library:
        library.add(folder / "b", folder / "a", folder / "c", picture="starter", only=only)
        alone.add(folder / "a", picture="starter", only=only)
    return folder


@pytest.mark.slow
def test_with_the_encoder_that_ships_a_limited_library_is_one_of_its_own(footage: Path) -> None:
    words = not sentences_missing(load_picture("starter"))
    questions: list[tuple[str, dict[str, Any]]] = [
        ("", {"image": str(footage / "red.png")}),
        ("", {"like": f"{footage / 'a' / 'shapes.mp4'}#t=0,2"}),
        ("", {"like": "shapes#t=2,4", "group": "video"}),
        ("", {"image": str(footage / "red.png"), "like": "night.mp4#t=3,5"}),
        ("shapes", {"channels": ["title"]}),
        ("cold water", {"channels": ["speech", "title"]}),
        ("", {"like": "hush#t=0,2"}),
    ]
    if words:
        questions += [("a red circle", {}), ("a green triangle -water", {"limit": 2})]
    with (
        kinolex.open(footage / "whole", roots=[footage / "a"]) as seen,
        kinolex.open(footage / "alone", read_only=True) as alone,
        kinolex.open(footage / "whole", read_only=True) as whole,
    ):
        assert {v.title for v in seen.videos()} == {"shapes", "night"}
        assert len(whole.videos()) == 4
        for name in ("videos", "roots", "failures", "status", "concepts"):
            assert READS[name](seen) == READS[name](alone), name
        differ = 0
        for text, options in questions:
            found = []
            for library in (seen, alone, whole):
                try:
                    found.append(told(library.search(text, **options)))
                except KinolexError as error:
                    found.append(str(error))
            assert same(found[0], found[1]), (text, options, found[:2])
            assert "hush" not in repr(found[0]) or "hush" in options.get("like", "")
            differ += not same(found[0], found[2])
        assert differ == len(questions)
