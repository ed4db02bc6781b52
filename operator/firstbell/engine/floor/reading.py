"""From the API object of a foreign autoscaler to the few fields that are kept of it.

Tolerant reading: what another controller or a person wrote is taken as it is, and a field that is missing
has its API's default.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.core.scaling import Autoscaler
from firstbell.engine.floor.handback import is_kept
from firstbell.engine.floor.marks import (
    ANNOTATION_MANAGERS,
    ANNOTATIONS,
    declared_minimum,
    read_mark,
)
from firstbell.engine.floor.owners_in_common import managers_from_annotation, together
from firstbell.engine.floor.seen_floor import SeenFloor
from firstbell.engine.objects.field_managers import apply_managers, is_updated, last_writer
from firstbell.engine.objects.target_ref import TargetRef
from firstbell.kinds.foreign_autoscalers import FOREIGN_AUTOSCALERS, HPA, SCALED_OBJECT, ForeignAutoscaler

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firstbell.engine.ports import Json

DEFAULT_SCALE_DOWN_WINDOW_SECONDS = 300


def seen_floor(body: Json, of: ForeignAutoscaler) -> SeenFloor:
    """Return a foreign autoscaler."""
    metadata, spec = body["metadata"], body["spec"]
    annotations, managers = metadata.get("annotations") or {}, metadata.get("managedFields") or ()
    minimum = spec.get(of.minimum_field, of.default_minimum)
    maximum = spec.get(of.maximum_field, of.default_maximum or 0)
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
            mark=read_mark(annotations, minimum),
            declared=declared_minimum(annotations, managers, of.minimum_field),
            written_by_us=kept,
        ),
        target=TargetRef(
            namespace=metadata["namespace"],
            api_version=ref.get("apiVersion") or of.default_target_version,
            kind=ref.get("kind") or of.default_target_kind or "",
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
        paused_by=_paused_by(annotations, of),
        idles_at=spec.get(of.idle_field) if of.idle_field else None,
    )


def _remembered(annotations: Mapping[str, str], of: ForeignAutoscaler) -> tuple[Json, ...]:
    return managers_from_annotation(annotations.get(ANNOTATION_MANAGERS, ""), of.group)


def seen_hpa(body: Json) -> SeenFloor:
    """Return a HorizontalPodAutoscaler (autoscaling/v2)."""
    return seen_floor(body, HPA)


def _is_observed(body: Json) -> bool:
    """Tell whether an HPA has acted on its present spec, as far as it says so."""
    observed = (body.get("status") or {}).get("observedGeneration")
    return observed is None or observed >= body["metadata"].get("generation", 0)


def _took_to_zero(body: Json, of: ForeignAutoscaler) -> bool | None:
    """Tell whether a count of 0 is the autoscaler's own, as far as it says so.

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


def _last_acted(body: Json, of: ForeignAutoscaler) -> str:
    status = body.get("status") or {}
    return str(status.get(of.last_acted_field) or "")


def _scale_down_window(spec: Json) -> int:
    down = (spec.get("behavior") or {}).get("scaleDown") or {}
    seconds = down.get("stabilizationWindowSeconds")
    return DEFAULT_SCALE_DOWN_WINDOW_SECONDS if seconds is None else int(seconds)


def _made_by(metadata: Json) -> str:
    """Return the autoscaler that owns an HPA and copies its bounds into it, or nothing."""
    makers = {(of.group, of.kind) for of in FOREIGN_AUTOSCALERS if of.hpa_prefix}
    for owner in metadata.get("ownerReferences") or ():
        group = owner.get("apiVersion", "").rpartition("/")[0]
        if (group, owner.get("kind")) in makers:
            return str(owner["name"])
    return ""


def _paused_by(annotations: Mapping[str, str], of: ForeignAutoscaler) -> str:
    """Return the annotation that pauses an autoscaler, as far as rises go; empty where none does."""
    always = [by for by in of.pausing if by in annotations]
    told = [by for by in of.pausing_unless_false if annotations.get(by, "false").lower() != "false"]
    return next(iter([*always, *told]), "")


def _condition(body: Json, kind: str) -> Json | None:
    for condition in (body.get("status") or {}).get("conditions") or ():
        if condition.get("type") == kind:
            found: Json = condition
            return found
    return None
