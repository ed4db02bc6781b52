"""A plan is of an interval and of nothing else: not of when it was asked, nor of how long it is."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from firstbell.core.bells import instant_of
from firstbell.core.coalesce import Run
from firstbell.core.lead import NO_RISES, Rise, Rises
from firstbell.core.plan import Plan, Step, Workload, make_plan, make_schedule, plan_within
from firstbell.core.policy import Bounds
from tests.builders import replicas_by_minute, utc, writes_by_minute
from tests.property.strategies import calendars, policies, workload

START = utc("2024-09-02T00:00")
WIDE = 3 * 1440
DAYS_OF_LESSONS = st.integers(0, 9).map(lambda day: START + 1440 * day)
MINUTES = st.integers(0, WIDE - 1) | st.sampled_from([1, 390, 400, 420, 450, 1440, 1860])
bounds = st.sampled_from(
    [Bounds(minimum=0, maximum=None), Bounds(minimum=2, maximum=9), Bounds(minimum=4, maximum=400)]
)


def joined(first: Plan, second: Plan) -> list[Step]:
    """The steps of one plan followed by those of the next, a first step that repeats dropped."""
    steps, more = list(first.steps), list(second.steps)
    if (steps[-1].replicas, steps[-1].limited_by) == (more[0].replicas, more[0].limited_by):
        one, other = steps.pop(), more.pop(0)
        highest = one if one.wanted >= other.wanted else other
        steps.append(replace(one, wanted=highest.wanted, peak=highest.peak))
    return steps + more


def joined_runs(first: Plan, second: Plan) -> list[Run]:
    """The writes of one plan followed by those of the next."""
    runs, more = list(first.writes), list(second.writes)
    if runs[-1].value == more[0].value:
        runs.append(Run(runs.pop().start, more.pop(0).end, first.writes[-1].value))
    return runs + more


@st.composite
def leads(draw) -> tuple[int, Rises]:
    """The longest lead and rises of some sizes, known before all days of lessons or in the midst of them."""
    rises = NO_RISES
    for minute in sorted(draw(st.lists(st.integers(-600, 14_000), max_size=12))):
        pods, seconds = draw(st.integers(1, 300)), draw(st.integers(0, 2000))
        at = instant_of(START + minute)
        rises = rises.followed_by(Rise(written=at, before=0, after=pods, seconds=seconds, ready=True))
    return draw(st.sampled_from([1, 7, 15, 60])), rises


def with_lead(planned: Workload, lead: tuple[int, Rises]) -> Workload:
    longest, rises = lead
    return replace(planned, rises=rises, policy=replace(planned.policy, longest_lead_minutes=longest))


@given(calendar=calendars(), policy=policies(), bounds=bounds, start=DAYS_OF_LESSONS, lead=leads())
def test_a_lead_takes_nothing_away_and_writes_no_more_than_the_longest_lead_early(
    calendar, policy, bounds, start, lead
):
    planned = workload(policy, calendar, bounds=bounds)
    end = start + 1440
    today, early = make_plan(planned, start, end), make_plan(with_lead(planned, lead), start, end)
    assert early.steps == today.steps
    told = [[(peak.bell, peak.ready_by, peak.replicas) for peak in plan.peaks] for plan in (today, early)]
    assert told[0] == told[1]
    usual, written = writes_by_minute(today), writes_by_minute(early)
    for minute, (least, value) in enumerate(zip(usual, written, strict=True)):
        assert least <= value
        if least < value and minute + lead[0] < len(usual):
            assert value <= max(usual[minute : minute + lead[0] + 1])
        if (rise := early.ahead_at(start + minute)) is not None:
            assert value == rise.replicas > least


@given(calendar=calendars(), policy=policies(), start=DAYS_OF_LESSONS, cut=MINUTES, lead=leads())
def test_with_a_lead_too_the_writes_of_a_to_c_are_those_of_both_parts(calendar, policy, start, cut, lead):
    planned = with_lead(workload(policy, calendar), lead)
    middle, end = start + max(1, cut), start + WIDE
    whole = make_plan(planned, start, end)
    assert list(whole.writes) == joined_runs(
        make_plan(planned, start, middle), make_plan(planned, middle, end)
    )


@given(calendar=calendars(), policy=policies(), start=DAYS_OF_LESSONS, lead=leads(), data=st.data())
def test_what_is_measured_later_changes_nothing_of_what_was_written_before(
    calendar, policy, start, lead, data
):
    """Two rises end just before a minute: what is in force then is right, and stays until it is due."""
    planned = with_lead(workload(policy, calendar), lead)
    minute = start + data.draw(MINUTES)
    known = tuple(rise for rise in planned.rises.last if rise.known <= instant_of(minute))
    planned = replace(planned, rises=Rises(known))
    more = planned.rises
    for ago in (3, 0):
        pods, seconds = data.draw(st.integers(1, 300)), data.draw(st.integers(0, 180))
        at = instant_of(minute - ago) - timedelta(seconds=seconds)
        more = more.followed_by(Rise(written=at, before=0, after=pods, seconds=seconds, ready=True))
    before = make_plan(planned, minute - 60, minute + lead[0])
    after = make_plan(replace(planned, rises=more), minute - 60, minute + lead[0])
    for at in range(minute - 60, minute + lead[0]):
        rise = before.ahead_at(at)
        if at <= minute:
            assert after.write_at(at) == before.write_at(at)
        elif rise is not None and rise.written <= minute:
            assert after.write_at(at) >= rise.replicas


@given(calendar=calendars(), policy=policies(), bounds=bounds, start=DAYS_OF_LESSONS, cut=MINUTES)
def test_the_schedule_of_a_to_c_is_that_of_a_to_b_followed_by_b_to_c(calendar, policy, bounds, start, cut):
    planned = workload(policy, calendar, bounds=bounds)
    middle, end = start + max(1, cut), start + WIDE
    whole = make_plan(planned, start, end)
    first, second = make_plan(planned, start, middle), make_plan(planned, middle, end)
    assert list(whole.steps) == joined(first, second)
    assert list(whole.writes) == joined_runs(first, second)


@given(
    calendar=calendars(),
    policy=policies(),
    bounds=bounds,
    start=DAYS_OF_LESSONS,
    inner=st.tuples(MINUTES, st.integers(1, 1500)),
)
def test_a_plan_does_not_depend_on_when_it_is_asked(calendar, policy, bounds, start, inner):
    """Steps, writes and peaks of an inner window are those of a wider one that lie in it."""
    planned = workload(policy, calendar, bounds=bounds)
    first, last = start + inner[0], start + inner[0] + inner[1]
    narrow, wide = make_plan(planned, first, last), make_plan(planned, start - 700, last + 800)
    minutes = range(first, last)
    inside = slice(first - wide.start, last - wide.start)
    assert replicas_by_minute(wide)[inside] == replicas_by_minute(narrow)
    assert [wide.write_at(minute) for minute in minutes] == [narrow.write_at(minute) for minute in minutes]
    assert {step for step in wide.steps if first < step.minute} >= set(narrow.steps[1:-1])
    told = {(p.calendar, p.surge.occurrence, p.wanted, p.ready_by, p.replicas) for p in wide.peaks}
    asked = {(p.calendar, p.surge.occurrence, p.wanted, p.ready_by, p.replicas) for p in narrow.peaks}
    assert asked <= told


@given(calendar=calendars(), policy=policies(), bounds=bounds, start=DAYS_OF_LESSONS)
def test_writes_asked_for_just_before_or_after_a_change_are_those_of_the_whole(
    calendar, policy, bounds, start
):
    """Short windows that begin and end beside changes: what lies outside decides what is written inside."""
    planned = workload(policy, calendar, bounds=bounds)
    whole = make_plan(planned, start, start + WIDE)
    written = writes_by_minute(whole)
    changes = [run.start for run in whole.writes[1:]] + [step.minute for step in whole.steps[1:]]
    for change in changes[:: max(1, len(changes) // 12)]:
        for first, last in ((change - 31, change - 1), (change - 1, change + 8), (change + 3, change + 40)):
            first, last = max(first, whole.start), min(last, whole.end)  # noqa: PLW2901 - cut to the whole
            narrow = make_plan(planned, first, max(last, first + 1))
            assert written[first - start : last - start] == writes_by_minute(narrow)[: max(0, last - first)]


@given(calendar=calendars(), policy=policies(), bounds=bounds, start=DAYS_OF_LESSONS)
def test_writes_never_give_less_than_steps_and_rise_at_most_five_minutes_early(
    calendar, policy, bounds, start
):
    plan = make_plan(workload(policy, calendar, bounds=bounds), start, start + WIDE)
    steps, writes = replicas_by_minute(plan), writes_by_minute(plan)
    assert all(step <= write for step, write in zip(steps, writes, strict=True))
    for before, after in pairwise(plan.writes):
        assert before.end == after.start
        assert before.value != after.value
        if after.value > before.value and after.start + 5 <= plan.end:
            index = after.start - plan.start
            assert max(steps[index : index + 5]) == after.value


@given(calendar=calendars(), policy=policies(), bounds=bounds, start=DAYS_OF_LESSONS)
def test_a_fall_is_left_out_where_a_value_at_least_as_high_returns_within_the_hold_gap(
    calendar, policy, bounds, start
):
    """After every fall that is written, what it fell from does not come back within the gap."""
    plan = make_plan(workload(policy, calendar, bounds=bounds), start, start + WIDE)
    gap = policy.hold_gap_minutes
    for before, after in pairwise(plan.writes):
        if after.value < before.value:
            soon = [run.value for run in plan.writes if after.start < run.start <= after.start + gap]
            assert before.value > max(soon, default=-1)


@given(calendar=calendars(), policy=policies(), bounds=bounds, start=DAYS_OF_LESSONS)
def test_steps_are_where_replicas_or_their_limit_change(calendar, policy, bounds, start):
    plan = make_plan(workload(policy, calendar, bounds=bounds), start, start + 1440)
    assert plan.steps[0].minute == plan.start
    ends = [step.minute for step in plan.steps[1:]] + [plan.end]
    for step, end in zip(plan.steps, ends, strict=True):
        wanted = [plan.wanted_at(minute) for minute in range(step.minute, end)]
        assert step.wanted == max(wanted)
        assert {step.replicas} == {plan.replicas_at(minute) for minute in range(step.minute, end)}
        assert (step.peak is None) == (step.wanted == 0)
    kinds = [(step.replicas, step.limited_by) for step in plan.steps]
    assert all(one != two for one, two in pairwise(kinds))


def shifted(value, delta: timedelta):
    """The same value with every date in it moved."""
    if isinstance(value, date):
        return value + delta
    if isinstance(value, tuple):
        return tuple(shifted(item, delta) for item in value)
    if is_dataclass(value):
        return replace(value, **{f.name: shifted(getattr(value, f.name), delta) for f in fields(value)})
    return value


@given(
    calendar=calendars(cron=False, week_numbers=False),
    policy=policies(),
    bounds=bounds,
    start=DAYS_OF_LESSONS,
    weeks=st.sampled_from([-2, -1, 1, 2]),
)
def test_a_calendar_shifted_by_whole_weeks_gives_the_shifted_plan(calendar, policy, bounds, start, weeks):
    """Its anchor too; no zone here changes its clocks in those weeks, no cron knows the date.

    And no rotation the number of the week.
    """
    delta = timedelta(weeks=weeks)
    minutes = int(delta.total_seconds() // 60)
    plan = make_plan(workload(policy, calendar, bounds=bounds), start, start + 1440)
    moved = make_plan(
        workload(policy, shifted(calendar, delta), bounds=bounds), start + minutes, start + minutes + 1440
    )
    assert [replace(step, minute=step.minute + minutes) for step in plan.steps] == list(moved.steps)
    assert [Run(run.start + minutes, run.end + minutes, run.value) for run in plan.writes] == list(
        moved.writes
    )
    assert [(peak.wanted, peak.ready_by + minutes, peak.replicas) for peak in plan.peaks] == [
        (peak.wanted, peak.ready_by, peak.replicas) for peak in moved.peaks
    ]


@given(calendar=calendars(), policy=policies(), start=DAYS_OF_LESSONS)
def test_a_suspended_calendar_asks_for_nothing_and_tells_its_days(calendar, policy, start):
    planned = workload(policy, replace(calendar, suspended=True))
    assert max(replicas_by_minute(make_plan(planned, start, start + 1440))) == 0
    for region in calendar.region_names:
        assert planned.calendars[0].days(region) == workload(policy, calendar).calendars[0].days(region)


@given(calendars(), policies(), bounds, bounds, leads())
def test_a_plan_within_the_schedule_of_an_equal_load_is_ones_own(calendar, policy, one, other, lead):
    first = with_lead(workload(policy, calendar, bounds=one), lead)
    renamed = replace(first.policy, name="another", namespace="elsewhere", calendar_names=("x",))
    second = replace(first, bounds=other, policy=renamed)
    assert first.load_form == second.load_form
    shared = plan_within(second, make_schedule(first, START, START + WIDE))
    alone = make_plan(second, START, START + WIDE)
    assert (shared.writes, shared.brought_forward, shared.steps) == (
        alone.writes,
        alone.brought_forward,
        alone.steps,
    )
    assert [(peak.ready_by, peak.replicas, peak.wanted) for peak in shared.peaks] == [
        (peak.ready_by, peak.replicas, peak.wanted) for peak in alone.peaks
    ]
    assert shared.schedule.guard.values == alone.schedule.guard.values
