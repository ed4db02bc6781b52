"""One evaluation of one SchoolAutoscaler: observe, decide, act.

Level-triggered: a tick works from what is true now, so that it may come at any time, twice, or late. What
fails for now is told in the outcome and tried again by the next tick.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from firstbell.core import Decision, Pilot, Unavailable
from firstbell.core.capacity import LONGEST_LEAD
from firstbell.core.instants import instant_of, minute_of
from firstbell.core.reasons import AbsenceReason, EventReason
from firstbell.core.scaling import SLOWING, next_turns
from firstbell.engine.acting.way_back import follow_way_back
from firstbell.engine.deciding.evaluating import evaluated
from firstbell.engine.deciding.last_autoscaler import autoscaler_from_status, follow_autoscaler
from firstbell.engine.deciding.measured_rises import follow_rises, follow_write, lead_from_status
from firstbell.engine.deciding.planning import current_plan
from firstbell.engine.deciding.situation import ByFloor, ByScale, Situation, situation
from firstbell.engine.deciding.surging import surge_from_status
from firstbell.engine.memory.carried_out import Action, Scaling
from firstbell.engine.pace.slices import Slices
from firstbell.engine.pace.stop import Stop
from firstbell.engine.pace.timekeeping import Timekeeping
from firstbell.engine.ports import Failure, FailureKind, Happening
from firstbell.engine.seen.store import SeenWorkload, Store
from firstbell.kinds.school_autoscaler import Mode

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from firstbell.engine.acting.act import Actor
    from firstbell.engine.deciding.outcome import Outcome
    from firstbell.engine.memory.memory import Memory
    from firstbell.engine.ports import Clock

READ_AGAIN_TRIES = 4
T = TypeVar("T")


class Ticker:
    """Ticks, with what they share."""

    def __init__(  # noqa: PLR0913 - what all ticks share, each once
        self,
        *,
        store: Store,
        clock: Clock,
        instance: str,
        actor: Actor,
        slices: Slices | None = None,
        time: Timekeeping | None = None,
        stop: Stop | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._instance = instance
        self._actor = actor
        self._slices = slices if slices is not None else Slices()
        self._time = time if time is not None else Timekeeping(clock)
        self._stop = stop if stop is not None else Stop(clock)

    async def tick(self, key: str, memory: Memory, instant: datetime) -> Outcome | Unavailable:
        """Bring one workload to what is planned now, or at `instant` if that is a rise still to come.

        The clock is read once: what is looked at anew within it is decided for the same moment.

        Unavailable where the object is gone, or its spec has never been usable.
        """
        memory.follow_clock(self._time.jumped)
        now = self._clock.now()
        # What is further ahead was meant before the clock was set back.
        instant = min(instant, now + LONGEST_LEAD)
        # A rise that was brought forward stays, whatever wakes the object before its instant.
        memory.carried_out.acted_for = max(instant, memory.carried_out.acted_for or instant)
        outcome = self._look(key, memory, now)
        # Of the first look: a second one within this tick finds our own floor where the first found none.
        before = _in_force(outcome, memory)
        failure: Failure | None = None
        for _ in range(READ_AGAIN_TRIES):
            if isinstance(outcome, Unavailable):
                return outcome
            admitted = (memory.written.admitted, memory.written.admitted_count)
            failure = await self._actor.act(outcome, memory)
            if failure is None and (memory.written.admitted, memory.written.admitted_count) == admitted:
                _remember(memory, outcome, before)
                memory.way_back = follow_way_back(outcome, memory.way_back)
                return outcome
            if failure is not None and (
                failure.kind is not FailureKind.INVALID or not await self._actor.read_again(outcome.situation)
            ):
                return replace(outcome, failure=failure)
            # Something else stands there than was read or sent: look again at it.
            outcome = self._look(key, memory, now)
        return outcome if isinstance(outcome, Unavailable) else replace(outcome, failure=failure)

    def plan_ahead(self, key: str, memory: Memory) -> None:
        """Have the plan of an autoscaler made, and the days that it stands on, without deciding anything."""
        now = self._clock.now()
        what = f"The plan of SchoolAutoscaler {key}"
        self._cut_cleanly(key, memory, what, lambda: self._planned(key, memory, now))

    def _planned(self, key: str, memory: Memory, now: datetime) -> None:
        seen = self._store.current(key)
        if seen is None or seen.in_force is None:
            return
        stands = situation(self._store, seen, seen.in_force, self._instance, now, floored=None)
        if not isinstance(stands.actuator, Unavailable):
            current_plan(stands, stands.actuator, memory, minute_of(now))

    def _look(self, key: str, memory: Memory, now: datetime) -> Outcome | Unavailable:
        """Observe and decide, within a slice."""
        what = f"The decision of SchoolAutoscaler {key}"
        return self._cut_cleanly(key, memory, what, lambda: self._looked(key, memory, now))

    def _cut_cleanly(self, key: str, memory: Memory, what: str, work: Callable[[], T]) -> T | Unavailable:
        """Do some work within a slice. After a cut nothing half done is left in the days."""
        cut = memory.plans.cut
        namespace = key.partition("/")[0]
        outcome = self._slices.run(namespace, what, work)
        whole = isinstance(outcome, Unavailable) and outcome.reason == AbsenceReason.TOO_COSTLY
        if whole or (memory.plans.cut is not None and memory.plans.cut is not cut):
            self._slices.run(namespace, what, lambda: self._store.renew_days(key))
        return outcome

    def _looked(self, key: str, memory: Memory, now: datetime) -> Outcome | Unavailable:
        """Observe and decide, without a request."""
        seen = self._store.current(key)
        if seen is None:
            return Unavailable(reason=AbsenceReason.GONE, message="the SchoolAutoscaler was deleted")
        rules = seen.in_force
        if rules is None:
            never = Unavailable(reason=AbsenceReason.INVALID_SPEC, message="the spec was never usable")
            return seen.rules if isinstance(seen.rules, Unavailable) else never
        if memory.pilot.hold_until is None:
            memory.pilot = Pilot.starting(rules.flown, now, surge_from_status(seen.status))
            memory.autoscaler = autoscaler_from_status(seen)
            memory.lead = lead_from_status(seen.status, now)
        stands = situation(self._store, seen, rules, self._instance, now, floored=memory.written.floored)
        stands, memory.autoscaler = follow_autoscaler(stands, memory.autoscaler, now)
        memory.lead, told = follow_rises(memory.lead, stands, now)
        memory.happenings.extend(told)
        return evaluated(
            self._store,
            stands,
            self._instance,
            memory,
            now,
            clock=self._time.state,
            others=self._time.others(),
            stopped="" if (order := self._stop.in_force()) is None else order.sentence,
        )


def _in_force(outcome: Outcome | Unavailable, memory: Memory) -> int:
    """Return the desired replicas before a tick: the last decision's, or what a new process found."""
    if memory.pilot.desired is not None:
        return memory.pilot.desired
    if isinstance(outcome, Unavailable):
        return 0
    if memory.carried_out.found is None:  # a retry finds what a write that failed half-way has left
        memory.carried_out.found = _stood_at(outcome.situation)
    return memory.carried_out.found


