"""ScalingOverrides in a cluster: written, listed, and ended by a deletion of what was seen."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from firstbell.cli.deletion import deleted
from firstbell.cli.missing_namespace import missing_namespace
from firstbell.cli.missing_right import with_right
from firstbell.engine.ports import Failure, ObjectPath
from firstbell.engine.watch.one_look import look
from firstbell.kinds.group import GROUP, OVERRIDE_PLURAL, VERSION

if TYPE_CHECKING:
    from firstbell.engine.ports import Cluster, Json
    from firstbell.engine.seen.store import Store

ANSWER_TRIES, ANSWER_SECONDS = 20, 0.25
INVALID = "Invalid"


def path_of(namespace: str, name: str) -> ObjectPath:
    """Tell where a ScalingOverride is."""
    return ObjectPath(group=GROUP, version=VERSION, plural=OVERRIDE_PLURAL, namespace=namespace, name=name)


async def looked(cluster: Cluster, namespace: str) -> Store | Failure:
    """Return what the effect is told from."""
    return await look(cluster, namespace)


async def listed(cluster: Cluster, namespace: str | None) -> list[Json] | Failure:
    """Return all of a namespace, or (None) of the cluster."""
    found = await cluster.list_all(GROUP, VERSION, OVERRIDE_PLURAL, namespace)
    if isinstance(found, Failure):
        return with_right(found, "list", OVERRIDE_PLURAL, namespace)
    if not found and namespace is not None:
        return await missing_namespace(cluster, namespace) or found
    return found


async def created(cluster: Cluster, namespace: str, body: Json) -> Json | Failure:
    """Create one."""
    answer = await cluster.create(GROUP, VERSION, OVERRIDE_PLURAL, namespace, body)
    return with_right(answer, "create", OVERRIDE_PLURAL, namespace) if isinstance(answer, Failure) else answer


async def answered(cluster: Cluster, namespace: str, name: str) -> str | Failure:
    """Return what the operator makes of an order; empty where it says nothing for some seconds."""
    for _ in range(ANSWER_TRIES):
        seen = await cluster.get(path_of(namespace, name))
        if isinstance(seen, Failure):
            return with_right(seen, "get", OVERRIDE_PLURAL, namespace)
        if told := _told(seen):
            return told
        await asyncio.sleep(ANSWER_SECONDS)
    return ""


def _told(seen: Json) -> str:
    """Return the state of an order, for how many it is, and what does not come of it."""
    status = seen.get("status") or {}
    conditions = {one.get("type"): one for one in status.get("conditions") or ()}
    active, effective = conditions.get("Active"), conditions.get("Effective") or {}
    if active is None:
        return ""
    total = status.get("autoscalersTotal")
    many = f", for {total} SchoolAutoscaler{'' if total == 1 else 's'}" if total is not None else ""
    told = f"{active['reason']}{many}"
    why = effective.get("message") if effective.get("status") == "False" else ""
    if active["reason"] == INVALID:
        why = active.get("message")
    return f"{told}: {why}" if why else told


async def ended(cluster: Cluster, namespace: str, name: str) -> Failure | None:
    """Delete one; return what stood in the way."""
    return await deleted(cluster, path_of(namespace, name))
