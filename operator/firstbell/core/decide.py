"""One decision: how many replicas now, and why.

`decide` is pure and knows only what it is handed. Its order is the design's: the proposal is the largest of
baseline, schedule and live metrics; then limits, each with its reason; minimum and maximum always win. What
is not known never lowers anything. A rise that the schedule asks for is never limited: stabilization and
rate are about what live metrics ask for, and about falls.

Where the workload is scaled itself, its whole count follows the behavior, as an HPA's does. Beside an
autoscaler only what live metrics ask for does: the falls of the count are the autoscaler's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstbell.core.absence import Unavailable
from firstbell.core.behavior import DEFAULT_BEHAVIOR, Behavior
from firstbell.core.decision import Decision, Followed
from firstbell.core.history import History
from firstbell.core.limits import Limit, behaved, guarded
from firstbell.core.reactive import (
    DEFAULT_TOLERANCE,
    NO_METRICS,
    Live,
    LiveMetric,
    Standing,
    Tolerances,
    asked_by_all,
    sentence,
)
from firstbell.core.reason_words import DecisionReason, LimitReason

if TYPE_CHECKING:
    from datetime import datetime
    from fractions import Fraction

    from firstbell.core.decision import Ceiling, Hold, Recommendation, Scheduled


_NO_HISTORY = History()


@dataclass(frozen=True, kw_only=True, slots=True)
class Observation:
    """Everything that one decision depends on.

    `held` is the value that is in force now (our floor, or the replicas that we set), None before the
    first; `hold_until` is the end of the time in which a restart may not lower it. `holds` are floors beside
    the schedule, the largest of which counts. `disabled` says that a person set the workload to 0 replicas,
    `disabled_by` who did and how to undo it; `ordered_off` is an order to write nothing there, `stopped` that
    nothing at all may be written: in words, empty where there is none; they win over all. `current` and
    `ready` are the workload's own, None while unknown.
    `beside_autoscaler`: what is decided is the floor of an autoscaler. `still_to_come` is the highest
    scheduled value that is still to come in a peak under way. `reactive_only`: without a schedule live
    metrics alone decide, if all of them are known.
    """

    now: datetime
    baseline: int
    scheduled: Scheduled
    holds: tuple[Hold, ...] = ()
    metrics: tuple[LiveMetric, ...] = ()
    tolerance: Fraction = DEFAULT_TOLERANCE
    behavior: Behavior = DEFAULT_BEHAVIOR
    history: History = _NO_HISTORY
    ceiling: Ceiling | None = None
    held: int | None = None
    hold_until: datetime | None = None
    current: int | None = None
    ready: int | None = None
    beside_autoscaler: bool = False
    still_to_come: int = 0
    reactive_only: bool = False
    stopped: str = ""
    ordered_off: str = ""
    disabled: bool = False
    disabled_by: str = "a person set the workload to 0 replicas: nothing is written until they set it back"


def decide(seen: Observation) -> Decision:
    """Return the desired replicas for what was seen."""
    scheduled = None if isinstance(seen.scheduled, Unavailable) else seen.scheduled
    live = _live(seen)
    if seen.stopped or seen.ordered_off or seen.disabled:
        reason = DecisionReason.HELD_BY_OVERRIDE if seen.ordered_off else DecisionReason.HANDS_OFF
        return Decision(
            desired=None,
            reason=DecisionReason.STOPPED if seen.stopped else reason,
            message=seen.stopped or seen.ordered_off or seen.disabled_by,
            scheduled=scheduled.replicas if scheduled else None,
            reactive=live.asked,
        )
    planned = seen.baseline
    if scheduled is not None and scheduled.replicas > planned:
        planned = scheduled.replicas
    path = _Path()
    hold = _highest(seen.holds, planned)
    if hold is not None:
        path.limits.append(Limit(reason=hold.limit, before=planned, after=hold.replicas))
        planned = hold.replicas
    followed = (
        _beside(seen, live, planned, path) if seen.beside_autoscaler else _alone(seen, live, planned, path)
    )
    value = guarded(path.value, seen.held, seen.still_to_come, seen.history.scheduled)
    path.to(LimitReason.PEAK_GUARD, value)
    path.to(LimitReason.TOO_FEW_REPLICAS, max(path.value, seen.baseline))
    if seen.ceiling is not None:
        path.to(seen.ceiling.reason, min(path.value, seen.ceiling.replicas))
    reason, message = _because(seen, live, hold or scheduled, planned, path)
    return Decision(
        desired=path.value,
        reason=reason,
        message=message,
        scheduled=scheduled.replicas if scheduled else None,
        reactive=live.asked,
        limits=tuple(path.limits),
        followed=followed and _bounded(followed, seen, path.value),
    )


def _highest(holds: tuple[Hold, ...], planned: int) -> Hold | None:
    """Return the hold that asks for most, if that is more than what is planned without it."""
    highest = max(holds, key=lambda hold: hold.replicas, default=None)
    return highest if highest is not None and highest.replicas > planned else None


def remembered(seen: Observation, decision: Decision) -> History:
    """Return the history for the next decision, if this one was carried out."""
    history, followed = seen.history, decision.followed
    scheduled = history.scheduled
    if decision.scheduled is not None:
        scheduled = max(seen.baseline, decision.scheduled)
    if followed is None:
        if scheduled == history.scheduled or decision.desired is None:
            return history
        return History(
            highest=history.highest,
            lowest=history.lowest,
            rescales=history.rescales,
            live=history.live,
            scheduled=scheduled,
        )
    known = _known(history, followed.base, seen.now)
    highest, lowest = known.with_recommendation(followed.wanted, seen.now, seen.behavior)
    change = followed.after - followed.base
    if change > 0:
        # What the schedule raises takes nothing from what live metrics may raise in the same period.
        change = max(0, followed.after - max(followed.base, followed.planned))
    return History(
        highest=highest,
        lowest=lowest,
        rescales=known.with_rescale(change, seen.now),
        live=followed.after if seen.beside_autoscaler else None,
        scheduled=scheduled,
    )


class _Path:
    """The value on its way through the limits."""

    __slots__ = ("limits", "value")

    def __init__(self) -> None:
        self.value = 0
        self.limits: list[Limit] = []

    def to(self, reason: LimitReason, after: int) -> None:
        """Take the value on, and keep the reason where that changes it."""
        if after != self.value:
            self.limits.append(Limit(reason=reason, before=self.value, after=after))
            self.value = after


def _live(seen: Observation) -> Live:
    """Return what live metrics ask for in the workload as it stands."""
    if not seen.metrics:
        return NO_METRICS
    count = _in_force(seen)
    brought_about = (seen.history.live or 0) if seen.beside_autoscaler else count
    running = count if seen.current is None else seen.current
    tolerances = Tolerances(seen.tolerance, seen.behavior.up.tolerance, seen.behavior.down.tolerance)
    return asked_by_all(seen.metrics, Standing(brought_about, running, seen.ready, tolerances))


def _in_force(seen: Observation) -> int:
    """Return the count that changes set out from: what was decided on or what runs, whichever is more."""
    if seen.held is None:
        return seen.baseline if seen.current is None else seen.current
    return seen.held if seen.current is None else max(seen.held, seen.current)


def _known(history: History, current: int, now: datetime) -> History:
    """Return the history; the first one begins with the count in force, as an HPA's does."""
    if not history.is_empty:
        return history
    seeded = History.seeded(now, current)
    return History(highest=seeded.highest, lowest=seeded.lowest, scheduled=history.scheduled)


