"""Moments and answers to draw, as a search would give them."""

from __future__ import annotations

from kinolex.moments import Answer, Evidence, Moment, Query, Searched, Span, Video, ranked

TALK = Video(
    "a" * 32, "/videos/talks/2021/frogs of the pond.mp4", "Frogs of the pond and others", 812.0
)
BIKE = Video("b" * 32, "/videos/bike.mp4", "bike", 30.0)
LONG = Video("c" * 32, "/videos/映画.mkv", "映画の題名についての長い話", 5412.0)

SAID = "and now we put the red ball under the third cup and shuffle all of them at once"
AT = SAID.index("red ball")


def moments() -> tuple[Moment, ...]:
    """Five moments of three videos, with evidence of all channels."""
    spoken = Evidence("speech", 0.93, 64.0, SAID, ((AT, AT + 8),), "speech")
    frame = Evidence("picture", 0.5, 66.0, source="frame")
    screen = Evidence("screen", 0.7, 625.0, "CUPS AND\nBALLS", ((0, 4),), "screen")
    film = Evidence(
        "speech", 0.55, 3721.0, "これは映画のカップの話です。" * 9, ((6, 9),), "subtitle"
    )
    name = Evidence("title", 0.1, 0.0, "bike", ((0, 4),), "title")
    return ranked(
        [
            Moment(TALK, Span(62.1, 75.5), 0.93, 1, (spoken, frame)),
            Moment(TALK, Span(620.0, 635.0), 0.71, 1, (screen,)),
            Moment(LONG, Span(3720.0, 3785.0), 0.55, 1, (film,)),
            Moment(BIKE, Span(3.2, 3.9), 0.31, 1, (frame,)),
            Moment(BIKE, Span(0.0, 30.0), 0.05, 1, (name,)),
        ]
    )


def answer(*, found: bool = True, query: Query | None = None) -> Answer:
    """An answer with those moments, or one with nothing found and two weak ones."""
    searched = Searched(
        26,
        2580.0,
        {"picture": 20, "speech": 26},
        {"screen": "no reader is here: run `pip install kinolex[screen]`."},
        pending=2,
        failed=1,
    )
    return Answer(
        query or Query(raw="cup", words="cup"),
        moments() if found else (),
        () if found else moments()[:2],
        searched,
    )
