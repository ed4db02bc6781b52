"""Which operator is meant, and what is said where it has not heard, or where a right is missing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from firstbell.cli.cluster_options import namespaced
from firstbell.cli.output import printable, refuse
from firstbell.engine.ports import Failure, FailureKind
from firstbell.kinds.stop_order import STOP_NAME

if TYPE_CHECKING:
    from firstbell.cli.stop.order import Heard

FAILED = 1
OperatorsNamespace = Annotated[
    str | None,
    typer.Option(
        "--namespace",
        "-n",
        metavar="NAMESPACE",
        callback=namespaced,
        help="The namespace of the operator itself; default where the chart's only one is.",
    ),
]


def place_meant(given: str | None, kubeconfig: Path | None, context: str | None) -> str:
    """Return the namespace of the operator that is meant; end the command where that is not clear."""
    from firstbell.cli.ask_cluster import ask_cluster  # noqa: PLC0415 - it takes a second to load
    from firstbell.cli.stop.order import operators_namespaces  # noqa: PLC0415 - as above

    if given is not None:
        return given
    found = ask_cluster(kubeconfig, context, operators_namespaces)
    if isinstance(found, Failure):
        refuse([not_found_out(found)])
    if len(found) != 1:
        what = f"operators run in {', '.join(found)}" if found else "no operator of the chart is found"
        refuse([f"{what}. Give the namespace of the one that is meant: -n"])
    return found[0]


def not_found_out(failure: Failure) -> str:
    """Return why nobody knows where the operator runs; without a cluster its namespace would not help."""
    told = f"where the operator runs cannot be found out: {failure.message.rstrip('.')}."
    return f"{told} Give its namespace: -n" if failure.kind is FailureKind.FORBIDDEN else told


def end_refused(failure: Failure, namespace: str, verbs: str) -> NoReturn:
    """End the command with what stood in the way, and the right that is missing."""
    lines = [f"nothing was done: {failure.message}"]
    if failure.kind is FailureKind.FORBIDDEN:
        lines.append(
            f"Needed: {verbs} on the ConfigMap {STOP_NAME} in namespace {namespace}. The chart has a Role "
            "for it there, RELEASE-stopper: have yourself bound to it."
        )
    refuse(lines)


def _seen_not(failure: Failure) -> str:
    if failure.kind is FailureKind.NOT_FOUND:
        return "the cluster has no SchoolAutoscalers. firstbell crds | kubectl apply --server-side -f -"
    if failure.kind is FailureKind.FORBIDDEN:
        return f"{failure.message.rstrip('.')}. Needed: list on schoolautoscalers.firstbell.dev"
    return failure.message


def tell_heard(found: Heard, done: str, otherwise: str) -> None:
    """Say how many have heard; end with 1 where nobody has."""
    if found.failure is not None:
        typer.echo(printable(f"Whether the operator has heard cannot be seen: {_seen_not(found.failure)}"))
        return
    if not found.of:
        typer.echo("There is no SchoolAutoscaler that could say so.")
        return
    typer.echo(f"{found.saying_so} of {found.of} SchoolAutoscalers {done}")
    if not found.saying_so:
        typer.echo(otherwise, err=True)
        raise typer.Exit(FAILED)
