from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from kinolex.errors import QueryError
from kinolex.library.store import Store
from kinolex.moments import STEPS, Answer, Filters, Span
from kinolex.search.engine import Engine
from kinolex.search.parse import parse

if TYPE_CHECKING:
    from tests.search.conftest import ColourEncoder, Shelf, StemEncoder

Ask = Callable[..., Answer]


@pytest.fixture
def ask(shelf: Shelf, colour_encoder: ColourEncoder, stem_encoder: StemEncoder) -> Ask:
    engine = Engine(shelf.store, picture=colour_encoder, words=stem_encoder)

    def answer(text: str = "", **options: Any) -> Answer:
        return engine.answer(parse(text, **options))

    return answer


def where(answer: Answer) -> list[tuple[str, float, float]]:
    return [(Path(m.video.path).name, m.start, m.end) for m in answer.moments]


def grey_but(colour: str, start: int, end: int, length: int = 60) -> list[str]:
    return [colour if start <= i < end else "grey" for i in range(length)]


# Words


def test_an_empty_library_finds_nothing(ask: Ask) -> None:
    answer = ask("anything")
    assert answer.nothing_found
    assert answer.weak == ()
    assert answer.searched.videos == 0
    assert answer.searched.unavailable == {}


def test_every_word_channel_answers(ask: Ask, shelf: Shelf) -> None:
    shelf.video("talk.mp4", title="Annual report", speech=[(3, 6, "profits doubled in winter")],
                screen=[(10, 40, "Thank you, sponsors")])  # fmt: skip
    shelf.video("other.mp4", title="Holiday", speech=[(1, 2, "waves and sand")])
    assert where(ask("profits doubled")) == [("talk.mp4", 3, 6)]
    assert where(ask("thank the sponsors")) == [("talk.mp4", 10, 40)]
    assert where(ask("annual report")) == [("talk.mp4", 0, 60)]
    answer = ask("profits doubled")
    (why,) = answer.moments[0].evidence
    assert (why.channel, why.source) == ("speech", "speech")
    assert [why.text[a:b] for a, b in why.marks] == ["profits", "doubled"]
    assert Path(answer.moments[0].video.path).is_absolute()


def test_a_word_nobody_said_is_nothing_found(ask: Ask, shelf: Shelf) -> None:
    shelf.video("talk.mp4", speech=[(3, 6, "profits doubled in winter")])
    answer = ask("volcano")
    assert answer.nothing_found
    assert answer.searched.videos == 1
    assert answer.searched.channels == {"speech": 1, "title": 1}
    assert set(answer.searched.unavailable) == {"picture", "screen"}
    assert "kinolex index" in answer.searched.unavailable["screen"]


def test_weak_ones_are_at_most_three(ask: Ask, shelf: Shelf) -> None:
    for i in range(5):
        shelf.video(f"{i}.mp4", title=f"Nr {i}", speech=[(0, 4, f"red green blue {i}")])
    answer = ask("red yellow purple")
    assert answer.nothing_found
    assert 0 < len(answer.weak) <= 3
    assert [m.rank for m in answer.weak] == list(range(1, len(answer.weak) + 1))


def test_phrases_are_required_across_passages(ask: Ask, shelf: Shelf) -> None:
    shelf.video("a.mp4", title="A", speech=[(0, 5, "the common crawl is big")],
                screen=[(4, 9, "Big data")])  # fmt: skip
    shelf.video("b.mp4", title="B", speech=[(0, 5, "crawl is common")])
    assert where(ask('"common crawl"')) == [("a.mp4", 0, 5)]
    assert {w[0] for w in where(ask('"COMMON CRAWL" "big data"'))} == {"a.mp4"}
    assert ask('"common crawl" "small data"').nothing_found


