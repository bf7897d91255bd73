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
    (why,) = evidence([ground], Span(2, 6), informative("video of coffee cup"), ["pour the"])
    assert why.text == "Pour the coffee, now into COFFEE cups"
    assert [why.text[a:b] for a, b in why.marks] == ["Pour the", "coffee", "COFFEE", "cups"]
    assert (why.time, why.score, why.source) == (3.0, 0.8, "speech")
    assert matched_time(two, {"coffe"}) is None


def test_the_time_lies_in_the_span() -> None:
    passage = Passage(Span(2, 9), "Pour the coffee, now", "speech", words=WORDS)
    ground = Candidate("v", "speech", Span(5, 9), 0.8, ground=Said((passage,)))
    assert evidence([ground], Span(5, 9), informative("coffee"), [])[0].time == 5


def test_boxes_are_joined_and_frames_have_none() -> None:
    boxed = [
        Passage(Span(0, 9), text, "screen", box=box)
        for text, box in [("A", (0.1, 0.2, 0.3, 0.1)), ("B", (0.5, 0.1, 0.2, 0.4))]
    ]
    said = Candidate("v", "screen", Span(0, 9), 0.6, ground=Said(tuple(boxed)))
    seen = Candidate("v", "picture", Span(0, 9), 0.7, ground=Seen(4.0))
    first, second = evidence([seen, said], Span(0, 9), {}, [])
    assert (first.source, first.time, first.text, first.box) == ("frame", 4.0, "", None)
    assert second.box is not None
    assert [round(v, 6) for v in second.box] == [0.1, 0.1, 0.6, 0.4]


def test_evidence_of_a_longer_span_speaks_of_the_moment() -> None:
    """A slide before the moment is no evidence for it, though both were judged together."""
    slides = (Passage(Span(0, 7), "pairs", "screen"), Passage(Span(7, 20), "more pairs", "screen"))
    said = Candidate("v", "screen", Span(0, 20), 0.6, ground=Said(slides))
    title = Candidate(
        "v", "title", Span(0, 60), 0.4, ground=Said((Passage(Span(0, 60), "talk", "title"),))
    )
    seen = Candidate("v", "picture", Span(0, 20), 0.7, ground=Seen(2.0))
    whys = evidence([said, title, seen], Span(8, 10), {"pair": 1.0}, [])
    assert [(w.text, w.time) for w in whys] == [("more pairs", 8), ("talk", 8), ("", 8)]
    elsewhere = evidence([said], Span(30, 40), {"pair": 1.0}, [])
    assert elsewhere[0].time == 0  # another moment of the video, where one a video is asked for
