"""Pieces of networks in numpy, one token at a time: what the formulas of matchers are tested with.

Each takes float64 arrays and the weights of the module as a dictionary of arrays.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
import torch

from kinolex.lab.matchers.base import Sizes, Texts, Videos


def weights(module):
    """All weights of a module by name, as float64."""
    return {n: p.detach().numpy().astype(float) for n, p in module.state_dict().items()}


def part(given, name):
    """Those below a name."""
    return {n[len(name) + 1 :]: w for n, w in given.items() if n.startswith(name + ".")}


def shaken(module, seed=0, scale=0.3):
    """The module with weights that are drawn, so that nothing is zero or one by chance."""
    torch.manual_seed(seed)
    with torch.no_grad():
        for value in module.parameters():
            value.copy_(torch.randn_like(value) * scale)
    return module.eval()


def unit(x):
    return x / max(np.linalg.norm(x), 1e-12)


def cos(a, b):
    return float(unit(a) @ unit(b))


def softmax(x):
    e = np.exp(np.asarray(x, float) - np.max(x))
    return e / e.sum()


def linear(w, x):
    return w["weight"] @ x + w.get("bias", 0.0)


def layer_norm(w, x):
    return (x - x.mean()) / math.sqrt(x.var() + 1e-5) * w["weight"] + w["bias"]


def relu(x):
    return np.maximum(x, 0)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def lstm(w, frames):
    """One layer, one frame after the other; gates in the order of PyTorch: i, f, g, o."""
    size = w["weight_hh_l0"].shape[1]
    hidden, memory, found = np.zeros(size), np.zeros(size), []
    for frame in frames:
        gates = w["weight_ih_l0"] @ frame + w["bias_ih_l0"]
        gates = gates + w["weight_hh_l0"] @ hidden + w["bias_hh_l0"]
        let_in, forget, proposed, let_out = (gates[n * size : (n + 1) * size] for n in range(4))
        memory = sigmoid(forget) * memory + sigmoid(let_in) * np.tanh(proposed)
        hidden = sigmoid(let_out) * np.tanh(memory)
        found.append(hidden)
    return found


def attention(w, asking, asked, heads, bias=None):
    """Of lists of vectors, all of which there are."""
    size = len(asking[0]) // heads
    found = []
    for one in asking:
        q = linear(part(w, "queries"), one)
        joined = []
        for head in range(heads):
            at = slice(head * size, (head + 1) * size)
            logits = []
            for m, other in enumerate(asked):
                k = linear(part(w, "keys"), other)
                logits.append(q[at] @ k[at] / math.sqrt(size) + (0 if bias is None else bias[m]))
            shares = softmax(logits)
            joined.append(
                sum(
                    p * linear(part(w, "values"), other)[at]
                    for p, other in zip(shares, asked, strict=True)
                )
            )
        found.append(linear(part(w, "out"), np.concatenate(joined)))
    return found


def layers(w, tokens, heads, count):
    """CLIP's layers over a list of tokens."""
    for number in range(count):
        mine = part(w, f"layers.{number}")
        normed = [layer_norm(part(mine, "before_attention"), x) for x in tokens]
        heard = attention(part(mine, "attention"), normed, normed, heads)
        tokens = [x + y for x, y in zip(tokens, heard, strict=True)]
        after = []
        for x in tokens:
            wide = linear(part(mine, "wide"), layer_norm(part(mine, "before_wide"), x))
            after.append(x + linear(part(mine, "narrow"), wide * sigmoid(1.702 * wide)))
        tokens = after
    return tokens


def frame_sequence(w, frames, heads, count):
    """``seqTransf`` over a list of frames."""
    if not count:
        return frames
    placed = [x + w["positions"][n] for n, x in enumerate(frames)]
    found = layers(part(w, "layers"), placed, heads, count)
    return [x + y for x, y in zip(frames, found, strict=True)]


def token_weights(w, tokens):
    return softmax(
        [linear(part(w, "layers.2"), relu(linear(part(w, "layers.0"), x)))[0] for x in tokens]
    )


