"""Calendars that other schools have, and what is right of each: `tests/data/cases`, one file a report.

Each file says what it is and where its dates and hours come from.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from firstbell.cli.lint.remarks import examine
from firstbell.core.bells import END_OF_DAY, bell, instant_of
from firstbell.core.days import DayClass, SchoolDays
from firstbell.core.findings import FindingKind, Severity, calendar_findings, policy_findings
from firstbell.core.occurrences import occurrences
from firstbell.core.plan import make_plan
from firstbell.core.policy import PeakAnchor
from firstbell.core.upcoming import local_time
from firstbell.files.manifests import read_manifests
from firstbell.files.yaml_files import Unreadable
from tests.builders import a_bell_schedule, a_calendar, a_peak, a_row, utc
from tests.scenarios.manifests import calendar_of, workload_of

CASES = Path(__file__).parents[1] / "data" / "cases"


def days_of(name: str) -> SchoolDays:
    return SchoolDays(calendar_of(CASES / f"{name}.yaml"))


def findings_of(days: SchoolDays, today: str = "2026-10-01"):
    return calendar_findings(days, date.fromisoformat(today))


def first_bell(days: SchoolDays, region: str | None, on: str) -> str | None:
    """The first bell of a date on its wall, as HH:MM."""
    minute = days.first_bell(days.day(region, date.fromisoformat(on)))
    return None if minute is None else f"{instant_of(minute).astimezone(days.calendar.zone):%H:%M}"


def test_an_hourly_event_holds_through_the_hour_that_comes_twice():
    workload = workload_of(CASES / "repeated-hour.yaml")
    plan = make_plan(workload, utc("2026-10-24T22:00"), utc("2026-10-25T23:00"))
    assert {plan.replicas_at(minute) for minute in range(plan.start, plan.end)} == {40}


def test_a_calendar_of_events_only_has_nothing_to_find():
    workload = workload_of(CASES / "repeated-hour.yaml")
    (days,) = workload.calendars
    assert findings_of(days) == ()
    assert policy_findings(workload.policy, workload.calendars) == ()


def test_a_bell_that_waits_for_a_calendar_of_events_only_is_a_warning_about_the_policy(tmp_path):
    text = (CASES / "repeated-hour.yaml").read_text(encoding="utf-8")
    bell_too = "peaks: [{name: first, anchor: FirstPeriodStart, replicas: 3}, "
    file = tmp_path / "bell-too.yaml"
    file.write_text(text.replace("peaks: [", bell_too), encoding="utf-8")
    workload = workload_of(file)
    (days,) = workload.calendars
    assert findings_of(days) == ()
    (told,) = policy_findings(workload.policy, workload.calendars)
    assert (told.kind, told.severity, told.path) == (
        FindingKind.PEAK_NEVER_OCCURS,
        Severity.WARNING,
        "spec.peaks[0]",
    )
    assert "its calendars have demand events only" in told.message


def test_a_test_in_five_zones_has_notices_only():
    workload = workload_of(CASES / "five-zones-one-test.yaml")
    for days in workload.calendars:
        assert {one.severity for one in findings_of(days, "2026-03-01")} <= {Severity.NOTICE}
    assert examine([CASES / "five-zones-one-test.yaml"], date(2026, 3, 1)).exit_code == 0
    told = policy_findings(workload.policy, workload.calendars)
    assert {(one.kind, one.severity) for one in told} == {(FindingKind.PUPILS_SHARED, Severity.NOTICE)}
    assert len(told) == 10, "each two of five calendars have a cohort of one name, which proves nothing"


def test_a_test_at_nine_in_five_zones_is_five_bells_and_each_tells_its_zone():
    workload = workload_of(CASES / "five-zones-one-test.yaml")
    plan = make_plan(workload, utc("2026-03-10T12:00"), utc("2026-03-11T12:00"))
    bells = {peak.zone.key: local_time(peak) for peak in plan.peaks}
    assert bells == {
        zone: f"Wed 11 Mar 09:00 {zone}"
        for zone in (
            "Australia/Sydney",
            "Australia/Brisbane",
            "Australia/Adelaide",
            "Australia/Darwin",
            "Australia/Perth",
        )
    }
    assert sorted({peak.bell for peak in plan.peaks}) == [
        utc("2026-03-10T22:00"),
        utc("2026-03-10T22:30"),
        utc("2026-03-10T23:00"),
        utc("2026-03-10T23:30"),
        utc("2026-03-11T01:00"),
    ]


@pytest.mark.parametrize("on", ["2027-01-18", "2027-01-23", "2027-07-02"])
def test_a_shortened_day_opens_no_closed_one(on):
    days = days_of("shortened-day-opens-a-closed-one")
    assert not days.day(None, date.fromisoformat(on)).instructional


def test_a_shortened_day_that_is_closed_is_an_error():
    found = findings_of(days_of("shortened-day-opens-a-closed-one"))
    told = [one for one in found if one.kind is FindingKind.SHORTENED_DAY_CLOSED]
    assert [(one.severity, one.path) for one in told] == [
        (Severity.ERROR, f"spec.calendarDates[{index}]") for index in range(3)
    ]


def test_a_week_of_six_days_has_its_own_first_day_and_long_weekend():
    days = days_of("six-day-week-and-fridays")
    monday, after_saturday_off = (
        days.day("single", date.fromisoformat(on)).lessons for on in ("2024-03-11", "2024-03-25")
    )
    assert monday.day_class is DayClass.FIRST_DAY_OF_WEEK
    assert after_saturday_off.day_class is DayClass.AFTER_LONG_WEEKEND
    assert first_bell(days, "single", "2024-03-11") == "08:00"
    assert first_bell(days, "single", "2024-03-14") == "08:30"
    assert first_bell(days, "afternoon", "2024-03-15") == "14:00"


FRIDAYS = """  - {name: fridays, startDate: "2024-03-12", endDate: "2024-04-09", daysOfWeek: [Friday],
     event: EarlyDismissal, bellScheduleName: ramadan-day-fri, regions: [single]}
  - {name: fridays-2, startDate: "2024-03-12", endDate: "2024-04-09", daysOfWeek: [Friday],
     event: LateArrival, bellScheduleName: ramadan-second-fri, regions: [afternoon]}
