"""The workloads that are watched, and what is kept of one as the API has it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from firstbell.engine.objects.field_managers import applied_by, last_writer
from firstbell.engine.objects.target_ref import TargetRef
from firstbell.engine.seen.controller_troubles import controller_troubles
from firstbell.engine.seen.store import SeenWorkload
from firstbell.kinds.pod_request import pod_request

if TYPE_CHECKING:
    from firstbell.engine.ports import Json

DEFAULT_REPLICAS = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkloadKind:
    """A kind of workloads that is watched; others that have `/scale` are asked for one by one."""

    kind: str
    plural: str
    group: str = "apps"
    version: str = "v1"

    @property
    def group_kind(self) -> tuple[str, str]:
        """What a workload of it has as its own (`TargetRef.group_kind`), whatever version names it."""
        return self.group, self.kind


DEPLOYMENT = WorkloadKind(kind="Deployment", plural="deployments")
STATEFUL_SET = WorkloadKind(kind="StatefulSet", plural="statefulsets")
WORKLOADS = (DEPLOYMENT, STATEFUL_SET)
WATCHED = {of.group_kind: of for of in WORKLOADS}


def watched_workload(ref: TargetRef) -> WorkloadKind | None:
    """Return the kind of a workload, if watches tell of it."""
    return WATCHED.get(ref.group_kind)


def seen_workload(body: Json, of: WorkloadKind) -> SeenWorkload:
    """Read a workload of a kind that is watched."""
    metadata, spec, status = body["metadata"], body.get("spec") or {}, body.get("status") or {}
    current = status.get("observedGeneration", 0) >= metadata.get("generation", 0)
    replicas = spec.get("replicas", DEFAULT_REPLICAS)
    updated = status.get("updatedReplicas", 0)
    return SeenWorkload(
        ref=TargetRef(
            namespace=metadata["namespace"],
            api_version=f"{of.group}/{of.version}",
            kind=of.kind,
            name=metadata["name"],
        ),
        uid=metadata["uid"],
        replicas=replicas,
        ready=status.get("readyReplicas", 0) if current else None,
        rolling=current and updated < status.get("replicas", 0),
        troubles=controller_troubles(status, replicas),
        last_writer=last_writer(metadata.get("managedFields") or (), "replicas"),
        applied_by=applied_by(metadata.get("managedFields") or (), "replicas"),
        version=metadata.get("resourceVersion", ""),
        pod=pod_request(body),
    )


def with_count(known: SeenWorkload, scale: Json) -> SeenWorkload:
    """Return a workload as an answer of its `/scale` tells of it, which does not tell of Ready replicas.

    So these are not known until the watch tells of them, unless it has told of this very version already:
    an autoscaler that follows the floor before we do may have everything Ready by then.
    """
    metadata = scale["metadata"]
    uid, version = metadata["uid"], metadata.get("resourceVersion", "")
    if version and (uid, version) == (known.uid, known.version):
        return known
    replicas = (scale.get("spec") or {}).get("replicas", 0)
    return replace(known, uid=uid, replicas=replicas, ready=None, unknown_ready=None, version=version)
