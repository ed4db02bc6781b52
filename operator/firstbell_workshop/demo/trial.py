"""Makes pods on the cluster once, for nothing but the time that it takes and how late this process is woken.

A Deployment beside the workload of the morning and like it, with as many replicas as a large rise has. It
is gone again when the morning begins.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import yaml

from firstbell.adapters.kubernetes import KubernetesCluster
from firstbell.adapters.renewal import load_access
from firstbell.clock import SystemClock
from firstbell.core.instants import instant_of, minute_of
from firstbell.engine.objects.target_ref import TargetRef
from firstbell.engine.ports import Failure, ObjectPath
from firstbell_workshop.demo.pace import Rise, Trial
from firstbell_workshop.demo.stage import deployment
from firstbell_workshop.demo.waking import Lag, note_lags
from firstbell_workshop.local.errors import ControlPlaneError

if TYPE_CHECKING:
    from firstbell.core import Plan
    from firstbell_workshop.demo.morning import Morning
    from firstbell_workshop.local.control_plane import ControlPlane

NAME = "firstbell-trial"
PODS = 80
LONGEST_SECONDS = 40.0
_LOOK_SECONDS = 0.1
_GONE_SECONDS = 60


def try_out(control_plane: ControlPlane, beside: TargetRef, *, pods: int = PODS) -> Trial:
    """Make pods in the namespace of the workload, and take them away again."""
    target = TargetRef(namespace=beside.namespace, api_version="apps/v1", kind="Deployment", name=NAME)
    control_plane.kubectl("apply", "-f", "-", stdin=yaml.safe_dump(deployment(target, 0)))
    try:
        trial = asyncio.run(_made(control_plane, target, pods))
    except BaseException:
        _delete(control_plane, target, "--wait=false")
        raise
    # So that its pods are none of the morning's work; gone in time or not, that is played.
    _delete(control_plane, target, "--cascade=foreground", f"--timeout={_GONE_SECONDS}s")
    return trial


def _delete(control_plane: ControlPlane, target: TargetRef, *how: str) -> None:
    with contextlib.suppress(ControlPlaneError):
        control_plane.kubectl(
            "delete", "deployment", NAME, f"--namespace={target.namespace}", *how, seconds=_GONE_SECONDS + 10
        )


async def _made(control_plane: ControlPlane, target: TargetRef, pods: int) -> Trial:
    path = ObjectPath(
        group="apps", version="v1", plural="deployments", namespace=target.namespace, name=target.name
    )
    access = await load_access(control_plane.kubeconfig, control_plane.context)
    async with KubernetesCluster(access) as cluster:
        watch = _Watch(asked=pods)
        scaled = await cluster.merge_patch(path, {"spec": {"replicas": pods}})
        if isinstance(scaled, Failure):
            raise ControlPlaneError(f"no pods could be made for a try: {scaled.message}")
        noting = asyncio.create_task(note_lags(SystemClock(), watch.note_lag))
        try:
            while watch.goes_on():
                seen = await cluster.get(path)
                if not isinstance(seen, Failure):
                    watch.note((seen.get("status") or {}).get("readyReplicas", 0))
                await asyncio.sleep(_LOOK_SECONDS)
        finally:
            noting.cancel()
        return watch.trial()


@dataclass(kw_only=True, slots=True)
class _Watch:
    """The pods as they become Ready."""

    asked: int
    _begun: float = field(default_factory=time.monotonic)
    _ready: int = 0
    _first: float | None = None
    _last: float = 0.0
    _lag: float = 0.0

    def goes_on(self) -> bool:
        return self._ready < self.asked and time.monotonic() - self._begun < LONGEST_SECONDS

    def note(self, ready: int) -> None:
        self._ready, self._last = ready, time.monotonic() - self._begun
        if ready and self._first is None:
            self._first = self._last

    def note_lag(self, lag: Lag) -> None:
        self._lag = max(self._lag, lag.seconds)

    def trial(self) -> Trial:
        first = self._last if self._first is None else self._first
        return Trial(
            asked=self.asked,
            ready=self._ready,
            first_seconds=first,
            seconds=self._last,
            lag_seconds=self._lag,
        )


def rises_before(plan: Plan, morning: Morning) -> list[Rise]:
    """Return what the plan asks for between the start of a morning and its bell."""
    start, bell = minute_of(morning.start), minute_of(morning.bell)
    highest = plan.workload.bounds.minimum
    rises = []
    for run in plan.writes:
        if start <= run.start < bell and run.value > highest:
            rises.append(Rise(before_bell=morning.bell - instant_of(run.start), pods=run.value - highest))
            highest = run.value
    return rises
