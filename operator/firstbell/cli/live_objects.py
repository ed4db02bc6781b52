"""The objects of a cluster as if they stood in a file, so that a plan of them is made by the same code.

An autoscaler that carries a floor of ours is planned with its baseline: the floor is what the plan brought
about, and must not become the minimum of the next one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.core.floor import read_floor
from firstbell.engine.floor.reading import seen_hpa, seen_scaled_object
from firstbell.engine.ports import Failure, FailureKind
from firstbell.files.yaml_files import Origin
from firstbell.files.yaml_text import Node
from firstbell.kinds.group import API_VERSION, AUTOSCALER, CALENDAR, GROUP

if TYPE_CHECKING:
    from collections.abc import Callable

    from firstbell.engine.floor.seen_floor import SeenFloor
    from firstbell.engine.ports import Cluster, Json

HPA, SCALED_OBJECT = "HorizontalPodAutoscaler", "ScaledObject"
_KINDS = (
    (API_VERSION, "schoolcalendars", CALENDAR),
    (API_VERSION, "schoolautoscalers", AUTOSCALER),
    ("autoscaling/v2", "horizontalpodautoscalers", HPA),
    ("keda.sh/v1alpha1", "scaledobjects", SCALED_OBJECT),
)
_FLOORS: dict[str, tuple[str, Callable[[Json], SeenFloor]]] = {
    HPA: ("minReplicas", seen_hpa),
    SCALED_OBJECT: ("minReplicaCount", seen_scaled_object),
}


async def live_objects(cluster: Cluster, namespace: str | None) -> tuple[Origin, ...] | Failure:
    """Return what a plan is made of, in one namespace or (None) in all.

    KEDA's kind only where it is installed.
    """
    found: list[Origin] = []
    for api_version, plural, kind in _KINDS:
        group, _, version = api_version.partition("/")
        bodies = await cluster.list_all(group, version, plural, namespace)
        if isinstance(bodies, Failure):
            if kind == SCALED_OBJECT and bodies.kind in {FailureKind.NOT_FOUND, FailureKind.FORBIDDEN}:
                continue
            return _told(bodies, group, plural)
        found += [live_object(api_version, kind, body) for body in bodies]
    return tuple(found)


def live_object(api_version: str, kind: str, body: Json) -> Origin:
    """Return one object of a list, whose items need not say what they are, as a document."""
    metadata = body["metadata"]
    value = {**_at_baseline(kind, body), "apiVersion": api_version, "kind": kind}
    return Origin(f"{kind} {metadata['namespace']}/{metadata['name']}", Node(value, 0))


def _at_baseline(kind: str, body: Json) -> Json:
    if kind not in _FLOORS:
        return body
    field, read = _FLOORS[kind]
    autoscaler = read(body).autoscaler
    if autoscaler.mark is None:
        return body
    reading = read_floor(autoscaler, None, autoscaler.mark.owner, autoscaler.mark.instance)
    return {**body, "spec": {**body["spec"], field: reading.baseline}}


def _told(failure: Failure, group: str, plural: str) -> Failure:
    """Return the failure with the cure, where there is one."""
    message = failure.message
    if failure.kind is FailureKind.NOT_FOUND and group == GROUP:
        message = (
            f"the cluster has no {plural}.{group}. "
            "Install the kinds: firstbell crds | kubectl apply --server-side -f -"
        )
    return Failure(kind=failure.kind, message=message)
