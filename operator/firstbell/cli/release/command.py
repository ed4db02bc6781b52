"""`firstbell release`: every floor back to its baseline, without an operator."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from firstbell.cli.cluster_options import Context, Kubeconfig, filled, namespaced
from firstbell.cli.output import printable, refuse
from firstbell.engine.ports import Failure
from firstbell.kinds.foreign_autoscalers import HPA, SCALED_OBJECT
from firstbell.kinds.group import GROUP

if TYPE_CHECKING:
    from firstbell.cli.release.order import Unread
    from firstbell.engine.floor.held_floors import Released
    from firstbell.engine.floor.seen_floor import SeenFloor
    from firstbell.engine.ports import Cluster
    from firstbell.engine.requests.command import Command

FAILED = 1
RAISED_AGAIN = (
    "A running operator of this installation raises these floors again. To keep them down, stop it first "
    "(its Deployment: kubectl scale --replicas=0 deployment/...; `firstbell run` in a terminal: Ctrl-C), or "
    "set spec.mode: DryRun in the SchoolAutoscaler."
)
KEEP_THEIR_COUNT = "Workloads without an autoscaler keep the count that they have: kubectl scale lowers it."
ANOTHER_NAMESPACE = "Give another, or --all without -n for every one"
_FIND = f"kubectl get {{}} -A -o yaml | grep {GROUP}/"
FIND_BY_HAND = f"To find the floors by hand: {_FIND.format(HPA.kubectl_name)}"
FIND_SCALED_OBJECTS = f"With KEDA also: {_FIND.format(SCALED_OBJECT.kubectl_name)}"


def release(
    target: Annotated[
        str | None, typer.Argument(metavar="[NAMESPACE/NAME]", help="The SchoolAutoscaler that raised them.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="All floors of the installation, or with -n those of namespaces.")
    ] = False,
    namespaces: Annotated[
        list[str] | None,
        typer.Option(
            "--namespace",
            "-n",
            metavar="NAMESPACE",
            callback=namespaced,
            help="Only in this namespace; repeat it with --all.",
        ),
    ] = None,
    instance: Annotated[
        str,
        typer.Option(
            envvar="FIRSTBELL_INSTANCE",
            callback=filled,
            help="The name of the installation, as for `run`.",
        ),
    ] = "firstbell",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    timeout: Annotated[
        float, typer.Option(min=1, metavar="SECONDS", help="Leave what is not done by then, and say so.")
    ] = 60,
    look_again: Annotated[
        float,
        typer.Option(
            min=0,
            metavar="SECONDS",
            help="Where floors were raised, look once more so much later, for what failed or was raised "
            "again by an operator that was just ending; 0 = do not.",
        ),
    ] = 0,
    never_fail: Annotated[
        bool, typer.Option("--never-fail", help="End with 0 in any case, so that no uninstall is blocked.")
    ] = False,
    context: Context = None,
    kubeconfig: Kubeconfig = None,
) -> None:
    """Bring raised floors back to their baselines: annotations gone, field ownership handed back.

    A running operator raises them again: stop it first, or set spec.mode: DryRun. Exit code 1: some were not
    brought back, and are named. 2: none could be looked at.
    """
    from firstbell.cli.ask_cluster import ask_cluster
    from firstbell.cli.release.order import Order, Unread, carry_out
    from firstbell.cli.release.words import dry_line, patch_lines, released_lines

    if everything == (target is not None):
        refuse(["Give either --all or the NAMESPACE/NAME of one SchoolAutoscaler."])
    spaces = tuple(dict.fromkeys(namespaces or ()))
    owner = _owner_meant(target, spaces, kubeconfig, context) if target is not None else None
    told: dict[str, Released] = {}

    def tell(one: Released) -> None:
        told[one.seen.key] = one
        typer.echo("\n".join(map(printable, released_lines(one))))

    order = Order(
        instance=instance,
        namespaces=(owner.partition("/")[0],) if owner else spaces,
        owner=owner,
        dry_run=dry_run,
        seconds=timeout,
        look_again=look_again,
    )

    def show(seen: SeenFloor, command: Command | None) -> None:
        typer.echo("\n".join(map(printable, [dry_line(seen), *patch_lines(seen, command)])))

    floors = ask_cluster(kubeconfig, context, lambda cluster: carry_out(cluster, order, tell, show))
    if isinstance(floors, Failure):
        floors = Unread(failure=floors)
    if isinstance(floors, Unread):
        _end_unread(floors, never_fail=never_fail)
    if not floors:
        if not never_fail:
            _refuse_missing(order.namespaces, kubeconfig, context)
        typer.echo(f"no floor of installation {instance} is raised" + _where(order.namespaces))
        typer.echo(KEEP_THEIR_COUNT, err=True)
        return
    if not look_again:
        typer.echo(RAISED_AGAIN, err=True)
    if not never_fail and not all(one.fine for one in told.values()):
        raise typer.Exit(FAILED)


def _owner_meant(target: str, namespaces: Sequence[str], kubeconfig: Path | None, context: str | None) -> str:
    from firstbell.cli.ask_cluster import autoscaler_meant

    if len(namespaces) > 1:
        refuse([f"{target}: is in one namespace. Give -n once."])
    return autoscaler_meant(target, next(iter(namespaces), None), kubeconfig, context)


def _refuse_missing(namespaces: Sequence[str], kubeconfig: Path | None, context: str | None) -> None:
    """End the command where nothing is raised in a namespace because there is none of that name."""
    from firstbell.cli.ask_cluster import ask_cluster
    from firstbell.cli.missing_namespace import missing_namespace

    async def missing(cluster: Cluster) -> list[Failure | None]:
        return [await missing_namespace(cluster, one, ANOTHER_NAMESPACE) for one in namespaces]

    told = ask_cluster(kubeconfig, context, missing) if namespaces else []
    if not isinstance(told, Failure) and any(told):
        refuse([f"{one.message}." for one in told if one is not None])


def _where(namespaces: Sequence[str]) -> str:
    return f" in {', '.join(namespaces)}" if namespaces else ""


def _end_unread(unread: Unread, *, never_fail: bool) -> NoReturn:
    """End the command: no floor could be looked at."""
    lines = [f"no floor was released: {unread.failure.message}", FIND_BY_HAND]
    if not unread.without_keda:
        lines.append(FIND_SCALED_OBJECTS)
    if not never_fail:
        refuse(lines)
    for line in lines:
        typer.echo(printable(line), err=True)
    raise typer.Exit
