"""Exceptions that contradict each other or open nothing, and rotations that start late."""

from __future__ import annotations

import pytest

from firstbell.core.calendar import (
    CalendarEvent,
    ExceptionSource,
    InstructionMode,
    OnClosure,
    RotationType,
    SessionType,
    Weekday,
)
from firstbell.core.days import SchoolDays
from firstbell.core.findings import FindingKind, calendar_findings
from tests.builders import a_calendar, a_holiday, a_rotation, a_row, a_school_year, an_exception, on

REMOTE, IN_PERSON = InstructionMode.REMOTE, InstructionMode.IN_PERSON
OPEN, EARLY, LATE, EXAM, MAKE_UP, STRIKE, SNOW = (
    CalendarEvent.INSTRUCTIONAL_DAY,
    CalendarEvent.EARLY_DISMISSAL,
    CalendarEvent.LATE_ARRIVAL,
    CalendarEvent.EXAM_DAY,
    CalendarEvent.MAKE_UP_DAY,
    CalendarEvent.STRIKE,
    CalendarEvent.WEATHER_DAY,
)


def told(kind, **fields):
    findings = calendar_findings(SchoolDays(a_calendar(**fields)), on("2025-02-01"))
    return [(finding.severity.value, finding.path) for finding in findings if finding.kind is kind]


def entry(event, first="2025-03-04", last=None, name="one", **fields):
    return an_exception(event, first, last, name=name, **fields)


ZEROTH = "spec.calendarDates[0]"
WARNED = [("Warning", "spec.calendarDates[1]")]
NOTED = [("Notice", "spec.calendarDates[1]")]


@pytest.mark.parametrize(
    ("earlier", "later", "want"),
    [
        pytest.param(
            entry(EARLY, bell_schedule_name="short"),
            entry(LATE, bell_schedule_name="late", name="two"),
            WARNED,
            id="both set the bells",
        ),
        pytest.param(
            entry(OPEN, instruction_mode=REMOTE),
            entry(OPEN, instruction_mode=IN_PERSON, name="two"),
            WARNED,
            id="both set the mode",
        ),
        pytest.param(entry(OPEN), entry(SNOW, name="two"), WARNED, id="opens, then closes"),
        pytest.param(entry(SNOW), entry(OPEN, name="two"), WARNED, id="closes, then opens"),
        pytest.param(
            entry(SNOW, last="2025-03-06"),
            entry(MAKE_UP, last="2025-03-06", bell_schedule_name="short", name="two"),
            WARNED,
            id="closes days, then makes them up",
        ),
        pytest.param(
            entry(OPEN, "2025-03-03", "2025-03-07", instruction_mode=REMOTE),
            entry(OPEN, "2025-03-06", "2025-03-10", instruction_mode=IN_PERSON, name="two"),
            WARNED,
            id="ranges that overlap in part",
        ),
        pytest.param(
            entry(OPEN, "2025-03-03", "2025-03-07", instruction_mode=REMOTE),
            entry(OPEN, "2025-03-07", "2025-03-09", instruction_mode=IN_PERSON, name="two"),
            WARNED,
            id="a shorter one that reaches over the end",
        ),
        pytest.param(
            entry(OPEN, instruction_mode=IN_PERSON),
            entry(OPEN, "2025-03-03", "2025-03-07", instruction_mode=REMOTE, name="two"),
            WARNED,
            id="the narrow one first: the wide one undoes it",
        ),
        pytest.param(
            entry(OPEN, "2025-03-03", "2025-03-07", instruction_mode=REMOTE),
            entry(OPEN, instruction_mode=IN_PERSON, name="two"),
            NOTED,
            id="a day carved out of a range",
        ),
        pytest.param(
            entry(OPEN, "2025-03-03", "2025-03-07", instruction_mode=REMOTE),
            entry(STRIKE, name="two"),
            NOTED,
            id="a closed day carved out of a remote week",
        ),
        pytest.param(
            entry(OPEN, instruction_mode=REMOTE),
            entry(EXAM, instruction_mode=REMOTE, name="two"),
            NOTED,
            id="both say the same",
        ),
        pytest.param(
            entry(OPEN, "2025-03-03", "2025-03-07", instruction_mode=REMOTE),
            entry(EARLY, bell_schedule_name="short", name="two"),
            [],
            id="an early dismissal inside a remote week",
        ),
        pytest.param(
            entry(STRIKE),
            entry(OPEN, "2025-03-03", "2025-03-07", instruction_mode=REMOTE, name="two"),
            [],
            id="a remote week over a closed day, which it leaves closed",
        ),
        pytest.param(entry(STRIKE), entry(SNOW, name="two"), [], id="closed twice"),
        pytest.param(
            entry(OPEN, instruction_mode=REMOTE),
            entry(OPEN, "2025-03-05", instruction_mode=IN_PERSON, name="two"),
            [],
            id="different dates",
        ),
        pytest.param(
            entry(OPEN, instruction_mode=REMOTE),
            entry(OPEN, instruction_mode=IN_PERSON, name="two", source=ExceptionSource.EXCEPTIONS),
            [],
            id="a CalendarException over the calendar: what it is for",
        ),
    ],
)
def test_exceptions_conflict(earlier, later, want):
    assert told(FindingKind.EXCEPTIONS_CONFLICT, calendar_dates=(earlier, later)) == want