def _scaling(outcome: Outcome) -> Scaling | None:
    """Return the workload that is scaled directly, if it is."""
    stands, decision = outcome.situation, outcome.decision
    if isinstance(decision, Unavailable) or decision.desired is None or stands.rules.mode is Mode.DRY_RUN:
        return None
    if not isinstance(stands.actuator, ByScale) or isinstance(stands.workload, Unavailable):
        return None
    return Scaling(
        target=stands.rules.target,
        uid=stands.workload.uid,
        replicas=decision.desired,
        window=stands.rules.flown.behavior.down.window,
    )


def _remember(memory: Memory, outcome: Outcome, before: int) -> None:
    """Keep what the next ticks and the report need of a decision that was carried out."""
    decision = outcome.decision
    if not outcome.stopped:  # what was scaled before a stop is still to be brought down after it
        memory.carried_out.scaling = _scaling(outcome)
    if isinstance(decision, Unavailable) or decision.desired is None:
        return
    if before != decision.desired:
        memory.lead, late = follow_write(memory.lead, outcome, before, memory.carried_out.acted_for)
        memory.happenings.extend(late)
        told = f"desired replicas {before} -> {decision.desired}: {decision.message}"
        reason = EventReason.SCALED_UP if decision.desired > before else EventReason.SCALED_DOWN
        memory.happenings.append(Happening(reason=reason, message=told))
        memory.carried_out.actions.appendleft(
            Action(
                time=outcome.now,
                before=before,
                after=decision.desired,
                reason=decision.reason,
                message=decision.message,
            )
        )
        if decision.desired > before:
            memory.looks_again.after_a_rise(outcome.now)
    if outcome.look is not None:
        memory.pilot = outcome.look.carried_out(decision)


def _stood_at(stands: Situation) -> int:
    """Return what was in force before the first decision of this process.

    Our floor, the count, or the baseline.
    """
    actuator = stands.actuator
    if isinstance(actuator, ByFloor):
        return actuator.held if actuator.held is not None else actuator.baseline
    if isinstance(stands.workload, SeenWorkload):
        return stands.workload.replicas
    return 0


def _slowed(outcome: Outcome) -> bool:
    """Tell whether the behavior holds the count back for now: it will change by itself."""
    decision = outcome.decision
    return isinstance(decision, Decision) and any(limit.reason in SLOWING for limit in decision.limits)


def next_looks(outcome: Outcome, memory: Memory) -> list[tuple[datetime, bool]]:
    """Tell when to look again, and whether that look may come early (rises only)."""
    now = outcome.now
    looks = [(at, False) for at in memory.looks_again.to_come(now)]
    hold_until = memory.pilot.hold_until
    if hold_until is not None and hold_until > now:
        looks.append((hold_until, False))
    if _slowed(outcome):
        loosened = memory.pilot.history.loosens_at(outcome.situation.rules.flown.behavior, now)
        looks += [(loosened, False)] if loosened is not None else []
    held_from = memory.way_back.held_from if memory.way_back is not None else None
    awaited = memory.autoscaler.awaited_until if memory.autoscaler is not None else None
    asked_again = [
        each.until for each in (memory.written.admitted, memory.written.admitted_count) if each is not None
    ]
    told = memory.hands.ends() if memory.hands is not None else None
    overdue = min((rise.until for rise in memory.lead.under_way), default=None)
    ends = (held_from, awaited, told, overdue, memory.written.contest.ends(), *asked_again)
    if outcome.shrunk is not None:
        ends = (*ends, *outcome.shrunk.ends(now))
    looks += [(at, False) for at in ends if at is not None and at > now]
    acted_for = max(now, memory.carried_out.acted_for or now)
    looks += next_turns(outcome.turning, now, acted_for)
    if isinstance(outcome.plan, Unavailable):
        return looks
    there = [one.next_look(acted_for) for one in outcome.elsewhere]
    looks += [look for look in there if look is not None]
    minute = minute_of(acted_for)
    following = outcome.plan.next_write(minute)
    if following is not None:
        enforced = (
            outcome.situation.rules.mode is not Mode.DRY_RUN
        )  # what writes nothing needs no time to write
        rise = enforced and following.value > outcome.plan.write_at(minute)
        looks.append((instant_of(following.start), rise))
    return looks
