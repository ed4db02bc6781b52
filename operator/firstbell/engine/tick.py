"""One evaluation of one SchoolAutoscaler: observe, decide, act.

Level-triggered: a tick works from what is true now, so that it may come at any time, twice, or late. What
fails for now is told in the outcome and tried again by the next tick.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from firstbell.api.school_autoscaler import Mode
from firstbell.domain.absence import Unavailable
from firstbell.domain.bells import instant_of, minute_of
from firstbell.domain.decide import Ceiling, Decision, Observation, Recommendation, decide
from firstbell.domain.floor import FloorState
from firstbell.domain.reasons import DecisionReason, LimitReason
from firstbell.domain.upcoming import peak_at, peak_sentence
from firstbell.engine.floor_actuator import floor_path, raise_patch, release_patch, write_floor
from firstbell.engine.memory import Action, Memory
from firstbell.engine.objects import seen_hpa
from firstbell.engine.outcome import Outcome
from firstbell.engine.planning import current_plan
from firstbell.engine.ports import Failure, FailureKind
from firstbell.engine.scale_actuator import scale_path, write_scale
from firstbell.engine.situation import ByFloor, ByScale, Situation, situation
from firstbell.engine.store import Rules, SeenWorkload, Store

if TYPE_CHECKING:
    from datetime import datetime

    from firstbell.domain.bells import Minute
    from firstbell.domain.plan import Plan
    from firstbell.engine.ports import Clock, Cluster, Operation, Telemetry

READ_AGAIN_TRIES = 4
VERIFY_AFTER = (timedelta(seconds=2), timedelta(seconds=20))
HISTORY_STEP = timedelta(seconds=15)


class Ticker:
    """Ticks, with what they share."""

    def __init__(
        self, *, store: Store, cluster: Cluster, clock: Clock, telemetry: Telemetry, instance: str
    ) -> None:
        self._store = store
        self._cluster = cluster
        self._clock = clock
        self._telemetry = telemetry
        self._instance = instance

    async def tick(self, key: str, memory: Memory, instant: datetime) -> Outcome | Unavailable:
        """Brings one workload to what is planned now, or at `instant` if that is a rise still to come.

        Unavailable where the object is gone, or its spec has never been usable.
        """
        # A rise that was brought forward stays, whatever wakes the object before its instant.
        memory.acted_for = max(instant, memory.acted_for or instant)
        outcome = self._look(key, memory)
        for _ in range(READ_AGAIN_TRIES):
            if isinstance(outcome, Unavailable):
                return outcome
            failure = await self._act(outcome, memory)
            if failure is None:
                return outcome
            if failure.kind is not FailureKind.INVALID or not await self._read_again(outcome.situation):
                return replace(outcome, failure=failure)
            # A foreign write came between reading and writing: look again at what stands there now.
            outcome = self._look(key, memory)
        return outcome if isinstance(outcome, Unavailable) else replace(outcome, failure=failure)

    def _look(self, key: str, memory: Memory) -> Outcome | Unavailable:
        """Observe and decide, without a request."""
        seen = self._store.autoscalers.get(key)
        if seen is None:
            return Unavailable(reason="Gone", message="the SchoolAutoscaler was deleted")
        invalid = None
        rules = seen.rules
        if isinstance(rules, Rules):
            memory.last_rules = rules
        else:
            invalid = rules
            if memory.last_rules is None:
                return rules
            rules = memory.last_rules
        now = self._clock.now()
        stands = situation(self._store, seen, rules, self._instance)
        if memory.hold_until is None:
            memory.hold_until = now + timedelta(seconds=rules.scale_down_stabilization_seconds)
        if isinstance(stands.actuator, Unavailable):
            return Outcome(
                now=now,
                situation=stands,
                plan=stands.actuator,
                decision=stands.actuator,
                invalid=invalid,
            )
        plan = current_plan(stands, stands.actuator, memory, minute_of(now))
        scheduled = _scheduled(plan, minute_of(now), minute_of(max(now, memory.acted_for or now)))
        observation = _observation(stands, stands.actuator, scheduled, memory, now)
        return Outcome(now=now, situation=stands, plan=plan, decision=decide(observation), invalid=invalid)

    async def _act(self, outcome: Outcome, memory: Memory) -> Failure | None:
        """Carries the decision out: the failure that stopped it, or None."""
        stands, decision = outcome.situation, outcome.decision
        if isinstance(decision, Unavailable):
            return None
        actuator = stands.actuator
        dry = stands.rules.mode is Mode.DRY_RUN
        failure: Failure | None = None
        if isinstance(actuator, ByFloor):
            # Switched to DryRun, what was raised before is given back.
            desired = actuator.baseline if dry else decision.desired
            if desired is not None:
                failure = await self._act_by_floor(stands, actuator, desired)
        elif isinstance(actuator, ByScale) and not dry and decision.desired is not None:
            failure = await self._scale_to(stands.workload, decision.desired, may_lower=True)
        if failure is None:
            _remember(memory, outcome, decision)
        return failure

    async def _act_by_floor(self, stands: Situation, actuator: ByFloor, desired: int) -> Failure | None:
        seen, reading = actuator.seen, actuator.reading
        operations: list[Operation] = []
        if desired > actuator.baseline:
            mark = seen.autoscaler.mark
            intact = (
                reading.state is FloorState.OURS
                and not reading.marks_lost
                and seen.autoscaler.minimum == desired
                and mark is not None
                and mark.baseline == actuator.baseline
            )
            if not intact:
                operations = raise_patch(seen, desired, actuator.baseline, stands.seen.key, self._instance)
        elif reading.state is FloorState.OURS or seen.our_annotations:
            operations = release_patch(seen, actuator.baseline)
        if operations:
            written = await write_floor(self._cluster, self._telemetry, seen, operations)
            if isinstance(written, Failure):
                return written
            self._store.put_floor(seen_hpa(written))
        if desired > actuator.baseline:
            return await self._scale_to(stands.workload, desired, may_lower=False)
        return None

    async def _scale_to(
        self, workload: SeenWorkload | Unavailable, desired: int, *, may_lower: bool
    ) -> Failure | None:
        """Writes `/scale` where it differs; beside an autoscaler only upwards."""
        if isinstance(workload, Unavailable):
            return None
        if workload.replicas == desired or (workload.replicas > desired and not may_lower):
            return None
        written = await write_scale(self._cluster, self._telemetry, workload, desired)
        if isinstance(written, Failure):
            return written
        version = written["metadata"].get("resourceVersion", "")
        self._store.put_workload(replace(workload, replicas=desired, ready=None, version=version))
        return None

    async def _read_again(self, stands: Situation) -> bool:
        """Fetches what a failed test was about; False where that could not be had."""
        if isinstance(stands.actuator, ByFloor):
            body = await self._cluster.get(floor_path(stands.actuator.seen))
            if isinstance(body, Failure):
                return False
            self._store.put_floor(seen_hpa(body))
        if isinstance(stands.workload, SeenWorkload):
            scale = await self._cluster.get(scale_path(stands.workload.ref))
            if isinstance(scale, Failure):
                return False
            replicas = (scale.get("spec") or {}).get("replicas", 0)
            self._store.put_workload(
                replace(
                    stands.workload,
                    uid=scale["metadata"]["uid"],
                    replicas=replicas,
                    version=scale["metadata"].get("resourceVersion", ""),
                )
            )
        return True


def _observation(
    stands: Situation,
    actuator: ByFloor | ByScale,
    scheduled: Recommendation | Unavailable,
    memory: Memory,
    now: datetime,
) -> Observation:
    """What `decide` is handed."""
    workload = stands.workload
    current = workload.replicas if isinstance(workload, SeenWorkload) else None
    disabled = current == 0 and actuator.baseline > 0
    if isinstance(actuator, ByFloor):
        held, stabilized = actuator.held, None
    else:
        held = memory.last_desired if memory.last_desired is not None else current
        window = timedelta(seconds=stands.rules.scale_down_stabilization_seconds)
        while memory.recent and memory.recent[0][0] <= now - window:
            memory.recent.popleft()
        stabilized = max((value for _, value in memory.recent), default=None)
    return Observation(
        now=now,
        baseline=actuator.baseline,
        scheduled=scheduled,
        ceiling=_ceiling(stands, actuator),
        held=held,
        hold_until=memory.hold_until,
        stabilized=stabilized,
        disabled=disabled,
    )


def _scheduled(plan: Plan | Unavailable, minute: Minute, ahead: Minute) -> Recommendation | Unavailable:
    """What the plan asks for: the write in force, or one a little ahead that may come early."""
    if isinstance(plan, Unavailable):
        return plan
    replicas = max(plan.write_at(minute), plan.write_at(ahead), plan.wanted_at(minute))
    peak = peak_at(plan, ahead) if replicas > plan.workload.bounds.minimum else None
    return Recommendation(
        replicas=replicas,
        reason=DecisionReason.SCHEDULED_PEAK,
        message=peak_sentence(peak) if peak else "the schedule asks for no more than the minimum",
    )


def _ceiling(stands: Situation, actuator: ByFloor | ByScale) -> Ceiling:
    """The tighter of the spec's own maximum and the autoscaler's, and whose it is."""
    if isinstance(actuator, ByScale):
        return Ceiling(replicas=actuator.maximum)
    theirs, ours = actuator.seen.autoscaler.maximum, stands.rules.maximum
    if ours is not None and ours < theirs:
        return Ceiling(replicas=max(ours, actuator.baseline))
    return Ceiling(replicas=theirs, reason=LimitReason.AUTOSCALER_MAX_REPLICAS)


def _remember(memory: Memory, outcome: Outcome, decision: Decision) -> None:
    """Keeps what the next ticks and the report need of a decision that was carried out."""
    if decision.desired is None:
        return
    before = memory.last_desired if memory.last_desired is not None else _stood_at(outcome.situation)
    if before != decision.desired:
        memory.actions.appendleft(
            Action(
                time=outcome.now,
                before=before,
                after=decision.desired,
                reason=decision.reason,
                message=decision.message,
            )
        )
        if decision.desired > before:
            memory.verify_at = [outcome.now + delay for delay in VERIFY_AFTER]
    memory.last_desired = decision.desired
    if isinstance(outcome.situation.actuator, ByScale):
        _remember_recommended(memory, outcome.now, _recommended(decision))


def _stood_at(stands: Situation) -> int:
    """What was in force before the first decision of this process: our floor, the count, or the baseline."""
    actuator = stands.actuator
    if isinstance(actuator, ByFloor):
        return actuator.held if actuator.held is not None else actuator.baseline
    if isinstance(stands.workload, SeenWorkload):
        return stands.workload.replicas
    return 0


def _remember_recommended(memory: Memory, now: datetime, value: int) -> None:
    """Adds to the history that stabilization looks back on, at most one entry a sync period per value."""
    if memory.recent and memory.recent[-1][1] == value and now - memory.recent[-1][0] < HISTORY_STEP:
        return
    memory.recent.append((now, value))


def _recommended(decision: Decision) -> int:
    """The value before it was held or stabilized: what the stabilization window looks back on."""
    for limit in decision.limits:
        if limit.reason in {LimitReason.HELD_AFTER_RESTART, LimitReason.SCALE_DOWN_STABILIZED}:
            return limit.before
    return decision.desired or 0


def _stabilized(outcome: Outcome) -> bool:
    """Whether a fall is being held back by the stabilization window."""
    decision = outcome.decision
    return isinstance(decision, Decision) and any(
        limit.reason is LimitReason.SCALE_DOWN_STABILIZED for limit in decision.limits
    )


def next_looks(outcome: Outcome, memory: Memory) -> list[tuple[datetime, bool]]:
    """When to look again, and whether that look may come early (rises only)."""
    now = outcome.now
    looks = [(at, False) for at in memory.verify_at if at > now]
    memory.verify_at = [at for at in memory.verify_at if at > now]
    if memory.hold_until is not None and memory.hold_until > now:
        looks.append((memory.hold_until, False))
    if _stabilized(outcome):
        window = timedelta(seconds=outcome.situation.rules.scale_down_stabilization_seconds)
        looks.append((memory.recent[0][0] + window, False))
    if isinstance(outcome.plan, Unavailable):
        return looks
    minute = minute_of(max(now, memory.acted_for or now))
    following = outcome.plan.next_write(minute)
    if following is not None:
        rise = following.value > outcome.plan.write_at(minute)
        looks.append((instant_of(following.start), rise))
    return looks
