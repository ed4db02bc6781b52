"""Act: carry a decision out through the floor of an autoscaler or the workload's own scale.

Every write tests what was read; one that does not hold comes back as Invalid, and `read_again` fetches what
stands there now. Whatever could not be done is a Failure, to be tried again by a later tick.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from firstbell.core import Unavailable
from firstbell.core.scaling import FloorMark, FloorMemory
from firstbell.engine.acting.commands import COUNT, Writes, floors_over, writes_of
from firstbell.engine.acting.count_mark import CountMarks
from firstbell.engine.acting.scale_actuator import scale_path, write_scale
from firstbell.engine.deciding.hands import hand_happening, set_back
from firstbell.engine.deciding.situation import ByFloor, ByScale, Situation
from firstbell.engine.floor.kept_fields import mend
from firstbell.engine.floor.orphans import release
from firstbell.engine.floor.reading import seen_floor
from firstbell.engine.floor.writing import write_floor
from firstbell.engine.memory.written import Admitted, SetCount
from firstbell.engine.memory.zero import Zero
from firstbell.engine.ports import Failure, FailureKind
from firstbell.engine.seen.store import SeenWorkload, Store
from firstbell.engine.seen.workloads import with_count

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from firstbell.engine.deciding.outcome import Outcome
    from firstbell.engine.floor.seen_floor import SeenFloor
    from firstbell.engine.memory.contest import Undone
    from firstbell.engine.memory.memory import Memory
    from firstbell.engine.ports import Cluster, Json, Telemetry
    from firstbell.engine.requests.command import Command

HAND_BACK_AGAIN = timedelta(seconds=10)
ADMITTED_FOR = timedelta(minutes=10)
_NOT_OURS = frozenset({FailureKind.NOT_FOUND, FailureKind.NOT_HELD})
"""Of a floor that was left: it is gone, or on a workload that another process writes, which gives it back."""


class Overtaken(Failure):
    """A write that was taken, and over which somebody else has written since: to be looked at anew."""

    __slots__ = ()


class Actor:
    """Writes, with what they share. `wake` is told the SchoolAutoscalers that a release concerns.

    `others_wait` tells of a SchoolAutoscaler whether others wait for their floor meanwhile. Then what follows
    its own (the hand-back of a field that nobody applies, the count) is left, and `unfinished` says so.
    """

    def __init__(  # noqa: PLR0913 - what it writes through, each once
        self,
        *,
        store: Store,
        cluster: Cluster,
        telemetry: Telemetry,
        instance: str,
        wake: Callable[[set[str]], None],
        others_wait: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self._store = store
        self._cluster = cluster
        self._telemetry = telemetry
        self._instance = instance
        self._wake = wake
        self._others_wait = others_wait
        self._marks = CountMarks(store=store, cluster=cluster, telemetry=telemetry, instance=instance)

    async def act(self, outcome: Outcome, memory: Memory) -> Failure | None:
        """Carry the decision out; return the failure that stopped it, or None."""
        stands, writes = outcome.situation, writes_of(outcome, memory, self._instance)
        memory.written.unfinished = False
        failure: Failure | None = None
        if outcome.stopped:
            return await self._marks.live_on(stands)
        if stands.rival:
            failure = await self._marks.contend(stands, memory, outcome.now)
        elif isinstance(stands.actuator, ByFloor):
            failure = await self._act_by_floor(outcome, stands.actuator, writes, memory)
        elif isinstance(stands.actuator, ByScale) and writes.desired is not None:
            failure = await self._act_by_scale(outcome, writes, memory)
        return failure or await self._let_go(outcome)

    async def _let_go(self, outcome: Outcome) -> Failure | None:
        """Release our floors that are not to be held any more."""
        key = outcome.situation.seen.key
        for seen in floors_over(outcome, self._store.floors.held_by(key), self._instance):
            failure = await release(self._cluster, self._telemetry, self._store.floors, seen)
            if failure is not None and failure.kind not in _NOT_OURS:
                return failure
            self._wake(self._store.concerned(seen.target) - {key})
        return None

    async def _act_by_floor(
        self, outcome: Outcome, actuator: ByFloor, writes: Writes, memory: Memory
    ) -> Failure | None:
        if writes.verify_at is not None:
            memory.looks_again.ask(writes.verify_at)
        if writes.desired is None:
            return None
        failure = await self._write_floor_and_count(outcome, actuator, writes, memory)
        if writes.answers is not None and (failure is None or isinstance(failure, Overtaken)):
            self._answered(outcome, writes.answers, memory)
        return failure

    @staticmethod
    def _answered(outcome: Outcome, undone: Undone, memory: Memory) -> None:
        """Note a foreign write that was answered; a count that was set back is told once."""
        memory.written.contest.answered(undone, outcome.now)
        if undone.field != COUNT or memory.written.contest.is_on(outcome.now):
            return
        memory.hands, is_news = set_back(memory.hands, undone, outcome.now)
        if is_news and memory.hands.last is not None:
            memory.happenings.append(hand_happening(memory.hands.last, outcome.situation.seen.key))

    async def _write_floor_and_count(
        self, outcome: Outcome, actuator: ByFloor, writes: Writes, memory: Memory
    ) -> Failure | None:
        key, seen, desired = outcome.situation.seen.key, actuator.seen, writes.desired or 0
        raised = desired > actuator.baseline
        failure: Failure | None = None
        if writes.floor is not None:
            failure = await self._write_floor(outcome, actuator, desired, writes.floor, memory)
        elif seen.kept and seen.observed and not self._others_wait(key):
            await mend(self._cluster, self._telemetry, self._store.floors, seen)
        stood = self._store.floors.get(seen.key)
        if stood is not None and stood.kept and self._others_wait(key):
            memory.written.unfinished = True
        if stood is not None and (stood.kept or (stood.shared and raised)):
            memory.looks_again.ask(outcome.now + HAND_BACK_AGAIN)
        if failure is not None:
            return failure
        if stood is not None and raised and stood.autoscaler.minimum != desired:
            return None  # what admission control left is looked at, before anything is scaled
        if raised and actuator.shows(desired) and _may_be_left(writes) and self._others_wait(key):
            memory.written.unfinished, memory.written.scaled_for = True, None
            return None
        if raised and actuator.shows(desired):
            memory.written.scaled_for = desired
            return await self._follow_floor(outcome, writes, memory)
        return None

    async def _write_floor(
        self, outcome: Outcome, actuator: ByFloor, desired: int, command: Command, memory: Memory
    ) -> Failure | None:
        """Send the patch; tell what admission control made of it from what others have written since."""
        before = self._store.floors.get(actuator.seen.key, actuator.seen)
        written = await write_floor(
            self._cluster,
            self._telemetry,
            actuator.seen,
            command.operations,
            others_wait=lambda: self._others_wait(outcome.situation.seen.key),
        )
        if isinstance(written, Failure):
            return written
        given = seen_floor(written.answer, before.of)
        raised = desired > actuator.baseline
        memory.written.rises += raised
        memory.written.unfinished = written.is_left
        floor = given.autoscaler.minimum
        if raised and floor != desired:
            memory.written.admitted = _admitted(desired, floor, outcome.now)
        memory.written.floored = FloorMemory(
            uid=given.autoscaler.uid, floor=floor if raised else None, baseline=actuator.baseline
        )
        if written.latest is None:
            self._store.drop_floor(before.key)
            return _overtaken(before, "was deleted")
        stood = seen_floor(written.latest, before.of)
        self._store.put_floor(stood)
        # The watch will not tell of it: what it brings is older than what the answers to our own writes told.
        mark = FloorMark(
            floor=floor,
            baseline=actuator.baseline,
            owner=outcome.situation.seen.key,
            instance=self._instance,
        )
        as_left = (stood.autoscaler.minimum, stood.autoscaler.mark) == (floor, mark if raised else None)
        if as_left and stood.of_others == before.of_others:
            return None
        return _overtaken(before, "was changed by somebody else")

    async def _act_by_scale(self, outcome: Outcome, writes: Writes, memory: Memory) -> Failure | None:
        """Bring the count of a workload without an autoscaler to the desired one."""
        stands = outcome.situation
        workload, mark = stands.workload, stands.seen.count_mark
        if isinstance(workload, Unavailable) or writes.desired is None:
            return None
        if workload.replicas == writes.desired:
            memory.written.set_count = SetCount(uid=workload.uid, replicas=writes.desired)
            ours = mark.instance == self._instance
            return await self._marks.answer(stands.seen) if ours and mark.challenger else None
        failure = await self._marks.claim(stands)
        if failure is not None:
            return failure
        if writes.verify_at is not None:
            memory.looks_again.ask(writes.verify_at)
            return None
        failure = await self._write_count(outcome, writes, memory)
        if failure is None:
            memory.written.rises += writes.desired > workload.replicas
            admitted = memory.written.admitted_count
            given = writes.desired if admitted is None else admitted.given
            memory.written.set_count = SetCount(uid=workload.uid, replicas=given)
            if writes.answers is not None:
                self._answered(outcome, writes.answers, memory)
        return failure

    async def _follow_floor(self, outcome: Outcome, writes: Writes, memory: Memory) -> Failure | None:
        """Bring the count up to a raised floor, unless its autoscaler has followed the floor meanwhile."""
        workload = outcome.situation.workload
        if isinstance(workload, Unavailable) or writes.count is None:
            return None
        latest = self._store.workloads.get(workload.ref.key)
        if latest is not None and latest.uid == workload.uid and latest.replicas >= (writes.desired or 0):
            return None
        return await self._write_count(outcome, writes, memory, floored=True)

    async def _write_count(
        self, outcome: Outcome, writes: Writes, memory: Memory, *, floored: bool = False
    ) -> Failure | None:
        """Write `/scale`, and remember it where admission control made another count of it."""
        workload, desired = outcome.situation.workload, writes.desired or 0
        if isinstance(workload, Unavailable) or writes.count is None:
            return None
        written = await write_scale(self._cluster, self._telemetry, writes.count)
        if isinstance(written, Failure):
            return written
        self._learn_count(workload, written)
        given = int((written.get("spec") or {}).get("replicas", 0))
        memory.written.admitted_count = _admitted(desired, given, outcome.now) if given != desired else None
        if given:
            memory.zero = Zero(uid=written["metadata"]["uid"], ran=True, floored=floored)
        return None

    def _learn_count(self, workload: SeenWorkload, scale: Json) -> None:
        """Keep the count that an answer of `/scale` tells."""
        known = self._store.workloads.get(workload.ref.key, workload)
        self._store.put_workload(with_count(known, scale))

    async def read_again(self, stands: Situation) -> bool:
        """Fetch what a failed test was about; False where that could not be had."""
        if isinstance(stands.actuator, ByFloor):
            seen = stands.actuator.seen
            body = await self._cluster.get(seen.path)
            if isinstance(body, Failure):
                return False
            self._store.put_floor(seen_floor(body, seen.of))
        if isinstance(stands.workload, SeenWorkload):
            scale = await self._cluster.get(scale_path(stands.workload.ref, stands.workload.plural))
            if isinstance(scale, Failure):
                return False
            self._learn_count(stands.workload, scale)
        return True


def _may_be_left(writes: Writes) -> bool:
    """Tell whether the count can wait: not where it is itself the answer to a foreign write."""
    return writes.count is not None and (writes.floor is not None or writes.answers is None)


def _admitted(asked: int, given: int, now: datetime) -> Admitted:
    return Admitted(asked=asked, given=given, until=now + ADMITTED_FOR)


def _overtaken(seen: SeenFloor, what: str) -> Overtaken:
    named = f"{seen.autoscaler.kind} {seen.autoscaler.name}"
    return Overtaken(kind=FailureKind.INVALID, message=f"{named} {what} while its floor was being written")
