"""Peaks that never occur and factors that can never match: capacity that somebody counts on in vain.

A factor for remote days matches nothing until a remote day is declared, and is right to wait for it. So
only what no exception could ever bring is "never": a label or region that no calendar has, a transition
into a mode that the factor rules out, events that close the day (a closed day has no lessons to multiply).
A factor that asks for day classes alone depends on the printed calendar: no match there is a notice.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from firstbell.core.bells import start_of_day
from firstbell.core.days import Transition
from firstbell.core.findings.finding import Finding, FindingKind, Severity, listed
from firstbell.core.occurrences import occurrences, wants
from firstbell.core.policy import PeakAnchor
from firstbell.core.school_calendar import (
    CronRecurrence,
    InstructionMode,
    OneDate,
    RecurrenceCondition,
    WeeklyRecurrence,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from firstbell.core.days import Day, DayClass, SchoolDays
    from firstbell.core.policy import Match, Peak, Policy
    from firstbell.core.school_calendar import DemandEvent

_ONE_DAY = timedelta(days=1)
_LOOK = timedelta(days=64)
MOST_DAYS_LOOKED_AT = 20_000
"""Days in all regions: fifty years of one. Findings about what never is end there."""
_MODE_AFTER = {
    Transition.TO_REMOTE: InstructionMode.REMOTE,
    Transition.TO_IN_PERSON: InstructionMode.IN_PERSON,
    Transition.TO_HYBRID: InstructionMode.HYBRID,
}


def factor_findings(policy: Policy, calendars: Sequence[SchoolDays]) -> Iterator[Finding]:
    """Yield the labels that no rotation has, and factors that match no day that could ever be."""
    labels = {
        label for days in calendars if days.calendar.rotation for label in days.calendar.rotation.labels
    }
    kinds = _KindsOfDays(calendars)
    for index, factor in enumerate(policy.day_factors):
        path = f"spec.dayFactors[{index}].match"
        unknown = sorted(factor.match.labels - labels)
        if unknown:
            quoted = listed([f'"{label}"' for label in unknown])
            yield Finding(
                kind=FindingKind.LABEL_UNKNOWN,
                severity=Severity.WARNING,
                path=f"{path}.labels",
                message=f'Factor "{factor.name}" asks for label {quoted}, which none of its calendars has',
                cure="Correct the label, or add it to the calendar's rotation",
            )
            if not factor.match.labels & labels:
                continue
        why = _never(factor.match, calendars)
        if why is not None:
            yield _no_match(path, f'Factor "{factor.name}" can never match: {why}', Severity.WARNING)
        elif _depends_on_print(factor.match) and kinds.known and not kinds.any_accepted(factor.match):
            yield _no_match(path, f'Factor "{factor.name}" matches no day of its calendars', Severity.NOTICE)


def _no_match(path: str, message: str, severity: Severity) -> Finding:
    return Finding(
        kind=FindingKind.DAY_FACTOR_NEVER_MATCHES,
        severity=severity,
        path=path,
        message=message,
        cure="Correct what it matches, or remove the factor",
    )


def _never(match: Match, calendars: Sequence[SchoolDays]) -> str | None:
    """Tell why no day could be accepted, whatever exceptions are declared; None where one could."""
    regions = {region for days in calendars for region in days.calendar.regions}
    if match.regions and regions.isdisjoint(match.regions):
        return "none of its calendars has its regions"
    if match.events and not any(event.has_lessons for event in match.events):
        return "its events close the day, and a day without lessons has no such load"
    after = {_MODE_AFTER[transition] for transition in match.transitions}
    if after and match.instruction_modes and after.isdisjoint(match.instruction_modes):
        return "its transitions lead to none of its instructionModes"
    return None


def _depends_on_print(match: Match) -> bool:
    asks_of_exceptions = match.instruction_modes or match.transitions or match.events
    return bool(match.day_classes or match.labels) and not asks_of_exceptions


class _KindsOfDays:
    """Of each region one lesson day of every class and label that it has; looked for once, where needed."""

    def __init__(self, calendars: Sequence[SchoolDays]) -> None:
        self._calendars = calendars

    @property
    def known(self) -> bool:
        """Whether every lesson day could be looked at; of more than can be, nothing is told."""
        return self._looked_at <= MOST_DAYS_LOOKED_AT

    def any_accepted(self, match: Match) -> bool:
        """Tell whether any of the days is one that a factor is for."""
        return any(match.accepts(day) for day in self._found.values())

    @cached_property
    def _looked_at(self) -> int:
        return sum(
            days.lesson_count(region, days.first, days.last)
            for days in self._calendars
            if days.first is not None and days.last is not None
            for region, *_ in days.layers.regions_by_scope.values()
        )

    @cached_property
    def _found(self) -> dict[tuple[DayClass, str | None, str | None], Day]:
        found: dict[tuple[DayClass, str | None, str | None], Day] = {}
        for days in self._calendars:
            for regions in days.layers.regions_by_scope.values():
                for day in days.lesson_days(regions[0]):
                    if day.lessons is None:
                        continue
                    for region in regions:
                        kind = (day.lessons.day_class, day.lessons.label, region)
                        if kind not in found:
                            found[kind] = replace(day, region=region)
        return found


def peak_findings(policy: Policy, calendars: Sequence[SchoolDays]) -> Iterator[Finding]:
    """Yield the peaks for events that no calendar has, and peaks that no bell or event ever makes."""
    if not calendars or any(days.calendar.suspended for days in calendars):
        return  # a suspended calendar brings nothing on purpose
    has = {event.type for days in calendars for event in days.calendar.demand_events}
    for index, peak in enumerate(policy.peaks):
        path = f"spec.peaks[{index}]"
        unused = sorted(peak.demand_event_types - has)
        if peak.anchor is PeakAnchor.DEMAND_EVENT and unused:
            yield Finding(
                kind=FindingKind.DEMAND_EVENT_TYPE_UNUSED,
                severity=Severity.NOTICE if len(unused) < len(peak.demand_event_types) else Severity.WARNING,
                path=f"{path}.demandEventTypes",
                message=f'Peak "{peak.name}" waits for {listed(unused)}, but its calendars have none',
                cure="Add such an entry to demandEvents of a calendar, or correct the types",
            )
            if len(unused) == len(peak.demand_event_types):
                continue
        if not any(_occurs(peak, days) for days in calendars):
            yield Finding(
                kind=FindingKind.PEAK_NEVER_OCCURS,
                severity=Severity.WARNING,
                path=path,
                message=f'Peak "{peak.name}" never occurs: {_missing(peak, calendars)}',
                cure="Check the anchor of the peak and the calendars it refers to",
            )


def _occurs(peak: Peak, school_days: SchoolDays) -> bool:
    """Tell whether it does, as far as can be looked: beyond that it is taken for yes."""
    if any(wants(peak, event) and _recurs_always(event) for event in school_days.calendar.demand_events):
        return True
    dates = _dates(school_days)
    if not dates:
        return False
    on, last = min(dates), max(dates)
    zone = school_days.calendar.zone
    looked_at = 0
    while on <= last:
        until = min(last, on + _LOOK) + _ONE_DAY
        start, end = start_of_day(zone, on), start_of_day(zone, until)
        if next(occurrences([peak], school_days, start, end), None) is not None:
            return True
        looked_at += (until - on).days * len(school_days.layers.regions_by_scope)
        if looked_at * max(1, len(school_days.calendar.demand_events)) > MOST_DAYS_LOOKED_AT:
            return True
        on = until
    return False


def _recurs_always(event: DemandEvent) -> bool:
    """Tell whether an event takes place again and again, lessons or not.

    Bounded on one side it has no end on the other, and holidays are not for ever.
    """
    when = event.when
    if event.first_date and event.last_date:
        return False
    return isinstance(when, CronRecurrence) or (
        isinstance(when, WeeklyRecurrence) and when.condition is RecurrenceCondition.ALWAYS
    )


def _dates(school_days: SchoolDays) -> list[date]:
    """Return the ends of everything that the calendar speaks of."""
    dates = [
        event.when.day for event in school_days.calendar.demand_events if isinstance(event.when, OneDate)
    ]
    for event in school_days.calendar.demand_events:
        dates += [on for on in (event.first_date, event.last_date) if on is not None]
    if school_days.first is not None and school_days.last is not None:
        dates += [school_days.first, school_days.last]
    return dates


def _missing(peak: Peak, calendars: Sequence[SchoolDays]) -> str:
    if peak.anchor is not PeakAnchor.DEMAND_EVENT and all(days.first is None for days in calendars):
        return "it waits for a bell, and its calendars have demand events only"
    match peak.anchor:
        case PeakAnchor.FIRST_PERIOD_START | PeakAnchor.LAST_PERIOD_END:
            return "no day of its calendars has lessons"
        case PeakAnchor.PERIOD_START:
            return "no lesson day of its calendars has a second class period"
        case PeakAnchor.AFTER_BREAK:
            return f"no break between class periods is {peak.min_break_minutes} minutes or longer"
        case PeakAnchor.DEMAND_EVENT:
            return "its calendars have no demand event that takes place"