@pytest.mark.parametrize(
    ("last", "when"), [(None, "on 2025-03-04"), ("2025-03-05", "from 2025-03-04 to 2025-03-05")]
)
def test_a_conflict_says_who_what_and_when(last, when):
    entries = (
        entry(OPEN, "2025-03-03", last or "2025-03-04"),
        entry(STRIKE, "2025-03-04", "2025-03-09", name="two"),
    )

    findings = calendar_findings(SchoolDays(a_calendar(calendar_dates=entries)), on("2025-02-01"))

    (message,) = [f.message for f in findings if f.kind is FindingKind.EXCEPTIONS_CONFLICT]
    assert message == f'"one" has lessons and "two" has none {when}; the later entry counts'


def test_a_carve_out_of_the_same_regions_is_a_notice():
    entries = (
        entry(OPEN, "2025-03-03", "2025-03-07", instruction_mode=REMOTE, regions=("north",)),
        entry(OPEN, instruction_mode=IN_PERSON, regions=("north",), name="two"),
    )

    fields = {"regions": ("north", "south"), "cohorts": (), "calendar_dates": entries}
    assert told(FindingKind.EXCEPTIONS_CONFLICT, **fields) == NOTED


@pytest.mark.parametrize(
    ("one", "other", "want"),
    [
        (("north",), ("south",), []),
        (("north",), ("north",), WARNED),
        (("north", "south"), ("south",), NOTED),
        ((), ("south",), NOTED),
        (("south",), (), WARNED),
    ],
)
def test_exceptions_conflict_only_where_regions_meet(one, other, want):
    entries = (
        entry(OPEN, instruction_mode=REMOTE, regions=one),
        entry(OPEN, instruction_mode=IN_PERSON, regions=other, name="two"),
    )

    fields = {"regions": ("north", "south"), "cohorts": (), "calendar_dates": entries}
    assert told(FindingKind.EXCEPTIONS_CONFLICT, **fields) == want


def test_two_calendar_exceptions_conflict_and_are_named():
    late = {"source": ExceptionSource.EXCEPTIONS}
    entries = (
        entry(OPEN, **late),
        entry(SNOW, name="two", **late),
        entry(STRIKE, "2025-05-05", name="three"),
    )

    assert told(FindingKind.EXCEPTIONS_CONFLICT, calendar_dates=entries) == [("Warning", "exceptions/two")]


SATURDAY = "2025-03-08"