def test_excluded_words_remove_what_overlaps_and_titles_remove_all(ask: Ask, shelf: Shelf) -> None:
    shelf.video("a.mp4", title="Cats", speech=[(0, 5, "a red ball"), (20, 25, "a red ball")],
                screen=[(3, 10, "Advertisement")])  # fmt: skip
    shelf.video("b.mp4", title="Dogs", speech=[(0, 5, "a red ball")])
    assert where(ask("red ball -advertisement -dogs")) == [("a.mp4", 20, 25)]
    assert where(ask('red ball -"red ball"')) == []


def test_filters_are_exact_and_echoed(ask: Ask, shelf: Shelf) -> None:
    for name, year in (("old.mp4", 2020), ("new.mp4", 2023)):
        shelf.video(f"trips/{name}", title=name, speech=[(0, 5, "a red ball")],
                    recorded=dt.datetime(year, 5, 5))  # fmt: skip
    answer = ask("red ball from 2023", today=dt.date(2024, 1, 1))
    assert where(answer) == [("new.mp4", 0, 5)]
    assert answer.query.notes == ("from 2023: recorded from 2023-01-01 to 2023-12-31",)
    assert answer.searched.videos == 1
    nowhere = ask("red ball", videos="missing.mp4")
    assert nowhere.nothing_found
    assert nowhere.searched.videos == 0
    assert "No video fits the filters." in nowhere.query.notes


def test_at_most_three_a_video_unless_it_is_asked_about(ask: Ask, shelf: Shelf) -> None:
    lines = [(20.0 * i, 20 * i + 4.0, "a red ball") for i in range(6)]
    shelf.video("a.mp4", title="A", duration=200, speech=lines)
    shelf.video("b.mp4", title="B", duration=200, speech=lines[:1])
    assert sum(w[0] == "a.mp4" for w in where(ask("red ball"))) == 3
    assert len(where(ask("red ball in a.mp4"))) == 6
    assert len(where(ask("red ball in a.mp4", limit=2))) == 2
    grouped = ask("red ball", group="video")
    assert sorted(w[0] for w in where(grouped)) == ["a.mp4", "b.mp4"]


def test_without_sentence_vectors_words_still_count(plain_shelf: Shelf) -> None:
    plain_shelf.video("a.mp4", speech=[(0, 5, "a red ball")])
    answer = Engine(plain_shelf.store).answer(parse("red balls"))
    assert where(answer) == [("a.mp4", 0, 5)]


def test_an_encoder_of_another_space_is_named(shelf: Shelf) -> None:
    shelf.video("a.mp4", speech=[(0, 5, "a red ball")])
    answer = Engine(shelf.store).answer(parse("red balls"))  # "stems@1" is no card
    assert where(answer) == [("a.mp4", 0, 5)]
    assert any("not their meaning" in note for note in answer.query.notes)


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("今天东京的天气很好", "天气"),
        ("東京駅で会いましょう", "東京駅"),
        ("那只猫在沙发上睡觉", "猫"),
        ("물을 마신다", "물"),
        ("오늘 서울에 비가 옵니다", "서울"),
        ("Кошка спит на диване", "кошка"),
        ("القطة نائمة على الأريكة", "القطة"),
        ("החתול ישן על הספה", "החתול"),
        ("Le garçon mange une crème brûlée", "creme brulee"),
        ("Die Straße nach Köln", "STRASSE nach koln"),
        ("วันนี้อากาศดีมาก", "อากาศ"),
    ],
)
def test_every_script_is_found_and_the_absent_is_not(
    ask: Ask, shelf: Shelf, said: str, asked: str
) -> None:
    shelf.video("a.mp4", title="1", speech=[(5, 9, said)])
    shelf.video("b.mp4", title="2", speech=[(5, 9, "something else entirely")])
    answer = ask(asked)
    assert where(answer) == [("a.mp4", 5, 9)]
    assert answer.moments[0].evidence[0].marks
    assert where(ask(f'"{asked}"')) == [("a.mp4", 5, 9)]
    assert ask(f'else -"{asked}"').moments[0].video.title == "2"
    for absent in ("火山喷发", "вулкан", "بركان", "éruption"):
        assert ask(absent).nothing_found


