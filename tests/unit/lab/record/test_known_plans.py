"""Plans as they could be made at the time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from firstbell.core.bells import instant_of
from firstbell.core.calendar import CalendarEvent, InstructionMode
from firstbell.core.plan import make_plan
from firstbell.lab.record.known_plans import plans_known_then
from tests.builders import a_calendar, a_factor, a_policy, a_workload, an_exception, utc

START, END = utc("2025-02-03T00:00"), utc("2025-02-06T00:00")
REMOTE = a_factor(1000, instruction_modes={InstructionMode.REMOTE})


def remote(announced: str | None, day: str = "2025-02-04", **fields):
    time = datetime.fromisoformat(announced).replace(tzinfo=UTC) if announced else None
    return an_exception(
        CalendarEvent.INSTRUCTIONAL_DAY,
        day,
        instruction_mode=InstructionMode.REMOTE,
        announced_time=time,
        **fields,
    )


def a_school(*exceptions):
    return a_workload(a_policy(day_factors=(REMOTE,)), a_calendar(calendar_dates=exceptions), minimum=1)


def in_force(plans, minute) -> int:
    return next(known.plan.write_at(minute) for known in plans if known.start <= minute < known.end)


def test_an_exception_without_a_time_was_always_known():
    school = a_school(remote(None))
    (known,) = plans_known_then(school, START, END)
    assert (known.start, known.end) == (START, END)
    assert known.plan.writes == make_plan(school, START, END).writes


def test_an_exception_is_hidden_from_the_plan_before_it_was_announced():
    plans = plans_known_then(a_school(remote("2025-02-04T07:20:00")), START, END)
    assert [(known.start, known.end) for known in plans] == [
        (START, utc("2025-02-04T07:20")),
        (utc("2025-02-04T07:20"), END),
    ]
    # The bell is at 07:30 UTC: 6 replicas until the announcement, 60 from then on.
    assert in_force(plans, utc("2025-02-04T07:19")) == 6
    assert in_force(plans, utc("2025-02-04T07:20")) == 60


def test_what_was_announced_before_the_recording_or_after_it_makes_no_difference_within():
    before = plans_known_then(a_school(remote("2025-01-01T00:00:00")), START, END)
    after = plans_known_then(a_school(remote("2025-03-01T00:00:00")), START, END)
    assert len(before) == len(after) == 1
    assert in_force(before, utc("2025-02-04T07:30")) == 60
    assert in_force(after, utc("2025-02-04T07:30")) == 6


def test_a_time_within_a_minute_counts_from_the_next_one():
    plans = plans_known_then(a_school(remote("2025-02-04T07:20:01")), START, END)
    assert plans[1].start == utc("2025-02-04T07:21")


def test_each_calendar_hides_its_own():
    one = a_calendar(calendar_dates=(remote("2025-02-04T07:20:00"),))
    other = replace(one, name="other", calendar_dates=(remote("2025-02-04T07:25:00"),))
    school = a_workload(a_policy(day_factors=(REMOTE,)), one, other, minimum=1)
    plans = plans_known_then(school, START, END)
    at = instant_of(utc("2025-02-04T07:19"))
    seen = [in_force(plans, utc("2025-02-04T07:19") + minutes) for minutes in (0, 1, 6)]
    assert (seen, at.minute) == ([12, 66, 120], 19)
    assert plans[1].end - plans[1].start == timedelta(minutes=5) / timedelta(minutes=1)
