"""What is found in a policy beside its calendars."""

from __future__ import annotations

import pytest

from firstbell.core.calendar import CalendarEvent, DemandEventType, InstructionMode, RecurrenceCondition
from firstbell.core.days import DayClass, SchoolDays, Transition
from firstbell.core.findings import Finding, FindingKind, policy_findings
from firstbell.core.policy import PeakAnchor
from tests.builders import (
    a_bell_schedule,
    a_calendar,
    a_cohort,
    a_factor,
    a_holiday,
    a_peak,
    a_policy,
    a_rotation,
    a_row,
    a_school_year,
    an_event,
    daily_cron,
    every,
    weekdays,
)

BY_REPLICAS = (a_peak(replicas=10),)
OTHER = {"name": "other", "cohorts": (a_cohort(name="else"),)}
NEXT = {"name": "next", "sessions": (a_school_year("2025-09-01", "2026-06-30"),)}


def found(policy, *calendars) -> tuple[Finding, ...]:
    return policy_findings(policy, [SchoolDays(calendar) for calendar in calendars])


def told(kind, policy, *calendars) -> list[tuple[str, str]]:
    return [(f.severity.value, f.path) for f in found(policy, *calendars) if f.kind is kind]


def test_nothing_is_said_about_an_ordinary_policy():
    assert found(a_policy(), a_calendar()) == ()


# Cohorts.


@pytest.mark.parametrize(
    ("peaks", "pupils_per_replica", "want"),
    [
        pytest.param((a_peak(),), 10_000, [("Error", "spec.calendarRefs[1]")], id="sized by pupils"),
        pytest.param(
            (a_peak(), a_peak(PeakAnchor.PERIOD_START, replicas=3)),
            10_000,
            [("Error", "spec.calendarRefs[1]")],
            id="one peak of two sized by pupils",
        ),
        pytest.param(BY_REPLICAS, None, [], id="every peak has replicas"),
        pytest.param(BY_REPLICAS, 10_000, [], id="pupilsPerReplica that no peak uses"),
    ],
)
def test_cohorts_missing(peaks, pupils_per_replica, want):
    policy = a_policy(*peaks, pupils_per_replica=pupils_per_replica, calendar_names=("school", "bare"))

    assert (
        told(FindingKind.COHORTS_MISSING, policy, a_calendar(), a_calendar(name="bare", cohorts=())) == want
    )


def test_replicas_at_peak_ask_for_no_cohorts_but_for_all_or_none_of_them():
    shares = {"pupils_per_replica": None, "replicas_at_peak": 30, "calendar_names": ("school", "bare")}
    policy, bare = a_policy(**shares), a_calendar(name="bare", cohorts=())

    assert told(FindingKind.COHORTS_MISSING, policy, bare) == []
    assert told(FindingKind.COHORTS_MIXED, policy, bare) == []
    assert told(FindingKind.COHORTS_MIXED, policy, a_calendar(), bare) == [("Warning", "spec.calendarRefs")]


@pytest.mark.parametrize(
    ("calendars", "want"),
    [
        pytest.param([{}, {"name": "bare", "cohorts": ()}], [("Warning", "spec.calendarRefs")], id="mixed"),
        pytest.param([{"cohorts": ()}, {"name": "bare", "cohorts": ()}], [], id="none has cohorts"),
        pytest.param([{}, OTHER], [], id="all have cohorts"),
        pytest.param([{"cohorts": ()}], [], id="one calendar"),
    ],
)
def test_cohorts_mixed(calendars, want):
    policy = a_policy(*BY_REPLICAS, calendar_names=("school", "bare"))

    assert told(FindingKind.COHORTS_MIXED, policy, *(a_calendar(**fields) for fields in calendars)) == want


