from __future__ import annotations

import numpy as np
import pytest

from kinolex.errors import UsageError
from kinolex.evaluation.measure import parse


def test_overlaps_by_hand() -> None:
    overlaps = np.array([1.0, 0.7, 0.5, 0.3, 0.0])
    for text, expected in (("R1@IoU=0.3", 0.8), ("r1@iou=0.5", 0.6), ("R1@IoU=.7", 0.4)):
        one = parse(text)
        assert one.aggregate(one.of_overlaps(overlaps)) == pytest.approx(expected)
    one = parse("miou")
    assert one.aggregate(one.of_overlaps(overlaps)) == pytest.approx(0.5)


def test_what_they_are_not_for() -> None:
    with pytest.raises(UsageError, match="one target"):
        parse("MIoU").of_ranks(np.zeros(2))
    with pytest.raises(UsageError, match="moments"):
        parse("R@1").of_overlaps(np.zeros(2))
    with pytest.raises(UsageError, match="no measure"):
        parse("R1@IoU=1.5")
