"""Orders with an end in files that most likely do not do what was meant: each is a warning or a notice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.core.instants import api_time
from firstbell.core.reasons import Finding, FindingKind, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from firstbell.files.links import Linked
    from firstbell.files.manifests import Manifests, OverrideManifest


def order_findings(
    manifests: Manifests, linked: Linked, now: datetime
) -> Iterator[tuple[OverrideManifest, tuple[Finding, ...]]]:
    """Yield every ScalingOverride with what there is to say of it, as of `now`."""
    for one in manifests.overrides:
        yield one, (*_for_nobody(one, manifests), *_above_maximum(one, linked), *_over(one, now))


def _for_nobody(one: OverrideManifest, manifests: Manifests) -> Iterator[Finding]:
    here = [each for each in manifests.autoscalers if each.namespace == one.namespace]
    if not here:
        return  # they may be in files that were not given
    names = {each.name for each in here}
    missing = [
        (f"spec.autoscalerRefs[{index}].name", f"There is no SchoolAutoscaler {ref.name} in these files")
        for index, ref in enumerate(one.spec.autoscaler_refs)
        if ref.name not in names
    ]
    if one.spec.selector is not None and not any(one.is_for(each) for each in here):
        missing.append(("spec.selector", "No SchoolAutoscaler in these files has such labels"))
    for path, message in missing:
        yield Finding(
            kind=FindingKind.OVERRIDE_FOR_NOBODY,
            severity=Severity.WARNING,
            path=path,
            message=f"{message} in namespace {one.namespace}",
            cure="Correct it, or give the file of the policy that is meant",
        )


def _above_maximum(one: OverrideManifest, linked: Linked) -> Iterator[Finding]:
    floor = one.spec.floor_replicas
    for each in linked.autoscalers:
        most = each.bounds.maximum
        if floor is not None and most is not None and floor > most and one.is_for(each.manifest):
            yield Finding(
                kind=FindingKind.OVERRIDE_ABOVE_MAXIMUM,
                severity=Severity.WARNING,
                path="spec.floorReplicas",
                message=f"{floor} is more than SchoolAutoscaler {each.manifest.name} may have: {most}",
                cure="Raise the maximum that says so, or ask for less",
            )


def _over(one: OverrideManifest, now: datetime) -> Iterator[Finding]:
    if one.override.end <= now:
        yield Finding(
            kind=FindingKind.OVERRIDE_ENDED,
            severity=Severity.NOTICE,
            path="spec.endTime",
            message=f"It ended at {api_time(one.override.end)}",
            cure="Remove the file: applied again it does nothing",
        )
