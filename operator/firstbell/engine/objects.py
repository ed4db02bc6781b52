"""From API objects to the few fields that the engine keeps of them.

Tolerant reading: what another controller or a person wrote is taken as it is, and a field that is missing
has its API's default.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from firstbell.domain.floor import Autoscaler, FloorMark
from firstbell.engine.field_managers import applied_by, last_writer
from firstbell.engine.floor_actuator import (
    ANNOTATION_BASELINE,
    ANNOTATION_FLOOR,
    ANNOTATION_INSTANCE,
    ANNOTATION_OWNER,
    ANNOTATIONS,
    HPA_FIELD,
)
from firstbell.engine.handback import apply_manager, is_kept
from firstbell.engine.store import SeenFloor, SeenWorkload, TargetRef

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firstbell.engine.ports import Json

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
DEFAULT_MIN_REPLICAS = 1
DEFAULT_REPLICAS = 1
DEFAULT_SCALE_DOWN_WINDOW_SECONDS = 300


def seen_hpa(body: Json) -> SeenFloor:
    """A HorizontalPodAutoscaler (autoscaling/v2)."""
    metadata, spec = body["metadata"], body["spec"]
    annotations = metadata.get("annotations") or {}
    ref = spec["scaleTargetRef"]
    active = _condition(body, "ScalingActive")
    return SeenFloor(
        autoscaler=Autoscaler(
            kind="HorizontalPodAutoscaler",
            namespace=metadata["namespace"],
            name=metadata["name"],
            uid=metadata["uid"],
            minimum=spec.get(HPA_FIELD, DEFAULT_MIN_REPLICAS),
            maximum=spec["maxReplicas"],
            mark=_mark(annotations),
            declared=_declared(annotations),
        ),
        target=TargetRef(
            namespace=metadata["namespace"],
            api_version=ref.get("apiVersion", ""),
            kind=ref["kind"],
            name=ref["name"],
        ),
        version=metadata.get("resourceVersion", ""),
        minimum_written=HPA_FIELD in spec,
        annotated=bool(annotations),
        our_annotations=frozenset(name for name in ANNOTATIONS if name in annotations),
        former_manager=apply_manager(metadata.get("managedFields") or (), HPA_FIELD),
        kept=is_kept(metadata.get("managedFields") or (), HPA_FIELD),
        scaling_active=None if active is None else active.get("status") == "True",
        inactive_message=(active or {}).get("message", ""),
        last_writer=last_writer(metadata.get("managedFields") or (), HPA_FIELD),
        scale_down_window_seconds=_scale_down_window(spec),
    )


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


def _scale_down_window(spec: Json) -> int:
    down = (spec.get("behavior") or {}).get("scaleDown") or {}
    seconds = down.get("stabilizationWindowSeconds")
    return DEFAULT_SCALE_DOWN_WINDOW_SECONDS if seconds is None else int(seconds)


def _mark(annotations: Mapping[str, str]) -> FloorMark | None:
    """Our annotations, if all of them are there and make sense; a damaged mark is none."""
    try:
        return FloorMark(
            floor=int(annotations[ANNOTATION_FLOOR]),
            baseline=int(annotations[ANNOTATION_BASELINE]),
            owner=annotations[ANNOTATION_OWNER],
            instance=annotations[ANNOTATION_INSTANCE],
        )
    except (KeyError, ValueError):
        return None


def _declared(annotations: Mapping[str, str]) -> int | None:
    """The minimum in the manifest that was last applied from a client, if it names one."""
    try:
        declared = json.loads(annotations[LAST_APPLIED])["spec"][HPA_FIELD]
    except (KeyError, ValueError, TypeError):
        return None
    return declared if isinstance(declared, int) else None


def _condition(body: Json, kind: str) -> Json | None:
    for condition in (body.get("status") or {}).get("conditions") or ():
        if condition.get("type") == kind:
            found: Json = condition
            return found
    return None
