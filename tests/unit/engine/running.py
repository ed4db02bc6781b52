"""A running engine in a world of its own, fed by the very functions that the watches call."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta

from firstbell.engine.engine import Engine
from firstbell.engine.seen.floor_kinds import HPA, SCALED_OBJECT
from firstbell.engine.seen.store import Store
from firstbell.engine.watching.following import floor_teller, workload_teller
from firstbell.handlers import watching
from tests.fakes import FakeEvents, FakeMetrics, FakeTelemetry, instant, settled
from tests.unit.engine.world import HPAS, SCALED, World


class Running:
    """Use as an async context manager; the engine has settled when the body begins, unless `gated`.

    Gated, every request waits until `open`. `answers` are what Prometheus says, by the metric's name.
    """

    def __init__(self, at, *, gated=False, world=None, answers=None, **objects) -> None:
        self.world = world or World(at, **objects)
        self.telemetry, self.events = FakeTelemetry(), FakeEvents()
        self.metrics = FakeMetrics(self.world.clock, **answers or {})
        self._gated = gated
        self._task = None
        self.engine = Engine(
            cluster=self.world.cluster,
            clock=self.world.clock,
            events=self.events,
            telemetry=self.telemetry,
            instance="firstbell",
            store=Store(),
            metrics=self.metrics,
        )
        handle = {
            "schoolcalendars": lambda event: watching._calendar(self.engine, event),
            "schoolautoscalers": lambda event: watching._autoscaler(self.engine, event),
            HPAS: floor_teller(self.engine, HPA),
            SCALED: floor_teller(self.engine, SCALED_OBJECT),
            "deployments": workload_teller(self.engine, "apps/v1", "Deployment"),
            "statefulsets": workload_teller(self.engine, "apps/v1", "StatefulSet"),
        }
        self.world.cluster.on_change = lambda plural, event: handle[plural](event)
        for (_, plural, _, _), body in self.world.cluster.objects.items():
            handle[plural]({"type": None, "object": body})

    async def __aenter__(self):
        if self._gated:
            self.world.cluster.gate = asyncio.Event()
        self._task = asyncio.create_task(self.engine.run())
        await settled()
        return self

    async def __aexit__(self, *_) -> None:
        failed = self._task.done() and not self._task.cancelled() and self._task.exception()
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        assert not failed

    def restarted(self) -> Running:
        """A new process in the same world, to be entered."""
        return Running(None, world=self.world)

    def open(self) -> None:
        """Lets every request be answered."""
        self.world.cluster.gate.set()

    async def until(self, at) -> None:
        await self.world.clock.advance(instant(at))

    async def pass_time(self, **length) -> None:
        await self.world.clock.advance(timedelta(**length))

    def minimum(self, name) -> int:
        return self.world.get(HPAS, name)["spec"]["minReplicas"]

    @property
    def floor(self) -> int:
        return self.world.floor

    @property
    def replicas(self) -> int:
        return self.world.replicas

    @property
    def writes(self) -> int:
        return self.world.writes
