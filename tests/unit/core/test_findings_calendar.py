"""What is found in a calendar, and what is not: what cries wolf is switched off."""

from __future__ import annotations

import pytest

from firstbell.core.calendar import SessionType
from firstbell.core.days import SchoolDays
from firstbell.core.findings import FindingKind, calendar_findings
from tests.builders import (
    a_calendar,
    a_cohort,
    a_holiday,
    a_row,
    a_school_year,
    an_event,
    on,
)
from tests.unit.core.calm_calendar import HOLIDAYS, MID_YEAR, NEXT_YEAR, calm, found, told


def test_nothing_is_said_about_an_ordinary_calendar():
    assert calendar_findings(SchoolDays(calm()), MID_YEAR) == ()


@pytest.mark.parametrize("finding", calendar_findings(SchoolDays(a_calendar(sessions=())), MID_YEAR))
def test_a_finding_reads_as_two_sentences(finding):
    assert finding.text == f"{finding.message}. {finding.cure}."
    assert not finding.message.endswith(".")
    assert not finding.cure.endswith(".")


# No lessons.


@pytest.mark.parametrize(
    ("fields", "want"),
    [
        pytest.param({"sessions": ()}, [("Error", "spec.academicSessions")], id="no school year"),
        pytest.param(
            {"sessions": (a_school_year(type=SessionType.TERM),)},
            [("Error", "spec.academicSessions")],
            id="only a term",
        ),
        pytest.param({"weekly_schedule": ()}, [("Error", "spec.weeklySchedule")], id="no weekly row"),
        pytest.param(
            {"weekly_schedule": (), "demand_events": (an_event("2025-03-03"),)},
            [("Notice", "spec.weeklySchedule")],
            id="a university: demand events and no bells",
        ),
        pytest.param(
            {"holidays": (a_holiday("2024-09-01", "2025-07-01"),)},
            [("Error", "spec.academicSessions[0]")],
            id="a holiday over the whole year",
        ),
        pytest.param(
            {"sessions": (a_school_year(), a_school_year("2025-09-06", "2025-09-07"))},
            [("Error", "spec.academicSessions[1]")],
            id="a second school year that is a weekend",
        ),
        pytest.param(
            {
                "regions": ("north", "south"),
                "sessions": (a_school_year(regions=("north",)),),
                "cohorts": (),
            },
            [("Error", "spec.regions[1]")],
            id="a region without a school year",
        ),
        pytest.param(
            {"regions": ("north", "south"), "weekly_schedule": (a_row(regions=("north",)),), "cohorts": ()},
            [("Error", "spec.academicSessions[0]")],
            id="a region that no row speaks of",
        ),
        pytest.param({"weekly_schedule": (a_row("Sat"),)}, [], id="a Saturday school"),
    ],
)
def test_no_lessons(fields, want):
    assert told(found(calm(**fields), FindingKind.NO_LESSONS)) == want


def test_no_lessons_names_the_region():
    calendar = calm(regions=("north", "south"), weekly_schedule=(a_row(regions=("north",)),), cohorts=())

    (finding,) = found(calendar, FindingKind.NO_LESSONS)

    assert finding.message == 'School year "sy-2024-09-02" has no lesson on any day in region south'


# The number of lesson days.


@pytest.mark.parametrize(
    ("fields", "want"),
    [
        pytest.param({}, [], id="an ordinary year"),
        pytest.param({"holidays": ()}, [("Notice", "spec.academicSessions[0]")], id="216 days: no holidays"),
        pytest.param(
            {"holidays": (), "sessions": (a_school_year("2024-09-03"),)}, [], id="215 days are still usual"
        ),
        pytest.param({"weekly_schedule": (a_row("Mon Tue Wed"),)}, [], id="three weekdays, fewer days"),
        pytest.param(
            {"weekly_schedule": (a_row("Mon Tue Wed Thu Fri Sat"),)},
            [],
            id="six weekdays, more",
        ),
        pytest.param(
            {"holidays": (a_holiday("2024-10-01", "2025-03-31"),)},
            [("Notice", "spec.academicSessions[0]")],
            id="few",
        ),
        pytest.param(
            {"sessions": (a_school_year("2025-01-06", "2025-06-30"),), "holidays": ()},
            [("Notice", "spec.academicSessions[0]")],
            id="data from mid-year: only a notice",
        ),
    ],
)
def test_unusual_lesson_day_count(fields, want):
    assert told(found(calm(**fields), FindingKind.UNUSUAL_LESSON_DAY_COUNT)) == want


