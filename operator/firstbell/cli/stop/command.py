"""`firstbell stop`: from now on nothing is written, by any path, until it is told to go on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from firstbell.cli.cluster_options import Context, Kubeconfig
from firstbell.cli.confirmation import Yes, confirmed
from firstbell.cli.output import echo_object, printable, refuse
from firstbell.cli.stop.place import OperatorsNamespace
from firstbell.engine.ports import Failure

if TYPE_CHECKING:
    from firstbell.cli.stop.order import ComingBell

BELLS_SHOWN = 5


class StopOutput(StrEnum):
    """Instead of stopping."""

    YAML = "yaml"


def stop(
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why, for everybody who wonders.")],
    until: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Go on by itself then: 10:00 by this machine's clock, +90m, or 2026-11-09T10:00:00+01:00.",
        ),
    ] = None,
    namespace: OperatorsNamespace = None,
    yes: Yes = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    output: Annotated[
        StopOutput | None, typer.Option("--output", "-o", help="Print the ConfigMap and do nothing.")
    ] = None,
    context: Context = None,
    kubeconfig: Kubeconfig = None,
) -> None:
    """Keep the operator from writing anything, within a second. What is raised stays raised.

    Exit code 1: you said no, or the order stands and no SchoolAutoscaler says that it is stopped. 2: it
    could not be given.
    """
    from firstbell.cli.ask_cluster import ask_cluster
    from firstbell.cli.stop.order import coming_bells, give, heard, who_am_i
    from firstbell.cli.stop.place import end_refused, place_meant, tell_heard
    from firstbell.clock import SystemClock
    from firstbell.kinds.stop_order import stop_manifest, stop_order

    if not reason.strip():
        refuse(["--reason: is empty. Say in a few words why, for everybody who wonders."])
    end = end_meant(until, SystemClock().now()) if until is not None else None
    where = place_meant(namespace, kubeconfig, context)
    by = ask_cluster(kubeconfig, context, who_am_i)
    manifest = stop_manifest(where, reason.strip(), by=by if isinstance(by, str) else "", until=end)
    if output is StopOutput.YAML:
        echo_object(manifest)
        return
    typer.echo(printable(f"Order for namespace {where}: {stop_order(manifest).sentence}"))
    typer.echo("Nothing is raised before any bell until then; floors and counts stay as they are.")
    bells = ask_cluster(kubeconfig, context, lambda cluster: coming_bells(cluster, end))
    for line in () if isinstance(bells, Failure) else bell_lines(bells):
        typer.echo(printable(line))
    if dry_run:
        return
    if not confirmed("Stop?", yes=yes):
        raise typer.Exit(1)
    failure = ask_cluster(kubeconfig, context, lambda cluster: give(cluster, manifest))
    if isinstance(failure, Failure):
        end_refused(failure, where, "create and patch")
    found = ask_cluster(kubeconfig, context, lambda cluster: heard(cluster, stopped=True))
    if not isinstance(found, Failure):
        tell_heard(
            found,
            "say that they are stopped.",
            f"The order stands, and nobody has heard it. Does the operator run in namespace {where}, and "
            "may it read the ConfigMap? The figure firstbell_stopped and the operator's log tell.",
        )


def bell_lines(bells: Sequence[ComingBell]) -> list[str]:
    """Return the bells that find what stands now, a line each, and how many more there are."""
    lines = [
        f"  {bell.at} {bell.key}: {bell.replicas} planned, {bell.current} now" for bell in bells[:BELLS_SHOWN]
    ]
    if len(bells) > BELLS_SHOWN:
        lines.append(f"  and {len(bells) - BELLS_SHOWN} more")
    many = "1 next bell finds" if len(bells) == 1 else f"{len(bells)} next bells find"
    return [f"Meanwhile {many} what stands now:", *lines] if bells else []


def end_meant(text: str, now: datetime) -> datetime:
    """Return the instant of `--until`, which is to come; a time of day is by this machine's clock."""
    from firstbell.cli.times import MachineWall, refuse_over, time_meant

    at = time_meant("--until", text, now, MachineWall())
    refuse_over("--until", text, at, now)
    return at
