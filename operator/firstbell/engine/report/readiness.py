"""Ready before the bell, and said so.

Before a bell what is Ready is compared with what was written for it, outside of its preparation with what the
schedule asks for minute by minute, and where no peak is under way with the baseline. What cannot be met is
told as soon as that is known: a pod says why not, or the rate of readiness does not reach the bell.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from firstbell.core import Decision, Unavailable
from firstbell.core.capacity import START_GRACE
from firstbell.core.instants import minute_of
from firstbell.core.reasons import (
    Condition,
    ConditionReason,
    ConditionType,
    DecisionReason,
    LimitReason,
    Shortfall,
    ShortfallReason,
    Truth,
    most_frequent,
    shortfall_sentence,
)
from firstbell.engine.deciding.situation import ByFloor
from firstbell.engine.report.bells import SHORT_FOR, baseline_of, bell_words, rung

if TYPE_CHECKING:
    from firstbell.core import Plan
    from firstbell.core.capacity import Preparation
    from firstbell.core.instants import Minute
    from firstbell.engine.deciding.outcome import Outcome
    from firstbell.engine.memory.told import Told
    from firstbell.engine.seen.shortfalls import Found
    from firstbell.engine.seen.store import SeenWorkload

GRACE_MINUTES = START_GRACE // timedelta(minutes=1)
_REASONS = frozenset(map(str, ConditionReason))


@dataclass(frozen=True, kw_only=True, slots=True)
class Readiness:
    """What is known of the readiness of one workload at a look.

    `before` is the condition as last reported, None before the first report; `first_raised` the minute of the
    one rise that this process has brought about, None after several; `cause` tells why fewer replicas may be
    set than are due; `found` is what its pods say, None where nobody has asked them; `lead` what earlier
    rises took, None where that was not measured.
    """

    outcome: Outcome
    told: Told
    before: Condition | None = None
    first_raised: Minute | None = None
    cause: str = ""
    found: Found | None = None
    lead: timedelta | None = None

    def was(self, reason: str) -> bool:
        """Tell whether this was reported last."""
        return self.before is not None and self.before.reason == reason

    @property
    def minute(self) -> Minute:
        """The minute of the look."""
        return minute_of(self.outcome.now)

    @property
    def reasons(self) -> tuple[Shortfall, ...]:
        """Why replicas are not Ready, the most frequent first."""
        workload = self.outcome.situation.workload
        troubles = () if isinstance(workload, Unavailable) else workload.troubles
        pods = self.found if isinstance(self.found, tuple) else ()
        limited = autoscaler_limit(self.outcome)
        known = (*((limited,) if limited is not None else ()), *troubles)
        # Whoever refuses pods tells why they are not there.
        refused = {ShortfallReason.EXCEEDED_QUOTA, ShortfallReason.FAILED_CREATE}
        told = refused & {one.reason for one in known}
        return most_frequent(
            (*known, *(one for one in pods if not told or one.reason is not ShortfallReason.NOT_CREATED))
        )


def ready_for_bell(seen: Readiness) -> Condition:
    """Return the condition `ReadyForBell`."""
    plan, workload = seen.outcome.plan, seen.outcome.situation.workload
    if isinstance(plan, Unavailable):
        return _unknown(plan)
    if isinstance(workload, Unavailable):
        return _unknown(workload)
    target = _target(seen, plan)
    if target <= plan.workload.bounds.minimum:
        return _at_baseline(seen, workload)
    return _in_a_peak(seen, plan, workload, target)


def _in_a_peak(seen: Readiness, plan: Plan, workload: SeenWorkload, target: int) -> Condition:
    """Tell how the workload stands while more than the baseline are to be Ready."""
    if workload.unknown_ready is not None:
        return _unknown(workload.unknown_ready)
    if workload.ready is None:
        return _behind_its_spec(seen.before)
    if workload.ready >= target:
        last = rung(seen.told, seen.outcome.now)
        met = last is not None and not last.late and seen.told.preparation is None
        reason = ConditionReason.READY if met else ConditionReason.ON_SCHEDULE
        return _condition(Truth.TRUE, reason, f"{workload.ready} of {target} replicas Ready")
    if seen.told.preparation is not None:
        return _before_the_bell(seen, seen.told.preparation, plan, workload)
    return _after_the_bell(seen, workload, target)


def _after_the_bell(seen: Readiness, workload: SeenWorkload, target: int) -> Condition:
    """Tell why fewer are Ready than the schedule asks for, while nothing is prepared for a bell to come."""
    last = rung(seen.told, seen.outcome.now)
    told, why = f"{workload.ready} of {target} replicas Ready", _why(seen, workload, target)
    if last is not None and last.late:
        return _condition(Truth.FALSE, ConditionReason.LATE, f"{told} after {bell_words(last.peak)}: {why}")
    if workload.rolling:
        return _condition(Truth.FALSE, ConditionReason.ROLLOUT_IN_PROGRESS, f"{told}: {why}")
    if seen.first_raised is not None and 0 <= seen.minute - seen.first_raised < GRACE_MINUTES:
        return _condition(Truth.UNKNOWN, ConditionReason.PODS_STARTING, told)
    return _condition(Truth.FALSE, ConditionReason.BEHIND_SCHEDULE, f"{told}: {why}")


def is_red(condition: Condition) -> bool:
    """Tell whether a workload is not as Ready as it has to be: its pods are asked why."""
    return condition.type == ConditionType.READY_FOR_BELL and condition.status is Truth.FALSE


def due_replicas(plan: Plan, minute: Minute) -> int:
    """Tell how many replicas should be Ready at a minute, pods that were just asked for not counted."""
    return min(plan.replicas_at(at) for at in range(minute - GRACE_MINUTES, minute + 1))


def autoscaler_limit(outcome: Outcome) -> Shortfall | None:
    """Return what the maximum of the workload's autoscaler keeps from being written of the schedule."""
    decision, actuator = outcome.decision, outcome.situation.actuator
    if not isinstance(decision, Decision) or not isinstance(actuator, ByFloor):
        return None
    if decision.reason is DecisionReason.LIVE_METRIC:
        return None  # how many that is changes at every poll
    limit = next((one for one in decision.limits if one.reason is LimitReason.AUTOSCALER_MAX_REPLICAS), None)
    if limit is None:
        return None
    autoscaler = actuator.seen.autoscaler
    return Shortfall(
        reason=ShortfallReason.AUTOSCALER_MAXIMUM,
        replicas=limit.before - limit.after,
        message=f"{actuator.seen.of.maximum_field} of {autoscaler.kind} {autoscaler.name} allows "
        f"{limit.after}, the schedule asks for {limit.before}",
    )


