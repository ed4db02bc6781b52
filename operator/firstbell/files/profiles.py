"""Profiles in files that most likely do not do what was meant: each is a notice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.core.reasons import Finding, FindingKind, Severity
from firstbell.kinds.cluster_scaling_profile import written_name
from firstbell.kinds.group import PROFILE
from firstbell.kinds.profile_over import repeated_fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstbell.files.manifests import AutoscalerManifest, Manifests, ProfileManifest


def unused_profiles(manifests: Manifests) -> Iterator[tuple[ProfileManifest, Finding]]:
    """Yield every profile that none of the policies names; without any they may be in other files."""
    if not manifests.autoscalers:
        return
    named = {one.written.profile_ref.name for one in manifests.autoscalers if one.written.profile_ref}
    for profile in manifests.profiles:
        if profile.name not in named:
            yield (
                profile,
                Finding(
                    kind=FindingKind.PROFILE_UNUSED,
                    severity=Severity.NOTICE,
                    path="metadata.name",
                    message=f"No SchoolAutoscaler in these files names the profile {profile.name}",
                    cure="Name it in spec.profileRef of those that it is for, or remove it",
                ),
            )


def repeated_values(manifests: Manifests) -> Iterator[tuple[AutoscalerManifest, Finding]]:
    """Yield what a policy says just as its profile does: an edit of the profile would not reach it."""
    for one in manifests.autoscalers:
        if one.profile is not None:
            for field in repeated_fields(one.written, one.profile.spec):
                yield one, _repeated(written_name(field), one.profile.name)


def _repeated(field: str, profile: str) -> Finding:
    return Finding(
        kind=FindingKind.PROFILE_REPEATED,
        severity=Severity.NOTICE,
        path=f"spec.{field}",
        message=f"It says what {PROFILE} {profile} says and wins over it: an edit of the profile does not"
        " reach this workload",
        cure=f"Leave {field} out here, if it is to follow the profile",
    )
