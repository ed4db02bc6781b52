"""`firstbell status`: a line for each workload, worst first."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from firstbell.cli.cluster_options import AllNamespaces, Context, Kubeconfig, Namespace
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
    contexts: Annotated[
        str | None,
        typer.Option(metavar="A,B", help="Several contexts of the kubeconfig, side by side in one table."),
    ] = None,
    output: Annotated[StatusOutput, typer.Option("--output", "-o", help="How to print it.")] = (
        StatusOutput.TABLE
    ),
    timeout: Annotated[
        float, typer.Option(min=0.1, metavar="SECONDS", help="How long a cluster has to answer.")
    ] = 10,
    context: Context = None,
    kubeconfig: Kubeconfig = None,
) -> None:
    """Say which workloads will not be ready for their bells, worst first, and why.

    It reads SchoolAutoscalers and nothing else. Ends with 1 if any is red, else with 2 if a cluster could not
    be read.
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
    if contexts is not None and context is not None:
        refuse(["Give either --context or --contexts."])
    if watch and output is not StatusOutput.TABLE:
        refuse(["-w shows a table; for programs ask again without it."])
    named = [one.strip() for one in (contexts or "").split(",") if one.strip()]
    if contexts is not None and not named:
        refuse(["--contexts names none. Write them with commas: --contexts a,b"])
    wanted = Wanted(
        kubeconfig=kubeconfig,
        contexts=tuple(dict.fromkeys(named)) or (context,),
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
