"""Workloads in the same files that set their own count: lint holds them against who scales them.

Nothing of them can be refused here: what a Deployment may look like is Kubernetes' to say, and one that is
not understood sets no count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from firstbell.files.yaml_files import Origin

WORKLOADS = frozenset({("apps/v1", "Deployment"), ("apps/v1", "StatefulSet")})
DEFAULT_NAMESPACE = "default"


@dataclass(frozen=True, kw_only=True, slots=True)
class CountedWorkload:
    """A workload whose manifest has `spec.replicas`."""

    origin: Origin
    namespace: str
    api_version: str
    kind: str
    name: str
    replicas: int


def read_counted(origin: Origin) -> CountedWorkload | None:
    """Return the workload, or None for any other object and for a workload without `spec.replicas`.

    An export of a cluster has the count that somebody scaled it to, and is no manifest that is applied.
    """
    value = origin.node.value
    if not isinstance(value, dict) or not _is_workload(value):
        return None
    metadata, spec = value.get("metadata"), value.get("spec")
    if not isinstance(metadata, dict) or not isinstance(spec, dict) or "uid" in metadata:
        return None
    name, namespace, replicas = metadata.get("name"), metadata.get("namespace"), spec.get("replicas")
    namespace = DEFAULT_NAMESPACE if namespace is None else namespace
    if not isinstance(name, str) or not isinstance(namespace, str):
        return None
    if not isinstance(replicas, int) or isinstance(replicas, bool):
        return None
    return CountedWorkload(
        origin=origin,
        namespace=namespace,
        api_version=value["apiVersion"],
        kind=value["kind"],
        name=name,
        replicas=replicas,
    )


def _is_workload(value: dict[str, object]) -> bool:
    version, kind = value.get("apiVersion"), value.get("kind")
    return isinstance(version, str) and isinstance(kind, str) and (version, kind) in WORKLOADS
