"""From files to plans: the part that `plan` shares with every command that looks at a schedule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from firstbell import clock
from firstbell.api.links import LinkedAutoscaler, link
from firstbell.api.manifests import read_manifests
from firstbell.api.plan_document import DayWindow
from firstbell.api.problems import Problem
from firstbell.api.yaml_files import FileProblem, Unreadable
from firstbell.cli.output import refuse
from firstbell.domain.bells import start_of_day
from firstbell.domain.calendar import SchoolCalendar
from firstbell.domain.days import SchoolDays
from firstbell.domain.findings import Severity, policy_findings
from firstbell.domain.plan import Plan, Workload, make_plan

STDIN = Path("/dev/stdin")
"""What `-f -` reads, as with kubectl."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """What was read and worked out: calendars in file order, plans in file order."""

    window: DayWindow
    calendars: tuple[SchoolDays, ...]
    plans: tuple[Plan, ...]


def plan_files(files: Sequence[Path], first: date | None, days: int) -> Planned:
    """Plans everything in the files; ends the command with one line per problem where that cannot be."""
    manifests = read_manifests(STDIN if str(file) == "-" else file for file in files)
    if isinstance(manifests, Unreadable):
        refuse(manifests.problems)
    linked = link(manifests)
    if isinstance(linked, Unreadable):
        refuse(linked.problems)
    if not linked.calendars:
        names = ", ".join(map(str, files))
        refuse([f"{names}: no SchoolCalendar in here. Give the file of the calendar with -f."])
    resolved = {calendar.key: SchoolDays(calendar) for calendar in linked.calendars}
    window = DayWindow(first=first or clock.today(_zone(linked.calendars)), days=days)
    errors = [line for autoscaler in linked.autoscalers for line in _errors(autoscaler, resolved)]
    if errors:
        refuse(errors)
    workloads = [_workload(autoscaler, resolved) for autoscaler in linked.autoscalers]
    return Planned(
        window=window,
        calendars=tuple(resolved.values()),
        plans=tuple(_plan(workload, window) for workload in workloads),
    )


def _zone(calendars: Iterable[SchoolCalendar]) -> ZoneInfo:
    return next(iter(calendars)).zone


def _errors(autoscaler: LinkedAutoscaler, resolved: Mapping[str, SchoolDays]) -> Iterator[FileProblem]:
    """Why no plan of this policy can be right, by line."""
    manifest = autoscaler.manifest
    calendars = [resolved[calendar.key] for calendar in autoscaler.calendars]
    for finding in policy_findings(manifest.policy, calendars):
        if finding.severity is Severity.ERROR:
            found = Problem(path=finding.path, message=finding.message, cure=finding.cure)
            yield manifest.origin.problem(found)


def _workload(autoscaler: LinkedAutoscaler, resolved: Mapping[str, SchoolDays]) -> Workload:
    calendars = tuple(resolved[calendar.key] for calendar in autoscaler.calendars)
    return Workload(policy=autoscaler.manifest.policy, bounds=autoscaler.bounds, calendars=calendars)


def _plan(workload: Workload, window: DayWindow) -> Plan:
    """The plan from the start of the first date to that of the date after the last, in the first zone."""
    zone = workload.calendars[0].calendar.zone
    return make_plan(workload, start_of_day(zone, window.first), start_of_day(zone, window.after))