def token_wise(words, word_weights, frames, frame_weights):
    """Weighted token-wise interaction of one text and one video."""
    found = 0.0
    for one, weight in zip(words, word_weights, strict=True):
        found += weight * max(cos(one, other) for other in frames) / 2
    for one, weight in zip(frames, frame_weights, strict=True):
        found += weight * max(cos(one, other) for other in words) / 2
    return found


def win(cosines, words, frames, some_words, some_frames):
    """Token-wise similarity of a coalition."""
    if not some_words or not some_frames:
        return 0.0
    total = 0.0
    for t in some_words:
        share = words[t] / sum(words[i] for i in some_words)
        total += share * max(cosines[t][v] for v in some_frames) / 2
    for v in some_frames:
        share = frames[v] / sum(frames[i] for i in some_frames)
        total += share * max(cosines[t][v] for t in some_words) / 2
    return total


def interaction(cosines, words, frames, i, j):
    """By the definition: over all coalitions without word i and frame j."""
    others = [("w", t) for t in range(len(words)) if t != i]
    others += [("f", v) for v in range(len(frames)) if v != j]
    found = []
    for inside in itertools.product((False, True), repeat=len(others)):
        some = [one for one, there in zip(others, inside, strict=True) if there]
        w = [n for side, n in some if side == "w"]
        f = [n for side, n in some if side == "f"]
        found.append(
            win(cosines, words, frames, [*w, i], [*f, j])
            + win(cosines, words, frames, w, f)
            - win(cosines, words, frames, [*w, i], f)
            - win(cosines, words, frames, w, [*f, j])
        )
    return np.mean(found)


def drawn(sizes: Sizes, texts=3, videos=4, seed=0, *, patches=False, sound=0):
    """Texts and videos of different lengths, with rubbish where there is nothing."""
    torch.manual_seed(seed)
    lengths = torch.randint(1, sizes.frames + 1, (videos,))
    lengths[0] = sizes.frames
    word_lengths = torch.randint(2, sizes.words + 1, (texts,))
    word_lengths[-1] = sizes.words
    mask = torch.arange(sizes.frames) < lengths[:, None]
    word_mask = torch.arange(sizes.words) < word_lengths[:, None]
    n = sizes.dimensions
    given = Videos(
        torch.randn(videos, sizes.frames, n),
        mask,
        patches=torch.randn(videos, sizes.frames, sizes.patches, n) if patches else None,
        sound=torch.randn(videos, sound, n) if sound else None,
    )
    return (
        Texts(torch.randn(texts, n), torch.randn(texts, sizes.words, n), word_mask),
        given,
    )


def frames_of(videos: Videos, v: int):
    """Those that there are, as float64 vectors."""
    return list(videos.frames[v][videos.mask[v]].numpy().astype(float))


def words_of(texts: Texts, t: int):
    return list(texts.words[t][texts.mask[t]].numpy().astype(float))


def sentence_of(texts: Texts, t: int):
    return texts.sentences[t].numpy().astype(float)


def check(matcher, texts, videos, naive, tolerance=1e-5):
    """Scores equal to ``naive(t, v)`` of every pair, at once and in pieces; gradients are finite.

    What stands where the mask is False, and how far it is padded, does not matter.
    """
    from kinolex.lab.matchers.base import score_in_pieces

    with torch.no_grad():
        of_texts, of_videos = matcher.represent_text(texts), matcher.represent_video(videos)
        found = matcher.score(of_texts, of_videos)
        pieces = score_in_pieces(matcher, of_texts, of_videos, rows=2, columns=3)
    expected = [[naive(t, v) for v in range(len(videos))] for t in range(len(texts))]
    np.testing.assert_allclose(found.numpy(), expected, atol=tolerance)
    torch.testing.assert_close(pieces, found, atol=1e-6, rtol=0)
    other = Videos(
        videos.frames.masked_fill(~videos.mask[..., None], 7.0),
        videos.mask,
        patches=None
        if videos.patches is None
        else videos.patches.masked_fill(~videos.mask[..., None, None], 7.0),
        sound=videos.sound,
    )
    others = Texts(
        texts.sentences, texts.words.masked_fill(~texts.mask[..., None], 7.0), texts.mask
    )
    with torch.no_grad():
        again = matcher.score(matcher.represent_text(others), matcher.represent_video(other))
    torch.testing.assert_close(again, found, atol=1e-6, rtol=0)
