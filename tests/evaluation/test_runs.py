import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.errors import UsageError
from kinolex.evaluation.runs import Qrels, Run, read_qrels, read_run, write_qrels, write_run
from tests.evaluation.golden import loaded, needed, path_of

IDS = st.text(st.characters(codec="utf-8", exclude_characters="\t\n\v\f\r "), min_size=1).filter(
    lambda text: not text.startswith(("#", "\ufeff"))
)
SCORES = st.floats(allow_nan=False)


@given(st.dictionaries(IDS, st.dictionaries(IDS, SCORES, min_size=1)))
def test_a_run_reads_back_to_the_last_bit(tmp_path_factory, table):
    path = tmp_path_factory.mktemp("run") / "a.run"
    write_run(Run(table), path)
    back = read_run(path)
    assert back == table
    # The order is that of a stable sort by score.
    for query, row in table.items():
        assert list(back[query]) == [d for d, _ in sorted(row.items(), key=lambda one: -one[1])]


@given(st.dictionaries(IDS, st.dictionaries(IDS, st.integers(-2, 9), min_size=1)))
def test_qrels_read_back(tmp_path_factory, table):
    path = tmp_path_factory.mktemp("qrels") / "a.qrels"
    write_qrels(Qrels(table), path)
    back = read_qrels(path)
    assert back == table
    assert all(type(value) is int for row in back.values() for value in row.values())


def test_what_a_file_may_hold(tmp_path):
    path = tmp_path / "a.run"
    path.write_bytes(
        b"\xef\xbb\xbfq1 Q0 d1 7 1e-3 tag more\r\n\n  # remark\n#x\nq1\tQ0\td2 1 -inf t"
    )
    assert read_run(path) == {"q1": {"d1": 0.001, "d2": float("-inf")}}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("q1 Q0 d2 1 0.5", "Line 2 of .* has 5 fields, not 6"),
        ("q1 Q0 d2 1 high tag", "Line 2 of .* has 'high' where a number belongs"),
        ("q1 Q0 d2 1 nan tag", "Line 2 of .* has NaN"),
        ("q1 Q0 d1 1 0.5 tag", "Line 2 of .* names document 'd1' of query 'q1' again"),
    ],
)
def test_a_wrong_line_of_a_run_is_named(tmp_path, line, message):
    path = tmp_path / "a.run"
    path.write_text(f"q1 Q0 d1 1 0.5 tag\n{line}\n")
    with pytest.raises(UsageError, match=message):
        read_run(path)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("q1 0 d1", "Line 1 of .* has 3 fields, not 4"),
        ("q1 0 d1 yes", "Line 1 of .* has 'yes'"),
        ("q1 0 d1 inf", "endless"),
    ],
)
def test_a_wrong_line_of_qrels_is_named(tmp_path, line, message):
    path = tmp_path / "a.qrels"
    path.write_text(f"{line}\n")
    with pytest.raises(UsageError, match=message):
        read_qrels(path)


def test_files_that_cannot_be_read_or_written(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        read_run(tmp_path / "none")
    with pytest.raises(UsageError, match="cannot be written"):
        write_run(Run({"q": {"d": 1.0}}), tmp_path / "no" / "folder")
    (tmp_path / "latin").write_bytes(b"q\xe9 Q0 d 1 1 t\n")
    with pytest.raises(UsageError, match=r"Line 1 of .* is not UTF-8"):
        read_run(tmp_path / "latin")


@pytest.mark.parametrize("word", ["two words", "", "#1", "a\tb"])
def test_ids_that_no_file_can_hold_are_refused(tmp_path, word):
    with pytest.raises(UsageError, match="cannot stand in a TREC file"):
        write_run(Run({word: {"d": 1.0}}), tmp_path / "a")
    with pytest.raises(UsageError, match="cannot stand in a TREC file"):
        write_qrels(Qrels({"q": {word: 1}}), tmp_path / "a")


@pytest.mark.parametrize(
    ("kind", "table", "message"),
    [
        (Run, {"q": {"d": float("nan")}}, r"score of document 'd' for query 'q' .* \(NaN\)"),
        (Qrels, {"q": {"d": float("nan")}}, r"relevance of document 'd' .* \(NaN\)"),
        (Qrels, {"q": {"d": float("inf")}}, "endless"),
        (Run, {"q": {"d": "1"}}, "not a number: '1'"),
        (Run, {"q": {1: 1.0}}, "must be a text"),
        (Run, {1: {"d": 1.0}}, "must be a text"),
        (Run, {"q": ["d"]}, "must be a text with a mapping"),
        (Run, ["q"], "mapping"),
    ],
)
def test_what_is_no_run_is_refused(kind, table, message):
    with pytest.raises(UsageError, match=message):
        kind(table)


def test_numbers_of_numpy_become_plain():
    run = Run({"q": {"d": np.float32(0.1), "e": np.int64(3)}})
    assert run == {"q": {"d": float(np.float32(0.1)), "e": 3}}
    assert type(run["q"]["d"]) is float


def test_it_is_a_copy_that_travels():
    given = {"q": {"d": 1.0}}
    run = Run(given)
    given["q"]["d"] = 2.0
    assert run["q"]["d"] == 1.0
    assert pickle.loads(pickle.dumps(run)) == run
    with pytest.raises(AttributeError):
        run.table = {}


@needed
def test_published_files():
    assert read_qrels(path_of("trec/ranx_test_qrels.trec")) == loaded("trec/ranx_test_qrels.json")
    assert read_run(path_of("trec/ranx_test_run.trec")) == loaded("trec/ranx_test_run.json")
    both = loaded("trec/toy_s501.json")
    assert read_qrels(path_of("trec/toy_s501.qrels")) == both["qrels"]
    assert read_run(path_of("trec/toy_s501.run")) == both["run"]
