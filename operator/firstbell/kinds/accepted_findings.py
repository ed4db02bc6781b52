"""Findings that the author of an object has looked at and accepts, by annotation and with a reason.

`accept.firstbell.dev/HolidayLong: "five weeks by decree of the ministry"` on the object. An error is never
accepted: with it no plan can be right. An annotation that accepts nothing, since no finding is of its kind or
for want of a reason, is told as a notice. `firstbell lint` and the operator's conditions ask the same.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from firstbell.core.reasons import Finding, FindingKind, Severity
from firstbell.kinds.group import AUTOSCALER, CALENDAR, CLUSTER_CALENDAR
from firstbell.kinds.problems import nearest, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ACCEPT_PREFIX = "accept.firstbell.dev/"
ACCEPTING_KINDS = frozenset({CALENDAR, CLUSTER_CALENDAR, AUTOSCALER})
"""Those whose annotations are asked."""
_KINDS = tuple(kind.value for kind in FindingKind)


def accepted_in(body: object) -> dict[str, str]:
    """Return the kinds that the annotations of an object name, and why; empty where no reason is given."""
    metadata = body.get("metadata") if isinstance(body, dict) else None
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    if not isinstance(annotations, dict):
        return {}
    return {
        str(key).removeprefix(ACCEPT_PREFIX): str(reason or "").strip()
        for key, reason in annotations.items()
        if str(key).startswith(ACCEPT_PREFIX)
    }


def with_accepted(findings: Iterable[Finding], accepted: Mapping[str, str]) -> tuple[Finding, ...]:
    """Return the findings, warnings of accepted kinds as notices that tell the reason.

    After them a notice for each annotation that cannot accept anything.
    """
    told = tuple(
        replace(
            finding,
            severity=Severity.NOTICE,
            message=f"{finding.message} (accepted: {reason})",
            accepted=reason,
        )
        if finding.severity is Severity.WARNING and (reason := accepted.get(finding.kind))
        else finding
        for finding in findings
    )
    return *told, *_without_effect(accepted)


def _without_effect(accepted: Mapping[str, str]) -> Iterator[Finding]:
    for kind, reason in accepted.items():
        path = f"metadata.annotations[{quoted(ACCEPT_PREFIX + kind)}]"
        if kind not in _KINDS:
            yield Finding(
                kind=FindingKind.ACCEPTED_KIND_UNKNOWN,
                severity=Severity.NOTICE,
                path=path,
                message=f"No finding is of the kind {quoted(kind)}, so this accepts nothing",
                cure=nearest(kind, _KINDS, noun="kind"),
            )
        elif not reason:
            yield Finding(
                kind=FindingKind.ACCEPTED_WITHOUT_REASON,
                severity=Severity.NOTICE,
                path=path,
                message=f"No reason is given, so {kind} is not accepted",
                cure="Write as its value why this is meant, or remove it",
            )
