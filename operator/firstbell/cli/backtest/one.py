"""One policy on its record, shown whole."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from firstbell.cli.backtest.load import recording_of
from firstbell.cli.backtest.plot import plot_outcome
from firstbell.cli.backtest.table import print_outcome
from firstbell.cli.backtest.trial import trial_of
from firstbell.cli.output import console, refuse
from firstbell.cli.picture import undrawable
from firstbell.lab.record.document import backtest_document
from firstbell.lab.record.trial import run_trial

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from firstbell.cli.backtest.load import Source
    from firstbell.cli.backtest.trial import Asked


@dataclass(frozen=True, kw_only=True, slots=True)
class OneSheet:
    """How it is shown: as JSON, else as a table with so many bells; drawn into a file where one is given."""

    as_json: bool
    bells: int
    plot: Path | None


def try_one(files: Sequence[Path], asked: Asked, source: Source, sheet: OneSheet) -> None:
    """Try a policy and show what came of it; end the command where that cannot be."""
    if sheet.plot is not None and (problem := undrawable(sheet.plot)):
        refuse([problem])
    tried = trial_of(files, asked)
    outcome = run_trial(tried.trial, recording_of(source, tried.trial, tried.query))
    if sheet.as_json:
        typer.echo(json.dumps(backtest_document(outcome, tried.untried), indent=2))
    else:
        print_outcome(console(), outcome, tried.untried, bells=sheet.bells)
    if sheet.plot is not None:
        if problem := plot_outcome(outcome, sheet.plot):
            refuse([problem])
        typer.echo(f"drawn: {sheet.plot}", err=True)
