"""`firstbell demo`: the founding morning, live."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from firstbell.adapters.logs import configure_logs
from firstbell.cli.output import console, refuse
from firstbell.cli.planned import plan_files
from firstbell.demo.morning import MORNINGS, Morning, example_file
from firstbell.demo.show import LiveTable, chart, plot
from firstbell.demo.stage import set_stage
from firstbell.domain.bells import minute_of
from firstbell.domain.plan import Plan, make_plan
from firstbell.engine.seen.store import TargetRef
from firstbell.local.control_plane import ControlPlane, Provision
from firstbell.local.errors import ControlPlaneError
from firstbell.local.provision import control_plane
from firstbell.local.spec import ControlPlaneSpec

if TYPE_CHECKING:
    from firstbell.demo.play import Recording

NODES = 10
DEFAULT_SPEED = 120.0
LATE = 1
BEFORE_MINUTES, AFTER_MINUTES = 60, 6 * 60

Example = StrEnum("Example", {name: name for name in MORNINGS})  # type: ignore[misc]


def demo(
    example: Annotated[Example, typer.Option(help="Which day to play.")] = Example("smartschool-monday"),
    speed: Annotated[
        float, typer.Option(min=1, max=600, help="How many minutes of the morning pass in one.")
    ] = DEFAULT_SPEED,
    kubeconfig: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Play on this cluster instead of one of our own.")
    ] = None,
    context: Annotated[str | None, typer.Option(help="The context of that kubeconfig.")] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the cluster up, and say how to look at it.")
    ] = False,
    plot_file: Annotated[
        Path | None,
        typer.Option("--plot", metavar="FILE", help="Draw the morning as .svg or .png (extra `plot`)."),
    ] = None,
) -> None:
    """Play the founding morning on a real Kubernetes: the plan, the floor, the pods, the bell.

    Exit code 1: the replicas were not Ready when the bell rang.
    """
    from firstbell.demo.play import Show, play  # noqa: PLC0415 - the operator takes a second to load

    morning = MORNINGS[example.value]
    plan = _plan(morning)
    target = _target(plan)
    configure_logs("console", "error")
    out = console()
    zone = plan.workload.calendars[0].calendar.zone
    spec = ControlPlaneSpec(nodes=NODES, metrics_server=True, disable_qps_limits=True)
    try:
        with ExitStack() as stack:
            here = stack.enter_context(control_plane(spec, kubeconfig=kubeconfig, context=context, keep=keep))
            out.print(f"{morning.title}\n")
            set_stage(here, example_file(morning.example), plan.workload, target)
            show = Show(control_plane=here, morning=morning, plan=plan, target=target, speed=speed)
            table = stack.enter_context(LiveTable(out, zone))
            recording = asyncio.run(play(show, table.add))
    except ControlPlaneError as error:
        refuse([error, "Without a cluster: firstbell plan -f FILE shows what would happen."])
    out.print(f"\n{chart(recording, zone)}\n")
    for line in ending(recording, has_metrics=here.has_metrics):
        out.print(line)
    for line in what_stays(here, target.namespace, keep=keep):
        out.print(line, soft_wrap=True)
    if plot_file is not None and (problem := plot(recording, zone, plot_file)):
        refuse([problem])
    early = recording.minutes_early
    if recording.failed or early is None or early < 0:
        raise typer.Exit(LATE)


def what_stays(here: ControlPlane, namespace: str, *, keep: bool) -> list[str]:
    """What is left after the morning, and how to be rid of it: a given cluster is not to be ended."""
    if here.provision is Provision.GIVEN:
        name = f"--kubeconfig {here.kubeconfig}" + (f" --context {here.context}" if here.context else "")
        return [
            f"Namespace {namespace} and firstbell's kinds stay on the cluster. Delete the one:",
            f"kubectl {name} delete namespace {namespace}",
        ]
    if not keep:
        return []
    return [
        "The cluster stays up. Look at it, and take it down:",
        f"kubectl --kubeconfig {here.kubeconfig} get schoolcal,schoolas -A",
        f"firstbell cluster down {here.name}",
    ]


def ending(recording: Recording, *, has_metrics: bool) -> list[str]:
    """How the morning ended, in words."""
    if recording.failed:
        return [f"The operator ended: {recording.failed}"]
    early, needed = recording.minutes_early, recording.needed
    if early is None:
        most = max((sample.ready or 0 for sample in recording.samples), default=0)
        return [f"LATE: {most} of {needed} Ready at most."]
    if early < 0:
        return [f"LATE: {needed} of {needed} Ready, {-early:.0f} minutes after the bell."]
    lines = [f"{needed} of {needed} Ready, {early:.0f} minutes before the bell."]
    last = recording.samples[-1]
    if recording.back_at_baseline:
        lines.append(
            f"The floor went back to {last.floor}, and the HPA brought the count down to {last.current}."
        )
    else:
        why = "" if has_metrics else ", because this cluster serves no CPU metrics"
        lines.append(f"The floor went back to {last.floor}; the HPA still holds {last.current}{why}.")
    return lines


def _plan(morning: Morning) -> Plan:
    """The plan of the example's workload around the morning."""
    planned = plan_files([example_file(morning.example)], morning.bell.date(), 1)
    start = minute_of(morning.start) - BEFORE_MINUTES
    return make_plan(planned.plans[0].workload, start, minute_of(morning.end) + AFTER_MINUTES)


def _target(plan: Plan) -> TargetRef:
    """The workload of the example, which is a Deployment of the autoscaler's name."""
    policy = plan.workload.policy
    return TargetRef(namespace=policy.namespace, api_version="apps/v1", kind="Deployment", name=policy.name)
