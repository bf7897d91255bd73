from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinolex.library.fulltext import MatchQuery
from kinolex.library.records import ChannelData, Passage
from kinolex.library.store import Store
from kinolex.moments import Span
from tests.library.samples import SPEECH, add_video, said, video_id


def texts(store: Store, query: MatchQuery, **more: object) -> list[str]:
    hits = store.match(query, **more)  # type: ignore[arg-type]
    return [p.text for p in store.passages([h.passage for h in hits])]


def words(*given: str) -> MatchQuery:
    return MatchQuery(words=given)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("The red balls roll", "ball"),
        ("She was RUNNING", "running"),
        ("Мы идём домой", "ИДЕМ"),
        ("今天天气很好", "天气"),
        ("今天天气很好", "气"),
        ("今天天气很好", "明天天气怎么样"),
        ("東京タワーへ行く", "タワー"),
        ("ภาษาไทยง่ายมาก", "ไทย"),
        ("ภาษาไทยง่ายมาก", "ไท"),
        ("학교에서 공부해요", "학교"),
        ("قرأتُ الكتابَ أمس", "كتاب"),
        ("הספר על השולחן", "ספר"),
        ("Une crème brûlée", "CREME"),
        ("I don’t know", "don't"),
        ("Ελλάδα", "ελλαδα"),
        ("हिन्दी भाषा", "भाषा"),
        ("C'est l'homme", "homme"),
        ("Take it 🎬 now", "🎬"),
    ],
)
def test_every_script_is_found(store: Store, text: str, query: str) -> None:
    add_video(store, 1, said(text, "something else entirely", "другое", "其他"))
    assert texts(store, words(query)) == [text]


def test_rarer_and_more_words_rank_higher(store: Store) -> None:
    tea = ["a cup of tea"] * 10 + ["nothing at all"] * 30
    add_video(store, 1, said("cup", "ball", "cup ball", "cup cup", *tea))
    found = texts(store, words("ball", "cup"))
    assert found[:3] == ["cup ball", "ball", "cup cup"]
    assert len(found) == 14
    scores = [h.score for h in store.match(words("ball", "cup"))]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) > 0


@pytest.mark.parametrize(
    ("phrase", "wanted"),
    [
        ("the cup", ["The cup!", "see the CÜP here"]),
        ("cup the", ["cup the"]),
        ("cups", ["the cups"]),
        ("don't stop", ["Don’t... stop"]),
        ("t stop", ["Don’t... stop"]),
        ("on't", []),
        ("天气", ["今天天气"]),
        ("天天气", ["今天天气"]),
        ("今天气", []),
    ],
)
def test_phrases_are_exact(store: Store, phrase: str, wanted: list[str]) -> None:
    add_video(
        store,
        1,
        said(
            "The cup!", "see the CÜP here", "cup the", "the cups", "the red cup", "Don’t... stop",
            "今天天气",
        ),
    )  # fmt: skip
    assert sorted(texts(store, MatchQuery(phrases=(phrase,)))) == sorted(wanted)


def test_all_phrases_and_no_exclusion(store: Store) -> None:
    add_video(store, 1, said("red cup, blue ball", "red cup", "blue ball", "red cup blue balls"))
    both = MatchQuery(phrases=("red cup", "blue ball"))
    assert texts(store, both) == ["red cup, blue ball"]
    assert texts(store, MatchQuery(words=("cup",), excluded=("ball",))) == [
        "red cup",
        "red cup blue balls",
    ]
    assert texts(store, MatchQuery(words=("ball",), phrases=("red cup",)))[0].count("ball") == 1
    assert texts(store, MatchQuery(phrases=("cup",), excluded=("blue ball", "balls"))) == [
        "red cup"
    ]


def test_words_inside_words_when_asked_for(store: Store) -> None:
    add_video(store, 1, said("Fußballspiel", "ein Ballspiel", "education", "the cat"))
    assert texts(store, words("cat")) == ["the cat"]
    assert texts(store, MatchQuery(words=("cat",), partial=True)) == ["the cat", "education"]
    hits = store.match(MatchQuery(words=("ballspiel",), partial=True))
    assert [h.score > 0 for h in hits] == [True, True]
    assert hits[0].score > hits[1].score