@pytest.mark.parametrize(
    ("one", "other", "peaks", "want"),
    [
        pytest.param({}, {"name": "other"}, (a_peak(),), True, id="a cohort of one name"),
        pytest.param({}, OTHER, (a_peak(),), False, id="cohorts of other names"),
        pytest.param(
            {"regions": ("north",), "cohorts": (a_cohort(region="north"),)},
            {"name": "other", "regions": ("north",), "cohorts": (a_cohort(name="else", region="north"),)},
            (a_peak(),),
            True,
            id="a region of one name",
        ),
        pytest.param({}, NEXT, (a_peak(),), False, id="two school years, one after the other"),
        pytest.param({}, NEXT, BY_REPLICAS, True, id="two school years that share the replicas of a peak"),
        pytest.param({"sessions": ()}, {"name": "other"}, (a_peak(),), True, id="no school year: unknown"),
    ],
)
def test_pupils_shared(one, other, peaks, want):
    policy = a_policy(*peaks, calendar_names=("school", other["name"]))
    findings = told(FindingKind.PUPILS_SHARED, policy, a_calendar(**one), a_calendar(**other))

    assert findings == ([("Notice", "spec.calendarRefs[1]")] if want else [])


# Day factors.


WARNED = [("Warning", "spec.dayFactors[0].match")]
NOTED = [("Notice", "spec.dayFactors[0].match")]


@pytest.mark.parametrize(
    ("match", "want"),
    [
        pytest.param({}, [], id="asks nothing"),
        pytest.param({"instruction_modes": {InstructionMode.REMOTE}}, [], id="waits for a remote day"),
        pytest.param({"events": {CalendarEvent.EXAM_DAY}}, [], id="waits for an exam day"),
        pytest.param(
            {"events": {CalendarEvent.STRIKE, CalendarEvent.WEATHER_DAY}}, WARNED, id="closed days only"
        ),
        pytest.param(
            {"events": {CalendarEvent.STRIKE, CalendarEvent.EXAM_DAY}}, [], id="one of them is open"
        ),
        pytest.param({"regions": ("nowhere",)}, WARNED, id="a region that does not exist"),
        pytest.param(
            {"transitions": {Transition.TO_REMOTE}, "instruction_modes": {InstructionMode.IN_PERSON}},
            WARNED,
            id="to remote, but in person",
        ),
        pytest.param(
            {"transitions": {Transition.TO_REMOTE}, "instruction_modes": {InstructionMode.REMOTE}},
            [],
            id="to remote, and remote",
        ),
        pytest.param(
            {
                "transitions": {Transition.TO_HYBRID, Transition.TO_IN_PERSON},
                "instruction_modes": {InstructionMode.IN_PERSON},
            },
            [],
            id="one of the transitions fits",
        ),
        pytest.param({"day_classes": {DayClass.FIRST_DAY_OF_WEEK}}, [], id="every Monday"),
        pytest.param(
            {
                "day_classes": {DayClass.RESTART_AFTER_HOLIDAY},
                "instruction_modes": {InstructionMode.REMOTE},
            },
            [],
            id="waits for a remote restart",
        ),
        pytest.param(
            {"day_classes": {DayClass.RESTART_AFTER_HOLIDAY}, "transitions": {Transition.TO_REMOTE}},
            [],
            id="waits for a restart that goes remote",
        ),
        pytest.param(
            {"day_classes": {DayClass.RESTART_AFTER_HOLIDAY}, "events": {CalendarEvent.EXAM_DAY}},
            [],
            id="waits for a restart with exams",
        ),
        pytest.param(
            {"day_classes": {DayClass.RESTART_AFTER_HOLIDAY}}, NOTED, id="no restart: no holiday is listed"
        ),
    ],
)
def test_day_factor_never_matches(match, want):
    policy = a_policy(day_factors=(a_factor(200, **match),))

    assert told(FindingKind.DAY_FACTOR_NEVER_MATCHES, policy, a_calendar()) == want


def test_a_factor_of_one_calendar_is_no_finding_beside_another():
    calendars = [
        a_calendar(),
        a_calendar(**OTHER | {"regions": ("north",), "cohorts": (a_cohort(name="else", region="north"),)}),
    ]
    policy = a_policy(calendar_names=("school", "other"), day_factors=(a_factor(200, regions=("north",)),))

    assert found(policy, *calendars) == ()


@pytest.mark.parametrize(
    ("rotation", "labels", "want"),
    [
        pytest.param(a_rotation(), {"A"}, [], id="known"),
        pytest.param(
            a_rotation(), {"A", "C"}, [("Warning", "spec.dayFactors[0].match.labels")], id="one unknown"
        ),
        pytest.param(a_rotation(), {"C"}, [("Warning", "spec.dayFactors[0].match.labels")], id="all unknown"),
        pytest.param(None, {"A"}, [("Warning", "spec.dayFactors[0].match.labels")], id="no rotation"),
    ],
)
def test_unknown_label(rotation, labels, want):
    policy = a_policy(day_factors=(a_factor(200, labels=labels),))

    findings = found(policy, a_calendar(rotation=rotation))

    assert [(f.severity.value, f.path) for f in findings] == want
    assert all(f.kind is FindingKind.LABEL_UNKNOWN for f in findings)


