"""Whatever comes before the bell: the correction stays in its bounds, only rises, and more raises no less."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from firstbell.core.absence import Unavailable
from firstbell.core.bells import instant_of
from firstbell.core.surge_correction import SurgeHistory, expectation, followed
from tests.builders import a_policy, a_workload, plan_days, utc

PLAN = plan_days(a_workload(a_policy()), "2024-11-12")
RAMP = range(utc("2024-11-12T07:00"), utc("2024-11-12T07:31"))
LOST = Unavailable(reason="Timeout", message="no answer")

mornings = st.lists(st.none() | st.integers(0, 200_000), min_size=len(RAMP), max_size=len(RAMP))
caps = st.integers(100, 500)


def percents(values, cap):
    history, found = SurgeHistory(), []
    for minute, value in zip(RAMP, values, strict=True):
        reading = LOST if value is None else Fraction(value)
        expected = expectation(PLAN, minute)
        history = followed(history, expected, [(Fraction(1), reading)], cap, instant_of(minute))
        found.append(history.percent_at(minute))
    return found


@given(mornings, caps)
def test_it_only_rises_and_stays_between_the_plan_and_the_cap(values, cap):
    found = percents(values, cap)
    assert found == sorted(found)
    assert all(100 <= percent <= max(100, cap) for percent in found)


@given(mornings, caps, st.integers(1, 5))
def test_more_pupils_never_raise_less(values, cap, times):
    more = [None if value is None else value * times for value in values]
    assert all(a <= b for a, b in zip(percents(values, cap), percents(more, cap), strict=True))


@given(mornings, caps)
def test_what_could_not_be_read_never_lowers(values, cap):
    """A reading that is lost in the end takes nothing back of what was there before it."""
    until = len(RAMP) // 2
    lost = values[:until] + [None] * (len(RAMP) - until)
    assert percents(lost, cap)[-1] >= percents(values, cap)[until - 1]
