"""`firstbell demo`: the founding morning, live."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from firstbell.adapters.logs import configure_logs
from firstbell.cli.demo_preview import print_preview
from firstbell.cli.demo_words import ending, pace_in_words, what_stays
from firstbell.cli.output import console, refuse
from firstbell.cli.planned import plan_files
from firstbell.core.bells import minute_of
from firstbell.core.plan import Plan, make_plan
from firstbell.engine.seen.store import TargetRef
from firstbell.kinds.autoscaler_conversion import to_behavior
from firstbell.lab.day.compare import Conditions
from firstbell_workshop.demo.morning import MORNINGS, Morning, example_file
from firstbell_workshop.demo.pace import SPEEDS, fitting_speed
from firstbell_workshop.demo.show import LiveTable, chart, plot, points
from firstbell_workshop.demo.stage import set_stage
from firstbell_workshop.local.errors import ControlPlaneError
from firstbell_workshop.local.provision import control_plane
from firstbell_workshop.local.spec import ControlPlaneSpec

NODES = 10
LATE = 1
BEFORE_MINUTES, AFTER_MINUTES = 60, 6 * 60

Example = StrEnum("Example", {name: name for name in MORNINGS})  # type: ignore[misc]


def demo(
    example: Annotated[Example, typer.Option(help="Which day to play.")] = Example("smartschool-monday"),
    speed: Annotated[
        float | None,
        typer.Option(
            min=1,
            max=600,
            help="How many minutes of the morning pass in one; default what the cluster makes pods fast "
            f"enough for, {SPEEDS[0]:g} at most.",
        ),
    ] = None,
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

    Exit code 1: floor or count stood too low when the bell rang, and not because the machine kept the
    operator from running.
    """
    morning = MORNINGS[example.value]
    plan, conditions = _planned(morning)
    target = _target(plan)
    out = console()
    zone = plan.workload.calendars[0].calendar.zone
    print_preview(out, morning, plan, conditions)
    from firstbell_workshop.demo.play import Show, play  # noqa: PLC0415 - the operator takes a second to load
    from firstbell_workshop.demo.trial import rises_before, try_out  # noqa: PLC0415

    configure_logs("console", "error")
    spec = ControlPlaneSpec(nodes=NODES, metrics_server=True, disable_qps_limits=True)
    try:
        with ExitStack() as stack:
            here = stack.enter_context(control_plane(spec, kubeconfig=kubeconfig, context=context, keep=keep))
            set_stage(here, example_file(morning.example), plan.workload, target)
            if speed is None:
                trial, rises = try_out(here, target), rises_before(plan, morning)
                speed = fitting_speed(trial, rises)
                out.print("\n".join(pace_in_words(trial, rises, speed, morning)))
            out.print()
            show = Show(control_plane=here, morning=morning, plan=plan, target=target, speed=speed)
            table = stack.enter_context(LiveTable(out, zone))
            recording = asyncio.run(play(show, table.add))
    except ControlPlaneError as error:
        refuse([error, "Without a cluster: firstbell plan -f FILE shows what would happen."])
    out.print(f"\n{chart(points(recording), zone)}\n")
    for line in ending(recording, has_metrics=here.has_metrics):
        out.print(line)
    for line in what_stays(here, target.namespace, keep=keep):
        out.print(line, soft_wrap=True)
    if plot_file is not None and (problem := plot(recording, zone, plot_file)):
        refuse([problem])
    if not (recording.in_time or recording.starved):
        raise typer.Exit(LATE)


def _planned(morning: Morning) -> tuple[Plan, Conditions]:
    """The plan of the example's workload around the morning, and what it is simulated under."""
    planned = plan_files([example_file(morning.example)], morning.bell.date(), 1)
    start = minute_of(morning.start) - BEFORE_MINUTES
    plan = make_plan(planned.plans[0].workload, start, minute_of(morning.end) + AFTER_MINUTES)
    return plan, Conditions(behavior=to_behavior(planned.autoscalers[0].manifest.spec))


def _target(plan: Plan) -> TargetRef:
    """The workload of the example, which is a Deployment of the autoscaler's name."""
    policy = plan.workload.policy
    return TargetRef(namespace=policy.namespace, api_version="apps/v1", kind="Deployment", name=policy.name)
