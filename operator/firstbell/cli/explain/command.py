"""`firstbell explain`: why a workload has this number now."""

from __future__ import annotations

import json
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer

from firstbell.cli.cluster_options import Context, Kubeconfig, Namespace
from firstbell.cli.output import console, refuse
from firstbell.core import Unavailable
from firstbell.core.instants import told_instant
from firstbell.engine.ports import Failure


class ExplainOutput(StrEnum):
    """How an explanation is printed."""

    TEXT = "text"
    JSON = "json"


def explain_command(
    target: Annotated[
        str, typer.Argument(metavar="NAMESPACE/NAME", help="The SchoolAutoscaler; with -n its name alone.")
    ],
    namespace: Namespace = None,
    at: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="As if it were then, like 2026-09-01T06:30Z; default now."),
    ] = None,
    output: Annotated[ExplainOutput, typer.Option("--output", "-o", help="How to print it.")] = (
        ExplainOutput.TEXT
    ),
    instance: Annotated[
        str | None,
        typer.Option(
            envvar="FIRSTBELL_INSTANCE", help="The installation; default the one that holds the floor."
        ),
    ] = None,
    context: Context = None,
    kubeconfig: Kubeconfig = None,
) -> None:
    """Say why a workload has the number it has now, what comes next, and what would change it.

    Exit code 2: there is no such SchoolAutoscaler, or it could not be read.
    """
    from firstbell.cli.ask_cluster import ask_cluster, autoscaler_meant
    from firstbell.cli.explain.document import explain_document
    from firstbell.cli.explain.look import explained
    from firstbell.cli.explain.text import print_explanation
    from firstbell.clock import SystemClock

    key = autoscaler_meant(target, namespace, kubeconfig, context)
    now = SystemClock().now() if at is None else _instant(at)

    found = ask_cluster(kubeconfig, context, lambda cluster: explained(cluster, key, now, instance))
    if isinstance(found, Failure | Unavailable):
        hint = "" if isinstance(found, Unavailable) else " What files would do: firstbell plan -f FILE."
        refuse([f"{found.message.rstrip('.')}.{hint}"])
    if output is ExplainOutput.JSON:
        typer.echo(json.dumps(explain_document(found), indent=2))
    else:
        print_explanation(console(), found)


def _instant(text: str) -> datetime:
    """Return the instant that `--at` gives; end the command where it is none."""
    at = told_instant(text)
    if at is None:
        refuse([f"--at {text}: is not a time with its zone. Write it like 2026-09-01T06:30Z."])
    return at
