"""Act: carry a decision out through the floor of an autoscaler or the workload's own scale.

Every write tests what was read; one that does not hold comes back as Invalid, and `read_again` fetches what
stands there now. Whatever could not be done is a Failure, to be tried again by a later tick.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from firstbell.core.absence import Unavailable
from firstbell.core.bells import minute_of
from firstbell.core.floor import FloorMark, FloorMemory, FloorState
from firstbell.core.reasons import AbsenceReason
from firstbell.engine.acting.contest import OF_THE_CLUSTER, Undone
from firstbell.engine.acting.count_mark import CountMarks
from firstbell.engine.acting.scale_actuator import scale_path, write_scale
from firstbell.engine.deciding.situation import ByFloor, ByScale, Situation
from firstbell.engine.deciding.zero import Zero
from firstbell.engine.floor.kept_fields import mend
from firstbell.engine.floor.orphans import release
from firstbell.engine.floor.patches import raise_patch, release_patch
from firstbell.engine.floor.reading import seen_floor
from firstbell.engine.floor.writing import floor_path, write_floor
from firstbell.engine.memory import Admitted, Memory, SetCount
from firstbell.engine.ports import Failure, FailureKind
from firstbell.engine.seen.store import SeenWorkload, Store
from firstbell.kinds.school_autoscaler import Actuation, Mode

if TYPE_CHECKING:
    from collections.abc import Callable

    from firstbell.engine.floor.seen_floor import SeenFloor
    from firstbell.engine.outcome import Outcome
    from firstbell.engine.ports import Clock, Cluster, Json, Operation, Telemetry

HAND_BACK_AGAIN = timedelta(seconds=10)
ADMITTED_FOR = timedelta(minutes=10)


class Overtaken(Failure):
    """A write that was taken, and over which somebody else has written since: to be looked at anew."""

    __slots__ = ()


class Actor:
    """Writes, with what they share. `wake` is told the SchoolAutoscalers that a release concerns."""

    def __init__(  # noqa: PLR0913 - the ports, each once
        self,
        *,
        store: Store,
        cluster: Cluster,
        clock: Clock,
        telemetry: Telemetry,
        instance: str,
        wake: Callable[[set[str]], None],
    ) -> None:
        self._store = store
        self._cluster = cluster
        self._clock = clock
        self._telemetry = telemetry
        self._instance = instance
        self._wake = wake
        self._marks = CountMarks(
            store=store, cluster=cluster, clock=clock, telemetry=telemetry, instance=instance
        )

    async def act(self, outcome: Outcome, memory: Memory) -> Failure | None:
        """Carry the decision out; return the failure that stopped it, or None."""
        stands, decision = outcome.situation, outcome.decision
        if stands.rival:
            return await self._marks.contend(stands, memory) or await self._let_go(outcome)
        if isinstance(decision, Unavailable):
            return await self._let_go(outcome)
        actuator = stands.actuator
        failure: Failure | None = None
        dry = stands.rules.mode is Mode.DRY_RUN
        if isinstance(actuator, ByFloor):
            # Switched to DryRun, what was raised before is given back. So it is under a person's 0 where the
            # owner's own minimum is 0: KEDA, or an HPA that once went to 0, would bring it up to our floor.
            zero = decision.desired is None and actuator.baseline == 0
            desired = actuator.baseline if dry or zero else decision.desired
            if desired is not None:
                failure = await self._act_by_floor(stands, actuator, desired, memory)
        elif isinstance(actuator, ByScale) and not dry and decision.desired is not None:
            failure = await self._act_by_scale(stands, decision.desired, memory)
        return failure or await self._let_go(outcome)

    async def _let_go(self, outcome: Outcome) -> Failure | None:
        """Release our floors that are not to be held any more.

        The target or the actuation was changed, an older SchoolAutoscaler works on the workload, or the
        window ended with two autoscalers on it.
        """
        stands = outcome.situation
        for seen in self._store.floors.held_by(stands.seen.key):
            mark = seen.autoscaler.mark
            if mark is None or mark.instance != self._instance or not _is_over(seen, outcome):
                continue
            failure = await release(self._cluster, self._telemetry, self._store.floors, seen)
            if failure is not None and failure.kind is not FailureKind.NOT_FOUND:
                return failure
            self._wake(self._store.concerned(seen.target) - {stands.seen.key})
        return None

    async def _act_by_floor(
        self, stands: Situation, actuator: ByFloor, desired: int, memory: Memory
    ) -> Failure | None:
        operations = self._floor_operations(stands, actuator, desired)
        undone = None
        if desired > actuator.baseline:
            undone = _undone_floor(actuator) if operations else _undone_count(stands, desired, memory)
        now = self._clock.now()
        if undone is not None and (again := memory.contest.answer_at(now)) > now:
            memory.verify_at.append(again)
            return None
        failure = await self._write_floor_and_scale(stands, actuator, desired, operations, memory)
        if undone is not None and (failure is None or isinstance(failure, Overtaken)):
            memory.contest.answered(undone, now)
        return failure

    async def _write_floor_and_scale(
        self,
        stands: Situation,
        actuator: ByFloor,
        desired: int,
        operations: list[Operation],
        memory: Memory,
    ) -> Failure | None:
        seen = actuator.seen
        failure: Failure | None = None
        if operations:
            failure = await self._write_floor(stands, actuator, desired, operations, memory)
        elif seen.kept and seen.observed:
            await mend(self._cluster, self._telemetry, self._store.floors, seen)
        stood = self._store.floors.get(seen.key)
        if stood is not None and (stood.kept or (stood.shared and desired > actuator.baseline)):
            memory.verify_at.append(self._clock.now() + HAND_BACK_AGAIN)
        if failure is not None:
            return failure
        if stood is not None and desired > actuator.baseline and stood.autoscaler.minimum != desired:
            return None  # what admission control left is looked at, before anything is scaled
        if desired > actuator.baseline and actuator.shows(desired):
            memory.scaled_for = desired
            return await self._follow_floor(stands.workload, desired, memory)
        return None

    def _floor_operations(self, stands: Situation, actuator: ByFloor, desired: int) -> list[Operation]:
        """Return the patch that brings the floor to the desired value.

        Empty where it stands there already.
        """
        seen, reading, mark = actuator.seen, actuator.reading, actuator.seen.autoscaler.mark
        if desired > actuator.baseline:
            intact = (
                reading.state is FloorState.OURS
                and seen.autoscaler.minimum == desired
                and not seen.shared
                and mark is not None
                and (mark.baseline, mark.owner) == (actuator.baseline, stands.seen.key)
            )
            return (
                []
                if intact
                else raise_patch(seen, desired, actuator.baseline, stands.seen.key, self._instance)
            )
        if reading.state is FloorState.OURS or seen.our_annotations:
            return release_patch(seen, actuator.baseline)
        return []

    async def _write_floor(
        self,
        stands: Situation,
        actuator: ByFloor,
        desired: int,
        operations: list[Operation],
        memory: Memory,
    ) -> Failure | None:
        """Send the patch; tell what admission control made of it from what others have written since."""
        before = self._store.floors.get(actuator.seen.key, actuator.seen)
        written = await write_floor(self._cluster, self._telemetry, actuator.seen, operations)
        if isinstance(written, Failure):
            return written
        given = seen_floor(written.answer, before.of)
        raised = desired > actuator.baseline
        floor = given.autoscaler.minimum
        if raised and floor != desired:
            memory.admitted = self._admitted(desired, floor)
        memory.floored = FloorMemory(
            uid=given.autoscaler.uid, floor=floor if raised else None, baseline=actuator.baseline
        )
        if written.latest is None:
            self._store.drop_floor(before.key)
            return _overtaken(before, "was deleted")
        stood = seen_floor(written.latest, before.of)
        self._store.put_floor(stood)
        # The watch will not tell of it: what it brings is older than what the answers to our own writes told.
        mark = FloorMark(
            floor=floor, baseline=actuator.baseline, owner=stands.seen.key, instance=self._instance
        )
        as_left = (stood.autoscaler.minimum, stood.autoscaler.mark) == (floor, mark if raised else None)
        if as_left and stood.of_others == before.of_others:
            return None
        return _overtaken(before, "was changed by somebody else")

    async def _act_by_scale(self, stands: Situation, desired: int, memory: Memory) -> Failure | None:
        """Bring the count of a workload without an autoscaler to the desired one."""
        workload, mark = stands.workload, stands.seen.count_mark
        if isinstance(workload, Unavailable):
            return None
        if workload.replicas == desired:
            memory.set_count = SetCount(uid=workload.uid, replicas=desired)
            ours = mark.instance == self._instance
            return await self._marks.answer(stands.seen) if ours and mark.challenger else None
        failure = await self._marks.claim(stands)
        if failure is not None:
            return failure
        now, undone = self._clock.now(), _undone_scale(workload, desired, memory)
        if undone is not None and (again := memory.contest.answer_at(now)) > now:
            memory.verify_at.append(again)
            return None
        failure = await self._write_count(workload, desired, memory)
        if failure is None:
            admitted = memory.admitted_count
            given = desired if admitted is None else admitted.given
            memory.set_count = SetCount(uid=workload.uid, replicas=given)
            if undone is not None:
                memory.contest.answered(undone, now)
        return failure

    async def _follow_floor(
        self, workload: SeenWorkload | Unavailable, floor: int, memory: Memory
    ) -> Failure | None:
        """Bring the count up to a raised floor; never down, beside a living autoscaler."""
        if isinstance(workload, Unavailable) or workload.replicas >= floor:
            return None
        latest = self._store.workloads.get(workload.ref.key)
        if latest is not None and latest.uid == workload.uid and latest.replicas >= floor:
            return None  # its autoscaler has followed the floor meanwhile
        admitted = memory.admitted_count
        if admitted is not None and admitted.stands(floor, workload.replicas, self._clock.now()):
            return None
        return await self._write_count(workload, floor, memory, floored=True)

    def _admitted(self, asked: int, given: int) -> Admitted:
        return Admitted(asked=asked, given=given, until=self._clock.now() + ADMITTED_FOR)

    async def _write_count(
        self, workload: SeenWorkload, desired: int, memory: Memory, *, floored: bool = False
    ) -> Failure | None:
        """Write `/scale`, and remember it where admission control made another count of it."""
        written = await write_scale(self._cluster, self._telemetry, workload, desired)
        if isinstance(written, Failure):
            return written
        self._learn_count(workload, written)
        given = int((written.get("spec") or {}).get("replicas", 0))
        memory.admitted_count = self._admitted(desired, given) if given != desired else None
        if given:
            memory.zero = Zero(uid=written["metadata"]["uid"], ran=True, floored=floored)
        return None

    def _learn_count(self, workload: SeenWorkload, scale: Json) -> None:
        """Keep the count that an answer of `/scale` tells. It does not tell of Ready replicas.

        So these are not known until the watch tells of them, unless it has told of this very version already:
        an autoscaler that follows the floor before we do may have everything Ready by then.
        """
        known = self._store.workloads.get(workload.ref.key, workload)
        metadata = scale["metadata"]
        uid, version = metadata["uid"], metadata.get("resourceVersion", "")
        if version and (uid, version) == (known.uid, known.version):
            return
        replicas = (scale.get("spec") or {}).get("replicas", 0)
        self._store.put_workload(
            replace(known, uid=uid, replicas=replicas, ready=None, unknown_ready=None, version=version)
        )

    async def read_again(self, stands: Situation) -> bool:
        """Fetch what a failed test was about; False where that could not be had."""
        if isinstance(stands.actuator, ByFloor):
            seen = stands.actuator.seen
            body = await self._cluster.get(floor_path(seen))
            if isinstance(body, Failure):
                return False
            self._store.put_floor(seen_floor(body, seen.of))
        if isinstance(stands.workload, SeenWorkload):
            scale = await self._cluster.get(scale_path(stands.workload.ref, stands.workload.plural))
            if isinstance(scale, Failure):
                return False
            self._learn_count(stands.workload, scale)
        return True


def _overtaken(seen: SeenFloor, what: str) -> Overtaken:
    named = f"{seen.autoscaler.kind} {seen.autoscaler.name}"
    return Overtaken(kind=FailureKind.INVALID, message=f"{named} {what} while its floor was being written")


def _undone_floor(actuator: ByFloor) -> Undone | None:
    """Return the foreign value that stands in the place of our floor, if it is one."""
    seen = actuator.seen
    if actuator.reading.state is not FloorState.FOREIGN or seen.last_writer in OF_THE_CLUSTER:
        return None
    what = f"{seen.autoscaler.kind} {seen.autoscaler.name}"
    return Undone(
        what=what, field=seen.of.minimum_field, value=seen.autoscaler.minimum, manager=seen.last_writer
    )


def _undone_count(stands: Situation, desired: int, memory: Memory) -> Undone | None:
    """Return the foreign count below our intact floor, if it is not what admission control left of ours."""
    workload = stands.workload
    if not isinstance(workload, SeenWorkload) or workload.last_writer in OF_THE_CLUSTER:
        return None
    if not memory.pilot.desired == memory.scaled_for == desired > workload.replicas:
        return None
    admitted = memory.admitted_count
    if admitted is not None and (admitted.asked, admitted.given) == (desired, workload.replicas):
        return None
    what = f"{workload.ref.kind} {workload.ref.name}"
    return Undone(what=what, field="replicas", value=workload.replicas, manager=workload.last_writer)


def _undone_scale(workload: SeenWorkload, desired: int, memory: Memory) -> Undone | None:
    """Return the foreign count in the place of the one that we set and would set again."""
    if memory.set_count != SetCount(uid=workload.uid, replicas=desired):
        return None
    what = f"{workload.ref.kind} {workload.ref.name}"
    return Undone(what=what, field="replicas", value=workload.replicas, manager=workload.last_writer)


def _is_over(seen: SeenFloor, outcome: Outcome) -> bool:
    """Tell whether a floor of ours is not to be held any more by what a tick has found."""
    stands = outcome.situation
    if stands.rules.target.key != seen.target.key or stands.rules.actuation is Actuation.SCALE:
        return True
    if isinstance(stands.actuator, ByFloor) and stands.actuator.seen.key != seen.key:
        return True
    if not isinstance(stands.actuator, Unavailable):
        return False
    if stands.actuator.reason == AbsenceReason.TARGET_CONFLICT or stands.rules.mode is Mode.DRY_RUN:
        return True
    if isinstance(outcome.plan, Unavailable) or seen.autoscaler.mark is None:
        return False
    stays = outcome.shrunk.at(outcome.now) if outcome.shrunk is not None else 0
    return max(outcome.plan.write_at(minute_of(outcome.now)), stays) <= seen.autoscaler.mark.baseline
