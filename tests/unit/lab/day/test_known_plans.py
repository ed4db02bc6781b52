"""What was known when: an entry counts from its announcement on."""

from __future__ import annotations

from datetime import UTC, datetime

from firstbell.core.bells import start_of_day
from firstbell.core.calendar import CalendarEvent
from firstbell.lab.day.known_plans import known_plans
from tests.builders import BRUSSELS, a_calendar, a_peak, a_policy, a_workload, an_exception, on, utc

DAY = "2024-09-11"
START = start_of_day(BRUSSELS, on(DAY))
BELL = utc("2024-09-11T06:30")


def plans(announced: str | None):
    told = None if announced is None else datetime.fromisoformat(announced).replace(tzinfo=UTC)
    strike = an_exception(CalendarEvent.STRIKE, DAY, announced_time=told)
    calendar = a_calendar(calendar_dates=(strike,))
    return known_plans(a_workload(a_policy(a_peak()), calendar), START, START + 1440)


def test_what_has_no_time_was_always_known():
    found = plans(None)
    assert len(found.plans) == 1
    assert found.at(START).replicas_at(BELL) == 0


def test_what_was_told_the_day_before_is_known_all_day():
    assert plans("2024-09-10T15:00").at(START).replicas_at(BELL) == 0


def test_what_is_told_on_the_day_counts_from_then_on():
    found = plans("2024-09-11T06:00")
    told = utc("2024-09-11T06:00")
    assert found.at(told - 1).replicas_at(BELL) == 6
    assert found.at(told).replicas_at(BELL) == 0


def test_within_a_minute_it_counts_from_the_next():
    found = plans("2024-09-11T06:00:30")
    told = utc("2024-09-11T06:00")
    assert found.at(told).replicas_at(BELL) == 6
    assert found.at(told + 1).replicas_at(BELL) == 0


def test_what_is_told_on_a_later_day_is_not_known():
    assert plans("2024-09-12T06:00").at(START + 1439).replicas_at(BELL) == 6