# Pictures


def test_a_colour_is_found_where_it_is_seen(ask: Ask, shelf: Shelf) -> None:
    shelf.video(
        "a.mp4", title="A", colours=grey_but("red", 20, 30), shots=[(0, 20), (20, 30), (30, 60)]
    )
    shelf.video("b.mp4", title="B", colours=grey_but("blue", 5, 10))
    (moment, *_) = ask("red").moments
    assert moment.video.title == "A"
    assert moment.span == Span(20, 30)
    assert moment.evidence[0].source == "frame"
    assert 20 <= moment.evidence[0].time < 30
    assert ask("red", channels="speech").nothing_found


def test_absent_colours_are_nothing_found(ask: Ask, shelf: Shelf) -> None:
    shelf.video("a.mp4", title="A", colours=grey_but("red", 20, 30))
    shelf.video("b.mp4", title="B", colours=grey_but("blue", 5, 10))
    assert ask("white").nothing_found
    assert ask("white").searched.channels["picture"] == 2


def test_a_picture_finds_its_like(ask: Ask, shelf: Shelf, tmp_path: Path) -> None:
    shelf.video("a.mp4", title="A", colours=grey_but("red", 20, 30))
    shelf.video("b.mp4", title="B", colours=grey_but("blue", 5, 10))
    Image.new("RGB", (9, 9), (0, 0, 255)).save(tmp_path / "blue.png")
    answer = ask(images=str(tmp_path / "blue.png"))
    assert answer.moments[0].video.title == "B"
    assert answer.moments[0].span.iou(Span(5, 10)) > 0.8
    assert "picture cannot be compared" in answer.searched.unavailable["speech"]
    (tmp_path / "no.png").write_text("no picture")
    for wrong in ("no.png", "absent.png"):
        with pytest.raises(QueryError):
            ask(images=str(tmp_path / wrong))


def test_a_span_finds_its_like_but_not_itself(shelf: Shelf, ask: Ask) -> None:
    shelf.video("a.mp4", title="A", colours=grey_but("red", 20, 30))
    shelf.video("b.mp4", title="B", colours=grey_but("red", 40, 50))
    for engine in (None, Engine(shelf.store)):  # a span needs no encoder
        query = parse(like="a.mp4#t=20,30")
        answer = engine.answer(query) if engine else ask(like="a.mp4#t=20,30")
        assert [m.video.title for m in answer.moments] == ["B"]
    with pytest.raises(QueryError, match="No indexed video"):
        ask(like="nowhere.mp4#t=1,2")
    with pytest.raises(QueryError, match="only 60 s long"):
        ask(like="a.mp4#t=70")


def test_a_spoken_span_finds_what_says_the_same(ask: Ask, shelf: Shelf) -> None:
    shelf.video("a.mp4", title="1", speech=[(0, 5, "profits doubled in winter")])
    shelf.video("b.mp4", title="2", speech=[(7, 9, "profits doubled in winter")])
    shelf.video("c.mp4", title="3", speech=[(7, 9, "waves and sand")])
    assert where(ask(like="a.mp4#t=0,5")) == [("b.mp4", 7, 9)]


def test_sums_and_negative_weights(ask: Ask, shelf: Shelf, tmp_path: Path) -> None:
    shelf.video("a.mp4", title="A", colours=grey_but("red", 20, 30))
    shelf.video("b.mp4", title="B", colours=grey_but("red green", 5, 10))
    Image.new("RGB", (9, 9), (0, 200, 0)).save(tmp_path / "green.png")
    green = str(tmp_path / "green.png")
    assert ask("red", images=green, channels="picture").moments[0].video.title == "B"
    away = ask("red", images=f"{green}@-1", channels="picture")
    assert away.moments[0].video.title == "A"


