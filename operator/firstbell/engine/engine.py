"""The engine: what was seen goes in, wake-ups come due, workers tick, reports follow.

One heap of wake-ups, a queue of ticks, and a queue of reports that waits for the ticks: scaling is never
behind status. A key is ticked by one worker at a time; what happens to it meanwhile wakes it again.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from firstbell.core import Decision, Unavailable
from firstbell.core.reasons import AbsenceReason
from firstbell.engine.acting.act import Actor
from firstbell.engine.acting.commands import unsent_of
from firstbell.engine.acting.left_workloads import LeftWorkloads
from firstbell.engine.deciding.orders_in_force import effect_of, hold_now
from firstbell.engine.floor.kept_fields import KeptFields
from firstbell.engine.floor.orphans import release, release_orphans, release_owned
from firstbell.engine.live.polling import Polling
from firstbell.engine.memory.kept_plans import KeptPlans
from firstbell.engine.memory.memory import Memory
from firstbell.engine.memory.shared_plans import SharedPlans
from firstbell.engine.pace.backoff import RETRY, backoff, jittered
from firstbell.engine.pace.fence import Fence
from firstbell.engine.pace.interruptible_sleep import nap
from firstbell.engine.pace.lateness import Lateness
from firstbell.engine.pace.slices import Slices
from firstbell.engine.pace.stop import Stop
from firstbell.engine.pace.tenure import Tenure
from firstbell.engine.pace.timekeeping import Timekeeping, tell_clock
from firstbell.engine.pace.turns import Turns
from firstbell.engine.pace.wakeups import Wakeups
from firstbell.engine.pace.written_rises import WrittenRises
from firstbell.engine.ports import FailureKind
from firstbell.engine.report.fleet_figures import NextBell
from firstbell.engine.report.reported_kinds import REPORTED_KINDS
from firstbell.engine.report.reporter import Reporter
from firstbell.engine.report.week_ahead import WeekAhead
from firstbell.engine.requests.fenced_cluster import FencedCluster
from firstbell.engine.requests.held_cluster import HeldCluster
from firstbell.engine.requests.refused_writes import RefusedWrites
from firstbell.engine.requests.stopped_cluster import StoppedCluster
from firstbell.engine.seen.own_objects import OwnObjects
from firstbell.engine.seen.shards import Shards
from firstbell.engine.seen.store import Store, is_unread
from firstbell.engine.seen.watched_kinds import AUTOSCALERS
from firstbell.engine.tick import Ticker, next_looks
from firstbell.kinds.group import AUTOSCALER_PLURAL, OVERRIDE_PLURAL
from firstbell.kinds.school_autoscaler import DEFAULT_PRIORITY

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from firstbell.engine.deciding.outcome import Outcome
    from firstbell.engine.floor.seen_floor import SeenFloor
    from firstbell.engine.ports import Clock, Cluster, EventSink, Metrics, ServerTime, Telemetry
    from firstbell.engine.requests.command import Command
    from firstbell.engine.seen.store import OwnKey
    from firstbell.engine.seen.watched_kinds import OwnKind
    from firstbell.kinds.stop_order import StopOrder

TICK_WORKERS = 16
FINISH_WORKERS = 6
"""Beside those of ticks: what follows floors goes on while others wait, and does not starve."""
REPORT_WORKERS = 4
TICK_SECONDS = 30.0
RESYNC = timedelta(minutes=30)
LONGEST_RETRY = timedelta(seconds=30)
LONGEST_NAP_SECONDS = 15.0
REPORT_WAITS_SECONDS = 20.0
"""Longer than a thousand workloads of one bell take to be raised."""

log = structlog.get_logger("firstbell.engine")


class Engine:
    """Everything that runs, around one store.

    `instance` tells this installation's floors from another's. Without `metrics` no live metric is ever read.
    Whoever gives a `fence` lets it beat, and has everything read again when it is shut; without one this
    process counts as never having stood still. Without `server` the clock is compared with nobody's. Whoever
    gives a `stop` reads the order in it, and calls `look_at_stop` when it did. Whoever gives a `tenure` holds
    Leases, and calls `look_at_shards` when one was taken or lost: of a shard that is not held everything is
    known and nothing written. Without one everything is ours.
    """

    def __init__(  # noqa: PLR0913 - the ports, each once
        self,
        *,
        cluster: Cluster,
        clock: Clock,
        events: EventSink,
        telemetry: Telemetry,
        instance: str,
        store: Store | None = None,
        metrics: Metrics | None = None,
        fence: Fence | None = None,
        slices: Slices | None = None,
        server: ServerTime | None = None,
        stop: Stop | None = None,
        tenure: Tenure | None = None,
    ) -> None:
        self.store = store if store is not None else Store()
        self.clock = clock
        self.instance = instance
        self.fence = fence if fence is not None else Fence(lambda: 0.0)
        self._reads_again = fence is not None
        self._time = Timekeeping(clock, server)
        self.stop = stop if stop is not None else Stop(clock)
        self.stop.ahead = lambda: [other.ahead for other in self._time.others()]
        self._stopped_by: StopOrder | None = None
        self._resumed = asyncio.Event()
        self._unreleased: set[str] = set()
        self.tenure = tenure if tenure is not None else Tenure(lambda: 0.0)
        self.shards = Shards(self.store, self.tenure.shards)
        self._terms = self.tenure.held()
        cluster = FencedCluster(HeldCluster(cluster, self.tenure, self.shards.of_path), self.fence)
        cluster = RefusedWrites(StoppedCluster(cluster, self.stop), clock)
        self._cluster = cluster
        self._telemetry = telemetry
        actor = Actor(
            store=self.store,
            cluster=cluster,
            telemetry=telemetry,
            instance=instance,
            wake=self.wake,
            others_wait=self._others_wait,
        )
        self.slices = slices if slices is not None else Slices()
        self._decisions = self.slices.beside()
        self._ticker = Ticker(
            store=self.store,
            clock=clock,
            instance=instance,
            actor=actor,
            slices=self._decisions,
            time=self._time,
            stop=self.stop,
        )
        self.own = OwnObjects(
            store=self.store,
            slices=self.slices,
            wake=self.wake,
            wake_report=self.wake_report,
            forget=self.forget,
        )
        self._reporter = Reporter(
            store=self.store,
            cluster=cluster,
            clock=clock,
            events=events,
            telemetry=telemetry,
            slices=self.slices.beside(),
            time_is_sure=self._time.is_sure,
        )
        self._polling: Polling | None = None
        if metrics is not None:
            self._polling = Polling(
                answers=self.store.answers, metrics=metrics, clock=clock, wake=self.wake, telemetry=telemetry
            )
        self._kept = KeptFields(
            cluster=cluster,
            telemetry=telemetry,
            floors=self.store.floors,
            clock=clock,
            instance=instance,
            stop=self.stop,
            left_alone=lambda floor: not self._is_ours(floor) or self._left_alone(floor),
        )
        self._left = LeftWorkloads(cluster=cluster, telemetry=telemetry, store=self.store)
        self._memories: dict[str, Memory] = {}
        self._plans = SharedPlans()
        self._next_bell = NextBell(
            store=self.store,
            memories=self._memories,
            clock=clock,
            telemetry=telemetry,
            is_ours=lambda key: self.tenure.holds(self.shards.of_autoscaler(key)),
        )
        self._week_ahead = WeekAhead(
            memories=self._memories,
            clock=clock,
            telemetry=telemetry,
            slices=self.slices.beside(),
            is_ours=lambda key: self.tenure.holds(self.shards.of_autoscaler(key)),
            idle=self.drained,
        )
        self._wakeups: Wakeups[str] = Wakeups()
        self._lateness: Lateness[str] = Lateness(clock.monotonic)
        self._report_wakeups: Wakeups[OwnKey] = Wakeups()
        self._ticks: Turns[str] = Turns(self._decisions)
        self._queued: dict[str, datetime] = {}
        self._unfinished: Turns[str] = Turns(self._decisions)
        self._left_off: set[str] = set()
        self._finishing: set[str] = set()
        self._written_rises = WrittenRises()
        self._ticking: set[str] = set()
        self._again: set[str] = set()
        self._woken = asyncio.Event()
        self._calm = asyncio.Event()
        self._calm.set()
        self._beat = time.monotonic()

    def __copy__(self) -> Engine:
        """Return the same engine: Kopf copies its memo for every object."""
        return self

    def wake(self, keys: Iterable[str]) -> None:
        """Tick these autoscalers as soon as a worker is free, the most important of each namespace first."""
        now = self.clock.now()
        for key in sorted(keys, key=self._priority, reverse=True):
            self._enqueue(key, now)
        if self._polling is not None:
            self._polling.look()

    def wake_report(self, own: OwnKey) -> None:
        """Report soon the status of an object of a reported kind."""
        self._report_wakeups.ask(own, self.clock.now())
        self._woken.set()

    def _is_ours(self, floor: SeenFloor) -> bool:
        """Tell whether this process writes there."""
        return self.tenure.holds(self.shards.of_target(floor.target))

    def _left_alone(self, floor: SeenFloor) -> bool:
        """Tell whether an order keeps everything from being written there, or a worker is about to."""
        effects, concerned = self.store.overrides.effects, self.store.concerned(floor.target)
        orders = (effects.get(key) for key in concerned)
        ordered_off = any(effect is not None and effect.held_by for effect in orders)
        return ordered_off or not self._left_off.isdisjoint(concerned)

    def forget(self, kind: OwnKind, key: str) -> None:
        """Forget an object that was deleted; a worker gives the floor of an autoscaler back."""
        self._telemetry.forget(kind.kind, key)
        if kind is not AUTOSCALERS:
            return
        now = self.clock.now()
        self._wakeups.forget(key)
        self._lateness.forget(key)
        memory = self._memories.pop(key, None)
        if memory is not None:
            self._left.leave(key, memory, now)
        self._enqueue(key, now)

    def seconds_since_beat(self) -> float:
        """Tell how long ago the loop last turned, in seconds of the wall: liveness looks here."""
        return time.monotonic() - self._beat

    async def drained(self) -> None:
        """Return when no tick is waiting or running."""
        await self._calm.wait()

    async def run(self) -> None:
        """Run until cancelled; whoever cancels may wait for `drained` first."""
        self.look_at_stop()
        await self.look_at_everything()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._turn())
            tasks.create_task(self._kept.run())
            tasks.create_task(self._follow_resumes())
            tasks.create_task(self.own.run())
            tasks.create_task(self._next_bell.run())
            tasks.create_task(self._week_ahead.run())
            if self._polling is not None:
                tasks.create_task(self._polling.run())
            for _ in range(TICK_WORKERS):
                tasks.create_task(self._tick_worker())
            for _ in range(FINISH_WORKERS):
                tasks.create_task(self._finish_worker())
            for _ in range(REPORT_WORKERS):
                tasks.create_task(self._report_worker())

    async def look_at_everything(self) -> None:
        """Have each object decided on anew: after the first look, and whenever everything was read again."""
        for memory in self._memories.values():
            memory.lead = memory.lead.interrupted()
        if self.stop.in_force() is None:
            for owner in await release_orphans(
                self._cluster,
                self._telemetry,
                self.store.floors,
                self.store.autoscalers,
                self.instance,
                self._is_ours,
            ):
                self._ask(owner, self.clock.now() + LONGEST_RETRY)
        self._wake_all()
        self.own.look()

    def look_at_clock(self) -> None:
        """Notice where the clock was set or is off; the more often it is called the sooner."""
        before = self._time.jumped
        changed = self._time.look()
        self._telemetry.clock_off(self._time.server_ahead)
        if not changed:
            return
        if by := self._time.jumped - before:
            self._follow_clock(by)
        tell_clock(self._time.state)
        self._wake_all()

    def look_at_stop(self) -> None:
        """Notice that an order to stop has come, is another one, or is over; nothing is written from then on.

        After it everything is decided on anew, and what had to wait is done.
        """
        self.look_at_clock()
        self.stop.look()
        order = self.stop.in_force()
        told = self.stop.is_known or order is not None
        self._telemetry.stopped(order is not None if told else None)
        if order == self._stopped_by:
            return
        self._stopped_by = order
        if order is None:
            log.warning("resumed: no order to stop is in force any more")
            self._resumed.set()
        else:
            log.warning("stopped", why=order.sentence)
        self._wake_all()
        self._woken.set()

    def look_at_shards(self) -> None:
        """Notice which shards were taken and which were lost, and what is remembered of them with that.

        Who takes one begins as a new process does, from the world and from our own statuses: what was
        remembered in an earlier term is of then.
        """
        terms = self.tenure.held()
        if self.tenure.times is not None:
            self._telemetry.held({shard: shard in terms for shard in range(self.tenure.shards)})
        if terms == self._terms:
            return
        before, self._terms = self._terms, terms
        for key in {*self.store.autoscalers, *self._memories}:
            shard = self.shards.of_autoscaler(key)
            if terms.get(shard) == before.get(shard):
                continue
            if key in self._memories:
                self._memories[key] = self._memories[key].of_a_new_term()
            if shard not in terms:
                self._telemetry.forget(AUTOSCALERS.kind, key)
        for plural, kind in REPORTED_KINDS.items():
            for key in kind.watched.known(self.store):
                if self.shards.of_own((plural, key)) not in terms:
                    self._telemetry.forget(kind.watched.kind, key)

    def role(self) -> str:
        """Tell in a few words what this process writes."""
        if self.tenure.times is None:
            return "writes without a Lease"
        held = ", ".join(map(str, self.tenure.held()))
        return f"holds shard {held} of {self.tenure.shards}" if held else "stands by"

    async def _follow_resumes(self) -> None:
        """Make up for what an order to stop has kept from being released, whenever it is over."""
        while True:
            await self._resumed.wait()
            self._resumed.clear()
            waiting, self._unreleased = self._unreleased, set()
            self.wake(waiting)
            await self.look_at_everything()

    def _wake_all(self) -> None:
        self.wake(self.store.autoscalers)
        for plural, kind in REPORTED_KINDS.items():
            for key, seen in kind.watched.known(self.store).items():
                if kind.watched.concerns(seen) and not is_unread(kind.watched.content(seen)):
                    self.wake_report((plural, key))

    def _follow_clock(self, by: timedelta) -> None:
        """Follow a clock that was set: every wake-up is asked for anew, and what was to last still does.

        A machine that was suspended, and others have gone on meanwhile, looks just the same.
        """
        log.warning("the clock was set", seconds=round(by.total_seconds()))
        self._left.follow_clock(by)
        self.store.answers.follow_clock(by)
        if self._polling is not None:
            self._polling.begin_anew()
        self._report_wakeups.clear()
        self.wake(self._wakeups.clear())
        self._woken.set()
        if self._reads_again:
            self.fence.suspect("the clock was set, or this machine was suspended")

    async def _turn(self) -> None:
        """Move what has come due from the heaps to the queues."""
        while True:
            self._beat = time.monotonic()
            self.look_at_stop()
            self.look_at_shards()
            now = self.clock.now()
            for wakeup in self._wakeups.pop_due(now):
                self._lateness.came_due(wakeup.key, now - wakeup.due)
                self._enqueue(wakeup.key, wakeup.instant)
            for due_report in self._report_wakeups.pop_due(now):
                self._reporter.ask_again(due_report.key)
            comes = (self._wakeups.next_due(), self._report_wakeups.next_due(), self.stop.ends())
            due = [at for at in comes if at is not None]
            wait = min(((at - now).total_seconds() for at in due), default=LONGEST_NAP_SECONDS)
            await nap(self.clock, min(wait, LONGEST_NAP_SECONDS), self._woken)

    def _enqueue(self, key: str, instant: datetime) -> None:
        if key in self._ticking:
            self._again.add(key)
        elif key not in self._queued:
            self._queued[key] = instant
            namespace = key.partition("/")[0]
            if not self._decisions.rest_of(namespace):
                self._calm.clear()
            self._ticks.put(namespace, key)

    async def _tick_worker(self) -> None:
        while True:
            key = await self._ticks.get()
            await self.fence.opened()
            if (late := self._lateness.followed(key)) is not None:
                self._telemetry.woke(late)
            await self._tick_alone(key, self._queued.pop(key))
            # A tick that writes nothing waits for nothing: ten thousand in a row are seconds without a beat.
            await asyncio.sleep(0)

    async def _finish_worker(self) -> None:
        """Finish one after the other what was left while others waited for their floor."""
        while True:
            await asyncio.sleep(0)
            key = await self._unfinished.get()
            await self.fence.opened()
            if key not in self._left_off:
                self._settle()
                continue  # finished meanwhile, by a tick of another reason
            self._left_off.discard(key)
            if key in self._ticking:
                self._again.add(key)
                continue
            self._finishing.add(key)
            try:
                await self._tick_alone(key, self.clock.now())
            finally:
                self._finishing.discard(key)

    def _others_wait(self, key: str) -> bool:
        """Tell whether others wait for their tick; whoever is to finish does not let them pass again."""
        return key not in self._finishing and not self._ticks.is_calm()

    def _follow_writing(self, key: str, before: Memory | None, rises: int, begun: float) -> None:
        """Note what a tick has written, and leave the rest of it for when others have their floor.

        Of a tick in which another term began, or the object was made anew, it is not known how many rises it
        has written: they are not counted.
        """
        memory = self._memories.get(key)
        same_term = before is None or memory is before
        rises = memory.written.rises - rises if memory is not None and same_term else 0
        if rises or key in self._finishing:
            self._written_rises.wrote(begun, time.perf_counter(), rises)
            each = self._written_rises.pace.each
            if self._wakeups.follow_pace(each):
                self._woken.set()
                log.info("rises are written at another pace", milliseconds=round(each.total_seconds() * 1000))
            self._telemetry.paced(each.total_seconds())
        if memory is None or not memory.written.unfinished:
            self._left_off.discard(key)
        elif key not in self._left_off:
            self._left_off.add(key)
            self._unfinished.put(key.partition("/")[0], key)

    async def _tick_alone(self, key: str, instant: datetime) -> None:
        if key in self._ticking:
            # A worker took it from the other queue: both would write, and what is written last be reported.
            self._again.add(key)
            return
        self._calm.clear()
        self._ticking.add(key)
        begun, memory = time.perf_counter(), self._memories.get(key)
        rises = memory.written.rises if memory is not None else 0
        try:
            async with asyncio.timeout(TICK_SECONDS):
                await self._tick(key, instant)
            self._follow_writing(key, memory, rises, begun)
        except TimeoutError:
            log.warning("tick took too long", autoscaler=key, seconds=TICK_SECONDS)
            self._ask(key, self.clock.now() + RETRY)
        except Exception:
            # A fault of ours that one object brings out must not keep the others from their bells.
            log.exception("tick failed", autoscaler=key)
            self._ask(key, self.clock.now() + LONGEST_RETRY)
        finally:
            self._telemetry.ticked(time.perf_counter() - begun)
            self._ticking.discard(key)
            if key in self._again:
                self._again.discard(key)
                self._enqueue(key, self.clock.now())
            self._settle()

    def _settle(self) -> None:
        """Let reports go on where no tick is waiting or running, whoever was the last to leave a queue."""
        if not self._ticking and self._ticks.is_calm() and self._unfinished.is_calm():
            self._calm.set()

    async def _tick(self, key: str, instant: datetime) -> None:
        if key not in self.store.autoscalers:
            await self._release(key)
            return
        memory = self._memories.setdefault(key, Memory(plans=KeptPlans(shared=self._plans)))
        if not self.tenure.holds(self.shards.of_autoscaler(key)):
            self._telemetry.forget(AUTOSCALERS.kind, key)
            await self._stand_by(key, memory)
            return
        self._left.take_back(key)
        await self._fly(key, memory, instant)

    async def _fly(self, key: str, memory: Memory, instant: datetime) -> None:
        """Tick, and ask for what has to follow."""
        before = memory.pilot.desired
        outcome = await self._ticker.tick(key, memory, instant)
        if _is_kept_back(outcome):
            return  # all are looked at again when everything was read, and at once where we are stopped
        if key not in self.store.autoscalers or self._memories.get(key) is not memory:
            if key not in self.store.autoscalers:
                self._memories.pop(key, None)
            self._again.add(key)  # it is gone, or its shard was taken anew meanwhile
            return
        if isinstance(outcome, Unavailable) and is_unread(outcome):
            return  # woken as soon as it is read
        self._reporter.ask(key, memory, outcome)
        self._have_orders_reported(key, outcome)
        if isinstance(outcome, Unavailable):
            if outcome.reason == AbsenceReason.TOO_COSTLY:
                self._ask(key, self.clock.now() + RESYNC)
            return
        if outcome.failure is not None:
            memory.carried_out.failures += 1
            again_in = outcome.failure.again_in or backoff(memory.carried_out.failures, key, LONGEST_RETRY)
            self._ask(key, self.clock.now() + again_in)
            self._ask_next_looks(key, outcome, memory)  # a rise that comes meanwhile is asked for in time
            if memory.carried_out.failures == 1:
                log.warning("write failed, tried again", autoscaler=key, message=outcome.failure.message)
            return
        memory.carried_out.failures = 0
        if memory.pilot.desired != before:
            held = self.store.floors.held_by(key)
            _log_decision(key, before, outcome, unsent_of(outcome, memory, held, self.instance))
        self._ask(key, outcome.now + jittered(RESYNC, key))
        self._ask_next_looks(key, outcome, memory)

    async def _stand_by(self, key: str, memory: Memory) -> None:
        """Know what another process does with an autoscaler, ready to go on with it.

        What it has left of a workload that is ours, to go to one that is not, is given back, at the end of an
        order to write nothing.
        """
        self._ticker.plan_ahead(key, memory)
        now = self.clock.now()
        orders = (one.in_force.override for one in self.store.overrides.of(key) if one.in_force is not None)
        hold = hold_now(orders, self._time.others(), now)
        if hold is not None:
            self._ask(key, hold.end)
            return
        at = now + jittered(RESYNC, key)
        for floor in self._left_behind(key) if self.stop.in_force() is None else ():
            if await release(self._cluster, self._telemetry, self.store.floors, floor) is not None:
                at = self.clock.now() + LONGEST_RETRY
            self.wake(self.store.concerned(floor.target) - {key})
        self._ask(key, at)

    def _left_behind(self, key: str) -> list[SeenFloor]:
        """Return our floors of an autoscaler on workloads that it is not for any more."""
        seen = self.store.autoscalers.get(key)
        if seen is None or seen.in_force is None:
            return []
        target = seen.in_force.target
        return [
            floor
            for floor in self.store.floors.held_by(key)
            if self._is_ours(floor)
            and floor.target.key != target.key
            and floor.autoscaler.mark is not None
            and floor.autoscaler.mark.instance == self.instance
        ]

    def _have_orders_reported(self, key: str, outcome: Outcome | Unavailable) -> None:
        for one in self.store.overrides.came_of(key, effect_of(outcome)):
            self.wake_report((OVERRIDE_PLURAL, one))

    def _ask_next_looks(self, key: str, outcome: Outcome, memory: Memory) -> None:
        for at, may_come_early in next_looks(outcome, memory):
            self._ask(key, at, may_come_early=may_come_early)

    async def _release(self, key: str) -> None:
        """Give back the floors of an autoscaler that was deleted; others may go on with the workload."""
        if self.stop.in_force() is not None:
            self._unreleased.add(key)  # woken when we go on
            return
        targets = [seen.target for seen in self.store.floors.held_by(key)]
        if await release_owned(
            self._cluster, self._telemetry, self.store.floors, key, self.instance, self._is_ours
        ):
            self._ask(key, self.clock.now() + LONGEST_RETRY)
        following = await self._left.bring_down(key, self.clock.now())
        if following is not None:
            self._ask(key, following)
        for target in targets:
            self.wake(self.store.concerned(target))

    def _priority(self, key: str) -> int:
        seen = self.store.autoscalers.get(key)
        rules = None if seen is None else seen.in_force
        return DEFAULT_PRIORITY if rules is None else rules.priority

    def _ask(self, key: str, at: datetime, *, may_come_early: bool = False) -> None:
        self._wakeups.ask(key, at, may_come_early=may_come_early, priority=self._priority(key))
        self._woken.set()

    async def _report_worker(self) -> None:
        """Write one status after the other, whenever no tick is waiting or running."""
        while True:
            await asyncio.sleep(0)
            own = await self._reporter.get()
            with contextlib.suppress(
                TimeoutError
            ):  # one namespace's ticks without end do not silence all others
                async with asyncio.timeout(REPORT_WAITS_SECONDS):
                    await self._calm.wait()
            await self.fence.opened()
            if not self.tenure.holds(self.shards.of_own(own)):
                self._reporter.drop(own)
                continue
            try:
                await self._report(own)
            except Exception:
                log.exception("report failed", object="/".join(own))

    async def _report(self, own: OwnKey) -> None:
        following = await self._reporter.report(own)
        if following is None:
            return
        if own[0] == AUTOSCALER_PLURAL:
            self._wakeups.ask(own[1], following)
        else:
            self._report_wakeups.ask(own, following)
        self._woken.set()


_KEPT_BACK = frozenset({FailureKind.STALE, FailureKind.NOT_HELD, FailureKind.STOPPED})


def _is_kept_back(outcome: Outcome | Unavailable) -> bool:
    """Tell whether a tick was stopped on its way to a write: by the fence, a Lease or an order."""
    if isinstance(outcome, Unavailable) or outcome.failure is None:
        return False
    return outcome.failure.kind in _KEPT_BACK


def _log_decision(key: str, before: int | None, outcome: Outcome, unsent: Sequence[Command]) -> None:
    """Log a decision that changes something; in DryRun with the patches that Enforce would send."""
    decision = outcome.decision
    if isinstance(decision, Decision):
        log.info(
            "decided",
            autoscaler=key,
            before=before,
            desired=decision.desired,
            reason=decision.reason.value,
            why=decision.message,
            limits=[limit.reason.value for limit in decision.limits],
            **({"would_send": [command.document for command in unsent]} if unsent else {}),
        )
