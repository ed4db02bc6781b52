"""`firstbell backtest`: a policy on recorded load, beside an HPA alone and a fixed size."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from firstbell.cli.output import console, refuse
from firstbell.core import MINUTES_PER_DAY
from firstbell.lab.record.recording import SAMPLE_COUNTS_SECONDS, SECONDS_PER_MINUTE
from firstbell.lab.record.trial import START_SECONDS

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
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The recorded load: CSV with the columns time (RFC 3339 with its offset, or seconds since "
            "1970) and value.",
        ),
    ] = None,
    prometheus: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Instead of a file: the Prometheus that has recorded the load."),
    ] = None,
    query: Annotated[
        str | None,
        typer.Option(metavar="PROMQL", help="What is asked of it; default the query of the policy's metric."),
    ] = None,
    step: Annotated[
        str, typer.Option(metavar="DURATION", help="How far its points are apart, like 15s or 1m.")
    ] = "15s",
    token_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A file with the bearer token that it asks for.")
    ] = None,
    prometheus_ca: Annotated[
        Path | None, typer.Option(metavar="FILE", help="CA certificates of it; default the public ones.")
    ] = None,
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
    from firstbell.cli.backtest.load import Server, asked_dates, from_file, from_prometheus
    from firstbell.cli.backtest.plot import plot_outcome
    from firstbell.cli.backtest.table import print_outcome
    from firstbell.cli.backtest.trial import Asked, trial_of
    from firstbell.cli.picture import undrawable
    from firstbell.lab.record.document import backtest_document
    from firstbell.lab.record.trial import run_trial

    if plot is not None and (problem := undrawable(plot)):
        refuse([problem])
    wanted = Asked(
        autoscaler=autoscaler,
        metric=metric,
        per_replica=per_replica,
        fixed=fixed,
        start_seconds=start_seconds,
    )
    tried = trial_of(files, wanted)
    dates = asked_dates(tried.trial, first, last)
    if load is not None:
        if prometheus is not None:
            refuse(["--load, --prometheus: both tell the load. Give one of the two."])
        recording = from_file(load, gap_minutes * SECONDS_PER_MINUTE, dates)
    elif prometheus is not None:
        server = Server(address=prometheus, query=query, step=step, token=token_file, ca_bundle=prometheus_ca)
        recording = from_prometheus(server, tried.query, dates)
    else:
        refuse(["there is no load. Give a recording by --load FILE, or --prometheus URL."])
    outcome = run_trial(tried.trial, recording)
    match output:
        case BacktestOutput.TABLE:
            print_outcome(console(), outcome, tried.untried, bells=bells)
        case BacktestOutput.JSON:
            typer.echo(json.dumps(backtest_document(outcome), indent=2))
    if plot is not None:
        if problem := plot_outcome(outcome, plot):
            refuse([problem])
        typer.echo(f"drawn: {plot}", err=True)
