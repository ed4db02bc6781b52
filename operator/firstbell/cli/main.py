"""The command line as a whole. Commands are loaded on demand: `-h`, `--version` and completion need none."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from firstbell import __version__
from firstbell.cli.commands import COMMANDS
from firstbell.cli.help_text import SETTINGS
from firstbell.cli.joined import RootGroup
from firstbell.cli.mounted import unloaded

HELP = """Workloads Ready before lessons restart: scaling by the school calendar.

Exit codes: 0 fine; 1 as the help of a command says; 2 what was given, or the cluster, could not be used; 130
and 143 interrupted.
"""


class _OurGroup(RootGroup):
    """The first group: Typer makes it, and has no way to hand it commands that are none yet."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands.update(unloaded(COMMANDS))


app = typer.Typer(
    name="firstbell",
    cls=_OurGroup,
    context_settings=SETTINGS,
    epilog="Example: firstbell plan -f calendar.yaml --date 2026-11-09",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help=HELP,
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
    """Take what may be given before a command."""
