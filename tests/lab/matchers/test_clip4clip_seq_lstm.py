from __future__ import annotations

from kinolex.lab.matchers.base import Sizes
from kinolex.lab.matchers.clip4clip_seq_lstm import Clip4ClipSeqLstm
from kinolex.testing.matchers import check_matcher
from tests.lab.matchers import drawing, naive


@drawing.sizes()
def test_scores_are_those_of_the_equations(sizes, seed):
    matcher = naive.shaken(Clip4ClipSeqLstm(sizes), seed)
    w = naive.part(naive.weights(matcher), "sequence.lstm")
    texts, videos = drawing.drawn(sizes, seed)

    def pair(t, v):
        frames = naive.frames_of(videos, v)
        after = [naive.unit(x + h) for x, h in zip(frames, naive.lstm(w, frames), strict=True)]
        return naive.cos(naive.sentence_of(texts, t), sum(after) / len(after))

    drawing.agrees(matcher, texts, videos, pair)


def test_untrained_it_is_mean_pooling():
    drawing.is_mean_pooling(Clip4ClipSeqLstm(Sizes(8, 5, 2, 4)))


def test_promises():
    check_matcher(Clip4ClipSeqLstm)
