"""`firstbell fleet`: all workloads together, bell by bell, worst first."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from firstbell.cli.cluster_options import (
    ANSWER_SECONDS,
    AllNamespaces,
    AnswerSeconds,
    Context,
    Contexts,
    Kubeconfig,
    Namespace,
    contexts_meant,
)
from firstbell.cli.fleet.output import FleetOutput
from firstbell.cli.output import refuse
from firstbell.cli.stray_files import Stray, refuse_stray

MOST_DAYS = 92
DAYS = 14
PODS_PER_MINUTE = 340
"""The least that a controller manager with default limits was seen to make; the most was 410."""
BELLS_SHOWN = 20


def fleet(
    files: Annotated[
        list[Path] | None,
        typer.Option(
            "--file",
            "-f",
            metavar="FILE",
            help="YAML with calendars, autoscalers, and the workloads, HPAs and ResourceQuotas beside, a "
            "folder with all below it, - for standard input; repeatable. Without: what is in the cluster.",
        ),
    ] = None,
    others: Stray = None,
    days: Annotated[
        int, typer.Option(min=1, max=MOST_DAYS, metavar="NUMBER", help="How many dates, today included.")
    ] = DAYS,
    date: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help="The first date, like 2026-09-01, or today or tomorrow in the zone of the first calendar; "
            "default from now on.",
        ),
    ] = None,
    pods_per_minute: Annotated[
        int,
        typer.Option(
            min=1, metavar="NUMBER", help="How many pods the cluster's controllers make in a minute."
        ),
    ] = PODS_PER_MINUTE,
    shown: Annotated[
        int,
        typer.Option("--bells", min=1, metavar="NUMBER", help="How many bells the table shows, the worst."),
    ] = BELLS_SHOWN,
    output: Annotated[FleetOutput, typer.Option("--output", "-o", help="How to print it.")] = (
        FleetOutput.TABLE
    ),
    namespace: Namespace = None,
    all_namespaces: AllNamespaces = False,
    context: Context = None,
    contexts: Contexts = None,
    timeout: AnswerSeconds = ANSWER_SECONDS,
    kubeconfig: Kubeconfig = None,
) -> None:
    """Say what all workloads ask for together at each bell, and what does not fit, worst first.

    It reads with your own rights; what they do not reach is told and not counted. Exit code 1: something does
    not fit, or could not be planned. 2: nothing was read.
    """
    from firstbell.cli.dates import day_meant
    from firstbell.cli.fleet.gathering import Horizon, of_clusters, of_files
    from firstbell.cli.fleet.showing import show
    from firstbell.cli.many_clusters import Clusters

    refuse_stray("fleet", others)
    first = None if date is None else day_meant(date, "--date")
    if files and (namespace or all_namespaces or context or contexts or kubeconfig):
        refuse(["-f: the files are all that is counted. Leave it out to ask a cluster."])
    if all_namespaces and namespace is not None:
        refuse(["Give either -A or -n."])
    horizon = Horizon(first=first, days=days, pods_per_minute=pods_per_minute)
    if files:
        show([of_files(files, horizon)], output, shown=shown, several=False)
    else:
        meant = Clusters(kubeconfig=kubeconfig, contexts=contexts_meant(context, contexts), seconds=timeout)
        found = of_clusters(meant, None if all_namespaces else namespace or "", horizon)
        show(found, output, shown=shown, several=contexts is not None)
