"""Files for the tests of `firstbell plan`, and the command run on them in process.

One school in Brussels, two lessons from 08:30, 60,000 pupils; 5,000 of them are one replica, so a regular
lesson start needs 12. Tests change a word of it by `replace`.
"""

from __future__ import annotations

import json
from pathlib import Path

import typer
from typer.testing import CliRunner

from firstbell.cli.plan.command import plan

APP = typer.Typer()
APP.command()(plan)

EXAMPLES = Path(__file__).parents[3] / "examples"

HEAD = "apiVersion: firstbell.dev/v1alpha1\n"
CALENDAR = (
    HEAD
    + """\
kind: SchoolCalendar
metadata: {name: city, namespace: lms}
spec:
  timeZone: Europe/Brussels
  academicSessions:
  - {name: sy, type: SchoolYear, startDate: "2024-09-02", endDate: "2025-06-27"}
  weeklySchedule:
  - {daysOfWeek: [Monday, Tuesday, Wednesday, Thursday, Friday], bellScheduleName: full}
  bellSchedules:
  - name: full
    classPeriods:
    - {name: "1", startTime: "08:30", endTime: "09:20"}
    - {name: "2", startTime: "09:20", endTime: "10:10"}
  cohorts:
  - {name: all, pupils: 60000}
  holidays:
  - {name: easter, startDate: "2025-04-07", endDate: "2025-04-21"}
"""
)
AUTOSCALER = (
    HEAD
    + """\
kind: SchoolAutoscaler
metadata: {name: web, namespace: lms}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  calendarRefs: [{name: city}]
  minReplicas: 2
  maxReplicas: 40
  capacity: {pupilsPerReplica: 5000}
  peaks:
  - {name: first, anchor: FirstPeriodStart}
"""
)
SNOW = (
    HEAD
    + """\
kind: CalendarException
metadata: {name: snow, namespace: lms}
spec: {calendarRef: {name: city}, startDate: "2025-02-04", event: WeatherDay}
"""
)
HPA = """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web, namespace: lms}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 3
  maxReplicas: 9
"""
WITHOUT_BOUNDS = AUTOSCALER.replace("  minReplicas: 2\n  maxReplicas: 40\n", "")


def written(folder: Path, text: str | bytes, name: str = "school.yaml") -> Path:
    """A file with that text."""
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def run(*arguments: object, width: int = 100):
    """`firstbell plan ARGUMENTS`: output, stderr and exit code. Paths are given with -f."""
    given: list[str] = []
    for argument in arguments:
        given += ["-f", str(argument)] if isinstance(argument, Path) else [str(argument)]
    return CliRunner().invoke(APP, given, env={"COLUMNS": str(width)})


def planned(*arguments: object) -> dict:
    """The document that `firstbell plan ARGUMENTS -o json` prints."""
    result = run(*arguments, "-o", "json")
    assert (result.exit_code, result.stderr) == (0, "")
    return json.loads(result.stdout)
