from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from kinolex.encoders.picture import OnnxPictures
from kinolex.errors import EncoderError
from kinolex.library.records import ChannelData, FrameBlock, Stamp
from kinolex.moments import Answer
from kinolex.search import likeness as k
from kinolex.search.calibrate import LINE
from kinolex.search.engine import Engine
from kinolex.search.parse import parse
from kinolex.testing.models import COLOURS, colour_vector, make_picture_model

if TYPE_CHECKING:
    from tests.search.conftest import Shelf

cosines = st.floats(-1, 1)


@given(st.lists(cosines, min_size=2, max_size=50))
def test_location_and_spread_against_numpy(sample: list[float]) -> None:
    low, median, high = np.quantile(sample, [0.15866, 0.5, 0.84134])
    background = k.picture_background(None, sample)
    assert background.mean == pytest.approx(median)
    assert background.deviation == pytest.approx(max(min(median - low, high - median), 1e-4))


@given(st.floats(-0.95, 0.95), st.floats(0.01, 1), cosines, cosines)
def test_standard_scores_rise_and_are_linear_near_the_background(
    mean: float, deviation: float, a: float, b: float
) -> None:
    likeness = k.Likeness(mean, deviation)
    low, high = likeness.standard([min(a, b), max(a, b)])
    assert low <= high
    near = np.clip([mean - 1e-4, mean, mean + 1e-4], -0.99, 0.99)
    assert likeness.standard(near) == pytest.approx((near - mean) / deviation, rel=0.02, abs=1e-6)


def test_pictures_that_answer_do_not_widen_the_background() -> None:
    """A tenth of the library answers; the robust background hardly moves."""
    rng = np.random.default_rng(1)
    rest = rng.normal(0.2, 0.02, 900)
    with_answers = np.concatenate([rest, rng.normal(0.35, 0.02, 100)])
    one, other = k.picture_background(None, rest), k.picture_background(None, with_answers)
    assert other.mean == pytest.approx(one.mean, abs=0.004)
    assert other.deviation == pytest.approx(0.02, rel=0.2)
    assert np.std(with_answers) > 2 * other.deviation


def test_opposites_do_not_widen_the_background() -> None:
    rng = np.random.default_rng(1)
    scores = np.concatenate([rng.normal(0.2, 0.02, 800), rng.normal(-0.9, 0.02, 200)])
    assert k.picture_background(None, scores).deviation == pytest.approx(0.02, rel=0.3)


def test_the_bank_counts_most_and_a_prior_not_beside_it() -> None:
    bank, sample = np.linspace(0, 0.2, 101), np.linspace(0.8, 1.0, 101)
    wanted = pytest.approx(0.7 * 0.1 + 0.3 * 0.9)
    assert k.picture_background(bank, sample).mean == wanted
    assert k.picture_background(bank, sample, 101, k.Prior(-0.5, 0.1, 0.1)).mean == wanted
    assert k.picture_background(bank, None, 0, k.Prior(-0.5, 0.1, 0.1)).mean == pytest.approx(0.1)
    assert k.picture_background(None, None) == k.Likeness(0, 1)
    assert k.picture_background([0.5] * 9, None).deviation > 0


