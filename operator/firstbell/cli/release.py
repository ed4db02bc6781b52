"""`firstbell release`: every floor back to its baseline, without an operator."""

from __future__ import annotations

import asyncio
import json
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from firstbell.cli.foreign_kinds import KUBECTL_NAME, MINIMUM_FIELD
from firstbell.cli.output import printable, refuse
from firstbell.cli.reaching import Context, Kubeconfig, ask_cluster, autoscaler_meant
from firstbell.engine.held_floors import Released, held_floors, release_floors
from firstbell.engine.ports import Failure, FailureKind

if TYPE_CHECKING:
    from firstbell.engine.ports import Cluster
    from firstbell.engine.store import SeenFloor

FAILED = 1
RAISED_AGAIN = (
    "A running operator of this installation raises these floors again. To keep them down, stop it first "
    "(kubectl scale --replicas=0 deployment/...), or set spec.mode: DryRun in the SchoolAutoscaler."
)
FIND_BY_HAND = "To find the floors by hand: kubectl get hpa -A -o yaml | grep firstbell.dev/"


def release(
    target: Annotated[
        str | None, typer.Argument(metavar="[NAMESPACE/NAME]", help="The SchoolAutoscaler that raised them.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="All floors of the installation, or with -n those of a namespace.")
    ] = False,
    namespace: Annotated[
        str | None, typer.Option("--namespace", "-n", metavar="NAMESPACE", help="Only in this namespace.")
    ] = None,
    instance: Annotated[
        str, typer.Option(envvar="FIRSTBELL_INSTANCE", help="The name of the installation, as for `run`.")
    ] = "firstbell",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    timeout: Annotated[
        float, typer.Option(min=1, metavar="SECONDS", help="Leave what is not done by then, and say so.")
    ] = 60,
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
    owner = autoscaler_meant(target, namespace, kubeconfig, context) if target else None
    space = owner.partition("/")[0] if owner else namespace
    told: list[Released] = []

    def tell(one: Released) -> None:
        told.append(one)
        typer.echo("\n".join(map(printable, released_lines(one))))

    order = Order(instance=instance, namespace=space, owner=owner, dry_run=dry_run, seconds=timeout)
    floors = ask_cluster(kubeconfig, context, lambda cluster: _carry_out(cluster, order, tell))
    if isinstance(floors, Failure):
        _end_unread(floors, never_fail=never_fail)
    if dry_run:
        for seen in floors:
            typer.echo(printable(dry_line(seen)))
    if not floors:
        typer.echo(f"no floor of installation {instance} is raised" + (f" in {space}" if space else ""))
        return
    typer.echo(RAISED_AGAIN, err=True)
    if not never_fail and not all(one.fine for one in told):
        raise typer.Exit(FAILED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """Which floors are meant, and whether and how long something is done about them."""

    instance: str
    namespace: str | None
    owner: str | None
    dry_run: bool
    seconds: float


async def _carry_out(
    cluster: Cluster, order: Order, tell: Callable[[Released], None]
) -> list[SeenFloor] | Failure:
    """The floors that were found, after what could be done about them was."""
    # As in `reaching`: not loaded before it is needed.
    from firstbell.adapters.telemetry import PrometheusTelemetry  # noqa: PLC0415

    deadline = asyncio.get_running_loop().time() + order.seconds
    try:
        async with asyncio.timeout_at(deadline):
            floors = await held_floors(cluster, order.instance, order.namespace, order.owner)
    except TimeoutError:
        return Failure(kind=FailureKind.UNREACHABLE, message=f"no list of them within {order.seconds:g} s")
    if not isinstance(floors, Failure) and not order.dry_run:
        await release_floors(cluster, PrometheusTelemetry(), floors, deadline, tell)
    return floors


def _end_unread(failure: Failure, *, never_fail: bool) -> NoReturn:
    """Ends the command: no floor could be looked at."""
    lines = [f"no floor was released: {failure.message}", FIND_BY_HAND]
    if not never_fail:
        refuse(lines)
    for line in lines:
        typer.echo(printable(line), err=True)
    raise typer.Exit


def released_lines(one: Released) -> list[str]:
    """What became of one floor, and what is left to be done by hand."""
    name, mark = _name(one.seen), one.seen.autoscaler.mark
    if one.gone:
        return [f"{name}: gone"]
    if one.failure is not None:
        return [f"{name}: NOT RELEASED: {one.failure.rstrip('.')}. By hand:", f"  {by_hand(one.seen)}"]
    kept = "; the field is still managed by firstbell, run this again" if one.kept else ""
    whose = f" (SchoolAutoscaler {mark.owner})" if mark else ""
    return [f"{name}: {_field(one.seen)} {one.seen.autoscaler.minimum} -> {one.minimum}{whose}{kept}"]


def dry_line(seen: SeenFloor) -> str:
    """What would be done with one floor."""
    mark = seen.autoscaler.mark
    if mark is None:
        return f"{_name(seen)}: its annotations are incomplete. By hand: {by_hand(seen)}"
    # A value other than the mark's is somebody's own, and stays.
    ours = seen.autoscaler.minimum == mark.floor
    after = mark.baseline if ours else seen.autoscaler.minimum
    return (
        f"{_name(seen)}: {_field(seen)} would go {seen.autoscaler.minimum} -> {after} "
        f"(SchoolAutoscaler {mark.owner})"
    )


def by_hand(seen: SeenFloor) -> str:
    """The kubectl line that does what could not be done here."""
    autoscaler, mark = seen.autoscaler, seen.autoscaler.mark
    kind, field = KUBECTL_NAME[autoscaler.kind], MINIMUM_FIELD[autoscaler.kind]
    patch: dict[str, object] = {
        "metadata": {"annotations": dict.fromkeys(sorted(seen.our_annotations))},
    }
    if mark is not None and autoscaler.minimum == mark.floor:
        patch["spec"] = {field: mark.baseline}
    words = ["kubectl", "patch", kind, autoscaler.name, "-n", autoscaler.namespace, "--type=merge", "-p"]
    return shlex.join([*words, json.dumps(patch, separators=(",", ":"))])


def _name(seen: SeenFloor) -> str:
    return f"{seen.autoscaler.kind} {seen.autoscaler.key}"


def _field(seen: SeenFloor) -> str:
    return MINIMUM_FIELD[seen.autoscaler.kind]
