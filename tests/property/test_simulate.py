"""A simulated day, whatever the calendar: everybody comes, more capacity never hurts, one seed is one day."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstbell.lab.day.arrivals import Preset
from firstbell.lab.day.crowd import Coming, Crowd, crowd
from firstbell.lab.day.outcome import Backlog
from tests.builders import a_calendar, a_cohort, a_peak, a_policy, a_workload, utc

DAY = utc("2024-09-10T22:00")
presets = st.sampled_from(Preset)
seeds = st.none() | st.integers(0, 2**32)
cohorts = st.lists(
    st.builds(a_cohort, st.integers(0, 50_000), st.sampled_from([-60, -5, 0, 1, 15, 120])),
    min_size=1,
    max_size=4,
    unique_by=lambda cohort: cohort.name,
)


def a_crowd(groups, preset, seed) -> Crowd:
    workload = a_workload(a_policy(a_peak()), a_calendar(cohorts=tuple(groups)))
    return crowd(workload, DAY, DAY + 1440, Coming(shape=preset.shape, seed=seed))


def short_seconds(loads: list[float], capacity: list[float]) -> int:
    backlog = Backlog()
    return sum(backlog.grows_short(load, there) for load, there in zip(loads, capacity, strict=True))


@settings(max_examples=30, deadline=None)
@given(groups=cohorts, preset=presets, seed=seeds)
def test_all_pupils_come(groups, preset, seed):
    came = sum(a_crowd(groups, preset, seed).users)
    assert came == pytest.approx(sum(cohort.pupils for cohort in groups))


@settings(max_examples=10, deadline=None)
@given(groups=cohorts, preset=presets, seed=st.integers(0, 2**32))
def test_one_seed_is_one_crowd(groups, preset, seed):
    assert a_crowd(groups, preset, seed).users == a_crowd(groups, preset, seed).users


@given(
    seconds=st.lists(
        st.tuples(st.floats(0, 400), st.floats(0, 50), st.floats(0, 50)), min_size=1, max_size=200
    )
)
def test_more_capacity_is_never_more_seconds_short(seconds):
    """In any second, and not only all the time."""
    loads, less = [load for load, _, _ in seconds], [there for _, there, _ in seconds]
    more = [there + added for _, there, added in seconds]
    assert short_seconds(loads, more) <= short_seconds(loads, less)
