"""All commands, mounted."""

from __future__ import annotations

from typing import Annotated

import typer

from firstbell import __version__
from firstbell.cli import cluster
from firstbell.cli.backtest import backtest
from firstbell.cli.crds import crds
from firstbell.cli.demo import demo
from firstbell.cli.explain import explain_command
from firstbell.cli.help_text import SETTINGS, Group, example
from firstbell.cli.lint import lint
from firstbell.cli.plan import plan
from firstbell.cli.release import release
from firstbell.cli.run import run
from firstbell.cli.simulate import simulate

app = typer.Typer(
    name="firstbell",
    cls=Group,
    context_settings=SETTINGS,
    epilog="Example: firstbell plan -f calendar.yaml --date 2026-11-09",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Workloads Ready before lessons restart: scaling by the school calendar.",
)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"firstbell {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Workloads Ready before lessons restart: scaling by the school calendar."""


app.command(**example("plan -f calendar.yaml --date 2026-11-09"))(plan)
app.command(**example("simulate -f calendar.yaml --date 2026-11-09"))(simulate)
app.command(**example("backtest -f calendar.yaml --load load.csv"))(backtest)
app.command(**example("lint calendar.yaml"))(lint)
app.command(**example("crds | kubectl apply --server-side -f -"))(crds)
app.command(**example("run -n school"))(run)
app.command("explain", **example("explain school/web"))(explain_command)
app.command(**example("release --all --dry-run"))(release)
app.command(**example("demo --plot morning.svg"))(demo)
app.add_typer(cluster.app, name="cluster")
