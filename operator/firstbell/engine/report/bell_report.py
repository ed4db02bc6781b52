"""How the workload stands with a bell, as a status has it: for a column, and for `firstbell status`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.core.instants import api_minute, api_time
from firstbell.core.reasons import ConditionReason, Truth
from firstbell.engine.report.bells import rung

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from firstbell.core import PlannedPeak
    from firstbell.core.reasons import Condition, Shortfall
    from firstbell.engine.memory.told import BellRecord
    from firstbell.engine.ports import Json
    from firstbell.engine.report.readiness import Readiness

STATES: Mapping[str, str] = {
    ConditionReason.READY: "Ready",
    ConditionReason.ON_SCHEDULE: "Ready",
    ConditionReason.NOTHING_DUE: "Nothing due",
    ConditionReason.ON_TRACK: "On track",
    ConditionReason.PODS_STARTING: "On track",
    ConditionReason.AT_RISK: "At risk",
    ConditionReason.BEHIND_SCHEDULE: "Behind",
    ConditionReason.ROLLOUT_IN_PROGRESS: "Rolling out",
    ConditionReason.LATE: "Late",
    ConditionReason.BASELINE_NOT_READY: "Baseline not ready",
}
"""What the column BELL says. Any other reason is why it is not known."""
UNKNOWN = "Unknown"
THREATENED = frozenset({ConditionReason.AT_RISK, ConditionReason.BASELINE_NOT_READY})
"""With these the next bell will not be met, unless somebody does something."""


def bell_status(seen: Readiness, condition: Condition) -> Json:
    """Return the state, the bell that it is about, what was written for it, and why it is red."""
    told: Json = {"state": STATES.get(condition.reason, UNKNOWN)}
    record = _meant(seen)
    if record is not None:
        told |= {
            "bellTime": api_minute(record.peak.bell),
            "peak": record.peak.surge.occurrence.peak.name,
            "plannedReplicas": record.planned,
        }
    preparation = seen.told.preparation
    if preparation is not None:
        told |= {
            "writtenReplicas": preparation.replicas,
            "writtenTime": api_time(preparation.since),
        }
    if condition.status is Truth.FALSE and seen.reasons:
        told["reasons"] = reasons_status(seen.reasons)
    return told


def reasons_status(reasons: Iterable[Shortfall]) -> list[Json]:
    """Return reasons as they stand in a status."""
    return [
        {
            "reason": one.reason.value,
            "replicas": one.replicas,
            **({"message": one.message} if one.message else {}),
        }
        for one in reasons
    ]


def at_risk(seen: Readiness, condition: Condition, coming: Iterable[PlannedPeak]) -> PlannedPeak | None:
    """Return the peak to come that will not be met as things stand, or None."""
    if condition.reason not in THREATENED:
        return None
    following = next(iter(coming), None)
    if condition.reason == ConditionReason.BASELINE_NOT_READY or seen.told.next_bell is None:
        return following
    return next((peak for peak in coming if peak.bell == seen.told.next_bell.peak.bell), None)


def _meant(seen: Readiness) -> BellRecord | None:
    """Return the bell that the condition speaks of."""
    return seen.told.next_bell if seen.told.preparation is not None else rung(seen.told, seen.outcome.now)
