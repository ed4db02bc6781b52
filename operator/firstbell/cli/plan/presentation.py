"""A plan, or the difference of two, in the form that was asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer
import yaml

from firstbell.cli.dates import DayMeant
from firstbell.cli.many_clusters import Unread
from firstbell.cli.order_lines import orders_between
from firstbell.cli.output import UNREADABLE, console, printable, refuse
from firstbell.cli.plan.output import PlanOutput
from firstbell.cli.plan.plot import plot_plans, undrawable
from firstbell.cli.plan.table import print_planned
from firstbell.cli.plan_differences import differences, in_markdown, in_words
from firstbell.cli.planned import Planned, linked_files, not_carried_out
from firstbell.core.instants import instant_of
from firstbell.files.links import Linked
from firstbell.files.plan_document import plan_document
from firstbell.files.yaml_files import holds_nothing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CLUSTERS_API_VERSION = "firstbell.dev/plans/v1"
"""Of the plans of several clusters in one document; each of them is `firstbell.dev/plan/v1`."""

NOT_ALL = 1


def show(planned: Planned, output: PlanOutput, plot: Path | None, *, steps: bool) -> NoReturn:
    """Print and draw, and end the command with what could not be planned."""
    if plot is not None and (problem := undrawable(planned.plans, plot)):
        refuse([problem])
    _print(planned, output, steps=steps)
    if plot is not None:
        if problem := plot_plans(planned.plans, plot):
            refuse([problem])
        typer.echo(f"drawn: {plot}", err=True)
    _tell_what_is_not(planned)
    raise typer.Exit(NOT_ALL if planned.problems else 0)


def show_clusters(
    contexts: Sequence[str | None], found: Sequence[Planned | Unread], output: PlanOutput, *, steps: bool
) -> NoReturn:
    """Print what is planned in each cluster, and end the command with what could not be."""
    planned = {
        str(context): each
        for context, each in zip(contexts, found, strict=True)
        if not isinstance(each, Unread)
    }
    unread = [each for each in found if isinstance(each, Unread)]
    if output is PlanOutput.TABLE:
        for context, each in planned.items():
            typer.echo(f"=== {printable(context)}")
            print_planned(console(), each, steps=steps)
    else:
        _print_document(_clusters_document(planned, unread), output)
    for context, each in planned.items():
        _tell_what_is_not(each, f"{context}: ")
    for one in unread:
        typer.echo(f"not planned: {printable(f'{one.context}: {one.why}')}", err=True)
    if not planned:
        raise typer.Exit(UNREADABLE)
    whole = not unread and not any(each.problems for each in planned.values())
    raise typer.Exit(0 if whole else NOT_ALL)


def _tell_what_is_not(planned: Planned, where: str = "") -> None:
    """Name what could not be planned, and what is planned and cannot be done as it stands."""
    for found in planned.problems:
        typer.echo(f"not planned: {printable(f'{where}{found}')}", err=True)
    for one in planned.autoscalers:
        if hindrance := not_carried_out(one.manifest):
            typer.echo(f"not carried out: {printable(f'{where}{hindrance}')}", err=True)


def _clusters_document(planned: Mapping[str, Planned], unread: Sequence[Unread]) -> dict[str, Any]:
    """Return one document of all clusters: each has its plan under the name of its context."""
    return {
        "apiVersion": CLUSTERS_API_VERSION,
        "clusters": [{"context": context, "plan": _document(each)} for context, each in planned.items()],
        "unread": [{"context": each.context, "why": each.why} for each in unread],
    }


def print_difference(
    states: tuple[Path, Path], first: DayMeant | None, days: int, output: PlanOutput
) -> None:
    """Print what changes from one state of files to another."""
    if output not in {PlanOutput.TABLE, PlanOutput.MARKDOWN}:
        refuse([f"-o {output}: --diff prints a table or markdown."])
    old, new = (_state(state) for state in states)
    found = differences(old, new, first, days)
    if not found:
        refuse(["--diff: there is no SchoolAutoscaler in either. Give files or folders with both kinds."])
    for line in (in_markdown if output is PlanOutput.MARKDOWN else in_words)(found):
        typer.echo(printable(line))


def _state(path: Path) -> Linked:
    """Return what a state holds; a folder without YAML is one in which nothing was yet, or is any more."""
    return Linked(calendars=(), autoscalers=()) if holds_nothing(path) else linked_files([path])


def _print(planned: Planned, output: PlanOutput, *, steps: bool) -> None:
    if output is PlanOutput.TABLE:
        print_planned(console(), planned, steps=steps)
    else:
        _print_document(_document(planned), output)


def _print_document(document: dict[str, Any], output: PlanOutput) -> None:
    text = json.dumps(document, indent=2)
    if output is PlanOutput.YAML:
        typer.echo(yaml.safe_dump(json.loads(text), sort_keys=False), nl=False)
    else:
        typer.echo(text)


def _document(planned: Planned) -> dict[str, Any]:
    pairs = zip(planned.autoscalers, planned.plans, strict=True)
    orders = [
        orders_between(one.overrides, instant_of(plan.start), instant_of(plan.end)) for one, plan in pairs
    ]
    return plan_document(planned.window, planned.calendars, planned.plans, orders)
