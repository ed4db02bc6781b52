"""Two hands on one count, as far as files tell: each is a warning, because the cluster takes them both.

There the second SchoolAutoscaler of a workload says `TargetConflict`, and a manifest that sets `replicas`
meets `ReplicasContested` or is repaired after each apply. The words here are those of the operator.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.core.reasons import Finding, FindingKind, Severity
from firstbell.files.links import autoscaler_beside
from firstbell.kinds.school_autoscaler import Mode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstbell.files.counted_workloads import CountedWorkload
    from firstbell.files.manifests import AutoscalerManifest, Manifests

_Target = tuple[str, str, str, str]


def target_conflicts(manifests: Manifests) -> Iterator[tuple[AutoscalerManifest, Finding]]:
    """Yield every SchoolAutoscaler of a workload that one before it in the files scales already."""
    first: dict[_Target, AutoscalerManifest] = {}
    for manifest in manifests.autoscalers:
        other = first.setdefault(_target(manifest), manifest)
        if other is not manifest:
            yield manifest, _target_conflict(manifest, other)


def contested_counts(manifests: Manifests) -> Iterator[tuple[CountedWorkload, Finding]]:
    """Yield every workload whose manifest sets the count that a SchoolAutoscaler, or its autoscaler, owns."""
    owners: dict[_Target, AutoscalerManifest] = {}
    for manifest in manifests.autoscalers:
        owners.setdefault(_target(manifest), manifest)
    for workload in manifests.workloads:
        group = workload.api_version.rpartition("/")[0]
        owner = owners.get((workload.namespace, group, workload.kind, workload.name))
        if owner is None:
            continue
        beside = autoscaler_beside(owner, manifests.autoscaler_bounds)
        hands = [] if beside is None else [f"{beside.kind} {beside.name}"]
        if owner.spec.mode is not Mode.DRY_RUN:
            hands.append(f"SchoolAutoscaler {owner.name}")
        if hands and workload.replicas > 0:  # 0 is an order: hands off
            yield workload, _contested(workload, " and ".join(hands))


def _target(manifest: AutoscalerManifest) -> _Target:
    """Return what identifies a workload whatever version of its group names it."""
    ref = manifest.spec.scale_target_ref
    return manifest.namespace, ref.api_version.rpartition("/")[0], ref.kind, ref.name


def _target_conflict(manifest: AutoscalerManifest, other: AutoscalerManifest) -> Finding:
    ref, place = manifest.spec.scale_target_ref, other.origin
    return Finding(
        kind=FindingKind.TARGET_CONFLICT,
        severity=Severity.WARNING,
        path="spec.scaleTargetRef",
        message=f"{ref.kind} {ref.name} is the target of SchoolAutoscaler {other.name} too "
        f"({place.file}:{place.line}), and only the older of the two in the cluster works",
        cure="Keep one of the two, and give it the calendars and peaks of both",
    )


def _contested(workload: CountedWorkload, whose: str) -> Finding:
    return Finding(
        kind=FindingKind.REPLICAS_CONTESTED,
        severity=Severity.WARNING,
        path="spec.replicas",
        message=f"The manifest sets {workload.replicas} replicas of a {workload.kind} whose count is that of "
        f"{whose}: each apply sets it back or meets a conflict, also in the middle of a peak",
        cure="Leave replicas out of this manifest",
    )