def test_words_to_move_away_from_are_not_looked_for(ask: Ask, shelf: Shelf, tmp_path: Path) -> None:
    shelf.video("a.mp4", title="A", speech=[(0, 3, "red ball")], colours=grey_but("green", 20, 30))
    Image.new("RGB", (9, 9), (0, 200, 0)).save(tmp_path / "green.png")
    answer = ask("red", weight=-1.0, images=str(tmp_path / "green.png"))
    assert [m.channels for m in answer.moments] == [("picture",)]
    assert answer.searched.unavailable["speech"] == "No words are asked for, only against."
    assert ask("red ball", weight=-1.0, channels="speech").nothing_found
    assert not ask("red ball", weight=0.5, channels="speech").nothing_found


def test_many_moments_are_found_when_many_are_wanted(ask: Ask, shelf: Shelf) -> None:
    for number in range(90):
        shelf.video(
            f"{number}.mp4",
            title=f"{number}",
            speech=[(0, 3, f"the red ball {number}")],
            colours=grey_but("green", 20, 30),
        )
    for words, channel in (("red ball", "speech"), ("green", "picture")):
        assert len(ask(words, channels=channel).moments) == 10
        assert len(ask(words, channels=channel, limit=200).moments) == 90


def test_pictures_without_their_encoder_say_so(shelf: Shelf, stem_encoder: StemEncoder) -> None:
    shelf.video("a.mp4", title="A", speech=[(0, 3, "red ball")], colours=grey_but("red", 20, 30))
    answer = Engine(shelf.store, words=stem_encoder).answer(parse("red ball"))
    assert where(answer) == [("a.mp4", 0, 3)]
    assert answer.searched.unavailable["picture"]
    assert "picture" not in answer.searched.channels


def test_words_and_pictures_that_agree_are_one_moment(ask: Ask, shelf: Shelf) -> None:
    shelf.video("a.mp4", title="A", speech=[(21, 29, "look how red")],
                colours=grey_but("red", 20, 30))  # fmt: skip
    moments = ask("red").moments
    assert set(moments[0].channels) == {"speech", "picture"}
    assert moments[0].span.iou(Span(20, 30)) > 0.7


# The whole


def test_the_library_may_change_between_questions(ask: Ask, shelf: Shelf) -> None:
    assert ask("red ball").nothing_found
    shelf.video("a.mp4", speech=[(0, 5, "a red ball")])
    answer = ask("red ball")
    assert len(answer) == 1
    assert answer.generation == shelf.store.generation
    shelf.store.remove_video(answer.moments[0].video.id)
    assert ask("red ball").nothing_found


def test_every_step_is_timed(ask: Ask, shelf: Shelf) -> None:
    shelf.video("a.mp4", speech=[(0, 5, "a red ball")], colours=grey_but("red", 20, 30))
    timing = ask("red ball").timing
    assert tuple(timing) == STEPS
    assert all(v >= 0 for v in timing.values())
    assert timing["total"] >= sum(v for k, v in timing.items() if k != "total") - 0.5


vocabulary = ["red", "ball", "cup", "winter", "profit", "sand", "wave", "big", "blue"]
texts = st.lists(st.sampled_from(vocabulary), min_size=1, max_size=6).map(" ".join)
lines = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 9), texts), max_size=5)


