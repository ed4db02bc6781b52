"""From our own kinds, as the API sends them, to what the store keeps."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from firstbell.core import SchoolDays, Unavailable
from firstbell.core.reasons import AbsenceReason
from firstbell.engine.live.answers import AskedMetric
from firstbell.engine.objects.field_managers import spec_editor
from firstbell.engine.objects.object_keys import key_of
from firstbell.engine.objects.target_ref import TargetRef
from firstbell.engine.ports import MetricQuery, SecretKey
from firstbell.engine.seen.exceptions import SeenException
from firstbell.engine.seen.overrides import Order, SeenOverride
from firstbell.engine.seen.profiles import SeenProfile
from firstbell.engine.seen.store import (
    KeptStatus,
    ProfiledSpec,
    SeenAutoscaler,
    SeenCalendar,
    SeenSpec,
    is_unread,
)
from firstbell.kinds.accepted_findings import ACCEPT_PREFIX, accepted_in
from firstbell.kinds.autoscaler_conversion import (
    read_autoscaler,
    to_metric_targets,
    to_policy,
    to_rules,
)
from firstbell.kinds.calendar_conversion import read_calendar, read_exception
from firstbell.kinds.cluster_scaling_profile import PROFILE_FIELDS, written_name
from firstbell.kinds.group import GROUP
from firstbell.kinds.override_conversion import read_override, to_override
from firstbell.kinds.problems import Refused
from firstbell.kinds.profile_over import completed, read_profile, taken_fields
from firstbell.kinds.quantities import exact

if TYPE_CHECKING:
    from firstbell.engine.ports import Json
    from firstbell.kinds.cluster_scaling_profile import ClusterScalingProfileSpec
    from firstbell.kinds.metrics import PrometheusQuerySpec
    from firstbell.kinds.school_autoscaler import SchoolAutoscalerSpec

MESSAGE_CHARACTERS = 2000
ANNOTATION_CONFIRM = f"{GROUP}/confirm-plan"
"""Set to another value, it confirms a plan that has shrunk."""
_UNREAD = Unavailable(reason=AbsenceReason.NOT_READ_YET, message="")


def seen_calendar(body: Json, before: SeenCalendar | None = None) -> SeenCalendar:
    """Return a calendar with its days resolved; an edit of its status alone resolves nothing anew."""
    metadata = body["metadata"]
    namespace, name = metadata.get("namespace", ""), metadata["name"]
    days: SchoolDays | Unavailable
    if before is not None and _is_of(before, before.days, metadata):
        days = before.days
    else:
        calendar = read_calendar(namespace, name, body.get("spec"))
        days = _refused(calendar) if isinstance(calendar, Refused) else SchoolDays(calendar)
    return SeenCalendar(
        key=key_of(body),
        uid=metadata["uid"],
        generation=metadata["generation"],
        days=days,
        status=dict(body.get("status") or {}),
        version=metadata.get("resourceVersion", ""),
        editor=spec_editor(metadata.get("managedFields") or ()),
        accepted=accepted_in(body),
    )


def seen_exception(body: Json, before: SeenException | None = None) -> SeenException:
    """Return a CalendarException with its spec read; an edit of its status alone reads nothing anew."""
    metadata = body["metadata"]
    if before is not None and _is_of(before, before.entry, metadata):
        return replace(
            before,
            status=dict(body.get("status") or {}),
            version=metadata.get("resourceVersion", ""),
        )
    read = read_exception(metadata["name"], body.get("spec"))
    if isinstance(read, Refused):
        return unread_exception(body, before, _refused(read))
    spec, entry = read
    return replace(
        unread_exception(body, before, _UNREAD),
        calendar_key=spec.calendar_ref.key_in(metadata["namespace"]),
        entry=entry,
        kept=timedelta(seconds=spec.ttl_seconds_after_finished),
    )


def seen_autoscaler(body: Json, before: SeenAutoscaler | None = None) -> SeenAutoscaler:
    """Return a SchoolAutoscaler with its rules read; an edit of its status alone reads nothing anew."""
    metadata = body["metadata"]
    namespace, name = metadata["namespace"], metadata["name"]
    rules: SeenSpec | Unavailable
    profiled: ProfiledSpec | None = None
    if before is not None and _is_of(before, before.content, metadata):
        rules, profiled = before.rules, before.profiled
    else:
        spec = read_autoscaler(body.get("spec"))
        if isinstance(spec, Refused):
            rules = _refused(spec)
        elif spec.profile_ref is None:
            rules = _rules(namespace, name, spec)
        else:
            rules = _UNREAD  # the store completes it
            over = partial(_rules_over, namespace, name, spec)
            profiled = ProfiledSpec(
                profile=spec.profile_ref.name, target=_target(namespace, spec), completed=over
            )
    return SeenAutoscaler(
        key=key_of(body),
        uid=metadata["uid"],
        generation=metadata["generation"],
        created=metadata.get("creationTimestamp", ""),
        rules=rules,
        kept_status=KeptStatus.of(body),
        last_good=before.in_force if before is not None and before.uid == metadata["uid"] else None,
        version=metadata.get("resourceVersion", ""),
        editor=spec_editor(metadata.get("managedFields") or ()),
        confirmed=(metadata.get("annotations") or {}).get(ANNOTATION_CONFIRM, ""),
        labels=dict(metadata.get("labels") or {}),
        profiled=profiled,
    )


def seen_profile(body: Json, before: SeenProfile | None = None) -> SeenProfile:
    """Return a ClusterScalingProfile with its spec read; an edit of its status alone reads nothing anew."""
    metadata = body["metadata"]
    if before is not None and _is_of(before, before.content, metadata):
        content = before.content
    else:
        read = read_profile(body.get("spec"))
        content = _refused(read) if isinstance(read, Refused) else read
    return unread_profile(body, before, content)


def unread_profile(
    body: Json, before: SeenProfile | None, content: ClusterScalingProfileSpec | Unavailable
) -> SeenProfile:
    """Return a ClusterScalingProfile with what is known of its spec, or why nothing is."""
    del before
    metadata = body["metadata"]
    return SeenProfile(
        key=key_of(body),
        uid=metadata["uid"],
        generation=metadata["generation"],
        content=content,
        status=dict(body.get("status") or {}),
        version=metadata.get("resourceVersion", ""),
        editor=spec_editor(metadata.get("managedFields") or ()),
    )


def decides(annotation: str) -> bool:
    """Tell whether anything of ours depends on an annotation of our own kinds."""
    return annotation == ANNOTATION_CONFIRM or annotation.startswith(ACCEPT_PREFIX)


def unread_calendar(body: Json, before: SeenCalendar | None, why: Unavailable) -> SeenCalendar:
    """Return a calendar of which nothing is known but that it is there."""
    del before
    metadata = body["metadata"]
    return SeenCalendar(
        key=key_of(body),
        uid=metadata["uid"],
        generation=metadata["generation"],
        days=why,
        accepted=accepted_in(body),
        version=metadata.get("resourceVersion", ""),
        status=dict(body.get("status") or {}),
    )


def unread_exception(body: Json, before: SeenException | None, why: Unavailable) -> SeenException:
    """Return a CalendarException of which nothing is known but that it is there."""
    del before
    metadata = body["metadata"]
    return SeenException(
        key=key_of(body),
        uid=metadata["uid"],
        generation=metadata["generation"],
        created=metadata.get("creationTimestamp", ""),
        calendar_key="",
        entry=why,
        kept=timedelta(0),
        status=dict(body.get("status") or {}),
        version=metadata.get("resourceVersion", ""),
    )


def unread_autoscaler(body: Json, before: SeenAutoscaler | None, why: Unavailable) -> SeenAutoscaler:
    """Return a SchoolAutoscaler whose spec is not read; what was in force stays so."""
    metadata = body["metadata"]
    return SeenAutoscaler(
        key=key_of(body),
        uid=metadata["uid"],
        generation=metadata["generation"],
        created=metadata.get("creationTimestamp", ""),
        rules=why,
        version=metadata.get("resourceVersion", ""),
        kept_status=KeptStatus.of(body),
        last_good=before.in_force if before is not None and before.uid == metadata["uid"] else None,
        labels=dict(metadata.get("labels") or {}),
    )


def seen_override(body: Json, before: SeenOverride | None = None) -> SeenOverride:
    """Return a ScalingOverride with its order read; an edit of its status alone reads nothing anew."""
    metadata = body["metadata"]
    order: Order | Unavailable
    if before is not None and _is_of(before, before.order, metadata):
        order = before.order
    else:
        order = _order(metadata, body.get("spec"))
    return _override(body, before, order)


def unread_override(body: Json, before: SeenOverride | None, why: Unavailable) -> SeenOverride:
    """Return a ScalingOverride whose spec is not read; what was in force stays so."""
    return _override(body, before, why)


def _override(body: Json, before: SeenOverride | None, order: Order | Unavailable) -> SeenOverride:
    metadata = body["metadata"]
    return SeenOverride(
        key=key_of(body),
        uid=metadata["uid"],
        generation=metadata["generation"],
        order=order,
        status=dict(body.get("status") or {}),
        last_good=before.in_force if before is not None and before.uid == metadata["uid"] else None,
        version=metadata.get("resourceVersion", ""),
    )


def _order(metadata: Json, data: object) -> Order | Unavailable:
    namespace, name = metadata["namespace"], metadata["name"]
    created = datetime.fromisoformat(metadata["creationTimestamp"])
    spec = read_override(data, created)
    if isinstance(spec, Refused):
        return _refused(spec)
    return Order(
        override=to_override(name, spec, created),
        names=tuple(f"{namespace}/{ref.name}" for ref in spec.autoscaler_refs),
        selector=spec.selector,
        kept_for=timedelta(seconds=spec.ttl_seconds_after_finished),
    )


def _is_of(
    before: SeenCalendar | SeenAutoscaler | SeenException | SeenOverride | SeenProfile,
    content: object,
    metadata: Json,
) -> bool:
    """Tell whether what is known was read from this very spec."""
    return not is_unread(content) and (before.uid, before.generation) == (
        metadata["uid"],
        metadata["generation"],
    )


def _rules_over(
    namespace: str, name: str, written: SchoolAutoscalerSpec, profile: ClusterScalingProfileSpec
) -> SeenSpec | Unavailable:
    """Return the rules of an object and its profile together."""
    spec = completed(written, profile)
    if isinstance(spec, Refused):
        return _refused(spec)
    own = (field for field in PROFILE_FIELDS if field in written.model_fields_set)
    return replace(
        _rules(namespace, name, spec),
        profile=spec.profile_ref.name if spec.profile_ref is not None else "",
        from_profile=tuple(map(written_name, taken_fields(written, profile))),
        of_its_own=tuple(map(written_name, own)),
    )


def _target(namespace: str, spec: SchoolAutoscalerSpec) -> TargetRef:
    ref = spec.scale_target_ref
    return TargetRef(namespace=namespace, api_version=ref.api_version, kind=ref.kind, name=ref.name)


def _rules(namespace: str, name: str, spec: SchoolAutoscalerSpec) -> SeenSpec:
    return SeenSpec(
        policy=to_policy(namespace, name, spec),
        calendar_keys=tuple(ref.key_in(namespace) for ref in spec.calendar_refs),
        target=_target(namespace, spec),
        actuation=spec.actuation,
        mode=spec.mode,
        priority=spec.priority,
        minimum=spec.min_replicas,
        maximum=spec.max_replicas,
        metrics=tuple(
            AskedMetric(
                target=target,
                query=_query(namespace, metric.prometheus),
                per_pupil=exact(metric.per_pupil) if metric.per_pupil is not None else None,
            )
            for target, metric in zip(to_metric_targets(spec), spec.metrics, strict=True)
        ),
        flown=to_rules(spec),
    )


def _query(namespace: str, prometheus: PrometheusQuerySpec) -> MetricQuery:
    ref = prometheus.bearer_token_secret_ref
    return MetricQuery(
        server_address=prometheus.server_address,
        query=prometheus.query,
        token=SecretKey(namespace=namespace, name=ref.name, key=ref.key) if ref else None,
    )


def _refused(refused: Refused) -> Unavailable:
    """Return all problems as one reason; the first names it where it has a name of its own."""
    first = refused.problems[0]
    reason = AbsenceReason.UNKNOWN_TIME_ZONE if first.path == "spec.timeZone" else AbsenceReason.INVALID_SPEC
    message = " ".join(str(problem) for problem in refused.problems)
    return Unavailable(reason=reason, message=message[:MESSAGE_CHARACTERS])
