"""What the lab's measurements compute, and that the page says what was measured."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the lab needs torch")

from benchmarks import lab_costs_page  # noqa: E402
from benchmarks import lab_costs_training as training  # noqa: E402
from benchmarks.harness import RESULTS, Row, Table, load  # noqa: E402
from benchmarks.lab_costs_memory import BOUND, elsewhere  # noqa: E402
from benchmarks.lab_costs_scores import a_pair, bytes_of, made, stored  # noqa: E402
from benchmarks.lab_costs_towers import Tower, counted, giga, sides  # noqa: E402
from benchmarks.lab_costs_towers import made as tower_of  # noqa: E402
from kinolex.lab.matchers.base import Sizes  # noqa: E402

TINY = Tower("tiny", "32/8-64x6", 32, 3)


def test_the_page_says_what_was_measured() -> None:
    text = lab_costs_page.PAGE.read_text(encoding="utf-8")
    marks = lab_costs_page._PLACE.findall(text)
    assert {name for _, name, _ in marks} == set(lab_costs_page.TABLES)
    assert lab_costs_page.page(text) == text, "run `python -m benchmarks.lab_costs_page`"


def test_the_page_states_the_bound_that_memory_keeps() -> None:
    rows = {row.what: row for row in load(RESULTS / "lab-costs.json").rows}
    took = rows["x-pool 1000 x 1000, memory: in pieces of 256 x 256"]
    assert took.high <= BOUND
    assert f"{BOUND:,.0f} MB" in lab_costs_page.PAGE.read_text(encoding="utf-8")


def test_a_cell_tells_median_and_spread() -> None:
    assert lab_costs_page.cell(Row("a", 1.5, 1.25, 1.75)) == "1.50 (1.25 to 1.75)"
    assert lab_costs_page.cell(Row("a", 12345.6, 12345.6, 12345.6)) == "12346"
    assert lab_costs_page.cell(None) == ""


def test_flops_of_a_tower_are_those_that_the_matcher_computes_of_itself() -> None:
    each, matcher = sides(TINY), tower_of(TINY, "tempme")
    # The matcher's own count knows no low-rank additions, projection and search for like tokens.
    assert giga(each["plain"]) == pytest.approx(matcher.cost_without().giga, rel=0.01)
    assert giga(each["TempMe"]) == pytest.approx(matcher.cost().giga, rel=0.12)


def test_attention_is_counted() -> None:
    asks = torch.zeros(1, 2, 10, 4)
    work = torch.nn.functional.scaled_dot_product_attention
    assert giga(lambda: work(asks, asks, asks)) * 1e9 == 2 * 2 * 10 * 10 * 4


def test_merging_leaves_fewer_tokens_and_flops() -> None:
    table = Table("tiny")
    counted(table, TINY, sides(TINY))
    found = {row.what: row.value for row in table.rows}
    matcher = tower_of(TINY, "tempme")
    left = matcher.cost().thought[-1] / (12 * 17)
    assert found["tiny: TempMe: tokens fewer at the end"] == pytest.approx(100 * (1 - left))
    ratio = found["tiny: TempMe: GFLOPs"] / found["tiny: plain: GFLOPs"]
    assert found["tiny: TempMe: GFLOPs fewer than plain"] == pytest.approx(100 * (1 - ratio))
    assert ratio < 1


def test_flops_of_a_pair_by_hand() -> None:
    wide, frames = 512, 12
    both_ways = 2 * frames * wide
    mapped = 2 * wide * wide
    assert a_pair(made("x-pool"), 4) == pytest.approx((both_ways + mapped + wide) / 1000, rel=0.01)


def test_what_a_pooled_video_stores_is_its_vector() -> None:
    texts, videos = stored(made("prompt-switch"), 3)
    assert bytes_of(videos) == 512 * 4
    assert made("prompt-switch").score(texts, videos).shape == (3, 3)


def test_memory_is_measured_elsewhere() -> None:
    # 300 x 300 vectors of 512 numbers are 184 MB, of which score holds more than one. That this
    # process had more before must not hide it.
    np.ones(400_000_000, np.uint8)
    assert elsewhere("whole", 300) > 184
    assert elsewhere("pieces", 8) < 100


@pytest.mark.parametrize("name", ["mean-pooling", "video-colbert"])
def test_the_plain_loop_trains_the_same_as_ours(tmp_path: Path, name: str) -> None:
    """The same batches give the same losses and weights: no side does less."""
    torch.manual_seed(0)
    given = training.settings(name)
    records = training.draw(tmp_path, Sizes(16, 4, 0, training.WORDS), 2 * training.BATCH)
    trainer = training.ours(given, tmp_path, records, tmp_path / "run")
    plans = [trainer.batches.plan(number) for number in range(4)]
    words = training.reads_words(given)
    arrays = [np.load(file) for file in training.files(tmp_path, words=words)]
    whole = [torch.from_numpy(one.astype(np.float32)) for one in arrays]
    batches = (training.in_order(*(one[plan.videos] for one in whole)) for plan in plans)
    model = training.build(given, trainer.sizes)
    plain = training.Plain(model, batches, fused=False)
    plain.go(4)
    journal = training.Journal(tmp_path / "run")
    training.go(trainer, journal, 4)
    journal.close()
    lines = (tmp_path / "run" / "log.jsonl").read_text().splitlines()
    assert [json.loads(one)["loss"] for one in lines] == pytest.approx(plain.losses, rel=1e-5)
    for key, value in trainer.model.state_dict().items():
        assert torch.allclose(model.state_dict()[key], value, atol=1e-6), key


def test_both_readers_give_every_video_once_an_epoch(tmp_path: Path) -> None:
    count = 2 * training.BATCH
    training.draw(tmp_path, Sizes(8, 2, 0, training.WORDS), count)
    for read in (training.loaded, training.held):
        source = read(tmp_path, words=True)
        seen = torch.cat([next(source)[0].frames for _ in range(2)])
        assert len(np.unique(seen.numpy().reshape(count, -1), axis=0)) == count
