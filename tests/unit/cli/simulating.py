"""`firstbell simulate`, run in process on the files of `planning.py`.

A school at home: 60,000 pupils at 20 times the work are 240 replicas where the baseline is 2, so that an HPA
alone is short and a plan is not.
"""

from __future__ import annotations

import json
from pathlib import Path

import typer
from typer.testing import CliRunner

from firstbell.cli.simulate.command import simulate
from tests.unit.cli.planning import AUTOSCALER, CALENDAR, written

APP = typer.Typer()
APP.command()(simulate)

REMOTE = CALENDAR.replace("bellScheduleName: full}", "bellScheduleName: full, instructionMode: Remote}")
POLICY = AUTOSCALER.replace("maxReplicas: 40", "maxReplicas: 400").replace(
    "anchor: FirstPeriodStart}", "anchor: FirstPeriodStart, rampMinutes: 60}"
) + ("  dayFactors: [{name: remote, match: {instructionModes: [Remote]}, percent: 2000}]\n")
SCHOOL = f"{REMOTE}---\n{POLICY}"
DATE = ("--date", "2025-02-04")


def run(*arguments: object, width: int = 100):
    """`firstbell simulate ARGUMENTS`: output, stderr and exit code. Paths are given with -f."""
    given: list[str] = []
    for argument in arguments:
        given += ["-f", str(argument)] if isinstance(argument, Path) else [str(argument)]
    return CliRunner().invoke(APP, given, env={"COLUMNS": str(width)})


def simulated(folder: Path, *arguments: object, text: str = SCHOOL) -> dict:
    """The document that `firstbell simulate -f SCHOOL ARGUMENTS -o json` prints."""
    result = run(written(folder, text), *DATE, *arguments, "-o", "json")
    assert result.stderr == ""
    return json.loads(result.stdout)
