"""`firstbell cluster`: a control plane to look around in."""

from __future__ import annotations

import shlex
import shutil
from typing import Annotated

import typer

from firstbell.cli.help_text import Group, example
from firstbell.cli.output import refuse
from firstbell_workshop.local.errors import ControlPlaneError

app = typer.Typer(
    add_completion=False,
    cls=Group,
    no_args_is_help=True,
    epilog='Example: eval "$(firstbell cluster up --metrics)"',
    help="A real Kubernetes on this machine: from kind where Docker answers, else without it.\n\n"
    "Programs and clusters lie in ~/.cache/firstbell, or where FIRSTBELL_CACHE says. "
    "FIRSTBELL_PROVISION=kind or =local decides for one of the two.\n\n"
    "Exit code 2: none is to be had here, or none of that name is up.",
)

Name = Annotated[str, typer.Argument(help="Its name.")]
MOST_NODES = 100


@app.command(**example("cluster up --metrics"))
def up(
    name: Name = "firstbell",
    nodes: Annotated[int, typer.Option(min=1, max=MOST_NODES, help="How many nodes (made up by kwok).")] = 3,
    metrics: Annotated[bool, typer.Option("--metrics", help="Serve CPU metrics, so that HPAs work.")] = False,
) -> None:
    """Start a control plane that stays up, and say how to use it.

    Exit code 2: none could be started, and why.
    """
    from firstbell_workshop.local import kept
    from firstbell_workshop.local.build import built_program
    from firstbell_workshop.local.spec import ControlPlaneSpec

    try:
        path = kept.up(name, ControlPlaneSpec(nodes=nodes, metrics_server=metrics))
    except ControlPlaneError as error:
        refuse([error])
    typer.echo(f"export KUBECONFIG={shlex.quote(str(path))}")
    if shutil.which("kubectl") is None and (kubectl := built_program("kubectl")) is not None:
        typer.echo(f'export PATH="$PATH":{shlex.quote(str(kubectl.parent))}')


@app.command(**example("cluster down"))
def down(name: Name = "firstbell") -> None:
    """Take it down, with everything in it.

    Exit code 2: none of that name is up.
    """
    from firstbell_workshop.local import kept

    try:
        kept.down(name)
    except ControlPlaneError as error:
        refuse([error])


@app.command(**example("cluster kubeconfig"))
def kubeconfig(name: Name = "firstbell") -> None:
    """Print where its kubeconfig is.

    Exit code 2: none of that name is up.
    """
    from firstbell_workshop.local import kept

    try:
        typer.echo(kept.kubeconfig(name))
    except ControlPlaneError as error:
        refuse([error])


@app.command("list", **example("cluster list"))
def names() -> None:
    """List the control planes that are up.

    Without any nothing is printed, and the exit code is 0.
    """
    from firstbell_workshop.local import kept

    for name in kept.names():
        typer.echo(name)