@given(st.lists(lines, min_size=1, max_size=3), texts, st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_library_gives_sound_answers(
    tmp_path_factory: pytest.TempPathFactory,
    videos: list[list[tuple[int, int, str]]],
    asked: str,
    data: st.DataObject,
) -> None:
    from tests.search import conftest as kit

    folder = tmp_path_factory.mktemp("any")
    phrase = data.draw(st.sampled_from(["", *vocabulary]))
    excluded = data.draw(st.sampled_from(["", *vocabulary]))
    text = asked + (f' "{phrase}"' if phrase else "") + (f" -{excluded}" if excluded else "")
    with Store.open(folder / "library", write=True) as store:
        shelf = kit.Shelf(store, store.add_root(folder), folder, kit.StemEncoder())
        for i, several in enumerate(videos):
            speech = [(float(a), float(a + n), t) for a, n, t in sorted(several)]
            shelf.video(f"{i}.mp4", title=f"Nr {i}", speech=speech)
        try:
            query = parse(text)
        except QueryError:
            return
        answer = Engine(store, words=kit.StemEncoder()).answer(query)
    assert answer.nothing_found == (not answer.moments)
    assert not (answer.moments and answer.weak)
    for m in (*answer.moments, *answer.weak):
        assert 0 <= m.start < m.end <= m.video.duration
        assert 0 <= m.score <= 1
        said = " ".join(
            t for a, n, t in videos[int(m.video.title[3:])] if a < m.end and m.start < a + n
        ).split()
        assert excluded == "" or excluded not in said
        assert phrase == "" or phrase in said
        assert all(0 <= e.score <= 1 and m.span.start <= e.time <= m.end for e in m.evidence)
    if not (phrase or excluded):
        exact = any(set(asked.split()) <= set(t.split()) for v in videos for _, _, t in v)
        assert not exact or answer.moments


def test_filters_are_those_of_the_store(ask: Ask, shelf: Shelf) -> None:
    for i in range(4):
        shelf.video(f"{i}.mp4", title=f"Nr {i}", duration=10.0 * (i + 1),
                    speech=[(0, 5, "a red ball")], language="de" if i % 2 else "en")  # fmt: skip
    for options in ({"min_length": 20}, {"language": "de"}, {"max_length": 10}):
        wanted = shelf.store.filter_videos(Filters(**options))  # type: ignore[arg-type]
        assert {m.video.id for m in ask("red ball", **options).moments} == set(wanted or ())


@pytest.mark.parametrize("seed", range(3))
def test_frames_outside_the_filter_are_never_shown(ask: Ask, shelf: Shelf, seed: int) -> None:
    rng = np.random.default_rng(seed)
    ids = [
        shelf.video(f"{i}.mp4", title=f"Nr {i}", colours=grey_but("red", a, a + 4))
        for i, a in enumerate(rng.integers(0, 50, 5))
    ]
    answer = ask("red", videos=[ids[seed]], channels="picture")
    assert {m.video.id for m in answer.moments} == {ids[seed]}


def test_exact_words_stand_in_the_evidence_and_in_the_channels(ask: Ask, shelf: Shelf) -> None:
    shelf.video(
        "a.mp4",
        title="1",
        speech=[(5, 9, "quality of image text matching"), (20, 24, "the image text pairs")],
        screen=[(0, 60, "image text pairs")],
    )
    spoken = ask('"image text pairs"', channels="speech").moments
    assert [(m.start, m.end) for m in spoken] == [(20, 24)]
    for moment in ask('"image text pairs"').moments:
        assert any("image text pairs" in e.text for e in moment.evidence)


def test_a_picture_that_is_none_is_a_mistake_in_any_library(
    ask: Ask, shelf: Shelf, tmp_path: Path
) -> None:
    shelf.video("a.mp4", title="A", speech=[(1, 3, "no pictures here")])
    (tmp_path / "text.jpg").write_text("text")
    for image in ("nowhere.jpg", "text.jpg"):
        with pytest.raises(QueryError):
            ask(images=str(tmp_path / image))


def test_answers_can_be_kept_in_sets(ask: Ask, shelf: Shelf) -> None:
    shelf.video("a.mp4", title="A", speech=[(1, 3, "a cup"), (9, 12, "two cups")])
    one, other = ask("cup"), ask("cup")
    assert len({*one.moments, *other.moments}) == len(one.moments)
    assert hash(one) == hash(other)
