"""What a cluster says of the workloads that are scaled and of the room for them, with any rights.

Of each workload is kept what a pod asks for, and its count. What may not be read is a value that says why.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from firstbell.cli.live_objects import live_objects
from firstbell.cli.missing_namespace import missing_namespace
from firstbell.core import Unavailable
from firstbell.core.capacity import PodRequest, Room
from firstbell.core.reasons import AbsenceReason
from firstbell.engine.objects.target_ref import TargetRef
from firstbell.engine.ports import Failure
from firstbell.engine.seen.watched_kinds import AUTOSCALERS
from firstbell.kinds.pod_request import pod_request, unknown_request
from firstbell.kinds.rooms import is_scoped, node_rooms, quota_rooms

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from firstbell.engine.ports import Cluster, Json, Kind
    from firstbell.files.yaml_files import Origin

PAGE = 250
NODES, QUOTAS = ("", "v1", "nodes"), ("", "v1", "resourcequotas")
PLURALS = {"Deployment": "deployments", "StatefulSet": "statefulsets"}


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenTarget:
    """What is known of a workload: what one of its pods asks for, and how many it is set to now."""

    pod: PodRequest
    replicas: int | Unavailable


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """What is around plans: workloads by the key of their reference, rooms, and what could not be read."""

    targets: Mapping[str, SeenTarget]
    rooms: tuple[Room, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadCluster:
    """The objects that plans are made of, and what is around them."""

    objects: tuple[Origin, ...]
    around: Surroundings


def unseen(reason: AbsenceReason, message: str) -> SeenTarget:
    """Return what is known of a workload of which nothing is known."""
    return SeenTarget(
        pod=unknown_request(reason, message), replicas=Unavailable(reason=reason, message=message)
    )


def seen_target(body: Mapping[str, Any]) -> SeenTarget:
    """Return what an object of the API, or its manifest, says of a workload."""
    spec = body.get("spec")
    replicas = spec.get("replicas") if isinstance(spec, dict) else None
    if not isinstance(replicas, int) or isinstance(replicas, bool):
        missing = Unavailable(reason=AbsenceReason.NOT_FOUND, message="it has no spec.replicas")
        return SeenTarget(pod=pod_request(body), replicas=missing)
    return SeenTarget(pod=pod_request(body), replicas=replicas)


async def read_cluster(cluster: Cluster, namespace: str | None) -> ReadCluster | Failure:
    """Read one namespace, or (None) all; a Failure only where there is nothing to plan of."""
    objects = await live_objects(cluster, namespace)
    if isinstance(objects, Failure):
        return objects
    if not objects and namespace is not None:
        missing = await missing_namespace(cluster, namespace)
        if missing is not None:
            return missing
    targets: dict[str, SeenTarget] = {}
    for (api_version, kind), wanted in _by_kind(objects).items():
        targets |= await _read_targets(cluster, namespace, api_version, kind, wanted)
    rooms, notes = await _read_rooms(cluster, namespace)
    around = Surroundings(targets=targets, rooms=tuple(rooms), notes=tuple(notes))
    return ReadCluster(objects=objects, around=around)


def _by_kind(objects: Iterable[Origin]) -> dict[tuple[str, str], set[str]]:
    """Return the keys of the workloads that SchoolAutoscalers name, by their kind."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in objects:
        body = one.node.value
        if isinstance(body, dict) and body.get("kind") == AUTOSCALERS.kind:
            ref = (body.get("spec") or {}).get("scaleTargetRef") or {}
            target = TargetRef(
                namespace=body["metadata"]["namespace"],
                api_version=str(ref.get("apiVersion", "")),
                kind=str(ref.get("kind", "")),
                name=str(ref.get("name", "")),
            )
            found[target.api_version, target.kind].add(target.key)
    return found


async def _read_targets(
    cluster: Cluster, namespace: str | None, api_version: str, kind: str, wanted: set[str]
) -> dict[str, SeenTarget]:
    api = await _api_of(cluster, api_version, kind)
    found: dict[str, SeenTarget] = {}
    following = ""
    while not isinstance(api, Failure):
        page = await cluster.list_page(api, namespace, "", PAGE, following)
        if isinstance(page, Failure):
            api = page
            break
        for body in page.items:
            key = _key(body["metadata"], api_version, kind)
            if key in wanted:
                found[key] = seen_target(body)
        if not page.following or page.following == following:
            break
        following = page.following
    if isinstance(api, Failure):
        rest = unseen(AbsenceReason.TARGET_NOT_READABLE, api.message)
    else:
        rest = unseen(AbsenceReason.TARGET_NOT_FOUND, f"there is no such {kind}")
    return {key: found.get(key, rest) for key in wanted}


def _key(metadata: Json, api_version: str, kind: str) -> str:
    namespace, name = metadata.get("namespace", ""), metadata["name"]
    return TargetRef(namespace=namespace, api_version=api_version, kind=kind, name=name).key


async def _api_of(cluster: Cluster, api_version: str, kind: str) -> Kind | Failure:
    group, _, version = api_version.rpartition("/")
    if group == "apps" and kind in PLURALS:
        return group, version, PLURALS[kind]
    served = await cluster.resources(group, version)
    if isinstance(served, Failure):
        return served
    plurals = sorted(one["name"] for one in served if one.get("kind") == kind and "/" not in one["name"])
    return (group, version, plurals[0]) if plurals else (group, version, kind.lower())


async def _read_rooms(cluster: Cluster, namespace: str | None) -> tuple[list[Room], list[str]]:
    rooms: list[Room] = []
    notes: list[str] = []
    nodes = await cluster.list_all(*NODES, None)
    if isinstance(nodes, Failure):
        notes.append(f"nodes are not counted: {nodes.message}")
    else:
        rooms += node_rooms(nodes)
    quotas = await cluster.list_all(*QUOTAS, namespace)
    if isinstance(quotas, Failure):
        notes.append(f"quotas are not counted: {quotas.message}")
    else:
        found, told = rooms_of_quotas(quotas)
        return rooms + found, notes + told
    return rooms, notes


def rooms_of_quotas(quotas: Iterable[Json]) -> tuple[list[Room], list[str]]:
    """Return the rooms of ResourceQuotas, and what has to be said of those that cannot be counted."""
    quotas = list(quotas)
    scoped = sum(map(is_scoped, quotas))
    notes = [f"{scoped} quotas with scopes are not counted"] if scoped else []
    return [room for quota in quotas for room in quota_rooms(quota)], notes
