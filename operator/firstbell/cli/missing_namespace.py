"""A namespace in which nothing was found: the API server's lists do not say whether there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.engine.ports import Failure, FailureKind, ObjectPath

if TYPE_CHECKING:
    from firstbell.engine.ports import Cluster


async def missing_namespace(
    cluster: Cluster, namespace: str, cure: str = "Give another with -n, or -A for all"
) -> Failure | None:
    """Return what is wrong with a namespace that is not there; None where it is, or nobody may tell."""
    path = ObjectPath(group="", version="v1", plural="namespaces", namespace="", name=namespace)
    found = await cluster.get(path)
    if not isinstance(found, Failure) or found.kind is not FailureKind.NOT_FOUND:
        return None
    return Failure(kind=found.kind, message=f"there is no namespace {namespace!r}. {cure}")
