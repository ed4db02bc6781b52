"""Fleets in the form that was asked for, and what the command ends with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NoReturn

import typer
import yaml

from firstbell.cli.fleet.document import fleet_document
from firstbell.cli.fleet.output import FleetOutput
from firstbell.cli.fleet.table import print_fleet
from firstbell.cli.many_clusters import Unread
from firstbell.cli.output import UNREADABLE, console, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstbell.cli.fleet.gathering import Fleet

DOES_NOT_FIT = 1


def show(found: Sequence[Fleet | Unread], output: FleetOutput, *, shown: int, several: bool) -> NoReturn:
    """Print fleets, and end the command: 1 where not all fits or was planned, 2 where nothing was."""
    fleets = [one for one in found if not isinstance(one, Unread)]
    if output is FleetOutput.TABLE:
        for fleet in fleets:
            if several:
                typer.echo(f"=== {printable(fleet.context)}")
            print_fleet(console(), fleet, shown)
    else:
        text = json.dumps(fleet_document(found), indent=2)
        if output is FleetOutput.YAML:
            typer.echo(yaml.safe_dump(json.loads(text), sort_keys=False), nl=False)
        else:
            typer.echo(text)
    for fleet in fleets:
        for problem in fleet.problems:
            typer.echo(f"not planned: {printable(_of(fleet.context, str(problem)))}", err=True)
    for one in found:
        if isinstance(one, Unread):
            typer.echo(f"not read: {printable(_of(one.context, one.why))}", err=True)
    if not fleets:
        raise typer.Exit(UNREADABLE)
    whole = len(fleets) == len(found) and not any(fleet.problems for fleet in fleets)
    fits = not any(bell.misfits for fleet in fleets for bell in fleet.bells)
    raise typer.Exit(0 if whole and fits else DOES_NOT_FIT)


def _of(context: str, text: str) -> str:
    return f"{context}: {text}" if context else text
