"""From API objects to the few fields that the engine keeps of them.

Tolerant reading: what another controller or a person wrote is taken as it is, and a field that is missing
has its API's default.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from firstbell.core.floor import Autoscaler, FloorMark
from firstbell.engine.acting.floor_actuator import (
    ANNOTATION_BASELINE,
    ANNOTATION_FLOOR,
    ANNOTATION_INSTANCE,
    ANNOTATION_MANAGERS,
    ANNOTATION_OWNER,
    ANNOTATIONS,
)
from firstbell.engine.acting.handback import apply_managers, is_kept
from firstbell.engine.acting.owners_in_common import remembered_managers, together
from firstbell.engine.seen.field_managers import annotated_by, applied_by, is_updated, last_writer
from firstbell.engine.seen.floor_kinds import HPA, SCALED_OBJECT, FloorKind
from firstbell.engine.seen.store import SeenFloor, SeenWorkload, TargetRef

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from firstbell.engine.ports import Json

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
COPIES_LIVE_VALUES = "argocd"
DEFAULT_REPLICAS, MOST_REPLICAS = 1, 2**31 - 1
OWNER_CHARACTERS = 63 + 1 + 253
"""As many as `namespace/name` can have."""
DEFAULT_SCALE_DOWN_WINDOW_SECONDS = 300
PAUSED_REPLICAS, PAUSED = "autoscaling.keda.sh/paused-replicas", "autoscaling.keda.sh/paused"
PAUSED_SCALE_OUT = "autoscaling.keda.sh/paused-scale-out"


def seen_floor(body: Json, of: FloorKind) -> SeenFloor:
    """An autoscaler of somebody's."""
    metadata, spec = body["metadata"], body["spec"]
    annotations, managers = metadata.get("annotations") or {}, metadata.get("managedFields") or ()
    minimum = spec.get(of.minimum_field, of.default_minimum)
    maximum = spec.get(of.maximum_field, of.default_maximum)
    applying = apply_managers(managers, of.minimum_field)
    remembered = () if is_updated(managers, of.minimum_field) else _remembered(annotations, of)
    former = together(remembered, applying)
    kept = is_kept(managers, of.minimum_field)
    ours = frozenset(name for name in ANNOTATIONS if name in annotations)
    ref, active = spec["scaleTargetRef"], _condition(body, "ScalingActive")
    return SeenFloor(
        autoscaler=Autoscaler(
            kind=of.kind,
            namespace=metadata["namespace"],
            name=metadata["name"],
            uid=metadata["uid"],
            minimum=minimum,
            maximum=maximum,
            mark=_mark(annotations, minimum),
            declared=_declared(annotations, managers, of.minimum_field),
            written_by_us=kept,
        ),
        target=TargetRef(
            namespace=metadata["namespace"],
            api_version=ref.get("apiVersion") or of.default_target_version,
            kind=ref.get("kind") or of.default_target_kind,
            name=ref["name"],
        ),
        of=of,
        version=metadata.get("resourceVersion", ""),
        minimum_written=of.minimum_field in spec,
        annotated=bool(annotations),
        our_annotations=ours,
        former_managers=former,
        shared=len(former) > 1 and any(one in former for one in applying),
        kept=kept or ours == {ANNOTATION_MANAGERS},
        observed=minimum > 0 or _is_observed(body),
        scaling_active=None if active is None else active.get("status") == "True",
        inactive_message=(active or {}).get("message", ""),
        last_writer=last_writer(managers, of.minimum_field),
        scale_down_window_seconds=_scale_down_window(spec),
        took_to_zero=_took_to_zero(body, of),
        last_acted=_last_acted(body, of),
        made_by=_made_by(metadata),
        paused_by=_paused_by(annotations) if of is SCALED_OBJECT else "",
        idles_at=spec.get("idleReplicaCount"),
    )


def _remembered(annotations: Mapping[str, str], of: FloorKind) -> tuple[Json, ...]:
    return remembered_managers(annotations.get(ANNOTATION_MANAGERS, ""), of.group)


def seen_hpa(body: Json) -> SeenFloor:
    """A HorizontalPodAutoscaler (autoscaling/v2)."""
    return seen_floor(body, HPA)


def seen_scaled_object(body: Json) -> SeenFloor:
    """A ScaledObject of KEDA (keda.sh/v1alpha1)."""
    return seen_floor(body, SCALED_OBJECT)


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


