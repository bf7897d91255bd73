"""Stretches judged by a matcher, against plain loops; the matcher is drawn by hand, as ONNX."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper

from kinolex.encoders.hashes import sha256_of
from kinolex.encoders.matcher import OnnxMatcher, evenly, read_matcher
from kinolex.errors import EncoderError
from kinolex.library.vectors import VectorTable
from kinolex.search import judging
from kinolex.search.judging import Judge, Scale, Stretch, chances, cut, falling, line, standard

SIZE, FRAMES = 6, 4


def write_matcher(place: Path, **changes: object) -> Path:
    """Cosine of the sentence with the largest value of each number over the frames."""
    place.mkdir(parents=True, exist_ok=True)
    number, there = TensorProto.FLOAT, TensorProto.BOOL
    _graph(
        place / "text.onnx",
        [helper.make_node("Identity", ["sentences"], ["text_vector"])],
        {"sentences": (number, ["t", SIZE])},
        {"text_vector": (number, ["t", SIZE])},
    )
    low = helper.make_tensor("low", number, [1], [-9.0])
    axis = helper.make_tensor("axis", TensorProto.INT64, [1], [2])
    _graph(
        place / "video.onnx",
        [
            helper.make_node("Constant", [], ["low"], value=low),
            helper.make_node("Constant", [], ["axis"], value=axis),
            helper.make_node("Unsqueeze", ["mask", "axis"], ["wide"]),
            helper.make_node("Where", ["wide", "frames", "low"], ["held"]),
            helper.make_node("ReduceMax", ["held"], ["highest"], axes=[1], keepdims=0),
            helper.make_node("LpNormalization", ["highest"], ["video_vector"], axis=1, p=2),
        ],
        {"frames": (number, ["v", FRAMES, SIZE]), "mask": (there, ["v", FRAMES])},
        {"video_vector": (number, ["v", SIZE])},
    )
    _graph(
        place / "score.onnx",
        [
            helper.make_node("Transpose", ["video_vector"], ["turned"], perm=[1, 0]),
            helper.make_node("MatMul", ["text_vector", "turned"], ["scores"]),
        ],
        {"text_vector": (number, ["t", SIZE]), "video_vector": (number, ["v", SIZE])},
        {"scores": (number, ["t", "v"])},
    )
    card = {
        "schema": "kinolex.matcher/1", "name": "highest", "matcher": "highest", "title": "Highest",
        "paper": "none", "kind": "pooled", "space": "toy@0", "dimensions": SIZE, "frames": FRAMES,
        "cosine": True, "mean": 0.1, "deviation": 0.3, "shift": 0.0, "agreement": 0.0,
        "files": {one: sha256_of(place / one) for one in ("text.onnx", "video.onnx", "score.onnx")},
        "more": {},
    }  # fmt: skip
    (place / "matcher.json").write_text(json.dumps({**card, **changes}))
    return place


def _graph(place: Path, nodes: list, ins: dict, outs: dict) -> None:  # type: ignore[type-arg]
    values = [
        [helper.make_tensor_value_info(name, *about) for name, about in one.items()]
        for one in (ins, outs)
    ]
    graph = helper.make_graph(nodes, place.stem, values[0], values[1])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, str(place))


def table_of(lengths: list[int], seed: int = 0) -> VectorTable:
    random = np.random.default_rng(seed)
    rows = random.normal(size=(sum(lengths), SIZE))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    starts = np.cumsum([0, *lengths]).astype(np.int64)
    times = np.concatenate([np.arange(n, dtype=float) for n in lengths])
    names = [f"v{at}" for at in range(len(lengths))]
    return VectorTable(names, starts, times, None, rows.astype(np.float16))


def naive(table: VectorTable, first: int, last: int, sentence: np.ndarray) -> float:
    """The matcher by hand, of the frames from first to last."""
    count = last - first
    if count > FRAMES:
        chosen = [first + int((i + 0.5) * count / FRAMES) for i in range(FRAMES)]
    else:
        chosen = list(range(first, last))
    highest = [max(float(table.rows[row, j]) for row in chosen) for j in range(SIZE)]
    length = math.sqrt(sum(one * one for one in highest))
    half = sentence.astype(np.float16).astype(float)
    return float(sum(a * b for a, b in zip(half, highest, strict=True))) / length


def cut_of(table: VectorTable, frames: int) -> list[Stretch]:
    return [Stretch(*row) for row in cut(table, frames).tolist()]


def by_loops(table: VectorTable, frames: int) -> list[Stretch]:
    """Videos of up to twice as many frames whole, others in windows that overlap by half."""
    found = []
    for place in range(len(table.video_ids)):
        low, high = int(table.starts[place]), int(table.starts[place + 1])
        if 0 < high - low <= 2 * frames:
            found.append(Stretch(place, low, high))
            continue
        first = low
        while first + frames < high:
            found.append(Stretch(place, first, first + frames))
            first += max(1, frames // 2)
        if high > low:
            found.append(Stretch(place, high - frames, high))
    return found


@pytest.fixture(scope="module")
def matcher(tmp_path_factory: pytest.TempPathFactory) -> OnnxMatcher:
    return OnnxMatcher(write_matcher(tmp_path_factory.mktemp("m") / "highest"))


def sentence_of(seed: int) -> np.ndarray:
    vector = np.random.default_rng(seed).normal(size=SIZE).astype(np.float32)
    return vector / np.linalg.norm(vector)


def test_all_stretches_are_scored_as_by_hand(matcher: OnnxMatcher) -> None:
    table = table_of([1, 3, 8, 9, 30, 0, 5])
    judge = Judge(matcher, table)
    for seed in range(3):
        sentence = sentence_of(seed)
        found = judge.judge(sentence)
        assert {one.stretch for one in found} == set(cut_of(table, FRAMES))
        for one in found:
            by_hand = naive(table, one.stretch.first, one.stretch.last, sentence)
            assert one.score == pytest.approx(by_hand, abs=1e-5)
        assert [one.score for one in found] == sorted((o.score for o in found), reverse=True)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=6), st.integers(1, 9))
def test_stretches_cover_every_frame(lengths: list[int], frames: int) -> None:
    table = table_of([max(lengths[0], 1), *lengths[1:]])
    found = cut_of(table, frames)
    assert found == by_loops(table, frames)
    held: set[int] = set()
    for one in found:
        low, high = int(table.starts[one.place]), int(table.starts[one.place + 1])
        assert low <= one.first < one.last <= high
        assert one.last - one.first <= 2 * frames
        held.update(range(one.first, one.last))
    assert held == set(range(len(table)))
    assert len(found) == len(set(found))
    short = [p for p in range(len(table.video_ids)) if np.diff(table.starts)[p] in range(1, 9)]
    for place in short:
        if np.diff(table.starts)[place] <= 2 * frames:
            assert sum(one.place == place for one in found) == 1


def test_the_shortest_part_that_scores_no_less_is_shown(matcher: OnnxMatcher) -> None:
    table = table_of([8, 8, 3, 1, 30])
    for seed in range(5):
        sentence = sentence_of(seed)
        for one in Judge(matcher, table).judge(sentence)[:12]:
            whole, shown = one.stretch, one.shown
            assert whole.first <= shown.first < shown.last <= whole.last
            least = naive(table, shown.first, shown.last, sentence)
            assert least >= one.score - 1e-5
            # No single frame of a longer part does as well, where a quarter is one frame.
            if whole.last - whole.first <= 7 and shown.last - shown.first > 1:
                for row in range(whole.first, whole.last):
                    assert naive(table, row, row + 1, sentence) < one.score + 1e-5


def test_only_these_videos(matcher: OnnxMatcher) -> None:
    table = table_of([3, 12, 5, 7])
    judge = Judge(matcher, table)
    found = judge.judge(sentence_of(1), videos=["v1", "v3", "unknown"])
    assert {table.video_ids[one.stretch.place] for one in found} == {"v1", "v3"}
    assert judge.judge(sentence_of(1), videos=[]) == []
    whole = {one.stretch: one.score for one in judge.judge(sentence_of(1))}
    assert all(whole[o.stretch] == pytest.approx(o.score, abs=1e-6) for o in found)


def test_a_large_library_is_judged_around_what_is_near(
    matcher: OnnxMatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = table_of([5] * 60, seed=4)
    sentence = sentence_of(2)
    every = Judge(matcher, table).judge(sentence)
    monkeypatch.setattr(judging, "EVERY", 20)
    monkeypatch.setattr(judging, "NEAR", 40)
    judge = Judge(matcher, table)
    some = judge.judge(sentence)
    assert 20 <= len(some) < 40
    scores = {one.stretch: one.score for one in every}
    assert all(scores[one.stretch] == pytest.approx(one.score, abs=1e-6) for one in some)
    near = table.rows.astype(np.float64) @ sentence
    best = int(near.argmax())
    assert any(one.stretch.first <= best < one.stretch.last for one in some)
    for seed in range(30):  # what is kept stays bounded, and right
        other = judge.judge(sentence_of(seed))
        whole = {o.stretch: o.score for o in Judge(matcher, table).judge(sentence_of(seed))}
        assert all(whole[o.stretch] == pytest.approx(o.score, abs=1e-6) for o in other)


def test_standard_scores_by_hand() -> None:
    scale = Scale(cosine=True, mean=0.2, deviation=0.5)
    sample = np.array([-0.5, -0.1, 0.0, 0.1, 0.2, 0.3, 0.9])
    far = np.arctanh(sample)
    share = 7 / 37
    middle = share * np.quantile(far, 0.5) + (1 - share) * 0.2
    lower = np.quantile(far, 0.5) - np.quantile(far, 0.15866)
    upper = np.quantile(far, 0.84134) - np.quantile(far, 0.5)
    wide = share * min(lower, upper) + (1 - share) * 0.5
    found = standard(np.array([0.6]), sample, scale)
    assert found[0] == pytest.approx((np.arctanh(0.6) - middle) / wide)
    plain = standard(np.array([7.0]), np.array([]), Scale(False, 1.0, 2.0))
    assert plain.tolist() == [3.0]


@given(st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=30), st.floats(-3, 3))
def test_chances_fall_where_scores_do(scores: list[float], shift: float) -> None:
    ordered = np.sort(np.array(scores, np.float64))[::-1]
    sure = chances(standard(ordered, ordered, Scale(True, 0.0, 1e-3)), len(scores), shift)
    told = falling(ordered, sure)
    assert all(0 <= one <= 1 for one in told)
    for at in range(1, len(told)):
        assert told[at] <= told[at - 1]
        if ordered[at] < ordered[at - 1] and told[at - 1] > 1e-9:
            assert 1 - (1 - told[at]) < 1 - (1 - told[at - 1])


def test_the_line_rises_with_the_library() -> None:
    assert line(10) < line(100) < line(100_000) < 6
    assert chances(np.array([line(50) + 0.7]), 50, 0.7)[0] == pytest.approx(0.5)


def test_a_graph_that_does_not_fit_says_so(tmp_path: Path) -> None:
    broken = OnnxMatcher(write_matcher(tmp_path / "m"))
    with pytest.raises(EncoderError, match=r"text\.onnx cannot be run"):
        broken.texts(np.zeros((1, SIZE + 1), np.float32))


@given(st.integers(0, 200), st.integers(1, 20))
def test_evenly_is_spread(count: int, most: int) -> None:
    found = evenly(count, most).tolist()
    assert len(found) == min(count, most)
    assert found == sorted(set(found))
    assert all(0 <= one < count for one in found)


@pytest.mark.parametrize(
    "changes",
    [
        {"frames": 10**9}, {"frames": True}, {"frames": 4096, "dimensions": 65536},
        {"dimensions": 10**12}, {"mean": 10**400}, {"shift": 1e300}, {"deviation": True},
        {"agreement": "small"}, {"name": 3}, {"title": "\x1b[31mred"}, {"more": "much"},
        {"more": {"a": json.loads("[" * 40 + "]" * 40)}},
    ],
)  # fmt: skip
def test_odd_cards_are_refused(tmp_path: Path, changes: dict[str, object]) -> None:
    with pytest.raises(EncoderError, match="not understood"):
        read_matcher(write_matcher(tmp_path / "m", **changes))


def test_cards_that_nest_or_are_endless_are_refused(tmp_path: Path) -> None:
    card = write_matcher(tmp_path / "m") / "matcher.json"
    good = card.read_text()
    for odd in ("[" * 100_000 + "]" * 100_000, json.dumps("long" * 10**6)):
        card.write_text(good.replace('"more": {}', f'"more": {{"a": {odd}}}'))
        with pytest.raises(EncoderError, match="not understood"):
            read_matcher(tmp_path / "m")


NUMBER = TensorProto.FLOAT
PLAIN = (
    helper.make_node("Transpose", ["video_vector"], ["turned"], perm=[1, 0]),
    helper.make_node("MatMul", ["text_vector", "turned"], ["plain"]),
)
ODD = {
    "no number": [("Sub", ["plain", "plain"], "zero"), ("Div", ["zero", "zero"], "scores")],
    "another name": [("Identity", ["plain"], "points")],
    "one for all": [("ReduceMax", ["plain"], "scores")],
    "turned": [("Transpose", ["plain"], "scores")],
}


@pytest.mark.parametrize("odd", ODD)
def test_graphs_that_give_something_else_say_so(tmp_path: Path, odd: str) -> None:
    place, nodes = write_matcher(tmp_path / "m"), ODD[odd]
    free = {"text_vector": (NUMBER, ["t", SIZE]), "video_vector": (NUMBER, ["v", SIZE])}
    made = [helper.make_node(kind, ins, [out]) for kind, ins, out in nodes]
    outs = {nodes[-1][2]: (NUMBER, ["a", "b"])}
    _graph(place / "score.onnx", [*PLAIN, *made], free, outs)
    said = "no numbers" if odd == "no number" else "one score for each pair"
    with pytest.raises(EncoderError, match=said):
        Judge(OnnxMatcher(_renewed(place)), table_of([3, 4])).judge(sentence_of(1))


def test_graphs_that_store_too_little_say_so(tmp_path: Path) -> None:
    place = write_matcher(tmp_path / "m")
    _graph(
        place / "video.onnx",
        [helper.make_node("ReduceMax", ["frames"], ["video_vector"], axes=[0, 1], keepdims=0)],
        {"frames": (NUMBER, ["v", FRAMES, SIZE])},
        {"video_vector": (NUMBER, [SIZE])},
    )
    with pytest.raises(EncoderError, match="no vector for each of 2"):
        Judge(OnnxMatcher(_renewed(place)), table_of([3, 4])).judge(sentence_of(1))


def _renewed(place: Path) -> Path:
    """The card again, with the files as they are now."""
    card = json.loads((place / "matcher.json").read_text())
    card["files"] = {name: sha256_of(place / name) for name in card["files"]}
    (place / "matcher.json").write_text(json.dumps(card))
    return place


def test_vectors_of_another_length_are_refused(tmp_path: Path) -> None:
    other = OnnxMatcher(write_matcher(tmp_path / "m", dimensions=SIZE + 1))
    with pytest.raises(EncoderError, match="vectors of 7 numbers"):
        Judge(other, table_of([3]))


def test_stretches_around_rows_are_those_that_hold_them(
    matcher: OnnxMatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "EVERY", 7)
    table = table_of([30, 3, 0, 25, 8], seed=2)
    judge = Judge(matcher, table)
    allowed = np.flatnonzero(judge.cut[:, 0] != 1)
    near = np.random.default_rng(0).permutation([*range(30), *range(33, 66)])
    taken: list[int] = []
    for row in near.tolist():
        if len(taken) < 7:
            held = [i for i in allowed.tolist() if judge.cut[i, 1] <= row < judge.cut[i, 2]]
            taken += [i for i in held if i not in taken]
    assert judge._around(allowed, near).tolist() == sorted(taken)
