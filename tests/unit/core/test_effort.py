"""A plan is counted before it is made: no school is refused, no corner of the schema goes on for seconds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import pytest

from firstbell.core.absence import Unavailable
from firstbell.core.days import SchoolDays
from firstbell.core.effort import (
    DAYS_AROUND,
    STEPS_PER_DAY,
    effort_of,
    planned_around,
    too_many_steps,
)
from firstbell.core.findings import FindingKind, policy_findings
from firstbell.core.lead import NO_RISES
from firstbell.core.plan import Workload, make_plan
from firstbell.core.policy import Bounds, PeakAnchor
from firstbell.core.reasons import AbsenceReason
from firstbell.engine.report.calendar_status import calendar_status
from firstbell.engine.seen.store import SeenCalendar
from firstbell.kinds.calendar_conversion import read_calendar
from tests.benchmarks.corners import corner_policy, corners, drawn_corner, largest_policy
from tests.builders import (
    a_bell_schedule,
    a_calendar,
    a_cohort,
    a_peak,
    a_policy,
    a_workload,
    an_event,
    daily_cron,
    utc,
)
from tests.counted_calls import counted_calls
from tests.scenarios.manifests import EXAMPLES, workload_of

if TYPE_CHECKING:
    from firstbell.core.policy import Policy
    from firstbell.core.school_calendar import SchoolCalendar
    from firstbell.kinds.problems import Refused

START = utc("2026-11-16T04:00")
END = START + 49 * 60
NOW = datetime(2026, 11, 16, 5, tzinfo=UTC)
ALLOWED = STEPS_PER_DAY * (3 + DAYS_AROUND)
READ_AND_TOLD = 1_500_000
"""Some 0.15 s of processor: half of what reading, planning and telling may take together."""
REFUSED = {
    "128 cron events each half hour, 24 regions, 512 cohorts",
    "128 cron events of 7 days, each half hour",
    "128 events on days before lessons, all night",
    "128 events of 24 cohorts each, 512 cohorts, bells",
}
"""A hundred and more events at each hour of two days, in each of 24 regions; or each cohort with its own."""
REFUSED_TO_THE_LARGEST_POLICY = REFUSED | {"32 bell schedules of 24 periods in the clock gap"}
"""23 lessons a day, each of them with 20 peaks, in each of 24 regions."""
DEAREST = [
    [2980, 79, 0, 147, 0, 2675, 5447, 9732, 183, 336, 65562, 1],
    [359314, 482055, 396352, 632509, 496560, 800241, 481481, 837014, 814027, 533221, 512661, 413231],
    [359314, 344337, 396352, 904437, 75711, 800241, 946577, 842817, 299618, 533221, 512661, 925441],
]


class Told(NamedTuple):
    """The days of a corner as they are remembered once its status is told; what reading and telling call."""

    days: SchoolDays
    to_read: int
    to_tell: int


@cache
def told_of(name: str) -> Told:
    """A corner, read and told of once for all: what that calls is counted, and counts for who plans it."""
    read: list[SchoolCalendar | Refused] = []
    to_read = counted_calls(lambda: read.append(read_calendar("ns", "corner", corners()[name])))
    seen: list[SchoolDays] = []

    def tell() -> None:
        seen.append(SchoolDays(read[0]))
        calendar_status(SeenCalendar(key="ns/corner", uid="u", generation=1, days=seen[0], status={}), NOW)

    to_tell = counted_calls(tell)
    return Told(seen[0], to_read, to_tell)


def calendar_of(name: str) -> SchoolCalendar:
    """A corner, read once for all; what is remembered of its days is each one's own."""
    return told_of(name).days.calendar


def corner(calendar, policy) -> Workload:
    return planned(SchoolDays(calendar), policy)


def planned(days: SchoolDays, policy: Policy) -> Workload:
    bounds = Bounds(minimum=2, maximum=5000)
    return Workload(policy=policy, bounds=bounds, calendars=(days,), rises=NO_RISES)


def calls_of(workload: Workload) -> int:
    """How many functions a plan and its peaks call."""
    return counted_calls(lambda: make_plan(workload, START, END).peaks)


@pytest.mark.parametrize("name", corners())
def test_a_corner_of_the_schema_is_planned_within_its_steps_or_refused_for_them(name):
    told = told_of(name)
    workload = planned(told.days, corner_policy())
    refused = too_many_steps(workload, START, END)
    assert (refused is not None) == (name in REFUSED)
    if refused is None:
        steps = effort_of(workload, START, END).steps
        assert steps <= ALLOWED
        # What telling has worked out of the days is spared the plan, and counted with it: that is never less
        # than a plan from nothing.
        assert told.to_tell + calls_of(workload) <= max(steps, 4 * STEPS_PER_DAY)


@pytest.mark.parametrize("name", corners())
def test_so_it_is_for_the_largest_policy_and_lint_and_the_operator_say_the_same(name):
    workload = corner(calendar_of(name), largest_policy())
    told = any(
        each.kind is FindingKind.TOO_COSTLY for each in policy_findings(workload.policy, workload.calendars)
    )
    assert told is (name in REFUSED_TO_THE_LARGEST_POLICY)
    for hours in range(0, 24, 5):
        minute = START + 60 * hours
        refused = too_many_steps(workload, *planned_around(minute))
        assert (refused is not None) is told


