"""`firstbell check`: whether an operator is there that decides."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Annotated

import typer

from firstbell.cli.cluster_options import Context, Kubeconfig, filled, namespaced
from firstbell.cli.output import printable, refuse
from firstbell.engine.objects.lease import MOST_SHARDS
from firstbell.engine.ports import Failure

if TYPE_CHECKING:
    from firstbell.engine.ports import Cluster

NOT_FINE = 1
SIGNALLED = 128
"""Added to the number of the signal that ended it, as shells do."""
MANAGER = "firstbell-check"


def check(
    operators: Annotated[
        str | None,
        typer.Option(
            "--operator-namespace",
            metavar="NAMESPACE",
            callback=namespaced,
            help="Where the operator is; default the context's.",
        ),
    ] = None,
    name: Annotated[
        str,
        typer.Option(
            callback=filled, help="The name of its Deployment, and of its Leases before their numbers."
        ),
    ] = "firstbell",
    shards: Annotated[
        int, typer.Option(min=1, max=MOST_SHARDS, help="Into how many shards its work is divided.")
    ] = 1,
    namespace: Annotated[
        str | None,
        typer.Option(
            "--namespace",
            "-n",
            metavar="NAMESPACE",
            callback=namespaced,
            help="Where the policy is made, one that it watches; default the operator's.",
        ),
    ] = None,
    timeout: Annotated[
        float, typer.Option(min=1, metavar="SECONDS", help="How long each answer may take.")
    ] = 60,
    context: Context = None,
    kubeconfig: Kubeconfig = None,
) -> None:
    """Check that the operator's pods are Ready, hold their Leases, and decide on a policy that moves nothing.

    The policy is in DryRun, for the operator's own Deployment, and is deleted afterwards. Exit code 1: one
    answer is not as it should be, or was not there in time. 2: the cluster could not be asked. 130, 143:
    interrupted, and what was made is deleted.
    """
    import asyncio

    from firstbell.cli.ask_cluster import ask_cluster, namespace_meant
    from firstbell.cli.check.own_policy import Place
    from firstbell.cli.check.questions import answers
    from firstbell.clock import SystemClock

    where = namespace_meant(kubeconfig, context, operators)
    place = Place(operators=where, name=name, shards=shards, namespace=namespace or where)

    async def asked(cluster: Cluster) -> bool:
        if (task := asyncio.current_task()) is not None:  # a pod's end is as Ctrl-C: what is made is deleted
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        fine = True
        async for answer in answers(cluster, SystemClock(), place, timeout):
            typer.echo(printable(f"{'ok  ' if answer.fine else 'FAIL'}  {answer.words.rstrip('.')}"))
            fine = fine and answer.fine
        return fine

    try:
        found = ask_cluster(kubeconfig, context, asked, MANAGER)
    except asyncio.CancelledError:
        raise typer.Exit(SIGNALLED + signal.SIGTERM) from None
    if isinstance(found, Failure):
        refuse([f"{found.message.rstrip('.')}."])
    if not found:
        raise typer.Exit(NOT_FINE)
