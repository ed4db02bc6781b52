"""`firstbell plan`: what will happen, and why."""

from __future__ import annotations

import json
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
import yaml

from firstbell.api.plan_document import plan_document
from firstbell.cli.output import console, refuse
from firstbell.cli.plan_plot import plot_plans
from firstbell.cli.plan_table import print_planned
from firstbell.cli.planned import plan_files

MOST_DAYS = 800


class PlanOutput(StrEnum):
    """How a plan is printed."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"


def plan(
    files: Annotated[
        list[Path],
        typer.Option("--file", "-f", metavar="FILE", help="YAML with calendars and autoscalers; repeatable."),
    ],
    date: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], metavar="DATE", help="The first date, like 2026-09-01; default today."
        ),
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="How many dates.")] = 1,
    output: Annotated[PlanOutput, typer.Option("--output", "-o", help="How to print it.")] = PlanOutput.TABLE,
    steps: Annotated[
        bool, typer.Option("--steps", help="In the table, every step of the schedule instead of the writes.")
    ] = False,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw the schedule as .svg or .png (extra `plot`).")
    ] = None,
) -> None:
    """Show what kind of days there will be, how many replicas at each minute, and why."""
    planned = plan_files(files, date.date() if date else None, days)
    match output:
        case PlanOutput.TABLE:
            print_planned(console(), planned, steps=steps)
        case PlanOutput.JSON:
            document = plan_document(planned.window, planned.calendars, planned.plans)
            typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
        case PlanOutput.YAML:
            document = json.loads(json.dumps(plan_document(planned.window, planned.calendars, planned.plans)))
            typer.echo(yaml.safe_dump(document, sort_keys=False, allow_unicode=True), nl=False)
    if plot is not None:
        problem = plot_plans(planned.plans, plot)
        if problem:
            refuse([problem])
        typer.echo(f"drawn: {plot}", err=True)
