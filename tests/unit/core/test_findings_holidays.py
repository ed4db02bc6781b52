"""Holidays outside every school year, and long ones that are not the summer's."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from firstbell.core.findings import FindingKind, Severity
from tests.builders import (
    a_holiday,
    a_school_year,
)
from tests.unit.core.calm_calendar import HOLIDAYS, NEXT_YEAR, calm, found, told


@pytest.mark.parametrize(
    ("holiday", "want"),
    [
        pytest.param(a_holiday("2026-04-06", "2026-04-19"), "Warning", id="a year too late"),
        pytest.param(a_holiday("2023-12-25", "2024-01-07"), "Warning", id="a year too early"),
        pytest.param(a_holiday("2025-07-01"), "Warning", id="one day, just after the end"),
        pytest.param(a_holiday("2025-06-30", "2025-07-10"), None, id="over the end"),
        pytest.param(a_holiday("2024-08-26", "2024-09-02"), None, id="up to the first day"),
        pytest.param(a_holiday("2025-07-01", "2025-08-31"), None, id="the summer holiday beside the year"),
        pytest.param(a_holiday("2024-07-01", "2024-09-01"), None, id="the summer holiday before the year"),
    ],
)
def test_holiday_outside_school_years(holiday, want):
    findings = found(calm(holidays=(*HOLIDAYS, holiday)), FindingKind.HOLIDAY_OUTSIDE_SCHOOL_YEARS)

    assert told(findings) == ([(want, "spec.holidays[2]")] if want else [])


def test_a_public_holiday_in_the_summer_between_two_years_is_a_notice():
    calendar = calm(sessions=(a_school_year(), NEXT_YEAR), holidays=(a_holiday("2025-07-21"),))

    findings = found(calendar, FindingKind.HOLIDAY_OUTSIDE_SCHOOL_YEARS)

    assert told(findings) == [("Notice", "spec.holidays[0]")]


def test_a_holiday_is_judged_by_the_school_years_of_its_regions():
    years = (a_school_year(regions=("north",)), a_school_year(last="2025-07-18", regions=("south",)))
    fields = {"regions": ("north", "south"), "cohorts": (), "sessions": years}

    def told_of(*regions):
        calendar = calm(**fields, holidays=(a_holiday("2025-07-11", regions=regions),))
        return told(found(calendar, FindingKind.HOLIDAY_OUTSIDE_SCHOOL_YEARS))

    assert told_of("north") == [("Warning", "spec.holidays[0]")]
    assert told_of("south") == []
    assert told_of() == []


LONG = a_holiday("2025-02-10", "2025-03-05")  # 24 days
SUMMER = a_holiday("2025-07-28", "2025-09-08", name="summer")


@pytest.mark.parametrize(
    ("fields", "want"),
    [
        pytest.param({"holidays": (LONG,)}, ["spec.holidays[0]"], id="24 days in winter"),
        pytest.param({"holidays": (a_holiday("2025-02-10", "2025-03-04"),)}, [], id="23 days in winter"),
        pytest.param(
            {"holidays": (a_holiday("2024-09-03", "2024-10-01"),)},
            ["spec.holidays[0]"],
            id="after one lesson day",
        ),
        pytest.param(
            {"holidays": (a_holiday("2025-06-02", "2025-08-31"),)}, [], id="summer over the end of the year"
        ),
        pytest.param(
            {
                "sessions": (a_school_year(last="2025-06-29"),),
                "holidays": (a_holiday("2025-05-30", "2025-06-27"),),
            },
            [],
            id="summer up to the last weekend of the year",
        ),
        pytest.param(
            {
                "sessions": (
                    a_school_year("2024-08-01", "2025-07-31"),
                    a_school_year("2025-08-01", "2026-07-31"),
                ),
                "holidays": (SUMMER,),
            },
            [],
            id="Bavaria: years meet inside the summer holiday",
        ),
        pytest.param(
            {
                "sessions": (
                    a_school_year("2024-08-01", "2025-07-31"),
                    a_school_year("2025-08-01", "2026-07-31"),
                ),
                "holidays": (SUMMER, LONG),
            },
            ["spec.holidays[1]"],
            id="Bavaria with a winter break that is too long",
        ),
        pytest.param(
            {
                "zone": ZoneInfo("Australia/Sydney"),
                "sessions": (
                    a_school_year("2025-01-29", "2025-12-19"),
                    a_school_year("2026-01-28", "2026-12-18"),
                ),
                "holidays": (a_holiday("2025-12-20", "2026-01-27"),),
            },
            [],
            id="a southern summer between two years",
        ),
        pytest.param(
            {
                "zone": ZoneInfo("Australia/Sydney"),
                "sessions": (
                    a_school_year("2025-01-01", "2025-12-31"),
                    a_school_year("2026-01-01", "2026-12-31"),
                ),
                "holidays": (a_holiday("2025-12-20", "2026-01-27"),),
            },
            [],
            id="a southern summer over years that are calendar years",
        ),
        pytest.param(
            {
                "sessions": (a_school_year("2025-04-01", "2026-03-31"),),
                "holidays": (a_holiday("2025-07-21", "2025-08-31"), a_holiday("2025-12-22", "2026-01-06")),
            },
            [],
            id="Japan: the summer inside the school year",
        ),
        pytest.param(
            {
                "sessions": (a_school_year("2025-04-01", "2026-03-31"),),
                "holidays": (a_holiday("2025-07-21", "2025-08-31"), a_holiday("2025-12-15", "2026-01-12")),
            },
            ["spec.holidays[1]"],
            id="Japan: only the longest is the summer one",
        ),
    ],
)
def test_long_holiday(fields, want):
    findings = found(calm(**fields), FindingKind.HOLIDAY_LONG)

    assert [finding.path for finding in findings] == want
    assert all(finding.severity is Severity.WARNING for finding in findings)


def test_a_holiday_that_is_the_summer_in_one_region_only_is_told():
    years = (a_school_year(regions=("north",)), a_school_year(last="2025-03-07", regions=("south",)))
    calendar = calm(regions=("north", "south"), cohorts=(), sessions=years, holidays=(LONG,))

    assert told(found(calendar, FindingKind.HOLIDAY_LONG)) == [("Warning", "spec.holidays[0]")]
