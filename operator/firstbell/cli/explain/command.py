"""`firstbell explain`: why a workload has this number now."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from firstbell.cli.ask_cluster import Context, Kubeconfig, Namespace, ask_cluster, autoscaler_meant
from firstbell.cli.explain.document import explain_document
from firstbell.cli.explain.text import print_explanation
from firstbell.cli.output import console, refuse
from firstbell.clock import SystemClock
from firstbell.core.absence import Unavailable
from firstbell.engine.deciding.situation import ByFloor
from firstbell.engine.explaining.explanation import Explanation, explain, field_writers
from firstbell.engine.ports import Failure
from firstbell.engine.watch.one_look import look, managed_fields

if TYPE_CHECKING:
    from firstbell.engine.ports import Cluster


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
    """Say why a workload has the number it has now, what comes next, and what would change it."""
    key = autoscaler_meant(target, namespace, kubeconfig, context)
    now = SystemClock().now() if at is None else _instant(at)

    async def work(cluster: Cluster) -> Explanation | Unavailable | Failure:
        store = await look(cluster, key.partition("/")[0])
        if isinstance(store, Failure):
            return store
        found = explain(store, key, now, instance)
        return found if isinstance(found, Unavailable) else await _with_writers(cluster, found)

    found = ask_cluster(kubeconfig, context, work)
    if isinstance(found, Failure | Unavailable):
        hint = "" if isinstance(found, Unavailable) else " What files would do: firstbell plan -f FILE."
        refuse([f"{found.message.rstrip('.')}.{hint}"])
    if output is ExplainOutput.JSON:
        typer.echo(json.dumps(explain_document(found), indent=2))
    else:
        print_explanation(console(), found)


async def _with_writers(cluster: Cluster, found: Explanation) -> Explanation:
    """Return the explanation with who wrote the minimum of the autoscaler that is floored."""
    actuator = found.outcome.situation.actuator
    if not isinstance(actuator, ByFloor):
        return found
    managers = await managed_fields(cluster, actuator.seen)
    return replace(found, writers=field_writers(managers, actuator.seen.of.minimum_field))


def _instant(text: str) -> datetime:
    """Return the instant that `--at` gives; end the command where it is none."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        refuse([f"--at {text}: is not a time with its zone. Write it like 2026-09-01T06:30Z."])
    return at.astimezone(UTC)
