"""`firstbell resume`: the order to stop is taken back, whoever gave it."""

from __future__ import annotations

from typing import Annotated

import typer

from firstbell.cli.cluster_options import Context, Kubeconfig
from firstbell.cli.confirmation import Yes, confirmed
from firstbell.cli.output import printable
from firstbell.cli.stop.place import OperatorsNamespace
from firstbell.engine.ports import Failure


def resume(
    namespace: OperatorsNamespace = None,
    yes: Yes = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    context: Context = None,
    kubeconfig: Kubeconfig = None,
) -> None:
    """Take the order to stop back: what is due is raised within seconds, what is over comes down as usual.

    Exit code 1: you said no, or every SchoolAutoscaler still says that it is stopped. 2: it could not be
    taken back.
    """
    from firstbell.cli.ask_cluster import ask_cluster
    from firstbell.cli.stop.order import heard, standing_order, take_back
    from firstbell.cli.stop.place import end_refused, place_meant, tell_heard

    where = place_meant(namespace, kubeconfig, context)
    order = ask_cluster(kubeconfig, context, lambda cluster: standing_order(cluster, where))
    if order is None:
        typer.echo(f"Namespace {where}: there is no order to stop.")
        return
    if isinstance(order, Failure):
        end_refused(order, where, "get and delete")
    typer.echo(printable(f"Namespace {where}: {order.sentence}"))
    if dry_run:
        return
    if not confirmed("Go on?", yes=yes):
        raise typer.Exit(1)
    failure = ask_cluster(kubeconfig, context, lambda cluster: take_back(cluster, where))
    if isinstance(failure, Failure):
        end_refused(failure, where, "get and delete")
    found = ask_cluster(kubeconfig, context, lambda cluster: heard(cluster, stopped=False))
    if not isinstance(found, Failure):
        tell_heard(
            found,
            "are served again.",
            "The order is gone, and the statuses still say Stopped. Does the operator of namespace "
            f"{where} run?",
        )
