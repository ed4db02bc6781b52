"""A running engine in a world of its own, fed by the very functions that the watches call."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from firstbell.engine.engine import Engine
from firstbell.engine.pace.fence import Fence
from firstbell.engine.pace.slices import Slices
from firstbell.engine.pace.stop import Stop
from firstbell.engine.seen.store import Store
from firstbell.engine.seen.watched_kinds import FOREIGN_KINDS, OWN_KINDS
from firstbell.engine.watch.asked_targets import AskedTargets
from firstbell.engine.watch.followed_stop import FollowedStop
from firstbell.engine.watch.following import teller
from firstbell.engine.watch.looking_anew import follow_gaps
from firstbell.handlers import watching
from firstbell.kinds.stop_order import STOP_NAME, stop_order
from tests.fakes import FakeEvents, FakeMetrics, FakeTelemetry, instant, settled
from tests.unit.engine.bodies import BEFORE
from tests.unit.engine.world import HPAS, World

if TYPE_CHECKING:
    from collections.abc import Callable

    from firstbell.engine.pace.tenure import Tenure
    from firstbell.engine.ports import Json

OPERATORS = "operators"
"""The namespace of the operator itself."""
NEVER_LONG = 60.0
"""Seconds of processor: slices and rests are by the machine's clocks, bells in here by one moved by hand."""


class Running:
    """Use as an async context manager; the engine has settled when the body begins, unless `gated`.

    Gated, every request waits until `open`. `answers` are what Prometheus says, by the metric's name. The
    process stands still for as long as `freeze` says, and for nothing else.
    """

    def __init__(
        self,
        at: str | None = None,
        *,
        gated: bool = False,
        world: World | None = None,
        answers: dict[str, Any] | None = None,
        slices: Slices | None = None,
        lease: Tenure | None = None,
        **objects: Json | None,
    ) -> None:
        self.world = world or World(at or BEFORE, instance="firstbell", **objects)
        self.telemetry, self.events = FakeTelemetry(), FakeEvents()
        self.metrics = FakeMetrics(self.world.clock, **answers or {})
        self._gated = gated
        self._steady, self.deaf = 0.0, False
        self._server: float | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._stop = Stop(self.world.clock)
        self._stopping = FollowedStop(self.world.cluster, self._stop, OPERATORS)
        self.engine = Engine(
            cluster=self.world.cluster,
            clock=self.world.clock,
            events=self.events,
            telemetry=self.telemetry,
            instance="firstbell",
            store=Store(),
            metrics=self.metrics,
            fence=Fence(lambda: self._steady),
            server=self,
            stop=self._stop,
            tenure=lease,
            slices=slices or Slices(seconds=NEVER_LONG, long_seconds=NEVER_LONG),
        )
        self._asked = AskedTargets(store=self.engine.store, cluster=self.world.cluster)
        handle: dict[str, Callable[[Json], object]] = {
            **{kind.plural: partial(watching._told, self.engine, kind) for kind in OWN_KINDS},
            **{kind.plural: teller(self.engine, kind) for kind in FOREIGN_KINDS},
        }
        self._untold: list[tuple[str, Json]] = []
        self._handle = handle
        self.world.cluster.on_change = self._told
        for (_, plural, _, _), body in self.world.cluster.objects.items():
            self._told(plural, {"type": None, "object": body})

    async def __aenter__(self) -> Self:
        if self._gated:
            self.world.cluster.gate = asyncio.Event()
        gaps = follow_gaps(
            self.engine, self.world.cluster, (), self._asked, self._stopping, self.world.clock.sleep
        )
        self._tasks = [asyncio.create_task(self.engine.run()), asyncio.create_task(gaps)]
        await settled()
        return self

    async def __aexit__(self, *_: object) -> None:
        failed = [task for task in self._tasks if task.done() and not task.cancelled() and task.exception()]
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        assert not failed, [task.exception() for task in failed]

    def _told(self, plural: str, event: Json) -> None:
        if self.deaf:
            self._untold.append((plural, event))
        elif plural == "configmaps":
            order = None if event["type"] == "DELETED" else stop_order(event["object"])
            self._stop.read(order)
            self.engine.look_at_stop()
        else:
            self._handle[plural](event)

    def order_to_stop(self, **data: str) -> None:
        """Somebody makes the ConfigMap that stops everything."""
        body = {"metadata": {"name": STOP_NAME, "namespace": OPERATORS}, "data": data}
        self.world.cluster.put("", "configmaps", body)

    def resume(self) -> None:
        self.world.cluster.remove("", "configmaps", OPERATORS, STOP_NAME)

    def minus_steady(self) -> float | None:
        """The engine's `ServerTime`: nobody knows, before `server_is_ahead`."""
        return self._server

    def server_is_ahead(self, length: timedelta) -> None:
        """The API server's clock is so far ahead of what ours is now, from now on."""
        clock = self.world.clock
        self._server = clock.now().timestamp() + length.total_seconds() - clock.monotonic()

    def freeze(self, seconds: float) -> None:
        """The process has stood still for so long, of which it knows nothing yet."""
        self._steady += seconds

    def hear(self) -> None:
        """What the watches had to tell while it was deaf, one after the other."""
        self.deaf, untold, self._untold = False, self._untold, []
        for plural, event in untold:
            self._told(plural, event)

    def restarted(self) -> Running:
        """A new process in the same world, to be entered."""
        return Running(world=self.world)

    def open(self) -> None:
        """Lets every request be answered."""
        if self.world.cluster.gate is not None:
            self.world.cluster.gate.set()

    async def until(self, at: str) -> None:
        await self.world.clock.advance(instant(at))

    async def pass_time(self, **length: float) -> None:
        await self.world.clock.advance(timedelta(**length))

    def minimum(self, name: str) -> int:
        minimum: int = self.world.get(HPAS, name)["spec"]["minReplicas"]
        return minimum

    @property
    def floor(self) -> int:
        return self.world.floor

    @property
    def replicas(self) -> int:
        return self.world.replicas

    @property
    def writes(self) -> int:
        return self.world.writes
