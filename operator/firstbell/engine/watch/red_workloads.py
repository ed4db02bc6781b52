"""Why the replicas of red workloads are not Ready: their pods are asked, and nobody else's.

This runs beside all that writes. One workload is asked after the other, each at most every few seconds, those
that were not asked for longest first, and only while no tick waits: three hundred that are red at one bell
take nothing from the writes of the next.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from firstbell.core import Unavailable
from firstbell.core.reasons import AbsenceReason
from firstbell.engine.acting.scale_actuator import scale_path
from firstbell.engine.ports import Failure
from firstbell.engine.watch.own_pods import OwnPods

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from firstbell.engine.engine import Engine
    from firstbell.engine.ports import Cluster
    from firstbell.engine.seen.shortfalls import Found
    from firstbell.engine.seen.store import Store

AGAIN_SECONDS = 15.0
REFUSED_SECONDS = 300.0
"""Where a right is missing, it is not asked for at every look."""
BETWEEN_SECONDS = 0.1
LOOK_SECONDS = 1.0
WAITS_SECONDS = 20.0
"""Longer than a thousand workloads of one bell take to be raised: ticks without end silence nobody."""
OFF = Unavailable(
    reason=AbsenceReason.PODS_NOT_READABLE,
    message="the operator runs with --no-pod-reasons (value readiness.podReasons of the chart)",
)

log = structlog.get_logger("firstbell.engine")


@dataclass(kw_only=True, slots=True)
class RedWorkloads:
    """Asks the pods of those that the store has as red; `enabled` False: says of each that nobody asks."""

    store: Store
    cluster: Cluster
    enabled: bool = True
    _own_pods: OwnPods = field(init=False)
    _again: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._own_pods = OwnPods(cluster=self.cluster)

    def due(self, now: float) -> list[str]:
        """Return those to be asked at an instant of the wall, those that wait longest first."""
        asked = self.store.shortfalls.asked
        for key in self._again.keys() - set(asked):
            if self._again[key] <= now:  # one that is well for a moment is not asked more often for that
                del self._again[key]
        waiting = [key for key in asked if self._again.get(key, 0.0) <= now]
        return sorted(waiting, key=lambda key: self._again.get(key, 0.0))

    async def look(self, key: str, now: float) -> bool:
        """Ask the pods of one; tell whether they say something else than before."""
        self._again[key] = now + AGAIN_SECONDS
        if not self.enabled:
            return self.store.shortfalls.put(key, OFF)
        found = await self._asked(key)
        if found is None:
            return False
        if isinstance(found, Unavailable):
            if found.reason == AbsenceReason.READ_FAILED:
                return False  # soon it may be answered
            self._again[key] = now + REFUSED_SECONDS
        return self.store.shortfalls.put(key, found)

    async def _asked(self, key: str) -> Found | None:
        """Return what the pods say; None where it cannot be asked for now."""
        seen = self.store.autoscalers.get(key)
        rules = seen.in_force if seen is not None else None
        workload = self.store.workloads.get(rules.target.key) if rules is not None else None
        if workload is None:
            return None
        scale = await self.cluster.get(scale_path(workload.ref, workload.plural))
        if isinstance(scale, Failure):
            return None
        if workload.unknown_ready is None and not (scale.get("status") or {}).get("selector"):
            return ()  # its own status has told all that there is to tell
        return await self._own_pods.shortfalls(scale)


async def follow_red(
    engine: Engine, red: RedWorkloads, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    """Ask those that are due, again and again until cancelled; `sleep` is of the wall."""
    loop = asyncio.get_running_loop()
    while True:
        for key in red.due(loop.time()):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WAITS_SECONDS):
                    await engine.drained()
            try:
                if await red.look(key, loop.time()):
                    engine.wake([key])
            except Exception:
                # A fault of ours that one object brings out must not keep the others from being asked.
                log.exception("pods not understood", autoscaler=key)
            await sleep(BETWEEN_SECONDS)
        await sleep(LOOK_SECONDS)