def test_regions_with_the_same_count_are_told_together():
    calendar = calm(
        regions=("north", "mid", "south"),
        cohorts=(),
        holidays=(a_holiday("2024-10-01", "2025-03-31"), a_holiday("2025-05-05", regions=("south",))),
    )

    messages = [finding.message for finding in found(calendar, FindingKind.UNUSUAL_LESSON_DAY_COUNT)]

    assert len(messages) == 2
    assert "in regions north and mid" in messages[0]
    assert "in region south" in messages[1]


# The end of the data.


@pytest.mark.parametrize(
    ("today", "want"),
    [
        pytest.param("2025-05-16", [], id="45 days left"),
        pytest.param("2025-05-17", [FindingKind.CALENDAR_EXPIRING], id="44 days left"),
        pytest.param("2025-06-30", [FindingKind.CALENDAR_EXPIRING], id="the last day"),
        pytest.param("2025-07-01", [FindingKind.CALENDAR_ENDED], id="the day after"),
    ],
)
def test_the_end_of_the_last_school_year(today, want):
    findings = calendar_findings(SchoolDays(calm()), on(today))

    assert [finding.kind for finding in findings] == want
    assert all(finding.path == "spec.academicSessions[0]" for finding in findings)


@pytest.mark.parametrize("today", ["2025-06-30", "2025-07-15"])
def test_a_calendar_that_goes_on_does_not_expire(today):
    calendar = calm(
        sessions=(a_school_year(), NEXT_YEAR),
        holidays=(*HOLIDAYS, a_holiday("2025-12-22", "2026-01-04"), a_holiday("2026-04-06", "2026-04-19")),
    )

    assert calendar_findings(SchoolDays(calendar), on(today)) == ()


def test_regions_end_each_on_their_own():
    calendar = calm(
        regions=("north", "south"),
        cohorts=(),
        sessions=(
            a_school_year(regions=("north",)),
            a_school_year(last="2025-07-18", regions=("south",)),
        ),
    )

    ended = found(calendar, FindingKind.CALENDAR_ENDED, today=on("2025-07-04"))
    expiring = found(calendar, FindingKind.CALENDAR_EXPIRING, today=on("2025-07-04"))

    assert told(ended) == [("Warning", "spec.academicSessions[0]")]
    assert told(expiring) == [("Warning", "spec.academicSessions[1]")]
    assert "ends on 2025-07-18, in 14 days in region south" in expiring[0].message


# Cohorts and size.


@pytest.mark.parametrize(
    ("cohorts", "want"),
    [
        pytest.param((a_cohort(region="north"),), [("Warning", "spec.regions[1]")], id="one region left out"),
        pytest.param((a_cohort(region="north"), a_cohort(region="south")), [], id="every region has one"),
        pytest.param((), [], id="no cohorts at all: every region weighs the same"),
    ],
)
def test_region_without_cohort(cohorts, want):
    calendar = calm(regions=("north", "south"), cohorts=cohorts)

    assert told(found(calendar, FindingKind.REGION_WITHOUT_COHORT)) == want


@pytest.mark.parametrize(("size", "count"), [(None, 0), (179_999, 0), (180_000, 1)])
def test_large_calendar(size, count):
    assert len(found(calm(), FindingKind.CALENDAR_LARGE, size_bytes=size)) == count
