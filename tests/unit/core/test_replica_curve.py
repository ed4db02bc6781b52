"""A curve gives back what it was made of, and keeps only what changes."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstbell.core.replica_curve import replica_curve

START = 29_000_000


@given(st.lists(st.integers(0, 3), min_size=1, max_size=40), st.data())
def test_each_minute_and_each_stretch_is_what_it_was_made_of(values, data):
    curve = replica_curve(values, START)
    assert [curve.at(START + index) for index in range(len(values))] == values
    first = data.draw(st.integers(0, len(values)))
    last = data.draw(st.integers(first, len(values)))
    assert curve.between(START + first, START + last) == values[first:last]
    assert (curve.start, curve.end) == (START, START + len(values))


def test_only_changes_are_kept():
    curve = replica_curve([4] * 1000 + [9, 9, 12] + [4] * 1000, START)
    assert list(curve.changes) == [START, START + 1000, START + 1002, START + 1003]
    assert curve.values == (4, 9, 12, 4)


@pytest.mark.parametrize(("first", "last"), [(0, 0), (3, 3), (2, 1)])
def test_a_stretch_of_no_minutes_is_empty(first, last):
    assert replica_curve([1, 2, 3], START).between(START + first, START + last) == []


@given(st.lists(st.integers(0, 30), min_size=1, max_size=40), st.integers(1, 9))
def test_a_load_is_rounded_up_and_what_rounds_to_the_same_is_no_change(loads, scale):
    curve = replica_curve(loads, START, scale)
    assert curve.between(curve.start, curve.end) == [-(-load // scale) for load in loads]
    assert all(one != two for one, two in pairwise(curve.values))