@pytest.mark.parametrize("name", corners())
def test_a_corner_of_the_schema_is_read_and_told_of_in_few_calls(name):
    told = told_of(name)
    assert told.to_read + told.to_tell <= READ_AND_TOLD


def test_lint_finds_the_one_day_on_which_a_plan_costs_too_much():
    events = tuple(an_event("2026-11-18", "08:00", "20:00", name=f"e{number}") for number in range(128))
    regions = tuple(f"r{number}" for number in range(24))
    calendar = a_calendar(regions=regions, cohorts=(), demand_events=events)
    workload = a_workload(
        a_policy(*[a_peak(PeakAnchor.DEMAND_EVENT, name=f"p{number}") for number in range(20)]), calendar
    )
    assert too_many_steps(workload, START, END) is not None
    assert too_many_steps(workload, START + 10 * 1440, END + 10 * 1440) is None
    first = policy_findings(workload.policy, workload.calendars)[0]
    assert first.kind is FindingKind.TOO_COSTLY


@pytest.mark.parametrize("seeds", DEAREST)
def test_the_dearest_calendars_that_a_search_found_stay_within_their_steps(seeds):
    workload = corner(read_calendar("ns", "corner", drawn_corner(seeds)), corner_policy())
    assert too_many_steps(workload, START, END) is None
    assert calls_of(workload) <= ALLOWED


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_no_example_comes_near_the_budget(example):
    effort = effort_of(workload_of(example), START, END)
    assert effort.steps < ALLOWED / 20


def test_a_whole_country_is_planned():
    """24 regions of 12 lessons and 20 start times, five peaks, five evenings a week."""
    regions = tuple(f"r{number}" for number in range(24))
    calendar = a_calendar(
        regions=regions,
        bell_schedules=(
            a_bell_schedule(
                "full",
                *[
                    f"{8 + n // 2:02}:{30 * (n % 2):02}-{8 + n // 2:02}:{30 * (n % 2) + 25}"
                    for n in range(12)
                ],
            ),
        ),
        cohorts=tuple(
            a_cohort(1000, offset, region=region, name=f"{region}-{offset}")
            for region in regions
            for offset in range(20)
        ),
        demand_events=tuple(
            an_event(name=f"e{n}", start=None, when=daily_cron("19:00", minutes=90)) for n in range(5)
        ),
    )
    peaks = [a_peak(anchor, name=f"p{anchor}") for anchor in PeakAnchor]
    assert too_many_steps(a_workload(a_policy(*peaks), calendar), START, END) is None


def test_steps_grow_with_regions_peaks_events_and_days():
    event = an_event(name="e", start=None, when=daily_cron("08:00", "20:00"))
    one = a_workload(a_policy(), a_calendar(cohorts=()))
    more = [
        a_workload(a_policy(), a_calendar(cohorts=(), regions=("a", "b"))),
        a_workload(a_policy(a_peak(), a_peak(PeakAnchor.PERIOD_START)), a_calendar(cohorts=())),
        a_workload(a_policy(a_peak(), a_peak(PeakAnchor.DEMAND_EVENT)), a_calendar(demand_events=(event,))),
    ]
    least = effort_of(one, START, END).steps
    assert all(effort_of(each, START, END).steps > least for each in more)
    assert effort_of(one, START, END + 10 * 1440).steps > 2 * least


def test_what_is_refused_says_what_is_too_much_and_what_to_do():
    workload = corner(calendar_of("128 cron events each half hour, 24 regions, 512 cohorts"), corner_policy())
    refused = too_many_steps(workload, START, END)
    assert isinstance(refused, Unavailable)
    assert refused.reason == AbsenceReason.TOO_COSTLY
    assert "SchoolCalendar corner: spec.demandEvents: " in refused.message
    assert refused.message.endswith("or spread them over several calendars and SchoolAutoscalers.")


def test_lint_refuses_what_the_operator_will_not_plan():
    workload = corner(calendar_of("128 cron events each half hour, 24 regions, 512 cohorts"), corner_policy())
    first = policy_findings(workload.policy, workload.calendars)[0]
    assert (first.kind, first.severity) == (FindingKind.TOO_COSTLY, "Error")
    assert first.text.count("Have fewer of them") == 1


def test_a_suspended_calendar_costs_nothing():
    workload = corner(calendar_of("128 cron events each half hour, 24 regions, 512 cohorts"), corner_policy())
    calendar = replace(workload.calendars[0].calendar, suspended=True)
    assert effort_of(replace(workload, calendars=(SchoolDays(calendar),)), START, END).steps == 0


def test_the_largest_policy_is_counted_with_each_of_its_calendars():
    one = corner(calendar_of("24 regions, 512 dates that open nothing"), largest_policy())
    many = replace(one, calendars=one.calendars * 16)
    assert effort_of(many, START, END).steps == 16 * effort_of(one, START, END).steps
    assert too_many_steps(many, START, END) is not None
