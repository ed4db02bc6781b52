"""The lead of the writing: measured, bounded, and long enough for all that is due at one instant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstbell.core.writing_pace import (
    COUNTED,
    FASTEST,
    LONGEST_LEAD,
    PACE_AT_FIRST,
    SLOWEST,
    WritingPace,
    writing_lead,
)

SECONDS = st.floats(0.0, 3600.0)
RISES = st.integers(0, 100_000)
EACH = st.timedeltas(FASTEST, SLOWEST)
MEASURED = st.lists(st.tuples(st.floats(-1.0, 100.0), st.integers(0, 3)), max_size=50)


def paced(seconds: float, times: int) -> WritingPace:
    pace = PACE_AT_FIRST
    for _ in range(times):
        pace = pace.measured(seconds, 1)
    return pace


def milliseconds(pace: WritingPace) -> float:
    return pace.each.total_seconds() * 1000


def test_before_anything_was_measured_a_busy_server_is_reckoned_with():
    assert milliseconds(PACE_AT_FIRST) == 50


@pytest.mark.parametrize(("seconds", "want"), [(0.016, 20), (0.1, 125)])
def test_what_was_measured_counts_with_a_quarter_more_once_there_is_enough_of_it(seconds, want):
    assert milliseconds(paced(seconds, 2000)) == pytest.approx(want, rel=0.05)


def test_a_few_measurements_do_not_carry_the_pace_away():
    assert 20 < milliseconds(paced(0.001, 10)) < 50 < milliseconds(paced(0.2, 10)) < 100


def test_what_follows_a_rise_later_counts_for_it():
    pace = PACE_AT_FIRST
    for _ in range(2000):
        pace = pace.measured(0.004, 1).measured(0.012, 0)
    assert milliseconds(pace) == pytest.approx(20, rel=0.05)


def test_one_that_took_very_long_is_no_measure_of_the_others():
    assert milliseconds(paced(0.016, 500).measured(3600.0, 1)) < 1.5 * milliseconds(paced(0.016, 500))


@given(MEASURED)
def test_the_pace_is_bounded_and_never_counts_more_than_the_last_rises(measured):
    pace = PACE_AT_FIRST
    for seconds, rises in measured:
        pace = pace.measured(seconds, rises)
        assert FASTEST <= pace.each <= SLOWEST
        assert 0 < pace.rises <= COUNTED


@given(RISES, RISES, EACH, EACH)
def test_more_rises_and_a_slower_pace_never_lead_by_less(one, other, each, slower):
    least, most = sorted((one, other))
    quick, slow = sorted((each, slower))
    assert writing_lead(least, quick) <= writing_lead(most, slow) <= LONGEST_LEAD


@given(st.integers(1, 2000), st.floats(0.001, 0.4), st.randoms(use_true_random=False))
def test_with_the_measured_pace_all_are_written_by_the_bell(rises, seconds, random):
    """One after the other from each one's turn on; each takes what was measured, more or less."""
    pace = paced(seconds, 5000)
    lead = writing_lead(rises, pace.each).total_seconds()
    free = -lead
    for left in range(rises, 0, -1):
        turn = -writing_lead(left, pace.each).total_seconds()
        free = max(free, turn) + seconds * random.uniform(0.8, 1.2)
    if lead < LONGEST_LEAD.total_seconds():
        assert free <= 0