@pytest.mark.parametrize(
    ("entries", "want"),
    [
        pytest.param((entry(OPEN, SATURDAY),), True, id="a Saturday without bells"),
        pytest.param((entry(EXAM, SATURDAY, bell_schedule_name="short"),), False, id="a Saturday with bells"),
        pytest.param((entry(OPEN, "2025-03-04"),), False, id="an ordinary Tuesday"),
        pytest.param((entry(OPEN, "2025-07-08"),), False, id="a Tuesday after the year: its row has bells"),
        pytest.param((entry(OPEN, "2025-03-08", "2025-03-09"),), True, id="a range over a weekend"),
        pytest.param((entry(OPEN, "2025-03-07", "2025-03-09"),), False, id="a range from Friday on"),
        pytest.param(
            (entry(OPEN, "2025-08-04", "2025-08-08"),), True, id="a range outside every school year"
        ),
        pytest.param(
            (entry(MAKE_UP, "2025-03-08", "2025-03-09", bell_schedule_name="short"),),
            False,
            id="make-up weekend",
        ),
        pytest.param((entry(SNOW, SATURDAY),), False, id="a closed event on a Saturday"),
        pytest.param(
            (entry(OPEN, SATURDAY, bell_schedule_name="short"), entry(STRIKE, SATURDAY, name="two")),
            False,
            id="opened, and closed by a later entry",
        ),
        pytest.param((entry(STRIKE, SATURDAY, name="two"), entry(OPEN, SATURDAY)), True, id="closed before"),
    ],
)
def test_exception_opens_nothing(entries, want):
    paths = told(FindingKind.EXCEPTION_OPENS_NOTHING, calendar_dates=entries)

    place = next(index for index, one in enumerate(entries) if one.name == "one")
    assert paths == ([("Warning", f"spec.calendarDates[{place}]")] if want else [])


@pytest.mark.parametrize(
    ("event", "fields", "want"),
    [
        (SNOW, {"instruction_mode": REMOTE}, [("Warning", ZEROTH)]),
        (STRIKE, {"bell_schedule_name": "short"}, [("Warning", ZEROTH)]),
        (SNOW, {}, []),
        (OPEN, {"instruction_mode": REMOTE}, []),
    ],
)
def test_a_snow_day_at_a_distance_is_told_that_it_has_no_lessons(event, fields, want):
    entries = (entry(event, **fields),)
    assert told(FindingKind.EXCEPTION_CLOSES_LESSONS, calendar_dates=entries) == want


def test_an_exception_that_opens_nothing_in_one_region_is_told():
    fields = {
        "regions": ("north", "south"),
        "cohorts": (),
        "weekly_schedule": (a_row(), a_row("Sat", regions=("north",))),
        "calendar_dates": (entry(OPEN, SATURDAY),),
    }

    findings = calendar_findings(SchoolDays(a_calendar(**fields)), on("2025-02-01"))

    (message,) = [f.message for f in findings if f.kind is FindingKind.EXCEPTION_OPENS_NOTHING]
    assert message == ('"one" should open 2025-03-08 in region south, but no row of the weekly schedule fits')


LABELLED = (a_row(labels=("A",)), a_row(bells="short", labels=("B",)))
WEEKS = RotationType.ALTERNATING_WEEKS


@pytest.mark.parametrize(
    ("rotation", "fields", "want"),
    [
        pytest.param({}, {}, None, id="on the first day"),
        pytest.param({"anchor": on("2024-08-01")}, {}, None, id="before the first day"),
        pytest.param({"anchor": on("2024-09-03")}, {}, "Warning", id="a day late, no row has a label"),
        pytest.param(
            {"anchor": on("2024-09-03")}, {"weekly_schedule": LABELLED}, "Error", id="rows have labels"
        ),
        pytest.param(
            {"anchor": on("2024-09-03")},
            {"holidays": (a_holiday("2024-09-02"),)},
            None,
            id="a holiday before it",
        ),
        pytest.param(
            {"anchor": on("2024-09-02")},
            {"sessions": (a_school_year("2024-08-31"),)},
            None,
            id="the year starts on a Saturday",
        ),
        pytest.param(
            {"anchor": on("2025-09-01")},
            {"sessions": (a_school_year(), a_school_year("2025-09-01", "2026-06-30"))},
            "Warning",
            id="set to the second school year",
        ),
        pytest.param(
            {"anchor": on("2024-09-16"), "type": WEEKS, "on_closure": OnClosure.HOLD},
            {},
            "Warning",
            id="weeks that hold, from the third week",
        ),
        pytest.param(
            {"anchor": on("2024-09-05"), "type": WEEKS, "on_closure": OnClosure.HOLD},
            {},
            None,
            id="weeks that hold, anchored inside the first week",
        ),
        pytest.param(
            {"anchor": on("2024-09-16"), "type": WEEKS, "on_closure": OnClosure.SKIP},
            {"weekly_schedule": LABELLED},
            None,
            id="weeks that skip run both ways",
        ),
    ],
)
def test_rotation_anchor_late(rotation, fields, want):
    findings = told(FindingKind.ROTATION_ANCHOR_LATE, rotation=a_rotation(**rotation), **fields)

    assert findings == ([(want, "spec.rotation.anchorDate")] if want else [])