# Peaks.


REPORT_CARD, EXAM = DemandEventType.REPORT_CARD, DemandEventType.EXAM


def an_event_peak(*types):
    return a_peak(PeakAnchor.DEMAND_EVENT, demand_event_types=frozenset(types))


@pytest.mark.parametrize(
    ("types", "events", "want"),
    [
        ({REPORT_CARD}, (), ("Warning", FindingKind.DEMAND_EVENT_TYPE_UNUSED)),
        (
            {REPORT_CARD},
            (an_event("2025-03-03", type=EXAM),),
            ("Warning", FindingKind.DEMAND_EVENT_TYPE_UNUSED),
        ),
        (
            {REPORT_CARD, EXAM},
            (an_event("2025-03-03", type=EXAM),),
            ("Notice", FindingKind.DEMAND_EVENT_TYPE_UNUSED),
        ),
        ({EXAM}, (an_event("2025-03-03", type=EXAM),), None),
        (set(), (an_event("2025-03-03"),), None),
        (set(), (), ("Warning", FindingKind.PEAK_NEVER_OCCURS)),
    ],
)
def test_demand_event_types(types, events, want):
    findings = found(a_policy(an_event_peak(*types)), a_calendar(demand_events=events))

    assert [(f.severity.value, f.kind) for f in findings] == ([want] if want else [])


BREAK = PeakAnchor.AFTER_BREAK


@pytest.mark.parametrize(
    ("peak", "fields", "occurs"),
    [
        pytest.param(a_peak(), {}, True, id="first bells"),
        pytest.param(a_peak(), {"weekly_schedule": ()}, False, id="no lessons"),
        pytest.param(a_peak(), {"weekly_schedule": (), "suspended": True}, True, id="suspended, on purpose"),
        pytest.param(
            a_peak(PeakAnchor.PERIOD_START),
            {"bell_schedules": (a_bell_schedule("full", "08:30-12:00"),)},
            False,
            id="one period a day",
        ),
        pytest.param(a_peak(BREAK, min_break_minutes=105), {}, True, id="a break just long enough"),
        pytest.param(a_peak(BREAK, min_break_minutes=106), {}, False, id="no break that long"),
        pytest.param(
            a_peak(PeakAnchor.LAST_PERIOD_END),
            {"holidays": (a_holiday("2024-09-01", "2025-07-01"),)},
            False,
            id="shut",
        ),
        pytest.param(
            an_event_peak(), {"demand_events": (an_event("2030-01-01"),)}, True, id="an event far beyond"
        ),
        pytest.param(
            an_event_peak(),
            {"sessions": (), "demand_events": (an_event("2025-01-01"),)},
            True,
            id="an event without a school year",
        ),
        pytest.param(
            an_event_peak(),
            {
                "demand_events": (
                    an_event(when=every("Sat", RecurrenceCondition.INSTRUCTIONAL_DAY), day=None),
                ),
            },
            False,
            id="an event on Saturdays with lessons, of which there are none",
        ),
        pytest.param(
            an_event_peak(),
            {"demand_events": (an_event(None, None, when=daily_cron("20:00")),)},
            True,
            id="an event by cron",
        ),
    ],
)
def test_peak_never_occurs(peak, fields, occurs):
    findings = told(FindingKind.PEAK_NEVER_OCCURS, a_policy(peak), a_calendar(**fields))

    assert findings == ([] if occurs else [("Warning", "spec.peaks[0]")])


def test_a_peak_that_occurs_in_one_calendar_is_enough():
    shut = a_calendar(
        **OTHER | {"weekly_schedule": (a_row("Sat"),), "holidays": (a_holiday("2024-09-01", "2025-07-01"),)}
    )

    assert told(FindingKind.PEAK_NEVER_OCCURS, a_policy(), shut, a_calendar()) == []
    assert weekdays("Sat") == shut.weekly_schedule[0].days_of_week
