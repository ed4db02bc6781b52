"""A plan, or the difference of two, in the form that was asked for."""

from __future__ import annotations

import json
from datetime import date as date_type
from pathlib import Path
from typing import Any, NoReturn

import typer
import yaml

from firstbell.cli.order_lines import orders_between
from firstbell.cli.output import console, printable, refuse
from firstbell.cli.plan.command import NOT_ALL, PlanOutput
from firstbell.cli.plan.plot import plot_plans, undrawable
from firstbell.cli.plan.table import print_planned
from firstbell.cli.plan_differences import differences, in_markdown, in_words
from firstbell.cli.planned import Planned, linked_files
from firstbell.core import instant_of
from firstbell.files.plan_document import plan_document


def show(planned: Planned, output: PlanOutput, plot: Path | None, *, steps: bool) -> NoReturn:
    """Print and draw, and end the command with what could not be planned."""
    if plot is not None and (problem := undrawable(planned.plans, plot)):
        refuse([problem])
    _print(planned, output, steps=steps)
    if plot is not None:
        if problem := plot_plans(planned.plans, plot):
            refuse([problem])
        typer.echo(f"drawn: {plot}", err=True)
    for found in planned.problems:
        typer.echo(f"not planned: {printable(str(found))}", err=True)
    raise typer.Exit(NOT_ALL if planned.problems else 0)


def print_difference(
    states: tuple[Path, Path], first: date_type | None, days: int, output: PlanOutput
) -> None:
    """Print what changes from one state of files to another."""
    if output not in {PlanOutput.TABLE, PlanOutput.MARKDOWN}:
        refuse([f"-o {output}: --diff prints a table or markdown."])
    old, new = (linked_files([state]) for state in states)
    found = differences(old, new, first, days)
    if not found:
        refuse(["--diff: there is no SchoolAutoscaler in either. Give files or folders with both kinds."])
    for line in (in_markdown if output is PlanOutput.MARKDOWN else in_words)(found):
        typer.echo(printable(line))


def _print(planned: Planned, output: PlanOutput, *, steps: bool) -> None:
    match output:
        case PlanOutput.TABLE:
            print_planned(console(), planned, steps=steps)
        case PlanOutput.JSON:
            typer.echo(json.dumps(_document(planned), indent=2))
        case PlanOutput.YAML:
            document = json.loads(json.dumps(_document(planned)))
            typer.echo(yaml.safe_dump(document, sort_keys=False), nl=False)


def _document(planned: Planned) -> dict[str, Any]:
    pairs = zip(planned.autoscalers, planned.plans, strict=True)
    orders = [
        orders_between(one.overrides, instant_of(plan.start), instant_of(plan.end)) for one, plan in pairs
    ]
    return plan_document(planned.window, planned.calendars, planned.plans, orders)
