"""Early arrivals in the operator: which readings count, and what a restart takes up again.

What was raised stands in the status, so that neither a restart in the ramp nor `firstbell explain` loses it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.core.capacity import AS_PLANNED, EarlyArrivals, SurgeHistory
from firstbell.core.instants import api_time, instant_of, minute_of, told_instant

if TYPE_CHECKING:
    from datetime import datetime

    from firstbell.engine.deciding.situation import Situation
    from firstbell.engine.ports import Json
    from firstbell.engine.seen.store import Store


def early_arrivals(store: Store, stands: Situation) -> EarlyArrivals | None:
    """Return the last readings of the metrics that count pupils; None where none has been read."""
    counting = [
        (metric.per_pupil, live.reading, seen.at)
        for metric, live in zip(stands.rules.metrics, stands.live, strict=False)
        if metric.per_pupil is not None and (seen := store.answers.readings.get(metric.query)) is not None
    ]
    if not counting:
        return None
    return EarlyArrivals(
        readings=tuple((per_pupil, reading) for per_pupil, reading, _ in counting),
        at=max(at for _, _, at in counting),
    )


def surge_to_status(surge: SurgeHistory | None, now: datetime) -> Json | None:
    """Return what stands in the status while a peak is raised; None to take it away."""
    if surge is None or surge.since is None or surge.percent_at(minute_of(now)) <= AS_PLANNED:
        return None
    return {
        "percent": surge.percent,
        "sinceTime": api_time(surge.since),
        "untilTime": api_time(instant_of(surge.until)),
    }


def surge_from_status(status: Json) -> SurgeHistory:
    """Return what an earlier process reported; nothing where it did not, or what it wrote makes no sense."""
    told = status.get("surge") or {}
    since, until = told_instant(told.get("sinceTime")), told_instant(told.get("untilTime"))
    if since is None or until is None or not isinstance(told.get("percent"), int):
        return SurgeHistory()
    return SurgeHistory(percent=told["percent"], since=since, until=minute_of(until))
