"""From the API object of a workload to the few fields that are kept of it, as it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.engine.objects.field_managers import applied_by, last_writer
from firstbell.engine.objects.target_ref import TargetRef
from firstbell.engine.seen.store import SeenWorkload

if TYPE_CHECKING:
    from firstbell.engine.ports import Json

DEFAULT_REPLICAS = 1


def seen_workload(body: Json, api_version: str, kind: str) -> SeenWorkload:
    """A Deployment or StatefulSet."""
    metadata, spec, status = body["metadata"], body.get("spec") or {}, body.get("status") or {}
    current = status.get("observedGeneration", 0) >= metadata.get("generation", 0)
    replicas = spec.get("replicas", DEFAULT_REPLICAS)
    updated = status.get("updatedReplicas", 0)
    return SeenWorkload(
        ref=TargetRef(
            namespace=metadata["namespace"], api_version=api_version, kind=kind, name=metadata["name"]
        ),
        uid=metadata["uid"],
        replicas=replicas,
        ready=status.get("readyReplicas", 0) if current else None,
        rolling=current and updated < status.get("replicas", 0),
        last_writer=last_writer(metadata.get("managedFields") or (), "replicas"),
        applied_by=applied_by(metadata.get("managedFields") or (), "replicas"),
        version=metadata.get("resourceVersion", ""),
    )