def _is_observed(body: Json) -> bool:
    """Whether an HPA has acted on its present spec, as far as it says so."""
    observed = (body.get("status") or {}).get("observedGeneration")
    return observed is None or observed >= body["metadata"].get("generation", 0)


def _took_to_zero(body: Json, of: FloorKind) -> bool | None:
    """Whether a count of 0 is the autoscaler's own, as far as it says so.

    Kubernetes 1.37 has a condition for it; before, an HPA whose minimum may be 0 did not tell the two apart.
    KEDA goes to 0 only while no trigger is active; one that it cannot read may have been inactive before.
    """
    if of is SCALED_OBJECT:
        active = _condition(body, "Active")
        return None if active is None else active.get("status") != "True"
    told, active = _condition(body, "ScaledToZero"), _condition(body, "ScalingActive")
    if told is not None and told.get("status") == "True":
        return True
    if active is not None and active.get("reason") == "ScalingDisabled":
        return False
    status = body.get("status") or {}
    if told is None and active is not None and status.get("desiredReplicas") == 0:
        return None if status.get("currentReplicas") else True
    return None


def _last_acted(body: Json, of: FloorKind) -> str:
    status = body.get("status") or {}
    return str(status.get("lastActiveTime" if of is SCALED_OBJECT else "lastScaleTime") or "")


def _scale_down_window(spec: Json) -> int:
    down = (spec.get("behavior") or {}).get("scaleDown") or {}
    seconds = down.get("stabilizationWindowSeconds")
    return DEFAULT_SCALE_DOWN_WINDOW_SECONDS if seconds is None else int(seconds)


def _mark(annotations: Mapping[str, str], minimum: int) -> FloorMark | None:
    """Our annotations, if all of them are there and make sense; a damaged mark is none.

    Under a floor that stands, a baseline above it is damage: nobody raises a minimum to less.
    """
    try:
        mark = FloorMark(
            floor=int(annotations[ANNOTATION_FLOOR]),
            baseline=int(annotations[ANNOTATION_BASELINE]),
            owner=annotations[ANNOTATION_OWNER],
            instance=annotations[ANNOTATION_INSTANCE],
        )
    except (KeyError, ValueError):
        return None
    raised = mark.floor != minimum or 0 <= mark.baseline <= mark.floor
    counts = max(abs(mark.floor), abs(mark.baseline)) <= MOST_REPLICAS
    return mark if raised and counts and len(mark.owner) <= OWNER_CHARACTERS else None


def _made_by(metadata: Json) -> str:
    """The ScaledObject that owns an HPA and copies its bounds into it, or nothing."""
    for owner in metadata.get("ownerReferences") or ():
        group = owner.get("apiVersion", "").rpartition("/")[0]
        if (group, owner.get("kind")) == (SCALED_OBJECT.group, SCALED_OBJECT.kind):
            return str(owner["name"])
    return ""


def _paused_by(annotations: Mapping[str, str]) -> str:
    """The annotation that pauses a ScaledObject, as far as rises go; what pauses falls alone lets it rise.

    KEDA takes any count, but not a "false" for a yes.
    """
    if PAUSED_REPLICAS in annotations:
        return PAUSED_REPLICAS
    return next(
        (by for by in (PAUSED, PAUSED_SCALE_OUT) if annotations.get(by, "false").lower() != "false"), ""
    )


def _declared(annotations: Mapping[str, str], managers: Sequence[Json], minimum_field: str) -> int | None:
    """The minimum in the manifest that was last applied from a client, if somebody chose it there.

    A copy of the live object chose nothing: a manifest that bears our own mark, or one of Argo CD, which
    puts the live value of each ignored field into what it applies (RespectIgnoreDifferences).
    """
    try:
        manifest = json.loads(annotations[LAST_APPLIED])
        declared = manifest["spec"][minimum_field]
        copied = ANNOTATION_FLOOR in (manifest.get("metadata", {}).get("annotations") or {})
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError):  # anybody may write it
        return None
    copied = copied or annotated_by(managers, LAST_APPLIED).startswith(COPIES_LIVE_VALUES)
    return declared if isinstance(declared, int) and not copied else None


def _condition(body: Json, kind: str) -> Json | None:
    for condition in (body.get("status") or {}).get("conditions") or ():
        if condition.get("type") == kind:
            found: Json = condition
            return found
    return None
