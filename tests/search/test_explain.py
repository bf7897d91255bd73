from __future__ import annotations

from kinolex.library.records import Passage
from kinolex.moments import Span
from kinolex.search.explain import evidence, matched_time
from kinolex.search.fuse import Candidate
from kinolex.search.pictures import Seen
from kinolex.search.worded import Said
from kinolex.search.words import informative

WORDS = ((2.0, 2.5, "Pour"), (2.5, 3.0, " the"), (3.0, 3.5, " coffee,"), (3.5, 4.0, " now"))


def test_words_are_marked_and_timed() -> None:
    one = Passage(Span(2, 4), "Pour the coffee, now", "speech", words=WORDS)
    two = Passage(Span(4, 6), "into COFFEE cups", "speech")
    ground = Candidate("v", "speech", Span(2, 6), 0.8, ground=Said((one, two)))
    (why,) = evidence([ground], informative("video of coffee cup"), ["pour the"])
    assert why.text == "Pour the coffee, now into COFFEE cups"
    assert [why.text[a:b] for a, b in why.marks] == ["Pour the", "coffee", "COFFEE", "cups"]
    assert (why.time, why.score, why.source) == (3.0, 0.8, "speech")
    assert matched_time(two, {"coffe"}) is None


def test_the_time_lies_in_the_span() -> None:
    passage = Passage(Span(2, 9), "Pour the coffee, now", "speech", words=WORDS)
    ground = Candidate("v", "speech", Span(5, 9), 0.8, ground=Said((passage,)))
    assert evidence([ground], informative("coffee"), [])[0].time == 5


def test_boxes_are_joined_and_frames_have_none() -> None:
    boxed = [
        Passage(Span(0, 9), text, "screen", box=box)
        for text, box in [("A", (0.1, 0.2, 0.3, 0.1)), ("B", (0.5, 0.1, 0.2, 0.4))]
    ]
    said = Candidate("v", "screen", Span(0, 9), 0.6, ground=Said(tuple(boxed)))
    seen = Candidate("v", "picture", Span(0, 9), 0.7, ground=Seen(4.0))
    first, second = evidence([seen, said], {}, [])
    assert (first.source, first.time, first.text, first.box) == ("frame", 4.0, "", None)
    assert second.box is not None
    assert [round(v, 6) for v in second.box] == [0.1, 0.1, 0.6, 0.4]
