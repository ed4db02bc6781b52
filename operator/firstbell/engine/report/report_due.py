"""What of a status is worth a write now, and what may wait. Pure.

Counts ride on other changes, or come at most every ten seconds while a peak is under way; so does all else
after five writes within half a minute. What live metrics
ask for changes at every poll: where nothing follows from it, it comes at most once a minute.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from firstbell.core.reasons import DecisionReason
from firstbell.engine.memory.told import REPORTS_AT_ONCE
from firstbell.engine.objects.status_values import merge_patch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from firstbell.engine.ports import Json

COUNTS = ("currentReplicas", "readyReplicas")
COUNTS_AT_MOST_EVERY = timedelta(seconds=10)
MARKS = frozenset({"instance", "challenger"})
LIVE_ONLY = frozenset({"message", "reactiveReplicas", "limits"})
ORDINARY = frozenset({DecisionReason.BASELINE, DecisionReason.SCHEDULED_PEAK, DecisionReason.LIVE_METRIC})
LIVE_AT_MOST_EVERY = timedelta(minutes=1)
BUSY_WITHIN = timedelta(seconds=30)
"""Somebody who writes against us, or a workload that comes and goes, changes conditions all the time."""


def changed(old: Json, new: Json, *, since_last: timedelta | None, least: timedelta = timedelta(0)) -> Json:
    """Return the merge patch from one status to the other; empty where nothing worth a write now changed.

    `since_last` is the time since the last write, None before the first; `least` what must be between two.
    """
    patch = _without_marks(merge_patch(old, new), old)
    if since_last is not None and since_last < max(may_wait(old, new), least):
        return {}
    return patch


def _without_marks(patch: Json, old: Json) -> Json:
    """Return the patch without who sets the count, where that is as it was: others write it, too."""
    actuator, before = patch.get("actuator"), old.get("actuator") or {}
    if not actuator:
        return patch
    kept = {name: value for name, value in actuator.items() if name not in MARKS or before.get(name) != value}
    return {**patch, "actuator": kept}


def least_wait(reports: Sequence[datetime], now: datetime) -> timedelta:
    """Tell how long after the last write any change waits.

    It does not wait at all, unless something changes to and fro.
    """
    many = len(reports) == REPORTS_AT_ONCE and now - reports[0] < BUSY_WITHIN
    return COUNTS_AT_MOST_EVERY if many else timedelta(0)


def may_wait(old: Json, new: Json) -> timedelta:
    """Tell how long after the last write the difference between two statuses may be written."""
    waits = [_may_wait(key, old.get(key), new[key]) for key in merge_patch(old, new)]
    return min(waits, default=timedelta(0))


def _may_wait(key: str, before: Any, after: Any) -> timedelta:
    """Tell how long a change may wait.

    That is one of counts, of a message that tells them, or of live metrics alone.
    """
    if key in COUNTS:
        return COUNTS_AT_MOST_EVERY
    if key == "conditions":
        told = [[{**item, "message": ""} for item in conditions or ()] for conditions in (before, after)]
        return COUNTS_AT_MOST_EVERY if told[0] == told[1] else timedelta(0)
    if key == "bell" and before and after:
        bells = [{**each, "reasons": _named(each.get("reasons") or ())} for each in (before, after)]
        return COUNTS_AT_MOST_EVERY if bells[0] == bells[1] else timedelta(0)
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


def _named(reasons: Sequence[Json]) -> list[str]:
    """Return which reasons are told, whatever their counts and words."""
    return sorted(one["reason"] for one in reasons)
