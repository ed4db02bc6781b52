"""What all workloads ask for together at the next bell, as figures: sums, and no word of any one of them.

Counted once a minute over what is remembered anyway, some workloads at a time, so that nobody waits for it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from firstbell.core import Unavailable
from firstbell.core.capacity import PodRequest, Requested, pods_per_minute, requested
from firstbell.core.instants import instant_of, minute_of
from firstbell.core.reasons import AbsenceReason
from firstbell.engine.ports import FleetFigures
from firstbell.kinds.rooms import makes_room
from firstbell.kinds.school_autoscaler import Mode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from firstbell.core import Plan
    from firstbell.core.instants import Minute
    from firstbell.engine.memory.memory import Memory
    from firstbell.engine.ports import Clock, Telemetry
    from firstbell.engine.seen.store import SeenSpec, Store

EVERY_SECONDS = 60.0
AT_ONCE = 200
NOT_SEEN = Unavailable(reason=AbsenceReason.NOT_READ, message="the workload is not watched, or not there")
NOTHING_KNOWN = PodRequest(cpu=NOT_SEEN, memory=NOT_SEEN)


@dataclass(kw_only=True, slots=True)
class NextBell:
    """The sums, counted anew at each look over the memories of all SchoolAutoscalers, by their keys.

    Only those that this process writes for (`is_ours`) are in them: several that share the work add up.
    """

    store: Store
    memories: Mapping[str, Memory]
    clock: Clock
    telemetry: Telemetry
    is_ours: Callable[[str], bool]

    async def run(self) -> None:
        """Count every minute of the clock, until cancelled."""
        while True:
            await self.clock.sleep(EVERY_SECONDS)
            self.telemetry.fleet(await self.look())

    async def look(self) -> FleetFigures | None:
        """Count; None where no bell is known of."""
        minute = minute_of(self.clock.now())
        ours = [(key, memory) for key, memory in self.memories.items() if self.is_ours(key)]
        bells = [bell for _, memory in ours if (bell := _bell(memory, minute)) is not None]
        if not bells:
            return None
        bell = min(bells)
        # Workloads have plans in common, and pods alike: each is reckoned once.
        plans: dict[int, Plan] = {}
        alike, preparing = Counter[tuple[int, PodRequest]](), Counter[int]()
        for number, (key, memory) in enumerate(ours, start=1):
            plan = memory.plans.plan
            if plan is not None and plan.start <= bell < plan.end and self._counts(key):
                plans[id(plan)] = plan
                alike[id(plan), self._pod(key)] += 1
                preparing[id(plan)] += _bell(memory, minute) == bell
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)
        asked, rises, workloads = Requested(), Counter[int](), 0
        for (of, pod), count in alike.items():
            asked += requested(pod, plans[of].write_at(bell) * count)
        for of, count in preparing.items():
            mine = _rises(plans[of], minute, bell)
            rises.update({at: more * count for at, more in mine.items()})
            workloads += count if mine else 0
        return FleetFigures(
            bell=instant_of(bell),
            workloads=workloads,
            asked=asked,
            more=sum(rises.values()),
            pods_per_minute=pods_per_minute(rises, bell),
        )

    def _counts(self, key: str) -> bool:
        """Tell whether its pods are asked for: by it, in earnest, and as pods."""
        rules = self._rules(key)
        if rules is None or rules.mode is Mode.DRY_RUN or makes_room(rules.target.group, rules.target.kind):
            return False
        first = self.store.first_on(rules.target.key)
        return first is not None and first.key == key

    def _rules(self, key: str) -> SeenSpec | None:
        seen = self.store.autoscalers.get(key)
        return None if seen is None else seen.in_force

    def _pod(self, key: str) -> PodRequest:
        rules = self._rules(key)
        workload = None if rules is None else self.store.workloads.get(rules.target.key)
        return NOTHING_KNOWN if workload is None or workload.pod is None else workload.pod


def _bell(memory: Memory, minute: Minute) -> Minute | None:
    """Return the next bell of a workload, where it has rung not yet."""
    record = memory.told.next_bell
    return record.peak.bell if record is not None and record.peak.bell > minute else None


def _rises(plan: Plan, since: Minute, bell: Minute) -> dict[Minute, int]:
    """Return when more pods are asked for until a bell, and how many more."""
    return {
        run.start: run.value - before.value
        for before, run in pairwise(plan.writes)
        if since < run.start <= bell and run.value > before.value
    }
