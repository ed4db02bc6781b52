"""First bells at odd hours, and times that the clocks jump over."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from firstbell.core.calendar import RecurrenceCondition
from firstbell.core.findings import FindingKind
from tests.builders import (
    a_bell_schedule,
    a_holiday,
    a_row,
    an_event,
    daily_cron,
    every,
)
from tests.unit.core.calm_calendar import calm, found, told


@pytest.mark.parametrize(
    ("first", "last", "wolf"),
    [
        ("05:59", "06:50", True),
        ("06:00", "06:50", False),
        ("11:00", "11:50", False),
        ("11:01", "11:50", True),
        ("20:30", "21:20", True),
    ],
)
def test_first_bell(first, last, wolf):
    calendar = calm(
        bell_schedules=(
            a_bell_schedule("full", "08:30-09:20"),
            a_bell_schedule("odd", f"{first}-{last}", "22:00-23:00"),
        )
    )

    want = [("Notice", "spec.bellSchedules[1].classPeriods[0].startTime")] if wolf else []
    findings = found(calendar, FindingKind.FIRST_BELL_UNUSUAL)
    assert told(findings) == want
    assert all(("before 06:00" in finding.message) == (first < "06:00") for finding in findings)


# Clock gaps: in Brussels the clocks of 2025 jump from 02:00 to 03:00 on 30 March.


NIGHT = a_bell_schedule("full", "01:30-02:30", "02:45-03:30")


def test_bells_in_a_clock_gap():
    calendar = calm(bell_schedules=(NIGHT,), weekly_schedule=(a_row("Sun"),))

    findings = found(calendar, FindingKind.BELL_IN_CLOCK_GAP)

    assert told(findings) == [
        ("Warning", "spec.bellSchedules[0].classPeriods[0].endTime"),
        ("Warning", "spec.bellSchedules[0].classPeriods[1].startTime"),
    ]
    assert findings[0].message == (
        '02:30 of bell schedule "full" does not exist on 2025-03-30: the clocks of Europe/Brussels '
        "jump over it, and it counts as 03:30"
    )


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"weekly_schedule": (a_row(),)}, id="no lessons that Sunday"),
        pytest.param({"holidays": (a_holiday("2025-03-30"),)}, id="a holiday that Sunday"),
        pytest.param({"zone": ZoneInfo("Africa/Nairobi")}, id="a zone without clock changes"),
    ],
)
def test_no_bell_in_a_clock_gap(fields):
    calendar = calm(**{"bell_schedules": (NIGHT,), "weekly_schedule": (a_row("Sun"),)} | fields)

    assert found(calendar, FindingKind.BELL_IN_CLOCK_GAP) == []


@pytest.mark.parametrize(
    ("event", "want"),
    [
        pytest.param(an_event("2025-03-30", "02:15"), [("Warning", "startTime")], id="starts in the gap"),
        pytest.param(
            an_event("2025-03-29", "22:00", "02:15"), [("Warning", "endTime")], id="ends in it, next day"
        ),
        pytest.param(
            an_event("2026-03-29", "02:15"), [("Warning", "startTime")], id="beyond the school year"
        ),
        pytest.param(an_event("2025-03-30", "03:00"), [], id="just after it"),
        pytest.param(an_event("2025-10-26", "02:15"), [], id="an hour that comes twice"),
        pytest.param(
            an_event(None, "02:15", when=every("Sun")), [("Notice", "startTime")], id="every Sunday"
        ),
        pytest.param(an_event(None, "02:15", when=every("Mon")), [], id="every Monday"),
        pytest.param(
            an_event(None, "22:00", "02:15", when=every("Sat")), [("Notice", "endTime")], id="over midnight"
        ),
        pytest.param(
            an_event(None, "02:15", when=every("Sun", RecurrenceCondition.INSTRUCTIONAL_DAY)),
            [],
            id="only on lesson days",
        ),
        pytest.param(
            an_event(None, "02:15", when=every("Sun", RecurrenceCondition.BEFORE_INSTRUCTIONAL_DAY)),
            [("Notice", "startTime")],
            id="before lesson days",
        ),
        pytest.param(
            an_event(None, None, when=daily_cron("02:15")),
            [("Notice", "recurrence.schedule")],
            id="cron in it",
        ),
        pytest.param(an_event(None, None, when=daily_cron("20:00")), [], id="cron in the evening"),
    ],
)
def test_demand_event_in_a_clock_gap(event, want):
    findings = found(calm(demand_events=(event,)), FindingKind.BELL_IN_CLOCK_GAP)

    assert told(findings) == [(severity, f"spec.demandEvents[0].{field}") for severity, field in want]


def test_a_gap_at_midnight():
    santiago = calm(
        zone=ZoneInfo("America/Santiago"),
        demand_events=(an_event(None, "00:30", when=every("Sun")),),
    )

    (finding,) = found(santiago, FindingKind.BELL_IN_CLOCK_GAP)

    assert "does not exist on 2024-09-08" in finding.message
    assert "counts as 01:30" in finding.message


@pytest.mark.parametrize("day", ["2024-09-07", "2024-09-08"])
def test_the_end_of_a_day_is_in_no_gap_though_midnight_may_be(day):
    santiago = calm(
        zone=ZoneInfo("America/Santiago"),
        bell_schedules=(a_bell_schedule("full", "22:00-24:00"),),
        weekly_schedule=(a_row("Sat Sun"),),
        demand_events=(an_event(day, "20:00", "24:00"), an_event(None, "20:00", "24:00", when=every("Sat"))),
    )

    assert found(santiago, FindingKind.BELL_IN_CLOCK_GAP) == []
