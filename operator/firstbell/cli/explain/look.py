"""One look into a cluster, and why a workload there has its number."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from firstbell.core import Unavailable
from firstbell.engine.deciding.situation import ByFloor
from firstbell.engine.explaining.explanation import Explanation, explain, field_writers
from firstbell.engine.ports import Failure
from firstbell.engine.watch.one_look import look, managed_fields

if TYPE_CHECKING:
    from firstbell.engine.ports import Cluster


async def explained(
    cluster: Cluster, key: str, now: datetime, instance: str | None
) -> Explanation | Unavailable | Failure:
    """Return the explanation of the SchoolAutoscaler `key` (namespace/name) as of `now`."""
    store = await look(cluster, key.partition("/")[0])
    if isinstance(store, Failure):
        return store
    found = explain(store, key, now, instance)
    return found if isinstance(found, Unavailable) else await _with_writers(cluster, found)


async def _with_writers(cluster: Cluster, found: Explanation) -> Explanation:
    """Return the explanation with who wrote the minimum of the autoscaler that is floored."""
    actuator = found.outcome.situation.actuator
    if not isinstance(actuator, ByFloor):
        return found
    managers = await managed_fields(cluster, actuator.seen)
    return replace(found, writers=field_writers(managers, actuator.seen.of.minimum_field))