def test_sources_and_videos_are_exact(store: Store) -> None:
    for number in range(4):
        add_video(store, number, said("cup"), said("cup", source="title"))
    hits = store.match(words("cup"), sources=["title"], videos=[video_id(1), video_id(3)])
    assert [h.video for h in hits] == [video_id(1), video_id(3)]
    assert [p.source for p in store.passages([h.passage for h in hits])] == ["title", "title"]
    assert store.match(words("cup"), sources=["screen"]) == []
    assert store.match(words("cup"), videos=[]) == []
    assert store.match(words("cup"), videos=["nonsense"]) == []
    assert len(store.match(words("cup"), videos=[video_id(1)])) == 2
    assert len(store.match(words("cup"), sources=("speech", "title", "screen"))) == 8


@pytest.mark.parametrize(
    "text",
    [
        '"', "'", '""', "a\"b", "*", "cup*", "^cup", "-cup", "cup NOT ball", "AND", "OR",
        "NEAR(a b)", "{folded}: cup", "folded:cup", "(", ")", "+", "a + b", "\0", "cup\0ball",
        "\ud800", "%", "_", "", "   ", "🫠", "x" * 40000, " ".join(f"w{n}" for n in range(3000)),
        "天" * 3000, "'; DROP TABLE x", "\u0301", "\u200d",
    ],
)  # fmt: skip
def test_nothing_breaks_the_syntax(store: Store, text: str) -> None:
    add_video(store, 1, said("cup and ball"))
    for query in (
        words(text),
        words(*text.split()),
        MatchQuery(phrases=(text,)),
        MatchQuery(words=("cup",), phrases=(text,), excluded=(text,), partial=True),
        MatchQuery(excluded=(text,)),
    ):
        store.match(query)


def test_nothing_asked_is_nothing_found(store: Store) -> None:
    add_video(store, 1, said("cup"))
    assert store.match(MatchQuery()) == []
    assert store.match(MatchQuery(excluded=("ball",))) == []
    assert store.match(words("cup"), limit=0) == []
    assert len(store.match(MatchQuery(words=("cup",), phrases=("!?",)))) == 1


def test_what_is_replaced_is_not_found(store: Store) -> None:
    video = add_video(store, 1, said("old words"))
    store.commit_channel(video, said("new words"))
    assert texts(store, words("old", "words")) == ["new words"]
    store.remove_video(video)
    assert store.match(words("new", "words")) == []


@dataclass
class Large:
    store: Store
    passages: list[Passage]
    count: dict[str, int]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Large:
    """Enough passages that rare words choose candidates: 'a' everywhere, 'zN' here and there."""
    store = Store.open(tmp_path_factory.mktemp("large"), write=True)
    every: list[Passage] = []
    for number in range(8):
        passages = []
        for n in range(1500):
            m = number * 1500 + n
            names = ["a", *(f"z{k}" for k in (2, 3, 5, 7, 11, 400, 1000) if m % k == 0)]
            source = "title" if m % 97 == 0 else "speech"
            passages.append(Passage(Span(n, n + 1), " ".join(names), source))
        add_video(store, number)
        store.commit_channel(video_id(number), ChannelData(SPEECH, passages=tuple(passages)))
        every += store.passages_of(video_id(number))
    return Large(store, every, Counter(word for p in every for word in p.text.split()))


@settings(max_examples=30, deadline=None)
@given(
    st.sets(st.sampled_from(["a", "z2", "z3", "z5", "z7", "z11", "z400", "z1000"]), min_size=1),
    st.sampled_from([1, 5, 40, 300]),
    st.sampled_from([(), ("speech",), ("title",), ("speech", "title")]),
    st.one_of(st.none(), st.sets(st.integers(0, 8), max_size=8)),
)
def test_large_libraries_agree_with_a_full_ranking(
    large: Large, asked: set[str], limit: int, sources: tuple[str, ...], chosen: set[int] | None
) -> None:
    """Filters are exact, and no passage with rarer words stays behind one with frequent ones."""
    videos = None if chosen is None else {video_id(n) for n in chosen}
    query = MatchQuery(words=tuple(asked))
    hits = large.store.match(query, sources=sources, limit=limit, videos=videos)
    every = {
        p.id: sum(_rarity(large, word) for word in set(p.text.split()) & asked)
        for p in large.passages
        if (videos is None or p.video in videos)
        and (not sources or p.source in sources)
        and set(p.text.split()) & asked
    }
    found = {hit.passage for hit in hits}
    assert found <= every.keys()
    assert len(found) == len(hits) == min(limit, len(every))
    if hits:
        worst = min(every[i] for i in found)
        # The length of a passage moves BM25 by less than a factor of three here.
        assert not [i for i in every.keys() - found if every[i] > 3 * worst + 1]


def _rarity(large: Large, word: str) -> float:
    total, count = len(large.passages), large.count[word]
    return max(1e-6, math.log((total - count + 0.5) / (count + 0.5)))
