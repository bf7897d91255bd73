from __future__ import annotations

import datetime as dt

from kinolex.moments import Filters, Query
from kinolex.search.format import format_query
from kinolex.search.parse import parse


def test_all_that_text_can_carry() -> None:
    query = Query(
        words="the cup",
        phrases=("red ball",),
        excluded=("dog", "hot dog"),
        channels=("speech",),
        filters=Filters(
            ("my film.mp4", "b.mov"), "My Trips", dt.date(2023, 1, 1), dt.date(2024, 1, 1),
            language="de",
        ),
    )  # fmt: skip
    line = format_query(query)
    assert line == (
        '"red ball" the cup -dog -"hot dog" in:"my film.mp4" in:b.mov folder:"My Trips" '
        "after:2023-01-01 before:2024-01-01 language:de channel:speech"
    )
    again = parse(line)
    assert again.filters == query.filters
    assert again.channels == query.channels
    assert again.phrases == query.phrases
