"""The most that each schedule asks for within the next week, as a figure: whether a maximum will do.

A plan is made two days ahead, so this is looked up beside it: by who has nothing else to do, in slices, once
for all workloads of one schedule, and a twentieth of the time at most. Nobody waits for it.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from firstbell.core import Unavailable, highest_wanted, too_many_steps
from firstbell.core.instants import MINUTES_PER_DAY, minute_of
from firstbell.engine.objects.object_keys import namespace_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from firstbell.core import Plan, Schedule
    from firstbell.core.instants import Minute
    from firstbell.engine.memory.memory import Memory
    from firstbell.engine.pace.slices import Slices
    from firstbell.engine.ports import Clock, Telemetry

EVERY_SECONDS = 30.0
AHEAD_MINUTES = 7 * MINUTES_PER_DAY
HOLDS_MINUTES = 6 * 60
"""How long it is not looked up again, unless the schedule changes."""
REST_FACTOR = 20.0
AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class _Known:
    """What a schedule asks for at the most, before bounds; None where that takes too long to find."""

    until: Minute
    wanted: int | None


@dataclass(frozen=True, slots=True)
class _Told:
    """What was told of last: whose memory, and which plan."""

    memory: Memory
    plan: Plan | None
    until: Minute


@dataclass(kw_only=True, slots=True)
class WeekAhead:
    """The figures of the week ahead of all SchoolAutoscalers that this process writes for (`is_ours`).

    `idle` returns when no tick waits.
    """

    memories: Mapping[str, Memory]
    clock: Clock
    telemetry: Telemetry
    slices: Slices
    is_ours: Callable[[str], bool]
    idle: Callable[[], Awaitable[None]]
    _known: WeakKeyDictionary[Schedule, _Known] = field(default_factory=WeakKeyDictionary)
    """For as long as a plan is of the schedule: equal ones have it in common."""
    _told: dict[str, _Told] = field(default_factory=dict)

    async def run(self) -> None:
        """Look twice a minute of the clock, until cancelled."""
        while True:
            await self.clock.sleep(EVERY_SECONDS)
            await self.look()

    async def look(self) -> None:
        """Tell of every plan that is another one than was told of, or was told of long ago."""
        for gone in self._told.keys() - self.memories.keys():
            del self._told[gone]
        for number, key in enumerate(list(self.memories), start=1):
            await self._look_at(key)
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)

    async def _look_at(self, key: str) -> None:
        memory, minute = self.memories.get(key), minute_of(self.clock.now())
        if memory is None or not self.is_ours(key):
            self._told.pop(key, None)
            return
        plan, told = memory.plans.plan, self._told.get(key)
        if told is not None and told.memory is memory and told.plan is plan and minute < told.until:
            return
        if plan is None:
            self._tell(key, _Told(memory, None, minute + HOLDS_MINUTES), None)
            return
        known, took = self._known.get(plan.schedule), 0.0
        if known is None or minute >= known.until:
            await self.idle()
            begun = time.perf_counter()
            known = self._looked_up(key, plan, minute)
            took = time.perf_counter() - begun
        least = plan.workload.bounds.minimum
        wanted = None if known.wanted is None else max(known.wanted, least)
        if self.memories.get(key) is memory and self.is_ours(key):
            self._tell(key, _Told(memory, plan, known.until), wanted)
        if took:
            await asyncio.sleep(REST_FACTOR * took)

    def _tell(self, key: str, told: _Told, wanted: int | None) -> None:
        self._told[key] = told
        self.telemetry.planned_peak(key, wanted)

    def _looked_up(self, key: str, plan: Plan, minute: Minute) -> _Known:
        workload, end = plan.workload, minute + AHEAD_MINUTES
        found: int | Unavailable | None = too_many_steps(workload, minute, end)
        if found is None:
            what = f"The week ahead of SchoolAutoscaler {key}"
            found = self.slices.run(namespace_of(key), what, lambda: highest_wanted(workload, minute, end))
        wanted = None if isinstance(found, Unavailable) else found
        known = self._known[plan.schedule] = _Known(minute + HOLDS_MINUTES, wanted)
        return known
