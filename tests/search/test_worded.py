from __future__ import annotations

from kinolex.library.records import Passage
from kinolex.moments import Span
from kinolex.search.passages import Scored
from kinolex.search.worded import candidates, phrase_span, sentence_span

WORDS = ((2.0, 2.4, "We"), (2.4, 3.0, " went"), (3.0, 3.2, " to"), (3.2, 3.6, " Common"),
         (3.6, 4.0, " Crawl,"), (4.0, 9.0, " yes"))  # fmt: skip


def said(start: float, end: float, text: str, *, source: str = "speech", id: int = 1) -> Passage:
    return Passage(Span(start, end), text, source, video="v", id=id)


def length(_: str) -> float:
    return 100.0


def test_a_phrase_is_narrowed_to_its_words() -> None:
    passage = Passage(Span(2, 9), "We went to Common Crawl, yes", "speech", words=WORDS)
    assert phrase_span(passage, "went to common crawl") == Span(2.4, 4.0)
    short = phrase_span(passage, "to")
    assert short is not None
    assert short.contains(3.1)
    assert short.duration == 1.0
    assert phrase_span(passage, "common sense") is None


def test_a_short_phrase_stays_inside_its_passage() -> None:
    passage = Passage(Span(2, 2.5), "We", "speech", words=WORDS[:1])
    assert phrase_span(passage, "we") == Span(2, 2.5)


def test_without_word_times_the_passage_stays() -> None:
    assert phrase_span(said(0, 5, "big cup"), "big cup") is None
    (one,) = candidates([Scored((said(0, 5, "big cup"),), 0.97)], ["big cup"], length)
    assert one.span == Span(0, 5)


def test_neighbours_that_answer_are_joined() -> None:
    scored = [
        Scored((said(0, 4, "one", id=1),), 0.8),
        Scored((said(4.5, 8, "two", id=2),), 0.6),
        Scored((said(8.2, 12, "three", id=3),), 0.3),
        Scored((said(30, 31, "four", id=4),), 0.9),
    ]
    found = candidates(scored, [], length)
    assert [(c.span, c.chance) for c in found] == [
        (Span(0, 8), 0.8),
        (Span(8.2, 12), 0.3),
        (Span(30, 31), 0.9),
    ]


def test_joining_has_an_end() -> None:
    scored = [Scored((said(30 * i, 30 * i + 30, "x", id=i + 1),), 0.8) for i in range(3)]
    assert [c.span for c in candidates(scored, [], length)] == [Span(0, 60), Span(60, 90)]


def test_titles_speak_of_the_whole_and_chapters_do_not() -> None:
    scored = [
        Scored((said(0, 100, "Trip", source="title", id=1),), 0.8),
        Scored((said(0, 20, "Start", source="title", id=2),), 0.7),
    ]
    found = {c.ground.passages[0].text: c for c in candidates(scored, [], length)}
    assert found["Trip"].whole
    assert not found["Start"].whole
    assert found["Start"].channel == "title"


SENTENCES = (
    (0.0, 1.0, "I"), (1.0, 2.0, " swirl."), (2.0, 3.0, " Then"), (3.0, 4.0, " rest."),
    (5.0, 6.0, " And"), (6.0, 7.0, " swirl"), (7.0, 8.0, " back!"),
)  # fmt: skip


def test_a_long_passage_is_narrowed_to_the_sentences_meant() -> None:
    passage = Passage(Span(0, 9), "I swirl. Then rest. And swirl back!", "speech", words=SENTENCES)
    assert sentence_span(passage, {"rest"}) == Span(2, 4)
    assert sentence_span(passage, {"swirl"}) == Span(0, 2)
    assert sentence_span(passage, {"rest", "back"}) == Span(2, 8)
    assert sentence_span(passage, {"volcano"}) == Span(0, 9)
    assert sentence_span(said(0, 9, "no. times. here."), {"times"}) == Span(0, 9)
    (one,) = candidates([Scored((passage,), 0.9)], [], length, {"rest"})
    assert one.span == Span(2, 4)


def test_a_much_better_answer_stays_alone() -> None:
    scored = [Scored((said(0, 4, "a", id=1),), 0.99), Scored((said(4, 40, "b", id=2),), 0.6)]
    assert [c.span for c in candidates(scored, [], length)] == [Span(0, 4), Span(4, 40)]
