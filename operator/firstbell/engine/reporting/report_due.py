"""What of a status is worth a write now, and what may wait. Pure.

Counts ride on other changes, or come at most every ten seconds while a peak is under way. What live metrics
ask for changes at every poll: where nothing follows from it, it comes at most once a minute.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from firstbell.domain.reasons import DecisionReason
from firstbell.engine.status_values import merge_patch

if TYPE_CHECKING:
    from firstbell.engine.ports import Json

COUNTS = ("currentReplicas", "readyReplicas")
COUNTS_AT_MOST_EVERY = timedelta(seconds=10)
LIVE_ONLY = frozenset({"message", "reactiveReplicas", "limits"})
ORDINARY = frozenset({DecisionReason.BASELINE, DecisionReason.SCHEDULED_PEAK, DecisionReason.LIVE_METRIC})
LIVE_AT_MOST_EVERY = timedelta(minutes=1)


def changed(old: Json, new: Json, *, since_last: timedelta | None) -> Json:
    """The merge patch from one status to the other; empty where nothing worth a write now changed.

    `since_last` is the time since the last write, None before the first.
    """
    patch = merge_patch(old, new)
    if since_last is not None and since_last < may_wait(old, new):
        return {}
    return patch


def may_wait(old: Json, new: Json) -> timedelta:
    """How long after the last write the difference between two statuses may be written."""
    waits = [_may_wait(key, old.get(key), new[key]) for key in merge_patch(old, new)]
    return min(waits, default=timedelta(0))


def _may_wait(key: str, before: Any, after: Any) -> timedelta:
    """How long a change may wait: one of counts, of a message that tells them, or of live metrics alone."""
    if key in COUNTS:
        return COUNTS_AT_MOST_EVERY
    if key == "conditions":
        told = [[{**item, "message": ""} for item in conditions or ()] for conditions in (before, after)]
        return COUNTS_AT_MOST_EVERY if told[0] == told[1] else timedelta(0)
    if key == "decision" and before and after:
        # Load that varies around what is scheduled: now the one decides, now the other, and nothing follows.
        reasons = {before.get("reason"), after.get("reason")}
        to_and_fro = reasons <= ORDINARY and DecisionReason.LIVE_METRIC in reasons
        minor = LIVE_ONLY | {"reason"} if to_and_fro else LIVE_ONLY
        rest = [
            {name: value for name, value in told.items() if name not in minor} for told in (before, after)
        ]
        return LIVE_AT_MOST_EVERY if rest[0] == rest[1] else timedelta(0)
    return timedelta(0)
