"""One look at the live objects, for a command: what the operator sees at its start, without waiting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.engine.ports import Failure, FailureKind
from firstbell.engine.seen.store import Store
from firstbell.engine.watch.asked_targets import AskedTargets
from firstbell.engine.watch.loading import load_once

if TYPE_CHECKING:
    from firstbell.engine.floor.seen_floor import SeenFloor
    from firstbell.engine.ports import Cluster, Json


async def look(cluster: Cluster, namespace: str) -> Store | Failure:
    """Return everything of one namespace, or what stood in the way."""
    store = Store()
    problem = await load_once(cluster, store, (namespace,))
    await AskedTargets(store=store, cluster=cluster).look()
    return store if problem is None else Failure(kind=FailureKind.UNREACHABLE, message=problem)


async def managed_fields(cluster: Cluster, seen: SeenFloor) -> list[Json]:
    """Tell who manages the fields of a foreign autoscaler; nobody is known where it cannot be read."""
    body = await cluster.get(seen.path)
    return [] if isinstance(body, Failure) else list(body["metadata"].get("managedFields") or ())
