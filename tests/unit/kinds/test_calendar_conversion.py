"""What a calendar's spec becomes: the values that plans stand on."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
import yaml

from firstbell.core import SchoolCalendar
from firstbell.core import calendar as core
from firstbell.kinds.calendar_conversion import read_calendar, to_exception
from firstbell.kinds.calendar_exception import CalendarExceptionSpec
from firstbell.kinds.cron import CronLine
from firstbell.kinds.problems import Refused
from firstbell.kinds.reading import read_spec
from tests.unit.kinds.specimens import changed, spec

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.fixture(scope="module")
def calendar() -> SchoolCalendar:
    read = read_calendar("ns", "school", spec("SchoolCalendar"))
    assert not isinstance(read, Refused)
    return read


def converted(**changes) -> SchoolCalendar:
    read = read_calendar("ns", "school", changed(spec("SchoolCalendar"), changes))
    assert not isinstance(read, Refused), [str(problem) for problem in read.problems]
    return read


def test_head_and_scalars(calendar):
    assert calendar.key == "ns/school"
    assert calendar.zone.key == "Europe/Paris"
    assert calendar.regions == ("zone-a", "zone-b")
    assert calendar.restart_min_break_days == 4
    assert calendar.suspended


def test_sessions_keep_type_dates_and_scope(calendar):
    assert calendar.sessions == (
        core.AcademicSession(
            name="year",
            type=core.SessionType.SCHOOL_YEAR,
            dates=core.DateRange(first=date(2026, 9, 1), last=date(2027, 7, 3)),
        ),
        core.AcademicSession(
            name="fall",
            type=core.SessionType.TERM,
            dates=core.DateRange(first=date(2026, 9, 1), last=date(2026, 12, 18)),
            regions=("zone-a",),
        ),
    )


def test_a_weekly_row_is_in_person_unless_it_says_otherwise(calendar):
    first, second = calendar.weekly_schedule
    assert first == core.WeeklyRow(
        days_of_week=frozenset({core.Weekday.MONDAY, core.Weekday.TUESDAY}),
        bell_schedule_name="full",
        instruction_mode=core.InstructionMode.IN_PERSON,
        labels=("A",),
        regions=("zone-a",),
    )
    assert second.instruction_mode is core.InstructionMode.HYBRID


def test_bells_are_wall_clock(calendar):
    periods = calendar.bell_schedule("full").periods
    assert [(period.name, period.start, period.end) for period in periods] == [
        ("1", time(8), time(9)),
        ("2", time(9), time(10)),
    ]


def test_a_rotation_keeps_the_order_of_its_labels(calendar):
    assert calendar.rotation == core.Rotation(
        type=core.RotationType.ALTERNATING_WEEKS,
        labels=("A", "B"),
        anchor=date(2026, 9, 1),
        on_closure=core.OnClosure.SKIP,
        week_starts_on=core.Weekday.SUNDAY,
    )


def test_weeks_start_on_monday_unless_said_otherwise():
    changes = {
        "rotation": {"type": "DayCycle", "labels": ["A"], "anchorDate": "2026-09-01", "onClosure": "Hold"}
    }
    rotation = converted(**changes).rotation
    assert rotation is not None
    assert rotation.week_starts_on is core.Weekday.MONDAY


def test_a_holiday_is_a_school_holiday_unless_it_says_otherwise(calendar):
    assert [(holiday.name, holiday.type, holiday.regions) for holiday in calendar.holidays] == [
        ("toussaint", core.HolidayType.SCHOOL_HOLIDAY, ()),
        ("hiver", core.HolidayType.PUBLIC_HOLIDAY, ("zone-a",)),
    ]


def test_an_exception_without_end_is_one_day_and_changes_only_what_it_says(calendar):
    strike, ice, remote = calendar.calendar_dates
    assert strike.dates == core.DateRange(first=date(2026, 11, 12), last=date(2026, 11, 12))
    assert strike.instruction_mode is None
    assert strike.bell_schedule_name is None
    assert strike.source is core.ExceptionSource.CALENDAR_DATES
    assert ice.announced_time == datetime(2027, 1, 26, 4, 15, tzinfo=UTC)
    assert ice.regions == ("zone-b",)
    assert remote.dates.days == 5
    assert remote.instruction_mode is core.InstructionMode.REMOTE


def test_demand_events_are_dated_weekly_or_cron(calendar):
    cards, deadline, evening = calendar.demand_events
    assert cards.when == core.OneDate(day=date(2026, 12, 11))
    assert (cards.start, cards.end) == (time(16), time(18))
    assert deadline.when == core.WeeklyRecurrence(
        days_of_week=frozenset({core.Weekday.SUNDAY}),
        condition=core.RecurrenceCondition.BEFORE_INSTRUCTIONAL_DAY,
    )
    assert isinstance(evening.when, core.CronRecurrence)
    assert isinstance(evening.when.schedule, CronLine)
    assert evening.when.duration_minutes == 90
    assert evening.start is None


def test_an_empty_recurrence_is_every_day():
    event = converted(**{"demandEvents[1].recurrence": {}}).demand_events[1]
    assert event.when == core.WeeklyRecurrence(days_of_week=frozenset())


def test_cohorts_start_with_the_bells_unless_they_say_otherwise(calendar):
    assert calendar.cohorts == (
        core.Cohort(name="lycees", pupils=12000, region="zone-a", start_offset_minutes=-10),
        core.Cohort(name="colleges", pupils=8000, region="zone-b"),
    )


def test_the_least_calendar_is_a_time_zone():
    read = read_calendar("ns", "school", {"timeZone": "America/New_York"})
    assert not isinstance(read, Refused)
    assert read.sessions == ()
    assert read.restart_min_break_days == 5
    assert not read.suspended


def test_an_exception_of_its_own_is_named_by_its_object():
    fields = read_spec(CalendarExceptionSpec, spec("CalendarException"))
    assert not isinstance(fields, Refused)
    entry = to_exception("storm", fields)
    assert entry.reason == "exceptions/storm"
    assert entry.dates == core.DateRange(first=date(2027, 1, 27), last=date(2027, 1, 28))
    assert fields.ttl_seconds_after_finished == timedelta(days=1).total_seconds()


@pytest.mark.parametrize("name", ["smartschool-monday", "us-district-ab"])
def test_the_founding_examples_are_read(name):
    body = next(yaml.safe_load_all((EXAMPLES / f"{name}.yaml").read_text("utf-8")))["spec"]
    read = read_calendar("ns", name, body)
    assert not isinstance(read, Refused)
    assert len(read.holidays) == len(body["holidays"])
    assert sum(cohort.pupils for cohort in read.cohorts) in {418_500, 37_000}
