from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from kinolex.lab.matchers.base import Sizes, Texts, Videos
from kinolex.lab.matchers.hbi import Hbi
from kinolex.testing.matchers import check_matcher
from tests.lab.matchers import naive

torch.set_num_threads(1)


def clusters(tokens, ratio, neighbours=3):
    """Density peaks one token at a time: centres in order, and the members of each."""
    n = len(tokens)
    apart = [[np.linalg.norm(a - b) / math.sqrt(len(a)) for b in tokens] for a in tokens]
    density = []
    for row in apart:
        near = sorted(row)[:neighbours]
        density.append(math.exp(-sum(x * x for x in near) / len(near)))
    score = []
    for i in range(n):
        denser = [apart[i][j] for j in range(n) if (density[j], -j) > (density[i], -i)]
        score.append((min(denser) if denser else max(map(max, apart))) * density[i])
    centres = sorted(range(n), key=lambda i: -score[i])[: math.ceil(n * ratio)]
    members = [[] for _ in centres]
    for i in range(n):
        own = centres.index(i) if i in centres else None
        members[
            min(range(len(centres)), key=lambda c: apart[i][centres[c]]) if own is None else own
        ].append(i)
    return members


def merged(w, tokens, ratio, heads):
    kernel = w["near.weight"]
    around = [np.zeros_like(tokens[0]), *tokens, np.zeros_like(tokens[0])]
    seen = []
    for n, x in enumerate(tokens):
        heard = sum(kernel[:, :, k] @ around[n + k] for k in range(3))
        seen.append(naive.layer_norm(naive.part(w, "after_near"), x + heard))
    importance = [naive.linear(naive.part(w, "importance"), x)[0] for x in seen]
    means = []
    for some in clusters(seen, ratio):
        total = sum(math.exp(importance[i]) for i in some)
        means.append(sum(math.exp(importance[i]) / total * seen[i] for i in some))
    norm = naive.part(w, "before_attention")
    heard = naive.attention(
        naive.part(w, "attention"),
        [naive.layer_norm(norm, x) for x in means],
        [naive.layer_norm(norm, x) for x in seen],
        heads,
        importance,
    )
    return [x + y for x, y in zip(means, heard, strict=True)]


def levels(w, tokens, side, ratios):
    """Tokens and weights of entities, actions and events."""
    found = []
    for level in ("entity", "action", "event"):
        if level in ratios:
            tokens = merged(naive.part(w, f"merge_{side}s.{level}"), tokens, ratios[level], 8)
        found.append(
            (tokens, naive.token_weights(naive.part(w, f"{side}_weights.{level}"), tokens))
        )
    return found


RATIOS = {"action": 0.5, "event": 0.6}


@pytest.mark.parametrize(
    ("sizes", "rates", "depth"),
    [
        (Sizes(16, 7, 3, 9), (1.0, 0.0, 0.0), 1),
        (Sizes(8, 6, 3, 8), (0.2, 0.5, 0.3), 0),
        (Sizes(24, 1, 3, 3), (0.0, 0.0, 1.0), 0),
    ],
)
def test_scores_are_those_of_the_equations(sizes, rates, depth):
    matcher = naive.shaken(
        Hbi(
            sizes,
            layers=depth,
            action_ratio=RATIOS["action"],
            event_ratio=RATIOS["event"],
            **dict(zip(("entity", "action", "event"), rates, strict=True)),
        )
    )
    w = naive.weights(matcher)
    texts, videos = naive.drawn(sizes)

    def score(t, v):
        frames = naive.frame_sequence(
            naive.part(w, "sequence"), naive.frames_of(videos, v), 1, depth
        )
        of_text = levels(w, naive.words_of(texts, t), "word", RATIOS)
        of_video = levels(w, frames, "frame", RATIOS)
        return sum(
            rate * naive.token_wise(*a, *b)
            for rate, a, b in zip(rates, of_text, of_video, strict=True)
        )

    naive.check(matcher, texts, videos, score)


def divergence(scores, target):
    """Sum over the rows of lists."""
    found = 0.0
    for row, wanted in zip(scores, target, strict=True):
        p, q = naive.softmax(wanted), naive.softmax(row)
        found += sum(a * math.log(a / b) for a, b in zip(p, q, strict=True))
    return found


