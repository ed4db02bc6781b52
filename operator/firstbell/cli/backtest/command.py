"""`firstbell backtest`: a policy on recorded load, beside an HPA alone and a fixed size."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from firstbell.cli.backtest.many.shard import MOST_SHARDS
from firstbell.cli.cluster_options import AllNamespaces, Context, Kubeconfig, Namespace
from firstbell.cli.output import refuse
from firstbell.cli.stray_files import Stray, refuse_stray
from firstbell.core.instants import MINUTES_PER_DAY
from firstbell.lab.record.recording import SAMPLE_COUNTS_SECONDS, SECONDS_PER_MINUTE
from firstbell.lab.record.trial import START_SECONDS

BELLS_SHOWN = 15
MOST_JOBS = 256
_MANY, _CLUSTER = "Many policies", "Of a cluster, with --all and without -f"


class BacktestOutput(StrEnum):
    """How a backtest is printed."""

    TABLE = "table"
    JSON = "json"


def backtest(
    files: Annotated[
        list[Path] | None,
        typer.Option(
            "--file",
            "-f",
            metavar="FILE",
            help="YAML with the calendar and the policy, and its HPA if it has one, a folder with all "
            "below it, - for standard input; repeatable.",
        ),
    ] = None,
    others: Stray = None,
    load: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The recorded load: CSV with the columns time (RFC 3339 with its offset, or seconds since "
            "1970) and value. With --all a folder with NAMESPACE.NAME.csv for each policy.",
        ),
    ] = None,
    prometheus: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Instead of a file: the Prometheus that has recorded the load."),
    ] = None,
    query: Annotated[
        str | None,
        typer.Option(
            metavar="PROMQL",
            help="What is asked of it; default the query of the policy's metric. With --all $namespace and "
            "$name in it are those of each policy.",
        ),
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
    every: Annotated[
        bool,
        typer.Option(
            "--all",
            help="Every policy of the files and folders, without -f of the cluster, each on its own record.",
            rich_help_panel=_MANY,
        ),
    ] = False,
    jobs: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=MOST_JOBS,
            metavar="NUMBER",
            help="On so many processes; with --as-job so many pods at a time. Default 1.",
            rich_help_panel=_MANY,
        ),
    ] = None,
    shard: Annotated[
        str | None,
        typer.Option(
            metavar="I/N",
            help="One of N shares alone, 0/N to the last; /N takes its number from JOB_COMPLETION_INDEX. "
            "`firstbell merge` puts them together.",
            rich_help_panel=_MANY,
        ),
    ] = None,
    results: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Write the JSON into a file of this folder, once it is whole.",
            rich_help_panel=_MANY,
        ),
    ] = None,
    as_job: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Try nothing, print a Kubernetes Job with a share for each pod. -f, --load and --results "
            "then say configmap/NAME or pvc/NAME.",
            rich_help_panel=_MANY,
        ),
    ] = None,
    completions: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=MOST_SHARDS,
            metavar="NUMBER",
            help="How many shares the Job has.",
            rich_help_panel=_MANY,
        ),
    ] = None,
    image: Annotated[
        str | None,
        typer.Option(metavar="IMAGE", help="The Job's image, firstbell's own.", rich_help_panel=_MANY),
    ] = None,
    namespace: Namespace = None,
    all_namespaces: AllNamespaces = False,
    context: Context = None,
    kubeconfig: Kubeconfig = None,
) -> None:
    """Try a policy on recorded load: per bell what was planned and needed, and what it saves or wastes.

    With --all, exit code 1: some policies could not be tried, and are named; the others were. 2: none was.
    A share (--shard) that is written ends with 0; `firstbell merge` then tells what could not be tried.
    """
    from firstbell.cli.backtest.load import Server, Source
    from firstbell.cli.backtest.trial import Asked

    refuse_stray("backtest", others)
    server = None
    if prometheus is not None:
        server = Server(address=prometheus, query=query, step=step, token=token_file, ca_bundle=prometheus_ca)
    counts_seconds = gap_minutes * SECONDS_PER_MINUTE
    source = Source(load=load, server=server, counts_seconds=counts_seconds, first=first, last=last)
    asked = Asked(
        autoscaler=autoscaler,
        metric=metric,
        per_replica=per_replica,
        fixed=fixed,
        start_seconds=start_seconds,
    )
    run: dict[str, object] = {"--jobs": jobs, "--shard": shard, "--results": results}
    job: dict[str, object] = {"--as-job": as_job, "--completions": completions, "--image": image}
    cluster: dict[str, object] = {"-A": all_namespaces, "--context": context, "--kubeconfig": kubeconfig}
    if not every:
        from firstbell.cli.backtest.one import OneSheet, try_one

        _refuse_given(run | job | {"-n": namespace} | cluster, "is for many policies. Give --all with it")
        if not files:
            refuse(["-f: there is no policy. Give its file, or --all for those of a cluster."])
        as_json = output is BacktestOutput.JSON
        try_one(files, asked, source, OneSheet(as_json=as_json, bells=bells, plot=plot))
        return
    from firstbell.cli.backtest.many.command import JobAsked, Place, print_job, try_all
    from firstbell.cli.backtest.many.conduct import Sheet
    from firstbell.cli.backtest.many.trying import Question

    one = {"--autoscaler": autoscaler, "--plot": plot}
    _refuse_given(one, "is for one policy. Leave it out, or --all")
    if query is not None and "$name" not in query.replace("$namespace", ""):
        refuse([f"--query {query}: is the same for all policies. Put $name and $namespace into it."])
    question = Question(asked=asked, source=source)
    if as_job is not None:
        _refuse_given({"--shard": shard} | cluster, "is not for a Job. Leave it out")
        secret = {"--token-file": token_file, "--prometheus-ca": prometheus_ca}
        _refuse_given(secret, "needs a Secret. Print the Job without it, then add its volume and the option")
        print_job(
            JobAsked(
                name=as_job,
                namespace=namespace,
                image=image,
                completions=completions,
                parallelism=jobs,
                files=files or [],
                results=results,
            ),
            question,
        )
        return
    _refuse_given(job, "is for a Job. Give --as-job with it")
    if files:
        _refuse_given({"-n": namespace} | cluster, "is for policies in a cluster. Leave it out, or -f")
    place = Place(
        files=files or [],
        namespace=namespace,
        everywhere=all_namespaces,
        context=context,
        kubeconfig=kubeconfig,
    )
    as_table = output is BacktestOutput.TABLE and results is None
    try_all(place, question, shard, jobs or 1, Sheet(results=results, as_table=as_table))


def _refuse_given(options: Mapping[str, object], why: str) -> None:
    """End the command where one of these options is given."""
    for name, value in options.items():
        if value not in {None, False}:
            refuse([f"{name}: {why}."])
