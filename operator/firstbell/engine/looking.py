"""One look at the live objects, for a command: what the operator sees at its start, without waiting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.engine.floor_actuator import floor_path
from firstbell.engine.loading import _load_once as load_once
from firstbell.engine.ports import Failure, FailureKind
from firstbell.engine.store import Store

if TYPE_CHECKING:
    from firstbell.engine.ports import Cluster, Json


async def look(cluster: Cluster, namespace: str) -> Store | Failure:
    """Everything of one namespace, or what stood in the way."""
    store = Store()
    problem = await load_once(cluster, store, (namespace,))
    return store if problem is None else Failure(kind=FailureKind.UNREACHABLE, message=problem)


async def managed_fields(cluster: Cluster, store: Store, key: str) -> list[Json]:
    """Who manages the fields of the one autoscaler that scales the workload of a SchoolAutoscaler."""
    seen = store.autoscalers.get(key)
    rules = seen.in_force if seen is not None else None
    floors = store.floors_of(rules.target) if rules is not None else []
    if len(floors) != 1:
        return []
    body = await cluster.get(floor_path(floors[0]))
    return [] if isinstance(body, Failure) else list(body["metadata"].get("managedFields") or ())
