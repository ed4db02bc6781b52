"""`firstbell plan`: what will happen, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from firstbell.cli.cluster_options import (
    ANSWER_SECONDS,
    AllNamespaces,
    Context,
    Contexts,
    Kubeconfig,
    Namespace,
    contexts_meant,
)
from firstbell.cli.dates import COMPARED_DAYS
from firstbell.cli.output import refuse
from firstbell.cli.plan.output import PlanOutput
from firstbell.cli.stray_files import Stray, refuse_stray

MOST_DAYS = 800


def plan(
    files: Annotated[
        list[Path] | None,
        typer.Option(
            "--file",
            "-f",
            metavar="FILE",
            help="YAML with calendars and autoscalers, a folder with all below it, - for standard "
            "input; repeatable. Without: what is in the cluster.",
        ),
    ] = None,
    others: Stray = None,
    date: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help="The first date, like 2026-09-01, or tomorrow; default today, in the zone of the first "
            "calendar.",
        ),
    ] = None,
    days: Annotated[
        int | None,
        typer.Option(
            metavar="NUMBER",
            help=f"How many dates, up to {MOST_DAYS}; default 1, {COMPARED_DAYS} with --diff.",
        ),
    ] = None,
    diff: Annotated[
        tuple[Path, Path] | None,
        typer.Option(
            "--diff",
            metavar="OLD NEW",
            help="Instead: what changes from one state of files or folders to another, bell by bell; "
            "-o markdown for a pull request.",
        ),
    ] = None,
    output: Annotated[PlanOutput, typer.Option("--output", "-o", help="How to print it.")] = PlanOutput.TABLE,
    steps: Annotated[
        bool, typer.Option("--steps", help="In the table, every step of the schedule instead of the writes.")
    ] = False,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw the schedule as .svg or .png (extra `plot`).")
    ] = None,
    namespace: Namespace = None,
    all_namespaces: AllNamespaces = False,
    context: Context = None,
    contexts: Contexts = None,
    timeout: Annotated[
        float,
        typer.Option(
            min=0.1, metavar="SECONDS", help="With --contexts: how long each cluster has to answer."
        ),
    ] = ANSWER_SECONDS,
    kubeconfig: Kubeconfig = None,
) -> None:
    """Show what kind of days there will be, how many replicas at each minute, and why.

    Exit code 1: something in the cluster, or one of several clusters, could not be planned, and is named; the
    rest was. 2: nothing was.
    """
    from firstbell.cli.ask_cluster import namespace_meant
    from firstbell.cli.dates import day_meant
    from firstbell.cli.many_clusters import Clusters
    from firstbell.cli.plan.presentation import print_difference, show, show_clusters
    from firstbell.cli.planned import plan_cluster, plan_clusters, plan_files

    refuse_stray("plan", others)
    first = None if date is None else day_meant(date, "--date")
    days = days if days is not None else COMPARED_DAYS if diff is not None else 1
    if not 1 <= days <= MOST_DAYS:
        refuse([f"--days {days}: is not a number of dates that can be planned. Give 1 to {MOST_DAYS}."])
    cluster_given = bool(namespace or all_namespaces or context or contexts is not None or kubeconfig)
    if diff is not None:
        if files or cluster_given or plot is not None:
            refuse(["--diff: compares two states of files. Give nothing with it but --date, --days and -o."])
        print_difference(diff, first, days, output)
        return
    if output is PlanOutput.MARKDOWN:
        refuse(["-o markdown: prints what changes. Give --diff OLD NEW with it."])
    if files and cluster_given:
        refuse(["-f: the files are all that is planned. Leave it out to plan what is in a cluster."])
    meant = contexts_meant(context, contexts)
    if contexts is not None:
        if plot is not None:
            refuse(["--plot: draws one cluster. Give --context instead of --contexts."])
        clusters = Clusters(kubeconfig=kubeconfig, contexts=meant, seconds=timeout)
        show_clusters(
            clusters.contexts,
            plan_clusters(clusters, None if all_namespaces else namespace or "", first, days),
            output,
            steps=steps,
        )
    if files:
        planned = plan_files(files, first, days)
    else:
        space = None if all_namespaces else namespace_meant(kubeconfig, context, namespace)
        planned = plan_cluster(kubeconfig, context, space, first, days)
    show(planned, output, plot, steps=steps)