@pytest.mark.parametrize(
    ("rotation", "rows", "want"),
    [
        pytest.param(a_rotation(), LABELLED, [], id="known labels"),
        pytest.param(a_rotation(), (a_row(labels=("A", "C")),), [0], id="an unknown one beside a known one"),
        pytest.param(None, LABELLED, [0, 1], id="no rotation"),
        pytest.param(None, (a_row(),), [], id="no rotation and no labels"),
    ],
)
def test_unknown_label(rotation, rows, want):
    findings = told(FindingKind.LABEL_UNKNOWN, rotation=rotation, weekly_schedule=rows)

    assert findings == [("Error", f"spec.weeklySchedule[{index}].labels") for index in want]


TERM, SEMESTER, YEAR = SessionType.TERM, SessionType.SEMESTER, SessionType.SCHOOL_YEAR


def part(kind, **fields):
    return a_school_year("2025-01-06", "2025-03-28", name="spring", type=kind, **fields)


@pytest.mark.parametrize(
    ("restarts_with", "sessions", "want"),
    [
        pytest.param(TERM, (a_school_year(),), "type Term, so", id="no terms"),
        pytest.param(SEMESTER, (a_school_year(), part(TERM)), "type Semester, so", id="terms for semesters"),
        pytest.param(YEAR, (part(TERM),), "type SchoolYear, so", id="events only"),
        pytest.param(TERM, (a_school_year(), part(TERM)), None, id="terms"),
        pytest.param(YEAR, (a_school_year(),), None, id="one school year, whose next is still to come"),
        pytest.param(None, (a_school_year(),), None, id="it runs on"),
        pytest.param(
            TERM,
            (a_school_year(), part(TERM, regions=("north",))),
            "type Term in region south, so the cycle never begins anew there",
            id="terms of another region",
        ),
    ],
)
def test_a_cycle_that_is_to_begin_anew_with_sessions_that_are_not_there(restarts_with, sessions, want):
    regions = ("north", "south") if want and "south" in want else ()
    calendar = a_calendar(
        rotation=a_rotation(restarts_with=restarts_with), sessions=sessions, regions=regions, cohorts=()
    )
    findings = calendar_findings(SchoolDays(calendar), on("2025-02-01"))
    found = [one for one in findings if one.kind is FindingKind.ROTATION_NEVER_RESTARTS]
    assert len(found) == (want is not None)
    for one in found:
        assert (one.severity, one.path) == ("Warning", "spec.rotation.restartsWith")
        assert want in one.message
        assert f"Add each {restarts_with} to spec.academicSessions" in one.cure


def test_the_cure_names_the_sessions_that_are_there():
    rotation = a_rotation(restarts_with=SEMESTER)
    calendar = a_calendar(rotation=rotation, sessions=(a_school_year(), part(TERM)))
    findings = calendar_findings(SchoolDays(calendar), on("2025-02-01"))
    (cure,) = (one.cure for one in findings if one.kind is FindingKind.ROTATION_NEVER_RESTARTS)
    assert ", write restartsWith: SchoolYear or Term, or remove restartsWith" in cure


FRIDAYS = frozenset({Weekday.FRIDAY})
SATURDAYS = frozenset({Weekday.SATURDAY})


