"""`firstbell status`: a line for each workload, worst first."""

from __future__ import annotations

from enum import StrEnum
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
from firstbell.cli.output import refuse


class StatusOutput(StrEnum):
    """How statuses are printed."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"


def status(
    namespace: Namespace = None,
    everywhere: AllNamespaces = False,
    others: Annotated[list[str] | None, typer.Argument(hidden=True)] = None,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Look again and again, until Ctrl-C.")] = False,
    contexts: Contexts = None,
    output: Annotated[StatusOutput, typer.Option("--output", "-o", help="How to print it.")] = (
        StatusOutput.TABLE
    ),
    timeout: AnswerSeconds = ANSWER_SECONDS,
    context: Context = None,
    kubeconfig: Kubeconfig = None,
) -> None:
    """Say which workloads will not be ready for their bells, worst first, and why.

    It reads SchoolAutoscalers, and where a namespace has none, whether it is there. Ends with 1 if any is
    red, else with 2 if a cluster or a namespace could not be read.
    """
    import asyncio

    from firstbell.adapters.logs import silenced
    from firstbell.cli.status.showing import Wanted, show

    if others:
        one = others[0]
        what = "status tells of all in a namespace (-n) or everywhere (-A)"
        refuse([f"{one}: {what}. Of one: firstbell explain {one}"])
    if everywhere and namespace is not None:
        refuse(["Give either -A or -n."])
    if watch and output is not StatusOutput.TABLE:
        refuse(["-w shows a table; for programs ask again without it."])
    wanted = Wanted(
        kubeconfig=kubeconfig,
        contexts=contexts_meant(context, contexts),
        namespace=namespace,
        everywhere=everywhere,
        seconds=timeout,
        watch=watch,
        output=output.value,
        several=contexts is not None,
    )
    with silenced():
        code = asyncio.run(show(wanted))
    raise typer.Exit(code)
