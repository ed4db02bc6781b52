"""Demand events that never take place, and cohorts that take no part in theirs."""

from __future__ import annotations

import pytest

from firstbell.core.calendar import RecurrenceCondition
from firstbell.core.days import SchoolDays
from firstbell.core.findings import FindingKind, calendar_findings
from tests.builders import a_calendar, a_cohort, a_holiday, an_event, daily_cron, every, on

ON_LESSON_DAYS = RecurrenceCondition.INSTRUCTIONAL_DAY
BEFORE_LESSONS = RecurrenceCondition.BEFORE_INSTRUCTIONAL_DAY


def told(event, **fields):
    calendar = a_calendar(demand_events=(event,), **fields)
    found = calendar_findings(SchoolDays(calendar), on("2025-02-01"))
    kind = FindingKind.DEMAND_EVENT_NEVER_OCCURS
    return [(one.severity.value, one.path) for one in found if one.kind is kind]


def recurring(days="", condition=RecurrenceCondition.ALWAYS, first=None, last=None, **fields):
    dates = {"first_date": on(first) if first else None, "last_date": on(last) if last else None}
    return an_event(when=every(days, condition), **dates, **fields)


WEEK_OFF = a_holiday("2025-03-03", "2025-03-09", name="off")


@pytest.mark.parametrize(
    ("event", "never"),
    [
        pytest.param(recurring("Fri", first="2025-03-03", last="2025-03-06"), True, id="no Friday in it"),
        pytest.param(recurring("Fri", first="2025-03-03", last="2025-03-07"), False, id="up to a Friday"),
        pytest.param(recurring("Fri", first="2025-03-03"), False, id="without an end"),
        pytest.param(
            recurring("", first="2025-03-03", last="2025-03-09", exclude_holidays=True),
            True,
            id="all holidays",
        ),
        pytest.param(
            recurring("", first="2025-03-03", last="2025-03-10", exclude_holidays=True),
            False,
            id="a day more",
        ),
        pytest.param(recurring("Sat", ON_LESSON_DAYS), True, id="lessons on Saturday"),
        pytest.param(recurring("Sun", BEFORE_LESSONS), False, id="Sunday before lessons"),
        pytest.param(recurring("Fri", BEFORE_LESSONS), True, id="Friday before lessons"),
        pytest.param(
            recurring("", ON_LESSON_DAYS, "2026-08-01", "2026-08-31"), True, id="after the school year"
        ),
        pytest.param(
            an_event(
                when=daily_cron("20:00"), start=None, first_date=on("2025-03-03"), last_date=on("2025-03-03")
            ),
            False,
            id="cron on one day",
        ),
        pytest.param(an_event("2035-01-01"), False, id="a date takes place"),
    ],
)
def test_an_event_that_never_takes_place(event, never):
    assert told(event, holidays=(WEEK_OFF,)) == ([("Warning", "spec.demandEvents[0]")] if never else [])


def test_a_condition_on_lessons_never_holds_where_there_are_no_lessons():
    event = recurring("Mon", ON_LESSON_DAYS)
    assert told(event, sessions=(), weekly_schedule=()) == [("Warning", "spec.demandEvents[0]")]


def test_a_cohort_outside_of_the_regions_of_its_event_takes_no_part():
    cohorts = (a_cohort(1, region="north", name="up"), a_cohort(1, region="south", name="down"))
    fields = {"regions": ("north", "south"), "cohorts": cohorts}
    place = [("Warning", "spec.demandEvents[0].cohorts")]
    assert told(an_event("2025-03-03", regions=("north",), cohorts=("down",)), **fields) == place
    assert told(an_event("2025-03-03", regions=("north",), cohorts=("down", "up")), **fields) == place
    assert told(an_event("2025-03-03", regions=("south",), cohorts=("down",)), **fields) == []
    assert told(an_event("2025-03-03", cohorts=("down", "up")), **fields) == []