@pytest.mark.parametrize(
    ("entries", "want"),
    [
        pytest.param(
            [entry(SNOW, days_of_week=FRIDAYS)], [("Error", ZEROTH)], id="a Tuesday that is no Friday"
        ),
        pytest.param(
            [entry(OPEN, last="2025-03-06", days_of_week=FRIDAYS)],
            [("Error", ZEROTH)],
            id="Tuesday to Thursday",
        ),
        pytest.param(
            [entry(OPEN, last="2025-03-07", days_of_week=FRIDAYS | SATURDAYS)],
            [("Notice", ZEROTH)],
            id="a Friday, and no Saturday",
        ),
        pytest.param([entry(OPEN, last="2025-03-07", days_of_week=FRIDAYS)], [], id="up to a Friday"),
        pytest.param([entry(OPEN, last="2026-03-07", days_of_week=SATURDAYS)], [], id="a year of Saturdays"),
        pytest.param([entry(SNOW)], [], id="every weekday"),
    ],
)
def test_weekdays_that_the_dates_of_an_exception_do_not_have_are_told(entries, want):
    assert told(FindingKind.EXCEPTION_NEVER_HOLDS, calendar_dates=tuple(entries)) == want


def test_of_an_exception_that_holds_on_no_day_nothing_else_is_told():
    findings = calendar_findings(
        SchoolDays(
            a_calendar(calendar_dates=(entry(LATE, bell_schedule_name="late", days_of_week=FRIDAYS),))
        ),
        on("2025-02-01"),
    )
    assert [one.kind for one in findings if one.path == ZEROTH] == [FindingKind.EXCEPTION_NEVER_HOLDS]


@pytest.mark.parametrize(
    ("earlier", "later", "want"),
    [
        pytest.param({}, {"days_of_week": FRIDAYS}, NOTED, id="the Fridays of a range"),
        pytest.param({"days_of_week": FRIDAYS}, {}, WARNED, id="a range over its Fridays"),
        pytest.param({"days_of_week": FRIDAYS}, {"days_of_week": SATURDAYS}, [], id="other weekdays"),
        pytest.param(
            {"days_of_week": FRIDAYS}, {"first": "2025-03-07", "last": None}, NOTED, id="one Friday of them"
        ),
        pytest.param({"days_of_week": FRIDAYS}, {"first": "2025-03-06", "last": None}, [], id="a Thursday"),
        pytest.param(
            {"days_of_week": FRIDAYS}, {"days_of_week": FRIDAYS}, WARNED, id="the same Fridays, no narrower"
        ),
        pytest.param(
            {"days_of_week": FRIDAYS | SATURDAYS},
            {"days_of_week": FRIDAYS | {Weekday.MONDAY}},
            WARNED,
            id="some weekdays in common",
        ),
    ],
)
def test_exceptions_meet_on_the_weekdays_that_both_hold_on(earlier, later, want):
    fields = {"last": "2025-03-28", "bell_schedule_name": "short"}
    two = {"first": "2025-03-04", "last": "2025-03-28", "bell_schedule_name": "late", "name": "two"}
    entries = (entry(EARLY, **fields | earlier), entry(EARLY, **two | later))
    assert told(FindingKind.EXCEPTIONS_CONFLICT, calendar_dates=entries) == want


def test_a_shortened_saturday_of_a_week_of_five_days_is_an_error():
    shortened = entry(EARLY, last="2025-03-28", bell_schedule_name="short", days_of_week=SATURDAYS)
    found = told(FindingKind.SHORTENED_DAY_CLOSED, calendar_dates=(shortened,))
    assert found == [("Error", ZEROTH)]
    open_too = entry(EARLY, last="2025-03-28", bell_schedule_name="short", days_of_week=SATURDAYS | FRIDAYS)
    assert told(FindingKind.SHORTENED_DAY_CLOSED, calendar_dates=(open_too,)) == []


def test_lessons_on_a_weekday_opened_by_another_entry_are_no_closed_day():
    made_up = entry(MAKE_UP, first="2025-03-15", bell_schedule_name="short", name="made-up")
    remote = entry(OPEN, last="2025-03-28", instruction_mode=REMOTE, days_of_week=SATURDAYS)
    assert told(FindingKind.EXCEPTION_OPENS_NOTHING, calendar_dates=(made_up, remote)) == []
    assert told(FindingKind.EXCEPTION_OPENS_NOTHING, calendar_dates=(remote,)) == [("Warning", ZEROTH)]
