"""A rehearsal carried out: the order is given, watched, and taken back, whatever happens in between.

The end of the order stands in the order: a process that is killed leaves nothing that lasts.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from firstbell.cli.missing_right import with_right
from firstbell.core.instants import api_time
from firstbell.core.reasons import DecisionReason
from firstbell.engine.explaining.last_report import not_fine
from firstbell.engine.objects.status_values import reported_stop
from firstbell.engine.pace.interruptible_sleep import nap
from firstbell.engine.ports import Failure, FailureKind, ObjectPath
from firstbell.engine.seen.workloads import seen_workload, watched_workload
from firstbell.kinds.group import AUTOSCALER_PLURAL, GROUP, OVERRIDE_PLURAL, VERSION

if TYPE_CHECKING:
    from collections.abc import Callable

    from firstbell.cli.rehearse.rehearsal import Rehearsal
    from firstbell.engine.ports import Clock, Cluster, Json

LOOK_SECONDS = 1.0
TELL_SECONDS = 10.0
TAKEN_UP_SECONDS = 60.0
"""An operator takes an order up at once: after so long there is none."""
RETURN_SECONDS = 900.0
TRIES = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """The workload at a look: how many are asked for, and how many are Ready; None while that is unknown."""

    wanted: int | None
    ready: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Conducted:
    """What came of it. Seconds are from the order.

    `ready_after` is None where not all became Ready, `most` how many did at the most, `reasons` what the
    operator said then; `returned_after` is None where the baseline was not waited for to the end. `failure`
    tells why the order could not be given or taken back, `stopped` of an order to write nothing that came.
    """

    ready_after: float | None = None
    most: int = 0
    reasons: tuple[str, ...] = ()
    taken_up: bool = True
    returned_after: float | None = None
    interrupted: bool = False
    stopped: str = ""
    failure: str = ""


class Conductor:
    """One rehearsal, from the order to the return. `tell` is told a line at a time."""

    def __init__(
        self,
        cluster: Cluster,
        clock: Clock,
        rehearsal: Rehearsal,
        stop: asyncio.Event,
        tell: Callable[[str], None],
    ) -> None:
        self._cluster, self._clock, self._of, self._stop, self._tell = cluster, clock, rehearsal, stop, tell
        self._begun = clock.monotonic()
        self._told_at = 0.0

    async def conduct(self) -> Conducted:
        """Give the order, watch until all are Ready or the time is over, take it back, and see it off."""
        of = self._of
        given = await self._cluster.create(GROUP, VERSION, OVERRIDE_PLURAL, of.namespace, of.order)
        if isinstance(given, Failure) and given.kind is not FailureKind.UNREACHABLE:
            return Conducted(failure=_not_given(of, given))
        self._begun = self._clock.monotonic()
        if not isinstance(given, Failure):
            self._tell(f"ScalingOverride {of.order_name} asks for {of.replicas} replicas")
        try:
            seen = (
                Conducted(failure=_not_given(of, given))
                if isinstance(given, Failure)
                else await self._watched()
            )
        finally:
            left = await asyncio.shield(self._take_back())
        if left:
            return Conducted(ready_after=seen.ready_after, most=seen.most, reasons=seen.reasons, failure=left)
        if seen.failure or seen.interrupted or seen.stopped or not seen.taken_up:
            return seen
        self._tell("the order is ended")
        return await self._seen_off(seen)

    async def _watched(self) -> Conducted:
        """Watch until all are Ready, the time is over, or somebody interrupts it or stops firstbell."""
        most, taken_up = 0, False
        reasons: tuple[str, ...] = ()
        while not self._stop.is_set() and self._clock.now() < self._of.end:
            status = await self._status()
            if stopped := reported_stop(status):
                return Conducted(most=most, stopped=stopped)
            counts = await self._counts(status)
            most = max(most, counts.ready or 0)
            taken_up = taken_up or (status.get("desiredReplicas") or 0) > self._of.before
            reasons = tuple(f"{one.type}: {one.message or one.reason}" for one in not_fine(status))
            if (counts.ready or 0) >= self._of.replicas <= (counts.wanted or 0):
                self._say(counts, at_once=True)
                return Conducted(ready_after=self._passed, most=most)
            if not taken_up and self._passed > TAKEN_UP_SECONDS:
                return Conducted(most=most, reasons=reasons, taken_up=False)
            self._say(counts)
            await self._pause()
        return Conducted(most=most, reasons=reasons, interrupted=self._stop.is_set())

    async def _seen_off(self, seen: Conducted) -> Conducted:
        """Wait until the operator asks for no more than before."""
        begun = self._passed
        while not self._stop.is_set() and self._passed - begun < RETURN_SECONDS:
            status = await self._status()
            if stopped := reported_stop(status):
                return replace(seen, stopped=stopped)
            decision = status.get("decision") or {}
            desired = status.get("desiredReplicas")
            planned = decision.get("reason") == DecisionReason.SCHEDULED_PEAK
            if desired is not None and (desired <= self._of.before or planned):
                return replace(seen, returned_after=self._passed)
            await self._pause()
        return seen

    async def _take_back(self) -> str:
        """End the order; return why it could not be, and when it ends by itself."""
        path = self._path(OVERRIDE_PLURAL, self._of.order_name)
        problem = ""
        for _ in range(TRIES):
            there = await self._cluster.get(path)
            if isinstance(there, Failure):
                if there.kind is FailureKind.NOT_FOUND:
                    return ""
                problem = there.message
            else:
                problem = await self._ended(path, there)
                if not problem:
                    return ""
            await self._clock.sleep(LOOK_SECONDS / 2)
        end = api_time(self._of.end)
        return f"the order could not be ended, and ends by itself at {end}: {problem}"

    async def _ended(self, path: ObjectPath, there: Json) -> str:
        """Delete the order, or set its end where nobody may delete it; return why not."""
        metadata = there["metadata"]
        gone = await self._cluster.delete(path, metadata["uid"], metadata["resourceVersion"])
        if not isinstance(gone, Failure) or gone.kind is FailureKind.NOT_FOUND:
            return ""
        if gone.kind is not FailureKind.FORBIDDEN:
            return gone.message
        soon = api_time(self._clock.now() + timedelta(seconds=1))
        ended = await self._cluster.merge_patch(path, {"spec": {"endTime": soon}})
        return ended.message if isinstance(ended, Failure) else ""

    async def _status(self) -> Json:
        """Return what the operator reports of the SchoolAutoscaler; nothing where it cannot be read now."""
        body = await self._cluster.get(self._path(AUTOSCALER_PLURAL, self._of.key.partition("/")[2]))
        return {} if isinstance(body, Failure) else body.get("status") or {}

    async def _counts(self, status: Json) -> Counts:
        """Return the workload's own counts, or where it cannot be read those of the last report."""
        of = watched_workload(self._of.target)
        if of is not None:
            path = ObjectPath(
                group=of.group,
                version=of.version,
                plural=of.plural,
                namespace=self._of.namespace,
                name=self._of.target.name,
            )
            body = await self._cluster.get(path)
            if not isinstance(body, Failure):
                seen = seen_workload(body, of)
                return Counts(wanted=seen.replicas, ready=seen.ready)
        return Counts(wanted=status.get("currentReplicas"), ready=status.get("readyReplicas"))

    def _path(self, plural: str, name: str) -> ObjectPath:
        return ObjectPath(
            group=GROUP, version=VERSION, plural=plural, namespace=self._of.namespace, name=name
        )

    @property
    def _passed(self) -> float:
        """Seconds since the order was given."""
        return self._clock.monotonic() - self._begun

    def _say(self, counts: Counts, *, at_once: bool = False) -> None:
        """Tell the counts, now and then."""
        if at_once or self._passed >= self._told_at:
            self._told_at = self._passed + TELL_SECONDS
            ready = "an unknown number" if counts.ready is None else counts.ready
            self._tell(f"{self._passed:4.0f} s: {ready} of {self._of.replicas} replicas Ready")

    async def _pause(self) -> None:
        if not self._stop.is_set():
            await nap(self._clock, LOOK_SECONDS, self._stop)


def _not_given(of: Rehearsal, failure: Failure) -> str:
    """Tell why the order could not be given, and which rights are missing if they are."""
    told = with_right(failure, "create and delete", OVERRIDE_PLURAL, of.namespace)
    return f"the order could not be given: {told.message.rstrip('.')}."