def test_the_picture_line_keeps_the_best_of_unrelated_ones_below() -> None:
    rng = np.random.default_rng(2)
    for frames in (500, 50_000):
        best = [rng.normal(size=frames // 5).max() for _ in range(200)]
        assert np.mean(k.picture_chance(best, k.picture_line(frames)) >= LINE) < 0.2
    assert k.picture_chance([k.picture_line(100)], k.picture_line(100))[0] == 0.5


@given(st.integers(0, 99), st.integers(10_000, 10**6))
def test_large_libraries_hardly_know_the_prior(seed: int, frames: int) -> None:
    rng = np.random.default_rng(seed)
    sample = rng.normal(0.21, 0.025, 1024)
    prior = k.Prior(0.2, 0.03, 0.015)
    plain = k.picture_background(None, sample)
    with_prior = k.picture_background(None, sample, frames, prior)
    tops = [0.25, 0.3, 0.4]
    assert with_prior.standard(tops) == pytest.approx(plain.standard(tops), rel=0.04)


def test_small_samples_count_little_and_more_frames_more() -> None:
    prior = k.Prior(0.0, 0.1, 1.0)
    means = [
        k.picture_background(None, [0.5] * min(n, 1024), n, prior).mean
        for n in (2, 30, 150, 1000, 100_000)
    ]
    assert means == sorted(means)
    assert means[0] < 0.01
    assert means[2] == pytest.approx(0.25)
    assert means[-1] > 0.48


def test_a_library_full_of_answers_is_not_their_background() -> None:
    sample = np.random.default_rng(0).normal(0.35, 0.02, 1024)
    prior = k.Prior(0.2, 0.03, 0.015)
    found = k.picture_background(None, sample, 50_000, prior)
    assert found.mean < 0.235
    assert np.median(found.standard(sample)) > k.picture_line(50_000)


def test_frames_that_all_look_alike_say_nothing() -> None:
    """A fixed camera: some frame is always the nearest, by a hair's breadth."""
    sample = np.random.default_rng(0).normal(0.2, 0.0005, 1024)
    prior = k.Prior(0.2, 0.03, 0.015)
    found = k.picture_background(None, sample, 5000, prior)
    assert found.standard(sample).max() < 0.5
    assert k.picture_background(None, sample).standard(sample).max() > 3


def test_few_or_equal_questions_tell_nothing() -> None:
    sample = np.eye(4, dtype=np.float32)
    assert k.words_prior(None, sample) == k.Prior()
    assert k.words_prior(np.tile(sample[:1], (24, 1)), sample) == k.Prior()
    assert k.words_prior(sample, sample[:0]) == k.Prior()
    assert k.frames_prior(np.tile(sample[:1], (30, 1))) == k.Prior()
    assert k.words_prior(sample, sample).mean == 0
    assert k.frames_prior(sample).mean == 0


def test_a_sum_spreads_as_independent_questions_do() -> None:
    both = k.summed([k.Prior(0.1, 0.03, 0.01), k.Prior(0.5, 0.04, 0.02)], [1.0, -1.0])
    assert both.mean == pytest.approx(-0.4)
    assert both.deviation == pytest.approx(0.05)


class Film:
    """Libraries of plain colours, one frame a second, through a real small ONNX model."""

    def __init__(self, shelf: Shelf, folder: Path) -> None:
        self.encoder = OnnxPictures("colours", make_picture_model(folder))
        self.shelf = shelf

    def put(self, colours: Sequence[str], name: str = "film.mp4") -> None:
        video = self.shelf.video(name, title="a film", duration=float(len(colours)))
        rows = np.array([colour_vector(COLOURS[c]) for c in colours])
        rows += 0.02 * np.random.default_rng(len(rows)).normal(size=rows.shape)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        block = FrameBlock(np.arange(len(rows), dtype=np.int64) * 1000, rows.astype(np.float16))
        stamp = Stamp("picture", self.encoder.name, self.encoder.version)
        self.shelf.store.commit_channel(video, ChannelData(stamp, frames=block))

    def ask(self, text: str = "", image: Path | None = None) -> Answer:
        engine = Engine(self.shelf.store, picture=self.encoder)
        return engine.answer(parse(text, images=image and str(image), channels="picture"))


@pytest.fixture
def film(shelf: Shelf, tmp_path: Path) -> Film:
    return Film(shelf, tmp_path / "model")


SMALL = {
    "one frame": ["yellow"],
    "two frames": ["red", "yellow"],
    "all yellow": ["yellow"] * 30,
    "half": ["red"] * 5 + ["yellow"] * 5,
    "a third": ["red"] * 10 + ["blue"] * 10 + ["yellow"] * 10,
    "many": ["red", "green", "blue", "white", "black", "grey"] * 4 + ["yellow"] * 4,
}


@pytest.mark.parametrize("name", SMALL)
def test_small_libraries_find_what_is_there_and_nothing_else(
    film: Film, name: str, tmp_path: Path
) -> None:
    colours = SMALL[name]
    film.put(colours)
    start = colours.index("yellow")
    found = film.ask("yellow")
    assert not found.nothing_found
    assert found.moments[0].span.start == pytest.approx(start, abs=0.5)
    assert found.moments[0].span.end == pytest.approx(len(colours), abs=0.5)
    for absent in ("cyan", "magenta", "purple"):
        assert film.ask(absent).nothing_found, absent
    yellow, cyan = tmp_path / "yellow.png", tmp_path / "cyan.png"
    Image.new("RGB", (9, 9), (255, 255, 0)).save(yellow)
    Image.new("RGB", (9, 9), (0, 255, 255)).save(cyan)
    found = film.ask(image=yellow)
    assert not found.nothing_found
    assert found.moments[0].span.start == pytest.approx(start, abs=0.5)
    assert film.ask(image=cyan).nothing_found


def test_a_rare_colour_is_found_in_a_large_library(film: Film) -> None:
    film.put(["red", "green", "blue", "white", "black", "grey"] * 200 + ["yellow"] * 4)
    assert film.ask("yellow").moments[0].span.start == pytest.approx(1200, abs=0.5)
    assert film.ask("cyan").nothing_found


def test_general_questions_are_encoded_once_and_kept(film: Film) -> None:
    film.put(["red", "yellow"])
    film.ask("yellow")
    kept = [*film.shelf.store.path.glob("cache/frames-*/general-*.npy")]
    assert len(kept) == 1
    assert np.load(kept[0]).shape == (len(k.GENERAL), film.encoder.dimensions)
    film.put(["blue", "yellow"], "other.mp4")
    before = kept[0].stat().st_mtime_ns
    assert len(film.ask("yellow").moments) == 2
    assert kept[0].stat().st_mtime_ns == before
    kept[0].write_bytes(b"broken")
    assert len(film.ask("yellow").moments) == 2
    assert len(np.load(kept[0])) == len(k.GENERAL)


def test_words_that_the_encoder_does_not_know_find_nothing(film: Film, tmp_path: Path) -> None:
    """It gives them all one vector, which is near some pictures by accident."""
    film.put(["grey"] * 20 + ["yellow"] * 10)
    unknown, grey = film.encoder.encode_words(["unicorn", "grey"])
    assert unknown @ grey > k.ALIKE
    assert film.ask("unicorn").nothing_found
    yellow = tmp_path / "yellow.png"
    Image.new("RGB", (9, 9), (255, 255, 0)).save(yellow)
    beside = Engine(film.shelf.store, picture=film.encoder).answer(
        parse("unicorn", images=str(yellow), channels="picture")
    )
    assert [round(m.span.start) for m in beside.moments] == [20]  # the picture still counts


weights = st.floats(0.01, 5)


@given(cosines, weights, st.floats(0, 20), st.floats(-5, 5), cosines, cosines)
def test_calibrated_scores_rise_with_the_cosine_and_turn_back(
    mean: float, standard: float, raw: float, shift: float, one: float, other: float
) -> None:
    background = k.Likeness(mean, 0.1, k.Calibration(standard, raw, shift))
    low, high = sorted((one, other))
    assert background.standard(low) <= background.standard(high)
    score = float(background.standard(min(high, 0.98)))
    assert background.cosine(score) == pytest.approx(max(min(high, 0.98), -0.99), abs=1e-6)
    assert background.cosine(1e9) == float("inf")


@given(cosines, weights, st.floats(0, 20), st.floats(-5, 5), cosines)
def test_plain_scores_judged_are_the_calibrated_ones(
    mean: float, standard: float, raw: float, shift: float, one: float
) -> None:
    """By the formula in full, from the cosine and its plain score."""
    known = k.Likeness(mean, 0.1, k.Calibration(standard, raw, shift))
    plain = k.Likeness(mean, 0.1)
    bounded = min(max(one, -0.99), 0.99)
    wanted = standard * float(plain.standard(one)) + raw * bounded + shift
    assert known.judged(known.plain(one)) == pytest.approx(wanted, rel=1e-6, abs=1e-6)
    assert known.standard(one) == pytest.approx(wanted, rel=1e-6, abs=1e-6)
    assert known.plain(one) == pytest.approx(plain.standard(one))


def test_without_a_calibration_nothing_changes() -> None:
    plain, same = k.Likeness(0.1, 0.05), k.Likeness(0.1, 0.05, k.Calibration())
    assert plain.standard([0.1, 0.4]).tolist() == same.standard([0.1, 0.4]).tolist()
    assert same.line(500) == k.picture_line(500)


@pytest.mark.parametrize("wrong", [(-1, 0, 0), (1, -1, 0), (0, 0, 1), (float("nan"), 0, 0)])
def test_a_calibration_that_could_fall_is_refused(wrong: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="calibration"):
        k.Calibration(*wrong)


def test_a_calibration_moves_no_limits_of_spans(film: Film) -> None:
    """Spans are cut out of plain scores; a calibration only says how sure they are."""
    film.put(["grey"] * 20 + ["yellow"] * 10 + ["grey"] * 20)
    before = film.ask("yellow").moments
    film.encoder.calibration = lambda: {"standard": 0.05, "raw": 0.1, "shift": 0.0}
    other = Engine(film.shelf.store, picture=film.encoder)
    after = other.answer(parse("yellow", channels="picture")).moments
    assert before
    assert [m.span for m in after] == [m.span for m in before]
    assert after[0].score < before[0].score - 0.01


def test_an_encoders_calibration_moves_its_line(film: Film) -> None:
    """Words that score low on the raw scale are no answer, however far they stand out."""
    film.put(["grey"] * 30 + ["yellow"] * 5)
    assert film.ask("yellow").moments
    film.encoder.calibration = lambda: {"standard": 1.0, "raw": 0.0, "shift": -50.0}
    strict = Engine(film.shelf.store, picture=film.encoder)
    assert strict.answer(parse("yellow", channels="picture")).nothing_found
    film.encoder.calibration = lambda: {"standard": 1.0, "raw": 50.0, "shift": 0.0}
    mild = Engine(film.shelf.store, picture=film.encoder)
    assert mild.answer(parse("yellow", channels="picture")).moments


def test_a_calibration_file_that_is_wrong_is_one_sentence(film: Film) -> None:
    film.put(["grey"] * 30 + ["yellow"] * 5)
    film.encoder.calibration = lambda: {"standard": -1.0, "raw": 0.0, "shift": 0.0}
    with pytest.raises(EncoderError, match="calibration"):
        Engine(film.shelf.store, picture=film.encoder).answer(parse("yellow", channels="picture"))
