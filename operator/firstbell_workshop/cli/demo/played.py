"""The morning of `firstbell demo`, played: a cluster for it, its stage, its speed, and how it ended."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from firstbell.adapters.logs import configure_logs
from firstbell.cli.output import refuse
from firstbell.core import Plan
from firstbell.engine.objects.target_ref import TargetRef
from firstbell_workshop.cli.demo.words import ending, pace_in_words, what_stays
from firstbell_workshop.demo.morning import Morning, example_file
from firstbell_workshop.demo.pace import fitting_speed
from firstbell_workshop.demo.play import Recording, Show, play
from firstbell_workshop.demo.show import LiveTable, chart, plot, points
from firstbell_workshop.demo.stage import set_stage
from firstbell_workshop.demo.trial import rises_before, try_out
from firstbell_workshop.local.control_plane import ControlPlane
from firstbell_workshop.local.errors import ControlPlaneError
from firstbell_workshop.local.provision import control_plane
from firstbell_workshop.local.spec import ControlPlaneSpec

NODES = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Wishes:
    """What the user asked for: where, how fast, and what is to stay of it; None is for the demo to choose."""

    speed: float | None = None
    kubeconfig: Path | None = None
    context: str | None = None
    keep: bool = False
    plot_file: Path | None = None


def play_morning(out: Console, morning: Morning, plan: Plan, wishes: Wishes) -> Recording:
    """Play it, and tell how it ended; end the command where there is no cluster to play on."""
    configure_logs("console", "error")
    target = _target(plan)
    zone = plan.workload.calendars[0].calendar.zone
    spec = ControlPlaneSpec(nodes=NODES, metrics_server=True, disable_qps_limits=True)
    try:
        with ExitStack() as stack:
            here = stack.enter_context(
                control_plane(spec, kubeconfig=wishes.kubeconfig, context=wishes.context, keep=wishes.keep)
            )
            set_stage(here, example_file(morning.example), plan.workload, target)
            speed = wishes.speed or _fitting_speed(out, here, target, plan, morning)
            out.print()
            show = Show(control_plane=here, morning=morning, plan=plan, target=target, speed=speed)
            table = stack.enter_context(LiveTable(out, zone))
            recording = asyncio.run(play(show, table.add))
    except ControlPlaneError as error:
        refuse([error, "Without a cluster: firstbell plan -f FILE shows what would happen."])
    out.print(f"\n{chart(points(recording), zone)}\n")
    for line in ending(recording, has_metrics=here.has_metrics):
        out.print(line)
    for line in what_stays(here, target.namespace, keep=wishes.keep):
        out.print(line, soft_wrap=True)
    if wishes.plot_file is not None and (problem := plot(recording, zone, wishes.plot_file)):
        refuse([problem])
    return recording


def _fitting_speed(
    out: Console, here: ControlPlane, target: TargetRef, plan: Plan, morning: Morning
) -> float:
    """Tell how fast the clock may run on this cluster, said together with why."""
    trial, rises = try_out(here, target), rises_before(plan, morning)
    speed = fitting_speed(trial, rises)
    out.print("\n".join(pace_in_words(trial, rises, speed, morning)))
    return speed


def _target(plan: Plan) -> TargetRef:
    """Return the workload of the example, which is a Deployment of the autoscaler's name."""
    policy = plan.workload.policy
    return TargetRef(namespace=policy.namespace, api_version="apps/v1", kind="Deployment", name=policy.name)
