"""ScalingOverrides in a cluster: written, listed, and ended by a deletion of what was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from firstbell.engine.ports import Failure, FailureKind, ObjectPath
from firstbell.engine.watch.one_look import look
from firstbell.kinds.group import GROUP, OVERRIDE_PLURAL, VERSION

if TYPE_CHECKING:
    from firstbell.engine.ports import Cluster, Json
    from firstbell.engine.seen.store import Store

TRIES = 5
"""The operator writes the status of what is deleted, too."""


def path_of(namespace: str, name: str) -> ObjectPath:
    """Tell where a ScalingOverride is."""
    return ObjectPath(group=GROUP, version=VERSION, plural=OVERRIDE_PLURAL, namespace=namespace, name=name)


async def looked(cluster: Cluster, namespace: str) -> Store | Failure:
    """Return what the effect is told from."""
    return await look(cluster, namespace)


async def listed(cluster: Cluster, namespace: str | None) -> list[Json] | Failure:
    """Return all of a namespace, or (None) of the cluster."""
    found = await cluster.list_all(GROUP, VERSION, OVERRIDE_PLURAL, namespace)
    return with_right(found, "list", namespace) if isinstance(found, Failure) else found


async def created(cluster: Cluster, namespace: str, body: Json) -> Json | Failure:
    """Create one."""
    answer = await cluster.create(GROUP, VERSION, OVERRIDE_PLURAL, namespace, body)
    return with_right(answer, "create", namespace) if isinstance(answer, Failure) else answer


async def ended(cluster: Cluster, namespace: str, name: str) -> Failure | None:
    """Delete one, in the state that was seen last; again where its status was written meanwhile."""
    answer: Any = None
    for _ in range(TRIES):
        there = await cluster.get(path_of(namespace, name))
        if isinstance(there, Failure):
            return with_right(there, "get", namespace)
        metadata = there["metadata"]
        answer = await cluster.delete(path_of(namespace, name), metadata["uid"], metadata["resourceVersion"])
        if not isinstance(answer, Failure):
            return None
        if answer.kind is not FailureKind.CONFLICT:
            break
    return with_right(answer, "delete", namespace)


def with_right(failure: Failure, verb: str, namespace: str | None) -> Failure:
    """Return the failure with the right that is missing, where one is."""
    if failure.kind is not FailureKind.FORBIDDEN:
        return failure
    where = f"namespace {namespace}" if namespace else "all namespaces"
    message = f"{failure.message.rstrip('.')}. The right is {verb} on {OVERRIDE_PLURAL}.{GROUP} in {where}"
    return Failure(kind=failure.kind, message=message)
