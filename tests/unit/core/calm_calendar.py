"""A calendar that nothing is to be said about, and what is found in one that is not."""

from __future__ import annotations

from firstbell.core.days import SchoolDays
from firstbell.core.findings import Finding, FindingKind, calendar_findings
from tests.builders import a_calendar, a_holiday, a_school_year, on

MID_YEAR = on("2025-02-01")
CHRISTMAS = a_holiday("2024-12-23", "2025-01-05", name="christmas")
EASTER = a_holiday("2025-04-07", "2025-04-21", name="easter")
HOLIDAYS = (CHRISTMAS, EASTER)
NEXT_YEAR = a_school_year("2025-09-01", "2026-06-30")


def calm(**fields):
    """A calendar that nothing is to be said about."""
    return a_calendar(**{"holidays": HOLIDAYS} | fields)


def found(calendar, kind: FindingKind, today=MID_YEAR, **arguments) -> list[Finding]:
    findings = calendar_findings(SchoolDays(calendar), today, **arguments)
    return [finding for finding in findings if finding.kind is kind]


def told(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.severity.value, finding.path) for finding in findings]
