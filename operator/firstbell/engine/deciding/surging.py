"""Early arrivals against the plan, in the operator: which readings count, and what a restart takes up again.

A reading is looked at once, when it has come: a metric that is not read any more is no evidence that the
morning is as it was. What was raised stands in the status, so that neither a restart in the ramp nor
`firstbell explain` loses it.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from firstbell.core.absence import Unavailable
from firstbell.core.bells import instant_of, minute_of
from firstbell.core.surge_correction import AS_PLANNED, SurgeHistory, expectation, followed
from firstbell.core.time_words import api_time

if TYPE_CHECKING:
    from firstbell.core.plan import Plan
    from firstbell.engine.deciding.situation import Situation
    from firstbell.engine.memory import Memory
    from firstbell.engine.ports import Json
    from firstbell.engine.seen.store import Store


def follow_surge(store: Store, stands: Situation, plan: Plan | Unavailable, memory: Memory) -> None:
    """Keeps in the memory what follows from the readings that have come since the last look; None: off."""
    most = stands.rules.surge_max_percent
    if most is None:
        memory.surge = None
        return
    surge = memory.surge if memory.surge is not None else _reported(stands.seen.status)
    memory.surge = surge if isinstance(plan, Unavailable) else _followed(store, stands, plan, surge, most)


def _followed(store: Store, stands: Situation, plan: Plan, surge: SurgeHistory, most: int) -> SurgeHistory:
    counting = [
        (metric.per_pupil, live.reading, seen.at)
        for metric, live in zip(stands.rules.metrics, stands.live, strict=False)
        if metric.per_pupil is not None and (seen := store.answers.readings.get(metric.query)) is not None
    ]
    if not counting:
        return surge
    read_at = max(at for _, _, at in counting)
    minute = minute_of(read_at)
    if (surge.ratios and read_at <= surge.ratios[-1][0]) or not plan.start <= minute < plan.end:
        return surge
    readings = [(per_pupil, reading) for per_pupil, reading, _ in counting]
    return followed(surge, expectation(plan, minute), readings, most, read_at)


def reported_surge(surge: SurgeHistory | None, now: datetime) -> Json | None:
    """What stands in the status while a peak is raised; None to take it away."""
    if surge is None or surge.since is None or surge.percent_at(minute_of(now)) <= AS_PLANNED:
        return None
    return {
        "percent": surge.percent,
        "sinceTime": api_time(surge.since),
        "untilTime": api_time(instant_of(surge.until)),
    }


def _reported(status: Json) -> SurgeHistory:
    """What an earlier process reported; nothing where it did not, or what it wrote makes no sense."""
    told = status.get("surge") or {}
    try:
        return SurgeHistory(
            percent=int(told["percent"]),
            since=datetime.fromisoformat(told["sinceTime"]),
            until=minute_of(datetime.fromisoformat(told["untilTime"])),
        )
    except (KeyError, ValueError, TypeError):
        return SurgeHistory()
