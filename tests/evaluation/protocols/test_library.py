from __future__ import annotations

import math

import pytest

from kinolex.errors import UsageError
from kinolex.evaluation.protocols.library import Asked, library_answers
from kinolex.moments import Answer, Evidence, Moment, Query, Span, Video

VIDEOS = {name: Video(name * 16, f"/{name}.mp4", name, 60.0) for name in "abc"}


def answer(*found: tuple[str, float, float, float], weak: bool = False) -> Answer:
    moments = tuple(
        Moment(VIDEOS[v], Span(s, e), score, n, (Evidence("picture", score, s),))
        for n, (v, s, e, score) in enumerate(found, 1)
    )
    return Answer(Query(raw="x"), weak=moments) if weak else Answer(Query(raw="x"), moments)


def asked(*right: tuple[str, float, float] | str) -> Asked:
    moments = [
        (one * 16, None) if isinstance(one, str) else (one[0] * 16, Span(one[1], one[2]))
        for one in right
    ]
    return Asked("x", tuple(moments))


TRUTH = [asked(("a", 10, 20)), asked("b"), asked(("c", 0, 10), ("c", 30, 40)), asked(), asked()]
ANSWERS = [
    answer(("a", 10, 15, 0.9), ("b", 0, 5, 0.8)),
    answer(("a", 0, 5, 0.7), ("a", 6, 9, 0.6), ("b", 0, 9, 0.5)),
    answer(("c", 30, 40, 0.3), weak=True),
    answer(),
    answer(("a", 0, 1, 0.6)),
]


def test_by_hand() -> None:
    result = library_answers(TRUTH, ANSWERS)
    values = result.values
    assert values["video R@1"] == pytest.approx(1 / 3)
    assert values["video R@5"] == pytest.approx(2 / 3)
    assert values["video MRR"] == pytest.approx((1 + 1 / 2 + 0) / 3)
    assert (values["R1@IoU=0.3"], values["R1@IoU=0.5"], values["R1@IoU=0.7"]) == (0.5, 0.5, 0.0)
    assert values["mIoU"] == pytest.approx(0.25)
    assert values["answered"] == pytest.approx(2 / 3)
    assert values["nothing found"] == 0.5
    # .9, .7, .3 against 0 and .6: five of six pairs.
    assert values["AUROC"] == pytest.approx(5 / 6)
    assert result.guess == {
        "video R@1": 1 / 3,
        "video R@5": 1.0,
        "video MRR": (1 + 1 / 2 + 1 / 3) / 3,
    }
    assert result.counted == 5


def test_weak_moments_count_where_they_are_asked_for() -> None:
    values = library_answers(TRUTH, ANSWERS, weak=True).values
    assert values["video R@1"] == pytest.approx(2 / 3)
    assert values["R1@IoU=0.7"] == 0.5


def test_what_is_not_asked_has_no_figure() -> None:
    values = library_answers(TRUTH[:1], ANSWERS[:1]).values
    assert math.isnan(values["nothing found"])
    assert math.isnan(values["AUROC"])
    with pytest.raises(UsageError, match="but 0 answers"):
        library_answers(TRUTH, [])
    with pytest.raises(UsageError, match="no question"):
        library_answers([], [])
