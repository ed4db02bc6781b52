"""What a calendar or a policy says and most likely does not mean.

`firstbell lint` and the operator's conditions ask the same two functions, so that a file and a cluster are
told the same. They are pure: `today` is an argument, and findings about a policy do not depend on it.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from firstbell.core.findings.bell_times import clock_gap_findings, first_bell_findings
from firstbell.core.findings.cost import cost_findings
from firstbell.core.findings.events import event_findings
from firstbell.core.findings.exceptions import conflict_findings, opens_nothing_findings
from firstbell.core.findings.finding import Finding, FindingKind, Fold, Severity, fold
from firstbell.core.findings.holidays import holiday_findings
from firstbell.core.findings.meanings import FINDING_MEANINGS
from firstbell.core.findings.peaks import factor_findings, peak_findings
from firstbell.core.findings.pupils import pupil_findings, region_findings
from firstbell.core.findings.rotation_labels import rotation_findings
from firstbell.core.findings.years import expiry_findings, lesson_count_findings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from firstbell.core.days import SchoolDays
    from firstbell.core.policy import Policy

__all__ = [
    "FINDING_MEANINGS",
    "Finding",
    "FindingKind",
    "Fold",
    "Severity",
    "calendar_findings",
    "fold",
    "policy_findings",
]

MOST_OF_ONE_RULE = 200
"""So many findings of one rule are told, and what comes after them is not looked for."""

LARGE_CALENDAR_BYTES = 180_000
"""kubectl keeps a whole manifest in one annotation, and annotations end at 262,144 bytes."""


def calendar_findings(
    school_days: SchoolDays, today: date, *, size_bytes: int | None = None
) -> tuple[Finding, ...]:
    """Return every finding about one calendar, in the order of the rules.

    `today` is a civil date in the calendar's zone. `size_bytes` is the length of the manifest as compact
    JSON, or None where nobody applies a manifest.
    """
    calendar = school_days.calendar
    rules = (
        lesson_count_findings(school_days),
        expiry_findings(school_days, today),
        holiday_findings(school_days),
        first_bell_findings(calendar),
        clock_gap_findings(school_days),
        conflict_findings(school_days),
        opens_nothing_findings(school_days),
        event_findings(school_days),
        region_findings(calendar),
        rotation_findings(school_days),
        _size_findings(size_bytes),
    )
    return tuple(finding for rule in rules for finding in islice(rule, MOST_OF_ONE_RULE))


def policy_findings(policy: Policy, calendars: Sequence[SchoolDays]) -> tuple[Finding, ...]:
    """Return every finding about one policy beside its calendars, which stand in the policy's order.

    A calendar that the policy names and that does not exist is the reader's problem, not a finding.
    """
    costly = tuple(cost_findings(policy, calendars))
    return (
        *costly,
        *pupil_findings(policy, calendars),
        *factor_findings(policy, calendars),
        *(() if costly else peak_findings(policy, calendars)),
    )


def _size_findings(size_bytes: int | None) -> Iterator[Finding]:
    if size_bytes is not None and size_bytes >= LARGE_CALENDAR_BYTES:
        yield Finding(
            kind=FindingKind.CALENDAR_LARGE,
            severity=Severity.NOTICE,
            path="spec",
            message=f"The calendar is {size_bytes // 1000} KB long, and plain kubectl apply ends at 262 KB",
            cure="Apply it with kubectl apply --server-side",
        )