"""
ONE_BY_ONE = "six-day-week-and-fridays"


def with_fridays_in_one_entry(tmp_path) -> SchoolDays:
    lines = (CASES / f"{ONE_BY_ONE}.yaml").read_text(encoding="utf-8").splitlines(keepends=True)
    text = "".join(line for line in lines if "- {name: fri-" not in line)
    before = "  cohorts:\n"
    file = tmp_path / "fridays.yaml"
    file.write_text(text.replace(before, FRIDAYS + before, 1), encoding="utf-8")
    return SchoolDays(calendar_of(file))


def test_one_entry_for_the_fridays_of_a_range_is_as_one_entry_a_friday(tmp_path):
    one, each = with_fridays_in_one_entry(tmp_path), days_of(ONE_BY_ONE)
    for region in each.calendar.regions:
        for left, right in zip(one.days(region), each.days(region), strict=True):
            assert left.lessons == right.lessons, (region, left.date)
    assert one.day("afternoon", date(2024, 3, 15)).reason == "calendarDates/fridays-2"
    assert one.day("afternoon", date(2024, 3, 16)).reason == "calendarDates/ramadan-2"


def test_fridays_within_a_range_are_a_carve_out_and_no_contradiction(tmp_path):
    found = findings_of(with_fridays_in_one_entry(tmp_path), "2023-10-01")
    told = [one for one in found if one.kind is FindingKind.EXCEPTIONS_CONFLICT]
    assert {one.severity for one in told} == {Severity.NOTICE}
    assert "on each Friday from 2024-03-15 to 2024-04-05" in told[0].message


def test_more_lesson_days_are_usual_in_a_week_of_six():
    days = days_of("six-days-morocco")
    assert not [one for one in findings_of(days) if one.kind is FindingKind.UNUSUAL_LESSON_DAY_COUNT]
    assert first_bell(days, None, "2026-02-18") == "08:30"
    assert first_bell(days, None, "2026-02-20") == "09:00"
    assert instant_of(days.first_bell(days.day(None, date(2026, 2, 20)))).hour == 9


def test_an_afternoon_shift_is_a_notice_at_most():
    days = days_of("two-shifts")
    assert {one.severity for one in findings_of(days)} <= {Severity.NOTICE}
    assert first_bell(days, "upper", "2026-09-01") == "07:30"
    assert first_bell(days, "upper", "2026-09-07") == "13:00"
    assert first_bell(days, "lower", "2026-09-07") == "07:30"


def test_the_cure_for_days_before_the_first_label_is_one():
    days = days_of("circular-cure")
    (late,) = [one for one in findings_of(days) if one.kind is FindingKind.ROTATION_ANCHOR_LATE]
    assert "2 school days earlier" in late.message
    assert "without labels" in late.cure
    assert "calendarDates" in late.cure


def test_following_the_cure_for_days_before_the_first_label_helps(tmp_path):
    text = (CASES / "circular-cure.yaml").read_text(encoding="utf-8")
    entry = '  - {{name: "{on}", startDate: "{on}", event: InstructionalDay, bellScheduleName: week-b}}\n'
    opened = "".join(entry.format(on=on) for on in ("2026-09-03", "2026-09-04"))
    file = tmp_path / "mended.yaml"
    file.write_text(text.replace("  calendarDates:\n", f"  calendarDates:\n{opened}"), encoding="utf-8")
    days = SchoolDays(calendar_of(file))
    assert first_bell(days, None, "2026-09-03") == "08:40"
    assert not [one for one in findings_of(days) if one.kind is FindingKind.ROTATION_ANCHOR_LATE]


ODD_AND_EVEN = 'type: AlternatingWeeks, labels: [A, B], anchorDate: "2020-08-12", onClosure: Skip'


def edited(tmp_path, name: str, *changes: tuple[str, str]) -> SchoolDays:
    """The calendar of a case, with what its author would have written."""
    text = (CASES / f"{name}.yaml").read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after)
    file = tmp_path / f"{name}.yaml"
    file.write_text(text, encoding="utf-8")
    return SchoolDays(calendar_of(file))


@pytest.mark.parametrize(
    "rotation",
    [
        "type: CalendarWeeks, labels: [A, B]",
        'type: CalendarWeeks, labels: [A, B], anchorDate: "2020-08-12", onClosure: Hold',
    ],
)
def test_week_53_and_week_1_are_both_odd(tmp_path, rotation):
    days = edited(tmp_path, "odd-and-even-weeks", (ODD_AND_EVEN, rotation))
    labels = {}
    for on in ("2020-12-21", "2021-01-07", "2021-01-08", "2021-01-11", "2021-01-18"):
        labels[on] = days.day(None, date.fromisoformat(on)).lessons.label
    assert labels == {
        "2020-12-21": "B",
        "2021-01-07": "A",
        "2021-01-08": "A",
        "2021-01-11": "B",
        "2021-01-18": "A",
    }
    assert first_bell(days, None, "2021-01-07") == "07:40"
    assert not [one for one in findings_of(days) if one.kind is FindingKind.ROTATION_RUNS_ON]


def test_weeks_that_take_turns_over_a_new_year_are_told():
    (told,) = [
        one for one in findings_of(days_of("odd-and-even-weeks")) if one.kind is FindingKind.ROTATION_RUNS_ON
    ]
    assert told.severity is Severity.NOTICE
    assert "CalendarWeeks" in told.cure


RESTARTED = ("onClosure: Hold}", "onClosure: Hold, restartsWith: Term}")
UNLABELLED = (
    "event: ExamDay, bellScheduleName: early}",
    "event: ExamDay, bellScheduleName: early, labelled: false}",
)


def test_a_cycle_begins_anew_with_a_term_and_mock_exams_use_up_no_label(tmp_path):
    days = edited(tmp_path, "cycle-begins-anew", RESTARTED, UNLABELLED)
    assert days.day(None, date(2026, 9, 1)).lessons.label == "1"
    assert days.day(None, date(2027, 1, 11)).lessons.label == "1"
    assert days.day(None, date(2027, 1, 19)).lessons.label == "1"
    for on in (20, 21):
        mock = days.day(None, date(2027, 1, on))
        assert mock.lessons.label is None
        assert mock.lessons.bell_schedule_name == "early"
        assert mock.reason == "calendarDates/mocks"
    assert days.day(None, date(2027, 1, 22)).lessons.label == "2"


def test_a_cycle_that_runs_on_over_a_term_is_told():
    (told,) = [
        one for one in findings_of(days_of("cycle-begins-anew")) if one.kind is FindingKind.ROTATION_RUNS_ON
    ]
    assert "2027-01-11" in told.message
    assert "restartsWith: Term" in told.cure


EVENINGS = "recurrence: {daysOfWeek: [Sunday, Monday, Tuesday, Wednesday]"
OF_THE_TERM = 'startDate: "2026-09-21", endDate: "2026-12-11", excludeHolidays: true'
BOUNDED = (f"{EVENINGS}, condition: InstructionalDay}}", f"{EVENINGS}}}, {OF_THE_TERM}")


def evenings(days: SchoolDays) -> list[str]:
    """The dates of the autumn on which the demand event begins."""
    peak = a_peak(PeakAnchor.DEMAND_EVENT)
    found = occurrences([peak], days, utc("2026-09-01T00:00"), utc("2027-01-31T00:00"))
    return [f"{one.day.date}" for one in found]


def test_evenings_of_a_term_leave_out_its_holidays_and_end_with_it(tmp_path):
    found = evenings(edited(tmp_path, "recurrence-without-bounds", BOUNDED))
    assert found[:2] == ["2026-09-21", "2026-09-22"]
    assert found[-1] == "2026-12-09"
    assert "2026-10-25" in found
    assert not [on for on in found if "2026-10-26" <= on <= "2026-11-01"]
    assert "2026-11-02" in found


def test_an_end_that_is_the_start_is_refused_with_the_cure():
    read = read_manifests([CASES / "equal-start-and-end.yaml"])
    assert isinstance(read, Unreadable)
    (problem,) = read.problems
    assert "spec.demandEvents[0].endTime" in str(problem)
    assert "00:00 to 24:00" in str(problem)


@pytest.mark.parametrize(
    ("when", "start", "end"),
    [
        ('date: "2026-11-12", startTime: "00:00", endTime: "24:00"', "2026-11-11T23:00", "2026-11-12T23:00"),
        ('date: "2026-11-12", startTime: "20:00", endTime: "24:00"', "2026-11-12T19:00", "2026-11-12T23:00"),
        (
            'date: "2026-11-09", endDate: "2026-11-13", startTime: "08:00", endTime: "18:00"',
            "2026-11-09T07:00",
            "2026-11-13T17:00",
        ),
        (
            'date: "2026-11-09", endDate: "2026-11-13", startTime: "08:00", endTime: "24:00"',
            "2026-11-09T07:00",
            "2026-11-13T23:00",
        ),
        (
            'date: "2026-11-09", endDate: "2026-11-10", startTime: "08:00", endTime: "08:00"',
            "2026-11-09T07:00",
            "2026-11-10T07:00",
        ),
    ],
)
def test_a_whole_day_and_an_event_over_several_days_are_sayable(tmp_path, when, start, end):
    before = 'recurrence: {daysOfWeek: [Thursday]}, startTime: "22:00", endTime: "22:00"'
    days = edited(tmp_path, "equal-start-and-end", (before, when))
    peak = a_peak(PeakAnchor.DEMAND_EVENT)
    for minute in (utc(start), utc(end) - 1):
        (one,) = occurrences([peak], days, minute, minute + 1)
        assert (one.bell, one.end) == (utc(start), utc(end))


@pytest.mark.parametrize(
    ("zone", "on", "end"),
    [
        ("Europe/Brussels", "2026-09-07", "2026-09-07T22:00"),
        ("Europe/Brussels", "2026-10-25", "2026-10-25T23:00"),
        ("America/Santiago", "2026-09-05", "2026-09-06T04:00"),
        ("America/Santiago", "2027-04-03", "2027-04-04T04:00"),
        ("America/Havana", "2026-10-31", "2026-11-01T04:00"),
        ("Africa/Cairo", "2026-04-23", "2026-04-23T22:00"),
    ],
)
def test_a_day_ends_where_the_next_begins_whatever_the_clocks_do(zone, on, end):
    assert bell(ZoneInfo(zone), date.fromisoformat(on), END_OF_DAY) == utc(end)


def test_lessons_to_the_end_of_the_day_end_at_midnight():
    days = SchoolDays(
        a_calendar(
            zone=ZoneInfo("Asia/Karachi"),
            bell_schedules=(a_bell_schedule("full", "20:00-21:00", "22:00-24:00"),),
            weekly_schedule=(a_row("Mon"),),
        )
    )
    peak = a_peak(PeakAnchor.LAST_PERIOD_END)
    (one,) = occurrences([peak], days, utc("2024-09-02T18:00"), utc("2024-09-02T20:00"))
    assert one.bell == utc("2024-09-02T19:00")
