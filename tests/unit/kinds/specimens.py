"""One good object of each kind, with every field in use, and changes to make it bad."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

import yaml

from firstbell.kinds.problems import parts_of

CALENDAR = """
timeZone: Europe/Paris
regions:
- {name: zone-a, title: Zone A}
- {name: zone-b}
academicSessions:
- {name: year, type: SchoolYear, schoolYear: 2027, startDate: "2026-09-01", endDate: "2027-07-03"}
- {name: fall, title: Fall, type: Term, parentName: year, startDate: "2026-09-01", endDate: "2026-12-18",
   regions: [zone-a]}
weeklySchedule:
- {daysOfWeek: [Monday, Tuesday], bellScheduleName: full, labels: [A], regions: [zone-a]}
- {daysOfWeek: [Thursday, Friday], bellScheduleName: full, instructionMode: Hybrid}
bellSchedules:
- name: full
  classPeriods:
  - {name: "1", startTime: "08:00", endTime: "09:00"}
  - {name: "2", startTime: "09:00", endTime: "10:00"}
- name: late
  classPeriods:
  - {name: "1", startTime: "10:00", endTime: "11:00"}
rotation: {type: AlternatingWeeks, labels: [A, B], anchorDate: "2026-09-01", onClosure: Skip,
  weekStartsOn: Sunday}
holidays:
- {name: toussaint, title: Toussaint, startDate: "2026-10-17", endDate: "2026-11-01"}
- {name: hiver, startDate: "2027-02-06", endDate: "2027-02-21", type: PublicHoliday, regions: [zone-a]}
calendarDates:
- {name: strike, startDate: "2026-11-12", event: Strike, note: "of the buses"}
- {name: ice, startDate: "2027-01-26", event: LateArrival, bellScheduleName: late, regions: [zone-b],
   announcedTime: "2027-01-26T05:15:00+01:00"}
- {name: remote, startDate: "2027-03-01", endDate: "2027-03-05", event: InstructionalDay,
   daysOfWeek: [Tuesday, Wednesday], instructionMode: Remote}
demandEvents:
- {name: cards, type: ReportCard, date: "2026-12-11", startTime: "16:00", endTime: "18:00"}
- {name: deadline, type: AssignmentDeadline, startTime: "22:00", regions: [zone-a], cohorts: [lycees],
   recurrence: {daysOfWeek: [Sunday], condition: BeforeInstructionalDay}}
- {name: evening, type: HomeworkEvening, recurrence: {schedule: "0 19 * * MON-THU"}, durationMinutes: 90}
cohorts:
- {name: lycees, region: zone-a, schools: 12, pupils: 12000, startOffsetMinutes: -10}
- {name: colleges, region: zone-b, pupils: 8000}
restartMinBreakDays: 4
suspend: true
"""

AUTOSCALER = """
scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
actuation: AutoscalerFloor
profileRef: {name: everybody}
calendarRefs: [{name: school}, {name: evening-school}]
minReplicas: 2
maxReplicas: 40
capacity: {pupilsPerReplica: 1000}
peaks:
- {name: first, anchor: FirstPeriodStart, loadPercent: 110, leadMinutes: 15, rampMinutes: 0, holdMinutes: 20,
   decayMinutes: 25}
- {name: after-break, anchor: AfterBreak, minBreakMinutes: 15, loadPercent: 40}
- {name: cards, anchor: DemandEvent, demandEventTypes: [ReportCard], replicas: 12}
dayFactors:
- name: remote
  match: {dayClasses: [FirstDayOfWeek], instructionModes: [Remote], transitions: [ToRemote],
    events: [InstructionalDay], labels: [A], regions: [zone-a]}
  percent: 300
maxFactorPercent: 900
holdGapMinutes: 20
metrics:
- name: requests
  prometheus:
    serverAddress: http://prometheus.monitoring:9090
    query: sum(rate(http_requests_total[1m]))
    bearerTokenSecretRef: {name: prometheus, key: token}
  target: {type: AverageValue, averageValue: "350"}
