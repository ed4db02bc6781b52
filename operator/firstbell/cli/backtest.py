"""`firstbell backtest`: a policy on recorded load, beside an HPA alone and a fixed size."""

from __future__ import annotations

import json
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from firstbell.api.yaml_files import Unreadable
from firstbell.backtest.csv_recording import read_csv
from firstbell.backtest.document import backtest_document
from firstbell.backtest.recording import SAMPLE_COUNTS_SECONDS, SECONDS_PER_MINUTE, Recording
from firstbell.backtest.trial import START_SECONDS, Trial, run_trial
from firstbell.cli.backtest_plot import plot_outcome, undrawable
from firstbell.cli.backtest_table import print_outcome
from firstbell.cli.backtest_trial import Asked, trial_of
from firstbell.cli.dates import civil_date
from firstbell.cli.output import console, refuse
from firstbell.domain.bells import MINUTES_PER_DAY, start_of_day

MOST_DAYS = 800
BELLS_SHOWN = 15


class BacktestOutput(StrEnum):
    """How a backtest is printed."""

    TABLE = "table"
    JSON = "json"


def backtest(
    files: Annotated[
        list[Path],
        typer.Option(
            "--file",
            "-f",
            metavar="FILE",
            help="YAML with the calendar and the policy, and its HPA if it has one; repeatable.",
        ),
    ],
    load: Annotated[
        Path,
        typer.Option(
            metavar="FILE",
            help="The recorded load: CSV with the columns time (RFC 3339 with its offset, or seconds since "
            "1970) and value.",
        ),
    ],
    autoscaler: Annotated[
        str | None, typer.Option(metavar="NAME", help="The policy to try, where the files hold several.")
    ] = None,
    metric: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="The metric of the policy that was recorded, where it has several."
        ),
    ] = None,
    per_replica: Annotated[
        str | None,
        typer.Option(
            metavar="QUANTITY",
            help="How much of the load one replica carries; default the averageValue of the policy's metric.",
        ),
    ] = None,
    first: Annotated[
        str | None,
        typer.Option("--from", metavar="DATE", help="The first date; default all that is recorded."),
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="DATE", help="The last date, inclusive.")
    ] = None,
    fixed: Annotated[
        int | None,
        typer.Option(min=0, metavar="REPLICAS", help="The fixed size beside it; default the highest need."),
    ] = None,
    start_seconds: Annotated[
        int,
        typer.Option(min=0, max=3600, metavar="SECONDS", help="From asking for a pod to its being Ready."),
    ] = START_SECONDS,
    gap_minutes: Annotated[
        int,
        typer.Option(
            min=1,
            max=MINUTES_PER_DAY,
            metavar="MINUTES",
            help="How long a sample counts where no other follows; after it the load is unknown.",
        ),
    ] = SAMPLE_COUNTS_SECONDS // SECONDS_PER_MINUTE,
    bells: Annotated[
        int, typer.Option(min=0, metavar="NUMBER", help="How many bells the table shows, the worst first.")
    ] = BELLS_SHOWN,
    output: Annotated[
        BacktestOutput, typer.Option("--output", "-o", help="How to print it.")
    ] = BacktestOutput.TABLE,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw it as .svg or .png (extra `plot`).")
    ] = None,
) -> None:
    """Try a policy on recorded load: per bell what was planned and needed, and what it saves or wastes."""
    if plot is not None and (problem := undrawable(plot)):
        refuse([problem])
    wanted = Asked(
        autoscaler=autoscaler,
        metric=metric,
        per_replica=per_replica,
        fixed=fixed,
        start_seconds=start_seconds,
    )
    trial = trial_of(files, wanted)
    recording = read_csv(load, gap_minutes * SECONDS_PER_MINUTE)
    if isinstance(recording, Unreadable):
        refuse(recording.problems)
    outcome = run_trial(trial, _part(recording, trial, load, first, last))
    match output:
        case BacktestOutput.TABLE:
            print_outcome(console(), outcome, bells=bells)
        case BacktestOutput.JSON:
            typer.echo(json.dumps(backtest_document(outcome), indent=2))
    if plot is not None:
        if problem := plot_outcome(outcome, plot):
            refuse([problem])
        typer.echo(f"drawn: {plot}", err=True)


def _part(recording: Recording, trial: Trial, load: Path, first: str | None, last: str | None) -> Recording:
    """The dates that are asked for of a recording, in the zone of the policy's first calendar."""
    start = _start_of(trial, civil_date(first, "--from")) if first is not None else recording.start
    after = civil_date(last, "--to") + timedelta(days=1) if last is not None else None
    end = _start_of(trial, after) if after is not None else recording.end
    if first is not None and last is not None and end <= start:
        refuse([f"--from {first} --to {last}: ends before it begins. Give a later --to."])
    part = recording.between(start, end)
    if part is None:
        refuse([f"{load}: has no load in the dates asked for. Give others by --from and --to."])
    if part.end - part.start > MOST_DAYS * MINUTES_PER_DAY * SECONDS_PER_MINUTE:
        refuse([f"{load}: covers more than {MOST_DAYS} days. Give fewer by --from and --to."])
    return part


def _start_of(trial: Trial, on: date) -> int:
    zone = trial.workload.calendars[0].calendar.zone
    return start_of_day(zone, on) * SECONDS_PER_MINUTE
