"""Who is counted: regions without pupils, calendars without cohorts, pupils counted twice.

Load is pupils. A region that no cohort names brings none, a calendar without cohorts weighs one pupil a
region, and two calendars of one workload add up: each is right where it is meant and a flat floor at the
bell where it is not.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from firstbell.core.findings.finding import Finding, FindingKind, Severity, listed
from firstbell.core.school_calendar import DateRange

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstbell.core.days import SchoolDays
    from firstbell.core.policy import Policy
    from firstbell.core.school_calendar import SchoolCalendar


def region_findings(calendar: SchoolCalendar) -> Iterator[Finding]:
    """Yield the regions of a calendar with cohorts that no cohort belongs to."""
    if not calendar.cohorts:
        return
    counted = {cohort.region for cohort in calendar.cohorts}
    for index, region in enumerate(calendar.regions):
        if region not in counted:
            yield Finding(
                kind=FindingKind.REGION_WITHOUT_COHORT,
                severity=Severity.WARNING,
                path=f"spec.regions[{index}]",
                message=f'Region "{region}" has no cohort, so its lessons bring no load',
                cure="Add a cohort with its pupils, or remove the region",
            )


def pupil_findings(policy: Policy, calendars: Sequence[SchoolDays]) -> Iterator[Finding]:
    """Yield the calendars of a policy that lack the pupils it asks for, or count the same ones twice."""
    paths = {name: f"spec.calendarRefs[{index}]" for index, name in enumerate(policy.calendar_names)}
    bare = [days.calendar for days in calendars if not days.calendar.cohorts]
    by_pupils = [peak.name for peak in policy.peaks if policy.counts_pupils(peak)]
    if by_pupils:
        for calendar in bare:
            yield Finding(
                kind=FindingKind.COHORTS_MISSING,
                severity=Severity.ERROR,
                path=paths.get(calendar.name, "spec.calendarRefs"),
                message=f'Calendar "{calendar.name}" has no cohorts, but capacity.pupilsPerReplica sizes '
                f"peak{'s' if len(by_pupils) > 1 else ''} {listed(by_pupils)} by pupils",
                cure="Add cohorts with pupils to the calendar, or give every peak replicas, or"
                " capacity.replicasAtPeak instead",
            )
    elif 0 < len(bare) < len(calendars):
        yield Finding(
            kind=FindingKind.COHORTS_MIXED,
            severity=Severity.WARNING,
            path="spec.calendarRefs",
            message=f"Only some calendars have cohorts: {listed([calendar.name for calendar in bare])} "
            f"without cohorts weighs one pupil a region, next to nothing beside the others",
            cure="Add cohorts to every calendar of this autoscaler, or to none",
        )
    for one, other in combinations(calendars, 2):
        yield from _shared(policy, one, other, paths)


def _shared(policy: Policy, one: SchoolDays, other: SchoolDays, paths: dict[str, str]) -> Iterator[Finding]:
    cohorts = sorted(
        {cohort.name for cohort in one.calendar.cohorts} & {cohort.name for cohort in other.calendar.cohorts}
    )
    regions = sorted(set(one.calendar.regions) & set(other.calendar.regions))
    if not cohorts and not regions:
        return
    shared = f"cohort {listed(cohorts)}" if cohorts else f"region {listed(regions)}"
    both = f'Calendars "{one.calendar.name}" and "{other.calendar.name}" both have {shared}'
    if _meet(one, other):
        message = f"{both}: if these are the same pupils, they count twice"
        cure = "Nothing to do if they are not; else count each pupil in one calendar only"
    elif policy.shares_replicas:
        message = f"{both} at different times: replicas of a peak are split over both, so each gets a part"
        cure = "Keep the school years of the same pupils in one calendar"
    else:
        return  # the same pupils in two school years, one after the other: nothing counts twice
    yield Finding(
        kind=FindingKind.PUPILS_SHARED,
        severity=Severity.NOTICE,
        path=paths.get(other.calendar.name, "spec.calendarRefs"),
        message=message,
        cure=cure,
    )


def _meet(one: SchoolDays, other: SchoolDays) -> bool:
    """Tell whether the data of two calendars overlap in time.

    Where there are no lessons it is unknown, and taken for yes.
    """
    if one.first is None or one.last is None or other.first is None or other.last is None:
        return True
    of_one = DateRange(first=one.first, last=one.last)
    return of_one.overlaps(DateRange(first=other.first, last=other.last))