def _alone(seen: Observation, live: Live, planned: int, path: _Path) -> Followed:
    """Let the whole count follow the behavior; but a rise that the schedule asks for is not limited."""
    path.value = planned if live.asked is None else max(planned, live.asked)
    base = _in_force(seen)
    _hold_blindly(seen, live, path, base)
    wanted = path.value
    _hold_after_restart(seen, path)
    if path.value < base or path.value > max(base, planned):
        _, limits = behaved(path.value, base, _known(seen.history, base, seen.now), seen.behavior, seen.now)
        _take(path, limits, planned)
    return Followed(wanted, base, path.value, planned)


def _beside(seen: Observation, live: Live, planned: int, path: _Path) -> Followed | None:
    """Let what live metrics ask for follow the behavior, then the larger of it and the schedule counts."""
    path.value, followed = planned, None
    wanted, before = live.asked, seen.history.live
    if live.missing is not None and before is not None:
        wanted = before if wanted is None else max(wanted, before)
    if wanted is not None:
        if before is None:
            before = seen.baseline if seen.held is None else seen.held
        stands = max(before, _in_force(seen))
        # Between what it was and what runs it is neither a rise nor a fall of the workload.
        base = min(max(wanted, before), stands)
        after, limits = behaved(wanted, base, _known(seen.history, before, seen.now), seen.behavior, seen.now)
        path.value = max(planned, wanted)
        _take(path, limits, planned)
        followed = Followed(wanted, base, after, planned)
    _hold_blindly(seen, live, path, seen.held)
    _hold_after_restart(seen, path)
    return followed


def _take(path: _Path, limits: tuple[Limit, ...], planned: int) -> None:
    for limit in limits:
        path.to(limit.reason, max(planned, limit.after))


def _hold_blindly(seen: Observation, live: Live, path: _Path, held: int | None) -> None:
    """Lower nothing while the schedule or a metric is not known."""
    if held is None or held <= path.value or seen.held is None:
        return
    metrics_will_do = seen.reactive_only and bool(seen.metrics)
    if isinstance(seen.scheduled, Unavailable) and not metrics_will_do:
        path.to(LimitReason.HELD_WITHOUT_PLAN, held)
    elif live.missing is not None:
        path.to(LimitReason.HELD_WITHOUT_METRICS, held)


def _hold_after_restart(seen: Observation, path: _Path) -> None:
    """Lower nothing for one stabilization window after a start."""
    if seen.held is None or seen.held <= path.value:
        return
    if seen.hold_until is not None and seen.now < seen.hold_until:
        path.to(LimitReason.HELD_AFTER_RESTART, seen.held)


def _bounded(followed: Followed, seen: Observation, desired: int) -> Followed:
    """Return what was followed, as far as it came about.

    Bounds cut it, and alone it is the desired count itself.
    """
    after = desired
    if seen.beside_autoscaler:
        after = followed.after if seen.ceiling is None else min(followed.after, seen.ceiling.replicas)
    return followed if after == followed.after else followed._replace(after=after)


def _because(
    seen: Observation, live: Live, scheduled: Recommendation | Hold | None, planned: int, path: _Path
) -> tuple[DecisionReason, str]:
    """Return the reason that decided, and its sentence."""
    for limit in path.limits:
        if limit.reason is LimitReason.HELD_WITHOUT_PLAN and isinstance(seen.scheduled, Unavailable):
            return DecisionReason.HELD_LAST_PLAN, seen.scheduled.message
        if limit.reason is LimitReason.HELD_WITHOUT_METRICS and live.missing is not None:
            return DecisionReason.HELD_WITHOUT_METRICS, live.missing.message
    if live.asked is not None and live.asked > planned:
        return DecisionReason.LIVE_METRIC, sentence(live)
    if scheduled is not None and scheduled.replicas > seen.baseline:
        return scheduled.reason, scheduled.message
    return DecisionReason.BASELINE, f"the baseline, {seen.baseline}"
