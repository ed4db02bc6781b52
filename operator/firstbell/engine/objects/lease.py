"""A Lease (coordination.k8s.io): who holds a shard, and what of it is ours to read and write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from firstbell.engine.ports import ObjectPath

if TYPE_CHECKING:
    from datetime import datetime

    from firstbell.engine.ports import Json, Kind

LEASES: Kind = ("coordination.k8s.io", "v1", "leases")
OF_SHARDS, ASKED_FOR_BY = "firstbell.dev/shards", "firstbell.dev/asked-for-by"
"""Annotations: into how many shards the holder divides the work; and which process would have this one."""
MOST_SHARDS = 8
"""The role of the chart names the Lease of each of so many."""
MOST_LEASE_SECONDS = 60
"""No Lease is asked for that lasts longer, and none counts for longer, whatever stands in it."""

Holder: TypeAlias = str
"""The identity of a process; empty: nobody."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenLease:
    """A Lease as it was read. `seconds` is how long it counts after a renewal; None where it says nothing.

    `shards` is None where nobody has said into how many the work is divided.
    """

    holder: Holder
    seconds: float | None
    transitions: int
    version: str
    shards: int | None = None
    asked_for_by: Holder = ""


def seen_lease(body: Json) -> SeenLease:
    """Read a Lease; what stands in it that is no sense of ours counts as not said."""
    spec, metadata = body.get("spec") or {}, body["metadata"]
    annotations = metadata.get("annotations") or {}
    shards = annotations.get(OF_SHARDS, "")
    seconds = spec.get("leaseDurationSeconds")
    return SeenLease(
        holder=spec.get("holderIdentity") or "",
        seconds=None if seconds is None else min(float(seconds), float(MOST_LEASE_SECONDS)),
        transitions=spec.get("leaseTransitions") or 0,
        version=metadata.get("resourceVersion", ""),
        shards=int(shards) if shards.isdecimal() else None,
        asked_for_by=annotations.get(ASKED_FOR_BY, ""),
    )


def lease_path(namespace: str, name: str, shard: int) -> ObjectPath:
    """Tell where the Lease of a shard is: `name-shard`."""
    group, version, plural = LEASES
    return ObjectPath(
        group=group, version=version, plural=plural, namespace=namespace, name=f"{name}-{shard}"
    )


def held_lease(holder: Holder, seconds: float, shards: int, now: datetime) -> Json:
    """Return what a holder writes, as it takes a Lease and at each renewal."""
    spec: dict[str, Any] = {
        "holderIdentity": holder,
        "leaseDurationSeconds": round(seconds),
        "renewTime": _micro_time(now),
    }
    return {"metadata": {"annotations": {OF_SHARDS: str(shards), ASKED_FOR_BY: None}}, "spec": spec}


def taken_lease(holder: Holder, seconds: float, shards: int, now: datetime, transitions: int) -> Json:
    """Return what a new holder writes."""
    body = held_lease(holder, seconds, shards, now)
    body["spec"] |= {"acquireTime": _micro_time(now), "leaseTransitions": transitions}
    return body


def new_lease(path: ObjectPath, holder: Holder, seconds: float, shards: int, now: datetime) -> Json:
    """Return a Lease as whoever finds none makes it."""
    spec = taken_lease(holder, seconds, shards, now, 0)["spec"]
    metadata = {"name": path.name, "namespace": path.namespace, "annotations": {OF_SHARDS: str(shards)}}
    return {"apiVersion": f"{path.group}/{path.version}", "kind": "Lease", "metadata": metadata, "spec": spec}


def given_up() -> Json:
    """Return what is written of a Lease that nobody holds any more; who asked for it stays named."""
    return {"spec": {"holderIdentity": ""}}


def _micro_time(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