def test_losses_are_those_of_the_equations():
    sizes = Sizes(16, 4, 3, 5)
    matcher = naive.shaken(
        Hbi(sizes, layers=0, action_ratio=0.5, event_ratio=0.6, coalitions=512, distillation=0.7)
    ).double()
    texts, videos = naive.drawn(sizes, 3, 3)
    w = naive.weights(matcher)
    texts = type(texts)(texts.sentences.double(), texts.words.double(), texts.mask)
    videos = type(videos)(videos.frames.double(), videos.mask)
    found = matcher.extra_losses(matcher.represent_text(texts), matcher.represent_video(videos))
    of_texts = [levels(w, naive.words_of(texts, t), "word", RATIOS) for t in range(3)]
    of_videos = [levels(w, naive.frames_of(videos, v), "frame", RATIOS) for v in range(3)]
    scores = [
        np.array([[naive.token_wise(*a[n], *b[n]) for b in of_videos] for a in of_texts])
        for n in range(3)
    ]
    agree = 0.0
    for n, name in ((1, "action"), (2, "event")):
        rows = [-math.log(naive.softmax(scores[n][i] / 0.01)[i]) for i in range(3)]
        columns = [-math.log(naive.softmax(scores[n][:, i] / 0.01)[i]) for i in range(3)]
        assert found[name].item() == pytest.approx(np.mean(rows + columns), abs=1e-5)
        agree += divergence(scores[n], scores[0]) / 9
        agree += divergence(scores[n].T, scores[0].T) / 9
    assert found["distillation"].item() == pytest.approx(0.7 * agree, abs=1e-5)
    total = 0.0
    for n, name in enumerate(("entity", "action", "event")):
        cells, apart = 0, 0.0
        for pair in range(3):
            (words, of_words), (frames, of_frames) = of_texts[pair][n], of_videos[pair][n]
            cosines = np.array([[naive.cos(a, b) for b in frames] for a in words])
            teacher = [
                [naive.interaction(cosines, of_words, of_frames, i, j) for j in range(len(frames))]
                for i in range(len(words))
            ]
            guess = predicted(naive.part(w, f"predictors.{name}"), cosines)
            apart += divergence(guess, teacher)
            apart += divergence(np.transpose(guess), np.transpose(teacher))
            cells += cosines.size
        total += apart / cells
    assert found["banzhaf"].item() == pytest.approx(total, abs=1e-5)


def convolved(w, cells):
    """A convolution of 3 x 3 over (channels, words, frames)."""
    channels, t, v = cells.shape
    around = np.zeros((channels, t + 2, v + 2))
    around[:, 1:-1, 1:-1] = cells
    found = np.zeros((len(w["weight"]), t, v))
    for i in range(t):
        for j in range(v):
            near = around[:, i : i + 3, j : j + 3]
            found[:, i, j] = [(kernel * near).sum() for kernel in w["weight"]]
            found[:, i, j] += w.get("bias", 0.0)
    return found


def predicted(w, cosines):
    seen = naive.relu(convolved(naive.part(w, "wide"), cosines[None]))
    t, v = cosines.shape
    cells = [seen[:, i, j] for i in range(t) for j in range(v)]
    heard = np.zeros_like(seen)
    for n, one in enumerate(cells):
        asked = w["queries.weight"] @ one
        shares = naive.softmax([asked @ (w["keys.weight"] @ other) for other in cells])
        heard[:, n // v, n % v] = sum(
            p * (w["values.weight"] @ other) for p, other in zip(shares, cells, strict=True)
        )
    return convolved(naive.part(w, "narrow"), seen + heard)[0]


@pytest.mark.parametrize(
    ("sizes", "words", "frames"),
    [
        (Sizes(16, 12, 3, 32), (8, 4), (3, 2)),  # the shares as they are given
        (Sizes(16, 5, 3, 6), (2, 2), (2, 2)),  # there a quarter, and half of that, were one
        (Sizes(16, 1, 3, 2), (2, 2), (1, 1)),
    ],
)
def test_two_tokens_remain_so_that_their_weights_can_learn(sizes, words, frames):
    matcher = Hbi(sizes, layers=0)
    spoken, shown = (torch.ones(1, n, dtype=torch.bool) for n in (sizes.words, sizes.frames))
    texts = Texts(torch.randn(1, 16), torch.randn(1, sizes.words, 16), spoken)
    videos = Videos(torch.randn(1, sizes.frames, 16), shown)
    said, seen = matcher.represent_text(texts), matcher.represent_video(videos)
    for found, counts in ((said, words), (seen, frames)):
        there = [int(found[f"{level}.mask"].sum()) for level in ("action", "event")]
        assert tuple(there) == counts


def test_it_keeps_the_promises_of_a_matcher():
    check_matcher(Hbi)
    check_matcher(Hbi, action_ratio=0.5, event_ratio=0.75)
