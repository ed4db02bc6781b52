"""What a load means in replicas, exactly."""

from __future__ import annotations

from array import array
from fractions import Fraction
from math import nan

import pytest

from firstbell.lab.record.need import MOST_REPLICAS, UNKNOWN, need_over, needs_of
from firstbell.lab.record.recording import Sample, recorded

START = 1_756_710_000


@pytest.mark.parametrize(
    ("value", "per_replica", "need"),
    [
        (0.0, "350", 0),
        (1e-12, "350", 1),
        (350.0, "350", 1),
        (350.000001, "350", 2),
        (0.3, "1/10", 3),  # 0.3 / 0.1 is above 3 in floats of some kinds and below in others
        (0.7, "1/10", 7),
        (1.1, "1/10", 11),
        (0.55, "1/20", 11),  # 11.000000000000002 in floats
        (2.9, "1/10", 29),  # 28.999999999999996
        (1e300, "1", MOST_REPLICAS),
        (nan, "1", UNKNOWN),
    ],
)
def test_a_load_is_divided_by_what_one_replica_carries_and_rounded_up(value, per_replica, need):
    assert list(needs_of(array("d", [value]), Fraction(per_replica))) == [need]


def test_any_stretch_adds_up():
    recording = recorded(
        Sample(START + at, value) for at, value in [(0, 1.0), (10, 3.0), (20, nan), (30, 2.0), (40, 0.0)]
    )
    need = need_over(recording, Fraction(1))
    by_second = [1] * 10 + [3] * 10 + [None] * 10 + [2] * 10 + [0] * 10
    for first in range(51):
        for last in range(first, 51):
            known = [value for value in by_second[first:last] if value is not None]
            one, two = need.sums_until(START + first), need.sums_until(START + last)
            assert (two[0] - one[0], two[1] - one[1]) == (sum(known), len(known)), (first, last)
            if first < last:
                assert need.highest(START + first, START + last) == max(known, default=UNKNOWN)
