"""What live metrics of one autoscaler say now, from the answers in the store. Pure.

An answer counts for five minutes; before the first there is none. Whatever is missing says which metric it
is, where it is read, and what to do.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from firstbell.core import Unavailable
from firstbell.core.instants import api_time
from firstbell.core.reasons import AbsenceReason
from firstbell.core.scaling import LiveMetric, Reading, usable

if TYPE_CHECKING:
    from datetime import datetime

    from firstbell.engine.live.answers import AskedMetric
    from firstbell.engine.seen.store import SeenSpec, Store

STALE_AFTER = timedelta(minutes=5)


def live_metrics(store: Store, rules: SeenSpec, now: datetime) -> tuple[LiveMetric, ...]:
    """Return each metric of the policy with its last answer, in spec order."""
    return tuple(LiveMetric(target=one.target, reading=_reading(store, one, now)) for one in rules.metrics)


def _reading(store: Store, one: AskedMetric, now: datetime) -> Reading:
    seen, where = store.answers.readings.get(one.query), one.query.server_address
    name = f"metric {one.target.name}"
    if seen is None:
        return Unavailable(
            reason=AbsenceReason.NOT_READ, message=f"{name} has not been read from {where} yet"
        )
    if now - seen.at > STALE_AFTER:
        return Unavailable(
            reason=AbsenceReason.STALE,
            message=f"{name} was last read from {where} at {api_time(seen.at)}, more than 5 minutes ago. Is "
            "the operator short of CPU, or its clock wrong?",
        )
    reading = usable(seen.reading)
    if isinstance(reading, Unavailable):
        told = name if where in reading.message else f"{name} from {where}"
        return replace(reading, message=f"{told}: {reading.message}")
    return reading
