"""`firstbell release`: every floor back to its baseline, without an operator."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from firstbell.cli.ask_cluster import Context, Kubeconfig, ask_cluster, autoscaler_meant
from firstbell.cli.output import printable, refuse
from firstbell.engine.floor.held_floors import (
    Released,
    has_no_scaled_objects,
    held_floors,
    is_damaged,
    release_floors,
)
from firstbell.engine.ports import Failure, FailureKind

if TYPE_CHECKING:
    from pathlib import Path

    from firstbell.engine.floor.seen_floor import SeenFloor
    from firstbell.engine.ports import Cluster

FAILED = 1
RAISED_AGAIN = (
    "A running operator of this installation raises these floors again. To keep them down, stop it first "
    "(kubectl scale --replicas=0 deployment/...), or set spec.mode: DryRun in the SchoolAutoscaler."
)
KEEP_THEIR_COUNT = "Workloads without an autoscaler keep the count that they have: kubectl scale lowers it."
FIND_BY_HAND = "To find the floors by hand: kubectl get hpa -A -o yaml | grep firstbell.dev/"
FIND_SCALED_OBJECTS = "With KEDA also: kubectl get scaledobject -A -o yaml | grep firstbell.dev/"


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
            "--namespace", "-n", metavar="NAMESPACE", help="Only in this namespace; repeat it with --all."
        ),
    ] = None,
    instance: Annotated[
        str, typer.Option(envvar="FIRSTBELL_INSTANCE", help="The name of the installation, as for `run`.")
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

    A running operator raises them again: stop it first, or set spec.mode: DryRun.
    """
    if everything == (target is not None):
        refuse(["Give either --all or the NAMESPACE/NAME of one SchoolAutoscaler."])
    spaces = tuple(dict.fromkeys(namespaces or ()))
    owner = _owner_meant(target, spaces, kubeconfig, context) if target else None
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
    floors = ask_cluster(kubeconfig, context, lambda cluster: carry_out(cluster, order, tell))
    if isinstance(floors, Failure):
        floors = Unread(failure=floors)
    if isinstance(floors, Unread):
        _end_unread(floors, never_fail=never_fail)
    if dry_run:
        for seen in floors:
            typer.echo(printable(dry_line(seen)))
    if not floors:
        typer.echo(f"no floor of installation {instance} is raised" + _where(order.namespaces))
        typer.echo(KEEP_THEIR_COUNT, err=True)
        return
    if not look_again:
        typer.echo(RAISED_AGAIN, err=True)
    if not never_fail and not all(one.fine for one in told.values()):
        raise typer.Exit(FAILED)


def _owner_meant(target: str, namespaces: Sequence[str], kubeconfig: Path | None, context: str | None) -> str:
    if len(namespaces) > 1:
        refuse([f"{target}: is in one namespace. Give -n once."])
    return autoscaler_meant(target, next(iter(namespaces), None), kubeconfig, context)


def _where(namespaces: Sequence[str]) -> str:
    return f" in {', '.join(namespaces)}" if namespaces else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """Which floors are meant, and whether and how long something is done about them.

    `namespaces` empty = all; `look_again` seconds later there is a second look, 0 = there is none.
    """

    instance: str
    namespaces: tuple[str, ...]
    owner: str | None
    dry_run: bool
    seconds: float
    look_again: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Unread:
    """Why no floor could be looked at; `without_keda` where the cluster says that it has no ScaledObjects."""

    failure: Failure
    without_keda: bool = False


async def carry_out(
    cluster: Cluster, order: Order, tell: Callable[[Released], None]
) -> list[SeenFloor] | Unread:
    """Return the floors that were found, after what could be done about them was."""
    deadline = asyncio.get_running_loop().time() + order.seconds
    try:
        async with asyncio.timeout_at(deadline):
            floors = await held_floors(cluster, order.instance, order.namespaces, order.owner)
            if isinstance(floors, Failure):
                return Unread(failure=floors, without_keda=await has_no_scaled_objects(cluster))
    except TimeoutError:
        late = f"no list of them within {order.seconds:g} s"
        return Unread(failure=Failure(kind=FailureKind.UNREACHABLE, message=late))
    if order.dry_run:
        return floors
    # As in `ask_cluster`: not loaded before it is needed.
    from firstbell.adapters.telemetry import PrometheusTelemetry  # noqa: PLC0415

    telemetry = PrometheusTelemetry()
    await release_floors(cluster, telemetry, floors, deadline, tell)
    if floors and order.look_again:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(deadline):
                await asyncio.sleep(order.look_again)
                again = await held_floors(cluster, order.instance, order.namespaces, order.owner)
            if not isinstance(again, Failure):
                left = [seen for seen in again if not is_damaged(seen)]
                await release_floors(cluster, telemetry, left, deadline, tell)
    return floors


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


def released_lines(one: Released) -> list[str]:
    """Return what became of one floor, and what is left to be done by hand."""
    name, mark = _name(one.seen), one.seen.autoscaler.mark
    if one.gone:
        return [f"{name}: gone"]
    if one.failure is not None:
        return [f"{name}: NOT RELEASED: {one.failure.rstrip('.')}. By hand:", f"  {by_hand(one.seen)}"]
    kept = "; the field is still managed by firstbell, run this again" if one.kept else ""
    whose = f" (SchoolAutoscaler {mark.owner})" if mark else ""
    if one.handed_back:
        return [f"{name}: {_field(one.seen)} stays {one.minimum}{kept or ', its field is handed back'}"]
    return [f"{name}: {_field(one.seen)} {one.seen.autoscaler.minimum} -> {one.minimum}{whose}{kept}"]


def dry_line(seen: SeenFloor) -> str:
    """Return what would be done with one floor."""
    mark = seen.autoscaler.mark
    if mark is None and not is_damaged(seen):
        return (
            f"{_name(seen)}: {_field(seen)} stays {seen.autoscaler.minimum}, its field would be handed back"
        )
    if mark is None:
        unknown = "its annotations are incomplete or damaged, its baseline is unknown"
        return f"{_name(seen)}: {unknown}. By hand: {by_hand(seen)}"
    # A value other than the mark's is somebody's own, and stays.
    after = mark.baseline if seen.autoscaler.at_marked_floor else seen.autoscaler.minimum
    return (
        f"{_name(seen)}: {_field(seen)} would go {seen.autoscaler.minimum} -> {after} "
        f"(SchoolAutoscaler {mark.owner})"
    )


def by_hand(seen: SeenFloor) -> str:
    """Return the kubectl line that does what could not be done here."""
    autoscaler, mark = seen.autoscaler, seen.autoscaler.mark
    patch: dict[str, object] = {
        "metadata": {"annotations": dict.fromkeys(sorted(seen.our_annotations))},
    }
    if mark is not None and autoscaler.at_marked_floor:
        patch["spec"] = {seen.of.minimum_field: mark.baseline}
    words = [
        "kubectl",
        "patch",
        seen.of.kubectl_name,
        autoscaler.name,
        "-n",
        autoscaler.namespace,
        "--type=merge",
        "-p",
    ]
    return shlex.join([*words, json.dumps(patch, separators=(",", ":"))])


def _name(seen: SeenFloor) -> str:
    return f"{seen.autoscaler.kind} {seen.autoscaler.key}"


def _field(seen: SeenFloor) -> str:
    return seen.of.minimum_field
