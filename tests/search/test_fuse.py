from __future__ import annotations

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kinolex.moments import Span
from kinolex.search.calibrate import LINE
from kinolex.search.fuse import Candidate, _worth, at_most, fuse, one_per_video, soft_or


def found(channel: str, start: float, end: float, chance: float, video: str = "v") -> Candidate:
    return Candidate(video, channel, Span(start, end), chance)


def title(chance: float, video: str = "v", end: float = 100) -> Candidate:
    return Candidate(video, "title", Span(0, end), chance, whole=True)


@given(st.lists(st.floats(0, 1), max_size=6))
def test_soft_or_against_counting(chances: list[float]) -> None:
    total = 0.0
    for happens in itertools.product([0, 1], repeat=len(chances)):
        p = 1.0
        for h, c in zip(happens, chances, strict=True):
            p *= c if h else 1 - c
        total += p if any(happens) else 0
    assert soft_or(chances) == pytest.approx(total)


def test_channels_that_agree_are_one_moment() -> None:
    (one,) = fuse([found("speech", 10, 15, 0.8), found("screen", 11, 16, 0.6)])
    assert one.span == Span(10, 16)
    assert one.score == pytest.approx(0.92)
    assert [g.channel for g in one.grounds] == ["speech", "screen"]


def test_a_long_slide_does_not_swallow_the_sentence() -> None:
    (one,) = fuse([found("speech", 18, 30, 0.9), found("screen", 7, 90, 0.7)])
    assert one.span == Span(18, 30)
    assert one.score == pytest.approx(0.97)


def test_weak_company_does_not_widen() -> None:
    (one,) = fuse([found("speech", 10, 15, 0.9), found("picture", 9, 16, 0.3)])
    assert one.span == Span(10, 15)


def test_apart_is_two_moments() -> None:
    assert len(fuse([found("speech", 0, 5, 0.9), found("screen", 5, 9, 0.6)])) == 2
    assert len(fuse([found("speech", 0, 5, 0.9), found("speech", 0, 5, 0.9, "w")])) == 2


def test_a_title_alone_is_the_whole_video() -> None:
    (one,) = fuse([title(0.8)])
    assert (one.span, one.score, one.sure) == (Span(0, 100), 0.8, True)


def test_a_title_lifts_the_moments_inside() -> None:
    moments = fuse([title(0.8), found("speech", 3, 5, 0.9)])
    assert [m.span for m in moments] == [Span(3, 5)]
    assert moments[0].score == pytest.approx(1 - 0.1 * (1 - 0.5 * 0.8))


def test_a_title_of_what_is_seen_throughout_is_one_moment() -> None:
    (one,) = fuse([found("picture", 0, 58, 0.6), title(0.9, end=60)])
    assert one.span == Span(0, 58)
    assert {g.channel for g in one.grounds} == {"picture", "title"}
    assert one.score >= 0.9


def test_a_better_title_stands_beside_the_moments_inside() -> None:
    moments = fuse([title(0.999), found("speech", 3, 5, 0.7)])
    assert [m.span for m in moments] == [Span(0, 100), Span(3, 5)]


def test_sure_moments_come_first() -> None:
    """Three weak channels never overtake one that is above its line."""
    weak = [found(c, 0, 5, 0.45) for c in ("picture", "speech", "screen")]
    moments = fuse([*weak, found("speech", 50, 55, 0.55)])
    assert [m.span.start for m in moments] == [50, 0]
    assert [m.sure for m in moments] == [True, False]
    assert moments[1].score > moments[0].score


chances = st.floats(0.12, 1)
candidates = st.lists(
    st.builds(
        lambda v, c, a, n, p: found(c, a, a + n, p, v),
        st.sampled_from("vw"), st.sampled_from(["picture", "speech", "screen"]),
        st.integers(0, 50), st.integers(1, 20), chances,
    )
    | st.builds(title, chances, st.sampled_from("vw")),
    max_size=12,
)  # fmt: skip


@example([found("picture", 0, 1, 0.46875, "v"), found("picture", 0, 13, 0.5, "v")])
@given(candidates)
def test_fused_moments_are_sound(several: list[Candidate]) -> None:
    moments = fuse(several)
    assert bool(moments) == bool(several)
    for m in moments:
        assert 0 <= m.score <= 1
        assert m.score >= max(g.chance for g in m.grounds) - 1e-9 or m.grounds[-1].whole
        assert all(g.video == m.video for g in m.grounds)
        channels = [g.channel for g in m.grounds]
        assert len(channels) == len(set(channels))
    assert any(m.sure for m in moments) == any(c.chance >= LINE for c in several)
    spans = [c for c in several if not c.whole]
    if spans:
        best = max((c.chance >= LINE, _worth(c)) for c in spans)
        assert best in [(g.chance >= LINE, _worth(g)) for m in moments for g in m.grounds]


@given(candidates, st.integers(1, 3))
def test_limits_a_video(several: list[Candidate], most: int) -> None:
    moments = fuse(several)
    kept = at_most(moments, most)
    assert all(sum(m.video == v for m in kept) <= most for v in "vw")
    assert kept == [m for m in moments if m in kept]
    single = one_per_video(moments)
    assert len(single) == len({m.video for m in moments})
    for one in single:
        assert one.span == next(m.span for m in moments if m.video == one.video)
        grounds = [g for m in moments if m.video == one.video for g in m.grounds]
        assert set(map(id, one.grounds)) <= set(map(id, grounds))
