"""Policies that take too long to plan with their calendars: the operator does not plan them either."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.domain.bells import MINUTES_PER_DAY
from firstbell.domain.effort import too_costly
from firstbell.domain.findings.finding import Finding, FindingKind, Severity
from firstbell.domain.plan import Workload
from firstbell.domain.policy import Bounds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstbell.domain.days import SchoolDays
    from firstbell.domain.policy import Policy

_AHEAD_MINUTES = 2 * MINUTES_PER_DAY
"""As far ahead as the operator plans."""


def cost_findings(policy: Policy, calendars: Sequence[SchoolDays]) -> Iterator[Finding]:
    """More bells, events, regions and peaks in two days than a plan has steps for."""
    workload = Workload(policy=policy, bounds=Bounds(minimum=0, maximum=None), calendars=tuple(calendars))
    costly = too_costly(workload, 0, _AHEAD_MINUTES)
    if costly is not None:
        message, cure = costly.message.rstrip(".").rsplit(". ", 1)
        yield Finding(
            kind=FindingKind.TOO_COSTLY,
            severity=Severity.ERROR,
            path="spec.calendarRefs",
            message=message,
            cure=cure,
        )
