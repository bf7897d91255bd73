from __future__ import annotations

import json

import pytest

from kinolex.errors import UsageError
from kinolex.export.wanted import Wanted, read_wanted, wanted_of
from kinolex.moments import Answer, Evidence, Moment, Query, Span
from tests.export.samples import HARBOUR

EVIDENCE = (
    Evidence("speech", 0.81, 11.0, "a red\nboat", source="speech"),
    Evidence("picture", 0.6, 12.0, source="frame"),
)
MOMENT = Moment(HARBOUR, Span(10.0, 15.25), 0.75, 1, EVIDENCE)
WANTED = Wanted(
    HARBOUR.id, HARBOUR.path, 10.0, 15.25, "Harbour walk", "speech 81%: a red boat; picture 60%",
    0.75,
)  # fmt: skip


def test_an_answer_a_list_and_lines() -> None:
    answer = Answer(Query(), (MOMENT, MOMENT)).to_dict()
    moment = MOMENT.to_dict()
    for text in (
        json.dumps(answer),
        json.dumps(answer, indent=2),
        "\ufeff" + json.dumps([moment, moment]),
        f"{json.dumps(moment)}\n\n{json.dumps(moment)}\n",
    ):
        assert read_wanted(text) == [WANTED, WANTED]
    assert wanted_of(MOMENT) == WANTED


def test_media_fragments() -> None:
    text = '/a/#1.mp4#t=1,2\r\n  b.mp4\n"c\\n.mp4#t=3"\n/caf\udce9.mp4\n'
    assert read_wanted(text) == ["/a/#1.mp4#t=1,2", "b.mp4", "c\n.mp4#t=3", "/caf\udce9.mp4"]
    assert read_wanted('["a.mp4", "b.mp4#t=1"]') == ["a.mp4", "b.mp4#t=1"]


def test_nothing() -> None:
    assert read_wanted("") == read_wanted("\n \n") == []
    assert read_wanted(json.dumps(Answer(Query(), (), (MOMENT,)).to_dict())) == []


@pytest.mark.parametrize(
    "text",
    [
        '{"video": {"id": "a"}, "start": 1}',
        '{"video": "a", "start": 1, "end": 2}',
        '{"video": {"id": "a"}, "start": "x", "end": 2}',
        '{"video": {"id": "a"}, "start": NaN, "end": 2}',
        '{"moments": 5}',
        "[5]",
        '{"video": {"id": "a"}, "start": 1, "end": 2, "score": [1]}',
        "{broken\nb.mp4",
    ],
)
def test_what_is_no_span_is_one_sentence(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_wanted(text)
    assert "kinolex search" in caught.value.hint
    assert len(str(caught.value).splitlines()) == 1