def _target(seen: Readiness, plan: Plan) -> int:
    """Return how many replicas are to be Ready now, or at the bell that they were written for."""
    target = due_replicas(plan, seen.minute)
    last, preparation = rung(seen.told, seen.outcome.now), seen.told.preparation
    if last is not None:  # at a bell there is no grace left
        target = max(target, min(plan.replicas_at(seen.minute), last.peak.replicas))
    if preparation is not None:
        target = max(target, preparation.replicas)
    limited = autoscaler_limit(seen.outcome)
    if limited is not None and target > plan.workload.bounds.minimum:
        target += limited.replicas
    return target


def _before_the_bell(
    seen: Readiness, preparation: Preparation, plan: Plan, workload: SeenWorkload
) -> Condition:
    """Tell whether the bell that was written for will be met."""
    now, record, target = seen.outcome.now, seen.told.next_bell, _target(seen, plan)
    told, ready = f"{workload.ready} of {target} replicas Ready", workload.ready or 0
    bell = f" for {bell_words(record.peak)}" if record is not None else ""
    why = _why(seen, workload, target)
    at_risk = _condition(Truth.FALSE, ConditionReason.AT_RISK, f"{told}{bell}: {why}")
    broken = seen.was(ConditionReason.BASELINE_NOT_READY) and ready < plan.workload.bounds.minimum
    doubted = seen.was(ConditionReason.AT_RISK)
    if broken or any(one.blocks for one in seen.reasons):
        return at_risk
    if now < preparation.grace_ends(seen.lead) and not (doubted and not preparation.moves):
        return _condition(Truth.UNKNOWN, ConditionReason.ON_TRACK, f"{told}{bell}")
    if workload.rolling:
        return _condition(Truth.FALSE, ConditionReason.ROLLOUT_IN_PROGRESS, f"{told}: {why}")
    if not preparation.reaches(now, doubted=doubted):
        return at_risk
    if preparation.moves and ready >= due_replicas(plan, seen.minute):
        return _condition(Truth.UNKNOWN, ConditionReason.ON_TRACK, f"{told}{bell}")
    return _condition(Truth.FALSE, ConditionReason.BEHIND_SCHEDULE, f"{told}: {why}")


def _at_baseline(seen: Readiness, workload: SeenWorkload) -> Condition:
    """Tell whether the workload is well while no peak is under way."""
    least, since, ready = baseline_of(seen.outcome), seen.told.short_since, workload.ready
    quiet = _condition(Truth.TRUE, ConditionReason.NOTHING_DUE, "no peak is under way")
    if least is None or workload.unknown_ready is not None:
        return quiet
    was = seen.was(ConditionReason.BASELINE_NOT_READY)
    if ready is None:
        return _behind_its_spec(seen.before) if was else quiet
    if ready >= least or since is None or not (was or seen.outcome.now - since >= SHORT_FOR):
        return quiet
    return _condition(
        Truth.FALSE,
        ConditionReason.BASELINE_NOT_READY,
        f"{ready} of {least} replicas Ready, outside of peaks: {_why(seen, workload, least)}",
    )


def _behind_its_spec(before: Condition | None) -> Condition:
    """Return what is told while a status is older than its spec: what is bad is not taken back by that.

    A reason that is none of ours was put there by somebody else, who may write statuses: it goes no further.
    """
    if before is not None and is_red(before) and before.reason in _REASONS:
        return before
    return _condition(
        Truth.UNKNOWN, ConditionReason.STATUS_BEHIND, "the workload's status is older than its spec"
    )


def _why(seen: Readiness, workload: SeenWorkload, target: int) -> str:
    """Tell why replicas are not Ready: in Kubernetes' words, as far as they are known."""
    reasons = shortfall_sentence(seen.reasons)
    limited = autoscaler_limit(seen.outcome) is not None
    if workload.replicas < target and not workload.rolling and not limited:
        why = f"spec.replicas is {workload.replicas}"
        why += f", {seen.cause}" if seen.cause else ""
        reasons = f"{why}; {reasons}" if reasons else why
    if not reasons:
        reasons = "a rollout takes replicas away" if workload.rolling else "pods are slow, pending or failing"
    if isinstance(seen.found, Unavailable):
        reasons += f". What its pods say is not known: {seen.found.message}"
    return reasons


def _unknown(absent: Unavailable) -> Condition:
    return _condition(Truth.UNKNOWN, absent.reason, absent.message)


def _condition(status: Truth, reason: str, message: str) -> Condition:
    return Condition(type=ConditionType.READY_FOR_BELL, status=status, reason=reason, message=message)
