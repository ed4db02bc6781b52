"""The core's fast demand is the slow one, minute by minute; and demand adds up as people do."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from firstbell.core.days import SchoolDays
from firstbell.core.demand import demand, region_loads, total_weight
from firstbell.core.plan import Workload, make_plan
from firstbell.core.policy import Bounds
from tests.builders import replicas_by_minute, scheduled_replicas, stamp, utc
from tests.property.reference import reference_replicas
from tests.property.strategies import REGIONS, calendars, policies, pupils, workload

MIDNIGHT = utc("2024-09-02T00:00")
starts = st.builds(
    lambda day, hour, minute: MIDNIGHT + 1440 * day + 60 * hour + minute,
    st.integers(0, 11),
    st.sampled_from([6, 7, 0, 13, 23]),
    st.sampled_from([0, 1, 30, 59]),
)
lengths = st.sampled_from([1500, 2000, 300])


def wanted(planned: Workload, start: int, end: int) -> list[int]:
    return replicas_by_minute(make_plan(planned, start, end))


def compare(planned: Workload, start: int, end: int) -> None:
    """Asserts that core and reference agree, and names the first minute where they do not."""
    want, got = reference_replicas(planned, start, end), wanted(planned, start, end)
    differing = [(stamp(start + i), w, g) for i, (w, g) in enumerate(zip(want, got, strict=True)) if w != g]
    assert differing[:3] == []


@given(calendar=calendars(), policy=policies(), start=starts, length=lengths)
def test_demand_equals_the_slow_reference(calendar, policy, start, length):
    compare(workload(policy, calendar), start, start + length)


@given(first=calendars(), second=calendars(), policy=policies(), start=starts)
def test_demand_of_two_calendars_equals_the_slow_reference(first, second, policy, start):
    compare(workload(policy, first, second), start, start + 240)


@given(calendar=calendars(with_cohorts=False), policy=policies(by_replicas=True), start=starts)
def test_demand_without_cohorts_equals_the_slow_reference(calendar, policy, start):
    compare(workload(policy, calendar), start, start + 600)


@given(calendar=calendars(), policy=policies(), at_peak=st.integers(1, 90), start=starts)
def test_replicas_at_peak_are_the_pupils_that_one_replica_then_carries(calendar, policy, at_peak, start):
    """Sharing out replicas over all pupils is dividing pupils by what one replica has then."""
    weight = total_weight((SchoolDays(calendar),))
    assume(weight)  # else there is nobody to divide by, see the next test
    per_replica = replace(policy, pupils_per_replica=weight)
    alike = replace(
        per_replica,
        peaks=tuple(
            each if each.replicas is not None else replace(each, load_percent=each.load_percent * at_peak)
            for each in policy.peaks
        ),
    )
    shared = replace(policy, pupils_per_replica=None, replicas_at_peak=at_peak)
    end = start + 300
    assert wanted(workload(shared, calendar), start, end) == wanted(workload(alike, calendar), start, end)


@given(policy=policies(by_replicas=False), at_peak=st.integers(1, 90), start=starts, calendar=calendars())
def test_where_there_are_no_pupils_replicas_at_peak_ask_for_nothing(calendar, policy, at_peak, start):
    nobody = replace(calendar, cohorts=tuple(replace(each, pupils=0) for each in calendar.cohorts))
    assume(nobody.cohorts)
    shared = replace(policy, pupils_per_replica=None, replicas_at_peak=at_peak)
    assert set(wanted(workload(shared, nobody), start, start + 300)) <= {0, None}


@given(calendar=calendars(), policy=policies(), start=starts)
def test_one_minute_asked_alone_is_that_minute_of_a_plan(calendar, policy, start):
    planned = workload(policy, calendar, bounds=Bounds(minimum=2, maximum=20))
    got = [scheduled_replicas(planned, minute) for minute in range(start, start + 30)]
    assert wanted(planned, start, start + 30) == got


@given(
    calendar=calendars(),
    policy=policies(by_replicas=False),
    more=st.lists(pupils, min_size=3, max_size=3),
    start=starts,
)
def test_with_pupils_per_replica_more_pupils_never_give_fewer_replicas(calendar, policy, more, start):
    larger = tuple(
        replace(cohort, pupils=cohort.pupils + extra)
        for cohort, extra in zip(calendar.cohorts, more, strict=False)
    )
    before = wanted(workload(policy, calendar), start, start + 600)
    after = wanted(workload(policy, replace(calendar, cohorts=larger)), start, start + 600)
    assert all(few <= many for few, many in zip(before, after, strict=True))


def load(planned: Workload, start: int, length: int) -> list[Fraction]:
    """Exact load in replicas, minute by minute, before it is rounded up.

    One load has few heights, so a fraction is made once for each.
    """
    loads = region_loads(planned.policy, planned.calendars, start, start + length)
    drawn = demand(planned.policy, loads, start, start + length)
    heights = {value: Fraction(value, drawn.scale) for value in set(drawn.total)}
    return [heights[value] for value in drawn.total]


def only(calendar, keep):
    """The calendar with some cohorts, and of its events those that are for any of them."""
    kept = tuple(cohort for cohort in calendar.cohorts if keep(cohort))
    names = {cohort.name for cohort in kept}
    events = tuple(
        replace(event, cohorts=tuple(name for name in event.cohorts if name in names))
        for event in calendar.demand_events
        if not event.cohorts or names.intersection(event.cohorts)
    )
    return replace(calendar, cohorts=kept, demand_events=events)


@given(calendar=calendars(regions=REGIONS), policy=policies(by_replicas=False), start=starts)
def test_regions_do_not_affect_each_other(calendar, policy, start):
    """The load of both regions is that of each with nobody in the other, added."""
    both = load(workload(policy, calendar), start, 600)
    north, south = (
        load(workload(policy, only(calendar, lambda cohort, r=region: cohort.region == r)), start, 600)
        if any(cohort.region == region for cohort in calendar.cohorts)
        else [0] * 600
        for region in REGIONS
    )
    assert both == [one + other for one, other in zip(north, south, strict=True)]


@given(calendar=calendars(), policy=policies(by_replicas=False), start=starts)
def test_cohorts_add(calendar, policy, start):
    """Each cohort by itself, added, is all of them: and a cohort split in two is the same cohort."""
    together = load(workload(policy, calendar), start, 600)
    apart = [
        load(workload(policy, only(calendar, lambda one, its=cohort: one is its)), start, 600)
        for cohort in calendar.cohorts
    ]
    assert together == [sum(values) for values in zip(*apart, strict=True)]


@given(first=calendars(), second=calendars(), policy=policies(by_replicas=False), start=starts)
def test_calendars_add(first, second, policy, start):
    both = load(workload(policy, first, second), start, 300)
    one, other = (load(workload(policy, calendar), start, 300) for calendar in (first, second))
    assert both == [left + right for left, right in zip(one, other, strict=True)]
