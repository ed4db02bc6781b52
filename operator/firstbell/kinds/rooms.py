"""How much room there is for pods, as nodes and ResourceQuotas of the API say."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from firstbell.core import Unavailable
from firstbell.core.capacity import Resource, Room
from firstbell.core.reasons import AbsenceReason
from firstbell.kinds.pod_request import amount

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

NODES = "nodes"
ROOM_KINDS = frozenset({("autoscaling.x-k8s.io", "CapacityBuffer")})
"""Group and kind of what is scaled and has no pods: it makes room for those of others."""
CONTROL_PLANE = frozenset({"node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"})
_OF_QUOTA = {
    Resource.PODS: ("pods", "count/pods"),
    Resource.CPU: ("requests.cpu", "cpu"),
    Resource.MEMORY: ("requests.memory", "memory"),
}
"""Under which names a ResourceQuota bounds a resource."""
OTHERS = Unavailable(
    reason=AbsenceReason.NOT_READ, message="what other pods take of the nodes is not counted"
)
NOT_USED_YET = Unavailable(reason=AbsenceReason.NOT_READ, message="no cluster says what is used of it")


def makes_room(group: str, kind: str) -> bool:
    """Tell whether the replicas of a kind are no pods, but room for pods."""
    return (group, kind) in ROOM_KINDS


def node_rooms(nodes: Iterable[Mapping[str, Any]]) -> Iterator[Room]:
    """Yield what nodes can take together: those that are Ready, not cordoned, not of the control plane."""
    together: Counter[Resource] = Counter()
    for node in nodes:
        if _takes_pods(node):
            allocatable = (node.get("status") or {}).get("allocatable") or {}
            for resource in _OF_QUOTA:
                together[resource] += amount(allocatable.get(resource.value), resource.value) or 0
    for resource in _OF_QUOTA:
        yield Room(where=NODES, resource=resource, most=together[resource], taken=OTHERS)


def _takes_pods(node: Mapping[str, Any]) -> bool:
    spec, status = node.get("spec") or {}, node.get("status") or {}
    ready = any(
        (one.get("type"), one.get("status")) == ("Ready", "True") for one in status.get("conditions") or ()
    )
    taints = {taint.get("key") for taint in spec.get("taints") or ()}
    return ready and not spec.get("unschedulable") and not taints & CONTROL_PLANE


def is_scoped(quota: Mapping[str, Any]) -> bool:
    """Tell whether a ResourceQuota is for some of the pods of its namespace only."""
    spec = quota.get("spec")
    return isinstance(spec, dict) and bool(spec.get("scopes") or spec.get("scopeSelector"))


def quota_rooms(quota: Mapping[str, Any]) -> Iterator[Room]:
    """Yield what a ResourceQuota without scopes allows for its namespace, and what all use of it now."""
    metadata, spec, status = (quota.get(part) for part in ("metadata", "spec", "status"))
    if not isinstance(metadata, dict) or not isinstance(spec, dict) or is_scoped(quota):
        return
    namespace, hard = str(metadata.get("namespace") or "default"), spec.get("hard")
    used = status.get("used") if isinstance(status, dict) else None
    for resource, names in _OF_QUOTA.items():
        for name in names:
            most = amount(hard.get(name), resource.value) if isinstance(hard, dict) else None
            if most is not None:
                taken = amount(used.get(name), resource.value) if isinstance(used, dict) else None
                yield Room(
                    where=f"quota {namespace}/{metadata.get('name')}",
                    resource=resource,
                    most=most,
                    taken=NOT_USED_YET if taken is None else taken,
                    namespace=namespace,
                )