- name: queue
  prometheus: {serverAddress: "https://metrics.example/prom", query: queue_length}
  target: {type: Value, value: "100"}
- name: online
  prometheus: {serverAddress: "http://prometheus:9090", query: sum(sessions)}
  target: {type: AverageValue, averageValue: "1000"}
  perPupil: "0.9"
leadTime: {mode: Measured, maxMinutes: 20}
surge: {maxPercent: 200}
tolerance: "0.05"
behavior:
  scaleUp: {policies: [{type: Pods, value: 10, periodSeconds: 60}], selectPolicy: Min}
  scaleDown: {stabilizationWindowSeconds: 900}
priority: 90
mode: DryRun
onCalendarError: ReactiveOnly
"""

PROFILE = """
calendarRefs: [{name: country, kind: ClusterSchoolCalendar}, {name: school}]
peaks:
- {name: first, anchor: FirstPeriodStart, loadPercent: 110, leadMinutes: 15, rampMinutes: 0, holdMinutes: 20,
   decayMinutes: 25}
- {name: cards, anchor: DemandEvent, demandEventTypes: [ReportCard], replicas: 12}
dayFactors:
- name: remote
  match: {dayClasses: [FirstDayOfWeek], instructionModes: [Remote], transitions: [ToRemote],
    events: [InstructionalDay], labels: [A], regions: [zone-a]}
  percent: 300
maxFactorPercent: 900
holdGapMinutes: 20
leadTime: {mode: Measured, maxMinutes: 20}
surge: {maxPercent: 200}
tolerance: "0.05"
behavior:
  scaleUp: {policies: [{type: Pods, value: 10, periodSeconds: 60}], selectPolicy: Min}
  scaleDown: {stabilizationWindowSeconds: 900}
"""

EXCEPTION = """
calendarRef: {name: school}
startDate: "2027-01-27"
endDate: "2027-01-28"
event: EarlyDismissal
bellScheduleName: late
instructionMode: Remote
regions: [zone-a]
announcedTime: "2027-01-26T20:00:00Z"
note: storm
ttlSecondsAfterFinished: 86400
"""

OVERRIDE = """
selector:
  matchLabels: {tier: sign-on}
  matchExpressions:
  - {key: stage, operator: In, values: [live]}
  - {key: frozen, operator: DoesNotExist}
floorPercent: 150
startTime: "2027-01-26T08:00:00+01:00"
endTime: "2027-01-26T10:00:00+01:00"
reason: mock exams
ttlSecondsAfterFinished: 86400
"""

SPECS: dict[str, str] = {
    "SchoolCalendar": CALENDAR,
    "ClusterScalingProfile": PROFILE,
    "SchoolAutoscaler": AUTOSCALER,
    "CalendarException": EXCEPTION,
    "ScalingOverride": OVERRIDE,
}

MISSING = object()
"""In place of a value: the field is taken out."""


def spec(kind: str) -> dict[str, Any]:
    """A fresh good spec."""
    return copy.deepcopy(_read(kind))


@cache
def _read(kind: str) -> dict[str, Any]:
    return dict(yaml.safe_load(SPECS[kind]))


def changed(good: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """A copy with the values at the given paths (relative to the spec) replaced, or taken out."""
    bad = copy.deepcopy(good)
    for path, value in changes.items():
        *parents, last = parts_of(path)
        place: Any = bad
        for part in parents:
            place = place[part]
        if value is MISSING:
            del place[last]
        elif isinstance(last, int) and last == len(place):
            place.append(value)
        else:
            place[last] = value
    return bad


def manifest(kind: str, body: dict[str, Any], name: str = "school") -> str:
    """The text of a whole object."""
    head = {"apiVersion": "firstbell.dev/v1alpha1", "kind": kind, "metadata": {"name": name}}
    return yaml.safe_dump({**head, "spec": body}, sort_keys=False)
